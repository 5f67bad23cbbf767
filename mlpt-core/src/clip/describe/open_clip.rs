//! `open_clip_config.json`: how open_clip describes a model on the hub.

use crate::clip::config::{ClipConfig, ResnetConfig, TextConfig, VisionConfig};
use crate::clip::preprocess::{Interpolation, Preprocess};
use crate::tensor::Activation;
use crate::{Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The name of the file.
const FILE: &str = "open_clip_config.json";

#[derive(Deserialize)]
struct File {
    model_cfg: Model,
    #[serde(default)]
    preprocess_cfg: Pixels,
}

#[derive(Deserialize)]
struct Model {
    embed_dim: usize,
    #[serde(default)]
    quick_gelu: bool,
    vision_cfg: Vision,
    text_cfg: Text,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Layers {
    Blocks(usize),
    Stages([usize; 4]),
}

#[derive(Deserialize)]
struct Vision {
    #[serde(default = "twelve")]
    layers: Layers,
    #[serde(default = "vision_width")]
    width: usize,
    #[serde(default = "head_width")]
    head_width: usize,
    #[serde(default = "mlp_ratio")]
    mlp_ratio: f64,
    #[serde(default)]
    patch_size: Option<usize>,
    #[serde(default = "image_size")]
    image_size: usize,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct Text {
    #[serde(default = "context_length")]
    context_length: usize,
    #[serde(default = "vocab_size")]
    vocab_size: usize,
    #[serde(default = "text_width")]
    width: usize,
    #[serde(default = "text_heads")]
    heads: usize,
    #[serde(default = "text_layers")]
    layers: usize,
    #[serde(default = "mlp_ratio")]
    mlp_ratio: f64,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Default, Deserialize)]
struct Pixels {
    mean: Option<[f32; 3]>,
    std: Option<[f32; 3]>,
    interpolation: Option<String>,
    resize_mode: Option<String>,
}

// open_clip's own defaults.
fn twelve() -> Layers {
    Layers::Blocks(12)
}
fn vision_width() -> usize {
    768
}
fn head_width() -> usize {
    64
}
fn mlp_ratio() -> f64 {
    4.0
}
fn image_size() -> usize {
    224
}
fn context_length() -> usize {
    77
}
fn vocab_size() -> usize {
    49_408
}
fn text_width() -> usize {
    512
}
fn text_heads() -> usize {
    8
}
fn text_layers() -> usize {
    12
}

/// Patches of open_clip's vision transformers where nothing is said.
const PATCH: usize = 16;

/// Keys that change no number of a forward pass of these towers.
const HARMLESS: [&str; 8] = [
    "patch_dropout",
    "output_tokens",
    "hf_tokenizer_name",
    "tokenizer_kwargs",
    "tokenizer_mode",
    "custom_text",
    "pad_id",
    "init_logit_scale",
];

/// Keys with the one value that means what these towers do anyway.
const NEUTRAL: [(&str, &str); 5] = [
    ("pool_type", "tok"),
    ("pool_type", "argmax"),
    ("pos_embed_type", "learnable"),
    ("proj_type", "linear"),
    ("block_type", "default"),
];

/// Reads the description of a model and of its pixels.
///
/// # Errors
/// When it is not JSON of that form, describes a kind of tower that is not known here (each key is named), or its
/// numbers do not fit together.
pub(in crate::clip) fn read_open_clip(json: &str) -> Result<(ClipConfig, Preprocess)> {
    let fault = |what: String| Error::invalid(format!("{FILE}: {what}"));
    let File { model_cfg: model, preprocess_cfg } = serde_json::from_str(json).map_err(|e| fault(e.to_string()))?;
    let (vision, text) = (&model.vision_cfg, &model.text_cfg);
    let mut unknown = odd(&model.rest, "model_cfg");
    unknown.extend(odd(&vision.rest, "vision_cfg"));
    unknown.extend(odd(&text.rest, "text_cfg"));
    if !unknown.is_empty() {
        return Err(fault(format!("asks for towers that are not built here: {}", unknown.join(", "))));
    }
    let activation = if model.quick_gelu { Activation::QuickGelu } else { Activation::Gelu };
    let inner = |width: usize, ratio: f64| (width as f64 * ratio) as usize;
    let mut config = ClipConfig {
        text_config: TextConfig {
            vocab_size: text.vocab_size,
            hidden_size: text.width,
            intermediate_size: inner(text.width, text.mlp_ratio),
            num_hidden_layers: text.layers,
            num_attention_heads: text.heads,
            max_position_embeddings: text.context_length,
            hidden_act: activation,
            layer_norm_eps: 1e-5,
            eos_token_id: u32::try_from(text.vocab_size).unwrap_or(u32::MAX).saturating_sub(1),
        },
        vision_config: VisionConfig::default(),
        resnet_config: None,
        projection_dim: model.embed_dim,
        model_type: "clip".into(),
    };
    let heads = |width: usize| width / vision.head_width.max(1);
    match vision.layers {
        Layers::Blocks(layers) => {
            config.vision_config = VisionConfig {
                hidden_size: vision.width,
                intermediate_size: inner(vision.width, vision.mlp_ratio),
                num_hidden_layers: layers,
                num_attention_heads: heads(vision.width),
                image_size: vision.image_size,
                patch_size: vision.patch_size.unwrap_or(PATCH),
                hidden_act: activation,
                layer_norm_eps: 1e-5,
            };
        }
        Layers::Stages(layers) => {
            let resnet =
                ResnetConfig { layers, width: vision.width, image_size: vision.image_size, num_attention_heads: 0 };
            let num_attention_heads = heads(resnet.features());
            config.resnet_config = Some(ResnetConfig { num_attention_heads, ..resnet });
        }
    }
    config.check().map_err(|e| fault(e.to_string().trim_start_matches("config.json: ").to_owned()))?;
    Ok((config, pixels(&preprocess_cfg, vision.image_size).map_err(fault)?))
}

/// The keys that ask for something else than these towers, with their values.
fn odd(rest: &Map<String, Value>, section: &str) -> Vec<String> {
    let neutral = |key: &str, value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(n) if key == "ls_init_value" || key == "init_logit_bias" => n.as_f64() == Some(0.0),
        Value::Object(o) => o.is_empty(),
        value => NEUTRAL.iter().any(|(k, v)| *k == key && value == *v),
    };
    // What only says how something else is done that must be asked for by a key of its own.
    let details = ["attn_pooler_", "timm_", "hf_", "eos_id"];
    let asks =
        |key: &str| ["timm_model_name", "hf_model_name"].contains(&key) || !details.iter().any(|d| key.starts_with(d));
    rest.iter()
        .filter(|(key, value)| !HARMLESS.contains(&key.as_str()) && asks(key) && !neutral(key, value))
        .map(|(key, value)| format!("{section}.{key} = {value}"))
        .collect()
}

fn pixels(given: &Pixels, size: usize) -> std::result::Result<Preprocess, String> {
    let mut this = Preprocess::clip(size);
    this.mean = given.mean.unwrap_or(this.mean);
    this.std = given.std.unwrap_or(this.std);
    if let Some(bad) = this.std.iter().find(|x| !(x.is_finite() && **x > 0.0)) {
        return Err(format!("preprocess_cfg.std holds {bad}: it must be greater than 0"));
    }
    this.interpolation = match given.interpolation.as_deref() {
        None | Some("bicubic") => Interpolation::Bicubic,
        Some("bilinear") => Interpolation::Bilinear,
        Some("nearest") => Interpolation::Nearest,
        Some(other) => return Err(format!("preprocess_cfg.interpolation '{other}' is not known")),
    };
    match given.resize_mode.as_deref() {
        None | Some("shortest") => Ok(this),
        Some(other) => Err(format!("preprocess_cfg.resize_mode '{other}' is not built here; 'shortest' is")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_residual_network_and_a_transformer() {
        let (config, pixels) = read_open_clip(
            r#"{"model_cfg": {"embed_dim": 1024, "quick_gelu": true,
                  "vision_cfg": {"image_size": 224, "layers": [3, 4, 6, 3], "width": 64, "patch_size": null},
                  "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 512, "heads": 8, "layers": 12}},
                "preprocess_cfg": {"mean": [0.5, 0.5, 0.5], "interpolation": "bicubic", "resize_mode": "shortest"}}"#,
        )
        .unwrap();
        let resnet = config.resnet_config.clone().unwrap();
        assert_eq!((resnet.layers, resnet.width, resnet.num_attention_heads), ([3, 4, 6, 3], 64, 32));
        assert_eq!((config.image_size(), config.end_id()), (224, 49_407));
        assert_eq!(config.text_config.hidden_act, Activation::QuickGelu);
        assert_eq!(pixels.mean, [0.5; 3]);

        let (config, _) = read_open_clip(
            r#"{"model_cfg": {"embed_dim": 512, "vision_cfg": {"layers": 12, "patch_size": 32, "patch_dropout": 0.5},
                              "text_cfg": {"hf_tokenizer_name": "x"}}}"#,
        )
        .unwrap();
        assert_eq!((config.vision_config.patch_size, config.vision_config.num_attention_heads), (32, 12));
        assert_eq!(config.vision_config.hidden_act, Activation::Gelu);
    }

    #[test]
    fn towers_of_another_kind_are_named() {
        let message = read_open_clip(
            r#"{"model_cfg": {"embed_dim": 512, "vision_cfg": {"timm_model_name": "vit_so400m", "timm_pool": "map"},
                              "text_cfg": {"no_causal_mask": true, "pool_type": "last"}}}"#,
        )
        .unwrap_err()
        .to_string();
        for part in ["vision_cfg.timm_model_name", "text_cfg.no_causal_mask = true", "text_cfg.pool_type = \"last\""] {
            assert!(message.contains(part), "{message}");
        }
        assert!(!message.contains("timm_pool"), "{message}");
        let odd = r#"{"model_cfg": {"embed_dim": 8, "vision_cfg": {"width": 65, "head_width": 20}, "text_cfg": {}}}"#;
        assert!(
            read_open_clip(odd).unwrap_err().to_string().contains("open_clip_config.json: vision_config: width 65")
        );
        assert!(read_open_clip("{}").unwrap_err().to_string().contains("model_cfg"));
    }
}
