//! `config.toml`: the settings of a run as they were resolved, and how they compare with others.

use crate::config::{Config, Origin, Value};
use crate::files::{read_text, sha256_hex, write_atomic};
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

/// Keys that may differ between a run and its continuation: they do not change its numbers.
/// The items of a run that is gone on with are those of its own `draw.json`.
const FREE: [&str; 11] = [
    "DATALOADER.CACHE_MB",
    "DATALOADER.NUM_WORKERS",
    "DATASET.DRAWS",
    "DEVICE",
    "FEATURES.CACHE",
    "FEATURES.DIR",
    "OUTPUT_DIR",
    "RESUME",
    "TRAIN.PRINT_FREQ",
    "TRAIN.TENSORBOARD",
    "VERBOSE",
];

/// Keys that say where a run lies; they are written as comments.
const PLACES: [&str; 2] = ["OUTPUT_DIR", "RESUME"];

/// Every setting by path. A key that is not set is not in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recorded {
    values: BTreeMap<String, toml::Value>,
    /// The keys that nobody set. Where another version has no such key, they make no difference.
    defaults: BTreeSet<String>,
}

impl Recorded {
    /// The settings of `config`, as [`write`] would write them.
    ///
    /// # Errors
    /// When they cannot be read back: a fault of the program.
    pub(super) fn of(config: &Config) -> Result<Self> {
        Self::parse(&text(config)).map_err(|e| Error::invalid(format!("the settings make no TOML: {e}")))
    }

    /// The settings that [`write`] wrote.
    ///
    /// # Errors
    /// When the file is missing or no TOML.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        Self::parse(&read_text(path)?).map_err(|e| Error::data(path, format!("is no TOML file: {e}")))
    }

    /// As [`Recorded::read`], with the defaults and places that [`write`] wrote as comments: two runs of
    /// different versions of the program may differ in a default.
    ///
    /// # Errors
    /// As [`Recorded::read`].
    pub(crate) fn read_whole(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let uncomment = |line: &str| {
            let setting = line.strip_prefix("# ").filter(|s| s.starts_with(char::is_uppercase) && s.contains(" = "));
            // A remark that somebody added is no TOML and stays one.
            setting.filter(|s| s.parse::<toml::Table>().is_ok()).unwrap_or(line).to_owned()
        };
        let lines: Vec<String> = text.lines().map(uncomment).collect();
        Self::parse(&lines.join("\n")).map_err(|e| Error::data(path, format!("is no TOML file: {e}")))
    }

    fn parse(text: &str) -> std::result::Result<Self, toml::de::Error> {
        let mut flat = BTreeMap::new();
        flatten("", text.parse()?, &mut flat);
        let default = format!(" # {}", Origin::Default);
        let defaults = text.lines().filter(|line| line.ends_with(&default)).filter_map(|line| line.split_once(" = "));
        Ok(Self { values: flat, defaults: defaults.map(|(key, _)| key.to_owned()).collect() })
    }

    /// Settings that another program wrote down as text, by path; truth values as Python writes them.
    pub(crate) fn of_texts(texts: BTreeMap<String, String>) -> Self {
        let value = |text: String| match text.as_str() {
            "True" => toml::Value::Boolean(true),
            "False" => toml::Value::Boolean(false),
            _ => toml::Value::String(text),
        };
        let values = texts.into_iter().map(|(key, text)| (key, value(text))).collect();
        Self { values, defaults: BTreeSet::new() }
    }

    /// Whether nothing is recorded.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether `key` has a value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// The truth value at `key`, where there is one.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.values.get(key)?.as_bool()
    }

    /// The text at `key`, where there is one.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.as_str()
    }

    /// The value at `key` as people write it, where there is one.
    pub(crate) fn shown(&self, key: &str) -> Option<String> {
        self.values.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    /// The seed, where one is set.
    pub(crate) fn seed(&self) -> Option<i64> {
        self.values.get("SEED")?.as_integer()
    }

    /// The first key, in alphabetical order, that makes these two different runs, with both values.
    /// `INPUT.*` counts only with `input`.
    pub(super) fn difference(&self, other: &Self, input: bool) -> Option<(String, String, String)> {
        self.difference_beside(other, |key| !input && key.starts_with("INPUT."))
    }

    /// As [`Recorded::difference`], without the keys that `ignored` names.
    pub(crate) fn difference_beside(
        &self,
        other: &Self,
        ignored: impl Fn(&str) -> bool,
    ) -> Option<(String, String, String)> {
        let keys: BTreeSet<&String> = self.values.keys().chain(other.values.keys()).collect();
        let text = |v: Option<&toml::Value>| v.map_or_else(|| "not set".to_owned(), ToString::to_string);
        keys.into_iter()
            .filter(|key| !FREE.contains(&key.as_str()) && !ignored(key))
            .find(|key| match (self.values.get(*key), other.values.get(*key)) {
                (None, _) if other.defaults.contains(*key) => false,
                (_, None) if self.defaults.contains(*key) => false,
                (one, two) => one != two,
            })
            .map(|key| (key.clone(), text(self.values.get(key)), text(other.values.get(key))))
    }

    /// SHA-256 of all that makes a run what it is.
    pub(super) fn digest(&self) -> String {
        let mut lines = String::new();
        for (key, value) in self.values.iter().filter(|(key, _)| !FREE.contains(&key.as_str())) {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{key} = {value}");
        }
        sha256_hex(lines.as_bytes())
    }
}

