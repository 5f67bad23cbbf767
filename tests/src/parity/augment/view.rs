//! Whole training views of `augment.json`.

use super::case::{Tensors, op, pair, picture};
use crate::parity::golden;
use candle_core::{Device, Tensor};
use mlpt_core::data::transform::augment::{Cutout, GaussianNoise, RandomCrop, Translation};
use mlpt_core::data::transform::{Augment, Draws, Filter, Transform, TransformConfig, Window};
use mlpt_core::{Error, Result};
use serde_json::Value;

/// The pixels of a sequence.
pub(super) fn view(
    golden: &Value,
    tensors: &Tensors,
    number: usize,
    case: &Value,
    instance_norm: bool,
) -> Result<Tensor> {
    let [height, width] = pair(case, "size")?;
    let filter = golden::text(case, "filter")?;
    let listed = |key: &str| (!case[key].is_null()).then(|| golden::indices(case, key)).transpose();
    let fault = || Error::invalid(format!("augment.json: sequence {number} is not as it should be"));
    let crop = listed("crop")?;
    let scale = if case["scale"].is_null() { None } else { Some(golden::floats(case, "scale")?) };
    let config = TransformConfig {
        size: (height, width),
        filter: Filter::by_name(filter).ok_or_else(fault)?,
        random_resized_crop: !case["part"].is_null(),
        random_flip: true,
        augment: Augment {
            translation: case["shift"] != "off",
            crop_padding: crop.as_ref().map(|at| at[0]),
            cutout: Some(Cutout { holes: 1, length: golden::number(case, "length")? as usize }),
            noise: scale.as_ref().map(|s| GaussianNoise { mean: s[0] as f32, std: s[1] as f32 }),
            ..Augment::default()
        },
        normalize: true,
        instance_norm,
        plain: false,
        mean: triple(golden, "mean")?,
        std: triple(golden, "std")?,
        scale: (0.08, 1.0),
    };
    let mut operations = Vec::new();
    for operation in golden::list(case, "operations")? {
        operations.extend(op(operation, (width, height))?);
    }
    let draws = Draws {
        translation: match (&case["shift"], listed("shift")) {
            (Value::String(_), _) => None,
            (Value::Null, _) => Some(Translation::Resized),
            (_, shift) => shift?.map(|at| Translation::Shifted { left: at[0], top: at[1] }),
        },
        crop: crop.map(|at| RandomCrop { left: at[1], top: at[2] }),
        part: listed("part")?.map(|p| Window { left: p[0], top: p[1], width: p[2], height: p[3] }),
        flip: case["flip"].as_bool().ok_or_else(fault)?,
        operations,
        holes: golden::indices(case, "holes")?.chunks_exact(2).map(|at| (at[0], at[1])).collect(),
        noise: match scale {
            Some(_) => Some(golden::tensor(tensors, &format!("noise.{number}"))?.flatten_all()?.to_vec1()?),
            None => None,
        },
    };
    let mut out = vec![0.0; 3 * height * width];
    Transform::new(config, true).apply_drawn(&picture(tensors, case)?, &draws, &mut out);
    Ok(Tensor::from_vec(out, (3, height, width), &Device::Cpu)?)
}

fn triple(golden: &Value, key: &str) -> Result<[f32; 3]> {
    let numbers: Vec<f32> = golden::floats(golden, key)?.into_iter().map(|x| x as f32).collect();
    numbers.try_into().map_err(|_| Error::invalid(format!("'{key}' does not hold three numbers")))
}
