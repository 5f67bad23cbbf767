//! Commands and what is said to them.

use crate::place::Place;

#[test]
fn unknown_commands_and_words() {
    let place = Place::new();
    place.refuses_usage(&["trian"], &["unrecognized subcommand 'trian'", "train"]);
    place.refuses_usage(&["list", "dataset-names"], &["invalid value 'dataset-names' for '[KIND]'", "datasets"]);
    place.refuses_usage(&["list", "datasets", "trainers"], &["unexpected argument 'trainers'"]);
    place.refuses_usage(&["explain"], &["<NAME>"]);
    place.refuses_usage(&["explain", "CoOp", "MLPT"], &["unexpected argument 'MLPT'"]);
    place.refuses_usage(&["eval", "--load-epoch", "two"], &["invalid value 'two' for '--load-epoch <N>'"]);
    place.refuses_usage(&["eval", "--load-epoch", "-2"], &["invalid value '-2' for '--load-epoch <N>'"]);
    place.refuses_usage(&["--color", "maybe", "list"], &["invalid value 'maybe' for '--color <WHEN>'"]);
    place.refuses_usage(&["pretrain", "--exclude"], &["a value is required for '--exclude <RUN>...'"]);
}

#[test]
fn names_that_nothing_answers_to() {
    let place = Place::new();
    place.refuses(&["explain", "zeroshotclp"], &["nothing is called 'zeroshotclp'; did you mean: ZeroshotCLIP"]);
    place.refuses(&["explain", "OPTIM.LRR"], &["nothing is called 'OPTIM.LRR'; did you mean: OPTIM.LR"]);
    place.refuses(&["explain", "qqqqqq"], &["nothing is called 'qqqqqq'"]);
    place.refuses(&["config", "--trainer", "CoOp", "--resume", "nowhere", "OPTIM.LR=x"], &["OPTIM.LR"]);
    place.refuses(&["config", "--eval-only", "--model-dir", "nowhere"], &["there is no run directory nowhere"]);
    place.refuses(&["eval"], &["has to be trained: give the run directory of a trained one (--model-dir)"]);
    place.refuses(&["eval", "OPTIM.LR"], &["'OPTIM.LR' has no value"]);
}