/// Writes every setting with its origin; the file is a config file for `--config-file`.
pub(super) fn write(path: &Path, config: &Config) -> Result<()> {
    write_atomic(path, text(config).as_bytes())
}

/// One line a key. As comments stand: where this run lies (one that starts from this file shall have
/// a place of its own), what is not set, and defaults below `TRAINER` (a default that turned into a
/// setting would hide what another section of the chain says).
fn text(config: &Config) -> String {
    let mut text = String::from("# Every setting of this run and where it came from; `--config-file` reads it.\n");
    for (key, resolved) in config.iter() {
        let default = resolved.origin == Origin::Default && key.starts_with("TRAINER.");
        let silent = default || PLACES.contains(&key) || key == "DATASET.USE_ROBUSTLOSS";
        let origin = resolved.origin.to_string().replace(char::is_control, " ");
        // Writing to a string cannot fail.
        let _ = match to_toml(&resolved.value) {
            Some(value) => writeln!(text, "{}{key} = {value} # {origin}", if silent { "# " } else { "" }),
            None => writeln!(text, "# {key} is not set # {origin}"),
        };
    }
    text
}

fn to_toml(value: &Value) -> Option<toml::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(b) => toml::Value::Boolean(*b),
        Value::Int(i) => toml::Value::Integer(*i),
        Value::Float(x) => toml::Value::Float(*x),
        Value::Str(s) => toml::Value::String(s.clone()),
        Value::List(items) => toml::Value::Array(items.iter().filter_map(to_toml).collect()),
    })
}

fn flatten(prefix: &str, table: toml::Table, flat: &mut BTreeMap<String, toml::Value>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, flat),
            value => {
                flat.insert(path, value);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn config() -> Config {
        let mut config = Config::default();
        config.set("A.TEXT", "ViT-B/16 \"x\"\n", Origin::Default);
        config.set("A.B.RATE", 1e-5, Origin::Preset("demo".to_owned()));
        config.set("A.B.SIZE", vec![224, 224], Origin::Flag("--size".to_owned()));
        config.set("A.NONE", Value::Null, Origin::Default);
        config.set("SEED", 0, Origin::Override);
        config.set("VERBOSE", true, Origin::Default);
        config.set("OUTPUT_DIR", "here", Origin::Default);
        config
    }

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        write(&path, &config()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("preset demo"), "{text}");
        assert!(text.contains("# OUTPUT_DIR ="), "{text}");
        let read = Recorded::read(&path).unwrap();
        assert_eq!(read, Recorded::of(&config()).unwrap());
        assert_eq!(read.seed(), Some(0));
    }

    #[test]
    fn what_earlier_versions_did_not_write_is_no_difference() {
        let mut newer = config();
        newer.set("NEW.KEY", "as before", Origin::Default);
        newer.set("NEW.OTHER", Value::Null, Origin::Default);
        let earlier = Recorded::of(&config()).unwrap();
        assert_eq!(earlier.difference(&Recorded::of(&newer).unwrap(), true), None);
        assert_eq!(Recorded::of(&newer).unwrap().difference(&earlier, true), None);
        newer.set("NEW.KEY", "other", Origin::Override);
        assert_eq!(earlier.difference(&Recorded::of(&newer).unwrap(), true).unwrap().0, "NEW.KEY");
        // Both know the key: then a default that changed is a difference.
        let mut changed = config();
        changed.set("NEW.KEY", "as before", Origin::Default);
        assert!(Recorded::of(&changed).unwrap().difference(&Recorded::of(&newer).unwrap(), true).is_some());
    }

    #[test]
    fn defaults_that_stand_as_comments_can_be_read_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        let mut config = config();
        config.set("TRAINER.X.RATE", 0.5, Origin::Default);
        write(&path, &config).unwrap();
        let remark = std::fs::read_to_string(&path).unwrap() + "# Remember = to look\n# TRAINER.Y is not set\n";
        std::fs::write(&path, remark).unwrap();
        let whole = Recorded::read_whole(&path).unwrap();
        config.set("TRAINER.X.RATE", 0.7, Origin::Default);
        write(&path, &config).unwrap();
        let other = Recorded::read_whole(&path).unwrap();
        assert_eq!(whole.difference_beside(&other, |_| false).unwrap().0, "TRAINER.X.RATE");
        assert_eq!(whole.difference_beside(&other, |key| key.starts_with("TRAINER.")), None);
        assert!(Recorded::read(&path).unwrap().text("OUTPUT_DIR").is_none());
        assert_eq!(whole.text("OUTPUT_DIR"), Some("here"));
    }

    #[test]
    fn the_first_difference_counts_and_free_keys_do_not() {
        let mut other = config();
        other.set("VERBOSE", false, Origin::Default);
        let (one, mut two) = (Recorded::of(&config()).unwrap(), Recorded::of(&other).unwrap());
        assert_eq!(one.difference(&two, true), None);
        assert_eq!(one.digest(), two.digest());
        other.set("A.B.RATE", 0.1, Origin::Default);
        other.set("SEED", 1, Origin::Default);
        two = Recorded::of(&other).unwrap();
        assert_eq!(one.difference(&two, true).unwrap().0, "A.B.RATE");
        assert_ne!(one.digest(), two.digest());
    }
}
