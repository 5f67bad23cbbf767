//! Seconds of one pass of the loader over the training images of Caltech-101: decoded, a random part
//! resized to 224 x 224, mirrored, normalised. `bench/loader.sh` runs it beside PyTorch's loader.
//!
//! Arguments: the data root, threads, passes. Prints one line of JSON a pass.
#![allow(clippy::print_stdout)]

use candle_core::Device;
use mlpt_core::data::transform::{InputConfig, Transform, TransformConfig};
use mlpt_core::data::{ImageRef, Item, Loader};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use mlpt_datasets::published::find;
use mlpt_datasets::split_file::SplitFile;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const BATCH: usize = 32;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let [_, root, threads, passes] = &args[..] else {
        return Err(Error::invalid("usage: bench_loader ROOT THREADS PASSES"));
    };
    let number = |text: &String| text.parse::<usize>().map_err(|e| Error::invalid(format!("'{text}': {e}")));
    let (threads, passes) = (number(threads)?, number(passes)?);
    let set = find("Caltech101").ok_or_else(|| Error::invalid("Caltech101 is gone"))?;
    let folder = Path::new(root).join(set.folder);
    let split = SplitFile::read(&folder.join(set.split_file.unwrap_or_default()))?;
    let images: Arc<Path> = Arc::from(folder.join(set.images));
    let items: Vec<Item> = split
        .train
        .iter()
        .map(|entry| Item {
            image: ImageRef::File { root: images.clone(), relative: Arc::from(entry.0.as_str()) },
            label: entry.1,
            domain: 0,
        })
        .collect();
    let config = TransformConfig::check(&InputConfig {
        size: vec![224, 224],
        interpolation: "bicubic".to_owned(),
        transforms: ["random_resized_crop", "random_flip", "normalize"].map(str::to_owned).to_vec(),
        ..InputConfig::default()
    })?;
    // No cache: every pass decodes.
    let loader = Loader::new(Transform::new(config, true), threads, 0, Device::Cpu)?;
    for pass in 0..passes {
        let started = Instant::now();
        let rng = RngTree::new(1).at(pass);
        let mut count = 0;
        let mut sum = 0.0;
        for batch in loader.batches(&items, (0..items.len()).collect(), BATCH, false, &rng) {
            let batch = batch?;
            count += batch.labels.len();
            // Touches the result, so that nothing can be left undone.
            sum += batch.images()?.narrow(3, 0, 1)?.mean_all()?.to_scalar::<f32>()?;
        }
        let seconds = started.elapsed().as_secs_f64();
        println!("{{\"images\": {count}, \"seconds\": {seconds:.3}, \"check\": {sum:.3}}}");
    }
    Ok(())
}
