//! The image tower, whichever it is.

use super::resnet::Resnet;
use super::transformer::Transformer;
use crate::clip::config::ClipConfig;
use crate::clip::weights::Weights;
use crate::{Error, Result};
use candle_core::{DType, Tensor};

/// A vision transformer or a modified residual network.
#[derive(Clone, Debug)]
pub struct VisionTower {
    kind: Kind,
    size: usize,
    dtype: DType,
}

#[derive(Clone, Debug)]
enum Kind {
    Transformer(Transformer),
    Resnet(Resnet),
}

impl VisionTower {
    /// The tower of `config`: a residual network where it has a `resnet_config`, else a transformer.
    ///
    /// # Errors
    /// When a tensor operation fails; what is wrong with the weights is for [`Weights::finish`].
    pub fn new(weights: &mut Weights, config: &ClipConfig, dtype: DType) -> Result<Self> {
        let kind = match &config.resnet_config {
            Some(shape) => Kind::Resnet(Resnet::new(weights, shape, config.projection_dim)?),
            None => Kind::Transformer(Transformer::new(weights, config)?),
        };
        Ok(Self { kind, size: config.image_size(), dtype })
    }

    /// Pixels `[B, 3, H, W]`, normalised, to features `[B, E]` in f32, not normalised.
    ///
    /// # Errors
    /// When the pixels are of another size than the tower's.
    pub fn forward(&self, pixels: &Tensor) -> Result<Tensor> {
        self.forward_prompted(pixels, &[])
    }

    /// The same with prompts: for each block from the first on, tokens `[M, D]` that stand behind the patches, with a
    /// graph to them. The first block's stay until a later block's replace them (Jia et al., "Visual Prompt Tuning",
    /// ECCV 2022, deep; where only the first is given, shallow).
    ///
    /// # Errors
    /// When pixels or prompts are of another size than the tower's, or the tower is a residual network.
    pub fn forward_prompted(&self, pixels: &Tensor, prompts: &[Option<Tensor>]) -> Result<Tensor> {
        let pixels = self.checked(pixels)?;
        let features = match &self.kind {
            Kind::Transformer(tower) => tower.forward(&pixels, prompts)?,
            Kind::Resnet(tower) if prompts.is_empty() => tower.forward(&pixels)?,
            Kind::Resnet(_) => {
                return Err(Error::invalid(
                    "prompts in the image tower need a vision transformer; take a ViT backbone",
                ));
            }
        };
        Ok(features.to_dtype(DType::F32)?)
    }

    /// The same at every depth, `[L + 1, B, E]`: of the class token as it enters the first of `L` blocks and as it
    /// leaves each, all through the last norm and the projection.
    ///
    /// # Errors
    /// When pixels or prompts are of another size than the tower's, or the tower is a residual network.
    pub fn forward_layers(&self, pixels: &Tensor, prompts: &[Option<Tensor>]) -> Result<Tensor> {
        let pixels = self.checked(pixels)?;
        match &self.kind {
            Kind::Transformer(tower) => Ok(tower.forward_layers(&pixels, prompts)?.to_dtype(DType::F32)?),
            Kind::Resnet(_) => {
                Err(Error::invalid("features of every layer need a vision transformer; take a ViT backbone"))
            }
        }
    }

    /// Pixels of the right size, in the type that the tower computes in.
    fn checked(&self, pixels: &Tensor) -> Result<Tensor> {
        let (size, (_, channels, h, w)) = (self.size, pixels.dims4()?);
        if (channels, h, w) != (3, size, size) {
            return Err(Error::invalid(format!(
                "the image tower takes 3 x {size} x {size} pixels, not {channels} x {h} x {w}: set INPUT.SIZE to {size}"
            )));
        }
        Ok(pixels.to_dtype(self.dtype)?)
    }
}
