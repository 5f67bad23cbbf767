//! What a training step costs. `bench/compute_compare.py` runs it beside `bench/compute.py`, the same work in PyTorch.
//!
//! Arguments: `mlpt`, `coop`, `views`, `epoch`, `text` or `image`; the folder of the weights; the model's name; classes; repeats;
//! shots (4), device (`cpu`) and precision (`fp32`). Prints a line of JSON a repeat. `mlpt` and `coop` are
//! the real trainers in a real run, on pictures that lie in memory: the time of their steps without the wait for data. `epoch`
//! is the time of whole co-training epochs, `views` that of co-training steps with eight fixed views an image, when nearly all have been encoded.
#![allow(clippy::print_stdout)]

use candle_core::{Tensor, Var};
use image::RgbImage;
use mlpt_core::clip::{FrozenClip, ModelSource, TextBatch};
use mlpt_core::config::Layers;
use mlpt_core::data::{ImageRef, ImageStore, Item, Splits};
use mlpt_core::engine::{self, RunOptions};
use mlpt_core::event::{Event, EventSink};
use mlpt_core::registry::Entry;
use mlpt_core::tensor::{parse_dtype, pick_device};
use mlpt_core::{Error, Registries, Result};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 32;
const SIDE: u32 = 224;
/// Epochs of `views` that are not measured.
const VIEWS_SHOWN: usize = 30;
const WORDS: &str = include_str!("../../../bench/words.txt");

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [work, folder, model, classes, repeats, more @ ..] = &args[..] else {
        return Err(Error::invalid("usage: bench_compute WORK FOLDER MODEL CLASSES REPEATS [SHOTS [DEVICE [PREC]]]"));
    };
    let number = |text: &String| text.parse::<usize>().map_err(|e| Error::invalid(format!("'{text}': {e}")));
    let (classes, repeats, shots) = (number(classes)?, number(repeats)?, more.first().map_or(Ok(4), number)?);
    let [device, precision] = [(1, "cpu"), (2, "fp32")].map(|(n, usual)| more.get(n).map_or(usual, String::as_str));
    let weights = match model.as_str() {
        "builtin" => model.into(),
        _ => Path::new(folder).join(format!("{model}.pt")),
    };
    match work.as_str() {
        "image" | "text" => {
            let device = pick_device(device)?;
            let (dtype, _) = parse_dtype(precision, &device)?;
            let clip = FrozenClip::load_as(&ModelSource::File(weights), &device, dtype)?;
            let once = if work == "image" { image(&clip)? } else { text(&clip, classes)? };
            for n in 0..=repeats {
                let started = Instant::now();
                let check = once()?;
                // The first time fills caches and pools of memory; it does not count.
                if n > 0 {
                    println!("{{\"seconds\": {:.5}, \"check\": {check}}}", started.elapsed().as_secs_f64());
                }
            }
            Ok(())
        }
        "mlpt" | "coop" | "views" | "epoch" => steps(work, &weights, (classes, shots), repeats, (device, precision)),
        other => Err(Error::invalid(format!("no such work: '{other}'"))),
    }
}

/// Texture words, and pairs of them when these are used up.
fn names(count: usize) -> Vec<String> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let name = |i: usize| match i / words.len() {
        0 => words[i].to_owned(),
        n => format!("{} {}", words[i % words.len()], words[n - 1]),
    };
    (0..count).map(name).collect()
}

type Work = Box<dyn Fn() -> Result<f32>>;

fn image(clip: &FrozenClip) -> Result<Work> {
    let side = clip.input_size();
    let pixels: Vec<f32> = (0..BATCH * 3 * side * side).map(|i| (i * 7919 % 255) as f32 / 127.5 - 1.0).collect();
    let pixels = Tensor::from_vec(pixels, (BATCH, 3, side, side), clip.device())?;
    let clip = clip.clone();
    Ok(Box::new(move || Ok(clip.encode_images(&pixels)?.sqr()?.mean_all()?.to_scalar()?)))
}

/// Text tower, forward and backward to 16 shared context tokens.
fn text(clip: &FrozenClip, classes: usize) -> Result<Work> {
    let tokenizer = clip.tokenizer();
    let prefix = tokenizer.tokenize_full(&["a photo of a"; 4].join(" "))?;
    // Without the end token.
    let prefix = clip.embed_tokens(&prefix[..prefix.len() - 1])?.unsqueeze(0)?;
    let (start, context) = (prefix.narrow(1, 0, 1)?, Var::from_tensor(&prefix.narrow(1, 1, prefix.dim(1)? - 1)?)?);
    let suffixes: Vec<Vec<u32>> = names(classes)
        .iter()
        .map(|name| Ok(tokenizer.tokenize_full(&format!("{name}."))?.split_off(1)))
        .collect::<Result<_>>()?;
    let packed = clip.embed_tokens(&suffixes.concat())?;
    let clip = clip.clone();
    Ok(Box::new(move || {
        let batch = TextBatch {
            prefixes: Tensor::cat(&[&start, context.as_tensor()], 1)?,
            suffixes: packed.clone(),
            suffix_lens: suffixes.iter().map(Vec::len).collect(),
            rows: (0..classes).map(|class| (0, class)).collect(),
            deep: Vec::new(),
        };
        let loss = clip.encode_text(&batch)?.sqr()?.mean_all()?;
        let grads = loss.backward()?;
        grads.get(&context).ok_or_else(|| Error::invalid("the context has no gradient"))?;
        Ok(loss.to_scalar()?)
    }))
}

