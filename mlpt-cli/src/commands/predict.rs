//! `mlpt predict`: labels for images that belong to no data set.

use crate::args::{PredictArgs, SettingsArgs, TrainedArgs};
use crate::download::fetch_for;
use crate::output;
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mlpt_core::Registries;
use mlpt_core::data::{ImageRef, Item};
use mlpt_core::engine::{Checkpoints, Predictor, RunOptions};
use mlpt_core::files::write_atomic;
use mlpt_datasets::images_below;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// An image and what the model says of it.
struct Labelled {
    path: PathBuf,
    /// By label.
    probabilities: Vec<f64>,
    /// Labels, the most probable first.
    order: Vec<usize>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    run: &'a Path,
    trainer: &'a str,
    classes: &'a [String],
    images: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    path: &'a Path,
    label: &'a str,
    probability: f64,
    probabilities: &'a [f64],
}

/// Labels the images and prints, or writes, what was found.
///
/// # Errors
/// When there is no such run or image, an image cannot be read, or the output cannot be written.
pub fn predict(args: &PredictArgs, registries: &Registries) -> Result<()> {
    let paths = files(&args.images)?;
    let predictor = load(&args.trained, registries)?;
    let mut items = Vec::with_capacity(paths.len());
    for path in paths {
        let item = Item { image: image(&path), label: 0, domain: 0 };
        match args.skip_broken.then(|| item.image.decode()) {
            Some(Err(error)) => tracing::warn!("skipped: {error}"),
            _ => items.push((path, item)),
        }
    }
    let bar = ProgressBar::with_draw_target(Some(items.len() as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} images  {eta} left") {
        bar.set_style(style);
    }
    let mut found = Vec::with_capacity(items.len());
    for part in items.chunks(predictor.batch()) {
        let part_items: Vec<Item> = part.iter().map(|(_, item)| item.clone()).collect();
        for ((path, _), probabilities) in part.iter().zip(predictor.probabilities(&part_items)?) {
            let mut order: Vec<usize> = (0..probabilities.len()).collect();
            order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
            found.push(Labelled { path: path.clone(), probabilities, order });
        }
        bar.inc(part.len() as u64);
    }
    bar.finish_and_clear();
    let names = predictor.class_names();
    if let Some(path) = &args.output {
        return Ok(write_atomic(path, &csv(&found, names, usize::from(args.top))?)?);
    }
    let text = match args.json {
        true => serde_json::to_string_pretty(&document(&args.trained.run, &predictor, &found))?,
        false => text(&found, names, usize::from(args.top)),
    };
    Ok(output::print(&text)?)
}

/// The trained model of a run, whose settings count.
///
/// # Errors
/// When there is no such run, or its model or checkpoints are not there.
pub(super) fn load(args: &TrainedArgs, registries: &Registries) -> Result<Predictor> {
    if !args.run.is_dir() {
        bail!("there is no run directory {}", args.run.display());
    }
    let settings = SettingsArgs { device: args.device.clone(), ..Default::default() };
    let config = settings.resolve(registries, Some(&args.run))?;
    fetch_for(&config)?;
    let checkpoints = Checkpoints { model_dir: Some(args.run.clone()), epoch: args.load_epoch };
    Ok(Predictor::load(&config, registries, &checkpoints, RunOptions::default())?)
}

/// Every image file that `paths` name, folders unfolded, in that order.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for path in paths {
        if path.is_dir() {
            let below = images_below(path)?;
            if below.is_empty() {
                bail!("{} holds no image (.jpg, .jpeg, .png), nor does a folder below it", path.display());
            }
            all.extend(below.into_iter().map(|name| path.join(name)));
        } else if path.exists() {
            all.push(path.clone());
        } else {
            bail!("there is no image or folder {}", path.display());
        }
    }
    Ok(all)
}

fn image(path: &Path) -> ImageRef {
    let (root, name) = (path.parent().unwrap_or(Path::new("")), path.file_name().unwrap_or_default());
    ImageRef::File { root: root.into(), relative: name.to_string_lossy().as_ref().into() }
}

fn document<'a>(run: &'a Path, predictor: &'a Predictor, found: &'a [Labelled]) -> Document<'a> {
    let classes = predictor.class_names();
    let entry = |l: &'a Labelled| {
        let first = *l.order.first()?;
        Some(Entry {
            path: &l.path,
            label: &classes[first],
            probability: l.probabilities[first],
            probabilities: &l.probabilities,
        })
    };
    Document {
        version: 1,
        run,
        trainer: predictor.trainer(),
        classes,
        images: found.iter().filter_map(entry).collect(),
    }
}

fn text(found: &[Labelled], names: &[String], top: usize) -> String {
    let row = |l: &Labelled| {
        let labels =
            l.order.iter().take(top).flat_map(|&n| [format!("{:5.1} %", 100.0 * l.probabilities[n]), names[n].clone()]);
        std::iter::once(l.path.display().to_string()).chain(labels).collect()
    };
    output::table(&found.iter().map(row).collect::<Vec<_>>(), 0)
}

/// `path,label1,probability1,...`.
fn csv(found: &[Labelled], names: &[String], top: usize) -> Result<Vec<u8>> {
    let top = top.min(names.len());
    let mut table = csv::Writer::from_writer(Vec::new());
    let numbered = |n: usize| if top == 1 { String::new() } else { n.to_string() };
    let columns = (1..=top).flat_map(|n| [format!("label{}", numbered(n)), format!("probability{}", numbered(n))]);
    table.write_record(std::iter::once("path".to_owned()).chain(columns))?;
    for l in found {
        let labels = l.order.iter().take(top).flat_map(|&n| [names[n].clone(), format!("{:.6}", l.probabilities[n])]);
        table.write_record(std::iter::once(l.path.display().to_string()).chain(labels))?;
    }
    table.into_inner().context("the table cannot be made")
}
