//! CoCoOp, VPT and IVLP: what they train, on towers of any shape, and what they refuse.

use crate::common::{World, clip_of, distance, flat};
use candle_core::{Device, Tensor};
use mlpt_core::Result;
use mlpt_core::clip::FrozenClip;
use mlpt_core::config::{Origin, Scope, Value};
use mlpt_core::prompt::{ImageInput, ImageSide, LearnerContext, PromptLearner};
use mlpt_core::rng::RngTree;

const TEXT: &str = r#""projection_dim": 40, "text_config":
    {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 2}"#;

/// Towers of different widths and depths.
pub(crate) fn uneven() -> FrozenClip {
    let image = r#"{"hidden_size": 48, "intermediate_size": 64, "num_hidden_layers": 4, "num_attention_heads": 3,
                    "image_size": 32, "patch_size": 16}"#;
    clip_of(&format!("{{{TEXT}, \"vision_config\": {image}}}")).0
}

/// A learner of `mechanism` for three classes.
pub(crate) fn learner(clip: &FrozenClip, mechanism: &str, set: &[(&str, Value)]) -> Result<Box<dyn PromptLearner>> {
    let world = World::new("CoOp", &[]);
    let (mut config, section) = (world.config.clone(), format!("TRAINER.{}", mechanism.to_uppercase()));
    for (key, value) in set {
        config.set(&format!("{section}.{key}"), value.clone(), Origin::Override);
    }
    let context = LearnerContext {
        clip,
        class_names: &world.class_names,
        scope: Scope::new(&config, [section]),
        rng: RngTree::new(1),
    };
    (world.registries.mechanisms.get(mechanism).unwrap().factory)(&context)
}

pub(crate) fn shapes(learner: &dyn PromptLearner) -> Vec<(String, Vec<usize>)> {
    learner.parameters().iter().map(|p| (p.name.clone(), p.var.dims().to_vec())).collect()
}

pub(crate) fn named(expected: &[(&str, &[usize])]) -> Vec<(String, Vec<usize>)> {
    expected.iter().map(|(name, shape)| ((*name).to_owned(), shape.to_vec())).collect()
}

pub(crate) fn pixels(count: usize) -> Tensor {
    let values: Vec<f32> = (0..count * 3 * 32 * 32).map(|i| (i as f32 * 0.37).sin()).collect();
    Tensor::from_vec(values, (count, 3, 32, 32), &Device::Cpu).unwrap()
}

#[test]
fn what_is_trained_has_the_published_names_and_shapes() {
    let clip = uneven();
    // E is 40: the meta-net narrows to 40 / 16, rounded down.
    let meta: [(&str, &[usize]); 4] = [
        ("meta_net.linear1.weight", &[2, 40]),
        ("meta_net.linear1.bias", &[2]),
        ("meta_net.linear2.weight", &[32, 2]),
        ("meta_net.linear2.bias", &[32]),
    ];
    let cocoop = learner(&clip, "CoCoOp", &[]).unwrap();
    assert_eq!(shapes(&*cocoop), [named(&[("ctx", &[16, 32])]), named(&meta)].concat());
    let tokens = clip.tokenizer().encode("a photo of a").unwrap().len();
    let words = learner(&clip, "CoCoOp", &[("CTX_INIT", "a photo of a".into())]).unwrap();
    assert_eq!(shapes(&*words)[0].1, [tokens, 32]);

    let (shallow, deeper) = ("image_encoder.VPT", "image_encoder.transformer.resblocks");
    assert_eq!(shapes(&*learner(&clip, "VPT", &[]).unwrap()), named(&[(shallow, &[2, 48])]));
    let set = [("N_CTX_VISION", 3.into()), ("PROMPT_DEPTH_VISION", 4.into())];
    let deep: Vec<_> = (1..4).map(|i| (format!("{deeper}.{i}.VPT_shallow"), vec![3, 48])).collect();
    let vpt = learner(&clip, "VPT", &set).unwrap();
    assert_eq!(shapes(&*vpt), [named(&[(shallow, &[3, 48])]), deep].concat());

    let set = [("PROMPT_DEPTH_VISION", 2.into()), ("PROMPT_DEPTH_TEXT", 3.into()), ("N_CTX_VISION", 5.into())];
    let ivlp = learner(&clip, "IVLP", &set).unwrap();
    let text = "text_encoder.transformer.resblocks";
    let expected = named(&[
        ("ctx", &[2, 32]),
        (&format!("{text}.1.VPT_shallow"), &[2, 32]),
        (&format!("{text}.2.VPT_shallow"), &[2, 32]),
        (shallow, &[5, 48]),
        (&format!("{deeper}.1.VPT_shallow"), &[5, 48]),
    ]);
    assert_eq!(shapes(&*ivlp), expected);
    // Drawn values differ from one another, and the first two of "a photo of a" are its own tokens.
    let values: Vec<Vec<f32>> = ivlp.parameters().iter().map(|p| flat(p.var.as_tensor())).collect();
    assert!(values.iter().enumerate().all(|(i, a)| values[..i].iter().all(|b| a != b)));
    let ids = clip.tokenizer().encode("a photo of a").unwrap();
    assert_eq!(values[0], flat(&clip.embed_tokens(&ids[..2]).unwrap()));
    for made in [&cocoop, &vpt, &ivlp] {
        let text = made.text(&clip).unwrap();
        let logits = made.logits(&clip, text.as_ref(), ImageInput::Pixels(&pixels(2))).unwrap();
        assert_eq!(logits.dims(), [2, 3]);
    }
}

