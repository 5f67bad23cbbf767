//! `mlpt results` on logs of Dassl, and beside published results.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../../mlpt-core/src/results/tests/logs.rs"]
mod logs;
#[allow(dead_code)]
#[path = "../../mlpt-core/src/results/tests/tree.rs"]
mod tree;

use logs::{Log, PUBLISHED, log};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use tree::made;

/// Exit code, standard output and standard error.
fn run(dir: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlpt"));
    let output = command.env_remove("RUST_LOG").current_dir(dir).arg("results").args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn good(dir: &Path, args: &[&str]) -> (String, String) {
    let (code, out, err) = run(dir, args);
    assert_eq!(code, Some(0), "{args:?}: {err}");
    assert!(!out.contains("NaN"), "{out}");
    (out, err)
}

fn bad(dir: &Path, code: i32, args: &[&str], parts: &[&str]) {
    let (found, out, err) = run(dir, args);
    assert_eq!((found, out.as_str()), (Some(code), ""), "{args:?}: {err}");
    for part in parts {
        assert!(err.contains(part) && !err.contains("panicked"), "no '{part}' in: {err}");
    }
}

/// A published tree in `output`, its table in `published.csv`, and a log that was cut off.
fn published() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("output");
    logs::tree(&root);
    Log { end: String::new(), ..log("CoOp", 2, 4, 0.0) }.write(&root);
    fs::write(dir.path().join("published.csv"), PUBLISHED).unwrap();
    dir
}

const CUT: &str = "output/caltech101/CoOp/vit_b16_ep50_16shots/nctx16_cscFalse_ctpend/GCE_False/16shots_2noise/seed4";

