//! Trains a small tokenizer in CLIP's own form: byte-level BPE in which the last symbol of a word
//! carries `</w>`, so that a word's tokens never depend on what is around it.

use super::vocabulary::{WORD_END, alphabet, render};
use crate::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};

/// The smallest size: every byte, every byte at the end of a word, start and end.
pub const SMALLEST: usize = 2 * 256 + 2;

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
    render(&alphabet(), &merges)
}

/// The distinct words of the captions as byte symbols, with how often each occurs: what a
/// tokenizer without merges makes of them.
fn split_words(captions: &[String]) -> Result<Vec<(Vec<String>, usize)>> {
    let fault = |e: &dyn std::fmt::Display| Error::invalid(format!("cannot split the captions: {e}"));
    let bare = tokenizers::Tokenizer::from_bytes(render(&alphabet(), &[])?.as_bytes()).map_err(|e| fault(&e))?;
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