#[test]
fn a_batch_of_cocoop_is_its_images_one_by_one() {
    let clip = uneven();
    let cocoop = learner(&clip, "CoCoOp", &[("N_CTX", 2.into())]).unwrap();
    assert!(cocoop.text(&clip).unwrap().is_none() && cocoop.image_side() == ImageSide::Frozen);
    // More texts than are encoded at once without a gradient.
    let count = 700;
    let values: Vec<f32> = (0..count * 40).map(|i| (i as f32 * 0.71).sin()).collect();
    let features = Tensor::from_vec(values, (count, 40), &Device::Cpu).unwrap();
    let before = clip.passes();
    let parts = cocoop.predict(&clip, None, ImageInput::Features(&features)).unwrap();
    let middle = clip.passes();
    assert_eq!((middle.text - before.text, middle.text_rows - before.text_rows), (2, 3 * count as u64));
    let whole = cocoop.logits(&clip, None, ImageInput::Features(&features)).unwrap();
    assert_eq!(clip.passes().text - middle.text, 1);
    assert_eq!((parts.dims(), whole.dims()), (&[count, 3][..], &[count, 3][..]));
    assert!(distance(&flat(&parts), &flat(&whole)) < 1e-3);
    for row in [0, 1, 681, 682, 699] {
        let one = features.narrow(0, row, 1).unwrap();
        let one = cocoop.logits(&clip, None, ImageInput::Features(&one)).unwrap();
        assert!(distance(&flat(&one), &flat(&whole.narrow(0, row, 1).unwrap())) < 1e-3, "{row}");
    }
}

#[test]
fn every_image_shifts_the_context_in_its_own_way() {
    let clip = uneven();
    let cocoop = learner(&clip, "CoCoOp", &[]).unwrap();
    let features = clip.encode_images(&pixels(2)).unwrap();
    let logits =
        |cocoop: &dyn PromptLearner| flat(&cocoop.logits(&clip, None, ImageInput::Features(&features)).unwrap());
    let before = logits(&*cocoop);
    // Without the meta-net's last layer it is CoOp with the same context.
    for p in &cocoop.parameters()[3..] {
        p.var.set(&p.var.zeros_like().unwrap()).unwrap();
    }
    let coop = learner(&clip, "CoOp", &[]).unwrap();
    coop.parameters()[0].var.set(&cocoop.parameters()[0].var.as_detached_tensor()).unwrap();
    let text = coop.text(&clip).unwrap();
    let plain = flat(&coop.logits(&clip, text.as_ref(), ImageInput::Features(&features)).unwrap());
    assert!(distance(&logits(&*cocoop), &plain) < 1e-3);
    assert!(distance(&before, &plain) > 1e-2);
}

