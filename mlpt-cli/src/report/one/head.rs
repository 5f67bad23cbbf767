//! What the run is and what it came to.

use crate::report::number::{count, percent, share};
use crate::report::page::{Block, Headline, Section};
use mlpt_core::engine::{RunResult, Scores};
use mlpt_core::event::duration;
use mlpt_core::report::RunFiles;

pub(super) fn section(files: &RunFiles) -> Section {
    let r = &files.run.result;
    let mut blocks = vec![Block::Headline { figures: headlines(r) }];
    if r.scores.is_none() {
        blocks.push(Block::note("The trained model was not tested (TEST.NO_TEST), so there is no accuracy."));
    }
    let shots = if r.shots < 1 { "all training images".to_owned() } else { format!("{} a class", r.shots) };
    let mut rows = vec![
        ("Trainer", r.trainer.clone()),
        ("Prompt learners", if r.mechanisms.is_empty() { "none".to_owned() } else { r.mechanisms.join(" + ") }),
        ("Loss", files.run.loss.clone()),
        ("Data set", format!("{}, {}", r.dataset, count(r.classes, "class").replace("classs", "classes"))),
        ("Model", r.backbone.clone()),
        ("Shots", shots),
        ("Noise", noise(r)),
        ("Epochs", r.epochs.to_string()),
        ("Seed", r.seed.to_string()),
    ];
    if let Some(scores) = &r.scores {
        rows.push(("Tested on", format!("{} of the {} split", count(scores.total, "image"), r.split)));
    }
    if let Some(facts) = &files.facts {
        let threads = count(facts.threads, "thread");
        rows.push(("Made with", format!("mlpt {} on {}, {}, {threads}", facts.mlpt, facts.system, facts.device)));
    }
    blocks.push(Block::Facts { rows: rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() });
    let warnings = files.metrics.iter().flat_map(|m| &m.warnings);
    blocks.extend(warnings.map(|text| Block::note(format!("Warning of the run: {text}"))));
    Section::new("run", "The run", blocks)
}

fn headlines(r: &RunResult) -> Vec<Headline> {
    let mut figures = Vec::new();
    let mut add = |label: &str, value: String, detail: String| {
        figures.push(Headline { value, label: label.to_owned(), detail });
    };
    let right = |s: &Scores| format!("{} of {} right, macro F1 {}", s.correct, s.total, percent(s.macro_f1));
    if let Some(scores) = &r.scores {
        add("Accuracy", percent(scores.accuracy), right(scores));
    }
    if let Some(zero) = &r.zero_shot {
        let gain = r.scores.map(|s| format!("; training makes {:+.2} points", s.accuracy - zero.accuracy));
        add("Zero-shot accuracy", percent(zero.accuracy), format!("the model as it is{}", gain.unwrap_or_default()));
    }
    if let Some(found) = r.detection.as_ref().map(|d| d.mean) {
        let detail = format!("precision {}, recall {}", share(found.precision), share(found.recall));
        add("Wrong labels found, AUROC", share(found.auroc), detail);
    }
    add("Time", duration(r.elapsed_s), count(r.epochs, "epoch"));
    figures
}

fn noise(r: &RunResult) -> String {
    let n = &r.noise;
    match n.wrong {
        0 if n.is_none() => "none was added".to_owned(),
        wrong => {
            let part = 100.0 * wrong as f64 / n.items.max(1) as f64;
            format!("{}: {wrong} of {} training items are known to be wrong ({part:.1} %)", n.name, n.items)
        }
    }
}
