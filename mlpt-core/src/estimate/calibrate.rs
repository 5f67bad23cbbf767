//! How fast this machine is at a run's own shapes.

use super::image::image_flop;
use super::pass::{Flop, Pass, Work, flop};
use super::seconds::{Seconds, Spent};
use crate::clip::{FrozenClip, TextBatch, TextSize};
use crate::data::{Item, Loader};
use crate::rng::RngTree;
use crate::{Error, Result};
use candle_core::{Device, Tensor, Var};
use std::time::Instant;

/// Repetitions of each measurement; one more in front is not counted.
const REPEATS: usize = 3;
/// About so many operations are timed at once: large enough for a product's full speed, small enough not to be waited for.
const SAMPLE_FLOP: f64 = 8e9;
/// Images that are loaded.
const SAMPLE_IMAGES: usize = 16;

/// Seconds for an operation, and for an image that is loaded; nothing where the run does not do it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Speeds {
    /// Frozen image tower, for each operation.
    pub images: Seconds,
    /// Image tower with prompts, forward.
    pub prompted: Seconds,
    /// The same backward.
    pub prompted_backward: Seconds,
    /// Texts, forward.
    pub text_forward: Seconds,
    /// Texts, backward.
    pub text_backward: Seconds,
    /// For an image: decoding and transforming.
    pub load_first: Seconds,
    /// For an image that is in the cache: transforming.
    pub load_again: Seconds,
    /// Bytes of a decoded picture, in the mean.
    pub picture_bytes: u64,
}

impl Speeds {
    /// The time of some passes.
    pub fn of<'a>(&self, passes: impl IntoIterator<Item = &'a Pass>, clip: &FrozenClip) -> Spent {
        let mut spent = Spent::default();
        for pass in passes {
            let f: Flop = flop([pass], clip.config(), clip.text_memory(), clip.number_bytes());
            spent.text_forward = spent.text_forward + self.text_forward * f.text_forward;
            spent.text_backward = spent.text_backward + self.text_backward * f.text_backward;
            let prompted = matches!(pass.work, Work::Images { prompts: Some(_), .. });
            let forward = if prompted { self.prompted } else { self.images };
            spent.images = spent.images + forward * f.image_forward + self.prompted_backward * f.image_backward;
        }
        spent
    }
}

/// Times small samples of the largest passes of each kind, and the loading of a few of `items`.
///
/// # Errors
/// When an image cannot be read or a tensor operation fails.
pub fn calibrate(clip: &FrozenClip, passes: &[&Pass], loader: &Loader, items: &[Item]) -> Result<Speeds> {
    let mut speeds = Speeds::default();
    let texts = passes.iter().filter_map(|p| match p.work {
        Work::Texts(size) => Some((p.backward, size)),
        Work::Images { .. } => None,
    });
    if let Some((_, size)) = texts.max_by_key(|(backward, size)| (*backward, size.all_tokens())) {
        (speeds.text_forward, speeds.text_backward) = text_speed(clip, &size)?;
    }
    let images = |prompted: bool| {
        passes.iter().filter_map(move |p| match p.work {
            Work::Images { rows, prompts } if prompts.is_some() == prompted => Some((rows, prompts.unwrap_or(0))),
            _ => None,
        })
    };
    if let Some((rows, _)) = images(false).max() {
        speeds.images = image_speed(clip, rows)?;
    }
    if let Some((rows, prompts)) = images(true).max() {
        (speeds.prompted, speeds.prompted_backward) = prompted_speed(clip, rows, prompts)?;
    }
    load_speed(&mut speeds, loader, items)?;
    Ok(speeds)
}

/// Seconds of each repetition of `work`, which gives one or more spans.
fn repeated<const N: usize>(mut work: impl FnMut() -> Result<[f64; N]>) -> Result<[Seconds; N]> {
    work()?;
    let all = (0..REPEATS).map(|_| work()).collect::<Result<Vec<_>>>()?;
    Ok(std::array::from_fn(|n| Seconds::of(&all.iter().map(|spans| spans[n]).collect::<Vec<_>>())))
}

