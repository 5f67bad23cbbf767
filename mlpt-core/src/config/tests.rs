//! Layers as a user meets them.
#![allow(clippy::unwrap_used)]

use super::{Config, Key, Layers, Origin, Value};
use crate::registries::{DatasetFactory, MechanismFactory, TrainerFactory};
use crate::registry::Entry;
use crate::{Error, Registries, Result};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const CONFIGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../configs");

/// Registries with just enough in them; nothing is ever made.
fn registries() -> Registries {
    let mut all = Registries::new().unwrap();
    let none = || Error::invalid("not made in this test");
    let trainer: TrainerFactory = Arc::new(move |_| Err(none()));
    let dataset: DatasetFactory = Arc::new(move |_| Err(none()));
    let mechanism: MechanismFactory = Arc::new(move |_| Err(none()));
    all.trainers.register(Entry::new("CoOp", "", "", trainer.clone()).default("OPTIM.LR", 0.5)).unwrap();
    let mlpt = Entry::new("MLPT", "", "", trainer)
        .aliases(&["RCoOp"])
        .keys([Key::new("TRAINER.MLPT.X_SHOTS", -1, ""), Key::new("TRAINER.MLPT.U_SHOTS", -1, "")])
        .keys([Key::new("WARMUP.EPOCH", 10, ""), Key::new("WARMUP.THRESHOLD", 0.5, "")])
        .learners(&["TRAINER.MLPT.LEARNER1", "TRAINER.MLPT.LEARNER2"])
        .default("OPTIM.LR", 0.25)
        .default("OPTIM.MAX_EPOCH", 50)
        .check(|c| {
            let epochs: i64 = c.get("OPTIM.MAX_EPOCH")?;
            if epochs < 0 { Err(Error::invalid("MAX_EPOCH below 0")) } else { Ok(()) }
        });
    all.trainers.register(mlpt).unwrap();
    for name in ["Pictograms", "Caltech101"] {
        all.datasets.register(Entry::new(name, "", "", dataset.clone())).unwrap();
    }
    let coop = Entry::new("CoOp", "", "", mechanism.clone()).keys([
        Key::new("TRAINER.COOP.N_CTX", 16, "Length of the context."),
        Key::new("TRAINER.COOP.CTX_INIT", String::new(), "Words."),
    ]);
    all.mechanisms.register(coop).unwrap();
    // Preset `demo` fits these to its model.
    let deep = Entry::new("Deep", "", "", mechanism).keys([
        Key::new("TRAINER.MAPLE.PROMPT_DEPTH", 9, ""),
        Key::new("TRAINER.RMAPLE.PROMPT_DEPTH", 9, ""),
        Key::new("TRAINER.IVLP.PROMPT_DEPTH_TEXT", 9, ""),
        Key::new("TRAINER.IVLP.PROMPT_DEPTH_VISION", 9, ""),
        Key::new("TRAINER.VPT.PROMPT_DEPTH_VISION", 1, ""),
    ]);
    all.mechanisms.register(deep).unwrap();
    if all.noises.get("instance-replace").is_err() {
        all.noises.register(Entry::new("instance-replace", "", "", Arc::new(move |_| Err(none())))).unwrap();
    }
    all
}

