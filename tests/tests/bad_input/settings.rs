//! Settings that do not come from files: environment, flags, trailing settings.

use crate::place::Place;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

#[test]
fn environment() {
    let place = Place::new();
    let refuses = |name: &str, value: &str, wanted: &[&str]| {
        place.must_refuse(place.command(&["config", "--trainer", "CoOp"]).env(name, value), 1, wanted);
    };
    refuses("MLPT__OPTIM__LR", "fast", &["environment MLPT__OPTIM__LR: OPTIM.LR: expected float, found \"fast\""]);
    refuses("MLPT__OPTIM__LRR", "1", &["environment MLPT__OPTIM__LRR: unknown key OPTIM.LRR", "OPTIM.LR"]);
    refuses("MLPT__INPUT__SIZE", "wide", &["MLPT__INPUT__SIZE", "INPUT.SIZE: expected list of int", "(a, b)"]);
    refuses("MLPT__OPTIM", "1", &["MLPT__OPTIM", "OPTIM is a section, not a key"]);
    refuses("MLPT__DATASET__NAME", "Picts", &["DATASET.NAME (environment MLPT__DATASET__NAME)", "Pictograms"]);
}

#[test]
fn trailing_settings() {
    let place = Place::new();
    let refuses = |words: &[&str], wanted: &[&str]| {
        place.refuses(&[&["config", "--trainer", "CoOp"], words].concat(), wanted);
    };
    refuses(&["OPTIM.LR", "fast"], &["command line: OPTIM.LR: expected float, found \"fast\""]);
    refuses(&["OPTIM.MAX_EPOCH=2.5"], &["command line: OPTIM.MAX_EPOCH: expected int, found \"2.5\""]);
    refuses(&["TRAINER.COOP.CSC=1"], &["TRAINER.COOP.CSC: expected bool"]);
    refuses(&["INPUT.SIZE=(224, x)"], &["INPUT.SIZE: expected list of int"]);
    refuses(&["OPTIM.LRR=1"], &["unknown key OPTIM.LRR; did you mean: OPTIM.LR"]);
    refuses(&["OPTIM=1"], &["OPTIM is a section, not a key"]);
    refuses(&["OPTIM.LR"], &["'OPTIM.LR' has no value; write KEY VALUE or KEY=VALUE"]);
    refuses(&["=3"], &["unknown key"]);
    refuses(&["NOISE.NAME=symetric"], &["NOISE.NAME (command line): unknown noise model 'symetric'", "symmetric"]);
    refuses(&["DATALOADER.TRAIN_X.SAMPLER=Random"], &["TRAIN_X.SAMPLER", "unknown sampler 'Random'", "RandomSampler"]);
    refuses(&["--trainer", "MLPT", "TRAINER.MLPT.LEARNER2.MECHANISM=CoOpp"][2..], &["LEARNER2.MECHANISM", "CoOp"]);
    refuses(&["SELECTOR.NAME=loss"], &["SELECTOR.NAME (command line): unknown selector 'loss'", "small-loss"]);
    refuses(
        &["SELECTOR.NAME=ot", "SELECTOR.OT_EPSILON=0", "SELECTOR.OT_MARGINAL=even"],
        &["SELECTOR.OT_EPSILON is 0: it must be at least 0.001", "SELECTOR.OT_MARGINAL is 'even'"],
    );
    refuses(&["SELECTOR.NAME=small-loss", "SELECTOR.KEEP=1.5"], &["SELECTOR.KEEP is 1.5", "at most 1"]);
    refuses(&["SEDE=1", "OPTIM.LR=x"], &["unknown key SEDE", "OPTIM.LR: expected float"]);
}

