//! From text to token ids, as the model's `tokenizer.json` says.

use crate::{Error, Result};

/// A byte-level BPE tokenizer with a start and an end token.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    start: u32,
    end: u32,
    context: usize,
}

/// The content of CLIP's start token.
pub(super) const START: &str = "<|startoftext|>";
/// The content of CLIP's end token.
pub(super) const END: &str = "<|endoftext|>";

impl Tokenizer {
    /// Reads `tokenizer.json`; a full text holds at most `context` tokens.
    ///
    /// # Errors
    /// When the file is not a tokenizer or has no start or end token.
    pub fn from_bytes(json: &[u8], context: usize) -> Result<Self> {
        let mut inner = tokenizers::Tokenizer::from_bytes(json)
            .map_err(|e| Error::invalid(format!("tokenizer.json cannot be read: {e}")))?;
        // Cutting or padding would be silent; lengths are checked here.
        inner.with_padding(None);
        inner.with_truncation(None).map_err(|e| Error::invalid(format!("tokenizer.json: {e}")))?;
        let special = |content: &str| {
            inner.token_to_id(content).ok_or_else(|| Error::invalid(format!("tokenizer.json has no token '{content}'")))
        };
        let (start, end) = (special(START)?, special(END)?);
        Ok(Self { inner, start, end, context })
    }

    /// The ids of `text`, without start and end.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = self
            .inner
            .encode_fast(text, false)
            .map_err(|e| Error::invalid(format!("cannot tokenize '{text}': {e}")))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The ids of `text` between start and end.
    ///
    /// # Errors
    /// When they are more than the model takes.
    pub fn tokenize_full(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = vec![self.start];
        ids.extend(self.encode(text)?);
        ids.push(self.end);
        if ids.len() > self.context {
            return Err(Error::invalid(format!(
                "'{text}' is {} tokens long with start and end; the model takes {}: shorten the class name or the context",
                ids.len(),
                self.context
            )));
        }
        Ok(ids)
    }

    /// The id of the start token.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The id of the end token.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// Number of ids.
    pub fn vocab_size(&self) -> usize {
        self.inner.get_vocab_size(true)
    }
}
