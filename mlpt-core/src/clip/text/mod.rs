//! The text tower, built for prompts: what prompts share in front is computed once, and nothing
//! behind the end of a text is computed at all. Many texts run in parts, so that the memory stays bounded.

mod attention;
mod batch;
mod chunked;
mod layout;
mod parts;
mod size;
mod tower;

pub use batch::TextBatch;
pub(super) use chunked::{Depth, encode};
pub use parts::text_parts;
pub use size::TextSize;
pub use tower::TextTower;
