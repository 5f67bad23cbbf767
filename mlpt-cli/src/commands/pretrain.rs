//! `mlpt pretrain`: a small CLIP from captioned pictures.

use crate::args::PretrainArgs;
use crate::download::fetch;
use crate::interrupt;
use crate::output::print;
use anyhow::{Context, Result, bail};
use mlpt_core::Registries;
use mlpt_core::config::Config;
use mlpt_core::engine::load_splits;
use mlpt_core::pretrain::{CaptionSource, ClassCaptions, Excluded, Mixed, PretrainConfig, PretrainOptions, pretrain};
use mlpt_core::rng::RngTree;
use mlpt_core::tensor::pick_device;
use mlpt_datasets::render::{CaptionedPictures, Frame};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// Seed where none is given: pre-training makes one model for many runs, and should be repeatable.
const DEFAULT_SEED: u64 = 1;

/// Runs the command.
///
/// # Errors
/// Bad settings, an unreadable picture, a loss that is not finite, or a request to stop.
pub fn run(args: &PretrainArgs, registries: &Registries) -> Result<()> {
    let config = args.settings.layers(registries).resolve()?;
    for notice in config.notices() {
        match args.json {
            true => tracing::warn!("{notice}"),
            false => tell(args, notice),
        }
    }
    let out = PathBuf::from(config.get::<String>("OUTPUT_DIR")?);
    if args.settings.output_dir.is_none() {
        bail!("where should the model go? give --output-dir DIR");
    }
    if out.join("model.safetensors").exists() && !args.overwrite {
        bail!("{} holds a model already; give --overwrite to replace it", out.display());
    }
    let seed = config.get::<i64>("SEED")?;
    let seed = u64::try_from(seed).unwrap_or(DEFAULT_SEED);
    let settings: PretrainConfig = config.section("PRETRAIN")?;
    let (source, source_id) = source(args, registries, &config, &settings)?;
    let start = match args.settings.backbone.as_deref() {
        None => None,
        Some(_) => Some(fetch(&config.get::<String>("MODEL.BACKBONE.NAME")?)?.0.read()?),
    };
    let options = PretrainOptions {
        start,
        config: settings,
        architecture: config.section("PRETRAIN.MODEL")?,
        source,
        source_id,
        seed,
        out: out.clone(),
        device: pick_device(&config.get::<String>("DEVICE")?)?,
        stop: interrupt::flag()?,
    };
    let report = pretrain(&options, |line| tell(args, line))?;
    if args.json {
        let told = json!({ "model": out, "parameters": report.parameters, "loss": report.loss, "top1": report.top1,
                           "elapsed_s": report.seconds, "resumed_from": report.resumed_from });
        return Ok(print(&serde_json::to_string_pretty(&told)?)?);
    }
    print(&format!(
        "{} parameters, loss {:.3}, own caption first {:.1} % (means over the last lines), {:.0} s{}",
        report.parameters,
        report.loss,
        100.0 * report.top1,
        report.seconds,
        if report.resumed_from > 0 { format!(" since step {}", report.resumed_from) } else { String::new() }
    ))?;
    print(&format!("the model is in {}; use it with --backbone {}", out.display(), out.display()))?;
    Ok(())
}

/// A line on standard output, which with `--json` is for the result alone.
fn tell(args: &PretrainArgs, line: &str) {
    if args.json {
        tracing::info!("{line}");
    } else {
        // A reader that went away is no reason to lose the model.
        let _ = print(line);
    }
}

/// Rendered pictures, or a mixture of them and a data set's, with a text that identifies both.
fn source(
    args: &PretrainArgs,
    registries: &Registries,
    config: &Config,
    settings: &PretrainConfig,
) -> Result<(Arc<dyn CaptionSource>, String)> {
    // Squares: a crop of a wide picture would leave out what its caption counts.
    let rendered = CaptionedPictures::new(Frame { max_aspect: 1.0, alone: settings.alone, ..Frame::default() })?;
    let name: String = config.get("DATASET.NAME")?;
    if name.is_empty() {
        if !args.exclude.is_empty() {
            bail!("--exclude without --dataset: rendered pictures are never those of a data set");
        }
        return Ok((Arc::new(rendered), "rendered".into()));
    }
    let name = registries.datasets.get(&name)?.name;
    let splits = load_splits(config, registries, &RngTree::new(0), &mut |text| tracing::warn!("{text}"))?;
    let mut excluded = Excluded::default();
    for run in &args.exclude {
        let added = excluded.add_run(run).with_context(|| format!("--exclude {}", run.display()))?;
        tell(args, &format!("excluding {added} more pictures that {} uses", run.display()));
    }
    // The test split is left out even where no run is named.
    let candidates = [splits.train, splits.val].concat();
    let before = candidates.len();
    let items = excluded.remaining(candidates)?;
    let left = items.len();
    tell(
        args,
        &format!(
            "{name}: {left} of the {before} pictures of its train and val splits remain; test pictures are never used"
        ),
    );
    let keys: Vec<&str> = items.iter().map(|i| i.image.key()).collect();
    let id = format!("{} {}", name, mlpt_core::files::sha256_hex(keys.join("\n").as_bytes()));
    let first = Box::new(ClassCaptions::new(items, splits.class_names)?);
    let mixed = Mixed { first, second: Box::new(rendered), fraction: settings.data_fraction };
    Ok((Arc::new(mixed), id))
}
