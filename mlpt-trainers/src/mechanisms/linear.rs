//! A linear layer that learns.

use super::draw;
use candle_core::{Device, Tensor, Var};
use mlpt_core::Result;
use mlpt_core::prompt::NamedVar;
use mlpt_core::rng::RngTree;

/// Weight `[O, I]` and bias `[O]`.
pub(super) struct Linear {
    weight: Var,
    bias: Var,
}

impl Linear {
    /// Drawn as PyTorch does.
    pub(super) fn draw(inputs: usize, outputs: usize, rng: &RngTree, device: &Device) -> Result<Self> {
        Ok(Self {
            weight: draw::linear(&[outputs, inputs], inputs, &rng.child("weight"), device)?,
            bias: draw::linear(&[outputs], inputs, &rng.child("bias"), device)?,
        })
    }

    /// Rows `[N, I]` to `[N, O]`, with a graph.
    pub(super) fn apply(&self, x: &Tensor) -> Result<Tensor> {
        Ok(x.matmul(&self.weight.as_tensor().t()?)?.broadcast_add(self.bias.as_tensor())?)
    }

    /// `name.weight` and `name.bias`.
    pub(super) fn named(&self, name: &str) -> [NamedVar; 2] {
        [("weight", &self.weight), ("bias", &self.bias)]
            .map(|(part, var)| NamedVar { name: format!("{name}.{part}"), var: var.clone() })
    }
}
