//! The class file: what prompts call the classes, and the template.

use crate::root::display_name;
use mlpt_core::files::read_text;
use mlpt_core::registry::nearest;
use mlpt_core::{Error, Result};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Names for the classes of one's own data, from a TOML, YAML or JSON file of the form
/// `template = "a photo of a {}, a kind of bolt."` and `[names]` with `raw label = "name"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassFile {
    /// The zero-shot template with `{}` for the name, where the file has one.
    pub template: Option<String>,
    names: BTreeMap<String, String>,
    path: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    template: Option<String>,
    #[serde(default)]
    names: Names,
}

impl ClassFile {
    /// Reads the file at `path`; its extension says the format.
    ///
    /// # Errors
    /// With the file and, where it is known, the line: when it cannot be read, is of another form, names
    /// a class twice or with nothing, or its template has no `{}`.
    pub fn read(path: &Path) -> Result<Self> {
        let text = read_text(path)?;
        let fault = |message: String| Error::data(path, message);
        let form = "expected a line template = \"...\" (it can be left out) and a section names";
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let content: Content = match extension.as_str() {
            "toml" => toml::from_str(&text).map_err(|e| {
                let line = e.span().and_then(|span| text.get(..span.start)).map_or(1, |t| t.matches('\n').count() + 1);
                fault(format!("line {line}: {}; {form}", e.message().trim_end()))
            })?,
            "yaml" | "yml" => {
                let options = serde_saphyr::options! { with_snippet: false };
                serde_saphyr::from_str_with_options(&text, options).map_err(|e| fault(format!("{e}; {form}")))?
            }
            "json" => serde_json::from_str(&text).map_err(|e| fault(format!("{e}; {form}")))?,
            _ => return Err(fault("a class file's name ends in .toml, .yaml or .json".to_owned())),
        };
        let file = Self { template: content.template, names: content.names.0, path: path.to_owned() };
        if let Some(template) = file.template.as_deref().filter(|t| !t.contains("{}")) {
            return Err(fault(format!("the template '{template}' has no {{}} where the class name goes")));
        }
        if let Some((raw, _)) = file.names.iter().find(|(_, name)| name.trim().is_empty()) {
            return Err(fault(format!("class '{raw}' has an empty name; write what prompts are to call it")));
        }
        Ok(file)
    }

    /// What prompts call the classes with these raw names: the file's name, or else the raw one with
    /// spaces for underscores. Two classes of one name are told in a warning.
    ///
    /// # Errors
    /// When the file names a class that is not among them.
    pub fn names_for(&self, classes: &[String]) -> Result<Vec<String>> {
        if let Some(stranger) = self.names.keys().find(|raw| !classes.contains(raw)) {
            let alike = nearest(stranger, classes.iter().map(String::as_str));
            let (lead, list) = match alike.is_empty() {
                true => ("the classes are", classes.iter().take(10).map(String::as_str).collect::<Vec<_>>()),
                false => ("did you mean", alike.iter().map(String::as_str).collect()),
            };
            let more = if alike.is_empty() && classes.len() > 10 { ", ..." } else { "" };
            return Err(Error::data(
                &self.path,
                format!(
                    "it names the class '{stranger}', which the data do not have; {lead}: {}{more}",
                    list.join(", ")
                ),
            ));
        }
        let names: Vec<String> =
            classes.iter().map(|raw| self.names.get(raw).cloned().unwrap_or_else(|| display_name(raw))).collect();
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for (raw, name) in classes.iter().zip(&names) {
            match first.insert(name, raw) {
                // A split file with one name for two labels has been told of already.
                Some(other) if other != raw => {
                    tracing::warn!(
                        "classes '{other}' and '{raw}' are both called '{name}': no prompt can tell them apart"
                    );
                }
                _ => {}
            }
        }
        Ok(names)
    }

    /// Whether the file has a name for this raw one.
    pub(super) fn has(&self, raw: &str) -> bool {
        self.names.contains_key(raw)
    }
}

/// A mapping in which no key stands twice; keys may look like numbers.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        d.deserialize_map(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("class names: raw label = name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Names, A::Error> {
        let mut names = BTreeMap::new();
        while let Some((raw, name)) = map.next_entry::<String, String>()? {
            if names.contains_key(&raw) {
                return Err(A::Error::custom(format!("the class '{raw}' stands twice")));
            }
            names.insert(raw, name);
        }
        Ok(Names(names))
    }
}

#[cfg(test)]
#[path = "class_file_tests.rs"]
mod tests;
