//! MLPT of two different mechanisms: each learner changes its own parameters, and no more is encoded than that needs.

use crate::common::{Recorder, World, parameters};
use mlpt_core::config::Value;
use mlpt_core::engine::StopFlag;

/// A mechanism: whether its images must be encoded with its prompts, its text passes (each with a backward pass) in a
/// step that trains it, its text passes in a step that trains its peer, and a parameter that only it has.
struct Kind {
    name: &'static str,
    prompted: bool,
    texts: u64,
    as_peer: u64,
    own: &'static str,
}

const KINDS: [Kind; 6] = [
    Kind { name: "CoOp", prompted: false, texts: 1, as_peer: 0, own: "ctx" },
    // One pass for the images of either side, whose texts are their own.
    Kind { name: "CoCoOp", prompted: false, texts: 2, as_peer: 2, own: "meta_net.linear1.weight" },
    // Its texts never change.
    Kind { name: "VPT", prompted: true, texts: 0, as_peer: 0, own: "image_encoder.VPT" },
    Kind { name: "IVLP", prompted: true, texts: 1, as_peer: 0, own: "image_encoder.VPT" },
    Kind { name: "MaPLe", prompted: true, texts: 1, as_peer: 0, own: "proj.weight" },
    Kind { name: "RMaPLe", prompted: true, texts: 1, as_peer: 0, own: "weightNet.weight" },
];

fn pair(first: &Kind, second: &Kind) {
    let mechanism = |kind: &Kind| Value::from(kind.name);
    let world = World::new(
        "MLPT",
        &[
            ("TRAINER.MLPT.LEARNER1.MECHANISM", mechanism(first)),
            ("TRAINER.MLPT.LEARNER2.MECHANISM", mechanism(second)),
            ("DATALOADER.TRAIN_X.BATCH_SIZE", 1.into()),
            ("TRAINER.MAPLE.PROMPT_DEPTH", 1.into()),
            ("TRAINER.RMAPLE.PROMPT_DEPTH", 1.into()),
            ("TRAINER.IVLP.PROMPT_DEPTH_TEXT", 1.into()),
            ("TRAINER.IVLP.PROMPT_DEPTH_VISION", 1.into()),
        ],
    );
    let label = format!("{} + {}", first.name, second.name);
    let mut trainer = world.trainer(1).unwrap();
    let names = |learner: usize| -> Vec<String> {
        trainer.learners()[learner].parameters.iter().map(|p| p.name.clone()).collect()
    };
    assert!(names(0).contains(&first.own.to_owned()) && names(1).contains(&second.own.to_owned()), "{label}");
    assert_eq!(first.name == second.name, names(0) == names(1), "{label}");
    world.epoch(&mut *trainer, 0).unwrap();

    let before = parameters(&*trainer);
    let recorder = Recorder::counting(&world.clip);
    world.epoch_with(&mut *trainer, 1, recorder.clone(), &StopFlag::default()).unwrap();
    let after = parameters(&*trainer);
    for (name, values) in &before {
        assert_ne!(values, &after[name], "{label}: {name} was not trained");
    }
    let told = recorder.told();
    let phases: Vec<&str> = told.steps.iter().map(|step| step.phase.as_str()).collect();
    let mut looked_at = [0; 2];
    for n in 1..phases.len() {
        // A phase's first step is told with what both learners do once: the pool, the peer's texts.
        if phases[n] != phases[n - 1] {
            continue;
        }
        let second_turn = usize::from(phases[n] == "Train CLIP2");
        looked_at[second_turn] += 1;
        let (own, peer) = if second_turn == 1 { (second, first) } else { (first, second) };
        let (was, now) = (told.passes[n - 1], told.passes[n]);
        // Two sides: the frozen tower once for whoever can use it, and once more for each that prompts it.
        let shared = u64::from(!own.prompted || !peer.prompted);
        let images = 2 * (shared + u64::from(own.prompted) + u64::from(peer.prompted));
        assert_eq!(now.image - was.image, images, "{label}, step {n}");
        assert_eq!(now.text - was.text, own.texts + peer.as_peer, "{label}, step {n}");
        assert_eq!(now.text_backward - was.text_backward, own.texts, "{label}, step {n}");
    }
    assert!(looked_at.iter().all(|&n| n > 0), "{label}: {phases:?}");
}

#[test]
fn each_encodes_what_it_must_and_changes_its_own() {
    for (i, first) in KINDS.iter().enumerate() {
        for second in &KINDS[i..] {
            pair(first, second);
        }
    }
}

#[test]
fn a_step_of_one_leaves_the_parameters_of_the_other() {
    let mechanisms =
        [("TRAINER.MLPT.LEARNER1.MECHANISM", "CoOp".into()), ("TRAINER.MLPT.LEARNER2.MECHANISM", "VPT".into())];
    let world = World::new("MLPT", &mechanisms);
    let changed = |phase: &str| {
        let mut trainer = world.trainer(1).unwrap();
        world.epoch(&mut *trainer, 0).unwrap();
        let before = parameters(&*trainer);
        let flag = StopFlag::default();
        world.epoch_with(&mut *trainer, 1, Recorder::stopping(phase, &flag), &flag).unwrap_err();
        let after = parameters(&*trainer);
        before.into_iter().filter(|(name, values)| values != &after[name]).map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(changed("Train CLIP1"), ["prompt_learner1.ctx"]);
    assert_eq!(changed("Train CLIP2"), ["prompt_learner1.ctx", "prompt_learner2.image_encoder.VPT"]);
}
