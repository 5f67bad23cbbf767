//! A learner's trainable tensors, by name.

use crate::prompt::NamedVar;
use crate::{Error, Result};
use candle_core::Tensor;
use std::collections::BTreeMap;
use std::path::Path;

/// The values of `parameters` as they are now, by name; later steps do not change them.
///
/// # Errors
/// When a tensor operation fails.
pub fn parameter_tensors(parameters: &[NamedVar]) -> Result<BTreeMap<String, Tensor>> {
    parameters.iter().map(|p| Ok((p.name.clone(), p.var.as_detached_tensor().copy()?))).collect()
}

/// Puts `tensors` into `parameters`, all of them or none.
///
/// # Errors
/// When a tensor is missing, is one too many or has another shape; the message names it.
pub fn load_parameters(path: &Path, parameters: &[NamedVar], tensors: &BTreeMap<String, Tensor>) -> Result<()> {
    for p in parameters {
        let Some(tensor) = tensors.get(&p.name) else {
            let there: Vec<&str> = tensors.keys().map(String::as_str).collect();
            let message = format!("has no tensor '{}', only: {}", p.name, there.join(", "));
            return Err(Error::model(path, message));
        };
        if tensor.dims() != p.var.dims() {
            let message = format!(
                "tensor '{}' has shape {:?} in the file, but the model asks for {:?} \
                 (another number of context tokens, of classes with class-specific contexts, or another backbone?)",
                p.name,
                tensor.dims(),
                p.var.dims()
            );
            return Err(Error::model(path, message));
        }
    }
    if let Some(extra) = tensors.keys().find(|name| !parameters.iter().any(|p| &p.name == *name)) {
        return Err(Error::model(path, format!("has a tensor '{extra}' that this mechanism does not know")));
    }
    for p in parameters {
        if let Some(tensor) = tensors.get(&p.name) {
            p.var.set(&tensor.to_dtype(p.var.dtype())?.to_device(p.var.device())?)?;
        }
    }
    Ok(())
}
