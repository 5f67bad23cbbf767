//! Which keys there are, of which type, with which default.

use super::{FromValue, Kind, Value};

/// One key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Dotted path in upper case, such as `OPTIM.LR`.
    pub path: String,
    /// The type; `null` is allowed for every type.
    pub kind: Kind,
    /// The built-in default.
    pub default: Value,
    /// One sentence.
    pub doc: String,
}

impl Key {
    /// A key whose type is that of its default.
    pub fn new<T: FromValue>(path: &str, default: T, doc: &str) -> Self {
        Self { path: path.to_owned(), kind: T::kind(), default: default.into(), doc: doc.trim().to_owned() }
    }

    /// The same key below `prefix`.
    pub fn below(mut self, prefix: &str) -> Self {
        self.path = format!("{prefix}.{}", self.path);
        self
    }

    /// The same key, not set by default.
    pub fn unset(mut self) -> Self {
        self.default = Value::Null;
        self
    }
}

/// A flat list of keys, in the order of declaration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    keys: Vec<Key>,
}

impl Schema {
    /// Adds keys; one that is there already (the same path) stays as it is.
    pub fn extend(&mut self, keys: impl IntoIterator<Item = Key>) {
        for key in keys {
            if self.get(&key.path).is_none() {
                self.keys.push(key);
            }
        }
    }

    /// The key at `path`.
    pub fn get(&self, path: &str) -> Option<&Key> {
        self.keys.iter().find(|k| k.path == path)
    }

    /// Up to three keys that look most like `path`, best first.
    pub fn nearest(&self, path: &str) -> Vec<String> {
        super::check::nearest_keys(self, path)
    }

    /// Every key, in the order of declaration.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }
}