/// Noise, ready to be shown: the key is its seed.
struct Noise(Vec<RgbImage>);

impl ImageStore for Noise {
    fn load(&self, key: &str) -> Result<RgbImage> {
        let number: usize = key.parse().map_err(|e| Error::invalid(format!("'{key}': {e}")))?;
        Ok(self.0[number % self.0.len()].clone())
    }
}

/// `shots` pictures a class.
fn splits(classes: usize, shots: usize) -> Splits {
    let picture =
        |n: u32| RgbImage::from_fn(SIDE, SIDE, |x, y| image::Rgb([x * n, y * (n + 3), x * y].map(|v| v as u8)));
    let store: Arc<dyn ImageStore> = Arc::new(Noise((0..64).map(picture).collect()));
    let items = |each: usize| -> Vec<Item> {
        let key = |n: usize| ImageRef::Stored { store: store.clone(), key: n.to_string().into() };
        (0..classes * each).map(|n| Item { image: key(n), label: n % classes, domain: 0 }).collect()
    };
    let class_names = names(classes);
    Splits { train: items(shots), val: items(1), test: items(1), class_names, template: "a photo of a {}.".to_owned() }
}

/// Times of the steps behind the warm-up, from a one-based epoch on, or of whole epochs.
#[derive(Clone)]
struct Times {
    epochs: bool,
    from: usize,
    seconds: Arc<Mutex<Vec<f64>>>,
}

impl EventSink for Times {
    fn emit(&mut self, event: &Event) {
        let seconds = match event {
            Event::Step(step) if !self.epochs && step.epoch >= self.from && !step.phase.starts_with("Warmup") => {
                step.time_s - step.data_s
            }
            Event::EpochEnd { time_s, .. } if self.epochs => *time_s,
            _ => return,
        };
        self.seconds.lock().unwrap_or_else(PoisonError::into_inner).push(seconds);
    }
}

fn steps(
    work: &str,
    weights: &Path,
    (classes, shots): (usize, usize),
    repeats: usize,
    (device, precision): (&str, &str),
) -> Result<()> {
    let mut all = Registries::new()?;
    mlpt_datasets::register(&mut all)?;
    mlpt_trainers::register(&mut all)?;
    all.datasets.register(Entry::new("Noise", "", "", Arc::new(move |_| Ok(splits(classes, shots)))))?;
    let output = std::env::temp_dir().join(format!("mlpt-bench-{}", std::process::id()));
    let mut words: Vec<String> = [
        "DATASET.NAME=Noise",
        "DATALOADER.NUM_WORKERS=1",
        "INPUT.TRANSFORMS=('random_flip', 'normalize')",
        "WARMUP.EPOCH=1",
        "TEST.NO_TEST=true",
        "SEED=1",
    ]
    .map(str::to_owned)
    .to_vec();
    words.extend([format!("DEVICE={device}"), format!("PREC={precision}")]);
    words.push(format!("TRAINER.NAME={}", if work == "coop" { "CoOp" } else { "MLPT" }));
    words.push(format!("DATASET.NUM_SHOTS={shots}"));
    words.push(format!("MODEL.BACKBONE.NAME={}", weights.display()));
    words.push(format!("OUTPUT_DIR={}", output.display()));
    // By then nearly every view of every image has been shown.
    let before = if work == "views" { VIEWS_SHOWN } else { 1 };
    words.push(format!("OPTIM.MAX_EPOCH={}", before + repeats));
    if work == "views" {
        words.push("DATALOADER.VIEWS=8".to_owned());
    }
    let times = Times { epochs: work == "epoch", from: before + 1, seconds: Arc::default() };
    let options = RunOptions { sinks: vec![Box::new(times.clone())], ..Default::default() };
    let ran = engine::run(&Layers::new(&all).overrides(&words).resolve()?, &all, options);
    // It holds nothing that anyone wants.
    let _ = std::fs::remove_dir_all(&output);
    ran?;
    let times = times.seconds.lock().unwrap_or_else(PoisonError::into_inner);
    // The first step fills caches and pools of memory, the first epoch is warm-up; they do not count.
    for seconds in times.iter().skip(1) {
        println!("{{\"seconds\": {seconds:.5}}}");
    }
    Ok(())
}
