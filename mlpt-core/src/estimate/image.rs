//! What an image costs in the image tower.

use crate::clip::{ClipConfig, ResnetConfig};

/// Floating-point operations of one image's forward pass with `prompts` tokens behind its patches; a product with its
/// addition counts as two. The backward pass to prompts costs about as much.
pub fn image_flop(config: &ClipConfig, prompts: usize) -> f64 {
    match &config.resnet_config {
        Some(shape) => resnet(shape, config.projection_dim),
        None => transformer(config, prompts),
    }
}

/// Tokens of an image: patches, the class token, prompts.
fn tokens(config: &ClipConfig, prompts: usize) -> usize {
    let v = &config.vision_config;
    (v.image_size / v.patch_size.max(1)).pow(2) + 1 + prompts
}

fn transformer(config: &ClipConfig, prompts: usize) -> f64 {
    let v = &config.vision_config;
    let (width, inner, layers) = (v.hidden_size as f64, v.intermediate_size as f64, v.num_hidden_layers as f64);
    let (all, patches) = (tokens(config, prompts) as f64, (tokens(config, 0) - 1) as f64);
    let embed = 2.0 * patches * 3.0 * (v.patch_size * v.patch_size) as f64 * width;
    let rest = 2.0 * width * width + 4.0 * width * inner;
    // Behind the last attention only the class token is left.
    let linear = layers * all * 6.0 * width * width + ((layers - 1.0) * all + 1.0) * rest;
    embed + linear + layers * 4.0 * all * all * width + 2.0 * width * config.projection_dim as f64
}

fn resnet(shape: &ResnetConfig, outputs: usize) -> f64 {
    let places = |side: usize| (side * side) as f64;
    let product = |inputs: usize, outputs: usize| 2.0 * (inputs * outputs) as f64;
    let (half, mut side) = (shape.width / 2, shape.image_size / 2);
    let mut sum = places(side) * 9.0 * (product(3, half) + product(half, half) + product(half, shape.width));
    side /= 2;
    let mut inputs = shape.width;
    for (stage, &blocks) in shape.layers.iter().enumerate() {
        let (inner, wide) = (shape.width << stage, shape.width << (stage + 2));
        for block in 0..blocks {
            let after = if block == 0 && stage > 0 { side / 2 } else { side };
            sum += places(side) * (product(inputs, inner) + 9.0 * product(inner, inner));
            sum += places(after) * (product(inner, wide) + if block == 0 { product(inputs, wide) } else { 0.0 });
            (inputs, side) = (wide, after);
        }
    }
    let width = shape.features();
    let seen = places(shape.grid()) + 1.0;
    sum + seen * 2.0 * product(width, width) + product(width, width) + product(width, outputs)
}

/// Bytes that the graph of `rows` images holds until the backward pass to `prompts` tokens, for numbers of `each` bytes; 0
/// for a residual network, which takes no prompts.
pub fn image_graph_bytes(config: &ClipConfig, rows: usize, prompts: usize, each: usize) -> u64 {
    if config.resnet_config.is_some() {
        return 0;
    }
    let v = &config.vision_config;
    let (width, inner) = (v.hidden_size as u64, v.intermediate_size as u64);
    let (layers, heads) = (v.num_hidden_layers as u64, v.num_attention_heads as u64);
    let all = tokens(config, prompts) as u64;
    let attention = all * (4 * width + heads * all);
    let whole = all * (10 * width + 2 * inner) + attention;
    let last = all * 5 * width + attention + 6 * width + 2 * inner;
    rows as u64 * (2 * all * width + layers.saturating_sub(1) * whole + last) * each as u64
}
