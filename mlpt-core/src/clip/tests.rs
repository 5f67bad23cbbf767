#![allow(clippy::unwrap_used)]
//! The shared-prefix path against whole sequences, and frozen towers against trainable ones.

mod apart;
mod layers;
mod parts;

use super::*;
use crate::rng::RngTree;
use crate::tensor::normalize;
use candle_core::{DType, Device, Tensor, Var};
use std::collections::BTreeMap;

const WIDTH: usize = 24;

fn config() -> ClipConfig {
    ClipConfig::from_json(
        r#"{"projection_dim":10,
            "text_config":{"hidden_size":24,"intermediate_size":50,"num_hidden_layers":3,"num_attention_heads":3,
                           "max_position_embeddings":20,"vocab_size":40,"eos_token_id":39},
            "vision_config":{"hidden_size":18,"intermediate_size":30,"num_hidden_layers":2,"num_attention_heads":2,
                             "image_size":12,"patch_size":4,"hidden_act":"gelu"}}"#,
    )
    .unwrap()
}

fn normal(shape: &[usize], seed: usize) -> Tensor {
    let weights = Weights::random(RngTree::new(7).at(seed), &Device::Cpu).get("x", shape, Init::Normal(1.0));
    weights.unwrap().tensor().detach()
}

/// A trainable model away from its tidy start: every bias and norm counts.
fn model() -> ClipModel {
    let model = ClipModel::random(&config(), &RngTree::new(3), &Device::Cpu).unwrap();
    for (i, v) in model.trainable_vars().iter().enumerate() {
        let moved = (v.var.as_detached_tensor() + (normal(v.var.dims(), 1000 + i) * 0.15).unwrap()).unwrap();
        v.var.set(&moved).unwrap();
    }
    model
}

fn tensors(model: &ClipModel) -> BTreeMap<String, Tensor> {
    model.trainable_vars().iter().map(|v| (v.name.clone(), v.var.as_detached_tensor())).collect()
}

fn frozen() -> ClipModel {
    ClipModel::frozen(&config(), tensors(&model()), DType::F32, &Device::Cpu).unwrap()
}

fn flat(t: &Tensor) -> Vec<f32> {
    t.flatten_all().unwrap().to_vec1().unwrap()
}

fn assert_close(what: &str, a: &Tensor, b: &Tensor, tolerance: f32) {
    assert_eq!(a.dims(), b.dims(), "{what}");
    let (a, b) = (flat(a), flat(b));
    let size = b.iter().fold(0f32, |m, x| m.max(x.abs()));
    assert!(size > 0.0, "{what}: nothing but zeros");
    for (i, (a, b)) in a.iter().zip(&b).enumerate() {
        assert!((a - b).abs() <= tolerance * size, "{what}[{i}]: {a} is not {b}");
    }
}

struct Case {
    name: &'static str,
    groups: usize,
    prefix: usize,
    lens: Vec<usize>,
    rows: Vec<(usize, usize)>,
    /// Deep prompts' length by layer; 0 for none.
    deep: Vec<usize>,
}

fn cases() -> Vec<Case> {
    let case = |name, groups, prefix, lens: &[usize], rows: &[(usize, usize)], deep: &[usize]| Case {
        name,
        groups,
        prefix,
        lens: lens.to_vec(),
        rows: rows.to_vec(),
        deep: deep.to_vec(),
    };
    vec![
        case("shared, ragged", 1, 5, &[3, 1, 6, 2], &[(0, 0), (0, 1), (0, 2), (0, 3)], &[]),
        case("shared, even", 1, 5, &[4, 4, 4], &[(0, 0), (0, 1), (0, 2)], &[]),
        case("only the start is shared", 1, 1, &[9, 19, 12], &[(0, 0), (0, 1), (0, 2)], &[]),
        case("one class", 1, 4, &[3], &[(0, 0)], &[]),
        case("one class of one token", 1, 1, &[1], &[(0, 0)], &[]),
        case("own contexts", 3, 6, &[2, 5, 3], &[(0, 0), (1, 1), (2, 2)], &[]),
        case("own contexts, own order", 3, 6, &[2, 5, 3], &[(2, 0), (0, 1), (1, 2)], &[]),
        case("images x classes", 2, 4, &[3, 2], &[(0, 0), (0, 1), (1, 0), (1, 1)], &[]),
        case("mixed", 3, 4, &[3, 1, 2], &[(1, 2), (0, 0), (1, 0), (2, 1), (1, 1)], &[]),
        case("a group without rows", 2, 3, &[2, 2], &[(1, 0), (1, 1)], &[]),
        case("deep", 1, 5, &[3, 1, 6], &[(0, 0), (0, 1), (0, 2)], &[0, 4, 2]),
        case("deep, own contexts", 2, 4, &[3, 1, 2], &[(1, 2), (0, 0), (1, 1)], &[3, 0, 3]),
    ]
}