fn resolve(build: impl FnOnce(Layers<'_>) -> Layers<'_>) -> Result<Config> {
    build(Layers::new(&registries())).resolve()
}

fn faults(build: impl FnOnce(Layers<'_>) -> Layers<'_>) -> Vec<String> {
    match resolve(build) {
        Err(Error::Config(lines)) => lines,
        other => panic!("expected faults, found {other:?}"),
    }
}

fn file(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn env(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned()), ("PATH".to_owned(), "x".to_owned())]
}

type Step = Box<dyn Fn(Layers<'_>) -> Layers<'_>>;

#[test]
fn each_layer_beats_the_one_below() {
    let dir = tempfile::tempdir().unwrap();
    let preset = file(dir.path(), "p.toml", "OPTIM.LR = 1\n");
    let dataset = file(dir.path(), "d.yaml", "OPTIM:\n  LR: 2\n");
    let config = file(dir.path(), "c.yaml", "optim:\n  lr: 3e0\n");
    let run = file(dir.path(), "config.toml", "OPTIM.LR = 0.75\n");
    let implied = |_: &str| Ok(vec![("OPTIM.LR".to_owned(), Value::Float(0.125))]);
    let all = registries();
    // Added strongest first: the order of calls must not matter.
    let steps: Vec<Step> = vec![
        Box::new(|l| l.overrides(&["OPTIM.LR=6"])),
        Box::new(|l| l.flag("--lr", "OPTIM.LR", 5.0)),
        Box::new(|l| l.env(env("MLPT__OPTIM__LR", "4"))),
        Box::new(move |l| l.config_file(&config)),
        Box::new(move |l| l.dataset_file(&dataset)),
        Box::new(move |l| l.preset(preset.to_str().unwrap())),
        Box::new(move |l| l.weakest_file(&run)),
        Box::new(|l| l.flag("--trainer", "TRAINER.NAME", "CoOp")),
    ];
    let expected = [6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.75, 0.5, 0.125];
    for (skip, wanted) in expected.into_iter().enumerate() {
        let layers = steps.iter().skip(skip).fold(Layers::new(&all).model(implied), |l, step| step(l));
        assert_eq!(layers.resolve().unwrap().get::<f64>("OPTIM.LR").unwrap(), wanted);
    }
    assert_eq!(Layers::new(&all).resolve().unwrap().get::<f64>("OPTIM.LR").unwrap(), 3e-4);
}

#[test]
fn values_know_their_origin() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "c.yaml", "OPTIM:\n  GAMMA: 0.5\n");
    let c = resolve(|l| {
        l.config_file(&path)
            .env(env("MLPT__DATALOADER__TRAIN_X__BATCH_SIZE", "8"))
            .flag("--trainer", "TRAINER.NAME", "rcoop")
            .flag("--seed", "SEED", 0)
            .overrides(&["dataset.num_shots", "-1", "OUTPUT_DIR=a=b"])
            .model(|_| Ok(vec![("INPUT.SIZE".into(), vec![64, 64].into())]))
    })
    .unwrap();
    let origin = |path: &str| c.resolved(path).unwrap().origin.to_string();
    assert_eq!(origin("OPTIM.GAMMA"), format!("file {}", path.display()));
    assert_eq!(origin("DATALOADER.TRAIN_X.BATCH_SIZE"), "environment MLPT__DATALOADER__TRAIN_X__BATCH_SIZE");
    assert_eq!(origin("SEED"), "flag --seed");
    assert_eq!(origin("DATASET.NUM_SHOTS"), "command line");
    assert_eq!(origin("OPTIM.LR"), "defaults of MLPT");
    assert_eq!(origin("INPUT.SIZE"), "model builtin");
    assert_eq!(origin("OPTIM.MOMENTUM"), "default");
    assert_eq!(c.get::<i64>("SEED").unwrap(), 0);
    assert_eq!(c.get::<String>("OUTPUT_DIR").unwrap(), "a=b");
    assert_eq!(c.get::<String>("TRAINER.NAME").unwrap(), "MLPT", "an alias becomes the name");
    assert_eq!(c.get::<Vec<usize>>("INPUT.SIZE").unwrap(), [64, 64]);
}

