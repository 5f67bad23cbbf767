//! OpenAI's merges, from the crate that ships them.
//!
//! `instant-clip-tokenizer` keeps its table to itself, but says how any sequence of ids is spelled. A token
//! that ends inside a character is spelled with U+FFFD; put between fitting bytes, which are tokens too, it
//! shows what it holds. The spellings, in the order of their ids, give the merges back.

use super::super::vocabulary::{WORD_END, alphabet};
use crate::{Error, Result};
use instant_clip_tokenizer::{Token, Tokenizer};
use std::collections::BTreeMap;

/// Ids below are single bytes, then single bytes at the end of a word.
const BYTES: usize = 256;
/// Number of ids.
const SIZE: usize = 49_408;
/// First bytes of characters of four, three and two bytes that go with every continuation.
const LEADS: [u8; 3] = [0xF1, 0xE1, 0xC3];

/// The letters of the alphabet in the order of their ids.
pub(super) fn letters() -> Vec<String> {
    let mut letters = alphabet();
    letters.sort_unstable();
    letters
}

/// The merges, first learnt first.
///
/// # Errors
/// When the crate's vocabulary is of another size, or is no byte-pair encoding.
pub(super) fn merges() -> Result<Vec<(String, String)>> {
    let speller = Speller::new()?;
    let order = letters();
    let id_of: BTreeMap<&str, usize> = order.iter().enumerate().map(|(id, l)| (l.as_str(), id)).collect();
    let mut names: Vec<String> = order.iter().cloned().chain(order.iter().map(|l| format!("{l}{WORD_END}"))).collect();
    let mut known: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut merges = Vec::with_capacity(SIZE);
    for id in 2 * BYTES..SIZE - 2 {
        let (bytes, ends_word) = speller.spell(speller.tokens[id]);
        let mut parts: Vec<usize> =
            bytes.iter().filter_map(|&b| id_of.get(speller.alphabet[usize::from(b)].as_str()).copied()).collect();
        if let (true, Some(last)) = (ends_word, parts.last_mut()) {
            *last += BYTES;
        }
        // What the earlier merges make of it is the pair that was merged.
        while let Some((&pair, &merged)) =
            parts.windows(2).filter_map(|w| known.get_key_value(&(w[0], w[1]))).min_by_key(|(_, id)| **id)
        {
            join(&mut parts, pair, merged);
        }
        let [a, b] = parts[..] else {
            return Err(fault(&format!("token {id} is not made of two earlier ones")));
        };
        names.push(format!("{}{}", names[a], names[b]));
        merges.push((names[a].clone(), names[b].clone()));
        known.insert((a, b), id);
    }
    Ok(merges)
}

fn join(parts: &mut Vec<usize>, pair: (usize, usize), merged: usize) {
    let mut at = 0;
    while at + 1 < parts.len() {
        if (parts[at], parts[at + 1]) == pair {
            parts[at] = merged;
            parts.remove(at + 1);
        }
        at += 1;
    }
}

fn fault(what: &str) -> Error {
    Error::invalid(format!("the vocabulary of instant-clip-tokenizer is not OpenAI's: {what}"))
}

struct Speller {
    crates: Tokenizer,
    /// Every token by its id.
    tokens: Vec<Token>,
    /// The letter of each byte.
    alphabet: Vec<String>,
    /// The token of each byte.
    bytes: Vec<Token>,
}

impl Speller {
    fn new() -> Result<Self> {
        let crates = Tokenizer::new();
        let ids = 0..=crates.end_of_text().to_u16();
        let tokens: Vec<Token> = ids.filter_map(|id| Token::from_u16(id, &crates)).collect();
        if tokens.len() != SIZE {
            return Err(fault(&format!("it has {} ids, not {SIZE}", tokens.len())));
        }
        let (alphabet, order) = (alphabet(), letters());
        let bytes = alphabet.iter().filter_map(|l| Some(tokens[order.binary_search(l).ok()?])).collect();
        Ok(Self { crates, tokens, alphabet, bytes })
    }

    /// A token between bytes, as text.
    fn text(&self, before: &[u8], token: Token, after: &[u8]) -> String {
        let raw = |bytes: &[u8]| bytes.iter().map(|&b| self.bytes[usize::from(b)]).collect::<Vec<_>>();
        self.crates.decode([raw(before), vec![token], raw(after)].concat())
    }

    /// The bytes of a token, and whether it ends a word.
    fn spell(&self, token: Token) -> (Vec<u8>, bool) {
        let text = self.text(&[], token, &[]);
        if !text.contains(char::REPLACEMENT_CHARACTER) {
            // The crate shows the mark of a word's end as a space; no token holds a real one.
            let word = text.strip_suffix(' ');
            return (word.unwrap_or(&text).as_bytes().to_vec(), word.is_some());
        }
        // The rest of a character that began before: the longest that a first byte makes whole.
        let lead = LEADS.into_iter().find(|&lead| utf8(self.text(&[lead], token, &[]).chars().next())[0] == lead);
        let (before, skip) = (lead.as_slice(), usize::from(lead.is_some()));
        let mut bytes =
            lead.map_or_else(Vec::new, |_| utf8(self.text(before, token, &[]).chars().next())[1..].to_vec());
        // The beginning of a character that ends after: the bytes that make it whole are taken off again.
        for after in endings() {
            let text: String = self.text(before, token, after).chars().skip(skip).collect();
            let last = utf8(text.chars().next_back());
            if last.len() > after.len() && last.ends_with(after) {
                bytes.extend_from_slice(&text.as_bytes()[..text.len() - after.len()]);
                return (bytes, false);
            }
        }
        let text: String = self.text(before, token, &[]).chars().skip(skip).collect();
        let word = text.strip_suffix(' ');
        bytes.extend_from_slice(word.unwrap_or(&text).as_bytes());
        (bytes, word.is_some())
    }
}

/// Continuations of one to three bytes; after the first bytes E0 and F0 the second one may not be 80.
fn endings() -> impl Iterator<Item = &'static [u8]> {
    const ENDINGS: [[u8; 3]; 3] = [[0x80, 0x80, 0x80], [0x90, 0x80, 0x80], [0xA0, 0x80, 0x80]];
    (1..=3).flat_map(|length| ENDINGS.iter().map(move |e| &e[..length]))
}

/// The bytes of a character; those of U+FFFD where there is none.
fn utf8(c: Option<char>) -> Vec<u8> {
    c.unwrap_or(char::REPLACEMENT_CHARACTER).to_string().into_bytes()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// `sha256(gunzip(bpe_simple_vocab_16e6.txt.gz)[1..48895] as lines)` of OpenAI's own file; see
    /// `tests/golden/clip_tokens.py`, which prints it.
    const DIGEST: &str = "d308b7377a8ceaa9707a21614fe8c831b9196e197b7aeb69833359362907af02";

    #[test]
    fn the_merges_are_openais_to_the_last_byte() {
        let merges = merges().unwrap();
        assert_eq!(merges.len(), SIZE - 2 * BYTES - 2);
        assert_eq!(merges[0], ("i".into(), "n".into()));
        let lines: String = merges.iter().map(|(a, b)| format!("{a} {b}\n")).collect();
        assert_eq!(crate::files::sha256_hex(lines.as_bytes()), DIGEST);
    }
}
