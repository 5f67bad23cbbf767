//! The random transforms, given what was drawn: bytes of single operations, and whole training views.
//!
//! All bytes are Pillow's and torchvision's but those of the Gaussian blur: torchvision convolves with the
//! window as a whole, this program along the rows and then along the columns, so that a sum which lies
//! half-way between two levels may be rounded to the other one. The largest difference is one level.

use super::case::{Tensors, bytes, operated, pair, picture};
use super::view::view;
use crate::parity::check::gather;
use crate::parity::comparison::Comparison;
use crate::parity::{Check, golden};
use candle_core::{Device, Tensor};
use mlpt_core::data::transform::augment::{Policy, RandAugment, RandomCrop};
use mlpt_core::data::transform::instance_norm;
use mlpt_core::files::sha256_hex;
use mlpt_core::{Error, Result};
use serde_json::Value;

const GROUP: &str = "augment";
const REFERENCE: &str = "augment.py (pillow 12.3.0, torchvision 0.29.2)";
const TORCH: &str = "augment.py (torch 2.15.0)";

/// The families of operations, as the script calls them: bytes, and digests of larger results.
const FAMILIES: [(&str, &str); 7] = [
    ("moved on grey", "AutoAugment's shears, shifts and turns"),
    ("moved on black", "RandAugment's shears, shifts and turns"),
    ("cut out", "RandAugment's rectangles"),
    ("levels", "auto-contrast, equalise, invert, posterise, solarise"),
    ("blended", "colour, contrast, brightness, sharpness"),
    ("hue and grey", "hue and grey"),
    ("all colours", "hue, grey, colour of 262144 colours"),
];

/// Operations, crops, sequences, norms, tables.
pub(in crate::parity) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let golden = golden::json("augment.json")?;
        let tensors = golden::tensors("augment.safetensors")?;
        let mut checks = Vec::new();
        for (family, what) in FAMILIES {
            checks.push(operations(&golden, &tensors, family, what)?);
        }
        checks.push(blurs(&golden, &tensors)?);
        checks.push(crops(&golden, &tensors)?);
        checks.push(sequences(&golden, &tensors)?);
        checks.push(norms(&golden, &tensors)?);
        checks.push(policies(&golden)?);
        checks.push(spaces(&golden)?);
        Ok(checks)
    })
}

fn operations(golden: &Value, tensors: &Tensors, family: &str, what: &str) -> Result<Check> {
    let mut compare = Comparison::exact(GROUP, format!("bytes or digests of {what}"), REFERENCE);
    for (number, case) in golden::list(golden, "cases")?.iter().enumerate() {
        if golden::text(case, "family")? != family {
            continue;
        }
        let ours = operated(tensors, case)?;
        match case["digest"].as_str() {
            Some(digest) => compare.items(&[sha256_hex(ours.as_raw()).get(..32)], &[Some(digest)]),
            None => compare.items(ours.as_raw(), &bytes(tensors, &format!("case.{number}"))?),
        }
    }
    Ok(compare.finish())
}

fn blurs(golden: &Value, tensors: &Tensors) -> Result<Check> {
    let mut compare = Comparison::absolute(GROUP, "bytes of a Gaussian blur", REFERENCE, 1.0);
    for (number, case) in golden::list(golden, "cases")?.iter().enumerate() {
        if golden::text(case, "family")? == "blurred" {
            let theirs = bytes(tensors, &format!("case.{number}"))?;
            compare.numbers(&numbers(operated(tensors, case)?.as_raw()), &numbers(&theirs));
        }
    }
    Ok(compare.finish())
}

fn crops(golden: &Value, tensors: &Tensors) -> Result<Check> {
    let what = "bytes of a part of a picture with a border";
    let mut compare = Comparison::exact(GROUP, what, REFERENCE);
    for (number, case) in golden::list(golden, "crops")?.iter().enumerate() {
        let [left, top] = pair(case, "at")?;
        let [height, width] = pair(case, "size")?;
        let padding = golden::number(case, "padding")? as usize;
        let ours = RandomCrop { left, top }.apply(&picture(tensors, case)?, (height, width), padding);
        compare.items(ours.as_raw(), &bytes(tensors, &format!("crop.{number}"))?);
    }
    Ok(compare.finish())
}

fn sequences(golden: &Value, tensors: &Tensors) -> Result<Check> {
    let what = "whole training views with given draws";
    let mut compare = Comparison::exact(GROUP, what, REFERENCE);
    for (number, case) in golden::list(golden, "sequences")?.iter().enumerate() {
        let ours = view(golden, tensors, number, case, false)?;
        compare.tensors(&ours, golden::tensor(tensors, &format!("sequence.{number}"))?)?;
    }
    Ok(compare.finish())
}

/// torch adds up in single precision, this program in double.
fn norms(golden: &Value, tensors: &Tensors) -> Result<Check> {
    let mut compare = Comparison::relative(GROUP, "instance norm of training views", TORCH, 2e-6);
    let sequences = golden::list(golden, "sequences")?;
    for (norm, number) in golden::indices(golden, "norms")?.into_iter().enumerate() {
        let case = sequences.get(number).ok_or_else(|| Error::invalid("augment.json: a norm of no sequence"))?;
        let theirs = golden::tensor(tensors, &format!("norm.{norm}"))?;
        compare.tensors(&view(golden, tensors, number, case, true)?, theirs)?;
        // The function alone, on the other side's numbers.
        let mut values: Vec<f32> = golden::tensor(tensors, &format!("sequence.{number}"))?.flatten_all()?.to_vec1()?;
        let pixels = values.len() / 3;
        instance_norm(&mut values, pixels);
        compare.tensors(&Tensor::from_vec(values, theirs.dims(), &Device::Cpu)?, theirs)?;
    }
    Ok(compare.finish())
}

fn policies(golden: &Value) -> Result<Check> {
    let mut compare = Comparison::exact(GROUP, "entries of AutoAugment's policies", REFERENCE);
    for policy in Policy::ALL {
        let ours: Vec<String> = (policy.parts().as_flattened().iter())
            .map(|(probability, kind, level)| format!("{probability:?} {kind:?} {level}"))
            .collect();
        let theirs: Vec<String> = golden::list(&golden["policies"], policy.name())?
            .iter()
            .map(|entry| format!("{} {} {}", entry[0], entry[1].as_str().unwrap_or_default(), entry[2]))
            .collect();
        compare.items(&ours, &theirs);
    }
    Ok(compare.finish())
}

fn spaces(golden: &Value) -> Result<Check> {
    let mut compare = Comparison::exact(GROUP, "operations and ranges of the RandAugments", REFERENCE);
    for (name, which) in [
        ("randaugment", RandAugment::Original { count: 2, magnitude: 10 }),
        ("randaugment_fixmatch", RandAugment::FixMatch { count: 2 }),
        ("randaugment2", RandAugment::Second { count: 2 }),
    ] {
        let ours: Vec<String> =
            which.space().iter().map(|(kind, low, high)| format!("{kind:?} {low:?} {high:?}")).collect();
        let theirs: Vec<String> = golden::list(&golden["spaces"], name)?
            .iter()
            .map(|entry| format!("{} {} {}", entry[0].as_str().unwrap_or_default(), entry[1], entry[2]))
            .collect();
        compare.items(&ours, &theirs);
    }
    Ok(compare.finish())
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    bytes.iter().map(|&b| f64::from(b)).collect()
}