#[test]
fn all_faults_of_all_layers_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let yaml = file(dir.path(), "c.yaml", "OPTIM:\n  LR: fast\n  MAX_EPOCHS: 5\n");
    let toml = file(dir.path(), "d.toml", "[DATASET]\nNUM_SHOT = 1\nNAME = 7\n");
    let preset = file(dir.path(), "p.toml", "OPTIM = 3\n");
    let found = faults(|l| {
        l.config_file(&yaml)
            .dataset_file(&toml)
            .preset(preset.to_str().unwrap())
            .config_file("no/such.yaml")
            .env(env("MLPT__OPTIM__LRR", "1"))
            .flag("--trainer", "TRAINER.NAME", "CoOpp")
            .overrides(&["DATALOADER.TRAIN_X.BATCH_SIZ", "8", "TRAINER.COOP.N_CTX", "4.5", "SEED"])
    });
    let at = |path: &PathBuf, line: usize| format!("{}:{line}: ", path.display());
    let wanted = [
        "config file no/such.yaml does not exist".to_owned(),
        "command line: 'SEED' has no value".to_owned(),
        format!("preset {}OPTIM is a section, not a key", at(&preset, 1)),
        format!("{}unknown key DATASET.NUM_SHOT; did you mean: DATASET.NUM_SHOTS", at(&toml, 2)),
        format!("{}DATASET.NAME: expected string, found 7; put it in quotes", at(&toml, 3)),
        format!("{}OPTIM.LR: expected float, found \"fast\"", at(&yaml, 2)),
        format!("{}unknown key OPTIM.MAX_EPOCHS; did you mean: OPTIM.MAX_EPOCH", at(&yaml, 3)),
        "environment MLPT__OPTIM__LRR: unknown key OPTIM.LRR; did you mean: OPTIM.LR".to_owned(),
        "command line: unknown key DATALOADER.TRAIN_X.BATCH_SIZ; did you mean: DATALOADER.TRAIN_X.BATCH_SIZE"
            .to_owned(),
        "command line: TRAINER.COOP.N_CTX: expected int, found \"4.5\"".to_owned(),
        "TRAINER.NAME (flag --trainer): unknown trainer 'CoOpp'; did you mean: CoOp".to_owned(),
    ];
    for (found, wanted) in found.iter().zip(&wanted) {
        assert!(found.starts_with(wanted), "\n{found}\n{wanted}");
    }
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
}

#[test]
fn unused_keys_of_the_reference_give_one_notice() {
    let c = resolve(|l| {
        l.overrides(&["MODEL.HEAD.NAME", "mlp", "TRAINER.MCD.N_STEP_F", "4", "USE_CUDA", "False", "OPTIM.LR", "1"])
    })
    .unwrap();
    assert_eq!(c.notices().len(), 1);
    for key in ["MODEL.HEAD.NAME", "TRAINER.MCD.N_STEP_F", "USE_CUDA"] {
        assert!(c.notices()[0].contains(key));
        assert!(c.resolved(key).is_err());
    }
}

#[test]
fn the_chosen_trainers_prec_is_prec() {
    let prec = |trainer: &str| {
        let c = resolve(|l| l.overrides(&["TRAINER.NAME", trainer, "TRAINER.COOP.PREC", "fp16"])).unwrap();
        (c.get::<String>("PREC").unwrap(), c.notices().len())
    };
    assert_eq!(prec("CoOp"), ("fp16".to_owned(), 0));
    assert_eq!(prec("MLPT"), ("fp32".to_owned(), 1));
}

#[test]
fn robust_loss_means_gce() {
    let loss = |words: &[&str]| resolve(|l| l.overrides(words)).unwrap().get::<String>("LOSS.NAME").unwrap();
    assert_eq!(loss(&[]), "ce");
    assert_eq!(loss(&["DATASET.USE_ROBUSTLOSS", "True"]), "gce");
    assert_eq!(loss(&["DATASET.USE_ROBUSTLOSS", "True", "LOSS.NAME", "gce"]), "gce");
    assert_eq!(loss(&["DATASET.USE_ROBUSTLOSS", "False", "LOSS.NAME", "gce"]), "gce");
    let found = faults(|l| l.flag("--use-robustloss", "DATASET.USE_ROBUSTLOSS", true).overrides(&["LOSS.NAME", "ce"]));
    assert!(found[0].contains("flag --use-robustloss") && found[0].contains("LOSS.NAME is ce"), "{found:?}");
}

#[test]
fn a_places_keys_fall_back() {
    let c = resolve(|l| {
        l.overrides(&["TRAINER.COOP.N_CTX=8", "TRAINER.MLPT.LEARNER2.N_CTX=4", "TRAINER.MLPT.LEARNER1.OPTIM.LR=0.1"])
    })
    .unwrap();
    let get = |slot: &str, last: &str, key: &str| {
        let chain = [format!("TRAINER.MLPT.{slot}"), "TRAINER.MLPT".to_owned(), last.to_owned()];
        super::Scope::new(&c, chain).get::<f64>(key).unwrap()
    };
    assert_eq!(get("LEARNER1", "TRAINER.COOP", "N_CTX"), 8.0);
    assert_eq!(get("LEARNER2", "TRAINER.COOP", "N_CTX"), 4.0);
    assert_eq!(get("LEARNER1", "", "OPTIM.LR"), 0.1);
    assert_eq!(get("LEARNER2", "", "OPTIM.LR"), 3e-4);
}

