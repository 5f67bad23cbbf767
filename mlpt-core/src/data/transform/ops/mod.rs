//! Operations on 8-bit RGB pictures with exactly the bytes of Pillow 12 and torchvision. None of them
//! draws anything: the parameters are arguments.

mod affine;
mod base;
mod bicubic;
mod blur;
mod enhance;
mod grayscale;
mod histogram;
mod hue;
mod lut;
mod rectangle;

pub use affine::Affine;
pub use base::Op;
pub use blur::gaussian_blur;
pub use enhance::{brightness, color, contrast, sharpness};
pub use grayscale::grayscale;
pub use histogram::{auto_contrast, equalize};
pub use hue::shift_hue;
pub use lut::{invert, posterize, solarize, solarize_add};
pub use rectangle::Rectangle;
