//! What joins keys after the layers are one.

use super::{Config, Origin, Schema, Value};
use crate::data::noise::{Amount, NUM_FP, RATE};
use crate::registry::{Entry, Registry};
use crate::{Error, Registries, Result};

/// Puts registered names in the place of aliases and other cases; an unknown name is a fault.
pub(super) fn names(config: &mut Config, registries: &Registries, faults: &mut Vec<String>) {
    let paths: Vec<String> = config.iter().map(|(path, _)| path.to_owned()).collect();
    for path in paths {
        let canonical: fn(&Registries, &str) -> Result<&'static str> = match path.as_str() {
            "TRAINER.NAME" => |r, n| name(&r.trainers, n),
            "DATASET.NAME" => |r, n| name(&r.datasets, n),
            "NOISE.NAME" => |r, n| name(&r.noises, n),
            "SELECTOR.NAME" => |r, n| name(&r.selectors, n),
            p if p.starts_with("DATALOADER.") && p.ends_with(".SAMPLER") => |r, n| name(&r.samplers, n),
            p if p.starts_with("TRAINER.") && p.ends_with(".MECHANISM") => |r, n| name(&r.mechanisms, n),
            _ => continue,
        };
        let Ok(resolved) = config.resolved(&path).cloned() else { continue };
        let Value::Str(given) = &resolved.value else { continue };
        // A default that this program has not registered is for whoever reads it to report.
        if given.is_empty() {
            continue;
        }
        match canonical(registries, given) {
            Ok(canonical) => config.set(&path, canonical, resolved.origin),
            Err(_) if resolved.origin == Origin::Default => {}
            Err(error) => faults.push(format!("{path} ({}): {error}", resolved.origin)),
        }
    }
}

fn name<F>(registry: &Registry<F>, name: &str) -> Result<&'static str> {
    registry.get(name).map(|entry| entry.name)
}

/// `DATASET.USE_ROBUSTLOSS` is the reference's word for `LOSS.NAME gce`. True together with another
/// loss that the user wrote is a fault; a loss that a preset or an entry suggests gives way. False
/// says nothing about a loss that the user wrote.
pub(super) fn robust_loss(config: &mut Config, faults: &mut Vec<String>) {
    const FLAG: &str = "DATASET.USE_ROBUSTLOSS";
    const LOSS: &str = "LOSS.NAME";
    let (Ok(flag), Ok(loss)) = (config.resolved(FLAG).cloned(), config.resolved(LOSS).cloned()) else { return };
    let (Value::Bool(robust), Value::Str(name)) = (&flag.value, &loss.value) else { return };
    if flag.origin == Origin::Default || *robust == name.eq_ignore_ascii_case("gce") {
        return;
    }
    match (is_users(&flag.origin), is_users(&loss.origin)) {
        (true, true) if *robust => faults.push(format!(
            "{FLAG} is true ({}), which means {LOSS} gce, but {LOSS} is {name} ({}); drop one of them",
            flag.origin, loss.origin
        )),
        (_, true) => {}
        _ => config.set(LOSS, if *robust { "gce" } else { "ce" }, flag.origin),
    }
}

/// A count and a rate of noise say the same thing. Of the two a preset's gives way to the user's; two of
/// the user's must agree.
pub(super) fn noise_amount(config: &mut Config, faults: &mut Vec<String>) {
    let (Ok(count), Ok(rate)) = (config.resolved(NUM_FP).cloned(), config.resolved(RATE).cloned()) else { return };
    if rate.value != Value::Null && count.value != Value::Int(0) {
        match (is_users(&count.origin), is_users(&rate.origin)) {
            (false, true) => config.set(NUM_FP, 0, rate.origin),
            (true, false) => config.set(RATE, Value::Null, count.origin),
            _ => {}
        }
    }
    match Amount::read(config) {
        Ok(_) => {}
        Err(Error::Config(lines)) => faults.extend(lines),
        Err(error) => faults.push(error.to_string()),
    }
}

/// Whether a user wrote it for this run, rather than a preset or an entry.
fn is_users(origin: &Origin) -> bool {
    matches!(origin, Origin::File(_) | Origin::Env(_) | Origin::Flag(_) | Origin::Override)
}

/// What to say where a user chose a selector and the trainer divides no pool. `config.toml` states the default too,
/// which chooses nothing.
pub(super) fn unused_selector(config: &Config, schema: &Schema, registries: &Registries) -> Option<String> {
    const KEY: &str = "SELECTOR.NAME";
    let trainer = registries.trainers.get(&config.get::<String>("TRAINER.NAME").ok()?).ok()?;
    let selector = config.resolved(KEY).ok()?;
    let chosen = is_users(&selector.origin) && Some(&selector.value) != schema.get(KEY).map(|key| &key.default);
    (chosen && !trainer.selects).then(|| {
        format!("{KEY} {} ({}) has no effect: {} divides no pool", selector.value, selector.origin, trainer.name)
    })
}

/// Lets the chosen trainer, data set, noise model and selector look at the settings.
pub(super) fn entry_checks(config: &Config, registries: &Registries, faults: &mut Vec<String>) {
    run_check(config, "TRAINER.NAME", &registries.trainers, faults);
    run_check(config, "DATASET.NAME", &registries.datasets, faults);
    run_check(config, "NOISE.NAME", &registries.noises, faults);
    run_check(config, "SELECTOR.NAME", &registries.selectors, faults);
}

fn run_check<F>(config: &Config, path: &str, registry: &Registry<F>, faults: &mut Vec<String>) {
    let Ok(name) = config.get::<String>(path) else { return };
    let check = registry.get(&name).ok().and_then(|entry: &Entry<F>| entry.check);
    match check.map(|check| check(config)) {
        Some(Err(Error::Config(lines))) => faults.extend(lines),
        Some(Err(error)) => faults.push(error.to_string()),
        _ => {}
    }
}