#[test]
fn an_entry_looks_at_the_settings() {
    let words = ["TRAINER.NAME=MLPT", "OPTIM.MAX_EPOCH=-1"];
    assert_eq!(faults(|l| l.overrides(&words)), ["MAX_EPOCH below 0"]);
    assert!(resolve(|l| l.overrides(&words[1..])).is_ok(), "only the chosen entry looks");
}

#[test]
fn of_count_and_rate_a_presets_gives_way() {
    let amount = |words: &[&str]| {
        let c = resolve(|l| l.preset("published").overrides(words)).unwrap();
        (c.get::<usize>("DATASET.NUM_FP").unwrap(), c.get::<Option<f64>>("NOISE.RATE").unwrap())
    };
    assert_eq!(amount(&[]), (8, None));
    assert_eq!(amount(&["NOISE.RATE=0.25"]), (0, Some(0.25)));
    assert_eq!(amount(&["DATASET.NUM_FP=4", "NOISE.RATE=0.25"]), (4, Some(0.25)), "they agree");
    let told = faults(|l| l.preset("published").overrides(&["DATASET.NUM_FP=4", "NOISE.RATE=0.5"]));
    assert!(told.len() == 1 && told[0].contains("DATASET.NUM_FP is 4") && told[0].contains("NOISE.RATE is 0.5"));
    // A preset of one's own with a rate, and a count on the command line.
    let dir = tempfile::tempdir().unwrap();
    let preset = file(dir.path(), "p.toml", "NOISE.RATE = 0.5\n");
    let c = resolve(|l| l.preset(preset.to_str().unwrap()).overrides(&["DATASET.NUM_FP=4"])).unwrap();
    assert_eq!(c.get::<Option<f64>>("NOISE.RATE").unwrap(), None);
    // config.toml states a count of 0 beside a rate.
    let recorded = file(dir.path(), "config.toml", "DATASET.NUM_FP = 0\nNOISE.RATE = 0.5\n");
    assert!(resolve(|l| l.config_file(recorded)).is_ok());
}

#[test]
fn noise_that_needs_a_file_says_so() {
    for (words, wanted) in [
        (vec!["NOISE.NAME=asym"], "NOISE.ASYMMETRIC.TABLE is not set: it must name a CSV file"),
        (vec!["NOISE.NAME=file"], "NOISE.FILE.PATH is not set: it must name a CSV file"),
        (vec!["NOISE.NAME=file", "NOISE.FILE.PATH=x.csv", "NOISE.RATE=0.5"], "NOISE.RATE 0.5 is set"),
        (vec!["NOISE.NAME=file", "NOISE.FILE.PATH=x.csv", "DATASET.NUM_FP=1"], "DATASET.NUM_FP 1 is set"),
        (vec!["NOISE.NAME=uniform-head", "NOISE.SCOPE=global"], "uniform-head always counts over the whole list"),
    ] {
        let told = faults(|l| l.overrides(&words));
        assert!(told.len() == 1 && told[0].contains(wanted), "{told:?}");
    }
}

#[test]
fn selectors_are_known_by_name() {
    let told = faults(|l| l.overrides(&["SELECTOR.NAME=guess"]));
    assert!(told.len() == 1 && told[0].contains("SELECTOR.NAME (command line): unknown selector 'guess'"), "{told:?}");
    let config = resolve(|l| l.overrides(&["SELECTOR.NAME=GMM"])).unwrap();
    assert_eq!(config.get::<String>("SELECTOR.NAME").unwrap(), "mixture");
    // Only the chosen one's keys are looked at.
    assert!(resolve(|l| l.overrides(&["SELECTOR.KEEP=0"])).is_ok());
    assert!(
        faults(|l| l.overrides(&["SELECTOR.KEEP=0", "SELECTOR.NAME=small-loss"]))[0].contains("SELECTOR.KEEP is 0")
    );
}

