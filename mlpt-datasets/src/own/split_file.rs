//! Split files in CoOp's format: `{"train": [[path, label, class name], ...], "val": ..., "test": ...}`.

use crate::root::display_name;
use mlpt_core::data::{ImageRef, Item, Splits};
use mlpt_core::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path};
use std::sync::Arc;

/// One image: its path below the image folder (forward slashes), label, class name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Entry(pub String, pub usize, pub String);

/// The three lists; their order counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct SplitFile {
    /// For training.
    pub train: Vec<Entry>,
    /// For choosing a model.
    pub val: Vec<Entry>,
    /// For the final figure.
    pub test: Vec<Entry>,
}

impl SplitFile {
    /// Reads and checks a split file.
    ///
    /// # Errors
    /// With the file, and the entry at fault, when it is not there or not of this format, when a
    /// label has two names or no training image, or when a path leads out of the image folder.
    pub fn read(path: &Path) -> Result<Self> {
        let text = mlpt_core::files::read_text(path)?;
        let split: Self = serde_json::from_str(&text)
            .map_err(|e| Error::data(path, format!("is no split file ([path, label, class name] lists): {e}")))?;
        if split.train.is_empty() {
            return Err(Error::data(path, "its list \"train\" is empty"));
        }
        split.check().map_err(|message| Error::data(path, message))?;
        Ok(split)
    }

    /// The split of a data set that is loaded, its images by their keys.
    pub fn of(splits: &Splits) -> Self {
        let entry = |item: &Item| {
            let name = splits.class_names.get(item.label).cloned().unwrap_or_default();
            Entry(item.image.key().to_owned(), item.label, name)
        };
        let list = |items: &[Item]| items.iter().map(entry).collect();
        Self { train: list(&splits.train), val: list(&splits.val), test: list(&splits.test) }
    }

    /// The text of a split file, laid out as the published ones.
    ///
    /// # Errors
    /// When it makes no JSON, which does not happen.
    pub fn to_json(&self) -> Result<String> {
        let mut text = Vec::new();
        let layout = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let fault = |e: &dyn std::fmt::Display| Error::invalid(format!("the split makes no JSON: {e}"));
        self.serialize(&mut serde_json::Serializer::with_formatter(&mut text, layout)).map_err(|e| fault(&e))?;
        String::from_utf8(text).map_err(|e| fault(&e))
    }

    /// The class names by label, as prompts use them.
    pub fn class_names(&self) -> Vec<String> {
        self.names().values().map(|name| display_name(name)).collect()
    }

    /// The class names by label, as they stand in the file.
    pub(super) fn raw_names(&self) -> Vec<String> {
        self.names().values().map(|name| (*name).to_owned()).collect()
    }

    /// The lists as items below `images`, in order: train, val, test. All images are looked for.
    ///
    /// # Errors
    /// With the first ten that are missing, and how many there are.
    pub fn items(&self, images: &Path) -> Result<[Vec<Item>; 3]> {
        let missing: Vec<&str> =
            self.all().map(|(_, _, e)| e.0.as_str()).filter(|p| !images.join(p).is_file()).collect();
        if !missing.is_empty() {
            let total = self.all().count();
            let first: Vec<String> =
                missing.iter().take(10).map(|p| format!("  {}", images.join(p).display())).collect();
            let more = if missing.len() > 10 { "\n  ..." } else { "" };
            return Err(Error::data(
                images,
                format!("{} of {total} images of the split are missing:\n{}{more}", missing.len(), first.join("\n")),
            ));
        }
        let root: Arc<Path> = Arc::from(images);
        let items = |entries: &[Entry]| -> Vec<Item> {
            let image = |path: &str| ImageRef::File { root: root.clone(), relative: Arc::from(path) };
            entries.iter().map(|e| Item { image: image(&e.0), label: e.1, domain: 0 }).collect()
        };
        Ok([items(&self.train), items(&self.val), items(&self.test)])
    }

    fn all(&self) -> impl Iterator<Item = (&'static str, usize, &Entry)> {
        [("train", &self.train), ("val", &self.val), ("test", &self.test)]
            .into_iter()
            .flat_map(|(name, list)| list.iter().enumerate().map(move |(i, e)| (name, i, e)))
    }

