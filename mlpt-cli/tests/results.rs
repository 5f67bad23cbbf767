//! `mlpt results` on run directories made by hand.
#![allow(clippy::unwrap_used)]

#[path = "../../mlpt-core/src/results/tests/tree.rs"]
mod tree;

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tree::{grid, made};

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlpt"));
    command.env_remove("RUST_LOG").current_dir(dir).arg("results").args(args);
    command
}

fn run(dir: &Path, args: &[&str]) -> Output {
    command(dir, args).output().unwrap()
}

/// Standard output and standard error of a command that succeeds.
fn good(dir: &Path, args: &[&str]) -> (String, String) {
    let output = run(dir, args);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{args:?}: {err}");
    assert!(!out.contains("NaN") && !out.contains("inf"), "{out}");
    (out, err)
}

/// Fails with `code`, says every part and prints no table.
fn bad(dir: &Path, code: i32, args: &[&str], parts: &[&str]) {
    let output = run(dir, args);
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {err}");
    assert!(output.stdout.is_empty() && !err.contains("panicked"), "{err}");
    for part in parts {
        assert!(err.contains(part), "no '{part}' in: {err}");
    }
}

fn a_grid() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    grid(&dir.path().join("out"));
    dir
}

#[test]
fn text_for_a_terminal() {
    let dir = a_grid();
    made("CoOp", 4, 8, 0).write_unfinished(dir.path(), "out/coop/8/seed4");
    let (out, _) = good(dir.path(), &["out", "--compare", "MLPT", "coop+gce"]);
    let wanted = "\
Pictograms, builtin (sha256 aaaaaaaaaaaa), 16 shots, 4 classes, 200 test images: accuracy in percent

                         0 wrong       8 wrong
  zero-shot              41.0          41.0
  CoOp                   91.0 ± 0.5    71.0 ± 0.5
                         [89.8, 92.2]  [69.8, 72.2]
  CoOp + GCE             91.0 ± 1.0    83.0 ± 1.0
                         [88.5, 93.5]  [80.5, 85.5]
  MLPT                   90.5 ± 0.5    86.5 ± 0.5
                         [89.3, 91.7]  [85.3, 87.7]

  MLPT minus CoOp + GCE  -0.5 ± 0.5    +3.5 ± 0.5
                         [-1.7, +0.7]  [+2.3, +4.7]
                         n = 3         n = 3

± is the sample standard deviation over the seeds; in brackets the 95 % confidence interval of the
mean (Student's t).
n = 3 (seeds 1 2 3).
k wrong: of each class's 16 shots k are wrong (instance-replace).
Rows with the same seed saw the same training images and the same wrong labels.
MLPT minus CoOp + GCE: mean of the differences on the same seeds, images and wrong labels, their
standard deviation, and the 95 % confidence interval of the mean.

1 run is unfinished (config.toml without result.json):
  out/coop/8/seed4
";
    assert_eq!(out, wanted, "\n{out}");
}

#[test]
fn markdown_to_paste() {
    let dir = a_grid();
    made("CoOp", 4, 8, 0).write_unfinished(dir.path(), "out/coop/8/seed4");
    let args = ["out", "--format", "markdown", "--compare", "mlpt", "coop"];
    let (out, err) = good(dir.path(), &args);
    let wanted = "\
| | 0 wrong | 8 wrong |
|---|---:|---:|
| zero-shot | 41.0 | 41.0 |
| CoOp | 91.0 ± 0.5 | 71.0 ± 0.5 |
| CoOp + GCE | 91.0 ± 1.0 | 83.0 ± 1.0 |
| MLPT | 90.5 ± 0.5 | 86.5 ± 0.5 |
| MLPT minus CoOp | -0.5 ± 0.0 [-0.5, -0.5] | +15.5 ± 0.0 [+15.5, +15.5] |

Pictograms, builtin (sha256 aaaaaaaaaaaa), 16 shots, 4 classes, 200 test images: accuracy in percent. \
± is the sample standard deviation over the seeds. n = 3 (seeds 1 2 3). \
k wrong: of each class's 16 shots k are wrong (instance-replace). \
Rows with the same seed saw the same training images and the same wrong labels. \
MLPT minus CoOp: mean of the differences on the same seeds, images and wrong labels, their standard deviation, \
and the 95 % confidence interval of the mean. Pairs by column: n = 3, n = 3.
";
    assert_eq!(out, wanted, "\n{out}");
    assert!(err.contains("out/coop/8/seed4 is not finished"), "{err}");
    let (out, _) = good(dir.path(), &["out", "--format", "md", "--ci95"]);
    assert!(out.contains("| CoOp | 91.0 ± 1.2 | 71.0 ± 1.2 |"), "{out}");
    assert!(out.contains("± is half the width of the 95 % confidence interval of the mean (Student's t)."), "{out}");
}

#[test]
fn latex_to_paste() {
    let dir = a_grid();
    made("CoOp", 4, 8, 140).set("OPTIM.LR", "0.1").write(dir.path(), "out/coop/8/seed4");
    let args = ["out", "--format", "latex", "--compare", "mlpt", "coop", "--allow-mixed"];
    let (out, _) = good(dir.path(), &args);
    let wanted = "\
\\begin{tabular}{lrr}
\\hline
& 0 wrong & 8 wrong \\\\
\\hline
zero-shot & 41.0 & 41.0 \\\\
CoOp & 91.0 $\\pm$ 0.5 & 70.8 $\\pm$ 0.6 [1] \\\\
CoOp + GCE & 91.0 $\\pm$ 1.0 & 83.0 $\\pm$ 1.0 \\\\
MLPT & 90.5 $\\pm$ 0.5 & 86.5 $\\pm$ 0.5 \\\\
MLPT minus CoOp & -0.5 $\\pm$ 0.0 [-0.5, -0.5] & +15.5 $\\pm$ 0.0 [+15.5, +15.5] [1] \\\\
\\hline
\\end{tabular}

Pictograms, builtin (sha256 aaaaaaaaaaaa), 16 shots, 4 classes, 200 test images: accuracy in percent.
$\\pm$ is the sample standard deviation over the seeds.
";
    assert!(out.starts_with(wanted), "\n{out}");
    assert!(
        out.contains("\n[1] CoOp, 8 wrong: OPTIM.LR is 0.002 in out/coop/8/seed1 and 0.1 in out/coop/8/seed4."),
        "{out}"
    );
    // What Markdown says, LaTeX says.
    let (markdown, _) = good(dir.path(), &["out", "--format", "md", "--compare", "mlpt", "coop", "--allow-mixed"]);
    let words = |text: &str| {
        let plain = text.replace("$\\pm$", "±").replace("\\%", "%").replace("\\_", "_");
        let below = plain.split_once("\n\n").unwrap().1.to_owned();
        below.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(words(&out), words(&markdown));
}

#[test]
fn csv_at_full_precision() {
    let dir = a_grid();
    let (out, _) = good(dir.path(), &["out", "--format", "csv", "--compare", "MLPT", "CoOp"]);
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines.len(), 1 + 8 + 2);
    let field = |line: &[&str], name: &str| line[lines[0].iter().position(|head| *head == name).unwrap()].to_owned();
    let line = lines.iter().find(|l| field(l, "label") == "CoOp + GCE" && field(l, "num_fp") == "8").unwrap();
    let is = |name: &str, value: &str| assert_eq!(field(line, name), value, "{name}");
    is("kind", "cell");
    is("dataset", "Pictograms");
    is("trainer", "CoOp");
    is("loss", "gce");
    is("noise", "instance-replace");
    is("metric", "accuracy");
    is("n", "3");
    is("mean", "83");
    is("deviation", "1");
    is("seeds", "1 2 3");
    is("values", "82 83 84");
    is("mixed", "false");
    assert!(
        (field(line, "interval_low").parse::<f64>().unwrap() - (83.0 - 4.302_652_729_749_464 / 3.0_f64.sqrt())).abs()
            < 1e-9
    );
    assert_eq!(field(&lines[9], "kind"), "difference");
    assert_eq!(field(&lines[10], "mean"), "15.5");
}

#[test]
fn json_with_every_run() {
    let dir = a_grid();
    let (out, _) = good(dir.path(), &["out", "--json", "--compare", "MLPT", "CoOp", "--metric", "macro_f1"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((report["version"].as_u64(), report["metric"].as_str()), (Some(1), Some("macro_f1")));
    let table = &report["tables"][0];
    let row = table["rows"].as_array().unwrap().iter().find(|r| r["label"] == "MLPT").unwrap();
    let cell = &row["cells"][1];
    assert_eq!(cell["summary"]["n"], 3);
    assert!((cell["summary"]["mean"].as_f64().unwrap() - 0.9 * 86.5).abs() < 1e-9);
    assert_eq!(cell["members"][2]["dir"], Path::new("out/mlpt/8/seed3").to_str().unwrap());
    assert_eq!(table["comparison"]["columns"][1]["pairs"][0]["seed"], 1);
    assert_eq!(table["same_manifests"], true);
    let (same, _) = good(dir.path(), &["out", "--format", "json", "--compare", "MLPT", "CoOp", "--metric", "macro_f1"]);
    assert_eq!(same, out);
}

#[test]
fn one_seed_has_no_spread_and_what_is_absent_is_a_dash() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 7, 0, 150).write(dir.path(), "a");
    made("MLPT", 7, 8, 141).write(dir.path(), "b");
    made("MLPT", 8, 8, 142).write(dir.path(), "c");
    let (text, _) = good(dir.path(), &["."]);
    assert!(
        text.contains("  CoOp       75.0     –\n") && text.contains("  MLPT       –        70.8 ± 0.4\n"),
        "{text}"
    );
    assert!(text.contains("n = 2 (seeds 7 8), but CoOp at 0 wrong has n = 1 (seed 7)."), "{text}");
    let (markdown, _) = good(dir.path(), &["a", "--format", "markdown"]);
    assert!(markdown.contains("| CoOp | 75.0 |\n") && !markdown.contains('±'), "{markdown}");
    let (csv, _) = good(dir.path(), &["a", "--format", "csv"]);
    assert!(csv.contains(",accuracy,1,75,,,,7,75,false,all,mlpt,\n"), "{csv}");
    let (json, _) = good(dir.path(), &["a", "--json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let summary = &report["tables"][0]["rows"][1]["cells"][0]["summary"];
    assert_eq!((&summary["deviation"], &summary["interval"]), (&Value::Null, &Value::Null));
    made("CoOp", 7, 8, 140).write(dir.path(), "d");
    let (text, _) = good(dir.path(), &[".", "--compare", "MLPT", "CoOp"]);
    assert!(text.contains("+0.5\n") && !text.contains("their standard deviation"), "{text}");
    let (text, _) = good(dir.path(), &[".", "--metric", "detection.auroc"]);
    assert!(text.contains("  MLPT  –        –\n"), "{text}");
}

#[test]
fn a_file_is_whole_or_not_there() {
    let dir = a_grid();
    let (out, _) = good(dir.path(), &["out", "--format", "csv"]);
    let (nothing, _) = good(dir.path(), &["out", "--format", "csv", "-o", "tables/all.csv"]);
    assert_eq!(nothing, "");
    assert_eq!(fs::read_to_string(dir.path().join("tables/all.csv")).unwrap(), out);
    bad(dir.path(), 1, &["out", "-o", "out"], &["out"]);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "no temporary file is left");
    bad(dir.path(), 1, &["out/none", "-o", "new.txt"], &["out/none: does not exist"]);
    assert!(!dir.path().join("new.txt").exists());
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let dir = a_grid();
    let add = |made: tree::Made| {
        let _ = fs::remove_dir_all(dir.path().join("more"));
        made.write(dir.path(), "more/run");
    };
    let both = ["out", "more"];
    let refuse = |parts: &[&str]| bad(dir.path(), 1, &both, parts);
    let mixed = |wanted: &str| {
        let (out, _) = good(dir.path(), &["out", "more", "--allow-mixed"]);
        let lines: Vec<&str> = out.split_whitespace().collect();
        let flat = lines.join(" ");
        assert!(flat.contains(wanted), "no '{wanted}' in: {out}");
    };
    add(made("CoOp", 4, 8, 140).set("OPTIM.LR", "0.1"));
    refuse(&[
        "out/coop/8/seed1 and more/run",
        "Pictograms, CoOp, 8 wrong",
        "OPTIM.LR is 0.002 in the first and 0.1 in the second",
        "--allow-mixed",
    ]);
    mixed("CoOp 91.0 ± 0.5 70.8 ± 0.6 [1] ");
    mixed("[1] CoOp, 8 wrong: OPTIM.LR is 0.002 in out/coop/8/seed1 and 0.1 in more/run.");
    add(made("CoOp", 3, 8, 140));
    refuse(&["out/coop/8/seed3", "more/run", "both have seed 3", "--allow-mixed"]);
    mixed("[1] CoOp, 8 wrong: seed 3 is there twice, in");
    add(made("CoOp", 4, 8, 140).with("/data_digest", "other"));
    refuse(&["data_digest is dddddddddddd in the first and other in the second"]);
    mixed("Note: rows are not on the same data: data_digest is dddddddddddd in");
    add(made("Other", 4, 8, 140).with("/classes", 5));
    refuse(&["do not belong in one table", "classes is 4 in", "5 in more/run"]);
    add(made("CoOp", 4, 8, 140).noise("symmetric"));
    refuse(&["NOISE.NAME is instance-replace in the first and symmetric in the second", "--by-noise", "--allow-mixed"]);
    mixed("8 wrong: noise models are mixed: instance-replace, symmetric.");
    let (out, _) = good(dir.path(), &["out", "more", "--by-noise"]);
    assert!(out.contains("8 wrong (instance-replace)  8 wrong (symmetric)"), "{out}");
    // Without noise its model may be any.
    add(made("CoOp", 4, 0, 181).noise("symmetric"));
    let (out, _) = good(dir.path(), &both);
    assert!(out.contains("but") && out.contains("CoOp at 0 wrong has n = 4 (seeds 1 2 3 4)"), "{out}");
}

#[test]
fn rates_are_told() {
    let dir = a_grid();
    made("CoOp", 1, 0, 140).rate(0.25, "class", 16).write(dir.path(), "out/rate/seed1");
    made("CoOp", 1, 0, 130).rate(0.25, "global", 16).write(dir.path(), "out/global/seed1");
    let (out, _) = good(dir.path(), &["out", "--format", "markdown"]);
    assert!(out.contains("| | 0 wrong | 8 wrong | 25 % wrong | 25 % wrong over all |"), "{out}");
    assert!(
        out.contains(
            "k wrong: of each class's 16 shots k are wrong; p % wrong: of each class's 16 shots so many are wrong, \
             rounded; over all: counted over all training images, whatever their class (instance-replace)."
        ),
        "{out}"
    );
}

#[test]
fn mistakes_get_one_clear_message() {
    let dir = a_grid();
    fs::create_dir(dir.path().join("empty")).unwrap();
    bad(dir.path(), 2, &[], &["<DIR>"]);
    bad(dir.path(), 2, &["out", "--metric", "acc"], &["accuracy", "detection.auroc"]);
    bad(dir.path(), 2, &["out", "--format", "html"], &["markdown", "latex"]);
    bad(dir.path(), 2, &["out", "--compare", "MLPT"], &["--compare"]);
    bad(dir.path(), 2, &["out", "--json", "--format", "csv"], &["--json"]);
    bad(dir.path(), 1, &["out", "empty"], &["error: empty: holds no run"]);
    bad(dir.path(), 1, &["out", "--compare", "MLPT", "KgCoOp"], &["'KgCoOp'", "CoOp, CoOp + GCE, MLPT, zero-shot"]);
    bad(dir.path(), 1, &["out", "--compare", "MLPT", "mlpt"], &["are the same row"]);
    fs::write(dir.path().join("out/mlpt/8/seed2/result.json"), "{\"version\": 1").unwrap();
    bad(dir.path(), 1, &["out"], &["out/mlpt/8/seed2/result.json: is no whole result of a run"]);
}

#[test]
fn seeds_that_do_not_pair_are_named() {
    let dir = tempfile::tempdir().unwrap();
    for seed in 1..=3 {
        made("CoOp", seed, 8, 140).write(dir.path(), &format!("coop{seed}"));
        made("MLPT", seed, 8, 150 + seed as usize).write(dir.path(), &format!("mlpt{seed}"));
    }
    made("MLPT", 3, 8, 150).with("/noise/digest", "other").write(dir.path(), "mlpt3");
    let (out, _) = good(dir.path(), &[".", "--compare", "MLPT", "CoOp"]);
    assert!(out.contains("+5.8 ± 0.4") && out.contains("n = 2"), "{out}");
    assert!(
        out.contains("At 8 wrong, seed 3 does not count: the noise manifests differ (other and noise0800000)."),
        "{out}"
    );
    assert!(!out.contains("saw the same"), "{out}");
    assert!(out.contains("Note: not the same wrong labels: CoOp and MLPT at 8 wrong, seed 3."), "{out}");
}

#[test]
fn names_do_not_break_a_markdown_table() {
    let dir = tempfile::tempdir().unwrap();
    made("A|B", 1, 8, 140).with("/dataset", "*my* set").with("/mechanisms", json!([])).write(dir.path(), "a");
    let (out, _) = good(dir.path(), &["a", "--format", "markdown"]);
    assert!(out.contains("| A\\|B | 70.0 |\n") && out.contains("\n\\*my\\* set, builtin"), "{out}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let dir = a_grid();
    let mut child =
        command(dir.path(), &["out", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

#[test]
fn help_says_what_may_share_a_cell() {
    let dir = tempfile::tempdir().unwrap();
    let (long, _) = good(dir.path(), &["--help"]);
    let (short, _) = good(dir.path(), &["-h"]);
    for help in [&long, &short] {
        assert!(help.contains("mlpt results output --compare MLPT CoOp+GCE --format markdown -o table.md"), "{help}");
    }
    assert!(long.contains("Two noise models never share a column") && long.contains("divided by n - 1"), "{long}");
}
