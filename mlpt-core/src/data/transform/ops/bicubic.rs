//! One pixel between the pixels, by Pillow's cubic of transforms: a = -1, the result cut off rather than
//! rounded. (The cubic of its resize is another, with a = -0.5.)

use image::RgbImage;

/// The colour at (`x`, `y`), counted from the corner of the corner pixel; none outside the picture. What
/// the cubic needs beyond the edge is the pixel at the edge.
pub(super) fn pixel(image: &RgbImage, x: f64, y: f64) -> Option<[u8; 3]> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    if !(x >= 0.0 && x < width as f64 && y >= 0.0 && y < height as f64) {
        return None;
    }
    let (left, dx) = split(x - 0.5);
    let (top, dy) = split(y - 0.5);
    let at = |first: i64, length: usize| -> [usize; 4] {
        std::array::from_fn(|i| (first - 1 + i as i64).clamp(0, length as i64 - 1) as usize)
    };
    let (columns, rows) = (at(left, width), at(top, height));
    let bytes = image.as_raw();
    Some(std::array::from_fn(|channel| {
        let along =
            rows.map(|row| cubic(columns.map(|column| f64::from(bytes[(row * width + column) * 3 + channel])), dx));
        // Cuts the fraction off, and stops at 0 and 255.
        cubic(along, dy) as u8
    }))
}

/// The whole number below, and what is left.
fn split(x: f64) -> (i64, f64) {
    let whole = x.floor();
    (whole as i64, x - whole)
}

/// Between the second and the third of four values in a row.
fn cubic([v1, v2, v3, v4]: [f64; 4], d: f64) -> f64 {
    let slope = -v1 + v3;
    let bend = 2.0 * (v1 - v2) + v3 - v4;
    let twist = -v1 + v2 - v3 + v4;
    v2 + d * (slope + d * (bend + d * twist))
}
