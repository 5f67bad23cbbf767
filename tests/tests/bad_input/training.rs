//! Training that cannot come to anything.

use crate::place::Place;

#[test]
fn a_loss_that_is_not_finite_stops_the_run() {
    let place = Place::with_pictures(&["cat", "dog"], 12);
    let wild = ["OPTIM.MAX_EPOCH=6", "OPTIM.LR=1e30", "OPTIM.LR_SCHEDULER=single_step"];
    let message = place.refuses_training(&wild, &["is not finite (epoch ", "batch 1)", "prompt_learner", "OPTIM.LR"]);
    assert!(message.contains("prompt_learner"), "{message}");
    assert!(!place.at("out/prompt_learner/model.safetensors-6").exists());
}

#[test]
fn phases_and_names() {
    let place = Place::with_pictures(&["cat", "dog"], 12);
    let mlpt = |more: &[&str], wanted: &[&str]| {
        place.refuses_training(&[&["--trainer", "MLPT"], more].concat(), wanted);
    };
    mlpt(
        &["OPTIM.MAX_EPOCH=4", "WARMUP.EPOCH=4"],
        &["OPTIM.MAX_EPOCH is 4 and WARMUP.EPOCH is 4", "would never teach each other", "raise OPTIM.MAX_EPOCH"],
    );
    let long = "OPTIM.MAX_EPOCH=20";
    mlpt(&[long, "TRAINER.MLPT.TEM=0"], &["TRAINER.MLPT.TEM is 0: it must be greater than 0"]);
    mlpt(&[long, "WARMUP.THRESHOLD=2"], &["WARMUP.THRESHOLD is 2: it must be from 0 to 1"]);
    mlpt(&[long, "TRAINER.MLPT.LAMBDA_U=-1"], &["TRAINER.MLPT.LAMBDA_U is -1"]);
    mlpt(&[long, "TRAINER.MLPT.TARGETS=hard"], &["TRAINER.MLPT.TARGETS: 'hard' is none of soft, onehot"]);
    mlpt(&[long, "TRAINER.MLPT.WARMUP_LOSS=mse"], &["LOSS", "'mse'", "ce, gce"]);
    mlpt(&[long, "TRAINER.MLPT.LEARNER1.MECHANISM=MaPLee"], &["LEARNER1.MECHANISM", "unknown prompt mechanism"]);
    place.refuses_training(&["TEST.FINAL_MODEL=best"], &["TEST.FINAL_MODEL is 'best'"]);
    place.refuses_training(
        &["DATALOADER.TRAIN_X.SAMPLER=RandomClassSampler"],
        &["N_INS is 16: it must be 1 to BATCH_SIZE (4)"],
    );
    place.refuses_training(
        &["DATALOADER.TRAIN_X.SAMPLER=RandomDomainSampler", "DATALOADER.TRAIN_X.N_DOMAIN=2"],
        &["N_DOMAIN is 2, but there are only 1 domains"],
    );
}
