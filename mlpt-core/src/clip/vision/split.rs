//! A batch of images with prompts, split over the cores.

use crate::Result;
use crate::tensor::graft;
use candle_core::{Tensor, Var};
use rayon::prelude::*;

/// `encode` of the pixels `[B, 3, H, W]` and the prompts, part by part side by side where there are several cores; each
/// part has a graph of its own, which the backward pass runs side by side as well. Features have the images along `dim`.
///
/// # Errors
/// When `encode` fails.
pub(in crate::clip) fn in_parts<E>(pixels: &Tensor, prompts: &[Option<Tensor>], dim: usize, encode: E) -> Result<Tensor>
where
    E: Fn(&Tensor, &[Option<Tensor>]) -> Result<Tensor> + Sync,
{
    let (rows, threads) = (pixels.dim(0)?, rayon::current_num_threads());
    let given: Vec<&Tensor> = prompts.iter().flatten().collect();
    let alike = given.windows(2).all(|pair| pair[0].shape() == pair[1].shape());
    if !pixels.device().is_cpu() || rows < 2 || threads < 2 || given.is_empty() || !alike {
        return encode(pixels, prompts);
    }
    // One tensor, however many layers have prompts.
    let packed = Tensor::stack(&given, 0)?;
    let tracks = packed.track_op();
    let at_once = rows.div_ceil(threads);
    let starts: Vec<usize> = (0..rows).step_by(at_once).collect();
    let parts: Vec<Part> = starts
        .into_par_iter()
        .map(|from| {
            let leaf = if tracks { Some(Var::from_tensor(&packed.detach())?) } else { None };
            let mine = unpack(leaf.as_ref().map_or(&packed, Var::as_tensor), prompts)?;
            let features = encode(&pixels.narrow(0, from, at_once.min(rows - from))?, &mine)?;
            Ok(Part { from, leaf, features })
        })
        .collect::<Result<_>>()?;
    let values: Vec<Tensor> = parts.iter().map(|part| part.features.detach()).collect();
    Ok(graft(&[&packed], Tensor::cat(&values, dim)?, move |b| {
        let grads: Vec<Tensor> =
            parts.par_iter().map(|part| part.backward(b.grad, dim)).collect::<candle_core::Result<_>>()?;
        // In the order of the images, whichever was done first.
        let mut sum = b.inputs[0].zeros_like()?;
        for grad in grads {
            sum = (sum + grad)?;
        }
        Ok(vec![Some(sum)])
    })?)
}

/// Some images of the batch, from `from` on.
struct Part {
    from: usize,
    leaf: Option<Var>,
    features: Tensor,
}

impl Part {
    /// The gradient of the packed prompts from that of the whole batch's features.
    fn backward(&self, grad: &Tensor, dim: usize) -> candle_core::Result<Tensor> {
        let grad = grad.narrow(dim, self.from, self.features.dim(dim)?)?;
        let grads = (&self.features * grad)?.sum_all()?.backward()?;
        let leaf = self.leaf.as_ref().and_then(|leaf| grads.get(leaf));
        leaf.cloned().ok_or_else(|| candle_core::Error::Msg("the image prompts got no gradient".into()))
    }
}

/// The packed prompts, each in its place.
fn unpack(packed: &Tensor, like: &[Option<Tensor>]) -> Result<Vec<Option<Tensor>>> {
    let mut next = 0..;
    let one = |prompt: &Option<Tensor>| match prompt {
        Some(_) => next.next().map(|i| Ok(packed.get(i)?)).transpose(),
        None => Ok(None),
    };
    like.iter().map(one).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::clip::{FrozenClip, ModelSource};
    use candle_core::{DType, Device};

    /// Features, and the gradient of each prompt.
    fn run(threads: usize, layers: bool) -> Vec<Vec<f32>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
        let (side, width) = (clip.input_size(), clip.image_width().unwrap());
        let numbers = |count: usize| (0..count).map(|i| (i * 7919 % 199) as f32 / 99.5 - 1.0).collect::<Vec<_>>();
        let pixels = Tensor::from_vec(numbers(7 * 3 * side * side), (7, 3, side, side), &Device::Cpu).unwrap();
        let vars: Vec<Var> = (1..4)
            .map(|n| Tensor::from_vec(numbers(2 * width), (2, width), &Device::Cpu).unwrap() / f64::from(n))
            .map(|t| Var::from_tensor(&t.unwrap()).unwrap())
            .collect();
        // The third block goes without.
        let prompt = |i: usize| Some(vars[i].as_tensor().clone());
        let prompts = [prompt(0), prompt(1), None, prompt(2)];
        let before = clip.passes();
        let features = pool.install(|| match layers {
            true => clip.encode_image_layers(&pixels, &prompts).unwrap(),
            false => clip.encode_images_prompted(&pixels, &prompts).unwrap(),
        });
        assert_eq!((clip.passes().image - before.image, clip.passes().image_rows - before.image_rows), (1, 7));
        let weights = Tensor::from_vec(numbers(features.elem_count()), features.shape(), &Device::Cpu).unwrap();
        let loss = (&features.sqr().unwrap() * weights).unwrap().sum_all().unwrap();
        let grads = pool.install(|| loss.backward().unwrap());
        let flat = |t: &Tensor| t.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap();
        std::iter::once(flat(&features)).chain(vars.iter().map(|v| flat(grads.get(v).unwrap()))).collect()
    }

    #[test]
    fn parts_give_what_the_whole_gives() {
        for layers in [false, true] {
            let whole = run(1, layers);
            for threads in [2, 3, 16] {
                for (tensor, (a, b)) in run(threads, layers).iter().zip(&whole).enumerate() {
                    let scale = b.iter().fold(0f32, |m, x| m.max(x.abs()));
                    assert!(scale > 0.0, "{tensor}: nothing to compare");
                    let worst = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
                    assert!(a.len() == b.len() && worst <= 1e-5 * scale, "{tensor} with {threads}: {worst} of {scale}");
                }
            }
        }
    }

    #[test]
    fn unlike_prompts_are_told_by_the_tower() {
        let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
        let (side, width) = (clip.input_size(), clip.image_width().unwrap());
        let pixels = Tensor::zeros((4, 3, side, side), DType::F32, &Device::Cpu).unwrap();
        let tokens = |n: usize| Some(Tensor::zeros((n, width), DType::F32, &Device::Cpu).unwrap());
        let fault = clip.encode_images_prompted(&pixels, &[tokens(2), tokens(3)]).unwrap_err().to_string();
        assert!(fault.contains("as many tokens as the first"), "{fault}");
    }
}