#[test]
fn numbers_out_of_range_name_their_key() {
    let place = Place::with_pictures(&["cat", "dog"], 6);
    for (setting, wanted) in [
        ("DATALOADER.TRAIN_X.BATCH_SIZE=0", "DATALOADER.TRAIN_X.BATCH_SIZE is 0: it must be at least 1"),
        ("DATALOADER.TRAIN_X.BATCH_SIZE=-3", "DATALOADER.TRAIN_X.BATCH_SIZE: expected int of 0 or more, found -3"),
        ("DATALOADER.TEST.BATCH_SIZE=0", "DATALOADER.TEST.BATCH_SIZE is 0"),
        ("DATALOADER.CACHE_MB=-1", "DATALOADER.CACHE_MB: expected int of 0 or more, found -1 (command line)"),
        ("SEED=null", "SEED: expected int, found null (command line)"),
        ("OPTIM.MAX_EPOCH=0", "OPTIM.MAX_EPOCH is 0: it must be 1 or greater"),
        ("OPTIM.LR=0", "OPTIM.LR is 0: it must be greater than 0"),
        ("OPTIM.NAME=sdg", "OPTIM.NAME is 'sdg': it must be one of"),
        ("OPTIM.LR_SCHEDULER=cos", "OPTIM.LR_SCHEDULER is 'cos': it must be one of single_step, multi_step, cosine"),
        ("TRAINER.COOP.N_CTX=0", "N_CTX: at least one context token is needed"),
        ("TRAINER.COOP.N_CTX=4000000000000", "N_CTX is 4000000000000: the text tower has room for 77"),
        ("TRAINER.COOP.CLASS_TOKEN_POSITION=last", "'last'"),
        (
            "LOSS.NAME=mse",
            "LOSS.NAME is 'mse': it must be one of ce, gce, sce, mae, nce-rce, phuber-ce, double-softmax-ce, elr",
        ),
        ("LOSS.GCE_Q=2", "LOSS.GCE_Q is 2"),
        ("LOSS.PHUBER_TAU=1", "LOSS.PHUBER_TAU is 1: it must be greater than 1"),
        ("LOSS.SCE_BETA=-1", "LOSS.SCE_BETA is -1: it must be 0 or greater"),
        ("PREC=fp8", "PREC is 'fp8': it can be fp32, fp16, bf16 or amp"),
        ("TEST.SPLIT=tset", "TEST.SPLIT is 'tset': it can be `test` or `val`"),
        ("DATASET.POOL=all", "DATASET.POOL is 'all': it can be `train` or `expand`"),
        ("DATASET.SUBSAMPLE_CLASSES=old", "DATASET.SUBSAMPLE_CLASSES is 'old': it can be `all`, `base` or `new`"),
        ("DATASET.SUBSAMPLE_CLASSES=base", "has 1 class(es) with DATASET.SUBSAMPLE_CLASSES base; 2 are the least"),
        ("NOISE.RATE=1.01", "NOISE.RATE is 1.01 (command line): it must be from 0 to 1"),
        ("NOISE.SCOPE=everywhere", "NOISE.SCOPE is 'everywhere': it can be `class` or `global`"),
        ("DATASET.TEMPLATE=a photo", "DATASET.TEMPLATE: 'a photo' has no {} where the class name goes"),
        ("INPUT.PIXEL_STD=(1, 0, 1)", "INPUT.PIXEL_STD: expected three numbers"),
        ("INPUT.TRANSFORMS=('flip',)", "INPUT.TRANSFORMS: 'flip' is unknown; known: random_translation"),
    ] {
        place.refuses_training(&["--no-train", setting], &[wanted]);
    }
}

#[test]
fn flags() {
    let place = Place::new();
    place.refuses_usage(&["train", "--seed", "one"], &["invalid value 'one' for '--seed <N>'"]);
    place.refuses_usage(&["train", "--trainr", "CoOp"], &["unexpected argument '--trainr'", "--trainer"]);
    place.refuses_usage(&["train", "--trainer"], &["a value is required for '--trainer <NAME>'"]);
    place.refuses_usage(&["train", "--seed", "1", "--seed", "2"], &["cannot be used multiple times"]);
    place.refuses_usage(&["train", "-q", "-v"], &["cannot be used with"]);
    let latin = OsStr::from_bytes(b"caf\xe9");
    place.refuses_usage(&[OsStr::new("train"), OsStr::new("--root"), latin], &["invalid UTF-8"]);
    place.refuses(&["train", "--trainer", "CoOpp"], &["flag --trainer", "unknown trainer 'CoOpp'; did you mean: CoOp"]);
    place.refuses(&["train", "--dataset", "Pictogram"], &["flag --dataset", "unknown data set", "Pictograms"]);
    place.refuses(&["train", "--dataset", "Pictograms"], &["no trainer is chosen: give --trainer NAME"]);
    place.refuses(&["train", "--trainer", "CoOp"], &["no data set is chosen: give --dataset NAME"]);
    place.refuses(&["train", "--device", "gpu"], &["unknown device 'gpu': use auto, cpu or cuda:N"]);
    place.refuses(&["train", "--backbone", "RN51"], &["MODEL.BACKBONE.NAME: backbone 'RN51' is neither a folder"]);
    place.refuses(
        &["train", "--trainer", "CoOp", "--use-robustloss", "LOSS.NAME=ce"],
        &["DATASET.USE_ROBUSTLOSS is true (flag --use-robustloss)", "LOSS.NAME is ce (command line)", "drop one"],
    );
    place.refuses(
        &["train", "--trainer", "CoOp", "--num-fp", "4", "--noise-rate", "0.5"],
        &["DATASET.NUM_FP is 4 (flag --num-fp)", "NOISE.RATE is 0.5 (flag --noise-rate)", "leave one of them out"],
    );
    place.refuses(&["train", "--noise", "symetric"], &["flag --noise", "unknown noise model 'symetric'", "symmetric"]);
    place.refuses(&["train", "--noise-rate", "-0.1"], &["NOISE.RATE is -0.1 (flag --noise-rate)"]);
    place.refuses_usage(&["train", "--noise-rate", "half"], &["invalid value 'half' for '--noise-rate <R>'"]);
    place.refuses(&["train", "--num-fp", "-2"], &["NUM_FP", "int of 0 or more, found -2 (flag --num-fp)"]);
}
