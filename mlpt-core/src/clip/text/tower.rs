//! The text tower.

use super::attention::prefix_attention;
use super::batch::TextBatch;
use super::layout::{Layout, check, check_deep};
use super::parts::text_parts;
use crate::clip::block::{Block, BlockConfig};
use crate::clip::config::{ClipConfig, TextConfig};
use crate::clip::weights::{Init, Weights};
use crate::tensor::{LayerNorm, Linear, Weight, add_repeated, self_attention};
use crate::{Error, Result};
use candle_core::{DType, Tensor};
use std::ops::Range;
use std::sync::Arc;

/// Token embeddings, causal blocks; the feature is read at the end token.
#[derive(Clone, Debug)]
pub struct TextTower {
    config: TextConfig,
    tokens: Weight,
    positions: Weight,
    blocks: Vec<Block>,
    norm: LayerNorm,
    projection: Linear,
    dtype: DType,
}

impl TextTower {
    /// The tower of `config` with weights named as Hugging Face names them.
    ///
    /// # Errors
    /// When a tensor operation fails; what is wrong with the weights is for [`Weights::finish`].
    pub fn new(weights: &mut Weights, config: &ClipConfig, dtype: DType) -> Result<Self> {
        let t = &config.text_config;
        let (width, name) = (t.hidden_size, "text_model");
        let tokens = weights.get(
            &format!("{name}.embeddings.token_embedding.weight"),
            &[t.vocab_size, width],
            Init::Normal(0.02),
        )?;
        let positions = weights.get(
            &format!("{name}.embeddings.position_embedding.weight"),
            &[t.max_position_embeddings, width],
            Init::Normal(0.01),
        )?;
        let block = BlockConfig {
            width,
            inner: t.intermediate_size,
            layers: t.num_hidden_layers,
            activation: t.hidden_act,
            eps: t.layer_norm_eps,
        };
        Ok(Self {
            config: t.clone(),
            tokens,
            positions,
            blocks: Block::stack(weights, name, block)?,
            norm: weights.norm(&format!("{name}.final_layer_norm"), width, t.layer_norm_eps)?,
            projection: weights.projection(
                "text_projection",
                config.projection_dim,
                width,
                (width as f64).powf(-0.5),
            )?,
            dtype,
        })
    }

    /// Number of blocks, the length of a full [`TextBatch::deep`].
    pub fn layers(&self) -> usize {
        self.blocks.len()
    }

    /// Whether the parts of `batch` fit together and its texts into the tower.
    ///
    /// # Errors
    /// When they do not.
    pub(super) fn check(&self, batch: &TextBatch) -> Result<()> {
        check(batch, self.config.max_position_embeddings)
    }

    /// The rows of `batch` in parts, so that each takes at most `budget` bytes; see [`text_parts`]. Without anything that
    /// tracks there is no graph, and one layer's share of it is all that is held at a time.
    ///
    /// # Errors
    /// When the batch's prefixes have another rank than three.
    pub fn parts(&self, batch: &TextBatch, budget: u64) -> Result<Vec<Range<usize>>> {
        let all = [&batch.prefixes, &batch.suffixes].into_iter().chain(batch.deep.iter().flatten());
        let layers = if all.into_iter().any(Tensor::track_op) { 1 } else { self.layers() as u64 };
        text_parts(&self.config, batch, budget.saturating_mul(layers), self.dtype.size_in_bytes())
    }

    /// Token embeddings `[L, D]` in f32, without positions.
    ///
    /// # Errors
    /// When an id is outside the vocabulary.
    pub fn embed(&self, ids: &[u32]) -> Result<Tensor> {
        if let Some(id) = ids.iter().find(|&&id| id as usize >= self.config.vocab_size) {
            return Err(Error::invalid(format!(
                "token id {id} is outside the vocabulary of {}: tokenizer.json belongs to another model",
                self.config.vocab_size
            )));
        }
        let table = self.tokens.tensor();
        let ids = Tensor::new(ids, table.device())?;
        Ok(table.index_select(&ids, 0)?.to_dtype(DType::F32)?)
    }

    /// A batch of whole texts, given as ids with start and end: what all of them begin with is shared.
    ///
    /// # Errors
    /// When there is no text, one is shorter than start and end, or an id is outside the vocabulary.
    pub fn batch(&self, texts: &[Vec<u32>]) -> Result<TextBatch> {
        let Some(first) = texts.first() else { return Err(Error::invalid("no text to encode")) };
        if texts.iter().any(|t| t.len() < 2) {
            return Err(Error::invalid("a text to encode has no start or no end token"));
        }
        // At least the end token stays in each suffix.
        let common = |t: &Vec<u32>| first.iter().zip(t).take_while(|(a, b)| a == b).count().min(t.len() - 1);
        let prefix = texts.iter().map(common).min().unwrap_or(0);
        if prefix == 0 {
            return Err(Error::invalid("texts to encode do not begin with the same start token"));
        }
        let rest: Vec<u32> = texts.iter().flat_map(|t| &t[prefix..]).copied().collect();
        Ok(TextBatch {
            prefixes: self.embed(&first[..prefix])?.unsqueeze(0)?,
            suffixes: self.embed(&rest)?,
            suffix_lens: texts.iter().map(|t| t.len() - prefix).collect(),
            rows: (0..texts.len()).map(|i| (0, i)).collect(),
            deep: Vec::new(),
        })
    }

