//! The seam between an optimiser and whoever has gradients.

use crate::Result;
use crate::prompt::NamedVar;
use candle_core::Tensor;
use candle_core::backprop::GradStore;
use std::collections::BTreeMap;

/// Changes parameters along their gradients and remembers what it needs for that.
///
/// All arithmetic is f32 and without a graph. The learning rate is an argument of the step, so the
/// optimiser has no counter of epochs to get out of step with.
pub trait Optimizer: Send {
    /// One step on every parameter.
    ///
    /// # Errors
    /// When a parameter has no gradient (the message names it); then nothing has changed.
    fn step(&mut self, grads: &GradStore, lr: f64) -> Result<()>;

    /// The parameters, in a fixed order.
    fn parameters(&self) -> &[NamedVar];

    /// What an exact resume needs, by name: `ctx.momentum` for the parameter `ctx`. Empty before
    /// the first step.
    fn state(&self) -> BTreeMap<String, Tensor>;

    /// Puts back what [`Optimizer::state`] gave; an empty map is the state before the first step.
    ///
    /// # Errors
    /// When a name is unknown, a shape differs, or only part of a parameter's state is there. Then
    /// nothing has changed.
    fn load_state(&mut self, state: &BTreeMap<String, Tensor>) -> Result<()>;
}
