//! How a report of results looks to a person.

mod caption;
mod figure;
mod markdown;
mod protocol;
mod text;

pub use figure::Spread;
pub use markdown::markdown;
pub use protocol::{protocol_markdown, protocol_text};
pub use text::text;
