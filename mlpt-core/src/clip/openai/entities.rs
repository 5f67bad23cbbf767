//! HTML's character references, resolved as Python and ftfy do it.

use htmlize::ENTITIES;

/// The characters that Windows has at 80 to 9F, where Latin 1 has control characters.
#[rustfmt::skip]
pub(super) const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '\u{2dc}', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Longest name that is looked for, without `&` and `;`.
const LONGEST: usize = 32;
/// Longest name that [`unescape_closed`] takes.
const LONGEST_CLOSED: usize = 24;

/// Python's `html.unescape`: names may lack their semicolon, and the longest name that fits counts.
pub(super) fn unescape(text: &str) -> String {
    replace(text, |reference| numeric(reference).or_else(|| named(reference)))
}

/// ftfy's `unescape_html`: only what ends in a semicolon; but names in capitals stand for capitals.
pub(super) fn unescape_closed(text: &str) -> String {
    replace(text, |reference| {
        let name = reference[1..].strip_prefix('#').unwrap_or(&reference[1..]);
        let length = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        if !(1..=LONGEST_CLOSED).contains(&length) || !name[length..].starts_with(';') {
            return None;
        }
        let whole = &reference[..reference.len() - name.len() + length + 1];
        let resolved = if whole.starts_with("&#") {
            // A semicolon that is left over, or was meant, shows a number that is none.
            Some(unescape(whole)).filter(|resolved| !resolved.contains(';'))
        } else {
            entity(whole).map(str::to_owned).or_else(|| in_capitals(whole))
        };
        resolved.map(|resolved| (resolved, whole.len()))
    })
}

/// Replaces what `resolve` makes of the text from an `&` on: the characters, and how many bytes they stand for.
fn replace(text: &str, resolve: impl Fn(&str) -> Option<(String, usize)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out += &rest[..at];
        let (resolved, length) = resolve(&rest[at..]).unwrap_or_else(|| ("&".to_owned(), 1));
        out += &resolved;
        rest = &rest[at + length..];
    }
    out + rest
}

fn entity(reference: &str) -> Option<&'static str> {
    ENTITIES.get(reference.as_bytes()).and_then(|bytes| std::str::from_utf8(bytes).ok())
}

/// `&EACUTE;`, where it is nothing else.
fn in_capitals(reference: &str) -> Option<String> {
    if reference.contains(|c: char| c.is_ascii_lowercase()) || named(reference).is_some() {
        return None;
    }
    entity(&reference.to_ascii_lowercase()).map(str::to_uppercase)
}

fn named(reference: &str) -> Option<(String, usize)> {
    let ends = |c: char| matches!(c, '\t' | '\n' | '\u{c}' | ' ' | '<' | '&' | '#' | ';');
    let name = &reference[1..];
    let length = name.find(ends).unwrap_or(name.len()).min(LONGEST);
    let longest = 1 + length + usize::from(name[..].as_bytes().get(length) == Some(&b';'));
    // Names are ASCII: a cut inside a character finds none. The shortest name has two letters.
    (3..=longest).rev().find_map(|end| {
        let resolved = reference.get(..end).and_then(entity)?;
        Some((resolved.to_owned(), end))
    })
}

fn numeric(reference: &str) -> Option<(String, usize)> {
    let number = reference.strip_prefix("&#")?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let length = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    if length == 0 {
        return None;
    }
    let used = reference.len() - digits.len() + length;
    let used = used + usize::from(reference[used..].starts_with(';'));
    // A number that is too large for u32 is too large for a character.
    let code = u32::from_str_radix(&digits[..length], radix).unwrap_or(u32::MAX);
    Some((character(code), used))
}

fn character(code: u32) -> String {
    match code {
        0 => char::REPLACEMENT_CHARACTER.to_string(),
        0x80..=0x9f => WINDOWS_1252[code as usize - 0x80].to_string(),
        1..=8 | 0xb | 0xe..=0x1f | 0x7f | 0xfdd0..=0xfdef => String::new(),
        _ if code <= 0x10_ffff && code & 0xfffe == 0xfffe => String::new(),
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are those of Python 3.11's `html.unescape`.
    #[test]
    fn references_are_pythons() {
        for (given, want) in [
            ("&amp;&amp&AMP &lt;b&gt; &notit; &notin; &nosuch;", "&&& <b> ¬it; ∉ &nosuch;"),
            ("&#39;&#x27;&#X27&#039 &#39a &#xg; &#; &# &", "'''' 'a &#xg; &#; &# &"),
            (
                "&#0;|&#x80;|&#150;|&#x81;|&#xD800;|&#x110000;|&#99999999999;",
                "\u{fffd}|€|–|\u{81}|\u{fffd}|\u{fffd}|\u{fffd}",
            ),
            ("&#1;|&#11;|&#127;|&#xFDD0;|&#xFFFF;|&#x10FFFE;|&#13;|&#12;", "||||||\r|\u{c}"),
            ("&amp;amp; &nbsp;é&eacutee&ampé", "&amp; \u{a0}éée&é"),
            ("&CounterClockwiseContourIntegral; &NotEqualTilde; &a", "∳ ≂\u{338} &a"),
        ] {
            assert_eq!(unescape(given), want, "{given}");
        }
    }

    #[test]
    fn closed_references_need_their_semicolon() {
        for (given, want) in [
            ("&amp &amp; &eacute; &EACUTE; &SZLIG; &nTILDE; &#39 &#39; &#x27;", "&amp & é É SS &nTILDE; &#39 ' '"),
            (
                "&#59; &#12ab; &CounterClockwiseContourIntegral; &LTIMES; &;",
                "&#59; &#12ab; &CounterClockwiseContourIntegral; &LTIMES; &;",
            ),
        ] {
            assert_eq!(unescape_closed(given), want, "{given}");
        }
    }
}
