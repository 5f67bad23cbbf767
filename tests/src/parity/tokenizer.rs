//! Token ids.

use super::check::gather;
use super::comparison::Comparison;
use super::{Check, clip_tokens, golden};
use mlpt_core::Result;
use mlpt_core::clip::{ModelSource, Tokenizer, openai_tokenizer_json};

const GROUP: &str = "tokenizer";
const REFERENCE: &str = "tokens.py (transformers 5.24.0, tokenizers 0.23.3, plain byte-pair encoding)";
const OPENAI: &str = "clip_tokens.py (clip-anytorch 2.6.0, open_clip_torch 3.3.0, ftfy 6.3.1)";
const TRANSFORMERS: &str = "clip_tokens.py (transformers 5.24.0, tokenizers 0.23.3)";

/// The built-in model's tokenizer.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        // The length of a text is not what is compared.
        let tokenizer = Tokenizer::or_clip(ModelSource::BuiltIn.read()?.tokenizer.as_deref(), usize::MAX)?;
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

/// OpenAI's vocabulary and cleaning, and the same vocabulary in a `tokenizer.json`.
pub(super) fn openai_checks() -> Vec<Check> {
    let mut checks = gather(GROUP, OPENAI, || {
        let tokenizer = Tokenizer::clip(usize::MAX)?;
        compare("OpenAI's", OPENAI, &tokenizer, |case| case.garbled.as_ref().unwrap_or(&case.ids))
    });
    checks.extend(gather(GROUP, TRANSFORMERS, || {
        let tokenizer = Tokenizer::from_bytes(openai_tokenizer_json()?.as_bytes(), usize::MAX)?;
        compare("tokenizer.json of OpenAI's", TRANSFORMERS, &tokenizer, |case| {
            case.transformers.as_ref().unwrap_or(&case.ids)
        })
    }));
    checks
}

fn compare(
    whose: &str,
    reference: &'static str,
    tokenizer: &Tokenizer,
    theirs: impl Fn(&clip_tokens::Case) -> &Vec<u32>,
) -> Result<Vec<Check>> {
    let mut texts = Comparison::exact(GROUP, format!("{whose} vocabulary: texts that are split otherwise"), reference);
    let mut ids = Comparison::exact(GROUP, format!("{whose} vocabulary: token ids"), reference);
    for case in clip_tokens::read()?.cases() {
        let ours = tokenizer.encode(&case.text)?;
        texts.items(&[&ours], &[theirs(case)]);
        ids.items(&ours, theirs(case));
    }
    Ok(vec![texts.finish(), ids.finish()])
}
