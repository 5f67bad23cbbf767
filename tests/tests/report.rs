//! `mlpt report`: one file, whole in itself, that says what the run's files say.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Ran, json, mlpt, pictures, small_run};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

/// A class that must not become markup.
const EVIL: &str = "<b>&\"";

/// Pictures in `data` and a finished run of MLPT on them in `run`, made once.
static MADE: LazyLock<TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    pictures(&dir.path().join("data"), &[EVIL, "dog", "owl"], 16);
    mlpt(dir.path(), &small_run(&[], &[])).ok();
    dir
});

/// A copy of it that a test may spoil.
fn made() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(MADE.path(), dir.path());
    dir
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// The report that `args` write to `report.html` in `place`, looked through.
fn report(dir: &Path, args: &[&str], place: &str) -> String {
    let ran = mlpt(dir, &[&["report"], args].concat()).ok();
    assert_eq!((ran.stdout.trim(), ran.stderr.as_str()), (&*format!("Written to {place}"), ""));
    let html = fs::read_to_string(dir.join(place)).unwrap();
    whole_in_itself(&html);
    html
}

/// Nothing is fetched, every drawing is XML, and no data became markup.
fn whole_in_itself(html: &str) {
    for foreign in ["http://", "https://", "url(", "@import", "<link rel=\"style"] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    let after = |mark: &str| html.split(mark).skip(1).map(|rest| rest.get(..12).unwrap_or(rest)).collect::<Vec<_>>();
    assert!(after(" src=").iter().all(|rest| rest.starts_with("\"data:image/")), "{:?}", after(" src="));
    let near = ["\"#", "\"data:,", "\".&#x2f;"];
    assert!(after(" href=").iter().all(|rest| near.iter().any(|n| rest.starts_with(n))), "{:?}", after(" href="));
    for svg in svgs(html) {
        let document = roxmltree::Document::parse(svg).unwrap_or_else(|e| panic!("{e}: {svg}"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        let title = document.descendants().find(|n| n.has_tag_name("title")).and_then(|n| n.text());
        assert!(title.is_some_and(|title| !title.is_empty()), "{svg}");
    }
    assert!(!html.contains(EVIL) && !html.contains("<b>"));
}

fn svgs(html: &str) -> Vec<&str> {
    let starts = html.match_indices("<svg").map(|(at, _)| at);
    starts.map(|at| &html[at..at + html[at..].find("</svg>").unwrap() + "</svg>".len()]).collect()
}

/// The part of the page between the heading with this id and the next one.
fn section<'a>(html: &'a str, id: &str) -> &'a str {
    let rest = html.split(&format!("<section id=\"{id}\">")).nth(1).unwrap_or_else(|| panic!("no section {id}"));
    rest.split("</section>").next().unwrap()
}

fn refused(dir: &Path, args: &[&str], parts: &[&str]) {
    let ran: Ran = mlpt(dir, &[&["report"], args].concat());
    assert_eq!(ran.code, Some(1), "{args:?}: {}", ran.stdout);
    assert!(ran.stdout.is_empty() && !ran.stderr.contains("panicked"), "{args:?}: {}", ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "{args:?}: no '{part}' in: {}", ran.stderr);
    }
}

#[test]
fn it_holds_the_figures_of_the_run() {
    let dir = made();
    let html = report(dir.path(), &["run"], "run/report.html");
    let result = json(&dir.path().join("run/result.json"));
    let head = section(&html, "run");
    let number = |pointer: &str| result.pointer(pointer).unwrap().as_f64().unwrap();
    for wanted in [
        format!("{:.2} %", number("/accuracy")),
        format!("{:.2} %", number("/zero_shot/accuracy")),
        format!("{} of {} right", number("/correct"), number("/total")),
        format!("{:.3}", number("/detection/auroc")),
        format!("{} of {} training items", number("/noise/wrong"), number("/noise/items")),
        "CoOp + CoOp".to_owned(),
    ] {
        assert!(head.contains(&wanted), "no '{wanted}' in {head}");
    }
    // Two learners: a chart of scores each, their curve, and what they hold to be clean.
    assert_eq!(svgs(section(&html, "detection")).len(), 4);
    // Three losses, the rates, the validation split.
    assert_eq!(svgs(section(&html, "curves")).len(), 5);
    // Two epochs divide the pool, for two learners.
    let losses = section(&html, "losses");
    assert_eq!(svgs(losses).len(), 4, "{losses}");
    assert!(losses.contains("label is wrong") && losses.contains("mixture: clean"), "{losses}");
    let confusion = section(&html, "confusion");
    assert_eq!(svgs(confusion).len(), 1);
    assert!(confusion.contains("&lt;b&gt;&amp;&quot;"), "{confusion}");
    let suspects = section(&html, "suspects");
    assert_eq!(suspects.matches("src=\"data:image/jpeg;base64,").count(), 12, "{suspects}");
    assert!(suspects.contains("suggested") && suspects.contains("<dt>true</dt>"), "{suspects}");
    let wrong = number("/total") - number("/correct");
    assert_eq!(section(&html, "errors").matches("<li>").count() as f64, wrong.min(48.0));
    let settings = section(&html, "settings");
    assert!(settings.contains("SEED") && settings.contains(result["data_digest"].as_str().unwrap()), "{settings}");
    // The same run makes the same page.
    assert_eq!(report(dir.path(), &["run", "-o", "other.html"], "other.html"), html);
}