#[test]
fn a_shared_prefix_gives_the_numbers_of_whole_sequences() {
    let (model, total) = (frozen(), config().text_config.max_position_embeddings);
    for (seed, case) in cases().into_iter().enumerate() {
        let var = |shape: &[usize], part: usize| Var::from_tensor(&normal(shape, 100 * seed + part)).unwrap();
        let prefixes = var(&[case.groups, case.prefix, WIDTH], 0);
        let suffixes = var(&[case.lens.iter().sum(), WIDTH], 1);
        let deep: Vec<Option<Var>> =
            case.deep.iter().enumerate().map(|(i, &m)| (m > 0).then(|| var(&[case.groups, m, WIDTH], 2 + i))).collect();
        let batch = TextBatch {
            prefixes: prefixes.as_tensor().clone(),
            suffixes: suffixes.as_tensor().clone(),
            suffix_lens: case.lens.clone(),
            rows: case.rows.clone(),
            deep: deep.iter().map(|d| d.as_ref().map(|d| d.as_tensor().clone())).collect(),
        };
        let fast = model.text().forward(&batch).unwrap();

        let start = |s: usize| case.lens[..s].iter().sum::<usize>();
        let whole: Vec<Tensor> = case
            .rows
            .iter()
            .map(|&(g, s)| {
                // What stands behind the end must not matter.
                let rest = normal(&[total - case.prefix - case.lens[s], WIDTH], 77);
                let own = suffixes.narrow(0, start(s), case.lens[s]).unwrap();
                Tensor::cat(&[prefixes.get(g).unwrap(), own, rest], 0).unwrap()
            })
            .collect();
        let groups: Vec<u32> = case.rows.iter().map(|r| r.0 as u32).collect();
        let groups = Tensor::new(groups, &Device::Cpu).unwrap();
        let deep_rows: Vec<Option<Tensor>> =
            deep.iter().map(|d| d.as_ref().map(|d| d.index_select(&groups, 0).unwrap())).collect();
        let ends: Vec<usize> = case.rows.iter().map(|&(_, s)| case.prefix + case.lens[s] - 1).collect();
        let plain = model.text().forward_plain(&Tensor::stack(&whole, 0).unwrap(), &ends, &deep_rows).unwrap();

        assert_close(case.name, &fast, &plain, 1e-5);
        let weights = normal(fast.dims(), 5);
        let grads = |y: &Tensor| (y * &weights).unwrap().sum_all().unwrap().backward().unwrap();
        let (fast, plain) = (grads(&fast), grads(&plain));
        let all = [&prefixes, &suffixes].into_iter().chain(deep.iter().flatten());
        for (i, var) in all.enumerate() {
            let what = format!("{}: gradient {i}", case.name);
            assert_close(&what, fast.get(var).unwrap(), plain.get(var).unwrap(), 1e-5);
        }
    }
}

#[test]
fn batches_that_do_not_fit_are_refused() {
    let model = frozen();
    let good = TextBatch {
        prefixes: normal(&[1, 4, WIDTH], 0),
        suffixes: normal(&[5, WIDTH], 1),
        suffix_lens: vec![2, 3],
        rows: vec![(0, 0), (0, 1)],
        deep: vec![],
    };
    let refused = |change: &dyn Fn(&mut TextBatch)| {
        let mut batch = good.clone();
        change(&mut batch);
        model.text().forward(&batch).unwrap_err().to_string()
    };
    assert!(model.text().forward(&good).is_ok());
    assert!(refused(&|b| b.rows.clear()).contains("0 rows"));
    assert!(refused(&|b| b.rows[1].0 = 1).contains("row (1, 1)"));
    assert!(refused(&|b| b.suffix_lens[1] = 4).contains("lengths"));
    assert!(refused(&|b| b.prefixes = normal(&[1, 18, WIDTH], 0)).contains("21 tokens; the model takes 20"));
    assert!(refused(&|b| b.deep = vec![None, Some(normal(&[1, 4, WIDTH], 0))]).contains("deep prompts"));
}

