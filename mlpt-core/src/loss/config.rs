//! The `LOSS` section.

crate::section! {
    /// Which loss is minimised.
    pub struct LossConfig {
        /// Loss on labelled images: ce (cross-entropy) or gce (generalised cross-entropy, robust to wrong labels).
        pub name: String = "ce".to_owned(), "NAME";
        /// The q of gce, above 0 (cross-entropy in the limit) up to 1 (mean absolute error).
        pub gce_q: f64 = 0.5, "GCE_Q";
    }
}
