//! `mlpt config`: every setting, its value and its origin.

use crate::args::ConfigArgs;
use crate::output::{print, table};
use crate::settings::implied_if_there;
use anyhow::Result;
use mlpt_core::Registries;
use mlpt_core::config::{Config, Origin, Value};
use std::collections::BTreeMap;

/// Prints the settings that `train` would have with the same flags.
///
/// # Errors
/// Every fault of the settings.
pub fn config(args: &ConfigArgs, registries: &Registries) -> Result<()> {
    let config = args.settings.resolve_with(registries, args.run.recorded()?, implied_if_there)?;
    for notice in config.notices() {
        tracing::warn!("{notice}");
    }
    if args.json {
        let all: BTreeMap<_, _> = config.iter().collect();
        print(&serde_json::to_string_pretty(&all)?)?;
    } else {
        print(&text(&config, args.all))?;
    }
    Ok(())
}

fn text(config: &Config, all: bool) -> String {
    let mut sections: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    let mut hidden = 0;
    for (path, resolved) in config.iter() {
        if !all && resolved.value == Value::Null && resolved.origin == Origin::Default {
            hidden += 1;
            continue;
        }
        let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
        let row = vec![key.to_owned(), resolved.value.to_string(), resolved.origin.to_string()];
        sections.entry(section).or_default().push(row);
    }
    // One set of widths for the whole page.
    let rows: Vec<Vec<String>> = sections.values().flatten().cloned().collect();
    let lines: Vec<String> = table(&rows, 2).lines().map(str::to_owned).collect();
    let mut lines = lines.into_iter();
    let mut out = String::new();
    for (section, rows) in &sections {
        if !section.is_empty() {
            out.push_str(&format!("\n{section}\n"));
        }
        for line in lines.by_ref().take(rows.len()) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    if hidden > 0 {
        out.push_str(&format!("\n{hidden} keys are not set and fall back to others; --all shows them\n"));
    }
    out
}