#[test]
fn logs_of_dassl_are_a_table() {
    let dir = published();
    let (out, _) = good(dir.path(), &["output"]);
    let wanted = format!(
        "\
Caltech101, ViT-B/16, 16 shots, 100 classes, 2465 test images, logs of Dassl: accuracy in percent

         0 wrong       2 wrong
  CoOp   92.0 ± 0.3    85.8 ± 1.4
         [91.3, 92.6]  [82.3, 89.3]
  MaPLe  96.2 ± 0.2    88.9 ± 0.5
         [95.9, 96.6]  [87.7, 90.1]

± is the sample standard deviation over the seeds; in brackets the 95 % confidence interval of the
mean (Student's t).
n = 3 (seeds 1 2 3).
k wrong: DATASET.NUM_FP is k.
Note: figures are from logs of Dassl, which round them to one decimal; Dassl's own table divides the
deviation by n, this one by n - 1.

1 run is skipped:
  {CUT}: its log has no line `Finish training`: the run was stopped, or evaluated only
"
    );
    assert_eq!(out, wanted, "\n{out}");
    let (out, err) = good(dir.path(), &["output", "--format", "latex"]);
    assert!(out.contains("\nCoOp & 92.0 $\\pm$ 0.3 & 85.8 $\\pm$ 1.4 \\\\\n"), "{out}");
    assert!(err.contains(&format!("{CUT} is not in the table: its log has no line")), "{err}");
    let (out, _) = good(dir.path(), &["output", "--json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (report["tables"][0]["source"].as_str(), report["skipped"][0]["dir"].as_str()),
        (Some("dassl"), Some(CUT))
    );
    // A run of this program on the same data stands in another table, and only that one is in a protocol.
    made("CoOp", 1, 0, 180)
        .with("/dataset", "Caltech101")
        .with("/backbone", "ViT-B/16")
        .write(dir.path(), "output/ours");
    let (out, _) = good(dir.path(), &["output"]);
    assert!(
        out.contains("200 test images: accuracy") && out.contains("2465 test images, logs of Dassl: accuracy"),
        "{out}"
    );
    bad(dir.path(), 1, &["output", "--protocol", "base-to-new"], &["none of the 1 runs was trained on base classes"]);
}

#[test]
fn figures_stand_beside_published_ones() {
    let dir = published();
    log("CoOp", 0, 1, 90.0).gce().write(&dir.path().join("output"));
    let changed = format!("{PUBLISHED}dtd,CoOp,rn50_ep50,False,False,,16,0,1|2|3,63.10,0.70,61.00,96\n");
    fs::write(dir.path().join("published.csv"), changed.replace(",96.23,", ",99.00,")).unwrap();
    let args = ["output", "--reference", "published.csv"];
    let (out, _) = good(dir.path(), &args);
    let wanted = format!(
        "\
Beside published.csv: accuracy in percent, mean ± standard deviation (n).

  data set    model     method         published as                   shots  wrong  ours            theirs          difference  verdict
  Caltech101  ViT-B/16  CoOp [Dassl]   CoOp, vit_b16_ep50             16     0      92.0 ± 0.3 (3)  92.0 ± 0.2 (3)  0.0         within
  Caltech101  ViT-B/16  CoOp [Dassl]   CoOp, vit_b16_ep50             16     2      85.8 ± 1.4 (3)  85.8 ± 1.1 (3)  0.0         within
  Caltech101  ViT-B/16  MaPLe [Dassl]  MaPLe, vit_b16_c2_ep50_batch4  16     0      96.2 ± 0.2 (3)  99.0 ± 0.1 (3)  -2.8        below
  Caltech101  ViT-B/16  MaPLe [Dassl]  MaPLe, vit_b16_c2_ep50_batch4  16     2      88.9 ± 0.5 (3)  88.9 ± 0.4 (3)  0.0         within

within: no more than 1 point apart. 3 within, 0 above, 1 below.
Ours is the sample standard deviation (n - 1); theirs is as the file has it, and Dassl's divides by
n.
missing: 1 of ours in the file (Caltech101, ViT-B/16, CoOp + GCE [Dassl], 16 shots, 0 wrong); 1 of
the file here.
Note: figures from logs of Dassl are rounded to one decimal.

1 run is skipped:
  {CUT}: its log has no line `Finish training`: the run was stopped, or evaluated only
"
    );
    assert_eq!(out, wanted, "\n{out}");
    let (out, _) = good(dir.path(), &[&args[..], &["--tolerance", "3", "--format", "markdown"]].concat());
    assert!(out.starts_with("| data set | model | method | published as | shots |"), "{out}");
    assert!(
        out.contains("\n|---|---|---|---|---:|---:|---:|---:|---:|---:|\n") && out.contains(" 4 within, "),
        "{out}"
    );
    let (out, _) = good(dir.path(), &[&args[..], &["--format", "latex"]].concat());
    assert!(
        out.contains("\\begin{tabular}{llllrrrrrr}") && out.contains("CoOp, vit\\_b16\\_ep50 & 16 & 0 & "),
        "{out}"
    );
    let (out, err) = good(dir.path(), &[&args[..], &["--format", "csv"]].concat());
    assert!(out.lines().count() == 1 + 4 + 2 && out.contains("\nbelow,accuracy,-2.7"), "{out}");
    assert!(err.contains("rounded to one decimal"), "{err}");
    let (out, _) = good(dir.path(), &[&args[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((report["lines"].as_array().unwrap().len(), report["lines"][2]["verdict"].as_str()), (4, Some("below")));
    assert_eq!(report["missing_here"][0]["dataset"], "dtd");
    assert_eq!(report["missing_there"][0]["loss"], "gce");
    // Nothing fits: still an answer.
    fs::write(dir.path().join("published.csv"), "dataset,trainer,gce,shots,noise_fp,acc_mean\ndtd,CoOp,False,1,0,50\n")
        .unwrap();
    let (out, _) = good(dir.path(), &args);
    assert!(out.contains("missing: 5 of ours in the file") && out.contains("; ...)"), "{out}");
}

#[test]
fn runs_of_this_program_are_looked_up_by_every_name() {
    let dir = tempfile::tempdir().unwrap();
    for (seed, correct) in [(1, 126), (2, 128)] {
        let run = made("MLPT", seed, 8, correct).with("/dataset", "DescribableTextures").with("/backbone", "RN50");
        run.set("# TRAINER.MLPT.CSC", "false # default").write(dir.path(), &format!("seed{seed}"));
    }
    let rows = "dataset,trainer,cfg,csc,gce,factor,shots,noise_fp,acc_mean\n\
                dtd,RCoOp,rn50_ep50,False,False,BiLoss,16,8,60\ndtd,RCoOp,rn50_ep50,True,False,BiLoss,16,8,60\n\
                dtd,RCoOp,vit_b32_ep50,False,False,BiLoss,16,8,60\n";
    fs::write(dir.path().join("published.csv"), rows).unwrap();
    let (out, _) = good(dir.path(), &[".", "--reference", "published.csv"]);
    assert!(out.contains("RCoOp, rn50_ep50, BiLoss") && out.contains("+3.5") && out.contains("above"), "{out}");
    assert!(out.contains("0 within, 1 above, 0 below") && out.contains("2 of the file here"), "{out}");
    assert!(out.contains("here it was by instance-replace"), "{out}");
}

#[test]
fn mistakes_get_one_clear_message() {
    let dir = published();
    let at = dir.path();
    bad(at, 1, &["output", "--reference", "none.csv"], &["none.csv"]);
    fs::write(at.join("short.csv"), PUBLISHED.replace(",noise_fp", "")).unwrap();
    bad(
        at,
        1,
        &["output", "--reference", "short.csv"],
        &["error: short.csv: line 1: has no column noise_fp; it needs"],
    );
    fs::write(at.join("words.csv"), PUBLISHED.replace(",85.83,", ",much,")).unwrap();
    bad(at, 1, &["output", "--reference", "words.csv"], &["error: words.csv: line 3: acc_mean is 'much'"]);
    bad(at, 1, &["output", "--reference", "published.csv", "--tolerance", "-1"], &["--tolerance is -1"]);
    bad(at, 2, &["output", "--reference", "published.csv", "--tolerance", "some"], &["--tolerance"]);
    bad(at, 2, &["output", "--tolerance", "1"], &["--reference"]);
    bad(at, 2, &["output", "--reference", "published.csv", "--compare", "A", "B"], &["--compare"]);
    bad(at, 1, &["output", "--reference", "published.csv", "--metric", "cpu_s"], &["no cpu_s is compared"]);
    bad(at, 1, &[CUT], &["none of the 1 runs is finished", "no line `Finish training`"]);
}
