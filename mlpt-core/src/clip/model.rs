//! Both towers and the temperature.

use super::config::ClipConfig;
use super::text::TextTower;
use super::vision::VisionTower;
use super::weights::{Init, Weights};
use crate::prompt::NamedVar;
use crate::rng::RngTree;
use crate::tensor::Weight;
use crate::{Error, Result};
use candle_core::{DType, Device, Tensor};
use std::collections::BTreeMap;

/// A CLIP whose features carry a graph to whatever tracks: its weights where they are trainable,
/// its inputs where they are not.
#[derive(Clone, Debug)]
pub struct ClipModel {
    config: ClipConfig,
    vision: VisionTower,
    text: TextTower,
    logit_scale: Weight,
    vars: Vec<NamedVar>,
}

impl ClipModel {
    /// A trainable model with OpenAI CLIP's random start (temperature 0.07).
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn random(config: &ClipConfig, rng: &RngTree, device: &Device) -> Result<Self> {
        transformers_only(config)?;
        Self::new(config, Weights::random(rng.clone(), device), DType::F32)
    }

    /// A trainable model that starts from a file's tensors.
    ///
    /// # Errors
    /// When tensors are missing, left over or of a wrong shape.
    pub fn trainable(config: &ClipConfig, tensors: BTreeMap<String, Tensor>, device: &Device) -> Result<Self> {
        transformers_only(config)?;
        Self::new(config, Weights::trainable(tensors, device), DType::F32)
    }

    /// A model that never changes and computes in `dtype`.
    ///
    /// # Errors
    /// When tensors are missing, left over or of a wrong shape.
    pub fn frozen(
        config: &ClipConfig,
        tensors: BTreeMap<String, Tensor>,
        dtype: DType,
        device: &Device,
    ) -> Result<Self> {
        Self::new(config, Weights::frozen(tensors, dtype, device), dtype)
    }

    fn new(config: &ClipConfig, mut weights: Weights, dtype: DType) -> Result<Self> {
        let vision = VisionTower::new(&mut weights, config, dtype)?;
        let text = TextTower::new(&mut weights, config, dtype)?;
        let logit_scale = weights.get("logit_scale", &[], Init::Constant((1.0f64 / 0.07).ln()))?;
        Ok(Self { config: config.clone(), vision, text, logit_scale, vars: weights.finish()? })
    }

    /// The model's shape.
    pub fn config(&self) -> &ClipConfig {
        &self.config
    }

    /// The image tower.
    pub fn vision(&self) -> &VisionTower {
        &self.vision
    }

    /// The text tower.
    pub fn text(&self) -> &TextTower {
        &self.text
    }

    /// The logarithm of the factor between cosines and logits, a scalar.
    pub fn logit_scale(&self) -> &Tensor {
        self.logit_scale.tensor()
    }

    /// Every trainable tensor under its name on disk, in a fixed order; empty where frozen.
    pub fn trainable_vars(&self) -> Vec<NamedVar> {
        self.vars.clone()
    }

    /// Pixels `[B, 3, H, W]`, normalised, to features `[B, E]`, not normalised.
    ///
    /// # Errors
    /// When the pixels are of another size than the model's.
    pub fn image_features(&self, pixels: &Tensor) -> Result<Tensor> {
        self.vision.forward(pixels)
    }

    /// Texts as ids with start and end to features `[B, E]`, not normalised.
    ///
    /// # Errors
    /// When a text is too long, or an id is outside the vocabulary.
    pub fn text_features(&self, ids: &[Vec<u32>]) -> Result<Tensor> {
        self.text.forward(&self.text.batch(ids)?)
    }

    /// The trainable tensors as a safetensors file in `dtype`.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub fn to_safetensors(&self, dtype: DType) -> Result<Vec<u8>> {
        let tensors: BTreeMap<String, Tensor> = self
            .vars
            .iter()
            .map(|v| Ok((v.name.clone(), v.var.as_detached_tensor().to_device(&Device::Cpu)?.to_dtype(dtype)?)))
            .collect::<Result<_>>()?;
        safetensors::tensor::serialize(tensors.iter(), None).map_err(|e| Error::invalid(format!("safetensors: {e}")))
    }
}

/// The batch norms of residual networks are folded away, so that there is nothing to train.
fn transformers_only(config: &ClipConfig) -> Result<()> {
    match config.resnet_config {
        Some(_) => {
            Err(Error::invalid("a CLIP with a residual network cannot be pre-trained here; take one with a ViT"))
        }
        None => Ok(()),
    }
}
