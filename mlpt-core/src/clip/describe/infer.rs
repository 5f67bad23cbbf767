//! The shape of a model from its weights alone, as `clip.load` and open_clip infer it.

use crate::clip::config::{ClipConfig, ResnetConfig, TextConfig, VisionConfig};
use crate::tensor::Activation;
use crate::{Error, Result};
use candle_core::Tensor;
use std::collections::BTreeMap;

/// Width of a head in every CLIP that was published without a description.
const HEAD: usize = 64;

/// The shape of the model with these weights, under the names that [`super::rename_weights`] gives. Heads are 64 wide, and
/// what no weight tells (activation, epsilon) is OpenAI's.
///
/// # Errors
/// [`Error::Invalid`] that names the weights without which the shape stays open.
pub(in crate::clip) fn infer(tensors: &BTreeMap<String, Tensor>) -> Result<ClipConfig> {
    let shapes = Shapes { tensors, missing: Default::default() };
    let [vocab_size, width] = shapes.of("text_model.embeddings.token_embedding.weight");
    let [positions, _] = shapes.of("text_model.embeddings.position_embedding.weight");
    let [intermediate_size, _] = shapes.of("text_model.encoder.layers.0.mlp.fc1.weight");
    let [projection_dim, _] = shapes.of("text_projection.weight");
    let resnet_config = tensors.contains_key("visual.layer1.0.conv1.weight").then(|| resnet(&shapes)).transpose()?;
    let vision_config = if resnet_config.is_some() { VisionConfig::default() } else { transformer(&shapes)? };
    shapes.complete()?;
    let config = ClipConfig {
        text_config: TextConfig {
            vocab_size,
            hidden_size: width,
            intermediate_size,
            num_hidden_layers: shapes.count("text_model.encoder.layers."),
            num_attention_heads: (width / HEAD).max(1),
            max_position_embeddings: positions,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
            eos_token_id: u32::try_from(vocab_size).unwrap_or(u32::MAX).saturating_sub(1),
        },
        vision_config,
        resnet_config,
        projection_dim,
        model_type: "clip".into(),
    };
    config.check()?;
    Ok(config)
}

fn transformer(shapes: &Shapes) -> Result<VisionConfig> {
    let [width] = shapes.of("vision_model.embeddings.class_embedding");
    let [_, _, patch_size, _] = shapes.of("vision_model.embeddings.patch_embedding.weight");
    let [tokens, _] = shapes.of("vision_model.embeddings.position_embedding.weight");
    let [intermediate_size, _] = shapes.of("vision_model.encoder.layers.0.mlp.fc1.weight");
    shapes.complete()?;
    Ok(VisionConfig {
        hidden_size: width,
        intermediate_size,
        num_hidden_layers: shapes.count("vision_model.encoder.layers."),
        num_attention_heads: (width / HEAD).max(1),
        image_size: side(tokens, "vision_model.embeddings.position_embedding.weight")? * patch_size,
        patch_size,
        ..VisionConfig::default()
    })
}

fn resnet(shapes: &Shapes) -> Result<ResnetConfig> {
    let [width, ..] = shapes.of::<4>("visual.layer1.0.conv1.weight");
    let [tokens, features] = shapes.of("visual.attnpool.positional_embedding");
    shapes.complete()?;
    Ok(ResnetConfig {
        layers: [1, 2, 3, 4].map(|stage| shapes.count(&format!("visual.layer{stage}."))),
        width,
        image_size: side(tokens, "visual.attnpool.positional_embedding")? * 32,
        num_attention_heads: (features / HEAD).max(1),
    })
}

/// The side of the square of places beside one class token or mean.
fn side(tokens: usize, name: &str) -> Result<usize> {
    let side = tokens.saturating_sub(1).isqrt();
    if side == 0 || side * side + 1 != tokens {
        return Err(Error::invalid(format!("{name} has {tokens} rows, which is not a square and one")));
    }
    Ok(side)
}

/// Looks shapes up and keeps account of what is missing.
struct Shapes<'a> {
    tensors: &'a BTreeMap<String, Tensor>,
    missing: std::cell::RefCell<Vec<String>>,
}

impl Shapes<'_> {
    /// The dimensions of `name`; zeros where it is missing or has another number of them.
    fn of<const N: usize>(&self, name: &str) -> [usize; N] {
        let dims = self.tensors.get(name).and_then(|t| <[usize; N]>::try_from(t.dims()).ok());
        dims.unwrap_or_else(|| {
            self.missing.borrow_mut().push(name.to_owned());
            [0; N]
        })
    }

    /// One more than the highest number behind `prefix`.
    fn count(&self, prefix: &str) -> usize {
        let numbers = self.tensors.keys().filter_map(|name| name.strip_prefix(prefix)?.split('.').next()?.parse().ok());
        numbers.max().map_or(0, |last: usize| last + 1)
    }

    fn complete(&self) -> Result<()> {
        let missing = self.missing.borrow();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "the model's shape cannot be told from its weights: {} missing or of an unexpected rank",
            missing.join(", ") + if missing.len() == 1 { " is" } else { " are" }
        )))
    }
}