#[test]
fn frozen_and_trainable_towers_agree() {
    let (ours, fixed) = (model(), frozen());
    let pixels = normal(&[3, 3, 12, 12], 20);
    let a = ours.image_features(&pixels).unwrap();
    assert_close("images", &fixed.image_features(&pixels).unwrap(), &a, 1e-6);
    assert!(a.track_op() && !fixed.image_features(&pixels).unwrap().track_op());
    let ids = [vec![38, 4, 5, 39], vec![38, 4, 39], vec![38, 9, 9, 9, 39]];
    let texts = ours.text_features(&ids).unwrap();
    assert_close("texts", &fixed.text_features(&ids).unwrap(), &texts, 1e-6);
    // Through the whole sequence, padded with anything.
    let padded: Vec<Tensor> = ids
        .iter()
        .map(|ids| {
            let ids: Vec<u32> = ids.iter().copied().chain([7, 7, 7]).take(6).chain([7]).take(6).collect();
            let t = ours.text().embed(&ids).unwrap();
            let short = 6 - t.dim(0).unwrap();
            if short == 0 { t } else { Tensor::cat(&[&t, &normal(&[short, WIDTH], 0)], 0).unwrap() }
        })
        .collect();
    let ends: Vec<usize> = ids.iter().map(|t| t.len() - 1).collect();
    let plain = ours.text().forward_plain(&Tensor::stack(&padded, 0).unwrap(), &ends, &[]).unwrap();
    assert_close("plain", &texts, &plain, 1e-5);
    // Stored and read again, an id or a text that cannot be is refused.
    let bytes = ours.to_safetensors(DType::F32).unwrap();
    let stored = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).unwrap().into_iter().collect();
    let again = ClipModel::trainable(&config(), stored, &Device::Cpu).unwrap();
    assert_close("stored", &again.text_features(&ids).unwrap(), &texts, 1e-6);
    assert!(ours.text_features(&[vec![38, 40, 39]]).unwrap_err().to_string().contains("token id 40"));
}

/// The loss of contrastive pre-training.
fn contrastive(model: &ClipModel) -> Tensor {
    let images = normalize(&model.image_features(&normal(&[3, 3, 12, 12], 20)).unwrap()).unwrap();
    let ids = [vec![38, 4, 5, 39], vec![38, 6, 39], vec![38, 9, 9, 10, 39]];
    let texts = normalize(&model.text_features(&ids).unwrap()).unwrap();
    let logits = images.matmul(&texts.t().unwrap()).unwrap();
    let logits = logits.broadcast_mul(&model.logit_scale().exp().unwrap()).unwrap();
    let labels = Tensor::arange(0u32, 3, &Device::Cpu).unwrap();
    let one = candle_nn::loss::cross_entropy(&logits, &labels).unwrap();
    (one + candle_nn::loss::cross_entropy(&logits.t().unwrap().contiguous().unwrap(), &labels).unwrap()).unwrap()
}

#[test]
fn gradients_reach_every_weight_and_are_its_slopes() {
    let model = model();
    let store = contrastive(&model).backward().unwrap();
    for v in model.trainable_vars() {
        let grad = store.get(&v.var).unwrap_or_else(|| panic!("{} has no gradient", v.name));
        let numbers = flat(grad);
        assert!(numbers.iter().all(|g| g.is_finite()), "{}", v.name);
        let length = numbers.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
        // A key's bias shifts all scores of a query alike, which changes nothing.
        if v.name.contains("k_proj.bias") {
            assert!(length < 1e-4, "{}: {length}", v.name);
            continue;
        }
        assert!(length > 1e-5, "{}: {length}", v.name);
        // Along the gradient the slope is the gradient's length.
        let (start, step) = (v.var.as_detached_tensor().copy().unwrap(), 2e-3);
        let along = (grad / length).unwrap();
        let at = |by: f64| {
            v.var.set(&(&start + (&along * by).unwrap()).unwrap()).unwrap();
            f64::from(contrastive(&model).to_scalar::<f32>().unwrap())
        };
        let slope = (at(step) - at(-step)) / (2.0 * step);
        v.var.set(&start).unwrap();
        assert!((slope - length).abs() < 0.02 * length + 2e-3, "{}: slope {slope}, gradient {length}", v.name);
    }
}

