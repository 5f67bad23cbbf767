//! Config files: YAML and TOML to flat settings, each with its line.

use super::Value;
use crate::files::read_text;
use crate::{Error, Result};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

/// One `key: value` of a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting {
    /// Dotted path in upper case.
    pub(super) path: String,
    /// The value as the file's format reads it; null for a section without keys.
    pub(super) value: Value,
    /// One-based line, where the reader tells it.
    pub(super) line: Option<usize>,
}

/// Reads a `.yaml`, `.yml` or `.toml` file.
///
/// # Errors
/// [`Error::Io`] where it cannot be read, [`Error::Config`] with file and line where it cannot be parsed.
pub(super) fn read(path: &Path) -> Result<Vec<Setting>> {
    let text = read_text(path)?;
    let toml = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"));
    if toml { from_toml(&text) } else { from_yaml(&text) }
        .and_then(once)
        .map_err(|(line, message)| Error::Config(vec![format!("{}{line}: {message}", path.display())]))
}

/// Where parsing failed (`:LINE` or nothing) and why.
type Failure = (String, String);

/// The settings where no key stands twice, which spelling and dotted paths make possible.
fn once(settings: Vec<Setting>) -> std::result::Result<Vec<Setting>, Failure> {
    let line = |s: &Setting| s.line.map(|l| format!(":{l}")).unwrap_or_default();
    let mut first: BTreeMap<&str, &Setting> = BTreeMap::new();
    for setting in &settings {
        if let Some(other) = first.insert(&setting.path, setting) {
            let earlier = other.line.map(|l| format!(", the first time in line {l}")).unwrap_or_default();
            return Err((line(setting), format!("{} stands twice{earlier}; drop one of them", setting.path)));
        }
    }
    Ok(settings)
}

/// Reads YAML. `on`, `off`, `yes` and `no` stay text, as YAML 1.2 has it; a key that is a boolean
/// understands them all the same.
pub(super) fn from_yaml(text: &str) -> std::result::Result<Vec<Setting>, Failure> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    let root: Tree<Yaml> = serde_saphyr::from_str_with_options(text, options).map_err(|e| {
        let line = e.location().map(|l| format!(":{}", l.line())).unwrap_or_default();
        (line, e.to_string())
    })?;
    let mut settings = Vec::new();
    match root {
        Tree::Map(entries) => flatten::<Yaml>("", entries, &mut settings),
        Tree::Leaf(Value::Null) => {}
        Tree::Leaf(other) => return Err((String::new(), format!("expected keys with values, found {other}"))),
    }
    Ok(settings)
}

/// Reads TOML.
pub(super) fn from_toml(text: &str) -> std::result::Result<Vec<Setting>, Failure> {
    let line_of = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let root: Tree<Toml> = toml::from_str(text).map_err(|e| {
        let line = e.span().map(|s| format!(":{}", line_of(s.start))).unwrap_or_default();
        let message = match e.message() {
            // A date comes as a table whose key is a secret of the reader.
            m if m.contains("__toml_private_datetime") => "a date is no setting's value; put it in quotes",
            m => m,
        };
        (line, message.to_owned())
    })?;
    let mut settings = Vec::new();
    if let Tree::Map(entries) = root {
        flatten::<Toml>("", entries, &mut settings);
    }
    for setting in &mut settings {
        setting.line = setting.line.map(line_of);
    }
    Ok(settings)
}

/// A value or a mapping.
enum Tree<F: Format> {
    Leaf(Value),
    Map(Vec<(F::Key, F::Node)>),
}

/// How a format tells the place of an entry: YAML at the value, TOML at the key (a table that only
/// a dotted header names has no place of its own).
trait Format: Sized {
    type Key: for<'de> Deserialize<'de>;
    type Node: for<'de> Deserialize<'de>;
    fn open(key: Self::Key, node: Self::Node) -> (String, usize, Tree<Self>);
}

struct Yaml;
struct Toml;

impl Format for Yaml {
    type Key = String;
    type Node = serde_saphyr::Spanned<Tree<Self>>;
    fn open(key: Self::Key, node: Self::Node) -> (String, usize, Tree<Self>) {
        (key, usize::try_from(node.referenced.line()).unwrap_or(0), node.value)
    }
}

impl Format for Toml {
    type Key = toml::Spanned<String>;
    type Node = Tree<Self>;
    fn open(key: Self::Key, node: Self::Node) -> (String, usize, Tree<Self>) {
        (key.get_ref().clone(), key.span().start, node)
    }
}

