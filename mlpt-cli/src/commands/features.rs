//! `mlpt features`: what is kept of images, and how to be rid of it.

use crate::args::{FeaturesArgs, FeaturesCommand};
use crate::output::{print, table};
use anyhow::{Result, bail};
use mlpt_core::features::{self, Listing};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Runs the command.
///
/// # Errors
/// When there is no home folder, or the folder cannot be read or emptied.
pub fn features(args: &FeaturesArgs) -> Result<()> {
    match &args.command {
        FeaturesCommand::List { dir, json } => {
            let dir = place(dir.as_deref())?;
            let listing = features::list(&dir)?;
            print(&if *json { serde_json::to_string_pretty(&Shown { dir, listing })? } else { text(&dir, &listing) })?;
        }
        FeaturesCommand::Clear { dir, json } => {
            let dir = place(dir.as_deref())?;
            let (files, bytes) = features::clear(&dir)?;
            print(&match *json {
                true => serde_json::to_string_pretty(&json!({ "dir": dir, "files": files, "bytes": bytes }))?,
                false => {
                    format!("{}: removed {} of features, {}", dir.display(), counted(files, "file"), size(bytes))
                }
            })?;
        }
    }
    Ok(())
}

/// The folder that was named, or that of a run with the same environment, which need not be there yet.
fn place(dir: Option<&Path>) -> Result<PathBuf> {
    match dir {
        Some(dir) if !dir.is_dir() => bail!("there is no folder {}: --dir names one with features", dir.display()),
        Some(dir) => Ok(dir.to_owned()),
        None => Ok(features::folder(&std::env::var("MLPT__FEATURES__DIR").unwrap_or_default())?),
    }
}

#[derive(serde::Serialize)]
struct Shown {
    dir: PathBuf,
    #[serde(flatten)]
    listing: Listing,
}

fn text(dir: &Path, listing: &Listing) -> String {
    if listing.files.is_empty() {
        return format!("{}: no features are kept", dir.display());
    }
    let mut rows = vec![["file", "model", "device", "precision", "images", "size"].map(str::to_owned).to_vec()];
    for file in &listing.files {
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        rows.push(match &file.recipe {
            Some(recipe) => {
                let (device, precision) = (recipe.device.clone(), recipe.precision.clone());
                vec![name, file.model.clone(), device, precision, file.images.to_string(), size(file.bytes)]
            }
            None => vec![name, "damaged".to_owned(), "-".into(), "-".into(), "-".into(), size(file.bytes)],
        });
    }
    let (images, bytes) = listing.files.iter().fold((0, 0), |(n, b), file| (n + file.images, b + file.bytes));
    format!(
        "{}\n{}: {}, {} in {}; {} known by their size and time, {}",
        table(&rows, 0),
        dir.display(),
        counted(images, "row"),
        size(bytes),
        counted(listing.files.len(), "file"),
        counted(listing.known_images, "image file"),
        size(listing.index_bytes)
    )
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}