#[test]
fn one_backward_pass_is_counted_once() {
    let clip = FrozenClip::load(&ModelSource::BuiltIn, &Device::Cpu).unwrap();
    let context = Var::from_tensor(&normal(&[1, 3, clip.text_width()], 0)).unwrap();
    let batch = |prefixes: Tensor| TextBatch {
        prefixes,
        suffixes: clip.embed_tokens(&[5, clip.tokenizer().end()]).unwrap(),
        suffix_lens: vec![2],
        rows: vec![(0, 0)],
        deep: vec![],
    };
    let tracked = clip.encode_text(&batch(context.as_tensor().clone())).unwrap();
    let plain = clip.encode_text(&batch(context.as_detached_tensor())).unwrap();
    assert!(tracked.track_op() && !plain.track_op());
    assert_eq!(flat(&tracked), flat(&plain));
    let store = tracked.sqr().unwrap().sum_all().unwrap().backward().unwrap();
    assert!(flat(store.get(&context).unwrap()).iter().any(|g| *g != 0.0));
    let passes = clip.passes();
    assert_eq!((passes.text, passes.text_backward, passes.image), (2, 1, 0));
}

#[test]
fn a_trained_tokenizer_encodes_anything_and_words_stand_alone() {
    let captions: Vec<String> =
        ["a photo of a red circle.", "a photo of the Blue circle", "two red squares"].map(String::from).to_vec();
    let json = tokenizer_train::train(&captions, 560).unwrap();
    assert_eq!(json, tokenizer_train::train(&captions, 560).unwrap());
    let tokenizer = Tokenizer::from_bytes(json.as_bytes(), 77).unwrap();
    assert!(tokenizer.vocab_size() <= 560 && tokenizer.end() as usize == tokenizer.vocab_size() - 1);
    let ids = |text: &str| tokenizer.encode(text).unwrap();
    assert_eq!(ids("photo").len(), 1);
    assert_eq!(ids("A  PHOTO of"), ids("a photo of"));
    assert_eq!([ids("red"), ids("zebra's"), ids("circle")].concat(), ids("red zebra's circle"));
    assert_eq!(ids("circle").len() + 1, ids("circle.").len());
    for odd in ["漢字", "naïve 3.5%", "\u{1F600}", "tab\tand\nline"] {
        assert!(!ids(odd).is_empty() && ids(odd).iter().all(|id| *id < tokenizer.start()), "{odd}");
    }
    assert!(ids("").is_empty());
    let full = tokenizer.tokenize_full("red").unwrap();
    assert_eq!((full[0], full[full.len() - 1]), (tokenizer.start(), tokenizer.end()));
    assert!(tokenizer_train::train(&captions, 100).is_err());
}

/// The towers' compute types: norms in f32, everything else in the smaller type.
#[test]
fn half_precision_is_near() {
    let wide = frozen();
    let (pixels, ids) = (normal(&[3, 3, 12, 12], 20), [vec![38, 4, 5, 39], vec![38, 9, 9, 9, 39]]);
    let tensors: BTreeMap<String, Tensor> =
        model().trainable_vars().iter().map(|v| (v.name.clone(), v.var.as_detached_tensor())).collect();
    for (dtype, tolerance) in [(DType::F16, 0.01), (DType::BF16, 0.08)] {
        let half = ClipModel::frozen(&config(), tensors.clone(), dtype, &Device::Cpu).unwrap();
        for (what, a, b) in [
            ("images", half.image_features(&pixels).unwrap(), wide.image_features(&pixels).unwrap()),
            ("texts", half.text_features(&ids).unwrap(), wide.text_features(&ids).unwrap()),
        ] {
            assert_eq!(a.dtype(), DType::F32);
            assert_ne!(flat(&a), flat(&b), "{what} in {dtype:?}");
            assert_close(what, &a, &b, tolerance);
        }
    }
}
