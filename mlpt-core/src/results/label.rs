//! What rows are called.

use super::Row;
use super::group::RowKey;

/// The loss that goes without saying.
const PLAIN: &str = "ce";

/// A label for each key: the trainer, the loss unless it is cross-entropy, and the mechanisms where
/// that leaves two keys with one label.
pub(super) fn labels(keys: &[RowKey]) -> Vec<String> {
    let short = |key: &RowKey| match key.loss.as_str() {
        "" | PLAIN => key.trainer.clone(),
        loss => format!("{} + {}", key.trainer, loss.to_uppercase()),
    };
    keys.iter()
        .map(|key| {
            let label = short(key);
            let twin = keys.iter().any(|other| other != key && short(other) == label);
            if twin { format!("{label} ({})", key.mechanisms.join(" + ")) } else { label }
        })
        .collect()
}

/// The row that `name` means: the one with this label in any case, spaces and hyphens aside, or else
/// the only one of the trainer with this name.
pub(super) fn row_called<'r>(rows: &'r [Row], name: &str) -> Option<&'r Row> {
    let name = plain(name);
    rows.iter().find(|row| plain(&row.label) == name).or_else(|| {
        let mut of_trainer = rows.iter().filter(|row| plain(&row.trainer) == name);
        of_trainer.next().filter(|_| of_trainer.next().is_none())
    })
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}
