//! The operations that a step is made of, at the sizes of ViT-B/32 with batches of 32 and of CLIP's text tower with 47
//! classes: `cargo bench --workspace`.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device, Tensor, Var};
use divan::Bencher;
use mlpt_core::clip::{ClipConfig, ClipModel, TextBatch};
use mlpt_core::rng::RngTree;
use mlpt_core::tensor::{LayerNorm, Linear, Weight, attention_weights, quick_gelu, self_attention};

fn main() {
    divan::main();
}

fn random(shape: &[usize]) -> Tensor {
    Tensor::randn(0f32, 1.0, shape, &Device::Cpu).unwrap()
}

/// Times the forward pass, then forward and backward to the input.
fn both(bencher: Bencher<'_, '_>, backward: bool, input: Tensor, op: impl Fn(&Tensor) -> Tensor + Sync) {
    let leaf = Var::from_tensor(&input).unwrap();
    bencher.bench(|| match backward {
        false => op(&input),
        true => op(leaf.as_tensor()).sum_all().unwrap().backward().unwrap().get(&leaf).unwrap().clone(),
    });
}

/// Rows of the image tower (32 images of 50 tokens) and of the text tower.
const ROWS: [usize; 2] = [1600, 300];

#[divan::bench(args = ROWS)]
fn product(bencher: Bencher<'_, '_>, rows: usize) {
    let linear = Linear::new(Weight::Frozen(random(&[3072, 768])), Some(Weight::Frozen(random(&[3072]))));
    both(bencher, false, random(&[rows, 768]), |x| linear.forward(x).unwrap());
}

#[divan::bench(args = ROWS)]
fn product_with_backward(bencher: Bencher<'_, '_>, rows: usize) {
    let linear = Linear::new(Weight::Frozen(random(&[3072, 768])), Some(Weight::Frozen(random(&[3072]))));
    both(bencher, true, random(&[rows, 768]), |x| linear.forward(x).unwrap());
}

#[divan::bench(args = [false, true])]
fn layer_norm(bencher: Bencher<'_, '_>, backward: bool) {
    let norm = LayerNorm::new(Weight::Frozen(random(&[768])), Weight::Frozen(random(&[768])), 1e-5);
    both(bencher, backward, random(&[1600, 768]), |x| norm.forward(x).unwrap());
}

#[divan::bench(args = [false, true])]
fn gelu(bencher: Bencher<'_, '_>, backward: bool) {
    both(bencher, backward, random(&[1600, 3072]), |x| quick_gelu(x).unwrap());
}

#[divan::bench(args = [false, true])]
fn softmax(bencher: Bencher<'_, '_>, backward: bool) {
    both(bencher, backward, random(&[384, 50, 50]), |x| attention_weights(x, 0.125, false).unwrap());
}

#[divan::bench(args = [false, true])]
fn attention(bencher: Bencher<'_, '_>, backward: bool) {
    both(bencher, backward, random(&[1600, 2304]), |x| self_attention(x, 32, 12, false).unwrap());
}

/// A text tower of CLIP's shape and an image tower of ViT-B/32's, with random weights.
fn model(layers: usize) -> ClipModel {
    let config = format!(
        r#"{{"projection_dim":512,
            "text_config":{{"hidden_size":512,"intermediate_size":2048,"num_hidden_layers":{layers},
                            "num_attention_heads":8,"max_position_embeddings":77,"vocab_size":600,"eos_token_id":599}},
            "vision_config":{{"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":{layers},
                             "num_attention_heads":12,"image_size":224,"patch_size":32}}}}"#
    );
    let config = ClipConfig::from_json(&config).unwrap();
    let model = ClipModel::random(&config, &RngTree::new(1), &Device::Cpu).unwrap();
    let tensors = model.trainable_vars().iter().map(|v| (v.name.clone(), v.var.as_detached_tensor())).collect();
    ClipModel::frozen(&config, tensors, DType::F32, &Device::Cpu).unwrap()
}

#[divan::bench(sample_count = 5)]
fn image_tower(bencher: Bencher<'_, '_>) {
    let (model, pixels) = (model(12), random(&[32, 3, 224, 224]));
    bencher.bench(|| model.image_features(&pixels).unwrap());
}

#[divan::bench(sample_count = 5, args = [47, 100, 200])]
fn text_tower_with_backward(bencher: Bencher<'_, '_>, classes: usize) {
    let model = model(12);
    let (context, own) = (Var::from_tensor(&random(&[1, 17, 512])).unwrap(), random(&[classes * 5, 512]));
    bencher.bench(|| {
        let batch = TextBatch {
            prefixes: context.as_tensor().clone(),
            suffixes: own.clone(),
            suffix_lens: vec![5; classes],
            rows: (0..classes).map(|class| (0, class)).collect(),
            deep: Vec::new(),
        };
        model.text().forward(&batch).unwrap().sum_all().unwrap().backward().unwrap().get(&context).unwrap().clone()
    });
}
