//! The form that every CLIP vocabulary has, and the `tokenizer.json` that says it.

use super::tokenizer::{END, START};
use crate::{Error, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the last symbol of a word ends in.
pub(super) const WORD_END: &str = "</w>";

/// The printable character that stands for each byte, as GPT-2 chose them: printable bytes stand
/// for themselves, the others follow from U+0100.
pub(super) fn alphabet() -> Vec<String> {
    let printable = |b: u8| matches!(b, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    let mut next = 0x100u32;
    let symbol = |b: u8| {
        let code = if printable(b) {
            u32::from(b)
        } else {
            next += 1;
            next - 1
        };
        char::from_u32(code).map(String::from).unwrap_or_default()
    };
    (0..=255).map(symbol).collect()
}

/// `tokenizer.json` in transformers' form. Ids follow the order of `letters`, then the same letters at the
/// end of a word, the merges, start and end.
pub(super) fn render(letters: &[String], merges: &[(String, String)]) -> Result<String> {
    let ends = letters.iter().map(|l| format!("{l}{WORD_END}"));
    // Two merges may end in the same token, which has one id.
    let mut seen = BTreeSet::new();
    let merged = merges.iter().map(|(a, b)| format!("{a}{b}")).filter(|token| seen.insert(token.clone()));
    let specials = [START, END].map(String::from);
    let tokens: Vec<String> = letters.iter().cloned().chain(ends).chain(merged).chain(specials).collect();
    let vocab: serde_json::Map<String, Value> =
        tokens.iter().enumerate().map(|(id, token)| (token.clone(), json!(id))).collect();
    let special = |id: usize| {
        json!({"id": id, "content": tokens[id], "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false, "special": true})
    };
    let (start, end) = (tokens.len() - 2, tokens.len() - 1);
    let value = json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [special(start), special(end)],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFC"},
            {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
            {"type": "Lowercase"}]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"},
             "behavior": "Removed", "invert": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}]},
        "post_processor": null,
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
        "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
                  "end_of_word_suffix": WORD_END, "fuse_unk": false, "byte_fallback": false,
                  "vocab": vocab,
                  "merges": merges.iter().map(|(a, b)| format!("{a} {b}")).collect::<Vec<_>>()},
    });
    serde_json::to_string_pretty(&value).map_err(|e| Error::invalid(e.to_string()))
}
