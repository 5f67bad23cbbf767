//! Token ids.

use super::check::gather;
use super::comparison::Comparison;
use super::{Check, golden};
use mlpt_core::clip::{ModelSource, Tokenizer};

const GROUP: &str = "tokenizer";
const REFERENCE: &str = "tokens.py (transformers 5.24.0, tokenizers 0.23.3, plain byte-pair encoding)";

/// The built-in model's tokenizer.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        // The length of a text is not what is compared.
        let tokenizer = Tokenizer::from_bytes(&ModelSource::BuiltIn.read()?.tokenizer, usize::MAX)?;
        let golden = golden::json("tokens.json")?;
        let mut texts = Comparison::exact(GROUP, "texts that are split otherwise", REFERENCE);
        let mut ids = Comparison::exact(GROUP, "token ids", REFERENCE);
        for case in golden.as_array().map_or(&[][..], Vec::as_slice) {
            let ours: Vec<usize> =
                tokenizer.encode(golden::text(case, "text")?)?.into_iter().map(|id| id as usize).collect();
            let theirs = golden::indices(case, "ids")?;
            texts.items(&[&ours], &[&theirs]);
            ids.items(&ours, &theirs);
        }
        Ok(vec![texts.finish(), ids.finish()])
    })
}