fn flatten<F: Format>(prefix: &str, entries: Vec<(F::Key, F::Node)>, out: &mut Vec<Setting>) {
    for (key, node) in entries {
        let (key, place, tree) = F::open(key, node);
        let key = key.to_uppercase();
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match tree {
            Tree::Leaf(value) => out.push(Setting { path, value, line: Some(place) }),
            Tree::Map(entries) => flatten::<F>(&path, entries, out),
        }
    }
}

impl<'de, F: Format> Deserialize<'de> for Tree<F> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        d.deserialize_any(TreeVisitor(PhantomData))
    }
}

struct TreeVisitor<F>(PhantomData<F>);

impl<'de, F: Format> Visitor<'de> for TreeVisitor<F> {
    type Value = Tree<F>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting's value or a section")
    }
    fn visit_bool<E>(self, v: bool) -> std::result::Result<Self::Value, E> {
        Ok(Tree::Leaf(Value::Bool(v)))
    }
    fn visit_i64<E>(self, v: i64) -> std::result::Result<Self::Value, E> {
        Ok(Tree::Leaf(Value::Int(v)))
    }
    fn visit_u64<E: serde::de::Error>(self, v: u64) -> std::result::Result<Self::Value, E> {
        i64::try_from(v).map(|i| Tree::Leaf(Value::Int(i))).map_err(|_| E::custom(format!("{v} is too large")))
    }
    fn visit_f64<E>(self, v: f64) -> std::result::Result<Self::Value, E> {
        Ok(Tree::Leaf(Value::Float(v)))
    }
    fn visit_str<E>(self, v: &str) -> std::result::Result<Self::Value, E> {
        Ok(Tree::Leaf(Value::Str(v.to_owned())))
    }
    fn visit_unit<E>(self) -> std::result::Result<Self::Value, E> {
        Ok(Tree::Leaf(Value::Null))
    }
    fn visit_none<E>(self) -> std::result::Result<Self::Value, E> {
        Ok(Tree::Leaf(Value::Null))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element::<Tree<F>>()? {
            match item {
                Tree::Leaf(value) => items.push(value),
                Tree::Map(_) => return Err(A::Error::custom("a list of settings holds plain values, not sections")),
            }
        }
        Ok(Tree::Leaf(Value::List(items)))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry::<F::Key, F::Node>()? {
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn setting(path: &str, value: impl Into<Value>, line: usize) -> Setting {
        Setting { path: path.into(), value: value.into(), line: Some(line) }
    }

    #[test]
    fn yaml_with_lines() {
        let text = "DATALOADER:\n  TRAIN_X:\n    BATCH_SIZE: 32\ninput:\n  size: (224, 224)\n  transforms: [\"a\", b]\n\
                    OPTIM:\n  WARMUP_CONS_LR: 1e-5\n  NAME: \"7\"\n  LR_SCHEDULER: on\nDATASET:\nOPTIM.GAMMA: 1.0\n";
        let found = from_yaml(text).unwrap();
        let wanted = vec![
            setting("DATALOADER.TRAIN_X.BATCH_SIZE", 32, 3),
            setting("INPUT.SIZE", "(224, 224)", 5),
            setting("INPUT.TRANSFORMS", vec!["a", "b"], 6),
            setting("OPTIM.WARMUP_CONS_LR", 1e-5, 8),
            setting("OPTIM.NAME", "7", 9),
            setting("OPTIM.LR_SCHEDULER", "on", 10),
            setting("DATASET", Value::Null, 11),
            setting("OPTIM.GAMMA", 1.0, 12),
        ];
        assert_eq!(found, wanted);
        assert_eq!(from_yaml("# nothing\n").unwrap(), vec![]);
    }

    #[test]
    fn toml_with_lines() {
        let found = from_toml("SEED = 1\n[DATALOADER.TRAIN_X]\nBATCH_SIZE = 32\nn_ins=4\n").unwrap();
        let wanted = vec![
            setting("SEED", 1, 1),
            setting("DATALOADER.TRAIN_X.BATCH_SIZE", 32, 3),
            setting("DATALOADER.TRAIN_X.N_INS", 4, 4),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn broken_files_say_where() {
        assert_eq!(from_yaml("A: 1\nB: [1\n").unwrap_err().0, ":2");
        assert_eq!(from_toml("A = 1\nB = = 2\n").unwrap_err().0, ":2");
        assert!(from_yaml("A: 1\nA: 2\n").is_err(), "a key that stands twice is a fault");
        assert!(from_yaml("A: [{b: 1}]\n").unwrap_err().1.contains("sections"));
    }
}
