//! The text tower, built for prompts: what prompts share in front is computed once, and nothing
//! behind the end of a text is computed at all.

mod attention;
mod batch;
mod layout;
mod tower;

pub use batch::TextBatch;
pub use tower::TextTower;
