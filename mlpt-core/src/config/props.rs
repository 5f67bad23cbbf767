//! What holds for every value, whatever it is.
#![allow(clippy::unwrap_used)]

use super::{Kind, Value, literal};
use proptest::prelude::*;

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e300..1e300_f64).prop_map(Value::Float),
        proptest::num::f64::NORMAL.prop_map(Value::Float),
        ".*".prop_map(Value::Str),
        "[-+.,()\\[\\]'\"0-9eE_ NTrualse\\\\]{0,12}".prop_map(Value::Str),
        Just(Value::Null),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 16, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::List))
}

fn kind() -> impl Strategy<Value = Kind> {
    let leaf = prop_oneof![Just(Kind::Bool), Just(Kind::Int), Just(Kind::Float), Just(Kind::Str)];
    leaf.prop_recursive(2, 3, 1, |inner| inner.prop_map(|k| Kind::List(Box::new(k))))
}

/// A value of this kind.
fn of(kind: &Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Int => any::<i64>().prop_map(Value::Int).boxed(),
        Kind::Float => proptest::num::f64::NORMAL.prop_map(Value::Float).boxed(),
        Kind::Str => ".*".prop_map(Value::Str).boxed(),
        Kind::List(inner) => prop::collection::vec(of(inner), 0..4).prop_map(Value::List).boxed(),
    }
}

fn kind_and_value() -> impl Strategy<Value = (Kind, Value)> {
    kind().prop_flat_map(|k| of(&k).prop_map(move |v| (k.clone(), v)))
}

proptest! {
    /// `OPTIM.LR=...` may be given what `mlpt config` prints. Text keys take their text as it is.
    #[test]
    fn what_is_printed_is_read((kind, value) in kind_and_value()) {
        prop_assert_eq!(kind.coerce(value.clone()), Some(value.clone()));
        if kind != Kind::Str {
            prop_assert_eq!(kind.coerce(Value::Str(value.to_string())), Some(value));
        }
    }

    #[test]
    fn quoted_text_comes_back(text in ".*") {
        prop_assert_eq!(literal::parse(&Value::Str(text.clone()).to_string()), Some(Value::Str(text)));
    }

    /// What fits once fits again and stays what it is; nothing panics.
    #[test]
    fn coercing_twice_changes_nothing(kind in kind(), value in value()) {
        if let Some(once) = kind.coerce(value) {
            prop_assert_eq!(kind.coerce(once.clone()), Some(once));
        }
    }

    /// Integers are never cut, floats never rounded to them.
    #[test]
    fn numbers_keep_their_value(i in any::<i64>(), x in proptest::num::f64::NORMAL) {
        prop_assert_eq!(Kind::Float.coerce(Value::Int(i)), Some(Value::Float(i as f64)));
        prop_assert_eq!(Kind::Int.coerce(Value::Float(x)), None);
        prop_assert_eq!(Kind::Bool.coerce(Value::Int(i)), None);
    }

    #[test]
    fn pairs_in_every_spelling(a in any::<i64>(), b in any::<i64>(), space in " {0,2}") {
        let list = Kind::List(Box::new(Kind::Int));
        let wanted = Some(Value::from(vec![a, b]));
        for text in [
            format!("({a},{space}{b})"),
            format!("({space}{a}, {b},)"),
            format!("[{a},{space}{b}{space}]"),
            format!("{a},{space}{b}"),
        ] {
            prop_assert_eq!(list.coerce(Value::Str(text)), wanted.clone());
        }
        // A number alone in brackets is a number, and no list.
        prop_assert_eq!(list.coerce(Value::Str(format!("({a})"))), None);
        prop_assert_eq!(list.coerce(Value::Str(format!("({a},)"))), Some(Value::from(vec![a])));
    }

    #[test]
    fn exponents_need_no_dot(m in 1_u32..1000, e in -300_i32..300, capital in any::<bool>()) {
        let text = format!("{m}{}{e}", if capital { 'E' } else { 'e' });
        let number: f64 = text.parse().unwrap();
        prop_assert_eq!(Kind::Float.coerce(Value::Str(text.clone())), Some(Value::Float(number)));
        prop_assert_eq!(Kind::Int.coerce(Value::Str(text)), None);
    }
}
