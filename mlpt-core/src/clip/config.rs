//! The shape of a model: Hugging Face's `config.json`.

use super::describe::{infer, read_open_clip};
use super::preprocess::Preprocess;
use crate::tensor::Activation;
use crate::{Error, Result};
use candle_core::Tensor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The whole of `config.json`, as far as it is needed here; the rest is ignored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipConfig {
    /// The text tower.
    #[serde(default)]
    pub text_config: TextConfig,
    /// The image tower, where it is a transformer.
    #[serde(default)]
    pub vision_config: VisionConfig,
    /// The image tower, where it is a residual network: then `vision_config` means nothing. Hugging Face's format
    /// has no such models; this part is our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resnet_config: Option<ResnetConfig>,
    /// `E`, the width of the space that both towers project into.
    #[serde(default = "default_projection")]
    pub projection_dim: usize,
    /// What kind of model the file describes: `clip`.
    #[serde(default = "default_type")]
    pub model_type: String,
}

/// The text tower; defaults are those of the format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TextConfig {
    /// Number of token ids.
    pub vocab_size: usize,
    /// `D`, the width.
    pub hidden_size: usize,
    /// Width of the feed-forward layers.
    pub intermediate_size: usize,
    /// Number of blocks.
    pub num_hidden_layers: usize,
    /// Number of heads in each block.
    pub num_attention_heads: usize,
    /// Longest sequence, start and end included.
    pub max_position_embeddings: usize,
    /// Activation of the feed-forward layers.
    pub hidden_act: Activation,
    /// Epsilon of the layer norms.
    pub layer_norm_eps: f64,
    /// The end token, where the feature is read. The legacy value 2 stands for the highest id.
    pub eos_token_id: u32,
}

/// The image tower (a vision transformer); defaults are those of the format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VisionConfig {
    /// Width of the tower.
    pub hidden_size: usize,
    /// Width of the feed-forward layers.
    pub intermediate_size: usize,
    /// Number of blocks.
    pub num_hidden_layers: usize,
    /// Number of heads in each block.
    pub num_attention_heads: usize,
    /// Side of the square input in pixels.
    pub image_size: usize,
    /// Side of a square patch in pixels.
    pub patch_size: usize,
    /// Activation of the feed-forward layers.
    pub hidden_act: Activation,
    /// Epsilon of the layer norms.
    pub layer_norm_eps: f64,
}

/// OpenAI's modified residual network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResnetConfig {
    /// Number of blocks in each of the four stages.
    pub layers: [usize; 4],
    /// Channels of the stem's output, 64 in RN50.
    pub width: usize,
    /// Side of the square input in pixels.
    pub image_size: usize,
    /// Number of heads of the attention pooling.
    pub num_attention_heads: usize,
}

impl ResnetConfig {
    /// Pixels of the input for each place of the last stage.
    const REDUCTION: usize = 32;

    /// Places along a side of the last stage.
    pub fn grid(&self) -> usize {
        self.image_size / Self::REDUCTION
    }

    /// Channels of the last stage.
    pub fn features(&self) -> usize {
        self.width * 32
    }
}

/// The value of `eos_token_id` in files written before the real id was.
const LEGACY_END: u32 = 2;

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            vocab_size: 49_408,
            hidden_size: 512,
            intermediate_size: 2048,
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
            eos_token_id: 49_407,
        }
    }
}

impl Default for VisionConfig {
    fn default() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            image_size: 224,
            patch_size: 32,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
        }
    }
}

fn default_projection() -> usize {
    512
}

fn default_type() -> String {
    "clip".into()
}

impl ClipConfig {
    /// Reads `config.json`.
    ///
    /// # Errors
    /// When it is not JSON, describes another kind of model, or its numbers do not fit together.
    pub fn from_json(json: &str) -> Result<Self> {
        let config: Self = serde_json::from_str(json).map_err(|e| Error::invalid(format!("config.json: {e}")))?;
        config.check()?;
        Ok(config)
    }

    /// Reads `open_clip_config.json`: the model, and what it expects of its pixels.
    ///
    /// # Errors
    /// When it is not JSON of that form, asks for a kind of tower that is not built here (every such key is named), or
    /// its numbers do not fit together.
    pub fn from_open_clip(json: &str) -> Result<(Self, Preprocess)> {
        read_open_clip(json)
    }

    /// The shape that weights have which came without a description, as `clip.load` infers it: heads are 64 wide,
    /// activation and epsilon OpenAI's. Names are those of [`super::rename_weights`].
    ///
    /// # Errors
    /// When weights are missing that tell the shape, or are of another rank.
    pub fn from_weights(tensors: &BTreeMap<String, Tensor>) -> Result<Self> {
        infer(tensors)
    }

    /// `config.json` as Hugging Face's libraries read it.
    ///
    /// # Errors
    /// Never in practice.
    pub fn to_json(&self) -> Result<String> {
        let mut value = serde_json::to_value(self).map_err(|e| Error::invalid(e.to_string()))?;
        value["architectures"] = serde_json::json!(["CLIPModel"]);
        serde_json::to_string_pretty(&value).map_err(|e| Error::invalid(e.to_string()))
    }

