//! Mixup (Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018), as MixMatch and DivideMix use it: images
//! of both sides are mixed with each other, and each mixture stays nearer to its first image.

use candle_core::Tensor;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use rand::seq::SliceRandom;
use rand_distr::{Beta, Distribution};

/// The draws of one step.
pub(super) struct Mix {
    /// Share of the first image, one half or more.
    share: f64,
    /// The second image of each row.
    partner: Tensor,
}

impl Mix {
    /// Draws the share from Beta(`alpha`, `alpha`) and a partner for each of the rows of `like [N, ...]`.
    ///
    /// # Errors
    /// When `alpha` is not positive.
    pub(super) fn draw(alpha: f64, like: &Tensor, rng: &RngTree) -> Result<Self> {
        let beta = Beta::new(alpha, alpha).map_err(|e| Error::invalid(format!("mixup with ALPHA {alpha}: {e}")))?;
        let drawn: f64 = beta.sample(&mut rng.child("share").rng());
        let mut partner: Vec<u32> = (0..like.dim(0)? as u32).collect();
        partner.shuffle(&mut rng.child("partner").rng());
        Ok(Self { share: drawn.max(1.0 - drawn), partner: Tensor::new(partner, like.device())? })
    }

    /// Mixes rows `[N, ...]`.
    ///
    /// # Errors
    /// When a tensor operation fails.
    pub(super) fn apply(&self, rows: &Tensor) -> Result<Tensor> {
        Ok(((rows * self.share)? + (rows.index_select(&self.partner, 0)? * (1.0 - self.share))?)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn rows_stay_nearer_to_the_first_and_keep_their_sum() {
        for seed in 0..20 {
            let rows = Tensor::eye(7, candle_core::DType::F32, &Device::Cpu).unwrap();
            let mix = Mix::draw(0.3, &rows, &RngTree::new(seed)).unwrap();
            assert!((0.5..=1.0).contains(&mix.share));
            for (i, row) in mix.apply(&rows).unwrap().to_vec2::<f32>().unwrap().iter().enumerate() {
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6, "{row:?}");
                assert!(row[i] >= mix.share as f32 - 1e-6, "{row:?}");
            }
        }
        let rows = Tensor::zeros((1, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(Mix::draw(0.0, &rows, &RngTree::new(1)).is_err());
        assert!(Mix::draw(4.0, &rows, &RngTree::new(1)).is_ok());
    }
}
