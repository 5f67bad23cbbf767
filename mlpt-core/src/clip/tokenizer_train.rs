//! Trains a small tokenizer in CLIP's own form: byte-level BPE in which the last symbol of a word
//! carries `</w>`, so that a word's tokens never depend on what is around it.

use super::tokenizer::{END, START};
use crate::{Error, Result};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The smallest size: every byte, every byte at the end of a word, start and end.
pub const SMALLEST: usize = 2 * 256 + 2;

const WORD_END: &str = "</w>";

/// Learns `tokenizer.json` with at most `size` ids from captions. The alphabet holds every byte, so that
/// any string can be encoded. Ties are broken by the text of the pair: the same captions give the same file.
///
/// # Errors
/// When `size` is below [`SMALLEST`].
pub fn train(captions: &[String], size: usize) -> Result<String> {
    if size < SMALLEST {
        let message = format!("PRETRAIN.MODEL.VOCAB_SIZE is {size}: a tokenizer needs at least {SMALLEST} ids");
        return Err(Error::invalid(message));
    }
    let mut words = split_words(captions)?;
    let mut merges: Vec<(String, String)> = Vec::new();
    let mut learnt: BTreeSet<String> = BTreeSet::new();
    while learnt.len() < size - SMALLEST {
        let mut pairs: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (word, count) in &words {
            for pair in word.windows(2) {
                *pairs.entry((&pair[0], &pair[1])).or_default() += count;
            }
        }
        // The first of the most frequent ones, in the order of their text.
        let best = pairs.iter().rev().max_by_key(|(_, count)| **count);
        let Some((&(a, b), &count)) = best else { break };
        // A pair that occurs once teaches nothing.
        if count < 2 {
            break;
        }
        let (a, b) = (a.to_owned(), b.to_owned());
        for (word, _) in &mut words {
            merge(word, &a, &b);
        }
        learnt.insert(format!("{a}{b}"));
        merges.push((a, b));
    }
    render(&merges)
}

/// The distinct words of the captions as byte symbols, with how often each occurs: what a
/// tokenizer without merges makes of them.
fn split_words(captions: &[String]) -> Result<Vec<(Vec<String>, usize)>> {
    let fault = |e: &dyn std::fmt::Display| Error::invalid(format!("cannot split the captions: {e}"));
    let bare = tokenizers::Tokenizer::from_bytes(render(&[])?.as_bytes()).map_err(|e| fault(&e))?;
    let mut counts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for caption in captions {
        let encoding = bare.encode(caption.as_str(), false).map_err(|e| fault(&e))?;
        let mut word = Vec::new();
        for symbol in encoding.get_tokens() {
            word.push(symbol.clone());
            if symbol.ends_with(WORD_END) {
                *counts.entry(std::mem::take(&mut word)).or_default() += 1;
            }
        }
    }
    Ok(counts.into_iter().collect())
}

fn merge(word: &mut Vec<String>, a: &str, b: &str) {
    let mut at = 0;
    while at + 1 < word.len() {
        if word[at] == a && word[at + 1] == b {
            let tail = word.remove(at + 1);
            word[at].push_str(&tail);
        }
        at += 1;
    }
}

/// The printable character that stands for each byte, as GPT-2 chose them: printable bytes stand
/// for themselves, the others follow from U+0100.
fn alphabet() -> Vec<String> {
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

fn render(merges: &[(String, String)]) -> Result<String> {
    let letters = alphabet();
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
