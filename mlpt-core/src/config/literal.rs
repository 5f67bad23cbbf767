//! Python literals, because published config files hold them as text: `(224, 224)`, `1e-5`, `'True'`.

use super::Value;

/// Nesting beyond this is no setting; the limit keeps a hostile file from exhausting the stack.
const MAX_DEPTH: usize = 16;

/// The value of a Python literal, or `None` where `text` is none.
///
/// Numbers (`1e-5`, `.5`, `1_000`, `0x10`), quoted strings, `True`, `False`, `None`, lists and
/// tuples (a bare `1, 2` is a tuple too). Dictionaries are no setting's value, so they are none.
pub fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text.trim() };
    let first = reader.value(0)?;
    reader.skip_space();
    if reader.rest.is_empty() {
        return Some(first);
    }
    let mut items = vec![first];
    while reader.eat(',') {
        reader.skip_space();
        if reader.rest.is_empty() {
            break;
        }
        items.push(reader.value(0)?);
        reader.skip_space();
    }
    reader.rest.is_empty().then_some(Value::List(items))
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        self.rest.strip_prefix(c).map(|rest| self.rest = rest).is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        match self.rest.chars().next()? {
            _ if depth > MAX_DEPTH => None,
            '(' => self.sequence(')', depth),
            '[' => self.sequence(']', depth),
            quote @ ('\'' | '"') => self.string(quote),
            _ => self.word(depth > 0),
        }
    }

    fn sequence(&mut self, close: char, depth: usize) -> Option<Value> {
        self.rest = &self.rest[1..];
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            self.skip_space();
            if self.eat(close) {
                // `(7)` is a number in brackets, `(7,)` a tuple of one.
                return match items.pop() {
                    Some(only) if close == ')' && items.is_empty() && !comma => Some(only),
                    last => Some(Value::List(items.into_iter().chain(last).collect())),
                };
            }
            if !items.is_empty() && !comma {
                return None;
            }
            items.push(self.value(depth + 1)?);
            self.skip_space();
            comma = self.eat(',');
        }
    }

    fn string(&mut self, quote: char) -> Option<Value> {
        let mut text = String::new();
        let mut chars = self.rest[1..].chars();
        loop {
            match chars.next()? {
                c if c == quote => {
                    self.rest = chars.as_str();
                    return Some(Value::Str(text));
                }
                '\\' => match chars.next()? {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    '0' => text.push('\0'),
                    'u' => match code_point(chars.as_str()) {
                        Some((c, rest)) => {
                            text.push(c);
                            chars = rest.chars();
                        }
                        None => text.push_str("\\u"),
                    },
                    c @ ('\\' | '\'' | '"') => text.push(c),
                    other => text.extend(['\\', other]),
                },
                c => text.push(c),
            }
        }
    }

    /// In a list the words count that values are printed with; alone, `true` may be a name.
    fn word(&mut self, in_list: bool) -> Option<Value> {
        let end = self.rest.find(|c: char| matches!(c, ',' | ')' | ']') || c.is_whitespace());
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        match word {
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            "None" => Some(Value::Null),
            "true" if in_list => Some(Value::Bool(true)),
            "false" if in_list => Some(Value::Bool(false)),
            "null" if in_list => Some(Value::Null),
            number => self::number(number),
        }
    }
}

/// The character that the digits after `\u` mean, and what follows them: four as Python writes them,
/// or in braces as values are printed.
fn code_point(text: &str) -> Option<(char, &str)> {
    let (digits, rest) = match text.strip_prefix('{') {
        Some(inner) => inner.split_once('}')?,
        None => text.split_at_checked(4)?,
    };
    Some((char::from_u32(u32::from_str_radix(digits, 16).ok()?)?, rest))
}

fn number(word: &str) -> Option<Value> {
    let (negative, digits) = match word.strip_prefix(['-', '+']) {
        Some(rest) => (word.starts_with('-'), rest),
        None => (false, word),
    };
    let plain = |c: char| c.is_ascii_digit() || c == '_';
    // Underscores stand between digits only; `inf` and `nan` are names in Python, not numbers.
    if digits.starts_with('_') || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    let clean = digits.replace('_', "");
    let sign = if negative { -1 } else { 1 };
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(tail) = clean.to_ascii_lowercase().strip_prefix(prefix) {
            return i64::from_str_radix(tail, radix).ok().map(|i| Value::Int(sign * i));
        }
    }
    if !clean.is_empty() && digits.chars().all(plain) {
        let leading_zero = clean.len() > 1 && clean.starts_with('0') && clean.chars().any(|c| c != '0');
        // With its sign, for the smallest number has no positive twin.
        let signed = format!("{}{clean}", if negative { "-" } else { "" });
        return if leading_zero { None } else { signed.parse().ok().map(Value::Int) };
    }
    let floaty = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+');
    if !clean.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !clean.chars().all(floaty) {
        return None;
    }
    clean.parse::<f64>().ok().map(|x| Value::Float(f64::from(sign as i32) * x))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ints(items: &[i64]) -> Value {
        Value::List(items.iter().map(|&i| Value::Int(i)).collect())
    }

    #[test]
    fn what_python_reads() {
        let table = [
            ("(224, 224)", ints(&[224, 224])),
            ("[1,2,]", ints(&[1, 2])),
            ("1, 2", ints(&[1, 2])),
            ("(-1,)", ints(&[-1])),
            ("(7)", Value::Int(7)),
            ("()", Value::List(vec![])),
            ("1e-5", Value::Float(1e-5)),
            ("-.5", Value::Float(-0.5)),
            ("5.", Value::Float(5.0)),
            ("1_000", Value::Int(1000)),
            ("0x10", Value::Int(16)),
            ("0", Value::Int(0)),
            ("True", Value::Bool(true)),
            ("None", Value::Null),
            ("'it\\'s'", Value::Str("it's".into())),
            ("'\\u0041\\u{e9}\\r\\0\\d\\u'", Value::Str("Aé\r\0\\d\\u".into())),
            ("['a', \"b\"]", Value::from(vec!["a", "b"])),
            ("[true, null]", Value::List(vec![Value::Bool(true), Value::Null])),
            ("((1, 2), 3)", Value::List(vec![ints(&[1, 2]), Value::Int(3)])),
        ];
        for (text, value) in table {
            assert_eq!(parse(text), Some(value), "{text}");
        }
    }

    #[test]
    fn what_it_does_not() {
        let long = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for text in [
            "",
            "ViT-B/16",
            "sgd",
            "RN50",
            "a photo of a",
            "true",
            "inf",
            "nan",
            "1__0",
            "_1",
            "007",
            "(1 2)",
            "(1,,2)",
            "(,)",
            "(1",
            "'a",
            "1e",
            "{'a': 1}",
            "1 2",
            "--1",
            &long,
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[-+0-9a-zA-Z_.,()\\[\\]'\"\\\\ é]{0,24}") {
            let _ = parse(&text);
        }

        #[test]
        fn numbers_come_back(x in proptest::num::f64::NORMAL, i in proptest::num::i64::ANY) {
            prop_assert_eq!(parse(&format!("{x:?}")), Some(Value::Float(x)));
            prop_assert_eq!(parse(&i.to_string()), Some(Value::Int(i)));
        }
    }
}
