//! Class names that make no prompt.

use crate::place::Place;

#[test]
fn too_long_for_the_text_tower() {
    let long = "zq ".repeat(70);
    let long = long.trim_end();
    let place = Place::with_pictures(&["cat", long], 6);
    for trainer in ["CoOp", "ZeroshotCLIP"] {
        place.refuses_training(&["--trainer", trainer], &[long, "the model takes 77", "shorten the class name"]);
    }
    place.refuses(
        &["pretrain", "--output-dir", "out", "--dataset", "Folder", "--root", "data", "PRETRAIN.STEPS=1"],
        &[long, "77"],
    );

    // Room for the name alone, but not beside a context of 70.
    let place = Place::with_pictures(&["cat", "yx yx yx yx yx"], 6);
    place.refuses_training(
        &["TRAINER.COOP.N_CTX=70"],
        &["'yx yx yx yx yx'", "with a context of 70", "room for 77", "lower N_CTX"],
    );
}

#[test]
fn empty() {
    // An underscore stands for a space.
    let place = Place::with_pictures(&["_", "cat"], 6);
    place.refuses_training(&[], &["class 0 has no name"]);
}
