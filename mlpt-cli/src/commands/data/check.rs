//! `mlpt data check`.

use super::list::image_folder;
use super::report::Report;
use crate::args::DataCheckArgs;
use crate::output::print;
use crate::settings::{begins_setting, implied_if_there};
use anyhow::{Result, anyhow, bail};
use mlpt_core::Registries;
use mlpt_core::config::Config;
use mlpt_core::data::{Item, Splits, broken};
use mlpt_core::engine::load_splits;
use mlpt_core::files::write_atomic;
use mlpt_core::rng::RngTree;
use mlpt_datasets::published::{self, PUBLISHED};
use mlpt_datasets::root::data_root;
use mlpt_datasets::split_file::SplitFile;
use serde_json::Value;
use std::path::Path;

/// Checks one set, or all published ones below the root.
pub(super) fn check(args: &DataCheckArgs, registries: &Registries) -> Result<()> {
    let mut settings = args.settings.clone();
    let first = settings.opts.first().filter(|_| settings.dataset.is_none());
    if first.is_some_and(|word| !begins_setting(word, registries)) {
        settings.dataset = Some(settings.opts.remove(0));
    }
    let several = settings.dataset.is_none() && settings.dataset_config_file.is_empty();
    let mut reports = Vec::new();
    if several {
        let root = settings.root.as_deref().ok_or_else(|| {
            anyhow!("say which data set (`mlpt data check NAME`), or where the published ones lie (--root DIR)")
        })?;
        let root = data_root(Path::new(root), "the data sets")?;
        let there: Vec<_> = PUBLISHED.iter().filter(|set| image_folder(&root, set).is_dir()).collect();
        if there.is_empty() {
            bail!("{}: no published data set lies there; `mlpt data list` shows their folders", root.display());
        }
        for set in there {
            settings.dataset = Some(set.name.to_owned());
            let config = settings.resolve_with(registries, None, implied_if_there)?;
            reports.push(one(args, &config, registries)?);
        }
    } else {
        let config = settings.resolve_with(registries, None, implied_if_there)?;
        reports.push(one(args, &config, registries)?);
    }
    if args.json {
        let values: Vec<Value> = reports
            .iter()
            .map(|r| {
                let mut value = r.json.clone();
                value["good"] = r.verdict.is_none().into();
                value["verdict"] = r.verdict.clone().into();
                value
            })
            .collect();
        print(&serde_json::to_string_pretty(&if several { Value::from(values) } else { values[0].clone() })?)?;
    } else {
        let texts: Vec<String> = reports.iter().map(|r| r.text("as it should be")).collect();
        print(&texts.join("\n"))?;
    }
    let bad: Vec<String> = reports.iter().filter_map(|r| Some(format!("{}: {}", r.name, r.verdict.clone()?))).collect();
    if bad.is_empty() { Ok(()) } else { Err(anyhow!(bad.join("\n"))) }
}

fn one(args: &DataCheckArgs, config: &Config, registries: &Registries) -> Result<Report> {
    let name: String = config.get("DATASET.NAME")?;
    let entry = registries.datasets.get(&name)?;
    let Some(set) = published::find(entry.name) else {
        let splits = load(config, registries)?;
        let mut report = Report::loaded(entry.name, &splits);
        if args.decode {
            add_decoded(&mut report, &splits);
        }
        if let Some(path) = &args.save_split {
            save(path, &SplitFile::of(&splits))?;
        }
        return Ok(report);
    };
    let root = data_root(Path::new(&config.get::<String>("DATASET.ROOT")?), set.name)?;
    let check = published::check(set, &root);
    let mut report = Report::published(&check);
    if args.decode && check.is_usable() {
        add_decoded(&mut report, &load(config, registries)?);
    }
    if let (Some(path), Some(split)) = (&args.save_split, &check.split) {
        save(path, split)?;
    }
    Ok(report)
}

fn load(config: &Config, registries: &Registries) -> mlpt_core::Result<Splits> {
    load_splits(config, registries, &RngTree::new(0), &mut |text| tracing::warn!("{text}"))
}

fn add_decoded(report: &mut Report, splits: &Splits) {
    let items: Vec<&Item> = [&splits.train, &splits.val, &splits.test].into_iter().flatten().collect();
    report.add_broken(&broken(&items), items.len());
}

fn save(path: &Path, split: &SplitFile) -> Result<()> {
    if path.exists() {
        bail!("{}: is there already; give another name (--save-split)", path.display());
    }
    Ok(write_atomic(path, split.to_json()?.as_bytes())?)
}
