//! The two-component Gaussian mixture, from the reference's own first assignment.

use super::check::gather;
use super::comparison::Comparison;
use super::{Check, golden};
use mlpt_core::mixture::{MixtureConfig, fit_from};

const GROUP: &str = "mixture";
const REFERENCE: &str = "mixture.py (scikit-learn 1.9.1)";

/// Parameters, posteriors, and how many iterations it took.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let golden = golden::json("mixture.json")?;
        let number = |what: &str| Comparison::absolute(GROUP, what, REFERENCE, 1e-14);
        let (mut means, mut variances) = (number("means"), number("variances"));
        let mut weights = number("weights");
        // Twelve digits are kept of each.
        let mut clean = Comparison::absolute(GROUP, "probability of being clean", REFERENCE, 5e-12);
        let mut split = Comparison::exact(GROUP, "split at 0.5", REFERENCE);
        let mut iterations = Comparison::exact(GROUP, "iterations, and whether it converged", REFERENCE);
        for case in golden.as_array().map_or(&[][..], Vec::as_slice) {
            let losses = golden::floats(case, "losses")?;
            for theirs in golden::list(case, "fits")? {
                let second: Vec<bool> = golden::floats(theirs, "assignment")?.iter().map(|&x| x == 1.0).collect();
                let config = MixtureConfig {
                    tol: golden::number(theirs, "tol")?,
                    max_iter: golden::number(theirs, "max_iter")? as usize,
                    ..MixtureConfig::default()
                };
                let ours = fit_from(&losses, &second, &config)?;
                means.numbers(&ours.means, &golden::floats(theirs, "means")?);
                variances.numbers(&ours.variances, &golden::floats(theirs, "variances")?);
                weights.numbers(&ours.weights, &golden::floats(theirs, "weights")?);
                let expected = golden::floats(theirs, "clean")?;
                clean.numbers(&ours.clean_probability, &expected);
                let side = |p: &[f64]| p.iter().map(|p| *p > 0.5).collect::<Vec<_>>();
                split.items(&side(&ours.clean_probability), &side(&expected));
                let count = golden::number(theirs, "iterations")? as usize;
                let converged = theirs["converged"].as_bool() == Some(true);
                iterations.items(&[(ours.iterations, ours.converged)], &[(count, converged)]);
            }
        }
        Ok([means, variances, weights, clean, split, iterations].map(Comparison::finish).into())
    })
}
