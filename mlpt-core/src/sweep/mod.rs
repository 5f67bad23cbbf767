//! Grids of runs: what varies, and the cells that come of it.

mod axis;
mod cells;
mod grid;
mod words;

pub use axis::{Axis, Choice};
pub use cells::{Cell, cells};
pub use grid::Grid;

#[cfg(test)]
mod tests;
