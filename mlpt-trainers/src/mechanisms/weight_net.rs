//! RMaPLe's weights: which layers' similarities count, and how much.

use super::draw;
use candle_core::{D, DType, Device, Tensor, Var};
use mlpt_core::Result;
use mlpt_core::prompt::{NamedVar, Shapes};
use mlpt_core::rng::RngTree;
use mlpt_core::tensor::graft;

/// Under this name in the published checkpoints.
const NAME: &str = "weightNet.weight";
/// About so many sums are held at once; of a row of them only the greatest is kept.
const SUMS: usize = 1 << 22;

/// `[K, L + 1]`: `K` weightings of a model's `L + 1` layers.
pub(super) struct WeightNet {
    weight: Var,
}

impl WeightNet {
    /// Drawn as PyTorch draws a linear layer from `layers` numbers to `rows`, without a bias.
    pub(super) fn draw(rows: usize, layers: usize, rng: &RngTree, device: &Device) -> Result<Self> {
        Ok(Self { weight: draw::linear(&[rows, layers], layers, &rng.child("weight"), device)? })
    }

    pub(super) fn named(&self) -> NamedVar {
        NamedVar { name: NAME.to_owned(), var: self.weight.clone() }
    }

    pub(super) fn tensor(&self) -> &Tensor {
        self.weight.as_tensor()
    }

    /// Takes the number of rows that a checkpoint has; true when it was another. The values come later.
    pub(super) fn reshape(&mut self, shapes: &Shapes) -> Result<bool> {
        let (rows, layers) = self.weight.dims2()?;
        match shapes.get(NAME).map(Vec::as_slice) {
            Some(&[other, width]) if other != rows && width == layers => {
                self.weight = Var::zeros((other, layers), DType::F32, self.weight.device())?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Similarities `[L, B, C]` and weights `[K, L]` to logits `[B, C]`: at each place the greatest of the `K` weighted
    /// sums over the layers. As in PyTorch the gradient goes to the first of the greatest; that of candle's own maximum
    /// goes to all of them.
    pub(super) fn combine(weights: &Tensor, similarities: &Tensor) -> Result<Tensor> {
        let (layers, images, classes) = similarities.dims3()?;
        let flat = similarities.permute((1, 2, 0))?.contiguous()?.reshape((images * classes, layers))?;
        let (chosen, greatest) = greatest(&weights.detach(), &flat.detach())?;
        let logits = graft(&[weights, &flat], greatest, move |b| {
            let (weights, flat) = (&b.inputs[0], &b.inputs[1]);
            let grad = b.grad.unsqueeze(1)?;
            let for_weights = || weights.zeros_like()?.index_add(&chosen, &flat.broadcast_mul(&grad)?, 0);
            let for_flat = || weights.index_select(&chosen, 0)?.broadcast_mul(&grad);
            Ok(vec![
                if b.wanted[0] { Some(for_weights()?) } else { None },
                if b.wanted[1] { Some(for_flat()?) } else { None },
            ])
        })?;
        Ok(logits.reshape((images, classes))?)
    }
}

/// For each row of `flat [N, L]` the row of `weights [K, L]` with the greatest product, the first of equals, and that
/// product: `[N]` each.
fn greatest(weights: &Tensor, flat: &Tensor) -> Result<(Tensor, Tensor)> {
    let (rows, at_once) = (flat.dim(0)?, (SUMS / weights.dim(0)?.max(1)).max(1));
    let (mut chosen, mut values) = (Vec::new(), Vec::new());
    for from in (0..rows).step_by(at_once) {
        let sums = flat.narrow(0, from, at_once.min(rows - from))?.matmul(&weights.t()?)?;
        let best = sums.argmax_keepdim(D::Minus1)?;
        values.push(sums.gather(&best, D::Minus1)?.squeeze(1)?);
        chosen.push(best.squeeze(1)?);
    }
    Ok((Tensor::cat(&chosen, 0)?, Tensor::cat(&values, 0)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn var(values: &[f32], shape: &[usize]) -> Var {
        Var::from_vec(values.to_vec(), shape, &Device::Cpu).unwrap()
    }

    fn flat(t: &Tensor) -> Vec<f32> {
        t.flatten_all().unwrap().to_vec1().unwrap()
    }

    /// Two layers, one image, two classes. At the first place rows 0 and 2 of the weights tie.
    #[test]
    fn the_first_of_the_greatest_gets_the_gradient() {
        let weights = var(&[1.0, 0.0, -1.0, 2.0, 0.5, 1.0], &[3, 2]);
        let similarities = var(&[2.0, 3.0, 1.0, 4.0], &[2, 1, 2]);
        let logits = WeightNet::combine(weights.as_tensor(), similarities.as_tensor()).unwrap();
        assert_eq!(logits.to_vec2::<f32>().unwrap(), [[2.0, 5.5]]);
        let scaled = (logits * Tensor::new(&[[10f32, 100.0]], &Device::Cpu).unwrap()).unwrap();
        let store = scaled.sum_all().unwrap().backward().unwrap();
        assert_eq!(flat(store.get(&weights).unwrap()), [20.0, 10.0, 0.0, 0.0, 300.0, 400.0]);
        assert_eq!(flat(store.get(&similarities).unwrap()), [10.0, 50.0, 0.0, 100.0]);
        // Without anything to learn there is no graph.
        let plain = WeightNet::combine(&weights.as_detached_tensor(), &similarities.as_detached_tensor()).unwrap();
        assert!(!plain.track_op());
    }

    #[test]
    fn many_sums_are_made_in_parts() {
        let (rows, places) = (1 << 12, 1500);
        let weights: Vec<f32> = (0..rows).map(|k| -((k as f32) - 700.0).abs()).collect();
        let weights = var(&weights, &[rows, 1]);
        let similarities: Vec<f32> = (0..places).map(|i| 1.0 + i as f32).collect();
        let similarities = var(&similarities, &[1, 3, places / 3]);
        let logits = WeightNet::combine(weights.as_tensor(), similarities.as_tensor()).unwrap();
        assert_eq!(logits.dims(), [3, places / 3]);
        assert!(flat(&logits).iter().all(|x| *x == 0.0));
        let store = logits.sum_all().unwrap().backward().unwrap();
        let grad = flat(store.get(&weights).unwrap());
        let sum = (places * (places + 1) / 2) as f32;
        assert!(grad.iter().enumerate().all(|(k, g)| *g == if k == 700 { sum } else { 0.0 }));
    }

    #[test]
    fn only_the_number_of_rows_is_free() {
        let mut net = WeightNet::draw(5, 3, &RngTree::new(1), &Device::Cpu).unwrap();
        let values = flat(net.tensor());
        assert!(values.iter().all(|x| x.abs() < 3f32.powf(-0.5)) && values.iter().any(|x| x.abs() > 0.3));
        let shapes = |shape: &[usize]| Shapes::from([(NAME.to_owned(), shape.to_vec())]);
        for kept in [&[5, 3][..], &[7, 4], &[7]] {
            assert!(!net.reshape(&shapes(kept)).unwrap());
            assert_eq!(net.tensor().dims(), [5, 3]);
        }
        assert!(!net.reshape(&Shapes::new()).unwrap());
        assert!(net.reshape(&shapes(&[7, 3])).unwrap());
        assert_eq!(net.named().var.dims(), [7, 3]);
    }
}
