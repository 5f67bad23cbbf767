//! `mlpt explain`: one name or key at length.

use super::names::{Card, cards};
use crate::args::ExplainArgs;
use crate::output::{print, table, wrap};
use anyhow::{Result, bail};
use mlpt_core::Registries;
use mlpt_core::config::{Key, Schema};
use mlpt_core::registry::nearest;
use serde_json::json;

const WIDTH: usize = 92;

/// Explains whatever answers to the name: registered names of any kind, a key, or a section of keys.
///
/// # Errors
/// When nothing answers, with the nearest names; or standard output cannot be written.
pub fn explain(args: &ExplainArgs, registries: &Registries) -> Result<()> {
    let cards = cards(registries);
    let schema = Schema::assemble(registries);
    let path = args.name.to_uppercase();
    let found: Vec<&Card> = cards.iter().filter(|c| c.answers_to(&args.name)).collect();
    let section = format!("{path}.");
    let keys: Vec<&Key> = schema.iter().filter(|k| k.path == path || k.path.starts_with(&section)).collect();
    if found.is_empty() && keys.is_empty() {
        let names = cards.iter().flat_map(Card::names);
        let mut near = schema.nearest(&path);
        near.extend(nearest(&args.name, names));
        near.dedup();
        if near.is_empty() {
            bail!("nothing is called '{}'; `mlpt list` shows all names and `mlpt config` all keys", args.name);
        }
        bail!("nothing is called '{}'; did you mean: {}?", args.name, near.join(", "));
    }
    if args.json {
        let names: Vec<_> = found.iter().map(|c| card_json(c)).collect();
        let keys: Vec<_> = keys.iter().map(|k| key_json(k)).collect();
        print(&serde_json::to_string_pretty(&json!({"names": names, "keys": keys}))?)?;
        return Ok(());
    }
    let mut parts: Vec<String> = found.iter().map(|c| card_text(c)).collect();
    match keys.as_slice() {
        [] => {}
        [key] if key.path == path => parts.push(key_text(key, &cards)),
        keys => parts.push(format!("{path} (section)\n\n{}", key_table(keys.iter().copied()))),
    }
    print(&parts.join("\n\n"))?;
    Ok(())
}

fn card_text(card: &Card) -> String {
    let mut out = format!("{} ({})\n{}\n", card.name, card.kind, card.summary);
    if !card.aliases.is_empty() {
        out.push_str(&format!("Also called: {}\n", card.aliases.join(", ")));
    }
    match card.kind {
        // A preset's text is the file itself.
        "preset" => out.push_str(&format!("\n{}\n", card.doc.trim_end())),
        _ if !card.doc.is_empty() => out.push_str(&format!("\n{}\n", wrap(card.doc, WIDTH))),
        _ => {}
    }
    if !card.keys.is_empty() {
        out.push_str(&format!("\nKeys:\n{}", key_table(&card.keys)));
    }
    if !card.defaults.is_empty() {
        let rows: Vec<_> = card.defaults.iter().map(|(path, v)| vec![(*path).to_owned(), v.to_string()]).collect();
        out.push_str(&format!("\nIts own defaults of shared keys:\n{}", table(&rows, 2)));
    }
    out.trim_end().to_owned()
}

fn key_text(key: &Key, cards: &[Card]) -> String {
    let mut out = format!("{} (key)\n{}\n\n", key.path, wrap(&key.doc, WIDTH));
    let mut rows = vec![vec!["type".into(), key.kind.to_string()], vec!["default".into(), key.default.to_string()]];
    for card in cards {
        let own = card.defaults.iter().find(|(path, _)| *path == key.path);
        rows.extend(own.map(|(_, v)| vec![format!("default of {} {}", card.kind, card.name), v.to_string()]));
    }
    let variable = format!("MLPT__{}", key.path.replace('.', "__"));
    rows.push(vec!["environment".into(), variable]);
    out.push_str(&table(&rows, 2));
    out.trim_end().to_owned()
}

fn key_table<'k>(keys: impl IntoIterator<Item = &'k Key>) -> String {
    let mut out = String::new();
    for key in keys {
        out.push_str(&format!("  {}  {} = {}\n", key.path, key.kind, key.default));
        for line in wrap(&key.doc, WIDTH - 6).lines() {
            out.push_str(&format!("      {line}\n"));
        }
    }
    out
}

fn key_json(key: &Key) -> serde_json::Value {
    json!({"path": key.path, "type": key.kind.to_string(), "default": key.default, "doc": key.doc})
}

fn card_json(card: &Card) -> serde_json::Value {
    let mut value = card.to_json();
    value["doc"] = json!(card.doc);
    value["keys"] = card.keys.iter().map(key_json).collect();
    value["defaults"] = card.defaults.iter().map(|(path, v)| ((*path).to_owned(), json!(v))).collect();
    value
}
