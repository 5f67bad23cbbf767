//! Forward passes against candle-transformers' CLIP on the same checkpoint in Hugging Face's layout.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::clip as oracle;
use candle_transformers::models::clip::text_model::{Activation, ClipTextConfig};
use candle_transformers::models::clip::vision_model::ClipVisionConfig;
use mlpt_core::clip::{ClipConfig, ClipModel, FrozenClip, ModelSource, Preprocess, tokenizer_train, write_model};
use mlpt_core::rng::RngTree;
use std::path::Path;

/// Writes a checkpoint of odd sizes in which no bias and no norm is at its start, and reads it both ways.
fn both(dir: &Path) -> (FrozenClip, oracle::ClipModel) {
    let device = Device::Cpu;
    let captions = ["a photo of a cat", "a photo of a dog"].map(String::from);
    let tokenizer = tokenizer_train::train(&captions, 530).unwrap();
    let mut config = ClipConfig::from_json(
        r#"{"projection_dim":14,
            "text_config":{"hidden_size":30,"intermediate_size":70,"num_hidden_layers":3,"num_attention_heads":5},
            "vision_config":{"hidden_size":28,"intermediate_size":60,"num_hidden_layers":2,"num_attention_heads":4,
                             "image_size":24,"patch_size":6}}"#,
    )
    .unwrap();
    let json: serde_json::Value = serde_json::from_str(&tokenizer).unwrap();
    config.text_config.vocab_size = json["added_tokens"][1]["id"].as_u64().unwrap() as usize + 1;
    // The legacy value: the feature is read at the highest id.
    config.text_config.eos_token_id = 2;
    let model = ClipModel::random(&config, &RngTree::new(11), &device).unwrap();
    for v in model.trainable_vars() {
        let noise = Tensor::randn(0f32, 0.2, v.var.dims(), &device).unwrap();
        v.var.set(&(v.var.as_detached_tensor() + noise).unwrap()).unwrap();
    }
    write_model(dir, &model, &tokenizer, &Preprocess::clip(24), DType::F32).unwrap();

    let (t, v) = (&config.text_config, &config.vision_config);
    let theirs = oracle::ClipConfig {
        text_config: ClipTextConfig {
            vocab_size: t.vocab_size,
            embed_dim: t.hidden_size,
            activation: Activation::QuickGelu,
            intermediate_size: t.intermediate_size,
            max_position_embeddings: t.max_position_embeddings,
            pad_with: None,
            num_hidden_layers: t.num_hidden_layers,
            num_attention_heads: t.num_attention_heads,
            projection_dim: config.projection_dim,
        },
        vision_config: ClipVisionConfig {
            embed_dim: v.hidden_size,
            activation: Activation::QuickGelu,
            intermediate_size: v.intermediate_size,
            num_hidden_layers: v.num_hidden_layers,
            num_attention_heads: v.num_attention_heads,
            projection_dim: config.projection_dim,
            num_channels: 3,
            image_size: v.image_size,
            patch_size: v.patch_size,
        },
        logit_scale_init_value: 0.0,
        image_size: v.image_size,
    };
    let tensors = candle_core::safetensors::load(dir.join("model.safetensors"), &device).unwrap();
    let theirs = oracle::ClipModel::new(VarBuilder::from_tensors(tensors, DType::F32, &device), &theirs).unwrap();
    (FrozenClip::load(&ModelSource::Directory(dir.to_owned()), &device).unwrap(), theirs)
}

fn assert_close(ours: &Tensor, theirs: &Tensor) {
    assert_eq!(ours.dims(), theirs.dims());
    let size = theirs.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    let apart = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
    assert!(size > 0.1 && apart < 2e-5 * size, "{apart} apart, of {size}");
}

#[test]
fn images() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, theirs) = both(dir.path());
    for batch in [1, 3, 7] {
        let pixels = Tensor::randn(0f32, 1.0, (batch, 3, 24, 24), &Device::Cpu).unwrap();
        assert_close(&ours.encode_images(&pixels).unwrap(), &theirs.get_image_features(&pixels).unwrap());
    }
}

#[test]
fn texts() {
    let dir = tempfile::tempdir().unwrap();
    let (ours, theirs) = both(dir.path());
    let texts = ["a photo of a cat.", "dog", "A photo of a very small dog, a type of pet.", "", "a photo of two"];
    let padded: Vec<u32> = texts
        .iter()
        .flat_map(|t| {
            let mut ids = ours.tokenizer().tokenize_full(t).unwrap();
            ids.resize(77, 0);
            ids
        })
        .collect();
    let padded = Tensor::from_vec(padded, (texts.len(), 77), &Device::Cpu).unwrap();
    let features = ours.encode_prompts(&texts.map(String::from)).unwrap();
    assert_close(&features, &theirs.get_text_features(&padded).unwrap());
    // One text alone shares all but its end.
    let one = ours.encode_prompts(&["dog".to_owned()]).unwrap();
    assert_close(&one, &features.narrow(0, 1, 1).unwrap());
}
