//! How much a text pass is: tokens, the bytes that its graph holds, floating-point operations.

use super::batch::TextBatch;
use super::layout::folds;
use crate::Result;
use crate::clip::config::TextConfig;

/// The shape of a [`TextBatch`], which alone decides what its pass costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextSize {
    /// `G`, the number of prefixes.
    pub groups: usize,
    /// `P`, tokens of each prefix.
    pub prefix: usize,
    /// `R`, the number of texts.
    pub rows: usize,
    /// Suffix tokens of all rows together.
    pub tokens: usize,
    /// Tokens of the longest suffix.
    pub longest: usize,
    /// Whether rows and groups are in no common order, so that attention keeps a copy of the prefix for each row.
    pub scattered: bool,
    /// Layers in which deep prompts take the context's place.
    pub deep: usize,
}

impl TextSize {
    /// The size of `batch`, which the tower has found to fit together.
    ///
    /// # Errors
    /// When its prefixes have another rank than three.
    pub fn of(batch: &TextBatch) -> Result<Self> {
        let (groups, prefix, _) = batch.prefixes.dims3()?;
        let lens = || batch.rows.iter().filter_map(|&(_, suffix)| batch.suffix_lens.get(suffix).copied());
        Ok(Self {
            groups,
            prefix,
            rows: batch.rows.len(),
            tokens: lens().sum(),
            longest: lens().max().unwrap_or(0),
            scattered: !folds(&batch.rows, groups),
            deep: batch.deep.iter().flatten().count(),
        })
    }

    /// Tokens that go through the tower's linear layers.
    pub fn all_tokens(&self) -> usize {
        self.groups * self.prefix + self.tokens
    }

    /// Numbers that one layer's attention keeps for its backward pass.
    fn attention(&self, heads: u64, width: u64) -> u64 {
        let [groups, prefix, rows, longest] = [self.groups, self.prefix, self.rows, self.longest].map(|n| n as u64);
        // Queries, keys, values and output of the prefix, its weights; the same of the padded suffixes, but for the output.
        let shared = groups * prefix * (4 * width + heads * prefix);
        let own = rows * longest * (3 * width + heads * (prefix + longest));
        shared + own + if self.scattered { 2 * rows * prefix * width } else { 0 }
    }

    /// Bytes that a forward pass with a graph holds until its backward pass, where a number takes `each` bytes: what the
    /// operations of each layer keep (`10 D + 2 I` a token in the linear layers, norms and sums, and what attention keeps).
    pub fn graph_bytes(&self, config: &TextConfig, each: usize) -> u64 {
        let (width, inner) = (config.hidden_size as u64, config.intermediate_size as u64);
        let (layers, heads) = (config.num_hidden_layers as u64, config.num_attention_heads as u64);
        let (tokens, rows) = (self.all_tokens() as u64, self.rows as u64);
        let attention = self.attention(heads, width);
        let whole = tokens * (10 * width + 2 * inner) + attention;
        // Behind the last attention only the end tokens are left.
        let last = tokens * 5 * width + attention + rows * (6 * width + 2 * inner);
        let input = (2 + self.deep as u64) * tokens * width;
        (input + layers.saturating_sub(1) * whole + last) * each as u64
    }

    /// Floating-point operations of linear layers and of attention in a forward pass; a product of sums counts twice.
    fn operations(&self, config: &TextConfig, features: usize) -> (f64, f64) {
        let (width, inner, layers) =
            (config.hidden_size as f64, config.intermediate_size as f64, config.num_hidden_layers as f64);
        let (tokens, rows) = (self.all_tokens() as f64, self.rows as f64);
        let joint = 6.0 * width * width;
        let rest = 2.0 * width * width + 4.0 * width * inner;
        let linear = layers * tokens * joint
            + ((layers - 1.0).max(0.0) * tokens + rows) * rest
            + rows * 2.0 * width * features as f64;
        let prefix = (self.groups * self.prefix * self.prefix) as f64;
        let own = (self.rows * self.longest * (self.prefix + self.longest)) as f64;
        (linear, layers * 4.0 * width * (prefix + own))
    }

    /// Floating-point operations of the forward pass to features of width `features`.
    pub fn forward_flop(&self, config: &TextConfig, features: usize) -> f64 {
        let (linear, attention) = self.operations(config, features);
        linear + attention
    }

    /// The same of the backward pass to the tokens: weights get no gradient, so a linear layer costs what it cost forward.
    pub fn backward_flop(&self, config: &TextConfig, features: usize) -> f64 {
        let (linear, attention) = self.operations(config, features);
        linear + 2.0 * attention
    }
}
