//! What a run would cost: [`estimate`] builds it, trains nothing and writes nothing.

mod asked;
mod bytes;
mod loading;

pub use asked::estimate;
