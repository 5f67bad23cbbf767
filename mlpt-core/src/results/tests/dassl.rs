//! Runs of Dassl, from logs made by hand.

use super::logs::{Log, TREE, log, result, tree};
use super::tree::made;
use super::{mixed, refused, tables};
use crate::results::{Found, Metric, Names, Options, Source, find, find_named};
use std::fs;
use std::path::{Path, PathBuf};

fn found(root: &Path) -> Found {
    find(&[root.to_owned()]).unwrap()
}

/// The reason why the only log is skipped.
fn reason(log: &Log) -> String {
    let dir = tempfile::tempdir().unwrap();
    log.write(dir.path());
    let message = find(&[dir.path().to_owned()]).unwrap_err().to_string();
    assert!(message.contains("none of the 1 runs is finished") && !message.contains("--resume"), "{message}");
    message
}

#[test]
fn a_published_tree_becomes_a_table() {
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    let report = tables(dir.path(), &Options::default()).unwrap();
    assert_eq!(report.tables.len(), 1);
    let table = &report.tables[0];
    assert_eq!(
        (table.dataset.as_str(), table.backbone.as_str(), table.source),
        ("Caltech101", "ViT-B/16", Source::Dassl)
    );
    assert_eq!((table.classes, table.images, table.shots, table.split.as_str()), (100, Some(2465), 16, "test"));
    let labels: Vec<&str> = table.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["CoOp", "MaPLe"]);
    let columns: Vec<&str> = table.columns.iter().map(|column| column.label.as_str()).collect();
    assert_eq!(columns, ["0 wrong", "2 wrong"]);
    for (trainer, num_fp, accuracies) in TREE {
        let row = table.rows.iter().find(|row| row.label == trainer).unwrap();
        let cell = row.cells[usize::from(num_fp > 0)].as_ref().unwrap();
        let values: Vec<f64> = cell.members.iter().filter_map(|member| member.value).collect();
        assert_eq!((cell.seeds(), values), (vec![1, 2, 3], accuracies.to_vec()), "{trainer} {num_fp}");
        assert!((cell.summary.unwrap().mean - accuracies.iter().sum::<f64>() / 3.0).abs() < 1e-9);
    }
    // Nobody knows whether their labels were the same.
    assert_eq!(table.same_manifests, None);
    assert_eq!(table.notes.len(), 1, "{:?}", table.notes);
    assert!(table.notes[0].contains("one decimal") && table.notes[0].contains("divides the deviation by n"));
    assert!(report.skipped.is_empty());
    let one = |metric: Metric| {
        let options = Options { metric, ..Options::default() };
        let report = tables(dir.path(), &options).unwrap();
        report.tables[0].rows[0].cells[0].as_ref().unwrap().members[0].value
    };
    assert_eq!([Metric::Error, Metric::MacroF1, Metric::ElapsedS].map(one), [Some(8.0), Some(90.0), Some(343.0)]);
    assert_eq!(one(Metric::CpuS), None);
}

#[test]
fn the_last_result_after_training_counts() {
    let dir = tempfile::tempdir().unwrap();
    let mut twice = log("CoOp", 0, 1, 50.0);
    twice.end.push_str(&result(77.7));
    twice.write(dir.path());
    assert_eq!(found(dir.path()).runs[0].result.scores.unwrap().accuracy, 77.7);
}

