use super::tree::made;
use super::{mixed, refused, tables};
use crate::results::{Metric, Options};
use serde_json::json;

const ONE: usize = 0;

#[test]
fn what_changes_no_figure_may_differ() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 8, 150).write(dir.path(), "a");
    made("CoOp", 2, 8, 151)
        .set("DATASET.ROOT", "\"/elsewhere\"")
        .set("DEVICE", "\"cuda:0\"")
        .set("DATALOADER.NUM_WORKERS", "7")
        .set("TEST.PER_CLASS_RESULT", "true")
        .set("PRETRAIN.LR", "0.5")
        .write(dir.path(), "b");
    let report = tables(dir.path(), &Options::default()).unwrap();
    let cell = report.tables[ONE].rows[1].cells[0].as_ref().unwrap();
    assert_eq!((cell.seeds(), cell.summary.unwrap().mean), (vec![1, 2], 75.25));
}

#[test]
fn other_settings_data_and_seeds_are_refused_or_marked() {
    let second = || made("CoOp", 2, 8, 151);
    let cases = [
        (second().set("OPTIM.LR", "0.01"), vec!["OPTIM.LR is 0.002 in the first and 0.01 in the second"]),
        (second().set("NOISE.RATE", "0.01"), vec!["NOISE.RATE is not set in the first"]),
        (second().with("/data_digest", "eeeeeeeeeeeeeeee"), vec!["data_digest is dddddddddddd in", "eeeeeeeeeeee in"]),
        (second().with("/data_digest", ""), vec!["data_digest is dddddddddddd in", "not recorded in"]),
        (second().with("/classes", 5), vec!["classes is 4", "and 5"]),
        (second().with("/total", 400).with("/correct", 302), vec!["total is 200", "and 400"]),
        (made("CoOp", 1, 8, 151), vec!["both have seed 1; leave one of them out"]),
    ];
    for (other, parts) in cases {
        let dir = tempfile::tempdir().unwrap();
        made("CoOp", 1, 8, 150).write(dir.path(), "a");
        other.write(dir.path(), "b");
        refused(dir.path(), &Options::default(), &parts);
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        let lead = format!("{} and {} do not belong in one cell", a.display(), b.display());
        refused(dir.path(), &Options::default(), &[&lead, "(Pictograms, CoOp, 8 wrong)", "--allow-mixed"]);
        let table = tables(dir.path(), &mixed()).unwrap().tables.remove(0);
        let cell = table.rows[1].cells[0].as_ref().unwrap();
        assert_eq!((cell.members.len(), cell.footnotes.as_slice()), (2, [1].as_slice()));
        assert!(table.footnotes[0].starts_with("CoOp, 8 wrong: "), "{:?}", table.footnotes);
    }
}

#[test]
fn a_default_of_another_version_is_a_difference() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 8, 150).set("# TRAINER.COOP.N_CTX", "16").write(dir.path(), "a");
    made("CoOp", 2, 8, 150).set("# TRAINER.COOP.N_CTX", "4").write(dir.path(), "b");
    refused(dir.path(), &Options::default(), &["TRAINER.COOP.N_CTX is 16 in the first and 4 in the second"]);
}

#[test]
fn rows_of_one_table_are_of_the_same_data() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 8, 150).write(dir.path(), "a");
    made("MLPT", 1, 8, 150).with("/data_digest", "eeee").write(dir.path(), "b");
    refused(
        dir.path(),
        &Options::default(),
        &["do not belong in one table (Pictograms)", "data_digest", "--allow-mixed"],
    );
    let report = tables(dir.path(), &mixed()).unwrap();
    assert!(report.tables[ONE].notes[0].starts_with("rows are not on the same data: data_digest"));
}

#[test]
fn without_noise_its_model_does_not_matter() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 0, 150).write(dir.path(), "a");
    made("CoOp", 2, 0, 151).noise("symmetric").write(dir.path(), "b");
    made("CoOp", 3, 2, 151).noise("symmetric").write(dir.path(), "c");
    let table = tables(dir.path(), &Options::default()).unwrap().tables.remove(0);
    let columns: Vec<_> = table.columns.iter().map(|c| (c.label.as_str(), c.noises.len())).collect();
    assert_eq!(columns, [("0 wrong", 0), ("2 wrong", 1)]);
    assert_eq!(table.rows[1].cells[0].as_ref().unwrap().seeds(), [1, 2]);
    assert_eq!(table.noises, ["symmetric"]);
}

