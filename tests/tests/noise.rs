//! Every name of noise, as a user meets it: what the manifest and the result say.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Ran, json, mlpt};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A line of `noise.csv`.
struct Row {
    truth: usize,
    given: usize,
    image: String,
}

fn manifest(run: &Path) -> Vec<Row> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.splitn(4, ',').collect();
        Row { truth: cells[1].parse().unwrap(), given: cells[2].parse().unwrap(), image: cells[3].to_owned() }
    };
    fs::read_to_string(run.join("noise.csv")).unwrap().lines().skip(1).map(row).collect()
}

/// Wrong items by class.
fn wrong(rows: &[Row], class: impl Fn(&Row) -> usize) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    rows.iter().filter(|r| r.truth != r.given).for_each(|r| *counts.entry(class(r)).or_default() += 1);
    counts
}

/// One epoch on four shots of each of the 24 built-in classes, without a test.
fn train(dir: &Path, out: &str, more: &[&str]) -> Ran {
    let mut args = vec!["train", "--dataset", "Pictograms", "--output-dir", out];
    if !more.contains(&"--trainer") {
        args.extend(["--trainer", "CoOp"]);
    }
    args.extend(more.iter().filter(|word| !word.contains('=')));
    args.extend(["SEED=3", "DATASET.NUM_SHOTS=4", "OPTIM.MAX_EPOCH=1", "OPTIM.WARMUP_EPOCH=0", "TEST.NO_TEST=True"]);
    args.extend(more.iter().filter(|word| word.contains('=')));
    mlpt(dir, &args)
}

#[test]
fn every_name_keeps_its_promise() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    fs::write(dir.join("table.csv"), "class,becomes\n0,1\n1,0\n5,7\n").unwrap();
    for (name, alias, setting) in [
        ("instance-replace-halves", "ptnl", ""),
        ("asymmetric", "asym", "NOISE.ASYMMETRIC.TABLE=table.csv"),
        ("confusion", "confusion", "NOISE.CONFUSION.TEMPERATURE=2"),
        ("instance-dependent", "Instance-Dependent", ""),
    ] {
        let mut more = vec!["--noise", alias, "--num-fp", "1"];
        more.extend((!setting.is_empty()).then_some(setting));
        train(dir, name, &more).ok();
        let rows = manifest(&dir.join(name));
        assert_eq!(rows.len(), 96, "{name}");
        let places = if name == "instance-replace-halves" { |r: &Row| r.given } else { |r: &Row| r.truth };
        let found = wrong(&rows, places);
        let classes: Vec<usize> = if name == "asymmetric" { vec![0, 1, 5] } else { (0..24).collect() };
        assert_eq!(found, classes.iter().map(|c| (*c, 1)).collect::<BTreeMap<_, _>>(), "{name}");
        if name == "asymmetric" {
            let pairs = rows.iter().filter(|r| r.truth != r.given).map(|r| (r.truth, r.given)).collect::<Vec<_>>();
            assert_eq!(pairs, [(0, 1), (1, 0), (5, 7)]);
        }
        let mut images: Vec<&str> = rows.iter().map(|r| r.image.as_str()).collect();
        images.sort_unstable();
        images.dedup();
        assert_eq!(images.len(), 96, "{name}: no image twice");

        let noise = &json(&dir.join(name).join("result.json"))["noise"];
        assert_eq!(noise["name"], name);
        assert_eq!((noise["wrong"].as_u64(), noise["items"].as_u64()), (Some(classes.len() as u64), Some(96)));
        assert_eq!((&noise["scope"], noise.get("rate")), (&"class".into(), None));

        // Another trainer sees the same; `explain` tells what it is.
        let other = format!("{name}-other");
        more.extend(["--trainer", "ZeroshotCLIP"]);
        train(dir, &other, &more).ok();
        let csv = |run: &str| fs::read(dir.join(run).join("noise.csv")).unwrap();
        assert_eq!(csv(name), csv(&other), "{name}");
        let told = mlpt(dir, &["explain", alias]).ok().stdout;
        assert!(told.starts_with(&format!("{name} (noise model)")) && told.lines().count() > 4, "{told}");
    }
}

#[test]
fn rates_and_scopes() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let class =
        train(dir, "a", &["--noise", "sym", "--noise-rate", "0.3", "TEST.NO_TEST=False", "TEST.SPLIT=val"]).ok();
    // Of four, 0.3 is rounded to one.
    let found = wrong(&manifest(&dir.join("a")), |r| r.truth);
    assert_eq!(found, (0..24).map(|c| (c, 1)).collect::<BTreeMap<_, _>>());
    assert!(class.stdout.contains("30 % of every class, 24 of 96 in all (symmetric)"), "{}", class.stdout);
    let noise = &json(&dir.join("a/result.json"))["noise"];
    assert_eq!((&noise["rate"], &noise["scope"], &noise["num_fp"]), (&0.3.into(), &"class".into(), &0.into()));

    // Where no folder is named, it says how much is wrong, and where.
    let global = ["train", "--trainer", "CoOp", "--dataset", "Pictograms", "--noise", "sym", "--noise-rate", "0.3"];
    let short = ["NOISE.SCOPE=global", "SEED=3", "DATASET.NUM_SHOTS=4", "OPTIM.MAX_EPOCH=1", "TEST.SPLIT=val"];
    let ran = mlpt(dir, &[&global[..], &short].concat()).ok();
    assert!(ran.stdout.contains("30 % over all classes, 29 of 96 in all (symmetric)"), "{}", ran.stdout);
    let run = dir.join("output/Pictograms/CoOp/builtin_ce/4shots_0.3noise_symmetric_global/seed3");
    let rows = manifest(&run);
    let found = wrong(&rows, |r| r.truth);
    assert_eq!(found.values().sum::<usize>(), 29);
    assert!(found.values().any(|n| *n != 1), "{found:?}");
    assert_eq!(json(&run.join("result.json"))["noise"]["scope"], "global");

    // One table, two columns.
    let table = mlpt(dir, &["results", "a", "output", "--format", "markdown"]).ok().stdout;
    assert!(table.contains("| | 30 % wrong | 30 % wrong over all |"), "{table}");

    let nothing = train(dir, "none", &["--noise-rate", "0.1", "--trainer", "ZeroshotCLIP"]).ok();
    assert!(nothing.stderr.contains("NOISE.RATE 0.1 came to no wrong label"), "{}", nothing.stderr);
}