#[test]
fn logs_without_a_result_are_told() {
    let whole = || log("CoOp", 0, 1, 50.0);
    let end = |end: &str| Log { end: end.to_owned(), ..whole() };
    assert!(reason(&end("")).contains("seed1 (its log has no line `Finish training`"));
    assert!(reason(&end("=> result\n* accuracy: 50.0%\n")).contains("stopped, or evaluated only"));
    assert!(reason(&end("Finish training\nDeploy the last-epoch model\n")).contains("ends without a result"));
    assert!(reason(&end("Finish training\n* accuracy: 50.0")).contains("ends without a result"));
    assert!(
        reason(&end("Finish training\n* accuracy: 5.0.1%\n")).contains("the accuracy '5.0.1', which is no percentage")
    );
    assert!(reason(&end("Finish training\n* accuracy: 150.0%\n")).contains("'150.0'"));
    assert!(reason(&whole().with("NUM_SHOTS: 16", "NUM_SHOTS: many")).contains("DATASET.NUM_SHOTS 'many'"));
    assert!(reason(&whole().with("SUBSAMPLE_CLASSES: all", "SUBSAMPLE_CLASSES: some")).contains("'some'"));
    // Beside others, they are in a list.
    let dir = tempfile::tempdir().unwrap();
    tree(dir.path());
    let cut = Log { head: false, seed: 4, ..end("") }.write(dir.path());
    let text = fs::read_to_string(cut.join("log.txt")).unwrap();
    fs::write(cut.join("log.txt"), &text[..20]).unwrap();
    let dated = dir.path().join("caltech101/seed9");
    fs::create_dir_all(&dated).unwrap();
    fs::write(dated.join("log.txt-2024-03-01-10-20-30"), "Finish training\n").unwrap();
    let found = found(dir.path());
    let skipped: Vec<(&PathBuf, &str)> = found.skipped.iter().map(|s| (&s.dir, s.reason.as_str())).collect();
    assert_eq!((found.runs.len(), skipped.len()), (12, 2));
    assert!(skipped[0].0 == &cut && skipped[0].1.contains("no line `Finish training`"), "{skipped:?}");
    assert!(skipped[1].0 == &dated && skipped[1].1.contains("later evaluations"), "{skipped:?}");
    assert_eq!(tables(dir.path(), &Options::default()).unwrap().skipped, found.skipped);
}