#[test]
fn presets_resolve_and_bare_means_nobody_chose() {
    let demo = resolve(|l| l.preset("demo")).unwrap();
    assert_eq!(demo.get::<String>("DATASET.NAME").unwrap(), "Pictograms");
    assert_eq!(demo.get::<i64>("DATASET.NUM_FP").unwrap(), 8);
    assert_eq!(demo.resolved("DATASET.NUM_FP").unwrap().origin, Origin::Preset("demo".into()));
    let published = resolve(|l| l.preset("published")).unwrap();
    assert_eq!(published.get::<i64>("TRAINER.MLPT.X_SHOTS").unwrap(), 8);
    assert!(faults(|l| l.preset("dmo"))[0].contains("unknown preset 'dmo'; did you mean: demo"));
    for preset in super::PRESETS {
        assert!(preset.summary().len() > 20, "{}", preset.name);
    }
    let all = registries();
    assert!(Layers::new(&all).flag("--seed", "SEED", 3).overrides(&["OPTIM.LR", "1"]).is_bare());
    assert!(!Layers::new(&all).overrides(&["DATASET.NAME", "x"]).is_bare());
    assert!(!Layers::new(&all).preset("demo").is_bare());
}

#[test]
fn published_files_mean_what_they_say() {
    let mut seen = 0;
    for entry in std::fs::read_dir(Path::new(CONFIGS).join("trainers/CoOp")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name == "rn50_val" {
            continue; // the one with other settings; `tests/tests/published_configs.rs` looks at it
        }
        let c = resolve(|l| {
            l.dataset_file(Path::new(CONFIGS).join("datasets/caltech101.yaml")).config_file(&path).flag(
                "--trainer",
                "TRAINER.NAME",
                "CoOp",
            )
        })
        .unwrap();
        let backbone = [("rn50", "RN50"), ("rn101", "RN101"), ("vit_b16", "ViT-B/16"), ("vit_b32", "ViT-B/32")];
        let backbone =
            backbone.iter().find(|(file, _)| name == *file || name.starts_with(&format!("{file}_"))).unwrap().1;
        let epochs = if name.contains("_ep50") {
            50
        } else if name.contains("_ep100") {
            100
        } else {
            200
        };
        let init = if name.ends_with("_ctxv1") { "a photo of a" } else { "" };
        assert_eq!(c.get::<String>("MODEL.BACKBONE.NAME").unwrap(), backbone, "{name}");
        assert_eq!(c.get::<i64>("OPTIM.MAX_EPOCH").unwrap(), epochs, "{name}");
        assert_eq!(c.get::<String>("TRAINER.COOP.CTX_INIT").unwrap(), init, "{name}");
        assert_eq!(c.get::<Vec<usize>>("INPUT.SIZE").unwrap(), [224, 224]);
        assert_eq!(c.get::<f64>("OPTIM.WARMUP_CONS_LR").unwrap(), 1e-5);
        assert_eq!(c.get::<f64>("OPTIM.LR").unwrap(), 0.002);
        assert_eq!(c.get::<String>("DATASET.NAME").unwrap(), "Caltech101");
        assert!(c.notices().is_empty(), "{:?}", c.notices());
        seen += 1;
    }
    assert_eq!(seen, 24);
    for name in ["rn50_ep50", "vit_b32_ep50"] {
        let path = Path::new(CONFIGS).join(format!("trainers/MLPT/{name}.yaml"));
        let c = resolve(|l| l.config_file(path).overrides(&["TRAINER.NAME", "MLPT"])).unwrap();
        assert_eq!(c.get::<i64>("OPTIM.MAX_EPOCH").unwrap(), 50);
        assert_eq!(c.get::<i64>("TRAIN.PRINT_FREQ").unwrap(), 5);
        assert_eq!(c.get::<i64>("DATALOADER.TEST.BATCH_SIZE").unwrap(), 100);
    }
}