#[test]
fn rates_and_scopes_have_columns_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 8, 150).write(dir.path(), "a"); // of an earlier version, without rate and scope
    made("CoOp", 1, 0, 151).rate(0.5, "class", 32).write(dir.path(), "b");
    made("CoOp", 1, 0, 152).rate(0.07, "class", 4).write(dir.path(), "c");
    made("CoOp", 1, 0, 153).rate(0.5, "global", 32).write(dir.path(), "d");
    let mut over_all = made("CoOp", 1, 8, 154).set("NOISE.SCOPE", "\"global\"");
    over_all.result["noise"]["scope"] = "global".into();
    over_all.write(dir.path(), "e");
    made("CoOp", 1, 0, 155).write(dir.path(), "f");
    made("CoOp", 2, 0, 156).rate(0.0, "global", 0).write(dir.path(), "g"); // another word for nothing wrong
    let table = tables(dir.path(), &Options::default()).unwrap().tables.remove(0);
    let labels: Vec<&str> = table.columns.iter().map(|c| c.label.as_str()).collect();
    let wanted = ["0 wrong", "8 wrong", "7 % wrong", "50 % wrong", "8 wrong over all", "50 % wrong over all"];
    assert_eq!(labels, wanted);
    let sizes: Vec<usize> = table.rows[1].cells.iter().map(|cell| cell.as_ref().unwrap().members.len()).collect();
    assert_eq!(sizes, [2, 1, 1, 1, 1, 1]);
    assert!(table.wrong_per_class && table.footnotes.is_empty());
    // What an earlier version did not write down is what it did.
    made("CoOp", 2, 8, 150).set("NOISE.SCOPE", "\"class\" # default").write(dir.path(), "i");
    let report = tables(dir.path(), &Options::default()).unwrap();
    let csv = report.to_csv().unwrap();
    assert!(csv.contains(",instance-replace,0,0.07,class,") && csv.contains(",instance-replace,8,,global,"), "{csv}");
    // Two of one rate differ by nothing but the seed.
    made("CoOp", 2, 0, 151).rate(0.5, "class", 32).write(dir.path(), "h");
    assert!(tables(dir.path(), &Options::default()).is_ok());
}

#[test]
fn noise_models_share_no_column_unless_told_to() {
    let dir = tempfile::tempdir().unwrap();
    made("CoOp", 1, 0, 150).write(dir.path(), "a");
    made("CoOp", 1, 8, 140).write(dir.path(), "b");
    made("CoOp", 1, 8, 130).noise("symmetric").write(dir.path(), "c");
    made("MLPT", 1, 4, 130).noise("symmetric").write(dir.path(), "d");
    let parts =
        ["NOISE.NAME is instance-replace in the first and symmetric in the second", "--by-noise", "--allow-mixed"];
    refused(dir.path(), &Options::default(), &parts);
    let labels = |options: &Options| {
        let table = tables(dir.path(), options).unwrap().tables.remove(0);
        table.columns.iter().map(|c| c.label.clone()).collect::<Vec<_>>()
    };
    let apart = Options { by_noise: true, ..Options::default() };
    assert_eq!(labels(&apart), ["0 wrong", "8 wrong (instance-replace)", "4 wrong (symmetric)", "8 wrong (symmetric)"]);
    assert_eq!(labels(&mixed()), ["0 wrong", "4 wrong", "8 wrong"]);
    let table = tables(dir.path(), &mixed()).unwrap().tables.remove(0);
    let column = &table.columns[2];
    assert_eq!(
        table.footnotes[column.footnotes[0] - 1],
        "8 wrong: noise models are mixed: instance-replace, symmetric"
    );
    assert!(table.columns[1].footnotes.is_empty());
    // The two of one seed are marked in their cell, too.
    assert_eq!(table.rows[1].cells[2].as_ref().unwrap().footnotes.len(), 2);
}

#[test]
fn figures_that_are_not_there_are_absent() {
    let dir = tempfile::tempdir().unwrap();
    let found = json!({"precision": 0.5, "auroc": 0.75, "learners": {}});
    made("MLPT", 1, 8, 150).with("/detection", found.clone()).write(dir.path(), "a");
    made("MLPT", 2, 8, 150).write(dir.path(), "b");
    made("CoOp", 2, 8, 150).write(dir.path(), "c");
    let shown = |metric| {
        let options = Options { metric, ..Options::default() };
        let table = tables(dir.path(), &options).unwrap().tables.remove(0);
        let mean = |row: usize| table.rows[row].cells[0].as_ref().unwrap().summary.map(|s| (s.n, s.mean));
        assert_eq!(table.rows.len(), 2, "what is no score of a classifier has no zero-shot row");
        ((mean(0), mean(1)), table.notes)
    };
    let (auroc, notes) = shown(Metric::DetectionAuroc);
    assert_eq!(auroc, (None, Some((1, 0.75))));
    assert_eq!(notes, ["runs without detection.auroc: MLPT at 8 wrong, seed 2"]);
    assert_eq!(shown(Metric::DetectionRecall), ((None, None), vec![]));
    assert_eq!(shown(Metric::ElapsedS).0, (Some((1, 12.0)), Some((2, 11.5))));
    assert_eq!(Metric::named("DETECTION.AUROC").unwrap(), Metric::DetectionAuroc);
    assert!(Metric::named("error_rate").unwrap_err().to_string().contains("macro_f1"));
}
