//! The confusion matrix as a picture.

use super::proto::Picture;
use crate::{Error, Result};
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};

/// How wide the whole should be, and the most and least of one cell, in pixels.
const WIDTH: usize = 640;
const LARGEST: usize = 32;

/// What images of each class were taken for: `counts[true][predicted]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    /// Square.
    pub counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// Share of the images on the diagonal, in percent.
    pub(super) fn accuracy(&self) -> f64 {
        let right: u64 = self.counts.iter().enumerate().filter_map(|(n, row)| row.get(n)).sum();
        let all: u64 = self.counts.iter().flatten().sum();
        if all == 0 { f64::NAN } else { 100.0 * right as f64 / all as f64 }
    }

    /// A row of cells for each true class, a column for each predicted one. The darker a cell, the more
    /// of its row's images are in it; blue is right, red is wrong, a grey row has no image.
    pub(super) fn draw(&self) -> RgbImage {
        let classes = self.counts.len().max(1);
        let cell = (WIDTH / classes).clamp(1, LARGEST);
        let side = (classes * cell) as u32;
        // Thin lines between cells that are wide enough for some.
        let line = if cell >= 8 { 1 } else { 0 };
        RgbImage::from_fn(side, side, |x, y| {
            let (row, column) = (y as usize / cell, x as usize / cell);
            if x as usize % cell < line || y as usize % cell < line {
                return Rgb([225, 225, 225]);
            }
            let counts = self.counts.get(row).map_or(&[][..], Vec::as_slice);
            let all: u64 = counts.iter().sum();
            if all == 0 {
                return Rgb([240, 240, 240]);
            }
            let share = counts.get(column).copied().unwrap_or(0) as f64 / all as f64;
            let end = if row == column { [8.0, 48.0, 107.0] } else { [165.0, 15.0, 21.0] };
            Rgb(end.map(|end| (255.0 + (end - 255.0) * share).round() as u8))
        })
    }

    /// The drawing as a file.
    pub(super) fn picture(&self) -> Result<Picture> {
        let drawn = self.draw();
        let (width, height) = drawn.dimensions();
        let mut png = Vec::new();
        PngEncoder::new(&mut png)
            .write_image(drawn.as_raw(), width, height, ExtendedColorType::Rgb8)
            .map_err(|e| Error::invalid(format!("the confusion matrix cannot be drawn: {e}")))?;
        Ok(Picture { width, height, png })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_as_dark_as_their_share() {
        let matrix = Confusion { counts: vec![vec![4, 0, 0], vec![1, 1, 0], vec![0, 0, 0]] };
        let drawn = matrix.draw();
        assert_eq!(drawn.dimensions(), (96, 96));
        let cell = |row: u32, column: u32| drawn.get_pixel(column * 32 + 16, row * 32 + 16).0;
        assert_eq!(cell(0, 0), [8, 48, 107]);
        assert_eq!(cell(0, 1), [255; 3]);
        assert_eq!(cell(1, 0), [210, 135, 138]);
        assert_eq!(cell(1, 1), [132, 152, 181]);
        assert_eq!(cell(2, 2), [240; 3]);
        assert!((matrix.accuracy() - 500.0 / 6.0).abs() < 1e-12);
        let picture = matrix.picture().unwrap();
        let read = image::load_from_memory(&picture.png).unwrap().to_rgb8();
        assert_eq!(read, drawn);
    }

    #[test]
    fn a_thousand_classes_are_a_pixel_each_and_none_are_no_panic() {
        let counts = (0..1000).map(|n| (0..1000).map(|m| u64::from(n == m)).collect()).collect();
        let drawn = Confusion { counts }.draw();
        assert_eq!(drawn.dimensions(), (1000, 1000));
        assert_eq!((drawn.get_pixel(7, 7).0, drawn.get_pixel(7, 8).0), ([8, 48, 107], [255; 3]));
        let none = Confusion { counts: Vec::new() };
        assert!(none.accuracy().is_nan());
        none.picture().unwrap();
    }
}