#[test]
fn a_reader_chooses_epochs_and_pictures() {
    let dir = made();
    let html = report(dir.path(), &["run", "--epochs", "4", "--gallery", "5", "-o", "a.html"], "a.html");
    let losses = section(&html, "losses");
    assert!(svgs(losses).len() == 2 && losses.contains("epoch 4") && !losses.contains("epoch 3"), "{losses}");
    assert_eq!(section(&html, "suspects").matches("src=").count(), 5);
    let html = report(dir.path(), &["run", "--no-pictures", "-o", "a.html"], "a.html");
    assert!(!html.contains(" src=") && section(&html, "suspects").contains("<dt>given</dt>"));
    fs::rename(dir.path().join("data"), dir.path().join("moved")).unwrap();
    let html = report(dir.path(), &["run"], "run/report.html");
    assert!(!html.contains(" src=") && section(&html, "suspects").contains("the data set cannot be read"));
    let html = report(dir.path(), &["run", "--root", "moved"], "run/report.html");
    assert_eq!(section(&html, "suspects").matches("src=").count(), 12);
    let told = mlpt(dir.path(), &["report", "run", "--no-pictures", "--json"]).ok().stdout;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&told).unwrap()["report"], "run/report.html");
}

#[test]
fn what_is_not_there_is_said() {
    let dir = made();
    for file in ["metrics.jsonl", "clean.csv", "predictions.csv", "run.json"] {
        fs::remove_file(dir.path().join("run").join(file)).unwrap();
    }
    let html = report(dir.path(), &["run"], "run/report.html");
    assert!(svgs(&html).is_empty());
    for (id, sentence) in [
        ("curves", "no metrics.jsonl"),
        ("losses", "no losses of the pool"),
        ("confusion", "no predictions.csv"),
        ("suspects", "does not look for wrong labels"),
        ("errors", "no predictions.csv"),
    ] {
        assert!(section(&html, id).contains(sentence), "{id}: {}", section(&html, id));
    }
    // A trainer without learners, and no test.
    let train = ["train", "--dataset", "Folder", "--root", "data", "--seed", "1", "--output-dir"];
    let bare = ["bare", "--trainer", "ZeroshotCLIP", "TEST.NO_TEST=true"];
    mlpt(dir.path(), &[&train[..], &bare].concat()).ok();
    let html = report(dir.path(), &["bare"], "bare/report.html");
    assert!(section(&html, "run").contains("was not tested"), "{html}");
    assert!(section(&html, "curves").contains("trains nothing"), "{html}");
    assert!(section(&html, "confusion").contains("no final test"), "{html}");
}

#[test]
fn an_audit_comes_before_the_learners() {
    let dir = made();
    let audit = "rank,image,given,suggested,true,clean,clean_prompt_learner1,p_given,p_suggested,zero_shot,p_zero_shot_given\n\
                 1,dog/000.png,owl,dog,dog,0.01,0.01,0.1,0.9,dog,0.2\n";
    fs::write(dir.path().join("run/audit.csv"), audit).unwrap();
    let html = report(dir.path(), &["run"], "run/report.html");
    let suspects = section(&html, "suspects");
    assert!(suspects.contains("in the order of audit.csv") && suspects.matches("<li>").count() == 1, "{suspects}");
    assert!(suspects.contains("dog&#x2f;000.png") && suspects.contains("src=\"data:"), "{suspects}");
}