    /// Side of the square input in pixels.
    pub fn image_size(&self) -> usize {
        self.resnet_config.as_ref().map_or(self.vision_config.image_size, |r| r.image_size)
    }

    /// The id of the end token: `eos_token_id`, or the highest id where that has its legacy value.
    pub fn end_id(&self) -> u32 {
        match self.text_config.eos_token_id {
            LEGACY_END => (self.text_config.vocab_size as u32).saturating_sub(1),
            id => id,
        }
    }

    /// Whether its numbers fit together.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault.
    pub(crate) fn check(&self) -> Result<()> {
        let (t, v) = (&self.text_config, &self.vision_config);
        let mut faults = Vec::new();
        if self.model_type != "clip" {
            faults.push(format!("model_type is '{}', not 'clip'", self.model_type));
        }
        let mut towers = vec![("text_config", t.hidden_size, t.num_attention_heads)];
        match &self.resnet_config {
            None => {
                towers.push(("vision_config", v.hidden_size, v.num_attention_heads));
                if v.patch_size == 0 || v.image_size == 0 || v.image_size % v.patch_size != 0 {
                    faults.push(format!(
                        "vision_config: image_size {} is not a multiple of patch_size {}",
                        v.image_size, v.patch_size
                    ));
                }
            }
            Some(r) => {
                towers.push(("resnet_config", r.width.saturating_mul(32), r.num_attention_heads));
                if r.width == 0 || r.width % 2 != 0 || r.layers.contains(&0) {
                    faults.push("resnet_config: width must be even, and every stage needs a block".into());
                }
                if r.image_size < ResnetConfig::REDUCTION || r.image_size % ResnetConfig::REDUCTION != 0 {
                    faults.push(format!("resnet_config: image_size {} is not a multiple of 32", r.image_size));
                }
            }
        }
        for (name, width, heads) in towers {
            if heads == 0 || width == 0 || width % heads != 0 {
                faults.push(format!("{name}: width {width} is not a multiple of its {heads} heads"));
            }
        }
        if t.num_hidden_layers == 0 || v.num_hidden_layers == 0 || t.vocab_size == 0 || self.projection_dim == 0 {
            faults.push("a tower without layers, an empty vocabulary or an empty projection".into());
        }
        // A slip of the keyboard must not ask for all memory there is.
        for (name, number, most) in [
            ("projection_dim", self.projection_dim, 1 << 16),
            ("text_config: hidden_size", t.hidden_size, 1 << 16),
            ("text_config: intermediate_size", t.intermediate_size, 1 << 18),
            ("text_config: num_hidden_layers", t.num_hidden_layers, 1 << 10),
            ("text_config: max_position_embeddings", t.max_position_embeddings, 1 << 16),
            ("text_config: vocab_size", t.vocab_size, 1 << 22),
            ("vision_config: hidden_size", v.hidden_size, 1 << 16),
            ("vision_config: intermediate_size", v.intermediate_size, 1 << 18),
            ("vision_config: num_hidden_layers", v.num_hidden_layers, 1 << 10),
            ("image_size", self.image_size(), 1 << 13),
            ("resnet_config: width", self.resnet_config.as_ref().map_or(0, |r| r.width), 1 << 12),
            (
                "resnet_config: layers",
                self.resnet_config.as_ref().map_or(0, |r| r.layers.iter().copied().max().unwrap_or(0)),
                1 << 10,
            ),
        ] {
            if number > most {
                faults.push(format!("{name} is {number}: {most} is the most"));
            }
        }
        if t.max_position_embeddings < 2 {
            faults.push("text_config: max_position_embeddings must hold a start and an end".into());
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid(format!("config.json: {}", faults.join("; ")))) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn reads_sparse_files_and_the_legacy_end() {
        let config = ClipConfig::from_json(
            r#"{"model_type":"clip","projection_dim":512,"logit_scale_init_value":2.6592,
                "text_config":{"eos_token_id":2,"hidden_act":"gelu","dropout":0.0},"vision_config":{"patch_size":16}}"#,
        )
        .unwrap();
        assert_eq!(config.end_id(), 49_407);
        assert_eq!(config.text_config.hidden_act, Activation::Gelu);
        assert_eq!((config.vision_config.patch_size, config.vision_config.hidden_size), (16, 768));
        assert_eq!(ClipConfig::from_json(&config.to_json().unwrap()).unwrap(), config);
    }

    #[test]
    fn faults_are_named() {
        let bad = r#"{"text_config":{"num_attention_heads":7},"vision_config":{"patch_size":15}}"#;
        let message = ClipConfig::from_json(bad).unwrap_err().to_string();
        assert!(
            message.contains("text_config: width 512 is not a multiple of its 7 heads")
                && message.contains("patch_size 15"),
            "{message}"
        );
        let message = ClipConfig::from_json(r#"{"text_config":{"hidden_act":"relu"}}"#).unwrap_err().to_string();
        assert!(message.contains("relu") && message.contains("quick_gelu"), "{message}");
    }
}