    /// Label and name of the training classes, or of the test classes of a set that only tests.
    fn names(&self) -> BTreeMap<usize, &str> {
        let list = if self.train.is_empty() { &self.test } else { &self.train };
        list.iter().map(|e| (e.1, e.2.as_str())).collect()
    }

    /// Whether paths, labels and names agree with one another.
    ///
    /// # Errors
    /// With the entry at fault.
    pub(crate) fn check(&self) -> Result<(), String> {
        let names = self.names();
        let mut places: HashMap<&str, (&str, usize)> = HashMap::new();
        for (list, index, Entry(path, label, name)) in self.all() {
            let at = format!("{list}[{index}] ({path})");
            if let Some((list, index)) = places.insert(path, (list, index)) {
                return Err(format!("{at}: the same image stands at {list}[{index}]; drop one of them"));
            }
            if name.trim().is_empty() {
                return Err(format!("{at}: the class name is empty"));
            }
            match names.get(label) {
                None => return Err(format!("{at}: label {label} ('{name}') has no training image")),
                Some(known) if known != name => {
                    return Err(format!("{at}: label {label} is called '{name}' here and '{known}' elsewhere"));
                }
                Some(_) => {}
            }
            let inside = Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
            if path.is_empty() || !inside {
                return Err(format!("{at}: the path must stay below the image folder"));
            }
        }
        if let Some(gap) = (0..names.len()).find(|label| !names.contains_key(label)) {
            return Err(format!("there is no training image with label {gap}, but there are larger labels"));
        }
        let mut labels: BTreeMap<String, usize> = BTreeMap::new();
        for (label, name) in names {
            if let Some(other) = labels.insert(display_name(name), label) {
                tracing::warn!("labels {other} and {label} are both called '{name}': no prompt can tell them apart");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<SplitFile> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("split.json");
        std::fs::write(&path, json).unwrap();
        SplitFile::read(&path)
    }

    #[test]
    fn good_files_are_read_in_order() {
        let split = read(
            r#"{"train": [["b/1.jpg", 1, "big_b"], ["a/1.jpg", 0, "a"]], "val": [], "test": [["a/2.jpg", 0, "a"]]}"#,
        )
        .unwrap();
        assert_eq!(split.class_names(), ["a", "big b"]);
        assert_eq!(split.train[0], Entry("b/1.jpg".to_owned(), 1, "big_b".to_owned()));
    }

    #[test]
    fn faults_are_named() {
        let message = |train: &str, test: &str| {
            read(&format!(r#"{{"train": [{train}], "val": [], "test": [{test}]}}"#)).unwrap_err().to_string()
        };
        let good = r#"["a/1.jpg", 0, "a"]"#;
        assert!(message("", "").contains("\"train\" is empty"));
        assert!(message(&format!(r#"{good}, ["c/1.jpg", 2, "c"]"#), "").contains("no training image with label 1"));
        assert!(message(good, r#"["b/1.jpg", 1, "b"]"#).contains("test[0] (b/1.jpg): label 1 ('b') has no training"));
        assert!(message(good, r#"["a/2.jpg", 0, "A"]"#).contains("called 'A' here and 'a' elsewhere"));
        for path in ["../x.jpg", "a/../../x.jpg", "/etc/x.jpg", ""] {
            assert!(message(&format!(r#"{good}, ["{path}", 0, "a"]"#), "").contains("must stay below"), "{path}");
        }
        assert!(message(r#"["a/1.jpg", -1, "a"]"#, "").contains("is no split file"));
        assert!(read("[]").unwrap_err().to_string().contains("is no split file"));
    }

    #[test]
    fn missing_images_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("0.jpg"), "").unwrap();
        let entry = |i| Entry(format!("{i}.jpg"), 0, "a".to_owned());
        let split = SplitFile { train: (0..14).map(entry).collect(), ..SplitFile::default() };
        let message = split.items(dir.path()).unwrap_err().to_string();
        assert!(message.contains("13 of 14 images of the split are missing"), "{message}");
        assert!(message.contains(&dir.path().join("10.jpg").display().to_string()), "{message}");
        assert!(!message.contains("11.jpg"), "{message}");
    }
}