#[test]
fn damaged_files_and_wrong_words_are_named() {
    let dir = made();
    let spoil = |file: &str, text: &str, parts: &[&str]| {
        let path = dir.path().join("run").join(file);
        let before = fs::read(&path).ok();
        fs::write(&path, text).unwrap();
        refused(dir.path(), &["run"], &[&[file], parts].concat());
        assert!(!dir.path().join("run/report.html").exists());
        match before {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
    };
    spoil("metrics.jsonl", "{\"v\":1,\"event\":\"start\",\"epo", &["line 1 is cut off"]);
    spoil("clean.csv", "index,image\n", &["no column `given`"]);
    spoil("audit.csv", "rank\n1\n", &["no column `image`"]);
    let head = "index,image,label,predicted,p_label,p_predicted\n";
    spoil("predictions.csv", &format!("{head}0,a,dog,owl,x,0.5\n"), &["line 2: p_label"]);
    spoil("predictions.csv", &format!("{head}0,a,dog,owl,0.1,0.5\n"), &["it has 1 images"]);
    spoil("run.json", "{", &["is no whole run.json"]);
    spoil("result.json", "{", &["is no whole result"]);
    refused(dir.path(), &["nowhere"], &["nowhere does not exist"]);
    refused(dir.path(), &["run/result.json"], &["is a file, not a run directory"]);
    refused(dir.path(), &["data"], &["data: holds no run"]);
    refused(dir.path(), &["run", "--epochs", "1"], &["--epochs 1", "3 to 4"]);
    refused(dir.path(), &["run", "data"], &["-o FILE.html"]);
    fs::create_dir(dir.path().join("taken.html")).unwrap();
    refused(dir.path(), &["run", "--no-pictures", "-o", "taken.html"], &["taken.html"]);
    fs::remove_file(dir.path().join("run/result.json")).unwrap();
    refused(dir.path(), &["run"], &["none of the 1 runs is finished"]);
}

#[test]
fn two_runs_and_a_cell_that_failed() {
    let dir = made();
    let train = ["train", "--dataset", "Folder", "--root", "data", "--trainer", "CoOp", "OPTIM.MAX_EPOCH=1"];
    let more = ["OPTIM.WARMUP_EPOCH=0", "DATASET.NUM_SHOTS=4", "DATALOADER.TRAIN_X.BATCH_SIZE=4"];
    for (k, seed, out) in [("0", "1", "all/0 wrong/1"), ("0", "2", "all/0 wrong/2"), ("1", "1", "all/1 wrong/1")] {
        let own = ["--num-fp", k, "--seed", seed, "--output-dir", out];
        mlpt(dir.path(), &[&train[..7], &own, &train[7..], &more].concat()).ok();
    }
    fs::create_dir(dir.path().join("all/failed")).unwrap();
    fs::write(dir.path().join("all/failed/sweep.txt"), format!("begun\nerror: no {EVIL} here\n")).unwrap();
    report(dir.path(), &["all/1 wrong/1", "--no-pictures"], "all/1 wrong/1/report.html");
    let html = report(dir.path(), &["all"], "all/report.html");
    let accuracy =
        |run: &str| json(&dir.path().join("all").join(run).join("result.json"))["accuracy"].as_f64().unwrap();
    let (one, two) = (accuracy("0 wrong/1"), accuracy("0 wrong/2"));
    let mean = 0.5 * (one + two);
    let deviation = (one - two).abs() / 2f64.sqrt();
    let results = section(&html, "results");
    assert!(results.contains(&format!("{mean:.1} ± {deviation:.1}")), "{mean} ± {deviation}: {results}");
    assert_eq!(svgs(section(&html, "noise")).len(), 1);
    let runs = section(&html, "runs");
    assert!(runs.contains("href=\".&#x2f;0%20wrong&#x2f;1&#x2f;\""), "{runs}");
    assert!(runs.contains("href=\".&#x2f;1%20wrong&#x2f;1&#x2f;report.html\""), "{runs}");
    let left = section(&html, "left");
    assert!(left.contains("all&#x2f;failed") && left.contains("no &lt;b&gt;&amp;&quot; here"), "{left}");
    // What cannot be averaged is listed all the same, and with a footnote where that is asked for.
    let twin = [&train[..7], &["--num-fp", "0", "--seed", "1", "--output-dir", "all/twin"], &train[7..], &more];
    mlpt(dir.path(), &twin.concat()).ok();
    let html = report(dir.path(), &["all"], "all/report.html");
    assert!(section(&html, "results").contains("There is no table of means"), "{html}");
    assert!(section(&html, "runs").contains("all&#x2f;twin"), "{html}");
    let html = report(dir.path(), &["all", "--allow-mixed"], "all/report.html");
    assert!(section(&html, "results").contains("is there twice"), "{html}");
    refused(dir.path(), &["all", "--epochs", "1"], &["--epochs is for the report of one run"]);
    let both = report(dir.path(), &["run", "all/0 wrong", "-o", "both.html"], "both.html");
    assert_eq!(section(&both, "runs").matches("<tr>").count(), 1 + 3);
}
