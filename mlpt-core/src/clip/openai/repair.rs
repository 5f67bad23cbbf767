//! What the Python package ftfy does to a text before OpenAI's tokenizer sees it, but for its first step:
//! text that was decoded with a wrong character set ("FranÃ§ois") is left as it is.

use super::entities::{WINDOWS_1252, unescape_closed};
use tokenizers::NormalizedString;

/// The text with curly quotes, ligatures, full-width letters, control characters and the like made plain,
/// in normal form C. Entities are resolved line by line, up to the first line with a `<`: what follows may
/// be HTML that is meant.
pub(super) fn repair(text: &str) -> String {
    let mut entities = true;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        entities &= !line.contains('<');
        out += &repair_line(line, entities);
    }
    out
}

fn repair_line(line: &str, entities: bool) -> String {
    let mut now = line.to_owned();
    loop {
        let mut next = if entities { unescape_closed(&now) } else { now.clone() };
        next = without_colours(&plain(&next));
        next.retain(|c| !is_control(c));
        next = NormalizedString::from(next).nfc().get().to_owned();
        // One repair may make place for another.
        if next == now {
            return now;
        }
        now = next;
    }
}

/// The text with every character replaced by the plain ones that it stands for.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{80}'..='\u{9f}' => out.push(WINDOWS_1252[c as usize - 0x80]),
            '\u{2bc}' | '\u{2018}'..='\u{201b}' => out.push('\''),
            '\u{201c}'..='\u{201f}' => out.push('"'),
            '\r' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\u{3000}' => out.push(' '),
            '\u{ff01}'..='\u{ffef}' => out += NormalizedString::from(c.to_string()).nfkc().get(),
            'Ĳ' => out += "IJ",
            'ĳ' => out += "ij",
            // The next round takes this quote for what it is.
            'ŉ' => out += "ʼn",
            'Ǳ' => out += "DZ",
            'ǲ' => out += "Dz",
            'ǳ' => out += "dz",
            'Ǆ' => out += "DŽ",
            'ǅ' => out += "Dž",
            'ǆ' => out += "dž",
            'Ǉ' => out += "LJ",
            'ǈ' => out += "Lj",
            'ǉ' => out += "lj",
            'Ǌ' => out += "NJ",
            'ǋ' => out += "Nj",
            'ǌ' => out += "nj",
            'ﬀ' => out += "ff",
            'ﬁ' => out += "fi",
            'ﬂ' => out += "fl",
            'ﬃ' => out += "ffi",
            'ﬄ' => out += "ffl",
            'ﬅ' => out += "ſt",
            'ﬆ' => out += "st",
            other => out.push(other),
        }
    }
    out
}

/// The text without a terminal's escape sequences, such as those for colours.
fn without_colours(text: &str) -> String {
    const START: &str = "\u{1b}[";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        let (before, sequence) = rest.split_at(at);
        out += before;
        let tail = sequence[START.len()..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        if tail.starts_with(|c: char| c.is_ascii_alphabetic()) {
            rest = &tail[1..];
        } else {
            out += START;
            rest = &sequence[START.len()..];
        }
    }
    out + rest
}

/// Characters that no reader sees and nobody meant; those that shape what is around them stay.
fn is_control(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffc}')
}
