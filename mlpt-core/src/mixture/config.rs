//! The mixture's keys.

crate::section! {
    /// How the mixture is fitted; defaults are DivideMix's (Li et al. 2020, published code).
    pub struct MixtureConfig {
        /// Most iterations of expectation maximisation.
        pub max_iter: usize = 10, "MAX_ITER";
        /// The fit has converged when the mean log-likelihood changes by less than this.
        pub tol: f64 = 1e-2, "TOL";
        /// Added to each component's variance.
        pub reg_covar: f64 = 5e-4, "REG_COVAR";
    }
}
