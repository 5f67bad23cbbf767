//! From the names of OpenAI and open_clip to those of Hugging Face, which the towers ask for.

use crate::{Error, Result};
use candle_core::Tensor;
use std::collections::BTreeMap;

/// In front of the text tower's names in open_clip's later models.
const TEXT: &str = "text.";

/// What is done with a tensor beside its new name.
#[derive(Clone, Copy)]
enum Change {
    Keep,
    /// Stored as `[inputs, outputs]`, used as `[outputs, inputs]`.
    Transpose,
}

/// The table: names (a final dot stands for `weight` and `bias`) outside the blocks.
const OUTSIDE: [(&str, &str, Change); 12] = [
    ("token_embedding.weight", "text_model.embeddings.token_embedding.weight", Change::Keep),
    ("positional_embedding", "text_model.embeddings.position_embedding.weight", Change::Keep),
    ("ln_final.", "text_model.final_layer_norm.", Change::Keep),
    ("text_projection", "text_projection.weight", Change::Transpose),
    ("text_projection.weight", "text_projection.weight", Change::Keep),
    ("visual.class_embedding", "vision_model.embeddings.class_embedding", Change::Keep),
    ("visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight", Change::Keep),
    ("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight", Change::Keep),
    ("visual.ln_pre.", "vision_model.pre_layrnorm.", Change::Keep),
    ("visual.ln_post.", "vision_model.post_layernorm.", Change::Keep),
    ("visual.proj", "visual_projection.weight", Change::Transpose),
    ("logit_scale", "logit_scale", Change::Keep),
];

/// The towers' blocks.
const BLOCKS: [(&str, &str); 2] = [
    ("transformer.resblocks.", "text_model.encoder.layers."),
    ("visual.transformer.resblocks.", "vision_model.encoder.layers."),
];

/// The parts of a block; `attn.in_proj_*` is three parts in one and stands apart.
const PARTS: [(&str, &str); 5] = [
    ("ln_1.", "layer_norm1."),
    ("attn.out_proj.", "self_attn.out_proj."),
    ("ln_2.", "layer_norm2."),
    ("mlp.c_fc.", "mlp.fc1."),
    ("mlp.c_proj.", "mlp.fc2."),
];

/// What files hold beside weights: sizes in OpenAI's archives, a mask, counters of batch norms.
const WITHOUT_MEANING: [&str; 4] = ["input_resolution", "context_length", "vocab_size", "attn_mask"];

/// The tensors under Hugging Face's names. Those of a residual network have none there and keep OpenAI's; what is
/// not known keeps its name too, so that it is reported with everything else that does not fit.
///
/// # Errors
/// When a joint projection cannot be cut in three, or the names are those of no CLIP.
pub fn rename_weights(tensors: BTreeMap<String, Tensor>) -> Result<BTreeMap<String, Tensor>> {
    if tensors.contains_key("text_model.embeddings.token_embedding.weight") {
        return Ok(tensors);
    }
    let tokens = "token_embedding.weight";
    if !tensors.contains_key(tokens) && !tensors.contains_key(&format!("{TEXT}{tokens}")) {
        return Err(no_clip(&tensors));
    }
    let residual = tensors.contains_key("visual.layer1.0.conv1.weight");
    let mut renamed = BTreeMap::new();
    for (name, tensor) in tensors {
        let name = name.strip_prefix(TEXT).unwrap_or(&name);
        if WITHOUT_MEANING.contains(&name) || name.ends_with(".num_batches_tracked") {
            continue;
        }
        if residual && name.starts_with("visual.") {
            renamed.insert(name.to_owned(), tensor);
        } else if let Some((block, kind)) = in_projection(name) {
            let width = tensor.dim(0)? / 3;
            if width * 3 != tensor.dim(0)? {
                return Err(Error::invalid(format!("{name} {:?} is not queries, keys and values", tensor.dims())));
            }
            for (i, part) in ["q_proj", "k_proj", "v_proj"].iter().enumerate() {
                renamed.insert(format!("{block}.self_attn.{part}.{kind}"), tensor.narrow(0, i * width, width)?);
            }
        } else {
            let (name, change) = new_name(name).unwrap_or_else(|| (name.to_owned(), Change::Keep));
            let tensor = match change {
                Change::Keep => tensor,
                Change::Transpose => tensor.t()?.contiguous()?,
            };
            renamed.insert(name, tensor);
        }
    }
    Ok(renamed)
}

