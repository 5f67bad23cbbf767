//! instance_norm: every channel of a picture to mean 0 and deviation 1.

/// Subtracts from every plane of `pixels` values its mean, and divides by its standard deviation (with
/// n - 1 below the line) plus 1e-8. Sums are in double precision.
pub fn instance_norm(planes: &mut [f32], pixels: usize) {
    for plane in planes.chunks_exact_mut(pixels.max(1)) {
        let count = plane.len() as f64;
        let mean = plane.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
        let squares: f64 = plane.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum();
        let (mean, std) = (mean as f32, (squares / (count - 1.0)).sqrt() as f32 + 1e-8);
        plane.iter_mut().for_each(|x| *x = (*x - mean) / std);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_normalised_one_by_one_and_flat_ones_become_zero() {
        let mut planes = [1.0, 2.0, 3.0, 5.0, 5.0, 5.0];
        instance_norm(&mut planes, 3);
        assert_eq!(planes, [-1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
    }
}
