//! Pictures and operations of `augment.json`.

use crate::parity::golden;
use candle_core::Tensor;
use image::RgbImage;
use mlpt_core::data::transform::augment::{Kind, Policy, RandAugment};
use mlpt_core::data::transform::ops::Op;
use mlpt_core::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// What is in `augment.safetensors`.
pub(super) type Tensors = BTreeMap<String, Tensor>;

/// The picture of a case after its operation.
pub(super) fn operated(tensors: &Tensors, case: &Value) -> Result<RgbImage> {
    let mut image = picture(tensors, case)?;
    let size = (image.width() as usize, image.height() as usize);
    if let Some(op) = op(case, size)? {
        op.apply(&mut image);
    }
    Ok(image)
}

/// The operation of a case; none is the identity.
pub(super) fn op(case: &Value, size: (usize, usize)) -> Result<Option<Op>> {
    let (how, name) = (golden::text(case, "how")?, golden::text(case, "name")?);
    let args = golden::floats(case, "args")?;
    let arg = |i: usize| args.get(i).copied().unwrap_or_default();
    // Every kind occurs in one of the lists.
    let listed = RandAugment::Original { count: 1, magnitude: 0 }.space().iter();
    let kinds = listed.chain(RandAugment::FixMatch { count: 1 }.space()).map(|entry| entry.0);
    let kind = kinds.into_iter().find(|kind: &Kind| format!("{kind:?}") == name);
    let op = match (how, kind, name) {
        ("policy", Some(kind), _) => Policy::operation(kind, arg(0) as usize, arg(1) < 0.0, size),
        ("rand", Some(kind), _) => RandAugment::operation(kind, arg(0), (arg(1), arg(2)), size),
        ("plain", _, "Brightness") => Some(Op::Brightness(arg(0))),
        ("plain", _, "Contrast") => Some(Op::Contrast(arg(0))),
        ("plain", _, "Color") => Some(Op::Color(arg(0))),
        ("plain", _, "Hue") => Some(Op::Hue(arg(0))),
        ("plain", _, "Grayscale") => Some(Op::Grayscale),
        ("plain", _, "Blur") => Some(Op::Blur { kernel: arg(0) as usize, sigma: arg(1) }),
        _ => return Err(Error::invalid(format!("augment.json: no operation is called '{name}'"))),
    };
    Ok(op)
}

/// The stored picture of a case, or the one with all colours.
pub(super) fn picture(tensors: &Tensors, case: &Value) -> Result<RgbImage> {
    let name = format!("picture.{}", golden::number(case, "picture")?);
    let Some(stored) = tensors.get(&name) else { return Ok(colours()) };
    let (height, width, _) = stored.dims3()?;
    RgbImage::from_raw(width as u32, height as u32, bytes(tensors, &name)?)
        .ok_or_else(|| Error::invalid(format!("augment.safetensors: '{name}' is no picture")))
}

/// As the script makes it: every fourth level of each channel with every other channel's.
fn colours() -> RgbImage {
    RgbImage::from_fn(512, 512, |x, y| {
        let i = y * 512 + x;
        let levels = [4 * (i & 63) + (i >> 6 & 3), 4 * (i >> 6 & 63) + (i >> 12 & 3), 4 * (i >> 12) + (i & 3)];
        image::Rgb(levels.map(|level| level as u8))
    })
}

/// The bytes under a name.
pub(super) fn bytes(tensors: &Tensors, name: &str) -> Result<Vec<u8>> {
    Ok(golden::tensor(tensors, name)?.flatten_all()?.to_vec1()?)
}

/// Two numbers under a key.
pub(super) fn pair(case: &Value, key: &str) -> Result<[usize; 2]> {
    let fault = |_| Error::invalid(format!("augment.json: '{key}' is no pair"));
    golden::indices(case, key)?.try_into().map_err(fault)
}
