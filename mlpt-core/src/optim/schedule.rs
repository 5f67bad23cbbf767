//! Learning rates as pure functions of the epoch, so that a resumed run needs no counter.

use super::OptimConfig;
use super::config::unknown;
use crate::{Error, Result};
use std::f64::consts::PI;

/// The schedule after the warm-up, in `t` = epochs since its start.
#[derive(Clone, Debug, PartialEq)]
enum Base {
    /// `LR * gamma^floor(t / period)`.
    SingleStep { period: usize, gamma: f64 },
    /// `LR * gamma^(number of milestones <= t)`.
    MultiStep { milestones: Vec<usize>, gamma: f64 },
    /// `LR * (1 + cos(pi t / period)) / 2` (Loshchilov & Hutter 2017, one cycle, minimum 0).
    Cosine { period: usize },
}

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Warmup {
    /// One rate in all its epochs.
    Constant { lr: f64 },
    /// `first` in epoch 1, then `LR * (e - 1) / W`.
    Linear { first: f64 },
}

/// The learning rate of each epoch.
///
/// In Dassl's terms: the warm-up covers epochs 1 to `W = WARMUP_EPOCH`. With `WARMUP_RECOUNT` the
/// schedule starts afterwards: epoch `W + 1` has `t = 0` and the full rate. Without it the schedule
/// has been running since epoch 1, so `t = e - 1` in its closed form. (PyTorch's recursive forms,
/// started at `W` without computing the rate anew, give a larger cosine there; that is an accident
/// of the recursion and is not reproduced.) The cosine's period is `MAX_EPOCH`, not
/// `MAX_EPOCH - W`, so the last epoch's rate is not 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    lr: f64,
    base: Base,
    warmup: Option<(usize, Warmup)>,
    recount: bool,
}

impl Schedule {
    /// The schedule that the settings ask for.
    ///
    /// # Errors
    /// All faults at once: an unknown schedule or warm-up, milestones that never come, numbers out
    /// of range. Each names its key.
    pub fn new(config: &OptimConfig) -> Result<Self> {
        let mut faults = Vec::new();
        config.check_numbers(&mut faults);
        let gamma = config.gamma;
        let base = match config.lr_scheduler.to_ascii_lowercase().as_str() {
            "single_step" => {
                let last = config.stepsize.last().copied().and_then(positive);
                Base::SingleStep { period: last.unwrap_or(config.max_epoch).max(1), gamma }
            }
            "multi_step" => {
                let milestones: Vec<usize> = config.stepsize.iter().copied().filter_map(positive).collect();
                if milestones.is_empty() || milestones.len() < config.stepsize.len() {
                    faults.push(format!(
                        "OPTIM.STEPSIZE is {:?}: multi_step asks for a list of epochs, all greater than 0",
                        config.stepsize
                    ));
                }
                Base::MultiStep { milestones, gamma }
            }
            "cosine" => Base::Cosine { period: config.max_epoch.max(1) },
            other => {
                faults.push(unknown("LR_SCHEDULER", other, &["single_step", "multi_step", "cosine"]));
                Base::Cosine { period: 1 }
            }
        };
        let warmup = match config.warmup_type.to_ascii_lowercase().as_str() {
            "constant" => Some(Warmup::Constant { lr: config.warmup_cons_lr }),
            "linear" => Some(Warmup::Linear { first: config.warmup_min_lr }),
            other => {
                faults.push(unknown("WARMUP_TYPE", other, &["linear", "constant"]));
                None
            }
        };
        if !faults.is_empty() {
            return Err(Error::Config(faults));
        }
        let warmup = positive(config.warmup_epoch).zip(warmup);
        Ok(Self { lr: config.lr, base, warmup, recount: config.warmup_recount })
    }

    /// The learning rate during the one-based `epoch`; 0 counts as 1.
    pub fn lr(&self, epoch: usize) -> f64 {
        let epoch = epoch.max(1);
        match self.warmup {
            Some((length, Warmup::Constant { lr })) if epoch <= length => lr,
            Some((_, Warmup::Linear { first })) if epoch == 1 => first,
            Some((length, Warmup::Linear { .. })) if epoch <= length => self.lr * (epoch - 1) as f64 / length as f64,
            Some((length, _)) if self.recount => self.base(epoch - length - 1),
            _ => self.base(epoch - 1),
        }
    }

    fn base(&self, t: usize) -> f64 {
        let decayed = |gamma: f64, times: usize| self.lr * gamma.powi(i32::try_from(times).unwrap_or(i32::MAX));
        match &self.base {
            Base::SingleStep { period, gamma } => decayed(*gamma, t / period),
            Base::MultiStep { milestones, gamma } => decayed(*gamma, milestones.iter().filter(|&&m| m <= t).count()),
            Base::Cosine { period } => 0.5 * self.lr * (1.0 + (PI * t as f64 / *period as f64).cos()),
        }
    }
}

/// The number, where it is greater than 0.
fn positive(x: i64) -> Option<usize> {
    usize::try_from(x).ok().filter(|&x| x > 0)
}
