//! Bringing a given value to the type that its key asks for.

use super::{Kind, Value, literal};

impl Kind {
    /// `value` as this type, or `None` where it does not fit.
    ///
    /// - Null fits every type.
    /// - Whole numbers promote to numbers; numbers never become whole.
    /// - Text for a key that is not text is read as a Python literal (`"(224, 224)"`, `"1e-5"`,
    ///   `"'True'"`); besides, `true`/`false`, YAML 1.1's `on`/`off`/`yes`/`no` and `null` are understood.
    /// - Text for a text key stays what it is, also where it looks like a number (`"7"`).
    pub fn coerce(&self, value: Value) -> Option<Value> {
        match (self, value) {
            (_, Value::Null) => Some(Value::Null),
            (Kind::Str, Value::Str(text)) => Some(Value::Str(text)),
            (_, Value::Str(text)) => self.coerce_text(&text),
            (Kind::Bool, value @ Value::Bool(_)) | (Kind::Int, value @ Value::Int(_)) => Some(value),
            (Kind::Float, value @ Value::Float(_)) => Some(value),
            (Kind::Float, Value::Int(i)) => Some(Value::Float(i as f64)),
            (Kind::List(kind), Value::List(items)) => {
                items.into_iter().map(|item| kind.coerce(item)).collect::<Option<_>>().map(Value::List)
            }
            _ => None,
        }
    }

    fn coerce_text(&self, text: &str) -> Option<Value> {
        let word = text.trim().to_ascii_lowercase();
        let read = match (self, word.as_str()) {
            (_, "null" | "none") => Value::Null,
            (Kind::Bool, "true" | "yes" | "on") => Value::Bool(true),
            (Kind::Bool, "false" | "no" | "off") => Value::Bool(false),
            _ => literal::parse(text)?,
        };
        match read {
            // A literal in a literal (`"'True'"`): one more look, never more.
            Value::Str(inner) => {
                literal::parse(&inner).filter(|v| !matches!(v, Value::Str(_))).and_then(|v| self.coerce(v))
            }
            read => self.coerce(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(kind: Kind) -> Kind {
        Kind::List(Box::new(kind))
    }

    #[test]
    fn fits() {
        let table: [(Kind, Value, Value); 16] = [
            (list(Kind::Int), "(224, 224)".into(), vec![224, 224].into()),
            (list(Kind::Float), vec![1, 2].into(), vec![1.0, 2.0].into()),
            (list(Kind::Str), "['a', 'b']".into(), vec!["a", "b"].into()),
            (list(Kind::Int), "(-1,)".into(), vec![-1].into()),
            (Kind::Float, "1e-5".into(), 1e-5.into()),
            (Kind::Float, 1.into(), 1.0.into()),
            (Kind::Int, "7".into(), 7.into()),
            (Kind::Bool, "True".into(), true.into()),
            (Kind::Bool, "'False'".into(), false.into()),
            (Kind::Bool, "false".into(), false.into()),
            (Kind::Bool, "on".into(), true.into()),
            (Kind::Str, "7".into(), "7".into()),
            (Kind::Str, "off".into(), "off".into()),
            (Kind::Str, "ViT-B/16".into(), "ViT-B/16".into()),
            (Kind::Int, Value::Null, Value::Null),
            (Kind::Float, "None".into(), Value::Null),
        ];
        for (kind, given, wanted) in table {
            assert_eq!(kind.coerce(given.clone()), Some(wanted), "{kind} from {given}");
        }
    }

    #[test]
    fn does_not_fit() {
        let table: [(Kind, Value); 10] = [
            (Kind::Int, 2.0.into()),
            (Kind::Int, "2.0".into()),
            (Kind::Bool, 1.into()),
            (Kind::Bool, "1".into()),
            (Kind::Str, 7.into()),
            (Kind::Str, true.into()),
            (Kind::Float, "fast".into()),
            (Kind::Float, true.into()),
            (list(Kind::Int), 224.into()),
            (list(Kind::Int), "(1, 'a')".into()),
        ];
        for (kind, given) in table {
            assert_eq!(kind.coerce(given.clone()), None, "{kind} from {given}");
        }
    }
}
