//! Where the memory goes.

use serde::Serialize;

/// Bytes of what a run holds at a time, and of what it writes at each epoch's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// The model's weights.
    pub weights: u64,
    /// The graph of the largest text pass, within `MODEL.TEXT_MEMORY`.
    pub text_graph: u64,
    /// What that graph would be at once.
    pub text_graph_whole: u64,
    /// The graph of the largest image pass through prompts.
    pub image_graph: u64,
    /// Batches of pixels: the one in use, one that waits, one that is being made, for each stream.
    pub batches: u64,
    /// Decoded pictures that are kept, up to `DATALOADER.CACHE_MB`.
    pub cache: u64,
    /// Features of pool, validation, test and classes.
    pub features: u64,
    /// Trainable tensors.
    pub parameters: u64,
    /// Parameters with two moments each: the optimiser in memory, and about what the state's file takes.
    pub state: u64,
}

impl Bytes {
    /// What is held at the same time at worst, the program's own few dozen MiB aside.
    pub fn peak(&self) -> u64 {
        self.weights + self.text_graph + self.image_graph + self.batches + self.cache + self.features + self.state
    }
}