    /// Features `[R, E]` in f32, not normalised, with a graph to whatever tracks.
    ///
    /// # Errors
    /// When the batch's parts do not fit together, or a text is too long.
    pub fn forward(&self, batch: &TextBatch) -> Result<Tensor> {
        self.read(&self.ends(batch, None)?)
    }

    /// The same at every depth, `[L + 1, R, E]`: of the end tokens as they enter the first of `L` blocks, positions
    /// added, and as they leave each, all through the last norm and the projection.
    ///
    /// # Errors
    /// As there.
    pub fn forward_layers(&self, batch: &TextBatch) -> Result<Tensor> {
        let mut states = Vec::with_capacity(self.blocks.len() + 1);
        let last = self.ends(batch, Some(&mut states))?;
        states.push(last);
        let features = self.read(&Tensor::cat(&states, 0)?)?;
        let width = features.dim(1)?;
        Ok(features.reshape((states.len(), batch.rows.len(), width))?)
    }

    /// The end tokens `[R, D]` as they leave the last block; `before` takes them as they were before, from the input on.
    fn ends(&self, batch: &TextBatch, mut before: Option<&mut Vec<Tensor>>) -> Result<Tensor> {
        let layout = Arc::new(Layout::new(batch, self.config.max_position_embeddings)?);
        let (width, heads) = (self.config.hidden_size, self.config.num_attention_heads);
        let head = layout.groups * layout.prefix;
        let positions = self.positions.tensor();

        let prefixes = batch.prefixes.to_dtype(self.dtype)?;
        let prefixes = add_repeated(&prefixes, &positions.narrow(0, 0, layout.prefix)?)?;
        let suffixes = batch.suffixes.to_dtype(self.dtype)?;
        let suffixes = match &layout.source {
            Some(source) => suffixes.index_select(source, 0)?,
            None => suffixes,
        };
        let suffixes = (suffixes + positions.index_select(&layout.positions, 0)?)?;
        let mut x = Tensor::cat(&[&prefixes.reshape((head, width))?, &suffixes], 0)?;

        for (i, block) in self.blocks.iter().enumerate() {
            if let Some(before) = &mut before {
                before.push(x.index_select(&layout.packed_ends, 0)?);
            }
            if let Some(deep) = batch.deep.get(i).and_then(Option::as_ref) {
                x = replace(&x, &deep.to_dtype(self.dtype)?, layout.groups, layout.prefix)?;
            }
            let last = i + 1 == self.blocks.len();
            x = block.forward(&x, last.then_some(&layout.packed_ends), |qkv| {
                let y = prefix_attention(qkv, &layout, heads, !last)?;
                Ok(if last { y.index_select(&layout.ends, 0)? } else { y })
            })?;
        }
        Ok(x)
    }

    /// The same from whole sequences `[C, T, D]` of token embeddings, the feature of row `c` read
    /// at position `ends[c]`: the textbook path, kept as the oracle for [`TextTower::forward`].
    /// `deep` is as in [`TextBatch`], with one group per row.
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn forward_plain(&self, embeddings: &Tensor, ends: &[usize], deep: &[Option<Tensor>]) -> Result<Tensor> {
        let (count, length, width) = embeddings.dims3()?;
        if length > self.config.max_position_embeddings || ends.len() != count || ends.iter().any(|&e| e >= length) {
            return Err(Error::invalid(format!("{count} texts of {length} tokens with {} ends", ends.len())));
        }
        let x = add_repeated(&embeddings.to_dtype(self.dtype)?, &self.positions.tensor().narrow(0, 0, length)?)?;
        let mut x = x.reshape((count * length, width))?;
        for (i, block) in self.blocks.iter().enumerate() {
            if let Some(deep) = deep.get(i).and_then(Option::as_ref) {
                x = replace(&x, &deep.to_dtype(self.dtype)?, count, length)?;
            }
            x = block.forward(&x, None, |qkv| self_attention(qkv, count, self.config.num_attention_heads, true))?;
        }
        let rows: Vec<u32> = ends.iter().enumerate().map(|(c, end)| (c * length + end) as u32).collect();
        self.read(&x.index_select(&Tensor::from_vec(rows, count, embeddings.device())?, 0)?)
    }

    fn read(&self, x: &Tensor) -> Result<Tensor> {
        Ok(self.projection.forward(&self.norm.forward(x)?)?.to_dtype(DType::F32)?)
    }
}

/// Replaces positions `1..1 + M` of the first `groups` sequences of `length` in packed rows `x`.
fn replace(x: &Tensor, deep: &Tensor, groups: usize, length: usize) -> Result<Tensor> {
    check_deep(deep, groups, length)?;
    let (_, count, width) = deep.dims3()?;
    let head = groups * length;
    let prefix = x.narrow(0, 0, head)?.reshape((groups, length, width))?;
    let after = length - 1 - count;
    let mut parts = vec![prefix.narrow(1, 0, 1)?, deep.clone()];
    if after > 0 {
        parts.push(prefix.narrow(1, 1 + count, after)?);
    }
    let prefix = Tensor::cat(&parts, 1)?.reshape((head, width))?;
    let rest = x.dim(0)? - head;
    Ok(if rest == 0 { prefix } else { Tensor::cat(&[&prefix, &x.narrow(0, head, rest)?], 0)? })
}
