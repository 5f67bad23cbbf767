//! Pictures from nothing: outlines, colours, textures, two styles of drawing, captions.
//!
//! The [flat](CaptionedPictures) style, with captions, is what the built-in model learns from; the
//! [chalk](ChalkStyle) style makes the data set `Pictograms`, so that a transfer from one to the other is a
//! real one. Everything hangs on an [`RngTree`](mlpt_core::rng::RngTree); there are no fonts and no files.

mod affine;
mod canvas;
mod caption;
mod captioned;
mod catalog;
mod chalk;
mod colour;
mod flat;
mod path;
mod pixels;
mod scene;
mod source;
mod texture;
mod wobble;

pub use captioned::{Captioned, CaptionedPictures, Frame};
pub use catalog::{Catalog, Concept, Ink, Part};
pub use chalk::ChalkStyle;
pub use colour::{COLOURS, Colour, Rgb};
pub use path::{Point, Polyline};
pub use scene::{Backdrop, Layout, Place, Scene, Size, Thing};
pub use texture::Texture;
