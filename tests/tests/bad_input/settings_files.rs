//! Config files, presets and data set files.

use crate::place::Place;

/// Writes `text` to a file with that name and shows the settings with it.
fn refuses(flag: &str, name: &str, text: impl AsRef<[u8]>, wanted: &[&str]) {
    let place = Place::new();
    place.write(name, text);
    let message = place.refuses(&["config", flag, &format!("./{name}")], wanted);
    assert!(message.contains(name), "the file is not named: {message}");
}

#[test]
fn yaml() {
    let yaml = |text: &str, wanted: &[&str]| refuses("--config-file", "a.yaml", text, wanted);
    yaml("OPTIM:\n  LR: fast\n", &["a.yaml:2: OPTIM.LR: expected float, found \"fast\""]);
    yaml("SEED: [1, 2]\n", &["a.yaml:1: SEED: expected int, found [1, 2]"]);
    yaml("OPTIM:\n  NAME: 7\n", &["a.yaml:2: OPTIM.NAME: expected string, found 7; put it in quotes"]);
    yaml("\nOPTIM:\n  LRR: 0.1\n", &["a.yaml:3: unknown key OPTIM.LRR; did you mean: OPTIM.LR"]);
    yaml("TRAINER:\n  NAME: CoOpp\n", &["TRAINER.NAME (file ./a.yaml): unknown trainer 'CoOpp'", "CoOp"]);
    yaml("SEED: 1\nOPTIM: [1\n", &["a.yaml:2"]);
    yaml("SEED: 1\n\tOPTIM: 1\n", &["a.yaml:1", "found a tab"]);
    yaml("SEED: 1\nSEED: 2\n", &["a.yaml:2", "duplicate"]);
    yaml("OPTIM:\n  LR: 0.1\noptim.lr: 0.2\n", &["a.yaml:3: OPTIM.LR stands twice, the first time in line 2"]);
    yaml("OPTIM: 3\n", &["a.yaml:1: OPTIM is a section, not a key"]);
    yaml("- 1\n- 2\n", &["expected keys with values"]);
    yaml("just words\n", &["expected keys with values, found \"just words\""]);
    yaml("INPUT:\n  SIZE: [{a: 1}]\n", &["a list of settings holds plain values"]);
    yaml("SEED: 99999999999999999999\n", &["a.yaml:1", "SEED"]);
    yaml("SEED: 18446744073709551615\n", &["too large"]);
    let bomb: String = (0..30).map(|i| format!("a{}: &a{} [*a{i}, *a{i}, *a{i}]\n", i + 1, i + 1)).collect();
    yaml(&format!("a0: &a0 [x, x]\n{bomb}"), &["a.yaml"]);
}

#[test]
fn toml() {
    let toml = |text: &str, wanted: &[&str]| refuses("--config-file", "a.toml", text, wanted);
    toml("[OPTIM]\nLR = \"fast\"\n", &["a.toml:2: OPTIM.LR: expected float, found \"fast\""]);
    toml("[OPTIM]\nLRR = 1\n", &["a.toml:2: unknown key OPTIM.LRR; did you mean: OPTIM.LR"]);
    toml("[DATASET]\nNAME = \"Pict\"\n", &["DATASET.NAME (file ./a.toml)", "Pictograms"]);
    toml("SEED = 1\nSEED = = 2\n", &["a.toml:2"]);
    toml("SEED = 1\nSEED = 2\n", &["a.toml:2", "duplicate key"]);
    toml("SEED = 1\nseed = 2\n", &["a.toml:2: SEED stands twice, the first time in line 1"]);
    toml("SEED = 2020-01-01\n", &["a.toml:1: a date is no setting's value; put it in quotes"]);
}

#[test]
fn encodings() {
    refuses("--config-file", "a.yaml", b"SEED: 1\nDATASET:\n  ROOT: caf\xe9\n", &["is not UTF-8 text (line 3)"]);
    refuses("--config-file", "a.toml", b"SEED = 1 # \xff\n", &["is not UTF-8 text (line 1); save it as UTF-8"]);
    refuses("--config-file", "a.yaml", b"\xff\xfeS\0E\0", &["is not UTF-8 text"]);
    refuses("--config-file", "a.yaml", b"SEED: \"\0\"\n", &["a.yaml"]);

    // A byte order mark, which some editors write, is no fault.
    let place = Place::new();
    for (name, text) in [("a.yaml", "\u{feff}SEED: 7\n"), ("a.toml", "\u{feff}SEED = 7\n")] {
        place.write(name, text);
        let output = place.command(&["config", "--config-file", name]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.lines().any(|l| l.contains("SEED") && l.contains('7')), "{text}");
    }
}

#[test]
fn presets_and_data_set_files() {
    let place = Place::new();
    place.refuses(&["config", "--preset", "demoo"], &["unknown preset 'demoo'; did you mean: demo"]);
    place.refuses(&["config", "--preset", "mine/none.toml"], &["config file mine/none.toml does not exist"]);
    refuses("--preset", "p.toml", "[OPTIM]\nLR = true\n", &["preset ./p.toml:2: OPTIM.LR: expected float, found true"]);
    refuses("--preset", "p.yaml", "OPTIM:\n  LRR: 1\n", &["p.yaml:2: unknown key OPTIM.LRR"]);
    refuses("--dataset-config-file", "d.yaml", "DATASET:\n  NUM_SHOTS: many\n", &["d.yaml:2: DATASET.NUM_SHOTS"]);
    refuses("--dataset-config-file", "d.yaml", "DATASET:\n  NAME: Nowhere\n", &["DATASET.NAME (file ./d.yaml)"]);
    place.refuses(&["config", "--dataset-config-file", "d.yaml"], &["config file d.yaml does not exist in"]);
    place.refuses(&["config", "--config-file", "."], &[".: Is a directory"]);
}

#[test]
fn a_damaged_record_of_a_run() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    place.write("run/config.toml", "SEED = 1\n[OPTIM\n");
    place.refuses(&["eval", "run"], &["run/config.toml:2"]);
    place.refuses(&["train", "--resume", "run"], &["run/config.toml:2"]);
}

#[test]
fn all_faults_of_all_layers_at_once() {
    let place = Place::new();
    place.write("d.yaml", "DATASET:\n  NUM_SHOTS: many\n");
    place.write("a.toml", "[OPTIM]\nLRR = 0.1\n");
    let mut command = place.command(&["train", "--dataset-config-file", "d.yaml", "--config-file", "a.toml"]);
    command.args(["--trainer", "CoOpp", "SEDE=1", "OPTIM.LR"]).env("MLPT__SEED", "x");
    let wanted =
        ["d.yaml:2: DATASET.NUM_SHOTS", "a.toml:2: unknown key OPTIM.LRR", "MLPT__SEED: SEED", "CoOpp", "SEDE"];
    place.must_refuse(&mut command, 1, &[&wanted[..], &["'OPTIM.LR' has no value"]].concat());
}
