//! What a run is made of: told at its start, and written to `run.json`.

use super::job::{Job, JobData};
use super::recorded::Recorded;
use super::{RunDir, model};
use crate::data::noise::Amount;
use crate::event::Events;
use crate::files::{read_text, write_atomic};
use crate::{Error, Result};
use serde_json::json;

/// Says in a few lines what is about to happen.
pub(super) fn tell(job: &Job, data: &JobData, seed: u64, events: &mut Events) {
    let threads = rayon::current_num_threads();
    events.note(format!(
        "Trainer: {}, seed {seed}, on {} with {threads} threads",
        job.names.trainer,
        model::device_name(&job.device)
    ));
    tell_model(job, events);
    let splits = &job.splits;
    let pool = match data.pool {
        Some(_) => format!("pool {}", data.train.pool.len()),
        None => "pool = train".to_owned(),
    };
    events.note(format!(
        "Data set: {}, {} classes, images: train {}, {pool}, val {}, test {}",
        job.names.dataset,
        splits.class_names.len(),
        data.train.train.len(),
        data.val.len(),
        splits.test.len()
    ));
    if let Some(views) = data.train.views() {
        let numbers = views.images() * views.count() * job.clip.embed_dim();
        events.note(format!(
            "Views: {} of each of {} training images, at most {:.1} MiB of features in memory",
            views.count(),
            views.images(),
            numbers as f64 * 4.0 / f64::from(1 << 20)
        ));
    }
    for loader in [&data.train.train_loader, &data.train.test_loader] {
        events.detail(loader.transform().describe().join("\n"));
    }
    let (wrong, items) = (data.noise.wrong_count(), data.noise.rows.len());
    let unknown = data.noise.rows.iter().filter(|r| r.true_label.is_none()).count();
    // A share of few items can round to none.
    let asked = Amount::read(&job.config).ok().filter(|amount| !amount.is_none());
    if let (Some(amount), 0, 0) = (asked, wrong, unknown) {
        events.warn(format!("{amount} came to no wrong label: ask for more, or count over all (NOISE.SCOPE global)"));
    }
    events.note(match (wrong, unknown) {
        (0, 0) => "Noise: none was added".to_owned(),
        (_, 0) => {
            let share = 100.0 * wrong as f64 / items as f64;
            format!("Noise: {}, {wrong} of {items} training items are wrong ({share:.1}%)", job.names.noise)
        }
        _ => format!("Noise: the truth is not known of {unknown} of {items} training items"),
    });
}

pub(super) fn tell_model(job: &Job, events: &mut Events) {
    let digest = job.clip.digest();
    events.note(format!(
        "Model: {}, {2} x {2} pixels, sha256 {1}",
        job.clip.name(),
        digest.get(..12).unwrap_or(digest),
        job.clip.input_size(),
    ));
}

/// Writes `run.json`.
pub(super) fn write(dir: &RunDir, job: &Job, settings: &Recorded, seed: u64, noise: &str) -> Result<()> {
    let facts = json!({
        "version": 1,
        "mlpt": env!("CARGO_PKG_VERSION"),
        "system": format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
        "device": model::device_name(&job.device),
        "threads": rayon::current_num_threads(),
        "seed": seed,
        "model": { "name": job.clip.name(), "digest": job.clip.digest() },
        "config_digest": settings.digest(),
        "noise_digest": noise,
        "class_names": job.splits.class_names,
        "template": job.splits.template,
    });
    let text = serde_json::to_string_pretty(&facts).map_err(|e| Error::invalid(format!("run.json: {e}")))?;
    write_atomic(&dir.run(), (text + "\n").as_bytes())
}

/// The class names and the prompt template of a run; `None` where an earlier version has not written them.
pub(super) fn classes(dir: &RunDir) -> Option<(Vec<String>, String)> {
    let facts: serde_json::Value = serde_json::from_str(&read_text(&dir.run()).ok()?).ok()?;
    let names: Option<Vec<String>> =
        facts["class_names"].as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    Some((names?, facts["template"].as_str()?.to_owned()))
}
