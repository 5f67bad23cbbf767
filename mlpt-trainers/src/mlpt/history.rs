//! The pool's losses over several epochs: their mean tells wrong labels with less noise (Arazo et al. 2019 and Li et
//! al. 2020 average over the last five epochs where half of the labels and more are wrong).

use candle_core::{DType, Device, Tensor};
use mlpt_core::{Error, Result};

/// The scaled losses of one learner's last epochs.
#[derive(Clone, Debug)]
pub(super) struct History {
    epochs: usize,
    /// Oldest first `[K, N]`, f64; each row scaled to 0..1.
    past: Option<Tensor>,
}

impl History {
    /// The mean will be over at most `epochs` epochs; with one it is that epoch's losses as they are.
    pub(super) fn new(epochs: usize) -> Self {
        Self { epochs, past: None }
    }

    /// Takes in an epoch's losses, by pool index, and gives what the selector should see.
    ///
    /// # Errors
    /// When their number changes.
    pub(super) fn average(&mut self, losses: Vec<f64>) -> Result<Vec<f64>> {
        if self.epochs <= 1 || losses.is_empty() {
            return Ok(losses);
        }
        let (low, high) = losses.iter().fold((f64::MAX, f64::MIN), |(l, h), &x| (l.min(x), h.max(x)));
        let width = if high > low { high - low } else { 1.0 };
        let scaled: Vec<f64> = losses.iter().map(|x| (x - low) / width).collect();
        let mut past = Tensor::from_vec(scaled, (1, losses.len()), &Device::Cpu)?;
        if let Some(earlier) = &self.past {
            let kept = earlier.dim(0)?.min(self.epochs - 1);
            past = Tensor::cat(&[&earlier.narrow(0, earlier.dim(0)? - kept, kept)?, &past], 0)?;
        }
        let mean = past.mean(0)?.to_vec1()?;
        self.past = Some(past);
        Ok(mean)
    }

    /// What a resume needs, `[K, N]`; none where there is nothing.
    pub(super) fn saved(&self) -> Option<Tensor> {
        self.past.clone()
    }

    /// Puts back what [`History::saved`] gave.
    ///
    /// # Errors
    /// When the tensor is of another kind.
    pub(super) fn load(&mut self, saved: Option<&Tensor>) -> Result<()> {
        if let Some(saved) = saved.filter(|saved| saved.rank() != 2 || saved.dtype() != DType::F64) {
            return Err(Error::invalid(format!("the losses of past epochs have shape {:?}", saved.shape())));
        }
        self.past = saved.cloned();
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn means_of_scaled_losses_over_the_last_epochs() {
        let mut one = History::new(1);
        assert_eq!(one.average(vec![3.0, 7.0]).unwrap(), [3.0, 7.0]);
        assert!(one.saved().is_none());

        let mut two = History::new(2);
        assert_eq!(two.average(vec![2.0, 4.0, 6.0]).unwrap(), [0.0, 0.5, 1.0]);
        assert_eq!(two.average(vec![10.0, 10.0, 0.0]).unwrap(), [0.5, 0.75, 0.5]);
        let mut again = History::new(2);
        again.load(two.saved().as_ref()).unwrap();
        // Equal losses scale to zero; the first epoch is forgotten.
        for history in [&mut two, &mut again] {
            assert_eq!(history.average(vec![5.0; 3]).unwrap(), [0.5, 0.5, 0.0]);
        }
        again.load(None).unwrap();
        assert_eq!(again.average(vec![1.0, 2.0]).unwrap(), [0.0, 1.0]);
    }
}
