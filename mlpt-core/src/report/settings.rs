//! `config.toml` as text: every setting with the origin that stands behind it as a comment.

use crate::Result;
use crate::files::read_text;
use std::path::Path;

/// A setting of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its path, such as `OPTIM.LR`.
    pub key: String,
    /// Its value in TOML; `None` where it is not set.
    pub value: Option<String>,
    /// Where it came from, in the words of the file; empty where it does not say.
    pub origin: String,
}

/// Every setting of the file, in its order; those that stand as comments too. What is none is left out.
///
/// # Errors
/// When the file cannot be read.
pub fn settings(path: &Path) -> Result<Vec<Setting>> {
    Ok(parse(&read_text(path)?))
}

fn parse(text: &str) -> Vec<Setting> {
    let mut all = Vec::new();
    let mut begun = String::new();
    for line in text.lines() {
        let line = if begun.is_empty() { line.strip_prefix("# ").unwrap_or(line) } else { line };
        begun.push_str(line);
        if let Some(setting) = setting(&begun) {
            all.push(setting);
            begun.clear();
        // A text of several lines goes on until its quotes are closed.
        } else if begun.contains("\"\"\"") || begun.contains("'''") {
            begun.push('\n');
        } else {
            begun.clear();
        }
    }
    all
}

fn setting(line: &str) -> Option<Setting> {
    if let Some((key, origin)) = line.split_once(" is not set # ").filter(|(key, _)| is_key(key)) {
        return Some(Setting { key: key.to_owned(), value: None, origin: origin.to_owned() });
    }
    let (key, rest) = line.split_once(" = ").filter(|(key, _)| is_key(key))?;
    // A value may hold what looks like the beginning of a comment, and so may an origin: the first cut that leaves
    // whole TOML is the one.
    let cuts = rest.match_indices(" # ").map(|(at, _)| at).chain([rest.len()]);
    cuts.into_iter().find_map(|at| {
        let (value, origin) = (rest.get(..at)?, rest.get(at..)?);
        format!("value = {value}").parse::<toml::Table>().ok()?;
        let origin = origin.strip_prefix(" # ").unwrap_or(origin);
        Some(Setting { key: key.to_owned(), value: Some(value.trim().to_owned()), origin: origin.to_owned() })
    })
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "._-".contains(c))
}
