//! `mlpt model`: what there is, fetching, looking at, trying.

use crate::args::ModelCommand;
use crate::download::fetch;
use crate::output::{print, table};
use anyhow::{Result, bail};
use candle_core::{DType, Tensor};
use mlpt_core::clip::{Backbone, ClipConfig, FrozenClip, ModelFiles, ModelSource, backbones};
use mlpt_core::tensor::pick_device;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

/// Runs the command.
///
/// # Errors
/// When there is no such model, it cannot be fetched or read, or it does not work.
pub fn model(command: &ModelCommand) -> Result<()> {
    match command {
        ModelCommand::List { json } => list(*json),
        ModelCommand::Get { model, json } => get(model, *json),
        ModelCommand::Info { model, json } => info(model, *json),
        ModelCommand::Check { model, device, json } => check(model, device, *json),
    }
}

fn list(json: bool) -> Result<()> {
    let cached = |b: &Backbone| ModelSource::parse(b.name).is_ok_and(|s| s.is_here());
    if json {
        let values: Vec<Value> = backbones()
            .iter()
            .map(|b| {
                json!({ "name": b.name, "tower": b.tower, "image_size": b.image_size, "embed_dim": b.embed_dim,
                        "parameters": b.parameters, "hub": b.hub, "file": b.file, "file_bytes": b.file_bytes,
                        "file_sha256": b.file_sha256, "cached": cached(b) })
            })
            .collect();
        print(&serde_json::to_string_pretty(&values)?)?;
        return Ok(());
    }
    let head = ["name", "image tower", "input", "features", "parameters", "hub", "in the cache"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(backbones().iter().map(|b| {
        vec![
            b.name.to_owned(),
            b.tower.to_owned(),
            format!("{0} x {0}", b.image_size),
            b.embed_dim.to_string(),
            millions(b.parameters),
            b.hub.to_owned(),
            if cached(b) { "yes" } else { "no" }.to_owned(),
        ]
    }));
    print(&format!(
        "{}\nbuiltin is part of the program. Any other CLIP by its folder, file or hub repository: `mlpt model --help`.",
        table(&rows, 0)
    ))?;
    Ok(())
}

fn get(name: &str, json: bool) -> Result<()> {
    let (_, paths) = fetch(name)?;
    if json {
        return Ok(print(&serde_json::to_string_pretty(&json!({ "model": name, "files": paths }))?)?);
    }
    if paths.is_empty() {
        print("builtin is part of the program; there is nothing to fetch")?;
    }
    for path in paths {
        print(&path.display().to_string())?;
    }
    Ok(())
}

fn info(name: &str, json: bool) -> Result<()> {
    let (source, _) = fetch(name)?;
    let files = source.read()?;
    let facts = Facts::of(&files);
    if json {
        print(&serde_json::to_string_pretty(&facts.json(&files))?)?;
        return Ok(());
    }
    let config = &files.config;
    let text = &config.text_config;
    let mut rows = vec![
        ("model", files.name.clone()),
        ("image tower", image_tower(config)),
        (
            "text tower",
            format!(
                "{} blocks of width {}, {} heads, {} tokens of a vocabulary of {}",
                text.num_hidden_layers,
                text.hidden_size,
                text.num_attention_heads,
                text.max_position_embeddings,
                text.vocab_size
            ),
        ),
        ("features", format!("{} wide", config.projection_dim)),
        ("pixels", pixels(&files)),
        ("parameters", format!("{} ({})", facts.parameters, millions(facts.parameters))),
        ("stored as", facts.types.iter().map(|(t, n)| format!("{t} ({n} tensors)")).collect::<Vec<_>>().join(", ")),
        ("tokenizer", if files.tokenizer.is_some() { "tokenizer.json" } else { "OpenAI's" }.to_owned()),
        ("sha256", files.digest.clone()),
    ];
    if let Some(known) = Backbone::with_digest(&files.digest) {
        rows.push(("known as", format!("OpenAI's {}", known.file)));
    }
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(key, value)| vec![key.to_owned(), value]).collect();
    print(&table(&rows, 0))?;
    Ok(())
}

