//! A report as one HTML file: what its sections hold, and how they are drawn.

mod chart;
mod many;
mod number;
mod one;
mod page;
mod pictures;

pub(crate) use many::{Folder, many};
pub(crate) use one::{Wanted, one};
pub(crate) use page::Page;
pub(crate) use pictures::Pictures;
