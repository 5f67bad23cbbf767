//! The `OPTIM` section, with Dassl's names and defaults.

crate::section! {
    /// How the prompts are optimised. Names and defaults are Dassl's; each trainer has defaults of
    /// its own for some of them (its published settings).
    pub struct OptimConfig {
        /// Optimiser: sgd, adam, adamw, amsgrad, rmsprop or radam.
        pub name: String = "adam".to_owned(), "NAME";
        /// Learning rate.
        pub lr: f64 = 3e-4, "LR";
        /// Weight decay: coupled (L2) for sgd, adam, amsgrad and rmsprop, decoupled for adamw and radam.
        pub weight_decay: f64 = 5e-4, "WEIGHT_DECAY";
        /// Largest Euclidean norm of a learner's gradient; a longer one is scaled down to it. 0: no limit, as published.
        pub clip_norm: f64 = 0.0, "CLIP_NORM";
        /// Momentum of sgd and rmsprop.
        pub momentum: f64 = 0.9, "MOMENTUM";
        /// Dampening of sgd's momentum (the key is Dassl's spelling).
        pub sgd_dampening: f64 = 0.0, "SGD_DAMPNING";
        /// Nesterov's momentum for sgd; asks for MOMENTUM > 0 and SGD_DAMPNING 0.
        pub sgd_nesterov: bool = false, "SGD_NESTEROV";
        /// Smoothing of rmsprop.
        pub rmsprop_alpha: f64 = 0.99, "RMSPROP_ALPHA";
        /// Decay of the first moment of adam, adamw, amsgrad and radam.
        pub adam_beta1: f64 = 0.9, "ADAM_BETA1";
        /// Decay of the second moment of adam, adamw, amsgrad and radam.
        pub adam_beta2: f64 = 0.999, "ADAM_BETA2";
        /// Schedule of the learning rate: single_step, multi_step or cosine.
        pub lr_scheduler: String = "single_step".to_owned(), "LR_SCHEDULER";
        /// Epochs: the last one is single_step's period (MAX_EPOCH where it is not positive), all are multi_step's milestones.
        pub stepsize: Vec<i64> = vec![-1], "STEPSIZE";
        /// Factor of single_step and multi_step.
        pub gamma: f64 = 0.1, "GAMMA";
        /// Number of epochs.
        pub max_epoch: usize = 10, "MAX_EPOCH";
        /// Epochs of learning-rate warm-up; none where not positive. Not MLPT's warm-up phase, which is WARMUP.EPOCH.
        pub warmup_epoch: i64 = -1, "WARMUP_EPOCH";
        /// How the learning rate warms up: linear or constant.
        pub warmup_type: String = "linear".to_owned(), "WARMUP_TYPE";
        /// Learning rate of the constant warm-up.
        pub warmup_cons_lr: f64 = 1e-5, "WARMUP_CONS_LR";
        /// Learning rate of the linear warm-up's first epoch.
        pub warmup_min_lr: f64 = 1e-5, "WARMUP_MIN_LR";
        /// Whether the schedule starts at its beginning after the warm-up; where not, it has been running since epoch 1.
        pub warmup_recount: bool = true, "WARMUP_RECOUNT";
    }
}

impl OptimConfig {
    /// Adds a line to `faults` for each number that makes no sense, with the key's name.
    pub(super) fn check_numbers(&self, faults: &mut Vec<String>) {
        let mut ask = |good: bool, key: &str, value: &dyn std::fmt::Display, wanted: &str| {
            if !good {
                faults.push(format!("OPTIM.{key} is {value}: it must be {wanted}"));
            }
        };
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let not_negative = |x: f64| x.is_finite() && x >= 0.0;
        let fraction = |x: f64| (0.0..1.0).contains(&x);
        ask(positive(self.lr), "LR", &self.lr, "greater than 0");
        ask(not_negative(self.weight_decay), "WEIGHT_DECAY", &self.weight_decay, "0 or greater");
        ask(not_negative(self.clip_norm), "CLIP_NORM", &self.clip_norm, "0 or greater");
        ask(not_negative(self.momentum), "MOMENTUM", &self.momentum, "0 or greater");
        ask(self.sgd_dampening.is_finite(), "SGD_DAMPNING", &self.sgd_dampening, "a finite number");
        ask(fraction(self.rmsprop_alpha), "RMSPROP_ALPHA", &self.rmsprop_alpha, "from 0 to below 1");
        ask(fraction(self.adam_beta1), "ADAM_BETA1", &self.adam_beta1, "from 0 to below 1");
        ask(fraction(self.adam_beta2), "ADAM_BETA2", &self.adam_beta2, "from 0 to below 1");
        ask(positive(self.gamma), "GAMMA", &self.gamma, "greater than 0");
        ask(self.max_epoch > 0, "MAX_EPOCH", &self.max_epoch, "1 or greater");
        ask(not_negative(self.warmup_cons_lr), "WARMUP_CONS_LR", &self.warmup_cons_lr, "0 or greater");
        ask(not_negative(self.warmup_min_lr), "WARMUP_MIN_LR", &self.warmup_min_lr, "0 or greater");
        let nesterov = !self.sgd_nesterov || (self.momentum > 0.0 && self.sgd_dampening == 0.0);
        ask(nesterov, "SGD_NESTEROV", &self.sgd_nesterov, "false unless MOMENTUM > 0 and SGD_DAMPNING is 0");
    }
}

/// The message for a key whose value is none of `known`.
pub(super) fn unknown(key: &str, value: &str, known: &[&str]) -> String {
    format!("OPTIM.{key} is '{value}': it must be one of {}", known.join(", "))
}
