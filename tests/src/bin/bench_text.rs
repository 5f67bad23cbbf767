//! Memory and time of one text pass with its backward pass: CoOp's context of 16 tokens in front of 1,000 classes or as
//! many as are asked for, through a text tower of ViT-B's size (12 layers of width 512) with random weights.
//!
//! Arguments: CLASSES [MIB], the second being `MODEL.TEXT_MEMORY`. Prints one line of JSON. Peak memory is the
//! process's, weights included, so each figure takes a process of its own.
#![allow(clippy::print_stdout)]

use candle_core::{DType, Device, Var};
use mlpt_core::clip::{ClipConfig, ClipModel, FrozenClip, ModelFiles, Preprocess, TEXT_MEMORY, TextBatch, TextSize};
use mlpt_core::engine::Usage;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use std::time::Instant;

/// The published text tower beside a small image tower, which is not used.
const SHAPE: &str = r#"{"projection_dim": 512, "vision_config": {"hidden_size": 64, "intermediate_size": 64,
    "num_hidden_layers": 1, "num_attention_heads": 1, "image_size": 32, "patch_size": 32}}"#;

/// Start token and context.
const PREFIX: usize = 17;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |text: &String| text.parse::<u64>().map_err(|e| Error::invalid(format!("'{text}': {e}")));
    let (classes, memory) = match &args[..] {
        [classes] => (number(classes)? as usize, TEXT_MEMORY),
        [classes, mib] => (number(classes)? as usize, number(mib)? << 20),
        _ => return Err(Error::invalid("usage: bench_text CLASSES [MIB]")),
    };
    let config = ClipConfig::from_json(SHAPE)?;
    let clip = clip(&config)?.with_text_memory(memory);
    let before = Usage::now();

    // Three to eleven tokens, seven in the mean.
    let lens: Vec<usize> = (0..classes).map(|c| 3 + (c * 5) % 9).collect();
    let ids: Vec<u32> = (0..lens.iter().sum::<usize>()).map(|i| 300 + (i as u32 * 7919) % 40_000).collect();
    let context = Var::from_tensor(&clip.embed_tokens(&ids[..PREFIX.min(ids.len())])?.unsqueeze(0)?)?;
    let batch = TextBatch {
        prefixes: context.as_tensor().clone(),
        suffixes: clip.embed_tokens(&ids)?,
        suffix_lens: lens,
        rows: (0..classes).map(|c| (0, c)).collect(),
        deep: Vec::new(),
    };
    let parts = clip.text_parts(&batch)?;
    let started = Instant::now();
    let features = clip.encode_text(&batch)?;
    let forward_s = started.elapsed().as_secs_f64();
    let grads = features.sqr()?.mean_all()?.backward()?;
    let gradient = grads.get(&context).ok_or_else(|| Error::invalid("no gradient"))?;
    let check = gradient.abs()?.sum_all()?.to_scalar::<f32>()?;
    let seconds = started.elapsed().as_secs_f64();
    let mib = |bytes: Option<u64>| bytes.unwrap_or(0) >> 20;
    println!(
        "{{\"classes\": {classes}, \"parts\": {}, \"graph_mib\": {}, \"before_mib\": {}, \"peak_mib\": {}, \
         \"forward_s\": {forward_s:.1}, \"seconds\": {seconds:.1}, \"check\": {check:.5e}}}",
        parts.len(),
        TextSize::of(&batch)?.graph_bytes(&config.text_config, 4) >> 20,
        mib(before.peak_memory),
        mib(Usage::now().peak_memory),
    );
    Ok(())
}

fn clip(config: &ClipConfig) -> Result<FrozenClip> {
    let model = ClipModel::random(config, &RngTree::new(1), &Device::Cpu)?;
    let tensors = model.trainable_vars().iter().map(|v| (v.name.clone(), v.var.as_detached_tensor())).collect();
    let files = ModelFiles {
        name: "random".to_owned(),
        digest: String::new(),
        preprocess: Preprocess::clip(config.image_size()),
        config: config.clone(),
        tokenizer: None,
        tensors,
    };
    FrozenClip::from_files(files, &Device::Cpu, DType::F32)
}
