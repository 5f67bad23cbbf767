//! What holds for every schedule.
#![allow(clippy::unwrap_used)]

use super::{OptimConfig, Schedule};
use proptest::prelude::*;

fn settings() -> impl Strategy<Value = OptimConfig> {
    let names = prop::sample::select(vec!["single_step", "multi_step", "cosine"]);
    let warmups = prop::sample::select(vec!["linear", "constant"]);
    let epochs = (1_usize..120, -1_i64..12, prop::collection::vec(1_i64..120, 1..4));
    (names, warmups, epochs, 1e-8..1e3_f64, 0.01..=1.0_f64, 0.0..1e3_f64, any::<bool>()).prop_map(
        |(name, warmup, (max_epoch, warmup_epoch, stepsize), lr, gamma, first, recount)| OptimConfig {
            lr_scheduler: name.to_owned(),
            warmup_type: warmup.to_owned(),
            max_epoch,
            warmup_epoch,
            stepsize,
            lr,
            gamma,
            warmup_cons_lr: first,
            warmup_min_lr: first,
            warmup_recount: recount,
            ..OptimConfig::default()
        },
    )
}

proptest! {
    /// Finite, never below zero, never above what the settings name.
    #[test]
    fn rates_stay_within_bounds(config in settings(), beyond in 0_usize..200) {
        let schedule = Schedule::new(&config).unwrap();
        let highest = config.lr.max(config.warmup_cons_lr);
        for epoch in 0..=config.max_epoch + beyond {
            let lr = schedule.lr(epoch);
            prop_assert!(lr.is_finite() && (0.0..=highest).contains(&lr), "epoch {epoch}: {lr}");
        }
    }

    /// After the warm-up nothing rises within the run, and a decay starts at the full rate.
    #[test]
    fn rates_fall_after_the_warm_up(config in settings()) {
        let schedule = Schedule::new(&config).unwrap();
        let warmup = usize::try_from(config.warmup_epoch).unwrap_or(0);
        for epoch in warmup + 1..config.max_epoch {
            prop_assert!(schedule.lr(epoch + 1) <= schedule.lr(epoch) * (1.0 + 1e-12), "epoch {epoch}");
        }
        if config.warmup_recount && config.lr_scheduler != "multi_step" {
            prop_assert_eq!(schedule.lr(warmup + 1), config.lr);
        }
    }
}
