//! Each layer against the schema, before anything is merged.

use super::layers::Layer;
use super::{Kind, Origin, Schema, Value, ignored::is_ignored};

/// What the check of all layers found beside good values.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// One message a fault.
    pub(super) faults: Vec<String>,
    /// Keys of the reference that are not used, with their place.
    pub(super) ignored: Vec<String>,
}

/// A layer whose keys exist and whose values have their keys' types.
pub(super) struct Checked {
    pub(super) origin: Origin,
    pub(super) values: Vec<(String, Value)>,
}

/// Checks one layer; what is wrong or unused goes to `findings`. `trainer` is the chosen trainer's
/// name: the reference keeps PREC in each trainer's section, here there is one.
pub(super) fn check(layer: &Layer, schema: &Schema, trainer: &str, findings: &mut Findings) -> Checked {
    let own_prec = format!("TRAINER.{}.PREC", trainer.to_uppercase());
    let mut values = Vec::new();
    for setting in &layer.settings {
        let place = place(&layer.origin, setting.line);
        let alias = setting.path == own_prec && schema.get(&own_prec).is_none();
        let path = if alias { "PREC" } else { setting.path.as_str() };
        match schema.get(path) {
            Some(key) => match key.kind.coerce(setting.value.clone()) {
                Some(value) => values.push((path.to_owned(), value)),
                None => findings.faults.push(format!("{place}: {}", mismatch(path, &key.kind, &setting.value))),
            },
            None if is_ignored(path) => findings.ignored.push(format!("{path} ({place})")),
            None => match section_keys(schema, path) {
                keys if keys.is_empty() => findings.faults.push(format!("{place}: {}", unknown(schema, path))),
                // An empty section of a file is no fault.
                _ if setting.value == Value::Null => {}
                keys => {
                    findings.faults.push(format!("{place}: {path} is a section, not a key; it has {}", keys.join(", ")))
                }
            },
        }
    }
    Checked { origin: layer.origin.clone(), values }
}

fn place(origin: &Origin, line: Option<usize>) -> String {
    let line = line.map(|l| format!(":{l}")).unwrap_or_default();
    match origin {
        Origin::File(path) => format!("{path}{line}"),
        Origin::Preset(name) => format!("preset {name}{line}"),
        Origin::Flag(flag) => flag.clone(),
        other => other.to_string(),
    }
}

fn mismatch(path: &str, kind: &Kind, value: &Value) -> String {
    let hint = match (kind, value) {
        (Kind::Str, Value::Int(_) | Value::Float(_) | Value::Bool(_)) => "; put it in quotes",
        (Kind::List(_), Value::Str(_)) => "; write it as (a, b) or [a, b], text in quotes",
        _ => "",
    };
    format!("{path}: expected {kind}, found {value}{hint}")
}

fn section_keys<'s>(schema: &'s Schema, path: &str) -> Vec<&'s str> {
    let section = format!("{path}.");
    schema.iter().filter(|k| k.path.starts_with(&section)).map(|k| k.path.as_str()).take(4).collect()
}

fn unknown(schema: &Schema, path: &str) -> String {
    let nearest = nearest_keys(schema, path);
    match nearest.is_empty() {
        true => format!("unknown key {path}; `mlpt config` shows all keys"),
        false => format!("unknown key {path}; did you mean: {}?", nearest.join(", ")),
    }
}

/// Up to three keys that look most like `path`, best first. Whole paths and last names count alike,
/// since the last name is where most slips are.
pub(super) fn nearest_keys(schema: &Schema, path: &str) -> Vec<String> {
    let path = path.to_uppercase();
    let last = |p: &str| p.rsplit('.').next().unwrap_or_default().to_owned();
    let name = last(&path);
    let mut scored: Vec<(f64, &str)> = schema
        .iter()
        .map(|k| {
            let whole = strsim::normalized_damerau_levenshtein(&path, &k.path);
            let end = strsim::normalized_damerau_levenshtein(&name, &last(&k.path));
            // A path that is nearly right as a whole may lack a dot, and so have another last name.
            let near = if whole > 0.8 { whole } else { 0.0 };
            (near.max((whole + end) / 2.0), k.path.as_str())
        })
        .filter(|(score, _)| *score > 0.6)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(3).map(|(_, k)| k.to_owned()).collect()
}
