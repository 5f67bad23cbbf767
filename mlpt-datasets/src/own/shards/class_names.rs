//! The class names that the hub's library writes into a file's metadata.

use super::shard::Shard;
use mlpt_core::{Error, Result};
use serde_json::Value;

/// The names that the files give their numbers, by number; `None` where they give none.
///
/// # Errors
/// When two files give other names.
pub(super) fn common(shards: &[Shard]) -> Result<Option<Vec<String>>> {
    let mut known: Option<(Option<Vec<String>>, &Shard)> = None;
    for shard in shards {
        let names = of(shard);
        match &known {
            Some((first, other)) if *first != names => {
                return Err(Error::data(
                    &shard.file.path,
                    format!(
                        "its metadata name the classes otherwise than {}; both cannot be parts of one data set",
                        other.file.key
                    ),
                ));
            }
            Some(_) => {}
            None => known = Some((names, shard)),
        }
    }
    Ok(known.and_then(|(names, _)| names))
}

/// `info.features.<label>.names` of the JSON text called `huggingface`.
fn of(shard: &Shard) -> Option<Vec<String>> {
    let entries = shard.meta.file_metadata().key_value_metadata()?;
    let text = entries.iter().find(|entry| entry.key == "huggingface")?.value.as_deref()?;
    let json: Value = serde_json::from_str(text).ok()?;
    let names = json.get("info")?.get("features")?.get(&shard.columns.label_name)?.get("names")?.as_array()?;
    names.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}
