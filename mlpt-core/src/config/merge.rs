//! Merging checked layers: figment carries the values and knows which layer each came from.

use super::check::Checked;
use super::{Config, Resolved, Value};
use crate::{Error, Result};
use figment::value::{Dict, Empty, Map, Num, Tag, Value as Fig};
use figment::{Figment, Metadata, Profile, Provider};
use std::collections::BTreeMap;

/// The settings of all layers, later ones above earlier ones.
///
/// # Errors
/// When figment refuses a layer, which a checked one gives no cause for.
pub(super) fn merge(layers: &[Checked]) -> Result<Config> {
    let mut figment = Figment::new();
    for (number, layer) in layers.iter().enumerate() {
        figment = figment.merge(LayerProvider { number, layer });
    }
    let mut data = figment.data().map_err(|e| Error::Config(vec![e.to_string()]))?;
    let dict = data.remove(&Profile::Default).unwrap_or_default();
    let mut values = BTreeMap::new();
    flatten(&figment, layers, "", dict, &mut values);
    Ok(Config::new(values))
}

/// One layer as figment wants it; the metadata's name is the layer's number.
struct LayerProvider<'a> {
    number: usize,
    layer: &'a Checked,
}

impl Provider for LayerProvider<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.number.to_string())
    }

    fn data(&self) -> figment::error::Result<Map<Profile, Dict>> {
        let mut root = Dict::new();
        for (path, value) in &self.layer.values {
            insert(&mut root, path, to_figment(value));
        }
        Ok(Profile::Default.collect(root))
    }
}

fn insert(dict: &mut Dict, path: &str, value: Fig) {
    match path.split_once('.') {
        None => {
            dict.insert(path.to_owned(), value);
        }
        Some((head, tail)) => {
            let below = dict.entry(head.to_owned()).or_insert_with(|| Dict::new().into());
            if let Fig::Dict(_, below) = below {
                insert(below, tail, value);
            }
        }
    }
}

fn to_figment(value: &Value) -> Fig {
    match value {
        Value::Null => Fig::Empty(Tag::Default, Empty::None),
        Value::Bool(b) => Fig::from(*b),
        Value::Int(i) => Fig::from(*i),
        Value::Float(x) => Fig::from(*x),
        Value::Str(s) => Fig::from(s.as_str()),
        Value::List(items) => Fig::Array(Tag::Default, items.iter().map(to_figment).collect()),
    }
}

fn from_figment(value: Fig) -> Value {
    match value {
        Fig::Bool(_, b) => Value::Bool(b),
        Fig::Char(_, c) => Value::Str(c.to_string()),
        Fig::String(_, s) => Value::Str(s),
        Fig::Num(_, Num::F64(x)) => Value::Float(x),
        Fig::Num(_, Num::F32(x)) => Value::Float(x.into()),
        Fig::Num(_, n) => n.to_i128().and_then(|i| i64::try_from(i).ok()).map_or(Value::Null, Value::Int),
        Fig::Array(_, items) => Value::List(items.into_iter().map(from_figment).collect()),
        Fig::Empty(..) | Fig::Dict(..) => Value::Null,
    }
}

fn flatten(figment: &Figment, layers: &[Checked], prefix: &str, dict: Dict, values: &mut BTreeMap<String, Resolved>) {
    for (key, value) in dict {
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        if let Fig::Dict(_, below) = value {
            flatten(figment, layers, &path, below, values);
            continue;
        }
        let number = figment.get_metadata(value.tag()).and_then(|m| m.name.parse::<usize>().ok());
        if let Some(layer) = number.and_then(|n| layers.get(n)) {
            values.insert(path, Resolved { value: from_figment(value), origin: layer.origin.clone() });
        }
    }
}
