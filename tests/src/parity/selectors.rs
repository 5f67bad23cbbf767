//! Selectors on the script's pools.

use super::check::gather;
use super::comparison::Comparison;
use super::{Check, golden};
use mlpt_core::Result;
use mlpt_core::rng::RngTree;
use mlpt_core::select::{
    Evidence, OptimalTransport, Probabilities, Selection, Selector, SmallLoss, SmallLossConfig, TransportConfig,
    ZeroShotAgreement,
};
use serde_json::Value;

const GROUP: &str = "selectors";
const NUMPY: &str = "selection.py (numpy 2.4.6)";
const POT: &str = "selection.py (POT 0.9.7.post1)";

/// Scores, trust and plans.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, NUMPY, || {
        let golden = golden::json("selection.json")?;
        let number = |what: &str, reference, tolerance| Comparison::absolute(GROUP, what, reference, tolerance);
        let trust = |what: &str, reference| Comparison::exact(GROUP, format!("{what}, whom it trusts"), reference);
        let mut small = (number("small-loss, score", NUMPY, 1e-15), trust("small-loss", NUMPY));
        let mut zero_shot = (number("zero-shot, score", NUMPY, 1e-15), trust("zero-shot", NUMPY));
        let mut ot = (number("optimal-transport, score", POT, 1e-11), trust("optimal-transport", POT));
        let mut plans = number("optimal-transport, plan", POT, 1e-12);
        for case in golden.as_array().map_or(&[][..], Vec::as_slice) {
            let pool = Pool::of(case)?;
            for theirs in golden::list(case, "small_loss")? {
                let config = SmallLossConfig {
                    keep: golden::number(theirs, "keep")?,
                    by_class: theirs["by_class"].as_bool() == Some(true),
                };
                add(&mut small, &SmallLoss::new(&config)?.select(&pool.evidence())?, theirs)?;
            }
            add(&mut zero_shot, &ZeroShotAgreement.select(&pool.evidence())?, &case["zero_shot"])?;
            for theirs in golden::list(case, "transport")? {
                let transport = OptimalTransport::new(&TransportConfig {
                    marginal: golden::text(theirs, "marginal")?.to_owned(),
                    epsilon: golden::number(theirs, "epsilon")?,
                    iters: 50_000,
                    tol: 1e-14,
                })?;
                plans.numbers(&transport.plan(&pool.evidence())?.entries, &golden::floats(theirs, "plan")?);
                add(&mut ot, &transport.select(&pool.evidence())?, theirs)?;
            }
        }
        Ok([small.0, small.1, zero_shot.0, zero_shot.1, plans, ot.0, ot.1].map(Comparison::finish).into())
    })
}

fn add(to: &mut (Comparison, Comparison), ours: &Selection, theirs: &Value) -> Result<()> {
    to.0.numbers(&ours.clean, &golden::floats(theirs, "clean")?);
    let trusted: Vec<bool> = golden::list(theirs, "trusted")?.iter().map(|t| t.as_bool() == Some(true)).collect();
    to.1.items(&ours.trusted, &trusted);
    Ok(())
}

struct Pool {
    losses: Vec<f64>,
    given: Vec<usize>,
    rows: Probabilities,
}

impl Pool {
    fn of(case: &Value) -> Result<Self> {
        let classes = golden::number(case, "classes")? as usize;
        Ok(Self {
            losses: golden::floats(case, "losses")?,
            given: golden::indices(case, "given")?,
            rows: Probabilities::new(golden::floats(case, "probabilities")?, classes)?,
        })
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            losses: &self.losses,
            given: &self.given,
            classes: self.rows.classes(),
            probabilities: Some(&self.rows),
            zero_shot: Some(&self.rows),
            threshold: 0.5,
            rng: RngTree::new(1),
        }
    }
}
