//! From text to token ids, as the model's `tokenizer.json` says, or as OpenAI's tokenizer does it.

use super::openai;
use crate::{Error, Result};
use tokenizers::pre_tokenizers::{PreTokenizerWrapper, byte_level::ByteLevel, sequence::Sequence, split};
use tokenizers::{
    Model, NormalizerWrapper, OffsetType, PreTokenizedString, PreTokenizer, SplitDelimiterBehavior, Token,
};

/// A byte-level BPE tokenizer with a start and an end token.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    start: u32,
    end: u32,
    context: usize,
    /// Whether texts are cleaned and split as OpenAI does it.
    openai: bool,
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
        Ok(Self { inner, start, end, context, openai: false })
    }

    /// That of `tokenizer.json` where there is one, else [`clip`](Self::clip).
    ///
    /// # Errors
    /// Those of [`from_bytes`](Self::from_bytes) and [`clip`](Self::clip).
    pub fn or_clip(json: Option<&[u8]>, context: usize) -> Result<Self> {
        json.map_or_else(|| Self::clip(context), |json| Self::from_bytes(json, context))
    }

    /// The tokenizer of OpenAI's release, for weights that come without a `tokenizer.json`: 49,408 ids, the
    /// last of which is the end. A full text holds at most `context` tokens.
    ///
    /// Ids are those of OpenAI's `clip.tokenize`, with one exception: text that was once decoded with a wrong
    /// character set ("FranÃ§ois") is not repaired. `docs/parity.md` has the numbers. Like there, and unlike in
    /// open_clip, `<|endoftext|>` in a text is the end token. From transformers' CLIPTokenizer it differs in
    /// HTML entities, curly quotes, full-width letters, ligatures, control characters and final sigmas.
    ///
    /// # Errors
    /// When the vocabulary that this program was built with is not OpenAI's.
    pub fn clip(context: usize) -> Result<Self> {
        let mut this = Self::from_bytes(openai::tokenizer_json()?.as_bytes(), context)?;
        let fault = |e: tokenizers::Error| Error::invalid(format!("OpenAI's tokenizer cannot be built: {e}"));
        let pattern = split::SplitPattern::Regex(openai::WORDS.to_owned());
        let words = split::Split::new(pattern, SplitDelimiterBehavior::Removed, true).map_err(fault)?;
        let parts: Vec<PreTokenizerWrapper> = vec![words.into(), ByteLevel::new(false, true, false).into()];
        this.inner.with_normalizer(None::<NormalizerWrapper>).map_err(fault)?;
        this.inner.with_pre_tokenizer(Some(Sequence::new(parts)));
        this.openai = true;
        Ok(this)
    }

    /// The ids of `text`, without start and end.
    ///
    /// # Errors
    /// When the tokenizer fails.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>> {
        let encoding = if self.openai { self.encode_openai(text) } else { self.inner.encode_fast(text, false) };
        let encoding = encoding.map_err(|e| Error::invalid(format!("cannot tokenize '{text}': {e}")))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// OpenAI finds start and end among the words, not before: `!<|endoftext|>` begins with a run of
    /// punctuation and holds none. So they must not be taken out of the text first.
    fn encode_openai(&self, text: &str) -> tokenizers::Result<tokenizers::Encoding> {
        let mut words = PreTokenizedString::from(openai::clean(text));
        if let Some(split) = self.inner.get_pre_tokenizer() {
            split.pre_tokenize(&mut words)?;
        }
        let special = |id: u32, content: &str| Ok(vec![Token::new(id, content.to_owned(), (0, content.len()))]);
        words.tokenize(|word| match word.get() {
            START => special(self.start, START),
            END => special(self.end, END),
            word => self.inner.get_model().tokenize(word),
        })?;
        words.into_encoding(None, 0, OffsetType::None)
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
