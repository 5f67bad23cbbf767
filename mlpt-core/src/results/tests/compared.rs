use super::tree::{grid, made};
use super::{mixed, tables};
use crate::results::{Cell, Comparison, Member, Options, pair};
use proptest::prelude::*;
use std::path::Path;

fn compared(root: &Path, options: Options, names: [&str; 2]) -> crate::Result<Comparison> {
    let options = Options { compare: Some(names.map(str::to_owned)), ..options };
    tables(root, &options).map(|mut report| report.tables.remove(0).comparison.unwrap())
}

fn reasons(comparison: &Comparison) -> Vec<(u64, &str)> {
    let paired = comparison.columns[0].as_ref().unwrap();
    paired.unpaired.iter().map(|u| (u.seed, u.reason.as_str())).collect()
}

#[test]
fn rows_are_found_by_label_and_subtracted_seed_by_seed() {
    let dir = tempfile::tempdir().unwrap();
    grid(dir.path());
    let c = compared(dir.path(), Options::default(), ["mlpt", "COOP+gce"]).unwrap();
    assert_eq!((c.first.as_str(), c.second.as_str()), ("MLPT", "CoOp + GCE"));
    let at8 = c.columns[1].as_ref().unwrap();
    // 172, 173, 174 against 164, 166, 168 right of 200.
    assert_eq!(at8.pairs.iter().map(|p| p.difference).collect::<Vec<_>>(), [4.0, 3.5, 3.0]);
    let s = at8.summary.unwrap();
    assert_eq!((s.n, s.mean, s.deviation), (3, 3.5, Some(0.5)));
    let zero = compared(dir.path(), Options::default(), ["CoOp", "zeroshot"]).unwrap();
    assert_eq!(zero.columns[0].as_ref().unwrap().summary.unwrap().mean, 50.0);
    let other = compared(dir.path(), Options::default(), ["CoOp + MAE", "MLPT"]).unwrap_err().to_string();
    assert!(other.contains("'CoOp + MAE'; the rows are: CoOp, CoOp + GCE, MLPT, zero-shot"), "{other}");
    let same = compared(dir.path(), Options::default(), ["CoOp", "coop"]).unwrap_err().to_string();
    assert!(same.contains("are the same row"), "{same}");
}

#[test]
fn a_trainers_name_is_enough_where_it_has_one_row() {
    let dir = tempfile::tempdir().unwrap();
    made("MLPT", 1, 8, 150).loss("gce").write(dir.path(), "a");
    made("CoOp", 1, 8, 140).loss("gce").write(dir.path(), "b");
    assert_eq!(compared(dir.path(), Options::default(), ["MLPT", "CoOp"]).unwrap().second, "CoOp + GCE");
    made("CoOp", 1, 8, 140).loss("mae").write(dir.path(), "c");
    assert!(compared(dir.path(), Options::default(), ["MLPT", "CoOp"]).is_err());
}

#[test]
fn seeds_that_do_not_pair_are_listed_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    for seed in 1..=6 {
        let run = made("CoOp", seed, 8, 140);
        let run = if seed == 5 { run.set("TEST.NO_TEST", "true") } else { run };
        run.write(dir.path(), &format!("coop{seed}"));
    }
    for seed in [2, 3, 5, 6, 7] {
        let run = made("MLPT", seed, 8, 150);
        let run = if seed == 2 { run.with("/noise/digest", "another") } else { run };
        run.write(dir.path(), &format!("mlpt{seed}"));
    }
    // A run without a test has no scores.
    let path = dir.path().join("coop5/result.json");
    let mut value: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    for name in ["total", "correct", "accuracy", "error", "macro_f1"] {
        value.as_object_mut().unwrap().remove(name);
    }
    std::fs::write(&path, value.to_string()).unwrap();
    let c = compared(dir.path(), Options::default(), ["MLPT", "CoOp"]).unwrap();
    let paired = c.columns[0].as_ref().unwrap();
    assert_eq!(paired.pairs.iter().map(|p| p.seed).collect::<Vec<_>>(), [3, 6]);
    assert_eq!(
        reasons(&c),
        [
            (1, "MLPT has no run of it"),
            (2, "the noise manifests differ (another and noise0800000)"),
            (4, "MLPT has no run of it"),
            (5, "CoOp has no figure of it"),
            (7, "CoOp has no run of it"),
        ]
    );
}