/// Seconds since `begun`, everything finished: a GPU works on when it has been told what to do.
fn elapsed(device: &Device, begun: Instant) -> Result<f64> {
    device.synchronize()?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Of one operation, forward and backward, in texts of this size.
fn text_speed(clip: &FrozenClip, size: &TextSize) -> Result<(Seconds, Seconds)> {
    let (config, width) = (&clip.config().text_config, clip.embed_dim());
    let share = (SAMPLE_FLOP / size.forward_flop(config, width)).min(1.0);
    let (batch, var) = sample_texts(clip, size, share)?;
    let size = TextSize::of(&batch)?;
    // Recomputation is counted apart.
    let clip = clip.clone().with_text_memory(0);
    let [forward, backward] = repeated(|| {
        let begun = Instant::now();
        let features = clip.encode_text(&batch)?;
        let forward = elapsed(clip.device(), begun)?;
        let grads = features.sum_all()?.backward()?;
        grads.get(&var).ok_or_else(|| Error::invalid("a sample of texts got no gradient"))?;
        Ok([forward, elapsed(clip.device(), begun)? - forward])
    })?;
    Ok((forward * (1.0 / size.forward_flop(config, width)), backward * (1.0 / size.backward_flop(config, width))))
}

/// Texts of which only the shape is like those of `size`, about `share` of them.
fn sample_texts(clip: &FrozenClip, size: &TextSize, share: f64) -> Result<(TextBatch, Var)> {
    let groups = ((size.groups as f64 * share).ceil() as usize).clamp(1, size.groups.max(1));
    let each = (size.rows / size.groups.max(1)).max(1);
    let whole = each * groups;
    let each = if groups > 1 { each } else { ((size.rows as f64 * share).ceil() as usize).clamp(1, whole) };
    let rows = each * groups;
    let mean = size.tokens.div_ceil(size.rows.max(1)).max(1);
    let device = clip.device();
    let var = Var::from_tensor(&Tensor::full(0.02f32, (groups, size.prefix.max(1), clip.text_width()), device)?)?;
    let batch = TextBatch {
        prefixes: var.as_tensor().clone(),
        suffixes: Tensor::full(0.02f32, (rows * mean, clip.text_width()), device)?,
        suffix_lens: vec![mean; rows],
        rows: (0..rows).map(|r| (r / each, r)).collect(),
        deep: Vec::new(),
    };
    Ok((batch, var))
}

/// How many images make a sample of a batch of `rows`.
fn sample_rows(clip: &FrozenClip, rows: usize, prompts: usize) -> usize {
    let threads = rayon::current_num_threads().max(1);
    let few = (4.0 * SAMPLE_FLOP / image_flop(clip.config(), prompts)) as usize;
    few.max(threads).min(rows).max(1)
}

fn pixels(clip: &FrozenClip, rows: usize) -> Result<Tensor> {
    let side = clip.input_size();
    Ok(Tensor::full(0.1f32, (rows, 3, side, side), clip.device())?)
}

fn image_speed(clip: &FrozenClip, rows: usize) -> Result<Seconds> {
    let rows = sample_rows(clip, rows, 0);
    let pixels = pixels(clip, rows)?;
    let [seconds] = repeated(|| {
        let begun = Instant::now();
        clip.encode_images(&pixels)?;
        Ok([elapsed(clip.device(), begun)?])
    })?;
    Ok(seconds * (1.0 / (rows as f64 * image_flop(clip.config(), 0))))
}

fn prompted_speed(clip: &FrozenClip, rows: usize, prompts: usize) -> Result<(Seconds, Seconds)> {
    let Some(width) = clip.image_width() else { return Ok(Default::default()) };
    let rows = sample_rows(clip, rows, prompts);
    let pixels = pixels(clip, rows)?;
    let var = Var::from_tensor(&Tensor::full(0.02f32, (prompts.max(1), width), clip.device())?)?;
    let [forward, backward] = repeated(|| {
        let begun = Instant::now();
        let features = clip.encode_images_prompted(&pixels, &[Some(var.as_tensor().clone())])?;
        let forward = elapsed(clip.device(), begun)?;
        features.sum_all()?.backward()?;
        Ok([forward, elapsed(clip.device(), begun)? - forward])
    })?;
    let each = 1.0 / (rows as f64 * image_flop(clip.config(), prompts));
    Ok((forward * each, backward * each))
}

/// Twice through the same few images: the first time they are decoded, the second time they lie in the cache.
fn load_speed(speeds: &mut Speeds, loader: &Loader, items: &[Item]) -> Result<()> {
    let items = &items[..items.len().min(SAMPLE_IMAGES)];
    if items.is_empty() {
        return Ok(());
    }
    let rng = RngTree::new(0);
    let pass = || -> Result<f64> {
        let begun = Instant::now();
        for batch in loader.batches(items, (0..items.len()).collect(), items.len(), false, &rng) {
            batch?;
        }
        Ok(begun.elapsed().as_secs_f64() / items.len() as f64)
    };
    let first = pass()?;
    let again = [pass()?, pass()?];
    speeds.load_again = Seconds::of(&again);
    speeds.load_first = Seconds { low: first.max(speeds.load_again.low), high: first.max(speeds.load_again.high) };
    let sizes = items.iter().map(|item| Ok(item.image.decode()?.as_raw().len() as u64)).collect::<Result<Vec<_>>>()?;
    speeds.picture_bytes = sizes.iter().sum::<u64>() / items.len() as u64;
    Ok(())
}
