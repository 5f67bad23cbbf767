//! `clip_tokens.json`: texts with their ids by OpenAI's tokenizer, and what others make of them.

use super::golden;
use mlpt_core::{Error, Result, files};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The file.
#[derive(Debug, Deserialize)]
pub struct Golden {
    /// SHA-256 of the merges, one pair a line.
    pub merges: String,
    /// Texts by where they come from.
    pub groups: BTreeMap<String, Vec<Case>>,
}

/// One text.
#[derive(Debug, Deserialize)]
#[serde(from = "(String, Vec<u32>, Others)")]
pub struct Case {
    /// The text.
    pub text: String,
    /// Ids by OpenAI's tokenizer, without start and end.
    pub ids: Vec<u32>,
    /// Ids by open_clip's, where they are others.
    pub open_clip: Option<Vec<u32>>,
    /// Ids by transformers', where they are others.
    pub transformers: Option<Vec<u32>>,
    /// Ids by OpenAI's where wrongly decoded text is not repaired, if they are others.
    pub garbled: Option<Vec<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Others {
    open_clip: Option<Vec<u32>>,
    transformers: Option<Vec<u32>>,
    garbled: Option<Vec<u32>>,
}

impl From<(String, Vec<u32>, Others)> for Case {
    fn from((text, ids, others): (String, Vec<u32>, Others)) -> Self {
        let Others { open_clip, transformers, garbled } = others;
        Self { text, ids, open_clip, transformers, garbled }
    }
}

impl Golden {
    /// The texts of all groups.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.groups.values().flatten()
    }
}

/// Reads it.
///
/// # Errors
/// When it is missing or of another form.
pub fn read() -> Result<Golden> {
    let path = golden::path("clip_tokens.json");
    serde_json::from_str(&files::read_text(&path)?).map_err(|e| Error::data(path, e.to_string()))
}
