//! The two passes of resampling, compiled for the vector unit that the machine has.

use super::Window;
use super::resize::Taps;
use image::RgbImage;
use pulp::NullaryFnOnce;

/// Fraction bits of the fixed-point weights: 32 less 8 for the pixel and 2 for the sum's headroom.
pub(super) const PRECISION_BITS: u32 = 32 - 8 - 2;

/// One half, so that cutting the fraction off rounds.
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/// Bytes of a row that are summed at a time: their sums stay in registers.
const BLOCK: usize = 32;

/// A part of an image, resampled along the rows, then along the columns. Everything below `call` is
/// inlined into it, so that the dispatcher's vector instructions reach the loops.
pub(super) struct Resample<'a> {
    pub(super) image: &'a RgbImage,
    pub(super) part: Window,
    /// The part's rows that are looked at: first, and one past the last.
    pub(super) band: (usize, usize),
    pub(super) columns: &'a Taps,
    pub(super) rows: &'a Taps,
}

impl NullaryFnOnce for Resample<'_> {
    type Output = Vec<u8>;

    #[inline(always)]
    fn call(self) -> Vec<u8> {
        let band = self.along_rows();
        along_columns(&band, self.columns.len() * 3, self.band.0, self.rows)
    }
}

impl Resample<'_> {
    /// The rows of the band, resampled along the row. Pixels are widened to four whole numbers first:
    /// that is one register.
    #[inline(always)]
    fn along_rows(&self) -> Vec<u8> {
        let (part, stride) = (self.part, self.image.width() as usize * 3);
        let mut out = vec![0; (self.band.1 - self.band.0) * self.columns.len() * 3];
        let mut wide = vec![[0_i32; 4]; part.width];
        for (y, target) in (self.band.0..self.band.1).zip(out.chunks_exact_mut(self.columns.len() * 3)) {
            let start = (part.top + y) * stride + part.left * 3;
            let row = &self.image.as_raw()[start..start + part.width * 3];
            for (wide, pixel) in wide.iter_mut().zip(row.chunks_exact(3)) {
                *wide = [i32::from(pixel[0]), i32::from(pixel[1]), i32::from(pixel[2]), 0];
            }
            for ((first, weights), pixel) in self.columns.iter().zip(target.chunks_exact_mut(3)) {
                let mut sum = [HALF; 4];
                for (wide, &w) in wide[first..].iter().zip(weights) {
                    for (sum, &value) in sum.iter_mut().zip(wide) {
                        *sum += value * w;
                    }
                }
                pixel.copy_from_slice(&sum.map(to_byte)[..3]);
            }
        }
        out
    }
}

/// A band of rows of `width` bytes that starts at row `offset`, resampled along the columns.
#[inline(always)]
fn along_columns(band: &[u8], width: usize, offset: usize, rows: &Taps) -> Vec<u8> {
    let mut out = vec![0; rows.len() * width];
    for ((first, weights), target) in rows.iter().zip(out.chunks_exact_mut(width)) {
        let band = &band[(first - offset) * width..];
        let mut blocks = target.chunks_exact_mut(BLOCK);
        let mut at = 0;
        for block in &mut blocks {
            let mut sums = [HALF; BLOCK];
            for (row, &w) in band.chunks_exact(width).zip(weights) {
                for (sum, &byte) in sums.iter_mut().zip(&row[at..at + BLOCK]) {
                    *sum += i32::from(byte) * w;
                }
            }
            block.iter_mut().zip(sums).for_each(|(byte, sum)| *byte = to_byte(sum));
            at += BLOCK;
        }
        for (x, byte) in blocks.into_remainder().iter_mut().enumerate() {
            let column = band.chunks_exact(width).map(|row| i32::from(row[at + x]));
            *byte = to_byte(HALF + column.zip(weights).map(|(value, w)| value * w).sum::<i32>());
        }
    }
    out
}

#[inline(always)]
fn to_byte(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}
