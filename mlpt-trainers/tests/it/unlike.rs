//! MLPT of two different mechanisms: each learner changes its own parameters, and no more is encoded than that needs.

use crate::common::{Recorder, World, parameters};
use mlpt_core::config::Value;
use mlpt_core::engine::StopFlag;

/// A mechanism: whether its images must be encoded with its prompts, its text passes (each with a backward pass) in a
/// step that trains it, its text passes in a step that trains its peer, and one of its parameters.
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

fn world(first: &Kind, second: &Kind) -> World {
    let mechanism = |kind: &Kind| Value::from(kind.name);
    World::new(
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
    )
}

/// Every unordered pair, a mechanism with itself included.
fn pairs() -> impl Iterator<Item = (&'static Kind, &'static Kind)> {
    KINDS.iter().enumerate().flat_map(|(i, first)| KINDS[i..].iter().map(move |second| (first, second)))
}

fn passes(first: &Kind, second: &Kind) {
    let world = world(first, second);
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
fn each_encodes_what_it_must() {
    pairs().for_each(|(first, second)| passes(first, second));
}

#[test]
fn a_step_of_one_leaves_the_parameters_of_the_other() {
    for (first, second) in pairs() {
        let (world, label) = (world(first, second), format!("{} + {}", first.name, second.name));
        // The parameters after the warm-up, after the first step of `phase`, or after the whole epoch.
        let after = |phase: Option<&str>| {
            let mut trainer = world.trainer(1).unwrap();
            world.epoch(&mut *trainer, 0).unwrap();
            let before = parameters(&*trainer);
            let flag = StopFlag::default();
            let recorder = phase.map_or_else(Recorder::default, |phase| Recorder::stopping(phase, &flag));
            assert_eq!(world.epoch_with(&mut *trainer, 1, recorder, &flag).is_err(), phase.is_some(), "{label}");
            (before, parameters(&*trainer))
        };
        let ((start, early), (_, late), (_, end)) =
            (after(Some("Train CLIP1")), after(Some("Train CLIP2")), after(None));
        for (name, values) in &start {
            let of_first = name.starts_with("prompt_learner1.");
            assert_eq!(values != &early[name], of_first, "{label}: {name} in the first learner's first step");
            // From the second learner's first step on the first stands still.
            assert!(of_first || values != &late[name], "{label}: {name} in the second learner's first step");
            assert!(!of_first || late[name] == end[name], "{label}: {name} in the second learner's turn");
        }
    }
}