/// What has to be counted.
struct Facts {
    parameters: u64,
    types: BTreeMap<&'static str, usize>,
}

impl Facts {
    fn of(files: &ModelFiles) -> Self {
        let statistics = |name: &str| name.ends_with(".running_mean") || name.ends_with(".running_var");
        let indices = |name: &str| name.ends_with(".position_ids");
        let parameters = files
            .tensors
            .iter()
            .filter(|(name, _)| !statistics(name) && !indices(name))
            .map(|(_, t)| t.elem_count() as u64)
            .sum();
        let mut types = BTreeMap::new();
        for tensor in files.tensors.values() {
            *types.entry(tensor.dtype().as_str()).or_default() += 1;
        }
        Self { parameters, types }
    }

    fn json(&self, files: &ModelFiles) -> Value {
        json!({
            "name": files.name, "sha256": files.digest, "parameters": self.parameters, "types": self.types,
            "known_as": Backbone::with_digest(&files.digest).map(|b| b.name),
            "config": files.config, "preprocess": files.preprocess, "own_tokenizer": files.tokenizer.is_some(),
        })
    }
}

fn image_tower(config: &ClipConfig) -> String {
    match &config.resnet_config {
        Some(r) => {
            format!("modified ResNet of {:?} blocks, width {}, {} heads", r.layers, r.width, r.num_attention_heads)
        }
        None => {
            let v = &config.vision_config;
            format!(
                "{} blocks of width {}, {} heads, patches of {} pixels",
                v.num_hidden_layers, v.hidden_size, v.num_attention_heads, v.patch_size
            )
        }
    }
}

fn pixels(files: &ModelFiles) -> String {
    let p = &files.preprocess;
    format!("{0} x {0}, {1:?}, mean {2:?}, deviation {3:?}", p.size, p.interpolation, p.mean, p.std).to_lowercase()
}

fn millions(count: u64) -> String {
    format!("{:.1} M", count as f64 / 1e6)
}

fn check(name: &str, device: &str, json: bool) -> Result<()> {
    let device = pick_device(device)?;
    let (source, _) = fetch(name)?;
    let start = Instant::now();
    let clip = FrozenClip::load(&source, &device)?;
    let loaded = start.elapsed();
    let side = clip.input_size();
    let begun = Instant::now();
    // A slope: every pixel differs from its neighbours, and nothing is drawn.
    let slope: Vec<f32> = (0..3 * side * side).map(|i| (i % side) as f32 / side as f32 - 0.5).collect();
    let image = clip.encode_images(&Tensor::from_vec(slope, (1, 3, side, side), &device)?)?;
    let text = clip.encode_prompts(&["a photo of a cat.".to_owned()])?;
    for (what, features) in [("image", &image), ("text", &text)] {
        let norm = features.to_dtype(DType::F32)?.sqr()?.sum_all()?.sqrt()?.to_scalar::<f32>()?;
        if !(norm.is_finite() && norm > 0.0) {
            bail!("{}: the {what} features have length {norm}; its weights are broken", clip.name());
        }
    }
    let (loaded, encoded) = (loaded.as_secs_f64(), begun.elapsed().as_secs_f64());
    if json {
        let told = json!({ "name": clip.name(), "digest": clip.digest(), "loaded_s": loaded, "encoded_s": encoded,
                           "embed_dim": clip.embed_dim(), "logit_scale": clip.logit_scale() });
        return Ok(print(&serde_json::to_string_pretty(&told)?)?);
    }
    print(&format!(
        "{} works: loaded in {loaded:.1} s, one image and one text in {encoded:.2} s; features are {} wide, cosines are \
         scaled by {:.1}",
        clip.name(),
        clip.embed_dim(),
        clip.logit_scale()
    ))?;
    Ok(())
}
