//! Our figures beside published ones, for a terminal, for Markdown and for LaTeX.

use super::figure::{Spread, Style};
use super::grid::Grid;
use super::text::left_out;
use super::{latex, markdown};
use crate::output;
use mlpt_core::data::Subsample;
use mlpt_core::results::{Group, Metric, ReferenceLine, ReferenceReport, Source, Verdict};

/// Width of the lines of text around tables.
const WIDTH: usize = 100;
/// How many of ours without a published figure are named.
const SHOWN: usize = 3;

/// For a terminal, with what was left out.
pub fn reference_text(report: &ReferenceReport, metric: Metric) -> String {
    let grid = grid(report, metric);
    let mut sentences = grid.caption.iter().map(|sentence| output::wrap(sentence, WIDTH));
    let title = sentences.next().unwrap_or_default();
    let below: Vec<String> = sentences.collect();
    let table = match grid.rows.is_empty() {
        true => String::new(),
        false => format!("{}\n", output::table(&[vec![grid.head], grid.rows].concat(), 2)),
    };
    let own = format!("{title}\n\n{table}{}\n", below.join("\n"));
    [own].into_iter().chain(left_out(&report.unfinished, &report.skipped)).collect::<Vec<_>>().join("\n")
}

/// To paste into a README.
pub fn reference_markdown(report: &ReferenceReport, metric: Metric) -> String {
    markdown::written(&[grid(report, metric)])
}

/// To paste into a paper.
pub fn reference_latex(report: &ReferenceReport, metric: Metric) -> String {
    latex::written(&[grid(report, metric)])
}

fn grid(report: &ReferenceReport, metric: Metric) -> Grid {
    let head =
        ["data set", "model", "method", "published as", "shots", "wrong", "ours", "theirs", "difference", "verdict"];
    let name = report.reference.display();
    let title = format!("Beside {name}: {}, mean ± standard deviation (n).", metric.title());
    Grid {
        head: head.map(str::to_owned).to_vec(),
        rows: report.lines.iter().map(|line| row(line, metric)).collect(),
        words: 4,
        caption: [vec![title], sentences(report)].concat(),
    }
}

fn row(line: &ReferenceLine, metric: Metric) -> Vec<String> {
    let style = Style { decimals: metric.decimals(), spread: Spread::Deviation, signed: false };
    let (ours, theirs) = (&line.ours, &line.theirs);
    let spread = line.deviation.map(|deviation| format!(" ± {}", style.number(deviation))).unwrap_or_default();
    let count = if theirs.seeds.is_empty() { String::new() } else { format!(" ({})", theirs.seeds.len()) };
    let published = match theirs.setup() {
        setup if setup.is_empty() => theirs.trainer.clone(),
        setup => format!("{}, {setup}", theirs.trainer),
    };
    vec![
        ours.dataset.clone(),
        ours.backbone.clone(),
        method(ours),
        published,
        shots(ours.shots),
        theirs.num_fp.to_string(),
        format!("{} ({})", style.mean(Some(&ours.summary)), ours.summary.n),
        format!("{}{spread}{count}", style.number(line.mean)),
        Style { signed: true, ..style }.number(line.difference),
        line.verdict.name().to_owned(),
    ]
}

fn method(group: &Group) -> String {
    match group.source {
        Source::Mlpt => group.label.clone(),
        Source::Dassl => format!("{} [Dassl]", group.label),
    }
}

fn shots(shots: i64) -> String {
    if shots < 1 { "all".to_owned() } else { shots.to_string() }
}

fn sentences(report: &ReferenceReport) -> Vec<String> {
    let count = |verdict: Verdict| report.count(verdict);
    let (within, above, below) = (count(Verdict::Within), count(Verdict::Above), count(Verdict::Below));
    let tolerance = report.tolerance;
    let points = if tolerance == 1.0 { "point" } else { "points" };
    let mut out = Vec::new();
    if !report.lines.is_empty() {
        out.push(format!(
            "within: no more than {tolerance} {points} apart. {within} within, {above} above, {below} below."
        ));
        let divided =
            "Ours is the sample standard deviation (n - 1); theirs is as the file has it, and Dassl's divides by n.";
        out.push(divided.to_owned());
    }
    let (there, here) = (report.missing_there.len(), report.missing_here.len());
    let names: Vec<String> = report.missing_there.iter().take(SHOWN).map(named).collect();
    let names = match (names.is_empty(), there > SHOWN) {
        (true, _) => String::new(),
        (false, more) => format!(" ({}{})", names.join("; "), if more { "; ..." } else { "" }),
    };
    out.push(format!("missing: {there} of ours in the file{names}; {here} of the file here."));
    out.extend(report.notes.iter().map(|note| format!("Note: {note}.")));
    out
}

fn named(group: &Group) -> String {
    let part = match group.subsample {
        Subsample::All => String::new(),
        some => format!(" ({some} classes)"),
    };
    let (dataset, model, shots) = (&group.dataset, &group.backbone, shots(group.shots));
    format!("{dataset}{part}, {model}, {}, {shots} shots, {}", method(group), group.level)
}
