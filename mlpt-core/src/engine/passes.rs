//! Encoder passes of a run: as many as if it had not been stopped.

use crate::clip::Passes;
use serde_json::Value;

/// Adds this process's passes to those of earlier ones. What was encoded once and for all before,
/// and has to be encoded again after a resume, is not counted twice: `attempts.jsonl` has what a
/// process really spent.
#[derive(Clone, Debug, Default)]
pub(super) struct Count {
    earlier: Value,
    /// This process's passes that are in `earlier` already.
    again: Passes,
}

impl Count {
    /// After `earlier`, as a state holds it; nothing of this process counts until [`Count::total`].
    pub(super) fn after(earlier: Value) -> Self {
        Self { earlier, again: Passes::default() }
    }

    /// Says that all passes until `now` had been counted by an earlier process.
    pub(super) fn known(&mut self, now: Passes) {
        self.again = now;
    }

    /// The run's passes, where this process has `now`.
    pub(super) fn total(&self, now: Passes) -> Value {
        let own = |of: Passes| serde_json::to_value(of).unwrap_or_default();
        let Value::Object(fields) = own(now) else { return Value::Null };
        let again = own(self.again);
        let sum = |(name, now): (String, Value)| {
            let number = |v: &Value| v.as_u64().unwrap_or(0);
            let total = number(&self.earlier[&name]) + number(&now) - number(&again[&name]).min(number(&now));
            (name, total.into())
        };
        Value::Object(fields.into_iter().map(sum).collect())
    }
}

/// Names and numbers, for the scalars of an epoch.
pub(super) fn numbers(passes: &Value) -> Vec<(String, f64)> {
    let Value::Object(fields) = passes else { return Vec::new() };
    fields.iter().filter_map(|(name, v)| Some((name.clone(), v.as_f64()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_add_up_and_nothing_counts_twice() {
        let passes = |image, text| Passes { image, text, ..Default::default() };
        let mut count = Count::default();
        let first = count.total(passes(3, 1));
        assert_eq!((first["image"].as_u64(), first["text"].as_u64()), (Some(3), Some(1)));
        count = Count::after(first);
        count.known(passes(2, 1));
        let both = count.total(passes(6, 1));
        assert_eq!((both["image"].as_u64(), both["text"].as_u64()), (Some(7), Some(1)));
        assert_eq!(numbers(&both).len(), 5);
    }
}
