//! What the text tower is given.

use candle_core::Tensor;

/// Texts that begin alike, as token embeddings without positions (the tower adds them). Row `r` is
/// the prefix of its group, then its suffix; its feature is read at the suffix's last token.
#[derive(Clone, Debug)]
pub struct TextBatch {
    /// `[G, P, D]`: what all texts of a group begin with, the start token first; `P >= 1`. May
    /// carry a graph.
    pub prefixes: Tensor,
    /// `[S, D]`: the suffixes one after the other, each ending in the end token. May carry a graph.
    pub suffixes: Tensor,
    /// Tokens of each suffix, all at least 1; they sum to `S`.
    pub suffix_lens: Vec<usize>,
    /// `R` texts: group and suffix of each. A suffix may serve several rows.
    pub rows: Vec<(usize, usize)>,
    /// For layer `i`, `[G, M, D]` that replaces the hidden states at positions `1..1 + M` of the
    /// prefix before the layer (`M < P`). May be shorter than the number of layers. An entry for layer 0 replaces
    /// what already has its position added.
    pub deep: Vec<Option<Tensor>>,
}
