//! The `LOSS` section.

crate::section! {
    /// Which loss is minimised.
    pub struct LossConfig {
        /// Loss on labelled images: ce (cross-entropy), or one that bears wrong labels better: gce (generalised
        /// cross-entropy), sce (symmetric cross-entropy), mae (mean absolute error of probabilities), nce-rce
        /// (normalised and reverse cross-entropy), phuber-ce (partially Huberised cross-entropy),
        /// double-softmax-ce (cross-entropy of the softmax of the probabilities), elr (cross-entropy with
        /// early-learning regularisation).
        pub name: String = "ce".to_owned(), "NAME";
        /// The q of gce, above 0 (cross-entropy in the limit) up to 1 (mean absolute error).
        pub gce_q: f64 = 0.5, "GCE_Q";
        /// Weight of the cross-entropy in sce, 0 or greater.
        pub sce_alpha: f64 = 0.1, "SCE_ALPHA";
        /// Weight of the reverse cross-entropy in sce, 0 or greater.
        pub sce_beta: f64 = 1.0, "SCE_BETA";
        /// Weight of the active part of nce-rce, the normalised cross-entropy, 0 or greater.
        pub apl_alpha: f64 = 1.0, "APL_ALPHA";
        /// Weight of the passive part of nce-rce, the reverse cross-entropy, 0 or greater.
        pub apl_beta: f64 = 1.0, "APL_BETA";
        /// The tau of phuber-ce, above 1: the loss is linear where the label's probability is at most 1 / tau.
        pub phuber_tau: f64 = 10.0, "PHUBER_TAU";
        /// How much of an image's running mean of predictions a batch leaves in elr, from 0 to below 1.
        pub elr_beta: f64 = 0.7, "ELR_BETA";
        /// Weight of the regulariser in elr, 0 or greater.
        pub elr_lambda: f64 = 3.0, "ELR_LAMBDA";
    }
}

impl LossConfig {
    /// What is wrong with the numbers, whichever loss is chosen: one message a fault.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |holds: bool, key: &str, value: f64, must: &str| {
            if !holds {
                faults.push(format!("LOSS.{key} is {value}: it must be {must}"));
            }
        };
        check(self.gce_q > 0.0 && self.gce_q <= 1.0, "GCE_Q", self.gce_q, "greater than 0 and at most 1");
        check(
            self.phuber_tau > 1.0 && self.phuber_tau.is_finite(),
            "PHUBER_TAU",
            self.phuber_tau,
            "greater than 1, and finite",
        );
        check(self.elr_beta >= 0.0 && self.elr_beta < 1.0, "ELR_BETA", self.elr_beta, "0 or greater and below 1");
        check(
            self.elr_lambda >= 0.0 && self.elr_lambda.is_finite(),
            "ELR_LAMBDA",
            self.elr_lambda,
            "0 or greater, and finite",
        );
        let pairs = [("SCE", self.sce_alpha, self.sce_beta), ("APL", self.apl_alpha, self.apl_beta)];
        for (of, alpha, beta) in pairs {
            for (greek, weight) in [("ALPHA", alpha), ("BETA", beta)] {
                let key = format!("{of}_{greek}");
                check(weight >= 0.0 && weight.is_finite(), &key, weight, "0 or greater, and finite");
            }
        }
        for (of, alpha, beta) in pairs {
            if alpha == 0.0 && beta == 0.0 {
                faults.push(format!("LOSS.{of}_ALPHA and LOSS.{of}_BETA are both 0: nothing would be learnt"));
            }
        }
        faults
    }
}
