//! `mlpt audit`: which of somebody's labels are probably wrong.

use super::report::{self, ReportOptions};
use super::train::{Show, options_for};
use crate::args::{AuditArgs, SettingsArgs};
use crate::download::fetch_for;
use crate::settings::begins_setting;
use crate::{interrupt, output};
use anyhow::{Result, bail};
use mlpt_core::Registries;
use mlpt_core::config::Config;
use mlpt_core::engine::{self, Audit, Finding, Found, RunOptions, Suspect, Yardstick};
use mlpt_datasets::own::describe;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const PRESET: &str = "audit";

/// Trains on the labels as they are, ranks them, and prints the most suspect.
///
/// # Errors
/// When the path is nothing that can be read, or whatever stops a run.
pub fn audit(args: &AuditArgs, registries: &Registries, show: &Show) -> Result<()> {
    let config = settings(args.settings.clone(), registries)?.resolve(registries, None)?;
    fetch_for(&config)?;
    let dir = PathBuf::from(config.get::<String>("OUTPUT_DIR")?);
    if args.overwrite || engine::found(&config, registries)? != Found::Finished {
        let mut run = options_for(&config, show)?;
        run.overwrite = args.overwrite;
        run.stop = interrupt::flag()?;
        engine::run(&config, registries, run)?;
    }
    let audit = engine::audit(&config, registries, &dir, RunOptions::default())?;
    let report = report::write(&dir, None, &ReportOptions::default(), registries)?;
    let text = match args.json {
        true => serde_json::to_string_pretty(&audit)?,
        false => text(&audit, &config, args.top, &report)?,
    };
    Ok(output::print(&text)?)
}

/// The settings, with what the path in front of them means and the preset below all others.
fn settings(mut settings: SettingsArgs, registries: &Registries) -> Result<SettingsArgs> {
    settings.preset.insert(0, PRESET.to_owned());
    let path = settings.opts.first().filter(|word| !begins_setting(word, registries)).cloned();
    let name = match (path, &settings.dataset) {
        (Some(path), Some(dataset)) => bail!("both {path} and --dataset {dataset} are given: one of them is audited"),
        (None, Some(dataset)) => dataset.clone(),
        (None, None) if settings.dataset_config_file.is_empty() && settings.config_file.is_empty() => bail!(
            "nothing to audit: give a folder with a folder for each class, a table with the columns `path` and `label`, or \
             --dataset NAME"
        ),
        (None, None) => "data".to_owned(),
        (Some(path), None) => {
            let path = Path::new(&path);
            let found = describe(path)?;
            let names = |word: &String| word.to_uppercase().starts_with("DATASET.CLASSES");
            if found.needs_names && !settings.opts.iter().any(names) {
                bail!(
                    "the labels of {} are bare numbers, which no prompt can speak of: `mlpt data new {0}` writes a file for their \
                     names, which DATASET.CLASSES=FILE takes",
                    path.display()
                );
            }
            let own = found.settings.iter().map(|(key, value)| format!("{key}={value}"));
            settings.opts = own.chain(settings.opts[1..].iter().cloned()).collect();
            settings.dataset = Some(found.dataset.to_owned());
            let whole = std::path::absolute(path)?;
            whole.file_stem().unwrap_or_default().to_string_lossy().into_owned()
        }
    };
    if settings.output_dir.is_none() && !settings.keys().iter().any(|key| key == "OUTPUT_DIR") {
        settings.output_dir = Some(Path::new("output").join("audit").join(name).display().to_string());
    }
    Ok(settings)
}

fn text(audit: &Audit, config: &Config, top: usize, report: &Path) -> Result<String> {
    let epochs: usize = config.get("OPTIM.MAX_EPOCH")?;
    let (labels, classes) = (audit.suspects.len(), audit.classes.len());
    // Writing to a string does not fail, here and below.
    let mut out = format!(
        "\nAudit of {labels} labels of {classes} classes: {} around {}, {epochs} epochs\n",
        audit.trainer, audit.backbone
    );
    if config.get::<String>("MODEL.BACKBONE.NAME")? == "builtin" {
        out += "That model is small and has seen rendered pictures only; for photographs take a published one (--backbone ViT-B/16).\n";
    }
    let agree = audit.suspects.iter().filter(|s| s.zero_shot == s.given).count();
    out.push('\n');
    if !audit.learners.is_empty() {
        let _ = writeln!(out, "  {:<24}{} of {labels}: no learner trusts them", "suspect labels", audit.distrusted);
    }
    let _ = writeln!(
        out,
        "  {:<24}{agree} of {labels} labels are what the model without training says",
        "zero-shot agreement"
    );
    if let Some(known) = &audit.known {
        out += &yardstick(known);
    }
    out += "\nThe most suspect:\n";
    out += &output::table(&rows(audit, top), 2);
    let folder = audit.written_to.parent().unwrap_or(Path::new(""));
    let name = report.file_name().unwrap_or_default().display();
    let _ = write!(
        out,
        "\nWritten to {}\n  {:<22}every label, the most suspect first\n  {name:<22}their pictures, curves, settings",
        folder.display(),
        "audit.csv"
    );
    Ok(out)
}

fn yardstick(known: &Yardstick) -> String {
    let mut out = format!(
        "  {:<24}{} of the {} labels whose truth is known; among the {} most suspect:\n",
        "known to be wrong", known.wrong, known.labels, known.top
    );
    let finding = |f: &Finding| {
        let auroc = f.auroc.map_or_else(|| "-".to_owned(), |a| format!("{a:.3}"));
        format!("{:5.1} % are wrong   (AUROC {auroc})", 100.0 * f.precision)
    };
    for (name, told) in [
        ("this order", finding(&known.audit)),
        ("the trained model alone", finding(&known.trained)),
        ("zero-shot agreement", finding(&known.zero_shot)),
        ("chance", format!("{:5.1} %", 100.0 * known.chance)),
    ] {
        let _ = writeln!(out, "    {name:<26}{told}");
    }
    out
}

fn rows(audit: &Audit, top: usize) -> Vec<Vec<String>> {
    let name = |label: usize| audit.classes.get(label).cloned().unwrap_or_default();
    let row = |(rank, s): (usize, &Suspect)| {
        let mut row = vec![(rank + 1).to_string(), s.image.clone(), name(s.given), name(s.suggested)];
        row.extend([format!("{:.2}", s.clean), format!("{:.2}", s.p_zero_shot_given)]);
        if audit.known.is_some() {
            row.push(s.truth.map(name).unwrap_or_default());
        }
        row
    };
    let mut header = vec!["rank", "image", "given", "suggested", "clean", "zero-shot p"];
    if audit.known.is_some() {
        header.push("true");
    }
    let header = header.into_iter().map(str::to_owned).collect();
    std::iter::once(header).chain(audit.suspects.iter().take(top).enumerate().map(row)).collect()
}
