//! The tokenizer of OpenAI's release, for weights that come without a `tokenizer.json`: its vocabulary,
//! and what it does to a text before it looks for tokens.

mod clean;
mod entities;
mod repair;
mod vocabulary;

pub(super) use clean::clean;

use super::vocabulary::render;
use crate::Result;

/// The words of a cleaned text. Unlike in `tokenizer.json`, case does not count: `'ſ` is a contraction. U+0345,
/// a mark whose capital is the letter iota, is in no word: so Python's matching without case has it.
pub(super) const WORDS: &str =
    r"(?i:<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d)|\p{L}+|\p{N}|[^\s\p{L}\p{N}\x{345}]+";

/// The `tokenizer.json` that transformers has for OpenAI's vocabulary of 49,408 ids, to be written beside
/// converted weights. Texts are cleaned as transformers does it (normal form C, whitespace, lower case); what
/// OpenAI's own tokenizer does beyond that is in [`Tokenizer::clip`](super::Tokenizer::clip) alone.
///
/// # Errors
/// When the vocabulary that this program was built with is not OpenAI's.
pub fn tokenizer_json() -> Result<String> {
    render(&vocabulary::letters(), &vocabulary::merges()?)
}
