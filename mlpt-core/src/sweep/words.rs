//! Settings as the words `KEY=VALUE` of a command line.

use crate::{Error, Result};

/// `KEY=VALUE` of a value in a TOML file.
///
/// # Errors
/// When the value is a table or a date.
pub(super) fn of_toml(key: &str, value: &toml::Value) -> Result<String> {
    Ok(format!("{}={}", key.to_uppercase(), text(value).ok_or_else(|| no_value(key))?))
}

/// A value as a command line has it.
pub(super) fn text(value: &toml::Value) -> Option<String> {
    use toml::Value;
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => value.to_string(),
        // Within a list a text needs its quotes; those of TOML are those of Python.
        Value::Array(items) if items.iter().all(|item| text(item).is_some()) => value.to_string(),
        Value::Array(_) | Value::Table(_) | Value::Datetime(_) => return None,
    })
}

fn no_value(key: &str) -> Error {
    Error::invalid(format!("{key} is no value: a text, a number, true, false or a list of them"))
}

/// The key of `KEY=VALUE`.
pub(super) fn key(word: &str) -> &str {
    word.split_once('=').map_or(word, |(key, _)| key)
}

/// The settings of nested tables, `A.B = 1` as `("A.B", 1)`.
pub(super) fn flat(table: &toml::Table) -> Vec<(String, toml::Value)> {
    let mut all = Vec::new();
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => {
                all.extend(flat(inner).into_iter().map(|(rest, value)| (format!("{key}.{rest}"), value)));
            }
            value => all.push((key.clone(), value.clone())),
        }
    }
    all
}

/// What a setting is called where there is little room: the last part of its key, or that before `NAME`.
pub(super) fn short(key: &str) -> String {
    let mut parts = key.rsplit('.');
    match (parts.next(), parts.next()) {
        (Some("NAME"), Some(section)) => section.to_owned(),
        (Some(last), _) => last.to_owned(),
        _ => key.to_owned(),
    }
}

/// `text` as the name of a folder.
pub(super) fn folder(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "._+-=".contains(c) { c } else { '-' };
    let name: String = text.chars().map(plain).collect();
    // Hidden folders and `..` are none that anyone looks for.
    name.trim_start_matches('.').to_owned()
}
