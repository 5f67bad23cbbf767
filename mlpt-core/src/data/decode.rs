//! From a file's bytes to a picture.

use crate::{Error, Result};
use image::{ImageError, RgbImage};
use std::path::Path;

/// The picture of a file's bytes in RGB; grey, palette and alpha pictures are converted. What kind of
/// file it is, its content says, not its name: a PNG named .jpg is a picture still. `path` is for the
/// message.
///
/// # Errors
/// When the bytes are no picture, break off, or would take more than 512 MiB of memory.
pub fn decode_picture(path: &Path, bytes: &[u8]) -> Result<RgbImage> {
    let fault = |what: &dyn std::fmt::Display| {
        // Some decoders end their messages with a line of their own.
        let what = what.to_string();
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
        Error::data(path, format!("cannot be read as an image: {what}; replace it or remove it"))
    };
    if bytes.is_empty() {
        return Err(fault(&"the file is empty"));
    }
    if breaks_off(bytes) {
        return Err(fault(&"the JPEG breaks off before its end"));
    }
    match image::load_from_memory(bytes) {
        Ok(picture) => Ok(picture.into_rgb8()),
        Err(ImageError::Limits(e)) => Err(fault(&format!("it is too large to decode ({e})"))),
        Err(e) => Err(fault(&e)),
    }
}

/// Whether no end marker follows the beginning of a JPEG's pixels. Decoders do not mind and fill
/// with grey what is missing; a training image that is half grey is worse than an error.
fn breaks_off(bytes: &[u8]) -> bool {
    const END: [u8; 2] = [0xFF, 0xD9];
    const SCAN: u8 = 0xDA;
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return false;
    }
    let mut at = 2;
    // Segment by segment, since a thumbnail within one has an end marker of its own.
    while let Some(&[0xFF, marker, high, low]) = bytes.get(at..at + 4) {
        if marker == 0xFF {
            at += 1;
            continue;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == SCAN {
            let pixels = bytes.get(at..).unwrap_or_default();
            return !pixels.windows(2).rev().any(|pair| pair == END);
        }
    }
    // No pixels at all: the decoder says what is wrong.
    false
}