#[test]
fn labels_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let still = |out: &str, more: &[&str]| train(dir, out, &[&["--trainer", "ZeroshotCLIP"], more].concat());
    still("first", &["--noise", "symmetric", "--num-fp", "2"]).ok();
    let text = fs::read_to_string(dir.join("first/noise.csv")).unwrap();
    let again = still("again", &["--noise", "file", "NOISE.FILE.PATH=first/noise.csv"]).ok();
    assert_eq!(fs::read_to_string(dir.join("again/noise.csv")).unwrap(), text);
    assert!(!again.stderr.contains("says nothing"), "{}", again.stderr);
    assert_eq!(json(&dir.join("again/result.json"))["noise"]["wrong"], 48);

    // Without its last five lines.
    let lines: Vec<&str> = text.lines().collect();
    fs::write(dir.join("some.csv"), lines[..lines.len() - 5].join("\n") + "\n").unwrap();
    let some = still("some", &["--noise", "file", "NOISE.FILE.PATH=some.csv"]).ok();
    let wanted = "some.csv says nothing about 5 of 96 drawn images: they keep their label";
    assert!(some.stderr.contains(wanted), "{}", some.stderr);

    let refused = |list: &str, more: &[&str], wanted: &str| {
        fs::write(dir.join("bad.csv"), list).unwrap();
        let args = [&["--noise", "file", "NOISE.FILE.PATH=bad.csv"], more].concat();
        let ran = still("bad", &args);
        assert!(ran.code == Some(1) && ran.stderr.contains(wanted), "no '{wanted}' in {}", ran.stderr);
        assert!(!dir.join("bad").exists(), "a run that cannot start leaves nothing behind");
    };
    refused("image,label\nnowhere.png,0\n", &[], "bad.csv: line 2: image 'nowhere.png' is not in the training split");
    refused("image,name\nnowhere.png,0\n", &[], "bad.csv: line 1: there is no column `label` or `given_label`");
    refused("image,label\nnowhere.png,unicorns\n", &[], "bad.csv: line 2: there is no class 'unicorns'");
    refused("image,label\n", &["DATASET.NUM_FP=1"], "NOISE.NAME is file and DATASET.NUM_FP 1 is set");
    refused("image,label\n", &["NOISE.RATE=0.5"], "NOISE.NAME is file and NOISE.RATE 0.5 is set");
    let gone = still("bad", &["--noise", "file", "NOISE.FILE.PATH=gone.csv"]);
    assert!(gone.code == Some(1) && gone.stderr.contains("gone.csv"), "{}", gone.stderr);
}

#[test]
fn base_classes_and_new_ones() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let more = ["DATASET.SUBSAMPLE_CLASSES=base", "DATASET.NUM_FP=1", "TEST.NO_TEST=False", "TEST.SPLIT=val"];
    train(dir, "run", &more).ok();
    let result = json(&dir.join("run/result.json"));
    assert_eq!((result["classes"].as_u64(), result["total"].as_u64()), (Some(12), Some(48)));
    let rows = manifest(&dir.join("run"));
    assert_eq!(rows.len(), 48);
    assert!(rows.iter().all(|r| r.truth < 12 && r.given < 12), "no image comes from the other classes");

    let new = mlpt(dir, &["eval", "run", "DATASET.SUBSAMPLE_CLASSES=new", "--json"]).ok();
    let new: serde_json::Value = serde_json::from_str(&new.stdout).unwrap();
    assert_eq!((new["classes"].as_str(), new["total"].as_u64()), (Some("new"), Some(48)));
    assert!(dir.join("run/eval-Pictograms-new-val-1.json").is_file());
    let base = mlpt(dir, &["eval", "run", "--json"]).ok();
    let base: serde_json::Value = serde_json::from_str(&base.stdout).unwrap();
    assert_eq!((&base["correct"], base["classes"].as_str()), (&result["correct"], Some("base")));

    let told = mlpt(dir, &["eval", "run", "DATASET.SUBSAMPLE_CLASSES=new"]).ok();
    assert!(told.stdout.contains("were trained on 12 other classes"), "{}", told.stdout);
    let old = mlpt(dir, &["eval", "run", "DATASET.SUBSAMPLE_CLASSES=old"]);
    assert!(old.code == Some(1) && old.stderr.contains("it can be `all`, `base` or `new`"), "{}", old.stderr);
    // Other classes are other data: each has a table of its own.
    train(dir, "all", &["TEST.NO_TEST=False", "TEST.SPLIT=val"]).ok();
    let tables = mlpt(dir, &["results", "run", "all", "--format", "csv"]).ok().stdout;
    assert!(tables.lines().next().is_some_and(|head| head.ends_with(",subsample,source,setup")), "{tables}");
    let own: Vec<_> = tables.lines().filter(|line| line.contains(",CoOp,")).map(|l| l.rsplit(',').nth(2)).collect();
    assert!(own.contains(&Some("base")) && own.contains(&Some("all")), "{tables}");
}
