//! The tensors that an optimiser keeps for each parameter.

use crate::prompt::NamedVar;
use crate::{Error, Result};
use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor};
use std::collections::BTreeMap;

/// For each parameter either nothing (not stepped yet) or one tensor of each kind.
#[derive(Debug)]
pub(super) struct Slots<const K: usize> {
    kinds: [&'static str; K],
    tensors: Vec<Option<[Tensor; K]>>,
}

impl<const K: usize> Slots<K> {
    /// Empty slots for `count` parameters.
    pub(super) fn new(kinds: [&'static str; K], count: usize) -> Self {
        Self { kinds, tensors: vec![None; count] }
    }

    /// The tensors of the parameter at `index`.
    pub(super) fn get(&self, index: usize) -> Option<&[Tensor; K]> {
        self.tensors[index].as_ref()
    }

    /// Keeps tensors for the parameter at `index`.
    pub(super) fn set(&mut self, index: usize, tensors: [Tensor; K]) {
        self.tensors[index] = Some(tensors);
    }

    /// Everything by name, such as `ctx.momentum`.
    pub(super) fn save(&self, parameters: &[NamedVar]) -> BTreeMap<String, Tensor> {
        let mut state = BTreeMap::new();
        for (parameter, tensors) in parameters.iter().zip(&self.tensors) {
            for (kind, tensor) in self.kinds.iter().zip(tensors.iter().flatten()) {
                state.insert(format!("{}.{kind}", parameter.name), tensor.clone());
            }
        }
        state
    }

    /// Reads what [`Slots::save`] gave: all or nothing for each parameter. Tensors of kinds in
    /// `scalars` have no shape; the others have their parameter's.
    pub(super) fn load(
        &mut self,
        parameters: &[NamedVar],
        state: &BTreeMap<String, Tensor>,
        scalars: &[&str],
    ) -> Result<()> {
        let mut found = 0;
        let mut loaded = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            let mut tensors = Vec::with_capacity(K);
            for kind in self.kinds {
                let name = format!("{}.{kind}", parameter.name);
                let Some(tensor) = state.get(&name) else { continue };
                let wanted = if scalars.contains(&kind) { &[][..] } else { parameter.var.dims() };
                if tensor.dims() != wanted {
                    return Err(Error::invalid(format!(
                        "optimiser state '{name}' has the shape {:?}, but {wanted:?} is needed",
                        tensor.dims()
                    )));
                }
                // A copy: the caller's tensor may be written to later.
                tensors.push(tensor.detach().to_device(parameter.var.device())?.to_dtype(DType::F32)?.copy()?);
            }
            found += tensors.len();
            let given = tensors.len();
            match <[Tensor; K]>::try_from(tensors) {
                Ok(all) => loaded.push(Some(all)),
                Err(_) if given == 0 => loaded.push(None),
                Err(_) => {
                    return Err(Error::invalid(format!(
                        "the optimiser state of '{}' is incomplete: it needs {}",
                        parameter.name,
                        self.kinds.join(", ")
                    )));
                }
            }
        }
        if found < state.len() {
            let known = |name: &String| {
                parameters.iter().any(|p| self.kinds.iter().any(|k| *name == format!("{}.{k}", p.name)))
            };
            let stray: Vec<&str> = state.keys().filter(|n| !known(n)).map(String::as_str).collect();
            return Err(Error::invalid(format!(
                "optimiser state that this optimiser does not have: {}; was OPTIM.NAME changed?",
                stray.join(", ")
            )));
        }
        self.tensors = loaded;
        Ok(())
    }
}

/// The gradient of every parameter, in order, as f32 without a graph.
///
/// # Errors
/// When one is missing: in candle an operation without a backward gives no gradient, in silence.
pub(super) fn gradients(parameters: &[NamedVar], grads: &GradStore) -> Result<Vec<Tensor>> {
    let gradient = |p: &NamedVar| match grads.get(p.var.as_tensor()) {
        Some(g) => Ok(g.detach().to_dtype(DType::F32)?),
        None => Err(Error::invalid(format!("no gradient reached the parameter '{}'", p.name))),
    };
    parameters.iter().map(gradient).collect()
}
