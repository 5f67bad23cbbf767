//! A draw as a JSON document: one line an item, images by their relative paths.

use super::fingerprint::Fingerprint;
use super::fresh::Drawn;
use crate::data::{Item, Noisy, Splits};
use crate::files::read_text;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

/// Version of the document. It rises when a field changes its meaning.
const VERSION: u32 = 1;

/// One item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    /// Key of the image: its path below the data set's folder, with forward slashes.
    pub(super) image: String,
    /// The given label.
    pub(super) label: usize,
    /// The true label; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) true_label: Option<usize>,
    /// Absent where it is 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) domain: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands out references
fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// The document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct DrawFile {
    version: u32,
    pub(super) fingerprint: Fingerprint,
    pub(super) train: Vec<Row>,
    /// Absent where the pool is the training items.
    pub(super) pool: Option<Vec<Row>>,
    pub(super) val: Vec<Row>,
}

impl DrawFile {
    pub(super) fn new(drawn: &Drawn, fingerprint: Fingerprint) -> Self {
        let noisy = |n: &Noisy| row(&n.item, n.true_label);
        Self {
            version: VERSION,
            fingerprint,
            train: drawn.train.iter().map(noisy).collect(),
            pool: drawn.pool.as_ref().map(|pool| pool.iter().map(noisy).collect()),
            val: drawn.val.iter().map(|item| row(item, Some(item.label))).collect(),
        }
    }

    /// Reads a document; `cure` says what to do with one that cannot be used.
    pub(super) fn read(path: &Path, cure: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let text = read_text(path)?;
        let fault = |e: serde_json::Error| Error::data(path, format!("is no draw of this program: {e}; {cure}"));
        let Head { version } = serde_json::from_str(&text).map_err(fault)?;
        if version != VERSION {
            let message = format!("is a draw of version {version}; this program reads version {VERSION}; {cure}");
            return Err(Error::data(path, message));
        }
        serde_json::from_str(&text).map_err(fault)
    }

    /// The text of the document.
    pub(super) fn text(&self) -> Result<String> {
        let fault = |e| Error::invalid(format!("the draw makes no JSON: {e}"));
        let fingerprint = serde_json::to_string_pretty(&self.fingerprint).map_err(fault)?.replace('\n', "\n  ");
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"fingerprint\": {fingerprint}");
        let lists = [("train", Some(&self.train)), ("pool", self.pool.as_ref()), ("val", Some(&self.val))];
        for (name, rows) in lists {
            let Some(rows) = rows else { continue };
            let rows: Vec<String> = rows.iter().map(serde_json::to_string).collect::<Result<_, _>>().map_err(fault)?;
            let lines = rows.join(",\n    ");
            // Writing to a string does not fail.
            let _ = match rows.is_empty() {
                true => write!(text, ",\n  \"{name}\": []"),
                false => write!(text, ",\n  \"{name}\": [\n    {lines}\n  ]"),
            };
        }
        text.push_str("\n}\n");
        Ok(text)
    }

    /// The items, their pictures looked up in `splits`.
    ///
    /// # Errors
    /// With what is wrong with the first row that cannot be used.
    pub(super) fn items(&self, splits: &Splits) -> std::result::Result<Drawn, String> {
        let classes = splits.class_names.len();
        let by_key = |items: &'_ [Item]| -> HashMap<String, Item> {
            items.iter().map(|i| (i.image.key().to_owned(), i.clone())).collect()
        };
        let (train, val) = (by_key(&splits.train), by_key(&splits.val));
        let item = |row: &Row, from: &HashMap<String, Item>, split: &str| {
            let known = from.get(&row.image).ok_or_else(|| format!("{} is not in the {split} split", row.image))?;
            if row.label.max(row.true_label.unwrap_or(0)) >= classes {
                return Err(format!("{} has a label that is not below {classes}, the number of classes", row.image));
            }
            Ok(Item { image: known.image.clone(), label: row.label, domain: row.domain })
        };
        let noisy = |row: &Row| Ok(Noisy { item: item(row, &train, "training")?, true_label: row.true_label });
        let all = |rows: &Vec<Row>| rows.iter().map(noisy).collect::<std::result::Result<Vec<_>, String>>();
        if self.train.is_empty() {
            return Err("it has no training items".to_owned());
        }
        Ok(Drawn {
            train: all(&self.train)?,
            pool: self.pool.as_ref().map(all).transpose()?,
            val: self
                .val
                .iter()
                .map(|row| item(row, &val, "validation"))
                .collect::<std::result::Result<_, String>>()?,
        })
    }

    /// How the split that this was drawn from and `splits` differ, as far as it can be seen.
    pub(super) fn what_changed(&self, splits: &Splits) -> String {
        let labels = |items: &[Item]| -> HashMap<String, usize> {
            items.iter().map(|i| (i.image.key().to_owned(), i.label)).collect()
        };
        let (train, val) = (labels(&splits.train), labels(&splits.val));
        let drawn = self.train.iter().chain(self.pool.iter().flatten()).map(|row| (row, &train));
        let (mut gone, mut other): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
        for (row, now) in drawn.chain(self.val.iter().map(|row| (row, &val))) {
            match (now.get(&row.image), row.true_label) {
                (None, _) => gone.push(&row.image),
                (Some(label), Some(truth)) if *label != truth => other.push(&row.image),
                _ => {}
            }
        }
        let count = |mut keys: Vec<&str>, what: &str| {
            keys.sort_unstable();
            keys.dedup();
            let first = keys.first()?;
            let images = if keys.len() == 1 { "1 image".to_owned() } else { format!("{} images", keys.len()) };
            Some(format!("{images} of the draw {what}, first {first}"))
        };
        let seen: Vec<String> =
            [count(gone, "gone from it"), count(other, "with another label now")].into_iter().flatten().collect();
        match seen.is_empty() {
            true => "the data set's split has changed since: images that were not drawn, or the order, are others"
                .to_owned(),
            false => format!("the data set's split has changed since: {}", seen.join(", ")),
        }
    }
}

fn row(item: &Item, true_label: Option<usize>) -> Row {
    Row { image: item.image.key().to_owned(), label: item.label, true_label, domain: item.domain }
}