#[test]
fn mixed_runs_pair_only_where_they_are_known_to_be_alike() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 8, 140).write(dir.path(), "a");
    made("CoOp", 1, 8, 141).write(dir.path(), "b");
    made("CoOp", 2, 8, 141).with("/data_digest", "other").write(dir.path(), "c");
    made("CoOp", 3, 8, 141).with("/data_digest", "").write(dir.path(), "d");
    for seed in 1..=3 {
        made("MLPT", seed, 8, 150).write(dir.path(), &format!("mlpt{seed}"));
    }
    let c = compared(dir.path(), mixed(), ["MLPT", "CoOp"]).unwrap();
    assert_eq!(
        reasons(&c),
        [
            (1, "CoOp has 2 runs of it"),
            (2, "the data differ (dddddddddddd and other)"),
            (3, "the digest of the data is not recorded"),
        ]
    );
    let paired = c.columns[0].as_ref().unwrap();
    assert_eq!((paired.summary, paired.footnotes.as_slice()), (None, [1, 2].as_slice()));
}

#[test]
fn rows_that_share_no_table_cannot_be_compared() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 8, 140).write(dir.path(), "a");
    made("MLPT", 1, 8, 140).with("/shots", 4).write(dir.path(), "b");
    let message = compared(dir.path(), Options::default(), ["MLPT", "CoOp"]).unwrap_err().to_string();
    assert!(message.contains("share no table"), "{message}");
    made("CoOp", 1, 8, 140).with("/shots", 4).write(dir.path(), "c");
    let options = Options { compare: Some(["MLPT".into(), "CoOp".into()]), ..Options::default() };
    let report = tables(dir.path(), &options).unwrap();
    assert!(report.tables[0].comparison.is_some() && report.tables[1].comparison.is_none());
    assert_eq!(report.tables[1].notes, ["nothing to compare: there is no row MLPT here"]);
}

fn cell(values: &[f64]) -> Cell {
    let member = |(seed, &value): (usize, &f64)| Member {
        seed: seed as u64,
        value: Some(value),
        dir: format!("seed{seed}").into(),
        noise_digest: format!("noise{seed}"),
        data_digest: "data".into(),
        model_digest: "model".into(),
    };
    Cell::new(values.iter().enumerate().map(member).collect())
}

proptest! {
    #[test]
    fn the_mean_difference_is_the_difference_of_means_where_all_seeds_pair(
        values in prop::collection::vec((0.0..100.0f64, 0.0..100.0f64), 1..20),
        turn in 0usize..20,
    ) {
        let (a, b): (Vec<f64>, Vec<f64>) = values.into_iter().unzip();
        let (a, mut b) = (cell(&a), cell(&b));
        // The order of the runs does not matter.
        let turn = turn % b.members.len();
        b.members.rotate_left(turn);
        let paired = pair(&a, &b, ["A", "B"]);
        prop_assert!(paired.unpaired.is_empty());
        let (first, second) = (a.summary.unwrap(), b.summary.unwrap());
        let s = paired.summary.unwrap();
        prop_assert_eq!(s.n, first.n);
        prop_assert!((s.mean - (first.mean - second.mean)).abs() < 1e-9);
        // Turned round, it is the same with the other sign.
        let back = pair(&b, &a, ["B", "A"]).summary.unwrap();
        prop_assert!((back.mean + s.mean).abs() < 1e-9);
        prop_assert_eq!(back.deviation.is_some(), s.n > 1);
        if let (Some(one), Some(other)) = (s.deviation, back.deviation) {
            prop_assert!((one - other).abs() < 1e-9);
        }
    }

    #[test]
    fn an_interval_holds_its_mean_and_moves_with_the_values(
        values in prop::collection::vec(0.0..100.0f64, 2..20),
        shift in -50.0..50.0f64,
    ) {
        let s = cell(&values).summary.unwrap();
        let [low, high] = s.interval.unwrap();
        prop_assert!(low <= s.mean && s.mean <= high);
        let moved: Vec<f64> = values.iter().map(|v| v + shift).collect();
        let m = cell(&moved).summary.unwrap();
        prop_assert!((m.mean - s.mean - shift).abs() < 1e-9);
        prop_assert!((m.half_width().unwrap() - s.half_width().unwrap()).abs() < 1e-8);
    }
}
