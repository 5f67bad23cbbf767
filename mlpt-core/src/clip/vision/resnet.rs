//! OpenAI's modified residual network (Radford et al. 2021, section 2.4; ResNet-D's stem and average pooling
//! before every stride, Zhang 2019's anti-aliasing in its simplest form).

use super::convolution::{Convolution, Shape};
use super::pool::AttentionPool;
use crate::Result;
use crate::clip::config::ResnetConfig;
use crate::clip::weights::Weights;
use crate::tensor::{average_pool, relu};
use candle_core::Tensor;

/// Channels of a block's output for each of its inner ones.
const EXPANSION: usize = 4;

/// A stem of three convolutions, four stages of bottleneck blocks, attention pooling.
#[derive(Clone, Debug)]
pub(super) struct Resnet {
    stem: Vec<Convolution>,
    blocks: Vec<Bottleneck>,
    pool: AttentionPool,
}

/// 1 x 1, 3 x 3, 1 x 1, each with its batch norm, around a shortcut. A stride is an average pooling.
#[derive(Clone, Debug)]
struct Bottleneck {
    convolutions: [Convolution; 3],
    shortcut: Option<Convolution>,
    stride: usize,
}

impl Resnet {
    /// The tower of `shape` with weights named as OpenAI names them, `visual.*`.
    pub(super) fn new(weights: &mut Weights, shape: &ResnetConfig, outputs: usize) -> Result<Self> {
        let half = shape.width / 2;
        let stem = [(3, half, 2), (half, half, 1), (half, shape.width, 1)]
            .into_iter()
            .enumerate()
            .map(|(i, (inputs, outputs, stride))| {
                let shape = Shape { inputs, outputs, kernel: 3, stride };
                Convolution::new(weights, &format!("visual.conv{}", i + 1), &format!("visual.bn{}", i + 1), shape)
            })
            .collect::<Result<_>>()?;
        let mut blocks = Vec::new();
        let mut inputs = shape.width;
        for (stage, &count) in shape.layers.iter().enumerate() {
            let inner = shape.width << stage;
            for i in 0..count {
                let stride = if stage > 0 && i == 0 { 2 } else { 1 };
                let name = format!("visual.layer{}.{i}", stage + 1);
                blocks.push(Bottleneck::new(weights, &name, inputs, inner, stride)?);
                inputs = inner * EXPANSION;
            }
        }
        Ok(Self { stem, blocks, pool: AttentionPool::new(weights, shape, outputs)? })
    }

    /// Pixels `[B, 3, S, S]`, normalised, to features `[B, E]`, not normalised.
    pub(super) fn forward(&self, pixels: &Tensor) -> Result<Tensor> {
        let mut x = pixels.permute((0, 2, 3, 1))?.contiguous()?;
        for convolution in &self.stem {
            x = relu(&convolution.forward(&x)?)?;
        }
        x = average_pool(&x)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        self.pool.forward(&x)
    }
}

impl Bottleneck {
    fn new(weights: &mut Weights, name: &str, inputs: usize, inner: usize, stride: usize) -> Result<Self> {
        let outputs = inner * EXPANSION;
        let mut convolution = |conv: &str, norm: &str, inputs, outputs, kernel| {
            let shape = Shape { inputs, outputs, kernel, stride: 1 };
            Convolution::new(weights, &format!("{name}.{conv}"), &format!("{name}.{norm}"), shape)
        };
        let convolutions = [
            convolution("conv1", "bn1", inputs, inner, 1)?,
            convolution("conv2", "bn2", inner, inner, 3)?,
            convolution("conv3", "bn3", inner, outputs, 1)?,
        ];
        let shortcut = if stride > 1 || inputs != outputs {
            Some(convolution("downsample.0", "downsample.1", inputs, outputs, 1)?)
        } else {
            None
        };
        Ok(Self { convolutions, shortcut, stride })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let [first, second, third] = &self.convolutions;
        let strided = |x: Tensor| if self.stride > 1 { average_pool(&x) } else { Ok(x) };
        let y = relu(&first.forward(x)?)?;
        let y = strided(relu(&second.forward(&y)?)?)?;
        let y = third.forward(&y)?;
        let shortcut = match &self.shortcut {
            Some(convolution) => convolution.forward(&strided(x.clone())?)?,
            None => x.clone(),
        };
        relu(&(y + shortcut)?)
    }
}
