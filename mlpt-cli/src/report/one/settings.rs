//! The settings and where they came from, and what else makes the run what it is.

use crate::report::page::{Block, Cell, Section, Table};
use mlpt_core::report::{RunFiles, Setting};

pub(super) fn section(files: &RunFiles) -> Section {
    let chosen: Vec<&Setting> = files.settings.iter().filter(|s| !s.origin.starts_with("default")).collect();
    let all: Vec<&Setting> = files.settings.iter().collect();
    let mut blocks = Vec::new();
    match chosen.is_empty() {
        true => blocks.push(Block::text("Nobody chose a setting; all are defaults.")),
        false => blocks.push(Block::Table(table(&chosen, String::new()))),
    }
    blocks.push(Block::Table(table(&all, format!("All {} settings, defaults among them", all.len()))));
    blocks.push(Block::Facts { rows: digests(files) });
    Section::new("settings", "Settings and digests", blocks)
}

fn table(settings: &[&Setting], fold: String) -> Table {
    let row = |s: &&Setting| -> Vec<Cell> {
        let value = s.value.clone().unwrap_or_else(|| "not set".to_owned());
        vec![Cell::code(s.key.as_str()), Cell::code(value), s.origin.as_str().into()]
    };
    Table {
        head: ["Setting", "Value", "From"].map(str::to_owned).to_vec(),
        rows: settings.iter().map(row).collect(),
        words: 3,
        fold,
        ..Table::default()
    }
}

fn digests(files: &RunFiles) -> Vec<(String, String)> {
    let r = &files.run.result;
    let config = files.facts.as_ref().map(|f| f.config_digest.as_str()).unwrap_or_default();
    let all = [
        ("Model, SHA-256", r.model_digest.as_str()),
        ("Data, SHA-256", &r.data_digest),
        ("Labels, SHA-256", &r.noise.digest),
        ("Settings, SHA-256", config),
    ];
    let told = |digest: &str| if digest.is_empty() { "not recorded".to_owned() } else { digest.to_owned() };
    all.into_iter().map(|(name, digest)| (name.to_owned(), told(digest))).collect()
}
