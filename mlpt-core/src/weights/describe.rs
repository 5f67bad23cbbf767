//! What a pickle holds, in a few words for a message.

use super::pickle::{Heap, Value};

const SHOWN: usize = 8;

/// A value's type, and the keys and types of what is in it.
pub(super) fn describe(heap: &Heap, value: &Value) -> String {
    within(heap, value, 2)
}

fn within(heap: &Heap, value: &Value, depth: usize) -> String {
    let name = heap.type_name(value);
    let (Some(entries), true) = (heap.entries(value), depth > 0) else { return name };
    if entries.is_empty() {
        return format!("empty {name}");
    }
    let mut shown: Vec<String> = entries
        .iter()
        .take(SHOWN)
        .map(|(key, value)| format!("{} ({})", self::key(heap, key), within(heap, value, depth - 1)))
        .collect();
    if entries.len() > SHOWN {
        shown.push(format!("and {} more", entries.len() - SHOWN));
    }
    format!("{name} of {}", shown.join(", "))
}

fn key(heap: &Heap, key: &Value) -> String {
    match key {
        Value::Text(text) => text.chars().take(60).collect::<String>().escape_debug().to_string(),
        Value::Int(n) => n.to_string(),
        other => heap.type_name(other),
    }
}
