#![allow(clippy::unwrap_used)]
//! Sums that can be made by hand.

use super::*;
use crate::clip::{ClipConfig, Passes, TextBatch, TextSize};
use candle_core::{DType, Device, Tensor};

const MILLION: f64 = 1e6;

fn config(image: &str) -> ClipConfig {
    ClipConfig::from_json(&format!("{{\"projection_dim\": 512, {image}}}")).unwrap()
}

#[test]
fn published_towers_cost_what_is_published() {
    // Multiplications with additions of one image, by the papers: ViT-B/32 4.4 thousand millions, ViT-B/16 17.5 (class
    // token alone behind the last attention: a little less), CLIP's RN50 about 6 without its pooling.
    let of = |text: &str| image_flop(&config(text), 0) / 2.0 / 1e9;
    let (b32, b16) = (of("\"vision_config\": {\"patch_size\": 32}"), of("\"vision_config\": {\"patch_size\": 16}"));
    assert!((3.9..4.5).contains(&b32) && (16.0..17.6).contains(&b16), "{b32}, {b16}");
    let rn50 = of("\"resnet_config\": {\"layers\": [3, 4, 6, 3], \"width\": 64, \"image_size\": 224, \
                   \"num_attention_heads\": 32}");
    assert!((5.0..7.0).contains(&rn50), "{rn50}");
}

#[test]
fn texts_by_hand() {
    let json = r#""text_config": {"hidden_size": 4, "intermediate_size": 8, "num_hidden_layers": 2,
        "num_attention_heads": 2, "vocab_size": 50, "max_position_embeddings": 20, "eos_token_id": 49}"#;
    let config = config(json);
    let batch = TextBatch {
        prefixes: Tensor::zeros((1, 3, 4), DType::F32, &Device::Cpu).unwrap(),
        suffixes: Tensor::zeros((3, 4), DType::F32, &Device::Cpu).unwrap(),
        suffix_lens: vec![2, 1],
        rows: vec![(0, 0), (0, 1)],
        deep: vec![None, Some(Tensor::zeros((1, 2, 4), DType::F32, &Device::Cpu).unwrap())],
    };
    let size = TextSize::of(&batch).unwrap();
    let want = TextSize { groups: 1, prefix: 3, rows: 2, tokens: 3, longest: 2, scattered: false, deep: 1 };
    assert_eq!((size, size.all_tokens()), (want, 6));
    // Linear: queries, keys, values of 6 tokens in 2 layers, the rest of 6 tokens and of 2 ends, the projection of 2 ends.
    let linear = 2.0 * 6.0 * 96.0 + (6.0 + 2.0) * (32.0 + 128.0) + 2.0 * 2.0 * 4.0 * 512.0;
    let attention = 2.0 * 4.0 * 4.0 * (9.0 + 2.0 * 2.0 * 5.0);
    let text = &config.text_config;
    assert_eq!(size.forward_flop(text, 512), linear + attention);
    assert_eq!(size.backward_flop(text, 512), linear + 2.0 * attention);
    let held = 3 * (16 + 6) + 4 * (12 + 2 * 5);
    let bytes = 4 * ((2 + 1) * 6 * 4 + (6 * (40 + 16) + held) + (6 * 20 + held + 2 * (24 + 16)));
    assert_eq!(size.graph_bytes(text, 4), bytes);
    // In parts a backward pass makes the forward pass again.
    let pass = Pass::once(Work::Texts(size)).with_backward().times(3);
    let of = |memory| flop([&pass], &config, memory, 4);
    assert_eq!(of(0).text_backward, 3.0 * size.backward_flop(text, 512));
    assert_eq!(of(bytes).text_backward, of(0).text_backward);
    assert_eq!(of(bytes - 1).text_backward, of(0).text_backward + of(0).text_forward);
}

fn counts(passes: &[Pass]) -> (u64, u64, u64, u64, u64) {
    let Passes { image, image_rows, text, text_rows, text_backward } = totals(passes);
    (image, image_rows, text, text_rows, text_backward)
}

#[test]
fn passes_of_learners() {
    let size = TextSize { groups: 1, prefix: 5, rows: 7, tokens: 20, longest: 4, scattered: false, deep: 0 };
    let shared = Cost { text: TextCost::Pass(size), prompts: None };
    let prompted = Cost { text: TextCost::Fixed, prompts: Some(2) };
    let own = Cost { text: TextCost::PerImage { one: size, at_once: 3 }, prompts: None };
    assert_eq!(counts(&Pass::images(10, 4)), (3, 10, 0, 0, 0));
    assert_eq!(counts(&Pass::images(0, 4)), (0, 0, 0, 0, 0));
    assert_eq!(counts(&Pass::images(3, 4)), (1, 3, 0, 0, 0));
    assert_eq!(counts(&shared.logits(4)), (0, 0, 0, 0, 0));
    assert_eq!(counts(&prompted.logits(4)), (1, 4, 0, 0, 0));
    assert_eq!(counts(&own.logits(4)), (0, 0, 1, 28, 1));
    assert_eq!(counts(&own.predict(7)), (0, 0, 3, 49, 0));
    // Ten images by four: 4, 4, 2.
    assert_eq!(counts(&evaluation(&[shared], true, 10, 4)), (0, 0, 1, 7, 0));
    assert_eq!(counts(&evaluation(&[shared, prompted], false, 10, 4)), (6, 20, 1, 7, 0));
    assert_eq!(counts(&evaluation(&[own], true, 10, 4)), (0, 0, 5, 70, 0));
}

#[test]
fn time_is_a_span_and_the_greatest_share_is_named() {
    let span = Seconds::of(&[2.0, 1.0, 4.0]);
    assert_eq!(span, Seconds { low: 1.0, high: 4.0 });
    assert_eq!(Seconds::of(&[]), Seconds::default());
    let spent = Spent { text_backward: span * 2.0, loading: span, ..Spent::default() };
    assert_eq!(spent.total(), Seconds { low: 2.0, high: 12.0 });
    assert_eq!((spent + spent * 2.0).total(), Seconds { low: 6.0, high: 36.0 });
    let (name, percent) = spent.dominant();
    assert_eq!(name, "texts, backward");
    assert!((percent - 200.0 / 3.0).abs() < 1e-9, "{percent}");
    assert_eq!(Spent::default().dominant().1, 0.0);
    let bytes = Bytes { weights: 7, text_graph: 5, text_graph_whole: 50, state: 3, parameters: 1, ..Bytes::default() };
    assert_eq!(bytes.peak(), 15);
    assert!(image_graph_bytes(&config("\"vision_config\": {}"), 4, 2, 4) as f64 > 100.0 * MILLION);
}
