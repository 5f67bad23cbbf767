//! gaussian_noise: a normal number added to every value, in every second picture.

use super::share;
use crate::rng::Rng;
use rand_distr::{Distribution, StandardNormal};

/// The distribution of what is added, in units of the normalised values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNoise {
    /// Its mean.
    pub mean: f32,
    /// Its standard deviation.
    pub std: f32,
}

impl GaussianNoise {
    /// So many standard normal numbers, or none with probability 1/2.
    pub fn draw(self, count: usize, rng: &mut Rng) -> Option<Vec<f32>> {
        let noisy = share(rng) <= 0.5;
        noisy.then(|| StandardNormal.sample_iter(rng).take(count).collect())
    }

    /// Adds the numbers, scaled, to the values.
    pub fn apply(self, values: &mut [f32], numbers: &[f32]) {
        values.iter_mut().zip(numbers).for_each(|(value, number)| *value += number * self.std + self.mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn half_are_noisy_and_the_noise_is_normal() {
        let noise = GaussianNoise { mean: 0.5, std: 0.2 };
        let drawn: Vec<Vec<f32>> = (0..200).filter_map(|i| noise.draw(50, &mut RngTree::new(0).at(i).rng())).collect();
        assert!((70..130).contains(&drawn.len()));
        let mut values = vec![1.0; 50 * drawn.len()];
        noise.apply(&mut values, &drawn.concat());
        let n = values.len() as f32;
        let mean = values.iter().sum::<f32>() / n;
        let std = (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt();
        assert!((mean - 1.5).abs() < 0.02 && (std - 0.2).abs() < 0.01, "{mean} {std}");
    }
}
