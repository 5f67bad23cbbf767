//! What this machine makes of a picture that is always the same.

use crate::clip::FrozenClip;
use crate::data::{Transform, decode_picture};
use crate::files::sha256_hex;
use crate::rng::RngTree;
use crate::{Error, Result};
use candle_core::{DType, Tensor};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, Rgb, RgbImage};
use std::path::Path;

/// Width and height: odd, and not of one shape with any model's input.
const SIZE: (u32, u32) = (331, 257);

/// SHA-256 of the bits of the pixels and of the features. Not counted as a pass.
pub(super) fn probe(clip: &FrozenClip, transform: &Transform) -> Result<String> {
    let jpeg = jpeg()?;
    let picture = decode_picture(Path::new("the probe"), &jpeg)?;
    // The test transform draws nothing.
    let pixels = transform.apply(&picture, &mut RngTree::new(0).rng());
    let mut bits: Vec<u8> = pixels.iter().flat_map(|x| x.to_le_bytes()).collect();
    let (height, width) = transform.size();
    let pixels = Tensor::from_vec(pixels, (1, 3, height, width), clip.device())?;
    let features = clip.encode_uncounted(&pixels)?.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
    bits.extend(features.iter().flat_map(|x| x.to_le_bytes()));
    Ok(sha256_hex(&bits))
}

/// A JPEG of slopes and of pixels without any pattern.
fn jpeg() -> Result<Vec<u8>> {
    let (width, height) = SIZE;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let mixed = (x * 0x9E37 + y * 0x85EB).wrapping_mul(0x2C1B_3C6D) >> 24;
        let slope = [x * 255 / width, y * 255 / height, (x + y) * 255 / (width + height)];
        Rgb(slope.map(|s| if (x / 40 + y / 40).is_multiple_of(2) { s as u8 } else { (mixed ^ s) as u8 }))
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .write_image(picture.as_raw(), width, height, image::ExtendedColorType::Rgb8)
        .map_err(|e| Error::invalid(format!("the probe's picture: {e}")))?;
    Ok(bytes)
}