/// The new name of a block, and `weight` or `bias`.
fn in_projection(name: &str) -> Option<(String, &str)> {
    BLOCKS.iter().find_map(|(old, new)| {
        let (number, kind) = name.strip_prefix(old)?.split_once(".attn.in_proj_")?;
        Some((format!("{new}{number}"), kind))
    })
}

fn new_name(name: &str) -> Option<(String, Change)> {
    for (old, new) in BLOCKS {
        if let Some((number, part)) = name.strip_prefix(old).and_then(|rest| rest.split_once('.')) {
            let (old, new_part) = PARTS.iter().find(|(old, _)| part.starts_with(old))?;
            return Some((format!("{new}{number}.{new_part}{}", &part[old.len()..]), Change::Keep));
        }
    }
    OUTSIDE.iter().find_map(|(old, new, change)| {
        let rest = name.strip_prefix(old)?;
        (rest.is_empty() || old.ends_with('.')).then(|| (format!("{new}{rest}"), *change))
    })
}

fn no_clip(tensors: &BTreeMap<String, Tensor>) -> Error {
    let some: Vec<&str> = tensors.keys().take(5).map(String::as_str).collect();
    Error::invalid(format!(
        "these are not the weights of a CLIP: there is neither token_embedding.weight (OpenAI, open_clip) nor \
         text_model.embeddings.token_embedding.weight (Hugging Face) among the {} tensors ({}, ...)",
        tensors.len(),
        some.join(", ")
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};

    fn file(names: &[(&str, &[usize])]) -> BTreeMap<String, Tensor> {
        let zeros = |shape: &&[usize]| Tensor::zeros(*shape, DType::F32, &Device::Cpu).unwrap();
        names.iter().map(|(name, shape)| ((*name).to_owned(), zeros(shape))).collect()
    }

    #[test]
    fn names_are_turned_cut_and_kept() {
        let renamed = rename_weights(file(&[
            ("text.token_embedding.weight", &[9, 4]),
            ("text.transformer.resblocks.11.attn.in_proj_weight", &[12, 4]),
            ("visual.transformer.resblocks.0.attn.in_proj_bias", &[18]),
            ("visual.transformer.resblocks.0.mlp.c_proj.bias", &[6]),
            ("transformer.resblocks.2.ln_2.weight", &[4]),
            ("visual.proj", &[6, 5]),
            ("text_projection", &[4, 5]),
            ("logit_scale", &[]),
            ("logit_bias", &[]),
            ("attn_mask", &[7, 7]),
            ("input_resolution", &[]),
        ]))
        .unwrap();
        let shapes: Vec<(&str, &[usize])> = renamed.iter().map(|(n, t)| (n.as_str(), t.dims())).collect();
        let layer = "text_model.encoder.layers";
        let want: &[(&str, &[usize])] = &[
            ("logit_bias", &[]),
            ("logit_scale", &[]),
            ("text_model.embeddings.token_embedding.weight", &[9, 4]),
            (&format!("{layer}.11.self_attn.k_proj.weight"), &[4, 4]),
            (&format!("{layer}.11.self_attn.q_proj.weight"), &[4, 4]),
            (&format!("{layer}.11.self_attn.v_proj.weight"), &[4, 4]),
            (&format!("{layer}.2.layer_norm2.weight"), &[4]),
            ("text_projection.weight", &[5, 4]),
            ("vision_model.encoder.layers.0.mlp.fc2.bias", &[6]),
            ("vision_model.encoder.layers.0.self_attn.k_proj.bias", &[6]),
            ("vision_model.encoder.layers.0.self_attn.q_proj.bias", &[6]),
            ("vision_model.encoder.layers.0.self_attn.v_proj.bias", &[6]),
            ("visual_projection.weight", &[5, 6]),
        ];
        assert_eq!(shapes, want);
        let message = rename_weights(file(&[("features.0.weight", &[1])])).unwrap_err().to_string();
        assert!(message.contains("not the weights of a CLIP") && message.contains("features.0.weight"), "{message}");
    }
}
