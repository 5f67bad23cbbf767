//! Learning rates of fifty epochs.

use super::check::gather;
use super::comparison::Comparison;
use super::{Check, golden};
use mlpt_core::Result;
use mlpt_core::optim::{OptimConfig, Schedule};
use serde_json::Value;

const GROUP: &str = "schedules";
const REFERENCE: &str = "schedule.py (torch 2.15.0)";

/// Every schedule, over every warm-up: constant and linear ones of several lengths, and none.
pub(super) fn checks() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let golden = golden::json("schedule.json")?;
        let mut all: Vec<Comparison> = Vec::new();
        for case in golden::list(&golden, "cases")? {
            let config = config(&golden, case)?;
            let count = if config.warmup_recount { "a new count" } else { "no new count" };
            let what = format!("{} {:?}, {count} after the warm-up", config.lr_scheduler, config.stepsize);
            let at = all.iter().position(|c| c.what() == what).unwrap_or(all.len());
            if at == all.len() {
                all.push(Comparison::absolute(GROUP, what, REFERENCE, 4e-18));
            }
            let schedule = Schedule::new(&config)?;
            let ours: Vec<f64> = (1..=config.max_epoch).map(|e| schedule.lr(e)).collect();
            all[at].numbers(&ours, &golden::floats(case, "lr")?);
        }
        Ok(all.into_iter().map(Comparison::finish).collect())
    })
}

fn config(golden: &Value, case: &Value) -> Result<OptimConfig> {
    Ok(OptimConfig {
        lr: golden::number(golden, "lr")?,
        gamma: golden::number(golden, "gamma")?,
        max_epoch: golden::number(golden, "max_epoch")? as usize,
        lr_scheduler: golden::text(case, "scheduler")?.to_owned(),
        stepsize: golden::floats(case, "stepsize")?.into_iter().map(|x| x as i64).collect(),
        warmup_type: golden::text(case, "warmup_type")?.to_owned(),
        warmup_epoch: golden::number(case, "warmup_epoch")? as i64,
        warmup_recount: case["recount"].as_bool().unwrap_or(true),
        ..OptimConfig::default()
    })
}
