//! Pictures: resampling, and the transforms of test and training from a file's bytes to pixels.

use super::check::gather;
use super::comparison::Comparison;
use super::{Check, golden};
use candle_core::{Device, Tensor};
use image::RgbImage;
use mlpt_core::data::decode_picture;
use mlpt_core::data::transform::{Augment, Filter, Transform, TransformConfig, Window, random_resized_window, resize};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const GROUP: &str = "transforms";
const PILLOW: &str = "resize.py (pillow 12.3.0)";
const PICTURES: &str = "pictures.py (pillow 12.3.0)";
const TORCHVISION: &str = "transform.py (torchvision 0.29.2, pillow 12.3.0)";

/// Bytes and normalised pixels.
pub(super) fn checks() -> Vec<Check> {
    let mut checks = gather(GROUP, PILLOW, || Ok(vec![resampling()?]));
    checks.extend(gather(GROUP, PICTURES, odd_files));
    checks.extend(gather(GROUP, TORCHVISION, || {
        let golden = golden::json("transform.json")?;
        let tensors = golden::tensors("transform.safetensors")?;
        let mut checks = vec![
            pipeline(&golden, &tensors, "test", "test: shorter side, centre, normalised")?,
            pipeline(&golden, &tensors, "plain", "plain: resized, neither cut nor normalised")?,
            pipeline(&golden, &tensors, "train", "training: a given part, resized, mirrored or not, normalised")?,
            fallback(&golden)?,
        ];
        checks.extend(jpeg(&golden, &tensors)?);
        Ok(checks)
    }));
    checks
}

fn resampling() -> Result<Check> {
    let golden = golden::json("resize.json")?;
    let mut compare = Comparison::exact(GROUP, "bytes of a part, resized", PILLOW);
    for case in golden.as_array().map_or(&[][..], Vec::as_slice) {
        let side = |key: &str| golden::number(case, key).map(|x| x as usize);
        let picture = picture(side("width")?, side("height")?, hex(golden::text(case, "image")?)?)?;
        let size = golden::indices(case, "size")?;
        let ours = resize(&picture, window(case, "part")?, (size[0], size[1]), window(case, "keep")?, filter(case)?);
        compare.items(ours.as_raw(), &hex(golden::text(case, "result")?)?);
    }
    Ok(compare.finish())
}

/// The cases of one kind: `test`, `train` or `plain`.
fn pipeline(golden: &Value, tensors: &BTreeMap<String, Tensor>, kind: &str, what: &str) -> Result<Check> {
    let mut compare = Comparison::exact(GROUP, what, TORCHVISION);
    let mean = triple(golden, "mean")?;
    let std = triple(golden, "std")?;
    for (number, case) in golden::list(golden, kind)?.iter().enumerate() {
        let size = golden::indices(case, "size")?;
        let config = TransformConfig {
            size: (size[0], size[1]),
            filter: filter(case)?,
            random_resized_crop: kind == "train",
            random_flip: kind == "train",
            augment: Augment::default(),
            normalize: kind != "plain",
            instance_norm: false,
            plain: kind == "plain",
            mean,
            std,
            scale: (0.08, 1.0),
        };
        let picture = file(tensors, case)?;
        let transform = Transform::new(config, kind == "train");
        let pixels = match case["flip"].as_bool() {
            Some(flip) => transform.apply_part(&picture, window(case, "part")?, flip),
            None => transform.apply(&picture, &mut RngTree::new(0).rng()),
        };
        let ours = Tensor::from_vec(pixels, (3, size[0], size[1]), &Device::Cpu)?;
        compare.tensors(&ours, golden::tensor(tensors, &format!("{kind}.{number}"))?)?;
    }
    Ok(compare.finish())
}

fn fallback(golden: &Value) -> Result<Check> {
    let mut compare = Comparison::exact(GROUP, "part of a long strip where no drawn part fits", TORCHVISION);
    for case in golden::list(golden, "fallback")? {
        let size = golden::indices(case, "size")?;
        let ours = random_resized_window(size[0], size[1], (1.0, 1.0), &mut RngTree::new(0).rng());
        compare.items(&[ours.left, ours.top, ours.width, ours.height], &golden::indices(case, "part")?);
    }
    Ok(compare.finish())
}

