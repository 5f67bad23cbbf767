//! `mlpt list`: what can be chosen by name.

use super::names::{Card, cards};
use crate::args::{ListArgs, ListKind};
use crate::output::{print, table};
use anyhow::Result;
use mlpt_core::Registries;

/// Prints the names of one kind, or of all.
///
/// # Errors
/// When standard output cannot be written.
pub fn list(args: &ListArgs, registries: &Registries) -> Result<()> {
    let all = cards(registries);
    let chosen: Vec<&Card> = all.iter().filter(|c| args.kind.is_none_or(|k| kind_of(c) == k)).collect();
    if args.json {
        let values: Vec<_> = chosen.iter().map(|c| c.to_json()).collect();
        print(&serde_json::to_string_pretty(&values)?)?;
        return Ok(());
    }
    let mut out = String::new();
    for group in chosen.chunk_by(|a, b| a.kind == b.kind) {
        if args.kind.is_none() {
            out.push_str(&format!("{}\n", heading(kind_of(group[0]))));
        }
        let rows: Vec<Vec<String>> =
            group.iter().map(|c| vec![c.name.to_owned(), c.aliases.join(", "), c.summary.to_owned()]).collect();
        out.push_str(&table(&rows, if args.kind.is_none() { 2 } else { 0 }));
        out.push('\n');
    }
    print(&out)?;
    Ok(())
}

fn kind_of(card: &Card) -> ListKind {
    match card.kind {
        "data set" => ListKind::Datasets,
        "trainer" => ListKind::Trainers,
        "sampler" => ListKind::Samplers,
        "noise model" => ListKind::Noise,
        "selector" => ListKind::Selectors,
        "prompt mechanism" => ListKind::Mechanisms,
        _ => ListKind::Presets,
    }
}

fn heading(kind: ListKind) -> &'static str {
    match kind {
        ListKind::Datasets => "Data sets (--dataset)",
        ListKind::Trainers => "Trainers (--trainer)",
        ListKind::Samplers => "Samplers (DATALOADER.TRAIN_X.SAMPLER)",
        ListKind::Noise => "Noise models (NOISE.NAME)",
        ListKind::Selectors => "Selectors (SELECTOR.NAME)",
        ListKind::Mechanisms => "Prompt mechanisms (MECHANISM)",
        ListKind::Presets => "Presets (--preset)",
    }
}
