//! Reading `tests/golden`.

use super::device::device;
use candle_core::Tensor;
use mlpt_core::{Error, Result, files};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A file in `tests/golden`.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/golden")).join(name)
}

/// A JSON file.
///
/// # Errors
/// When it is missing or no JSON.
pub fn json(name: &str) -> Result<Value> {
    serde_json::from_str(&files::read_text(&path(name))?).map_err(|e| Error::data(path(name), e.to_string()))
}

/// A safetensors file.
///
/// # Errors
/// When it is missing or no safetensors.
pub fn tensors(name: &str) -> Result<BTreeMap<String, Tensor>> {
    Ok(candle_core::safetensors::load(path(name), device())?.into_iter().collect())
}

/// A tensor by its name.
///
/// # Errors
/// When there is none.
pub fn tensor<'a>(tensors: &'a BTreeMap<String, Tensor>, name: &str) -> Result<&'a Tensor> {
    tensors.get(name).ok_or_else(|| Error::invalid(format!("the golden file has no tensor '{name}'")))
}

/// The list under `key`.
///
/// # Errors
/// When it is none.
pub fn list<'a>(value: &'a Value, key: &str) -> Result<&'a [Value]> {
    value[key].as_array().map(Vec::as_slice).ok_or_else(|| fault(value, key, "list"))
}

/// The text under `key`.
///
/// # Errors
/// When it is none.
pub fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().ok_or_else(|| fault(value, key, "text"))
}

/// The number under `key`.
///
/// # Errors
/// When it is none.
pub fn number(value: &Value, key: &str) -> Result<f64> {
    value[key].as_f64().ok_or_else(|| fault(value, key, "number"))
}

/// The numbers under `key`, lists of lists one after the other; a single number is a list of one.
///
/// # Errors
/// When something in it is no number.
pub fn floats(value: &Value, key: &str) -> Result<Vec<f64>> {
    let mut out = Vec::new();
    if flatten(&value[key], &mut out) { Ok(out) } else { Err(fault(value, key, "list of numbers")) }
}

/// The same as whole numbers.
///
/// # Errors
/// When something in it is none.
pub fn indices(value: &Value, key: &str) -> Result<Vec<usize>> {
    let whole = |x: f64| (x >= 0.0 && x.fract() == 0.0).then_some(x as usize);
    floats(value, key)?
        .into_iter()
        .map(|x| whole(x).ok_or_else(|| fault(value, key, "list of whole numbers")))
        .collect()
}

fn flatten(value: &Value, out: &mut Vec<f64>) -> bool {
    match value {
        Value::Array(list) => list.iter().all(|v| flatten(v, out)),
        other => other.as_f64().map(|x| out.push(x)).is_some(),
    }
}

fn fault(value: &Value, key: &str, wanted: &str) -> Error {
    let start: String = value.to_string().chars().take(80).collect();
    Error::invalid(format!("the golden file has no {wanted} '{key}' in {start}"))
}
