//! What the method will ask of the towers.

use super::config::Method;
use crate::{Learner, supervised};
use mlpt_core::Result;
use mlpt_core::data::noise::{Amount, NoiseScope};
use mlpt_core::data::{Item, TrainData};
use mlpt_core::estimate::{Cost, Pass, Phase, Plan, PlanRequest, Work, batches};
use std::collections::BTreeMap;

/// Warm-up and co-training of two learners.
///
/// # Errors
/// When a mechanism fails to say what it costs, or a sampler's conditions are not met.
pub(super) fn plan(
    learners: &[Learner; 2],
    method: &Method,
    zero_shot: bool,
    request: &PlanRequest<'_>,
) -> Result<Plan> {
    let mut costs = Vec::new();
    for learner in learners {
        match learner.cost()? {
            Some(cost) => costs.push(cost),
            None => return Ok(Plan { missing: vec![learner.unknown_cost()], ..Plan::default() }),
        }
    }
    let Ok(costs) = <[Cost; 2]>::try_from(costs) else { return Ok(Plan::default()) };
    let mut warm_up = Phase { name: "warm-up".to_owned(), epochs: method.warmup_epochs, ..Phase::default() };
    for cost in &costs {
        supervised::plan(cost, request, &mut warm_up)?;
    }
    let mutual = mutual(&costs, method, request)?;
    let pool = request.data.pool.len();
    let shared = zero_shot || costs.iter().any(|cost| cost.prompts.is_none());
    let once = if shared && mutual.epochs > 0 { Pass::images(pool, request.data.test_batch) } else { Vec::new() };
    let phases = [warm_up, mutual].into_iter().filter(|phase| phase.epochs > 0).collect();
    Ok(Plan { once, phases, learners: costs.to_vec(), missing: Vec::new() })
}

fn mutual(costs: &[Cost; 2], method: &Method, request: &PlanRequest<'_>) -> Result<Phase> {
    let data = request.data;
    let (pool, batch) = (data.pool.len(), data.test_batch.max(1));
    let mut phase = Phase {
        name: "co-training".to_owned(),
        epochs: request.max_epoch.saturating_sub(method.warmup_epochs),
        assumes: "as many labels are trusted as the settings leave right; the selector decides".to_owned(),
        ..Phase::default()
    };
    let (x, u) = split(method, request)?;
    for (own, peer) in [(0, 1), (1, 0)] {
        let (own, peer) = (&costs[own], &costs[peer]);
        // The view of the pool, under the test transform.
        phase.passes.extend(own.text());
        for part in Pass::images(pool, batch) {
            let Work::Images { rows, .. } = part.work else { continue };
            phase.passes.extend(own.predict(rows).into_iter().map(|pass| pass.times(part.times as usize)));
        }
        phase.loaded += if own.prompts.is_some() { pool } else { 0 };
        learner(own, peer, (&x, &u), method, data, &mut phase)?;
    }
    // The first learner's texts after its update, for the second's targets.
    phase.passes.extend(costs[0].text());
    Ok(phase)
}

/// One learner's steps with its peer's help.
fn learner(
    own: &Cost,
    peer: &Cost,
    (x, u): (&[usize], &[usize]),
    method: &Method,
    data: &TrainData,
    phase: &mut Phase,
) -> Result<()> {
    let (steps, x_rows) = batches(data, &data.pool, x, &data.train_x)?;
    let u_rows = if steps > 0 { batches(data, &data.pool, u, &data.train_u)?.1 } else { 0 };
    let frozen = own.prompts.is_none() || peer.prompts.is_none();
    let mut step: Vec<Pass> = own.text().map(Pass::with_backward).into_iter().collect();
    for rows in [x_rows, u_rows].into_iter().filter(|&rows| rows > 0) {
        let mut view = Vec::new();
        view.extend(frozen.then(|| Pass::once(Work::Images { rows, prompts: None })));
        view.extend(if method.mixup.is_some() { own.predict(rows) } else { own.logits(rows) });
        view.extend(peer.predict(rows));
        step.extend(view.into_iter().map(|pass| pass.times(method.views)));
    }
    if method.mixup.is_some() {
        let rows = (x_rows + u_rows) * method.views;
        step.extend(own.prompts.is_none().then(|| Pass::once(Work::Images { rows, prompts: None })));
        step.extend(own.logits(rows));
    }
    phase.passes.extend(step.into_iter().map(|pass| pass.times(steps)));
    phase.steps += steps;
    phase.loaded += steps * (x_rows + u_rows) * method.views;
    phase.streams = [x_rows, u_rows].repeat(method.views);
    Ok(())
}

/// Pool indices that would be picked if the selector found out what the settings make wrong.
fn split(method: &Method, request: &PlanRequest<'_>) -> Result<(Vec<usize>, Vec<usize>)> {
    let amount = Amount::read(request.config)?;
    let shots: i64 = request.config.get("DATASET.NUM_SHOTS")?;
    let classes = by_class(&request.data.pool);
    let (mut x, mut u) = (Vec::new(), Vec::new());
    for members in classes.values() {
        let wrong = wrong(&amount, shots, members.len(), request.data.pool.len(), classes.len());
        let (first, rest) = members.split_at(members.len() - wrong);
        x.extend(at_most(first, method.x_shots));
        u.extend(at_most(rest, method.u_shots));
    }
    Ok((x, u))
}

/// How many of a class's `members` are wrong: the share of its shots, for the pool is spoilt at the same rate.
fn wrong(amount: &Amount, shots: i64, members: usize, all: usize, classes: usize) -> usize {
    let share = match (amount.scope, usize::try_from(shots).ok().filter(|&shots| shots > 0)) {
        (NoiseScope::Class, Some(shots)) => amount.of_class(shots) as f64 / shots as f64,
        (NoiseScope::Class, None) => amount.of_class(members) as f64 / members.max(1) as f64,
        (NoiseScope::Global, _) => amount.of_all(all, classes) as f64 / all.max(1) as f64,
    };
    ((members as f64 * share).round() as usize).min(members)
}

fn by_class(pool: &[Item]) -> BTreeMap<usize, Vec<usize>> {
    let mut classes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, item) in pool.iter().enumerate() {
        classes.entry(item.label).or_default().push(index);
    }
    classes
}

/// As [`fewshot_indices`](mlpt_core::data::fewshot_indices) counts: below 1 for all.
fn at_most(members: &[usize], shots: i64) -> &[usize] {
    match usize::try_from(shots) {
        Ok(shots) if shots > 0 => &members[..shots.min(members.len())],
        _ => members,
    }
}
