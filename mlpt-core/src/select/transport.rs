//! Trust by optimal transport between images and classes.

use super::probabilities::greatest;
use super::sinkhorn::{Stop, sinkhorn};
use super::{Evidence, Needs, Plan, Selection, Selector};
use crate::config::Config;
use crate::{Error, Result};
use std::str::FromStr;

/// Where its keys stand.
pub(super) const SECTION: &str = "SELECTOR";
/// The least epsilon: below it costs over epsilon leave the range in which Sinkhorn's steps still move.
const LEAST: f64 = 1e-3;

crate::section! {
    /// Keys of `optimal-transport`.
    pub struct TransportConfig {
        /// optimal-transport: how much of the pool belongs to each class: given (the share of its given labels) or
        /// uniform.
        pub marginal: String = "given".to_owned(), "OT_MARGINAL";
        /// optimal-transport: weight of the entropy, at least 0.001. With 1 the plan is the learner's probabilities,
        /// moved no more than the classes' shares ask for; smaller weights sharpen them to the power of 1 / epsilon,
        /// and take more iterations.
        pub epsilon: f64 = 1.0, "OT_EPSILON";
        /// optimal-transport: most iterations of Sinkhorn's algorithm.
        pub iters: usize = 200, "OT_ITERS";
        /// optimal-transport: stop where the classes' shares of the plan are off by less than this, all together.
        pub tol: f64 = 1e-6, "OT_TOL";
    }
}

/// The masses of the classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marginal {
    /// The share of the given labels; a class without one gets nothing.
    Given,
    /// The same for every class.
    Uniform,
}

impl FromStr for Marginal {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_lowercase().as_str() {
            "given" => Ok(Self::Given),
            "uniform" => Ok(Self::Uniform),
            _ => Err(Error::Config(vec![format!("{SECTION}.OT_MARGINAL is '{name}': it must be given or uniform")])),
        }
    }
}

/// Assigns the pool to the classes as a whole: the plan of entropic optimal transport (Cuturi, NeurIPS 2013) with
/// cost `-log p` of the learner, the same mass for every image, and [`Marginal`] for the classes, as NLPrompt
/// selects (Pan et al., CVPR 2025). Trusted is a label that gets most of its image's mass; such labels stand as
/// they are (weight 1). The score is the share of the image's mass that the given label gets.
#[derive(Clone, Debug)]
pub struct OptimalTransport {
    marginal: Marginal,
    epsilon: f64,
    stop: Stop,
}

impl OptimalTransport {
    /// Checks the keys.
    ///
    /// # Errors
    /// [`Error::Config`] with all faults.
    pub fn new(config: &TransportConfig) -> Result<Self> {
        let TransportConfig { ref marginal, epsilon, iters, tol } = *config;
        let mut faults = Vec::new();
        let marginal = marginal.parse();
        if let Err(Error::Config(lines)) = &marginal {
            faults.extend(lines.iter().cloned());
        }
        if !(epsilon >= LEAST && epsilon.is_finite()) {
            faults.push(format!("{SECTION}.OT_EPSILON is {epsilon}: it must be at least {LEAST}"));
        }
        if iters == 0 {
            faults.push(format!("{SECTION}.OT_ITERS is 0: it must be at least 1"));
        }
        if !(tol > 0.0 && tol.is_finite()) {
            faults.push(format!("{SECTION}.OT_TOL is {tol}: it must be greater than 0"));
        }
        match marginal {
            Ok(marginal) if faults.is_empty() => {
                Ok(Self { marginal, epsilon, stop: Stop { iterations: iters, tolerance: tol } })
            }
            _ => Err(Error::Config(faults)),
        }
    }

    /// The plan `[N, C]`.
    ///
    /// # Errors
    /// When there are no images, or no probabilities of theirs.
    pub fn plan(&self, evidence: &Evidence<'_>) -> Result<Plan> {
        let (count, classes) = (evidence.given.len(), evidence.classes);
        // The smallest number stands for a probability of zero, whose logarithm is none.
        let cost = |p: &f64| -p.max(f64::MIN_POSITIVE).ln();
        let costs: Vec<f64> = evidence.probabilities()?.values().iter().map(cost).collect();
        let columns = match self.marginal {
            Marginal::Uniform => vec![1.0 / classes as f64; classes],
            Marginal::Given => {
                let mut counts = vec![0_usize; classes];
                evidence.given.iter().for_each(|&label| counts[label] += 1);
                counts.iter().map(|&n| n as f64 / count as f64).collect()
            }
        };
        sinkhorn(&costs, &vec![1.0 / count as f64; count], &columns, self.epsilon, self.stop)
    }
}

/// Looks at the keys before anything is loaded.
pub(super) fn check(config: &Config) -> Result<()> {
    OptimalTransport::new(&config.section(SECTION)?).map(drop)
}

impl Selector for OptimalTransport {
    fn needs(&self) -> Needs {
        Needs { probabilities: true, ..Needs::default() }
    }

    fn select(&self, evidence: &Evidence<'_>) -> Result<Selection> {
        let count = evidence.given.len();
        if count == 0 {
            let degenerate = Some("there are no images, so no label is trusted".to_owned());
            return Ok(Selection { degenerate, ..Selection::default() });
        }
        let plan = self.plan(evidence)?;
        if !plan.converged {
            tracing::debug!("the transport plan is {:.1e} off after {} iterations", plan.error, plan.iterations);
        }
        let rows = plan.entries.chunks_exact(evidence.classes).zip(evidence.given);
        let of = |(row, &label): (&[f64], &usize)| ((row[label] * count as f64).min(1.0), greatest(row) == Some(label));
        let (clean, trusted) = rows.map(of).unzip();
        Ok(Selection { degenerate: degenerate(evidence)?, ..Selection::hard(clean, trusted) })
    }
}

fn degenerate(evidence: &Evidence<'_>) -> Result<Option<String>> {
    let rows: Vec<&[f64]> = evidence.probabilities()?.rows().collect();
    let all_same = rows.windows(2).all(|pair| pair[0] == pair[1]);
    Ok(match rows.len() {
        1 => Some("there is only one image, so it is held against nothing".to_owned()),
        n if all_same => {
            Some(format!("all {n} images have the same probabilities, so nothing tells their labels apart"))
        }
        _ => None,
    })
}
