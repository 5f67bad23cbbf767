//! How a report of results looks to a person.

mod caption;
mod figure;
mod grid;
mod latex;
mod markdown;
mod protocol;
mod reference;
mod text;

pub use figure::Spread;
pub(crate) use grid::grids;
pub use latex::latex;
pub use markdown::markdown;
pub use protocol::{protocol_latex, protocol_markdown, protocol_text};
pub use reference::{reference_latex, reference_markdown, reference_text};
pub use text::text;
