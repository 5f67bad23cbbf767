//! `mlpt estimate`.

use super::train::{Show, options_for};
use crate::args::RunArgs;
use crate::download::fetch_for;
use crate::output;
use anyhow::{Context, Result, bail};
use mlpt_core::Registries;
use mlpt_core::config::Config;
use mlpt_core::engine;
use mlpt_core::estimate::{Bytes, Estimate, PhaseReport, Seconds};
use mlpt_core::event::duration;
use std::fmt::Write;

/// Prints what a run with these settings would cost.
///
/// # Errors
/// As a run, up to its first epoch; with `--eval-only`, which trains nothing.
pub fn estimate(config: &Config, registries: &Registries, run: &RunArgs, show: &Show) -> Result<()> {
    if run.eval_only {
        bail!("`mlpt estimate` is about training: leave --eval-only out");
    }
    fetch_for(config)?;
    let found = engine::estimate(config, registries, options_for(config, show)?)?;
    let text = if show.json { serde_json::to_string_pretty(&found)? } else { text(&found) };
    output::print(&text).context("the estimate cannot be printed")
}

fn text(e: &Estimate) -> String {
    let mut out = String::new();
    let i = &e.images;
    line(
        &mut out,
        &format!("{} on {}, {} classes, around {} on {}", e.trainer, e.dataset, e.classes, e.backbone, e.device),
    );
    row(&mut out, "images", &format!("train {}, pool {}, val {}, test {}", i.train, i.pool, i.val, i.test));
    row(&mut out, "epochs, steps", &format!("{} and {}", e.epochs, e.steps));
    for phase in &e.phases {
        out.push('\n');
        tell_phase(&mut out, phase);
    }
    out.push('\n');
    for (name, p) in
        [("passes before", &e.passes_before), ("after training", &e.passes_trained), ("after the test", &e.passes)]
    {
        let texts = format!("text {} of {} rows, {} backward", p.text, p.text_rows, p.text_backward);
        row(&mut out, name, &format!("image {} of {} rows, {texts}", p.image, p.image_rows));
    }
    out.push('\n');
    tell_bytes(&mut out, &e.bytes, e.peak_bytes);
    out.push('\n');
    match &e.seconds {
        Some(s) => {
            row(&mut out, "time", &span(s.total));
            row(&mut out, "training", &span(s.training));
            row(&mut out, "evaluation", &span(s.evaluation));
            row(&mut out, "most of it", &format!("{} ({:.0} %)", s.dominant, s.dominant_percent));
        }
        None => row(&mut out, "time", "not known"),
    }
    for missing in &e.missing {
        row(&mut out, "missing", missing);
    }
    out
}

fn tell_phase(out: &mut String, p: &PhaseReport) {
    let name = if p.name.is_empty() { "training" } else { &p.name };
    let steps = format!("{} epochs of {} steps, {} an epoch", p.epochs, p.steps, span(p.seconds_per_epoch));
    row(out, name, &steps);
    let (texts, tokens, images) = (p.text_rows_per_step, p.text_tokens_per_step, p.image_rows_per_step);
    row(out, "  a step", &format!("{images:.0} images, {texts:.0} texts of {tokens:.0} tokens in all"));
    let g = &p.gflop_per_step;
    let mut parts =
        format!("images {:.1}, texts {:.1} + {:.1} backward", g.image_forward, g.text_forward, g.text_backward);
    if g.image_backward > 0.0 {
        let _ = write!(parts, ", images backward {:.1}", g.image_backward);
    }
    row(out, "  GFLOP a step", &parts);
    if !p.assumes.is_empty() {
        row(out, "  assumed", &p.assumes);
    }
}

fn tell_bytes(out: &mut String, b: &Bytes, peak: u64) {
    row(out, "memory", &format!("about {} at most", mib(peak)));
    row(out, "  weights", &mib(b.weights));
    let parts = match b.text_graph < b.text_graph_whole {
        true => format!(", in parts (MODEL.TEXT_MEMORY); {} at once", mib(b.text_graph_whole)),
        false => String::new(),
    };
    row(out, "  texts' graph", &format!("{}{parts}", mib(b.text_graph)));
    if b.image_graph > 0 {
        row(out, "  images' graph", &mib(b.image_graph));
    }
    row(out, "  image batches", &mib(b.batches));
    row(out, "  decoded pictures", &mib(b.cache));
    row(out, "  features", &mib(b.features));
    row(out, "  state", &format!("{} (parameters {})", mib(b.state), mib(b.parameters)));
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// `0:01:10 to 0:01:40`; in seconds where it is short.
fn span(s: Seconds) -> String {
    if s.high < 120.0 {
        return format!("{:.1} to {:.1} s", s.low, s.high);
    }
    format!("{} to {}", duration(s.low), duration(s.high))
}

fn row(out: &mut String, label: &str, value: &str) {
    line(out, format!("  {label:<20}{value}").trim_end());
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
