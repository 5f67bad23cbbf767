//! What a person reads when a run is over.

use mlpt_core::data::noise::NoiseScope;
use mlpt_core::engine::{DetectionScores, EvalResult, RunResult, Scores};
use mlpt_core::event::duration;
use std::fmt::Write;

/// The result of a training run in a few lines.
pub fn run(r: &RunResult) -> String {
    let mut out = String::new();
    let mechanisms = r.mechanisms.join(" + ");
    let shots = if r.shots < 1 { "all images".to_owned() } else { format!("{} shots", r.shots) };
    line(&mut out, format!("{} on {}: {} classes, {shots}, seed {}", r.trainer, r.dataset, r.classes, r.seed));
    if !mechanisms.is_empty() {
        line(&mut out, format!("prompt learners {mechanisms} around {}, {} epochs", r.backbone, r.epochs));
    }
    out.push('\n');
    accuracies(&mut out, &r.trainer, &r.split, r.scores.as_ref(), r.zero_shot.as_ref());
    noise(&mut out, r);
    row(&mut out, "time", &duration(r.elapsed_s));
    passes(&mut out, &r.passes);
    let _ = writeln!(out, "\nWritten to {}", r.output_dir.display());
    row(&mut out, "result.json", "these figures at full precision");
    row(&mut out, "noise.csv", "given and true labels");
    if r.output_dir.join("clean.csv").exists() {
        row(&mut out, "clean.csv", "how right each label looks to each learner");
    }
    if r.output_dir.join("predictions.csv").exists() {
        row(&mut out, "predictions.csv", "what every test image was taken for");
    }
    row(&mut out, "log.txt", "what happened");
    row(&mut out, "metrics.jsonl", "every step and every epoch's figures");
    out
}

/// The result of an evaluation in a few lines.
pub fn evaluation(r: &EvalResult) -> String {
    let mut out = String::new();
    let epoch = r.epoch.map(|e| format!(", epoch {e}")).unwrap_or_default();
    line(&mut out, format!("{} on {}{epoch}", r.trainer, r.dataset));
    out.push('\n');
    accuracies(&mut out, &r.trainer, &r.split, Some(&r.scores), Some(&r.zero_shot));
    row(&mut out, "time", &duration(r.elapsed_s));
    if let Some(path) = &r.written_to {
        let _ = write!(out, "\nWritten to {}", path.display());
    }
    out
}

fn accuracies(out: &mut String, trainer: &str, split: &str, trained: Option<&Scores>, zero_shot: Option<&Scores>) {
    if let Some(z) = zero_shot {
        row(out, "zero-shot accuracy", &format!("{:5.1}%", z.accuracy));
    }
    if let Some(t) = trained {
        let gain = zero_shot.map(|z| format!("   {:+.1} points", t.accuracy - z.accuracy)).unwrap_or_default();
        row(out, &format!("{trainer} accuracy"), &format!("{:5.1}%{gain}", t.accuracy));
        row(out, "", &format!("{} of {} {split} images, macro F1 {:.1}%", t.correct, t.total, t.macro_f1));
    }
}

fn noise(out: &mut String, r: &RunResult) {
    let n = &r.noise;
    if n.wrong == 0 {
        return;
    }
    let everywhere = r.shots > 0 && n.wrong == n.num_fp * r.classes;
    let per_class = match (n.rate, n.scope) {
        (Some(rate), NoiseScope::Class) => format!("{} % of every class, ", percent(rate)),
        (Some(rate), NoiseScope::Global) => format!("{} % over all classes, ", percent(rate)),
        (None, NoiseScope::Class) if everywhere => format!("{} of {} shots of every class, ", n.num_fp, r.shots),
        _ => String::new(),
    };
    row(out, "wrong on purpose", &format!("{per_class}{} of {} in all ({})", n.wrong, n.items, n.name));
    if let Some(d) = &r.detection {
        for (i, (learner, scores)) in d.learners.iter().enumerate() {
            let label = if i == 0 { "wrong ones found" } else { "" };
            row(out, label, &format!("{} ({learner})", found(scores)));
        }
    }
}

/// Without the crumbs of binary fractions.
fn percent(rate: f64) -> f64 {
    (rate * 1e8).round() / 1e6
}

fn found(s: &DetectionScores) -> String {
    let figure = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}"));
    format!("precision {}  recall {}  AUROC {}", figure(s.precision), figure(s.recall), figure(s.auroc))
}

fn passes(out: &mut String, passes: &serde_json::Value) {
    let Some(fields) = passes.as_object() else { return };
    let text: Vec<String> = fields.iter().map(|(name, n)| format!("{} {n}", name.replace('_', " "))).collect();
    row(out, "encoder passes", &text.join(", "));
}

fn row(out: &mut String, label: &str, value: &str) {
    line(out, format!("  {label:<22}{value}"));
}

fn line(out: &mut String, text: String) {
    out.push_str(&text);
    out.push('\n');
}
