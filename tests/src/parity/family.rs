//! The published architectures, as open_clip builds them.

use super::check::gather;
use super::comparison::Comparison;
use super::device::device;
use super::{Check, generated, golden};
use candle_core::{DType, Tensor};
use mlpt_core::clip::{ClipConfig, ClipModel, rename_weights};
use mlpt_core::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;

const GROUP: &str = "architectures";
const REFERENCE: &str = "clip_family.py (open_clip_torch 3.3.0, torch 2.15.0)";
const TOLERANCE: f64 = 1e-5;

/// RN50, RN101, ViT-B/32 and ViT-B/16 as large as they are. Minutes and gigabytes, so not among [`super::all`].
pub fn full_checks() -> Vec<Check> {
    of_file("clip_full.json")
}

/// Features of the nine published architectures, full depth at reduced width, and of one that only its description
/// tells. Names, shape and description all come from the files' side.
pub(super) fn checks() -> Vec<Check> {
    of_file("clip_family.json")
}

fn of_file(name: &str) -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let golden = golden::json(name)?;
        let cases = golden.as_object().into_iter().flatten().filter(|(_, case)| case["shapes"].is_object());
        let mut checks = Vec::new();
        for (name, case) in cases {
            for comparison in compare(name, case)? {
                checks.push(comparison.finish());
            }
        }
        Ok(checks)
    })
}

/// Image and text features of one architecture.
fn compare(name: &str, case: &Value) -> Result<[Comparison; 2]> {
    let model = model(case, generated::weights(&case["shapes"])?)?;
    let relative = |what: &str| Comparison::relative(GROUP, format!("{name}, {what} features"), REFERENCE, TOLERANCE);
    let (mut images, mut texts) = (relative("image"), relative("text"));
    let rows = |key: &str| golden::list(case, key);
    let pixels = generated::pixels(rows("image")?.len(), model.config().image_size())?;
    each_row(&mut images, &model.image_features(&pixels)?, rows("image")?)?;
    let ids: Vec<Vec<u32>> =
        serde_json::from_value(case["ids"].clone()).map_err(|e| Error::invalid(format!("{name}: {e}")))?;
    each_row(&mut texts, &model.text_features(&ids)?, rows("text")?)?;
    Ok([images, texts])
}

/// The model, from OpenAI's names and its description; where heads are 64 wide, the weights must tell the same.
fn model(case: &Value, weights: BTreeMap<String, Tensor>) -> Result<ClipModel> {
    let description = serde_json::json!({ "model_cfg": case["description"] }).to_string();
    let (config, _) = ClipConfig::from_open_clip(&description)?;
    let weights = rename_weights(weights)?;
    if case["description"]["quick_gelu"] == true {
        let inferred = ClipConfig::from_weights(&weights)?;
        // A residual network's file says nothing of a transformer that is not there.
        if (&inferred.text_config, &inferred.resnet_config) != (&config.text_config, &config.resnet_config)
            || (config.resnet_config.is_none() && inferred.vision_config != config.vision_config)
        {
            return Err(Error::invalid(format!("the weights tell {inferred:?}, the description {config:?}")));
        }
    }
    ClipModel::frozen(&config, weights, DType::F32, device())
}

/// Each row on its own scale: the longest features must not hide the others. The file holds at most the first 128.
fn each_row(comparison: &mut Comparison, ours: &Tensor, theirs: &[Value]) -> Result<()> {
    let ours: Vec<Vec<f64>> = ours.to_dtype(DType::F64)?.to_vec2()?;
    for (i, row) in theirs.iter().enumerate() {
        let theirs: Vec<f64> = row.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        let ours = ours.get(i).map_or(&[][..], Vec::as_slice);
        comparison.numbers(&ours[..ours.len().min(128)], &theirs);
    }
    Ok(())
}
