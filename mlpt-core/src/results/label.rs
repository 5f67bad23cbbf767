//! What rows are called.

use super::Row;
use super::group::RowKey;
use super::source::plain;

/// The loss that goes without saying.
const PLAIN: &str = "ce";

/// A label for each key: the trainer, the loss unless it is cross-entropy, and, where that leaves two
/// keys with one label, the mechanisms or what else tells them apart; the settings that give rows always.
pub(super) fn labels(keys: &[RowKey]) -> Vec<String> {
    let short = |key: &RowKey| match key.loss.as_str() {
        "" | PLAIN => key.trainer.clone(),
        loss => format!("{} + {}", key.trainer, loss.to_uppercase()),
    };
    keys.iter()
        .map(|key| {
            let label = short(key);
            let twins: Vec<&RowKey> = keys.iter().filter(|other| *other != key && short(other) == label).collect();
            let mut parts: Vec<String> =
                key.by.iter().map(|(name, value)| format!("{} {value}", last(name, &key.by))).collect();
            if twins.iter().any(|twin| twin.mechanisms != key.mechanisms) {
                parts.push(key.mechanisms.join(" + "));
            }
            for (at, part) in key.setup.parts().into_iter().enumerate() {
                if twins.iter().any(|twin| twin.setup.parts()[at] != part) {
                    parts.push(part);
                }
            }
            parts.retain(|part| !part.is_empty());
            if parts.is_empty() { label } else { format!("{label} ({})", parts.join(", ")) }
        })
        .collect()
}

/// The last word of a key, or all of it where another of `keys` ends alike.
fn last<'k>(key: &'k str, keys: &[(String, String)]) -> &'k str {
    let end = |key: &'k str| key.rsplit('.').next().unwrap_or(key);
    let alike = keys.iter().filter(|(other, _)| other.rsplit('.').next() == Some(end(key))).count();
    if alike > 1 { key } else { end(key) }
}

/// The row that `name` means: the one with this label in any case, spaces, hyphens and underscores aside,
/// or else the only one of the trainer with this name.
pub(super) fn row_called<'r>(rows: &'r [Row], name: &str) -> Option<&'r Row> {
    let name = plain(name);
    rows.iter().find(|row| plain(&row.label) == name).or_else(|| {
        let mut of_trainer = rows.iter().filter(|row| plain(&row.trainer) == name);
        of_trainer.next().filter(|_| of_trainer.next().is_none())
    })
}
