//! OpenAI's tokenizer against OpenAI's own code, open_clip's and transformers', string by string.
#![allow(clippy::unwrap_used)]

use mlpt_core::clip::{ModelSource, Tokenizer, openai_tokenizer_json};
use mlpt_tests::parity::clip_tokens::{Case, Golden, read};
use std::sync::OnceLock;

const CONTEXT: usize = 77;

fn golden() -> &'static Golden {
    static GOLDEN: OnceLock<Golden> = OnceLock::new();
    GOLDEN.get_or_init(|| read().unwrap())
}

fn openai() -> &'static Tokenizer {
    static TOKENIZER: OnceLock<Tokenizer> = OnceLock::new();
    TOKENIZER.get_or_init(|| Tokenizer::clip(CONTEXT).unwrap())
}

/// Fails with the first few texts whose ids are not those of `theirs`.
fn same(tokenizer: &Tokenizer, theirs: impl Fn(&Case) -> &Vec<u32>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for (group, cases) in &golden().groups {
        for case in cases {
            count += 1;
            let ours = tokenizer.encode(&case.text).unwrap();
            if &ours != theirs(case) {
                wrong.push(format!("{group}: {:?}\n  ours   {ours:?}\n  theirs {:?}", case.text, theirs(case)));
            }
        }
    }
    assert!(count > 6000, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn ids_are_openais_but_for_wrongly_decoded_text() {
    same(openai(), |case| case.garbled.as_ref().unwrap_or(&case.ids));
}

/// The numbers that `docs/parity.md` and `docs/design.md` give.
#[test]
fn wrongly_decoded_text_is_rare() {
    let of = |group: &str| {
        let cases = &golden().groups[group];
        (cases.len(), cases.iter().filter(|c| openai().encode(&c.text).unwrap() != c.ids).count())
    };
    assert_eq!(of("names of classes"), (1676, 0));
    assert_eq!(of("prompts"), (80, 0));
    assert_eq!(of("by hand"), (479, 13));
    assert_eq!(of("entities"), (2466, 0));
    assert_eq!(of("drawn"), (1399, 1));
}

#[test]
fn open_clip_differs_where_a_text_names_start_or_end() {
    let different: Vec<&Case> = golden().cases().filter(|c| c.open_clip.is_some()).collect();
    assert!(different.len() > 10, "{}", different.len());
    for case in different {
        let text = case.text.to_lowercase();
        assert!(["text|", "of_text", "text &"].iter().any(|name| text.contains(name)), "{text}");
    }
}

#[test]
fn a_tokenizer_json_of_the_same_vocabulary_gives_transformers_ids() {
    let json = openai_tokenizer_json().unwrap();
    let tokenizer = Tokenizer::from_bytes(json.as_bytes(), CONTEXT).unwrap();
    assert_eq!((tokenizer.vocab_size(), tokenizer.start(), tokenizer.end()), (49_408, 49_406, 49_407));
    same(&tokenizer, |case| case.transformers.as_ref().unwrap_or(&case.ids));
    // The two are not the same thing by accident.
    let differ = golden().cases().filter(|c| c.transformers.is_some()).count();
    assert!(differ > 1000, "{differ}");
}

#[test]
fn start_and_end_belong_to_the_vocabulary() {
    let tokenizer = openai();
    assert_eq!((tokenizer.vocab_size(), tokenizer.start(), tokenizer.end()), (49_408, 49_406, 49_407));
    assert_eq!(tokenizer.tokenize_full("").unwrap(), [49_406, 49_407]);
    assert_eq!(tokenizer.tokenize_full("a <|endoftext|>").unwrap(), [49_406, 320, 49_407, 49_407]);
    assert_eq!(tokenizer.clone().encode("Diamond").unwrap(), openai().encode(" diamond\n").unwrap());
}

#[test]
fn a_text_that_is_too_long_is_named_with_its_length() {
    assert_eq!(openai().tokenize_full(&"a b ".repeat(37)).unwrap().len(), 76);
    assert_eq!(openai().tokenize_full(&("a b ".repeat(37) + "a")).unwrap().len(), CONTEXT);
    let message = openai().tokenize_full(&"a b ".repeat(38)).unwrap_err().to_string();
    assert!(message.starts_with("'a b a b ") && message.contains("is 78 tokens long"), "{message}");
    assert!(message.contains("the model takes 77"), "{message}");
}

#[test]
fn a_tokenizer_json_goes_before_openais() {
    let json = ModelSource::BuiltIn.read().unwrap().tokenizer.unwrap();
    let own = Tokenizer::or_clip(Some(&json), CONTEXT).unwrap();
    assert_eq!(
        own.encode("a photo").unwrap(),
        Tokenizer::from_bytes(&json, CONTEXT).unwrap().encode("a photo").unwrap()
    );
    assert_ne!(own.vocab_size(), 49_408);
    assert_eq!(Tokenizer::or_clip(None, CONTEXT).unwrap().vocab_size(), 49_408);
    // A broken file is an error, not a reason to take another.
    let message = Tokenizer::or_clip(Some(b"{}"), CONTEXT).unwrap_err().to_string();
    assert!(message.contains("tokenizer.json cannot be read"), "{message}");
}