#[test]
fn the_path_tells_what_the_log_does_not() {
    let dir = tempfile::tempdir().unwrap();
    let bare = |trainer: &str, num_fp: usize, seed: u64| Log { head: false, ..log(trainer, num_fp, seed, 50.0) };
    bare("CoOp", 8, 3).gce().write(dir.path());
    let run = found(dir.path()).runs.remove(0);
    let r = &run.result;
    assert_eq!((r.dataset.as_str(), r.trainer.as_str(), r.backbone.as_str()), ("caltech101", "CoOp", "ViT-B/16"));
    assert_eq!((r.shots, r.noise.num_fp, r.seed, r.epochs, run.loss.as_str()), (16, 8, 3, 50, "gce"));
    assert_eq!((run.setup.cfg.as_deref(), run.csc()), (Some("vit_b16_ep50"), Some(false)));
    let report = tables(dir.path(), &Options::default()).unwrap();
    assert!(report.tables[0].notes[1].starts_with("logs without settings"), "{:?}", report.tables[0].notes);

    // The older layout has neither loss nor noise, and that of base-to-new stands the other way round.
    for (place, wanted) in [
        ("dtd/CoOp/rn50_ctxv1_4shots/nctx16_cscTrue_ctpmiddle/seed2", ("dtd", "CoOp", "RN50", 4, 0, "rn50_ctxv1")),
        (
            "b/train_base/dtd/shots_16/MaPLe/vit_b16_c2_ep5_batch4_2ctx/seed1",
            ("dtd", "MaPLe", "ViT-B/16", 16, 0, "vit_b16_c2_ep5_batch4_2ctx"),
        ),
        (
            "dtd/RCoOp/rn50_ep50_16shots/nctx16_cscFalse_ctpend/GCEFalse_FactorBiLoss/16shots_2noise/seed1",
            ("dtd", "RCoOp", "RN50", 16, 2, "rn50_ep50"),
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        bare("X", 0, 0).write_to(&dir.path().join(place));
        let run = found(dir.path()).runs.remove(0);
        let r = &run.result;
        let told = (r.dataset.as_str(), r.trainer.as_str(), r.backbone.as_str(), r.shots, r.noise.num_fp);
        let (dataset, trainer, backbone, shots, wrong, cfg) = wanted;
        assert_eq!(
            (told, run.setup.cfg.as_deref()),
            ((dataset, trainer, backbone, shots, wrong), Some(cfg)),
            "{place}"
        );
    }
    let dir = tempfile::tempdir().unwrap();
    bare("CoOp", 0, 1).write_to(&dir.path().join("mine/seed1"));
    let message = find(&[dir.path().to_owned()]).unwrap_err().to_string();
    assert!(message.contains("neither its log nor its path tells the trainer"), "{message}");
}

#[test]
fn the_log_counts_before_the_path() {
    let dir = tempfile::tempdir().unwrap();
    log("CoOp", 2, 5, 50.0).write_to(&dir.path().join("dtd/MaPLe/rn50_ep50_4shots/GCE_True/4shots_8noise/seed1"));
    let run = found(dir.path()).runs.remove(0);
    let r = &run.result;
    assert_eq!(
        (r.dataset.as_str(), r.trainer.as_str(), r.shots, r.noise.num_fp, r.seed),
        ("Caltech101", "CoOp", 16, 2, 5)
    );
    assert_eq!((run.loss.as_str(), run.setup.cfg.as_deref()), ("ce", Some("vit_b16_ep50")));
    // A run that was not seeded has the number of its folder.
    let dir = tempfile::tempdir().unwrap();
    log("CoOp", 2, 5, 50.0).with("SEED: 5", "SEED: -1").write(dir.path());
    assert_eq!(found(dir.path()).runs[0].result.seed, 5);
}

#[test]
fn other_folders_and_words_for_a_data_set_are_known() {
    let dir = tempfile::tempdir().unwrap();
    log("CoOp", 0, 1, 50.0).write(dir.path());
    Log { head: false, ..log("CoOp", 0, 2, 51.0) }.write(dir.path());
    assert_eq!(tables(dir.path(), &Options::default()).unwrap().tables.len(), 2, "nobody told that they are one");
    let mut registries = crate::Registries::new().unwrap();
    let factory: crate::registries::DatasetFactory =
        std::sync::Arc::new(|_: &crate::registries::DatasetContext<'_>| Err(crate::Error::invalid("never made")));
    registries.datasets.register(crate::registry::Entry::new("Caltech101", "", "", factory)).unwrap();
    let found = find_named(&[dir.path().to_owned()], &Names::of(&registries)).unwrap();
    let report = crate::results::report(&found, &Options::default()).unwrap();
    assert_eq!(report.tables.len(), 1);
    assert_eq!(report.tables[0].rows[0].cells[0].as_ref().unwrap().seeds(), [1, 2]);
}

#[test]
fn settings_files_prompts_and_factors_have_rows_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let run = || log("CoOp", 0, 1, 50.0);
    run().write(dir.path());
    Log { prompt: "nctx16_cscTrue_ctpend".to_owned(), ..run() }.write(dir.path());
    run().gce().write(dir.path());
    let variant = |loss: &str| Log { loss: loss.to_owned(), ..log("RCoOp", 0, 1, 50.0) };
    variant("GCEFalse_FactorBiLoss").write(dir.path());
    variant("GCEFalse_FactorOneHot").write(dir.path());
    let short = Log { cfg: "vit_b16_ep5".to_owned(), ..log("MaPLe", 0, 1, 50.0) };
    short.with("MAX_EPOCH: 50", "MAX_EPOCH: 5").write(dir.path());
    log("MaPLe", 0, 1, 50.0).write(dir.path());
    let table = tables(dir.path(), &Options::default()).unwrap().tables.remove(0);
    let labels: Vec<&str> = table.rows.iter().map(|row| row.label.as_str()).collect();
    let wanted = [
        "CoOp (nctx16_cscFalse_ctpend)",
        "CoOp (nctx16_cscTrue_ctpend)",
        "CoOp + GCE",
        "MaPLe (vit_b16_c2_ep50_batch4)",
        "MaPLe (vit_b16_ep5)",
        "RCoOp (BiLoss)",
        "RCoOp (OneHot)",
    ];
    assert_eq!(labels, wanted);
}

#[test]
fn settings_that_matter_may_not_differ() {
    let dir = tempfile::tempdir().unwrap();
    log("CoOp", 0, 1, 50.0).write(dir.path());
    // Where the data lie, another trainer's settings, and keys of another version make no difference.
    let second = log("CoOp", 0, 2, 51.0).with("ROOT: data", "ROOT: /elsewhere").with("WARMUP: 0", "WARMUP: 9");
    second.clone().with("  CIFAR_C_TYPE: \n", "  CIFAR_C_TYPE: \n  NUM_EXPAND: 5\n").write(dir.path());
    assert!(tables(dir.path(), &Options::default()).is_ok());
    second.with("LR: 0.002", "LR: 0.1").write(dir.path());
    refused(dir.path(), &Options::default(), &["OPTIM.LR is \"0.002\" in the first and \"0.1\" in the second"]);
    assert!(tables(dir.path(), &mixed()).unwrap().tables[0].footnotes[0].contains("OPTIM.LR"));
    let dir = tempfile::tempdir().unwrap();
    log("CoOp", 0, 1, 50.0).write(dir.path());
    log("CoOp", 0, 1, 50.0).write(&dir.path().join("copy"));
    refused(dir.path(), &Options::default(), &["both have seed 1"]);
}

#[test]
fn the_two_programs_share_no_table() {
    let dir = tempfile::tempdir().unwrap();
    log("CoOp", 0, 1, 50.0).write(dir.path());
    // The same words, and nothing recorded that would tell them apart.
    let ours = made("CoOp", 2, 0, 100).with("/dataset", "Caltech101").with("/backbone", "ViT-B/16");
    ours.with("/model_digest", "").with("/data_digest", "").write(dir.path(), "ours");
    let report = tables(dir.path(), &mixed()).unwrap();
    let sources: Vec<Source> = report.tables.iter().map(|table| table.source).collect();
    assert_eq!(sources, [Source::Mlpt, Source::Dassl]);
    let csv = report.to_csv().unwrap();
    assert!(csv.contains(",all,mlpt,\n"), "{csv}");
    assert!(csv.contains(",all,dassl,\"vit_b16_ep50, nctx16_cscFalse_ctpend\"\n"), "{csv}");
}

#[test]
fn whose_log_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    log("CoOp", 0, 1, 50.0).write(root);
    // A log of another program is none of a run.
    fs::create_dir_all(root.join("server")).unwrap();
    fs::write(root.join("server/log.txt"), "started\n").unwrap();
    // A log of this program is of no use without its result.
    fs::create_dir_all(root.join("ours/seed1")).unwrap();
    let ours = format!("Trainer: CoOp, seed 1, on cpu with 2 threads\nFinish training\n{}", result(50.0));
    fs::write(root.join("ours/seed1/log.txt"), ours).unwrap();
    // One that was started is not finished, whatever its log says.
    made("CoOp", 1, 0, 100).write_unfinished(root, "begun/seed1");
    fs::write(root.join("begun/seed1/log.txt"), "Finish training\n").unwrap();
    let found = found(root);
    assert_eq!((found.runs.len(), found.unfinished.len(), found.skipped.len()), (1, 1, 1));
    assert!(found.skipped[0].reason.contains("of this program"), "{:?}", found.skipped);
    let message = find(&[root.join("server")]).unwrap_err().to_string();
    assert!(message.contains("holds no run") && message.contains("log.txt of Dassl"), "{message}");
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let place = log("CoOp", 0, 1, 50.0).write(dir.path());
    let text = fs::read(place.join("log.txt")).unwrap();
    fs::write(place.join("log.txt"), [b"\xff\xfe\n".as_slice(), &text].concat()).unwrap();
    assert_eq!(found(dir.path()).runs.len(), 1);
}
