//! Gaussian blur: torchvision's `gaussian_blur` of a PIL picture.

use image::RgbImage;

/// Blurs with a window of `kernel` x `kernel` pixels and the standard deviation `sigma` in pixels;
/// the picture is mirrored at its edges. A window of one pixel changes nothing. torchvision convolves with the window as a whole, here it goes
/// along the rows and then along the columns, a tenth of the work. The exact value is the same, but the two
/// sums in single precision may round a value that lies half-way to the two bytes beside it.
pub fn gaussian_blur(image: &mut RgbImage, kernel: usize, sigma: f64) {
    let (width, height) = (image.width() as usize, image.height() as usize);
    if kernel < 2 || width == 0 || height == 0 {
        return;
    }
    let weights = window(kernel, sigma as f32);
    let stride = width * 3;
    let mut along = vec![0_f32; stride * height];
    let columns = taps(width, kernel);
    for (row, out) in image.chunks_exact(stride).zip(along.chunks_exact_mut(stride)) {
        for (target, columns) in out.chunks_exact_mut(3).zip(columns.chunks_exact(kernel)) {
            for (&column, weight) in columns.iter().zip(&weights) {
                for (sum, &level) in target.iter_mut().zip(&row[column * 3..]) {
                    *sum += weight * f32::from(level);
                }
            }
        }
    }
    let mut sums = vec![0_f32; stride];
    let rows = taps(height, kernel);
    for (row, rows) in image.chunks_exact_mut(stride).zip(rows.chunks_exact(kernel)) {
        sums.fill(0.0);
        for (&from, weight) in rows.iter().zip(&weights) {
            for (sum, value) in sums.iter_mut().zip(&along[from * stride..]) {
                *sum += weight * value;
            }
        }
        row.iter_mut().zip(&sums).for_each(|(level, sum)| *level = sum.round_ties_even() as u8);
    }
}

/// The weights of the window, which add up to 1.
fn window(kernel: usize, sigma: f32) -> Vec<f32> {
    let middle = kernel as f32 / 2.0 - 0.5;
    let weight = |i: usize| (-0.5 * ((i as f32 - middle) / sigma).powi(2)).exp();
    let mut weights: Vec<f32> = (0..kernel).map(weight).collect();
    let sum: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    weights
}

/// For each of `length` positions the `kernel` positions about it, mirrored at the ends.
fn taps(length: usize, kernel: usize) -> Vec<usize> {
    let half = (kernel / 2) as i64;
    let last = length as i64 - 1;
    let mirrored = |at: i64| {
        // The edge is not repeated: ... 2 1 0 1 2 ... A single pixel is its own mirror.
        let at = at.rem_euclid((2 * last).max(1));
        if at > last { (2 * last - at).max(0) as usize } else { at as usize }
    };
    (0..length as i64).flat_map(|i| (0..kernel as i64).map(move |k| i + k - half)).map(mirrored).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_mirrored_at_the_ends() {
        assert_eq!(taps(3, 5), [2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0]);
        assert_eq!(taps(1, 3), [0; 3]);
        assert_eq!(taps(2, 7)[..7], [1, 0, 1, 0, 1, 0, 1]);
    }

    #[test]
    fn a_point_is_spread_and_flat_pictures_stay() {
        let mut flat = RgbImage::from_pixel(9, 5, image::Rgb([200, 3, 77]));
        gaussian_blur(&mut flat, 9, 1.7);
        assert!(flat.pixels().all(|p| p.0 == [200, 3, 77]));
        let mut point = RgbImage::new(9, 9);
        point.put_pixel(4, 4, image::Rgb([255; 3]));
        gaussian_blur(&mut point, 5, 1.0);
        let level = |x, y| point.get_pixel(x, y).0[0];
        assert_eq!((level(3, 4), level(4, 3), level(1, 4)), (level(5, 4), level(4, 5), 0));
        assert!(level(4, 4) > level(3, 4) && level(3, 4) > level(2, 4));
    }
}
