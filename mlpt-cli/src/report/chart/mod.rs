//! Charts as SVG.

mod heat;
mod histogram;
mod lines;
mod palette;
mod svg;

pub(super) use heat::heat;
pub(super) use histogram::histogram;
pub(super) use lines::{Line, LineChart};
pub(super) use palette::Palette;