#[test]
fn without_image_prompts_ivlp_shares_the_images() {
    let clip = uneven();
    let set = [("PROMPT_DEPTH_VISION", 0.into()), ("N_CTX_VISION", 0.into()), ("PROMPT_DEPTH_TEXT", 3.into())];
    let ivlp = learner(&clip, "IVLP", &set).unwrap();
    assert_eq!(ivlp.image_side(), ImageSide::Frozen);
    let features = clip.encode_images(&pixels(2)).unwrap();
    let text = ivlp.text(&clip).unwrap();
    let logits = |images| flat(&ivlp.logits(&clip, text.as_ref(), images).unwrap());
    let apart = distance(&logits(ImageInput::Features(&features)), &logits(ImageInput::Pixels(&pixels(2))));
    assert!(apart < 1e-4, "{apart}");
    let both = learner(&clip, "IVLP", &[("PROMPT_DEPTH_VISION", 1.into()), set[2].clone()]).unwrap();
    assert_eq!(both.image_side(), ImageSide::Prompted);
}

#[test]
fn what_does_not_fit_is_told() {
    let clip = uneven();
    let refused = |mechanism: &str, set: &[(&str, Value)], parts: &[&str]| {
        let message = learner(&clip, mechanism, set).err().unwrap().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{mechanism}: {message}");
    };
    // The defaults are for towers of twelve layers; all faults are told at once.
    let both = ["PROMPT_DEPTH_TEXT is 9: it can be 1 to 3", "PROMPT_DEPTH_VISION is 9: it can be at most 4"];
    refused("IVLP", &[], &both);
    let fits = ("PROMPT_DEPTH_VISION", Value::from(2));
    refused("IVLP", &[("PROMPT_DEPTH_TEXT", 0.into()), fits.clone()], &["PROMPT_DEPTH_TEXT is 0"]);
    let text = ("PROMPT_DEPTH_TEXT", Value::from(1));
    refused("IVLP", &[text.clone(), fits.clone(), ("N_CTX_TEXT", 76.into())], &["N_CTX_TEXT is 76: it can be 1 to 75"]);
    refused(
        "IVLP",
        &[text.clone(), fits.clone(), ("N_CTX_TEXT", 70.into())],
        &["the prompt of class", "lower N_CTX_TEXT"],
    );
    refused("IVLP", &[text.clone(), fits.clone(), ("N_CTX_VISION", 0.into())], &["N_CTX_VISION is 0"]);
    let few = [text, fits, ("N_CTX_TEXT", 4.into()), ("CTX_INIT", "a".into())];
    refused("IVLP", &few, &["N_CTX_TEXT is 4, but CTX_INIT \"a\" has 1 tokens"]);
    refused("VPT", &[("PROMPT_DEPTH_VISION", 0.into())], &["PROMPT_DEPTH_VISION is 0", "nothing to learn"]);
    refused("VPT", &[("PROMPT_DEPTH_VISION", 5.into())], &["PROMPT_DEPTH_VISION is 5: it can be at most 4"]);
    refused("VPT", &[("N_CTX_VISION", 0.into())], &["N_CTX_VISION is 0"]);
    refused("CoCoOp", &[("N_CTX", 0.into())], &["N_CTX: at least one"]);
    refused("CoCoOp", &[("N_CTX", 74.into())], &["the prompt of class", "lower N_CTX"]);

    // Prompts in the image tower cannot work from features that are made already.
    let vpt = learner(&clip, "VPT", &[]).unwrap();
    let features = clip.encode_images(&pixels(1)).unwrap();
    let text = vpt.text(&clip).unwrap();
    let message = vpt.logits(&clip, text.as_ref(), ImageInput::Features(&features)).err().unwrap().to_string();
    assert!(message.contains("VPT changes the image tower: it needs pixels"), "{message}");
}
