//! Settings and class names of one's own data, as files to edit.

use super::describe::Described;
use super::found::CLASSES;
use mlpt_core::files::write_atomic;
use mlpt_core::{Error, Result};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Writes `dataset.yaml`, for `--dataset-config-file`, and `classes.toml`, which it names, into `dir`.
/// Both hold whole paths, so they work from any folder. Files that are there already are replaced only
/// with `overwrite`.
///
/// # Errors
/// When one of them is there, or cannot be written.
pub fn write_config(described: &Described, dir: &Path, overwrite: bool) -> Result<Vec<PathBuf>> {
    let whole = std::path::absolute(dir).map_err(|e| Error::io(dir, e))?;
    let (settings, classes) = (whole.join("dataset.yaml"), whole.join("classes.toml"));
    if let Some(there) = [&settings, &classes].into_iter().find(|path| path.exists())
        && !overwrite
    {
        return Err(Error::data(there, "is there already; give another folder, or replace it (--overwrite)"));
    }
    let name = classes.to_str().ok_or_else(|| Error::data(&classes, "its name is not valid UTF-8; rename it"))?;
    let texts = [(classes.clone(), class_text(described)), (settings, settings_text(described, name))];
    for (path, text) in &texts {
        write_atomic(path, text.as_bytes())?;
    }
    let [(classes, _), (settings, _)] = texts;
    Ok(vec![settings, classes])
}

/// Writing to a string does not fail, here and below.
fn settings_text(described: &Described, classes: &str) -> String {
    let sum = |part: usize| described.classes.iter().map(|c| c.counts[part]).sum::<usize>();
    let mut text = format!(
        "# {} classes with {} training, {} validation and {} test images.\n\
         # Use: mlpt train --trainer NAME --dataset-config-file THIS_FILE\nDATASET:\n  # What reads them.\n  NAME: {}\n",
        described.classes.len(),
        sum(0),
        sum(1),
        sum(2),
        quoted(described.dataset)
    );
    let _ = writeln!(text, "  # Where they lie.");
    for (key, value) in &described.settings {
        let key = key.strip_prefix("DATASET.").unwrap_or(key);
        let _ = match key.split_once('.') {
            Some((section, key)) => writeln!(text, "  {section}:\n    {key}: {}", quoted(value)),
            None => writeln!(text, "  {key}: {}", quoted(value)),
        };
    }
    let key = CLASSES.strip_prefix("DATASET.").unwrap_or(CLASSES);
    let _ = writeln!(text, "  # What prompts call the classes; edit that file.\n  {key}: {}", quoted(classes));
    text
}

fn class_text(described: &Described) -> String {
    let mut text = format!(
        "# What prompts call the classes: on the left the label as the data have it, on the right its name.\n\
         # The template is for zero-shot prompts; {{}} stands for the name.\ntemplate = {}\n\n[names]\n",
        quoted(&described.template)
    );
    if described.needs_names {
        text += "# Write a name for each number.\n";
    }
    let mut written = BTreeSet::new();
    for class in &described.classes {
        // Two labels of one name have one line.
        if written.insert(&class.raw) {
            let name = if described.needs_names { "" } else { &class.name };
            let _ = writeln!(text, "{} = {}", quoted(&class.raw), quoted(name));
        }
    }
    text
}

/// A text in double quotes, with the escapes that JSON, YAML and TOML share.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}
