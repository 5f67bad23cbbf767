//! Resampling of 8-bit RGB with exactly Pillow's bytes: antialiased, first along the rows, then along
//! the columns, with fixed-point weights, rounded to 8 bits in between. That is the order of every
//! Pillow up to 12, with which the published results were made; Pillow 13 turns it around where a
//! picture gets wider and lower, which moves last bits.

use super::Window;
use super::kernels::{PRECISION_BITS, Resample};
use image::RgbImage;
use pulp::Arch;

/// How pixels between pixels are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The pixel under the new pixel's middle.
    Nearest,
    /// A triangle.
    Bilinear,
    /// Keys' cubic with a = -0.5.
    Bicubic,
}

impl Filter {
    /// The names that [`Filter::by_name`] knows.
    pub const NAMES: [&str; 3] = ["nearest", "bilinear", "bicubic"];

    /// The filter called `name`.
    pub fn by_name(name: &str) -> Option<Self> {
        let all = [Filter::Nearest, Filter::Bilinear, Filter::Bicubic];
        Self::NAMES.iter().position(|n| n.eq_ignore_ascii_case(name)).map(|i| all[i])
    }

    /// Distance from the middle, in pixels, beyond which the weight is zero.
    fn support(self) -> f64 {
        match self {
            Filter::Nearest => 0.5,
            Filter::Bilinear => 1.0,
            Filter::Bicubic => 2.0,
        }
    }

    fn weight(self, x: f64) -> f64 {
        const A: f64 = -0.5;
        let x = x.abs();
        match self {
            Filter::Bilinear if x < 1.0 => 1.0 - x,
            Filter::Bicubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
            Filter::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
            _ => 0.0,
        }
    }
}

/// Cuts `part` out of `image`, resizes it to `size` (width, height), and returns the window `keep`
/// of the result; pixels outside `part` have no influence, and nothing outside `keep` is computed.
pub fn resize(image: &RgbImage, part: Window, size: (usize, usize), keep: Window, filter: Filter) -> RgbImage {
    let pixels = if filter == Filter::Nearest {
        nearest(image, part, size, keep)
    } else {
        let columns = Taps::new(part.width, size.0, keep.left, keep.width, filter);
        let rows = Taps::new(part.height, size.1, keep.top, keep.height, filter);
        let (first, last) = rows.reach();
        Arch::new().dispatch(Resample { image, part, band: (first, last), columns: &columns, rows: &rows })
    };
    // The length is width x height x 3 by construction.
    RgbImage::from_raw(keep.width as u32, keep.height as u32, pixels).unwrap_or_default()
}

/// For each output position: the first input position, and the weights from there on.
pub(super) struct Taps {
    spans: Vec<(usize, usize)>,
    weights: Vec<i32>,
    stride: usize,
}

impl Taps {
    fn new(input: usize, output: usize, from: usize, count: usize, filter: Filter) -> Self {
        let scale = input as f64 / output as f64;
        // Shrinking widens the filter, so that every input pixel counts.
        let widening = scale.max(1.0);
        let support = filter.support() * widening;
        let stride = support.ceil() as usize * 2 + 1;
        let mut spans = Vec::with_capacity(count);
        let mut weights = vec![0; count * stride];
        let mut exact = vec![0.0; stride];
        for (slot, position) in (from..from + count).enumerate() {
            let center = (position as f64 + 0.5) * scale;
            let first = (center - support + 0.5).max(0.0) as usize;
            let length = ((center + support + 0.5) as usize).min(input) - first;
            let mut sum = 0.0;
            for (i, w) in exact[..length].iter_mut().enumerate() {
                *w = filter.weight(((i + first) as f64 - center + 0.5) * (1.0 / widening));
                sum += *w;
            }
            for (w, exact) in weights[slot * stride..].iter_mut().zip(&exact[..length]) {
                let exact = if sum == 0.0 { *exact } else { exact / sum };
                let fixed = exact * f64::from(1 << PRECISION_BITS);
                *w = (fixed + if exact < 0.0 { -0.5 } else { 0.5 }) as i32;
            }
            spans.push((first, length));
        }
        Self { spans, weights, stride }
    }

    /// Number of output positions.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[i32])> {
        self.spans.iter().zip(self.weights.chunks_exact(self.stride)).map(|(&(first, n), w)| (first, &w[..n]))
    }

    /// The input positions that are looked at: first, and one past the last.
    fn reach(&self) -> (usize, usize) {
        let first = self.spans.first().map_or(0, |s| s.0);
        (first, self.spans.last().map_or(first, |s| s.0 + s.1))
    }
}

fn nearest(image: &RgbImage, part: Window, size: (usize, usize), keep: Window) -> Vec<u8> {
    // Pillow adds the step up rather than multiplying, and the sum's rounding decides ties.
    let positions = |input: usize, output: usize, from: usize, count: usize| -> Vec<usize> {
        let step = input as f64 / output as f64;
        let walk = std::iter::successors(Some(step * 0.5), |x| Some(x + step));
        walk.skip(from).take(count).map(|x| (x as usize).min(input - 1)).collect()
    };
    let columns = positions(part.width, size.0, keep.left, keep.width);
    let rows = positions(part.height, size.1, keep.top, keep.height);
    let mut out = Vec::with_capacity(keep.width * keep.height * 3);
    for y in rows {
        for &x in &columns {
            out.extend(image.get_pixel((part.left + x) as u32, (part.top + y) as u32).0);
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde::Deserialize;

    /// See `tests/golden/resize.py`. Bytes are in hexadecimal.
    #[derive(Deserialize)]
    struct Case {
        image: String,
        width: usize,
        height: usize,
        part: [usize; 4],
        size: [usize; 2],
        keep: [usize; 4],
        filter: String,
        result: String,
    }

    fn window([left, top, width, height]: [usize; 4]) -> Window {
        Window { left, top, width, height }
    }

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    }

    #[test]
    fn bytes_are_pillows() {
        let golden = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/resize.json"));
        let cases: Vec<Case> = serde_json::from_str(golden).unwrap();
        assert!(cases.len() > 30);
        for c in cases {
            let image = RgbImage::from_raw(c.width as u32, c.height as u32, bytes(&c.image)).unwrap();
            let filter = Filter::by_name(&c.filter).unwrap();
            let got = resize(&image, window(c.part), (c.size[0], c.size[1]), window(c.keep), filter);
            let name = format!("{}x{} {:?} -> {:?} {}", c.width, c.height, c.part, c.size, c.filter);
            assert_eq!((got.width() as usize, got.height() as usize), (c.keep[2], c.keep[3]), "{name}");
            let differ = got.as_raw().iter().zip(bytes(&c.result)).filter(|(a, b)| **a != *b).count();
            assert_eq!(differ, 0, "bytes that differ: {name}");
        }
    }
}
