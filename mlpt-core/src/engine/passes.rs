//! Encoder passes as JSON numbers, so that attempts of a resumed run add up.

use serde::Serialize;
use serde_json::Value;

/// `passes` of this process plus those of earlier ones.
pub(super) fn total(earlier: &Value, passes: &impl Serialize) -> Value {
    add(earlier, serde_json::to_value(passes).unwrap_or(Value::Null))
}

fn add(earlier: &Value, now: Value) -> Value {
    match now {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(k, v)| (k.clone(), add(&earlier[k.as_str()], v))).collect())
        }
        Value::Number(n) => match (n.as_u64(), n.as_f64()) {
            (Some(a), _) => (a + earlier.as_u64().unwrap_or(0)).into(),
            (None, Some(a)) => (a + earlier.as_f64().unwrap_or(0.0)).into(),
            (None, None) => Value::Number(n),
        },
        other => other,
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
    use serde_json::json;

    #[test]
    fn attempts_add_up() {
        let earlier = json!({"image": 3, "text": 1});
        assert_eq!(total(&earlier, &json!({"image": 4, "text": 0})), json!({"image": 7, "text": 1}));
        assert_eq!(total(&Value::Null, &json!({"image": 4})), json!({"image": 4}));
    }
}
