//! Things that are chosen by name.

use crate::config::{Config, Key, Schema, Value};
use crate::{Error, Result};

/// One named thing: how people find it, what it can be told, and how it is made.
#[derive(Clone)]
pub struct Entry<F> {
    /// The name, as the field writes it.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// One line for `mlpt list`.
    pub summary: &'static str,
    /// The long text of `mlpt explain`.
    pub doc: &'static str,
    /// The keys that only this entry reads, with full paths.
    pub schema: Schema,
    /// Its own defaults of keys that others read too, as (path, value).
    pub defaults: Vec<(&'static str, Value)>,
    /// Where its keys stand, such as `TRAINER.COOP`; empty means the common beginning of its keys.
    pub section: &'static str,
    /// A trainer's places for prompt learners, as sections: `TRAINER.MLPT.LEARNER1`, ...
    pub learners: &'static [&'static str],
    /// Whether a trainer divides its pool by the selector of `SELECTOR.NAME`.
    pub selects: bool,
    /// Looks at the finished settings when this entry is chosen; before anything is loaded.
    pub check: Option<fn(&Config) -> Result<()>>,
    /// How it is made.
    pub factory: F,
}

impl<F> Entry<F> {
    /// An entry without aliases, keys or defaults of its own.
    pub fn new(name: &'static str, summary: &'static str, doc: &'static str, factory: F) -> Self {
        Self {
            name,
            aliases: &[],
            summary,
            doc,
            schema: Schema::default(),
            defaults: Vec::new(),
            section: "",
            learners: &[],
            selects: false,
            check: None,
            factory,
        }
    }

    /// Adds other names.
    pub fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Adds keys of its own.
    pub fn keys(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.schema.extend(keys);
        self
    }

    /// Adds a default of its own for a shared key.
    pub fn default(mut self, path: &'static str, value: impl Into<Value>) -> Self {
        self.defaults.retain(|(known, _)| *known != path);
        self.defaults.push((path, value.into()));
        self
    }

    /// States where its keys stand.
    pub fn section(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }

    /// States a trainer's places for prompt learners, most important first.
    pub fn learners(mut self, learners: &'static [&'static str]) -> Self {
        self.learners = learners;
        self
    }

    /// States that a trainer divides its pool by the selector of `SELECTOR.NAME`.
    pub fn selects(mut self) -> Self {
        self.selects = true;
        self
    }

    /// Adds a look at the finished settings.
    pub fn check(mut self, check: fn(&Config) -> Result<()>) -> Self {
        self.check = Some(check);
        self
    }

    /// The section below which its keys stand; empty where they have nothing in common.
    pub fn section_path(&self) -> String {
        if !self.section.is_empty() {
            return self.section.to_owned();
        }
        let mut parents = self.schema.iter().map(|k| k.path.rsplit_once('.').map_or("", |(parent, _)| parent));
        let first: Vec<&str> = parents.next().unwrap_or("").split('.').collect();
        let common = parents.fold(first, |common, parent| {
            common.into_iter().zip(parent.split('.')).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
        });
        common.join(".")
    }
}

/// The entries of one kind, in the order of registration.
pub struct Registry<F> {
    kind: &'static str,
    entries: Vec<Entry<F>>,
}

impl<F> Registry<F> {
    /// An empty registry; `kind` is the word that messages use (`trainer`, `data set`).
    pub fn new(kind: &'static str) -> Self {
        Self { kind, entries: Vec::new() }
    }

    /// The word that messages use.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// When its name or one of its aliases is taken.
    pub fn register(&mut self, entry: Entry<F>) -> Result<()> {
        for name in std::iter::once(&entry.name).chain(entry.aliases) {
            if let Some(other) = self.find(name) {
                return Err(Error::invalid(format!(
                    "the {} name '{name}' is already registered by '{}'",
                    self.kind, other.name
                )));
            }
        }
        self.entries.push(entry);
        Ok(())
    }

    /// The entry that answers to `name`, in any case, by name or alias.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the nearest names.
    pub fn get(&self, name: &str) -> Result<&Entry<F>> {
        self.find(name).ok_or_else(|| {
            let known: Vec<String> = self.entries.iter().map(|e| e.name.to_owned()).collect();
            let all = self.entries.iter().flat_map(|e| std::iter::once(&e.name).chain(e.aliases)).copied();
            Error::UnknownName { kind: self.kind, name: name.to_owned(), nearest: nearest(name, all), known }
        })
    }

    /// Every entry, in the order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &Entry<F>> {
        self.entries.iter()
    }

    fn find(&self, name: &str) -> Option<&Entry<F>> {
        let same = |n: &&str| n.eq_ignore_ascii_case(name);
        self.entries.iter().find(|e| same(&e.name) || e.aliases.iter().any(&same))
    }
}

/// Up to three of `known` that look most like `name`, best first; none where nothing is similar.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|k| (strsim::jaro_winkler(&name, &k.to_lowercase()), k))
        .filter(|(score, _)| *score > 0.7)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(3).map(|(_, k)| k.to_owned()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_aliases_and_near_misses() {
        let mut r = Registry::new("fruit");
        r.register(Entry::new("Apple", "", "", 1).aliases(&["pomme"])).unwrap();
        r.register(Entry::new("Pear", "", "", 2)).unwrap();
        assert_eq!(r.get("POMME").unwrap().factory, 1);
        assert!(r.register(Entry::new("pomme", "", "", 3)).is_err());
        let keys = ["A.B.C", "A.B.D.E"].map(|p| Key::new::<i64>(p, 1, ""));
        assert_eq!(Entry::new("x", "", "", ()).keys(keys).section_path(), "A.B");
        let message = r.get("aple").err().unwrap().to_string();
        assert!(message.contains("unknown fruit 'aple'; did you mean: Apple"), "{message}");
    }
}
