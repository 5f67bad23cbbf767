//! The one optimiser behind all of them: what sets them apart is what they do to a single parameter.

use super::Optimizer;
use super::slots::{Slots, gradients};
use crate::Result;
use crate::prompt::NamedVar;
use candle_core::Tensor;
use candle_core::backprop::GradStore;
use std::collections::BTreeMap;

/// Added to the root of a second moment.
pub(super) const EPSILON: f64 = 1e-8;

/// What one step does to one parameter, for which `K` tensors are kept between steps.
pub(super) trait Rule<const K: usize> {
    /// Names of the kept tensors.
    const KINDS: [&'static str; K];
    /// Those of them that are a single number; the others have their parameter's shape.
    const SCALARS: &'static [&'static str] = &[];

    /// The new weight, and what is kept now. `kept` is `None` before the first step.
    fn update(
        &self,
        weight: Tensor,
        gradient: Tensor,
        kept: Option<&[Tensor; K]>,
        lr: f64,
    ) -> candle_core::Result<(Tensor, Option<[Tensor; K]>)>;
}

/// An optimiser that follows a rule.
#[derive(Debug)]
pub(super) struct Ruled<R, const K: usize> {
    rule: R,
    parameters: Vec<NamedVar>,
    slots: Slots<K>,
}

impl<R: Rule<K>, const K: usize> Ruled<R, K> {
    pub(super) fn new(rule: R, parameters: Vec<NamedVar>) -> Self {
        Self { rule, slots: Slots::new(R::KINDS, parameters.len()), parameters }
    }
}

impl<R: Rule<K> + Send, const K: usize> Optimizer for Ruled<R, K> {
    fn step(&mut self, grads: &GradStore, lr: f64) -> Result<()> {
        for (index, gradient) in gradients(&self.parameters, grads)?.into_iter().enumerate() {
            let var = &self.parameters[index].var;
            let (weight, kept) = self.rule.update(var.as_detached_tensor(), gradient, self.slots.get(index), lr)?;
            var.set(&weight)?;
            if let Some(kept) = kept {
                self.slots.set(index, kept);
            }
        }
        Ok(())
    }

    fn parameters(&self) -> &[NamedVar] {
        &self.parameters
    }

    fn state(&self) -> BTreeMap<String, Tensor> {
        self.slots.save(&self.parameters)
    }

    fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()> {
        self.slots.load(&self.parameters, state, R::SCALARS)
    }
}

/// The gradient with L2 weight decay in it.
pub(super) fn decayed(gradient: Tensor, weight: &Tensor, decay: f64) -> candle_core::Result<Tensor> {
    if decay == 0.0 { Ok(gradient) } else { gradient + weight.affine(decay, 0.0)? }
}

/// `decay * old + (1 - decay) * new`.
pub(super) fn smoothed(old: &Tensor, new: &Tensor, decay: f64) -> candle_core::Result<Tensor> {
    old.affine(decay, 0.0)? + new.affine(1.0 - decay, 0.0)?
}