/// Decoders of JPEG are free in the rounding of the cosine transform and of the colours.
fn jpeg(golden: &Value, tensors: &BTreeMap<String, Tensor>) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for (number, case) in golden::list(golden, "jpeg")?.iter().enumerate() {
        let mode = golden::text(case, "mode")?;
        let what = format!("bytes of a decoded JPEG file, {mode}");
        // One level of brightness or colour is up to 1.8 levels of red or blue, and the two add up.
        let tolerance = if mode == "grey" { 1.0 } else { 4.0 };
        let mut compare = Comparison::absolute(GROUP, what, TORCHVISION, tolerance);
        let ours: Vec<f64> = file(tensors, case)?.as_raw().iter().map(|&b| f64::from(b)).collect();
        let theirs: Vec<u8> = golden::tensor(tensors, &format!("jpeg.{number}"))?.flatten_all()?.to_vec1()?;
        compare.numbers(&ours, &theirs.iter().map(|&b| f64::from(b)).collect::<Vec<_>>());
        checks.push(compare.finish());
    }
    Ok(checks)
}

/// Files that some programs turn, or read in other colours.
fn odd_files() -> Result<Vec<Check>> {
    let golden = golden::json("pictures.json")?;
    let mut checks = Vec::new();
    for case in golden.as_array().map_or(&[][..], Vec::as_slice) {
        let name = golden::text(case, "name")?;
        // Colours of a JPEG as above.
        let tolerance = if case["jpeg"] == true { 4.0 } else { 0.0 };
        let mut compare = Comparison::absolute(GROUP, format!("bytes of a decoded file, {name}"), PICTURES, tolerance);
        let picture = decode_picture(Path::new(name), &hex(golden::text(case, "file")?)?)?;
        let size = golden::indices(case, "size")?;
        if [picture.width() as usize, picture.height() as usize] != size[..] {
            return Err(Error::invalid(format!("{name} is {} x {}", picture.width(), picture.height())));
        }
        let numbers = |bytes: &[u8]| bytes.iter().map(|&b| f64::from(b)).collect::<Vec<f64>>();
        compare.numbers(&numbers(picture.as_raw()), &numbers(&hex(golden::text(case, "rgb")?)?));
        checks.push(compare.finish());
    }
    Ok(checks)
}

/// The stored file of a case, decoded as the data pipeline decodes it.
fn file(tensors: &BTreeMap<String, Tensor>, case: &Value) -> Result<RgbImage> {
    let name = format!("file.{}", golden::number(case, "file")?);
    let bytes: Vec<u8> = golden::tensor(tensors, &name)?.to_vec1()?;
    decode_picture(Path::new(&name), &bytes)
}

fn picture(width: usize, height: usize, bytes: Vec<u8>) -> Result<RgbImage> {
    RgbImage::from_raw(width as u32, height as u32, bytes)
        .ok_or_else(|| Error::invalid("resize.json: a picture's bytes do not fit its size"))
}

fn filter(case: &Value) -> Result<Filter> {
    let name = golden::text(case, "filter")?;
    Filter::by_name(name).ok_or_else(|| Error::invalid(format!("no filter is called '{name}'")))
}

fn window(case: &Value, key: &str) -> Result<Window> {
    match golden::indices(case, key)?[..] {
        [left, top, width, height] => Ok(Window { left, top, width, height }),
        _ => Err(Error::invalid(format!("'{key}' is no window"))),
    }
}

fn triple(golden: &Value, key: &str) -> Result<[f32; 3]> {
    let numbers: Vec<f32> = golden::floats(golden, key)?.into_iter().map(|x| x as f32).collect();
    numbers.try_into().map_err(|_| Error::invalid(format!("'{key}' does not hold three numbers")))
}

fn hex(text: &str) -> Result<Vec<u8>> {
    let byte = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
    bytes.ok_or_else(|| Error::invalid("the golden file: not hexadecimal"))
}
