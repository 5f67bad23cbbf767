//! How a report of results looks to a person.

mod caption;
mod figure;
mod markdown;
mod text;

pub use figure::Spread;
pub use markdown::markdown;
pub use text::text;
