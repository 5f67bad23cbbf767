//! `mlpt export`: a trained run as one feature a class, for programs without a text tower.

use super::predict::load;
use crate::args::ExportArgs;
use crate::output;
use anyhow::{Context, Result};
use mlpt_core::Registries;
use mlpt_core::clip::Interpolation;
use mlpt_core::files::write_atomic;
use serde_json::json;
use std::collections::BTreeMap;

/// Version of `classifier.json`. It rises when a field changes its meaning.
const VERSION: u32 = 1;
const TENSORS: &str = "classifier.safetensors";

/// Writes `classifier.json` and `classifier.safetensors`.
///
/// # Errors
/// When there is no such run, its classifier depends on the image, or a file cannot be written.
pub fn export(args: &ExportArgs, registries: &Registries) -> Result<()> {
    let predictor = load(&args.trained, registries)?;
    let classifier = predictor.classifier()?;
    let (clip, pixels) = (predictor.clip(), predictor.clip().preprocess());
    let filter = match pixels.interpolation {
        Interpolation::Nearest => "nearest",
        Interpolation::Bilinear => "bilinear",
        Interpolation::Bicubic => "bicubic",
    };
    let document = json!({
        "version": VERSION,
        "program": concat!("mlpt ", env!("CARGO_PKG_VERSION")),
        "trainer": predictor.trainer(),
        "classes": predictor.class_names(),
        "image_tower": { "name": clip.name(), "digest": clip.digest() },
        "logit_scale": classifier.logit_scale,
        "preprocess": {
            "size": pixels.size, "interpolation": filter, "mean": pixels.mean, "std": pixels.std,
            "steps": predictor.transform(),
        },
        "weights": { "file": TENSORS, "tensor": "class_features", "shape": classifier.weights.dims() },
        "use": "logits = logit_scale * x @ class_features.T for the image feature x divided by its length",
    });
    let tensors = BTreeMap::from([("class_features", classifier.weights)]);
    let bytes = safetensors::serialize(tensors, None).context("the class features cannot be written")?;
    // The description last: where it lies, everything does.
    write_atomic(&args.output.join(TENSORS), &bytes)?;
    let text = serde_json::to_string_pretty(&document)?;
    write_atomic(&args.output.join("classifier.json"), format!("{text}\n").as_bytes())?;
    let told = match args.json {
        true => text,
        false => format!(
            "{} classes of {} numbers, for the image tower of {}: {} bytes in {}",
            predictor.class_names().len(),
            clip.embed_dim(),
            clip.name(),
            bytes.len(),
            args.output.display()
        ),
    };
    Ok(output::print(&told)?)
}
