//! RMaPLe: what it trains, what its weights do, and what of it depends on the number of classes.

use crate::common::{World, clip_of, distance, flat, parameters, state};
use crate::mechanisms::{learner, named, pixels, shapes, uneven};
use candle_core::{D, Tensor};
use mlpt_core::clip::FrozenClip;
use mlpt_core::prompt::{ImageInput, ImageSide, PromptLearner, Shapes};

/// Towers of three layers each, of different widths.
fn even() -> FrozenClip {
    let text = r#"{"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 2}"#;
    let image = r#"{"hidden_size": 48, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 3,
                    "image_size": 32, "patch_size": 16}"#;
    clip_of(&format!(r#"{{"projection_dim": 40, "text_config": {text}, "vision_config": {image}}}"#)).0
}

fn rmaple(clip: &FrozenClip, depth: usize) -> Box<dyn PromptLearner> {
    learner(clip, "RMaPLe", &[("PROMPT_DEPTH", (depth as i64).into())]).unwrap()
}

fn logits(clip: &FrozenClip, made: &dyn PromptLearner) -> Tensor {
    let text = made.text(clip).unwrap();
    made.logits(clip, text.as_ref(), ImageInput::Pixels(&pixels(2))).unwrap()
}

/// Gives every class the weights `of_layer`.
fn weigh(made: &dyn PromptLearner, rows: usize, of_layer: &[f32]) {
    let weights =
        Tensor::new(of_layer, &candle_core::Device::Cpu).unwrap().broadcast_as((rows, of_layer.len())).unwrap();
    made.parameters().last().unwrap().var.set(&weights.contiguous().unwrap()).unwrap();
}

#[test]
fn what_is_trained_has_the_published_names_and_shapes() {
    let expected = named(&[
        ("ctx", &[2, 32]),
        ("proj.weight", &[48, 32]),
        ("proj.bias", &[48]),
        ("compound_prompts_text.0", &[2, 32]),
        ("compound_prompt_projections.0.weight", &[48, 32]),
        ("compound_prompt_projections.0.bias", &[48]),
        // Three classes; three layers and the input before them.
        ("weightNet.weight", &[3, 4]),
    ]);
    for clip in [even(), uneven()] {
        let made = rmaple(&clip, 2);
        assert_eq!(shapes(&*made), expected);
        assert_eq!(made.image_side(), ImageSide::Prompted);
        let weights = flat(made.parameters().last().unwrap().var.as_tensor());
        assert!(weights.iter().all(|w| w.abs() <= 0.5) && weights.iter().any(|w| w.abs() > 0.2), "{weights:?}");
        assert_eq!(logits(&clip, &*made).dims(), [2, 3]);
    }
    let clip = even();
    let message = learner(&clip, "RMaPLe", &[]).err().unwrap().to_string();
    assert!(message.contains("PROMPT_DEPTH is 9: it can be 1 to 3"), "{message}");
    let made = rmaple(&clip, 1);
    let (features, text) = (clip.encode_images(&pixels(1)).unwrap(), made.text(&clip).unwrap());
    let message = made.logits(&clip, text.as_ref(), ImageInput::Features(&features)).err().unwrap().to_string();
    assert!(message.contains("RMaPLe changes the image tower: it needs pixels"), "{message}");
    let message = made.logits(&clip, None, ImageInput::Pixels(&pixels(1))).err().unwrap().to_string();
    assert!(message.contains("without the text pass"), "{message}");
}

/// With the last layer alone it is MaPLe, also where the towers differ in depth.
#[test]
fn the_last_layer_alone_is_maple() {
    for clip in [even(), uneven()] {
        let maple = learner(&clip, "MaPLe", &[("PROMPT_DEPTH", 3.into())]).unwrap();
        let made = rmaple(&clip, 3);
        for (ours, theirs) in made.parameters().iter().zip(maple.parameters()) {
            assert_eq!(ours.name, theirs.name);
            ours.var.set(&theirs.var.as_detached_tensor()).unwrap();
        }
        let before = clip.passes();
        weigh(&*made, 3, &[0.0, 0.0, 0.0, 1.0]);
        let ours = logits(&clip, &*made);
        let after = clip.passes();
        assert_eq!((after.text - before.text, after.image - before.image), (1, 1));
        assert!(distance(&flat(&ours), &flat(&logits(&clip, &*maple))) < 1e-3);
        // A layer's share counts as much as its weight.
        weigh(&*made, 3, &[0.0, 0.0, 0.0, -0.5]);
        let half = (ours * -0.5).unwrap();
        assert!(distance(&flat(&logits(&clip, &*made)), &flat(&half)) < 1e-3);
        let first = |made: &dyn PromptLearner| flat(&made.text(&clip).unwrap().unwrap().tensors[0]);
        assert!(distance(&first(&*made), &first(&*maple)) < 1e-5);
    }
}

/// What enters the first layer of equally deep towers knows nothing of the prompts.
#[test]
fn the_input_alone_does_not_depend_on_the_prompts() {
    let clip = even();
    let made = rmaple(&clip, 2);
    let moved = |weights: &[f32]| {
        weigh(&*made, 3, weights);
        let before = flat(&logits(&clip, &*made));
        for p in &made.parameters()[..6] {
            p.var.set(&(p.var.as_detached_tensor() + 0.1).unwrap()).unwrap();
        }
        distance(&before, &flat(&logits(&clip, &*made)))
    };
    assert_eq!(moved(&[1.0, 0.0, 0.0, 0.0]), 0.0);
    for weights in [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]] {
        assert!(moved(&weights) > 1e-2, "{weights:?}");
    }
}

/// A text pass whose graph was cut carries none to the weights either: it makes targets.
#[test]
fn a_detached_text_makes_logits_without_a_graph() {
    let clip = even();
    let made = rmaple(&clip, 2);
    let text = made.text(&clip).unwrap().unwrap();
    assert!(text.tensors.iter().all(Tensor::track_op) && logits(&clip, &*made).track_op());
    let frozen = made.logits(&clip, Some(&text.detach()), ImageInput::Pixels(&pixels(2))).unwrap();
    assert!(!frozen.track_op());
    assert_eq!(flat(&frozen), flat(&logits(&clip, &*made)));
}

#[test]
fn any_number_of_rows_serves_any_number_of_classes() {
    let clip = even();
    let mut made = rmaple(&clip, 1);
    assert!(!made.reshape(&Shapes::from([("weightNet.weight".to_owned(), vec![7, 13])])).unwrap());
    assert!(made.reshape(&Shapes::from([("weightNet.weight".to_owned(), vec![7, 4])])).unwrap());
    assert_eq!(made.parameters().last().unwrap().var.dims(), [7, 4]);
    weigh(&*made, 7, &[0.1, 0.2, 0.3, 0.4]);
    let seven = logits(&clip, &*made);
    assert_eq!((seven.dims(), seven.argmax(D::Minus1).unwrap().dims()), (&[2, 3][..], &[2][..]));
    // Seven equal rows are one.
    let mut one = rmaple(&clip, 1);
    assert!(one.reshape(&Shapes::from([("weightNet.weight".to_owned(), vec![1, 4])])).unwrap());
    weigh(&*one, 1, &[0.1, 0.2, 0.3, 0.4]);
    assert!(distance(&flat(&seven), &flat(&logits(&clip, &*one))) < 1e-4);
}

#[test]
fn resume_is_exact_and_a_step_costs_one_pass() {
    let world = World::new("RMaPLe", &[("TRAINER.RMAPLE.PROMPT_DEPTH", 1.into())]);
    let (mut one, mut two) = (world.trainer(1).unwrap(), world.trainer(2).unwrap());
    let before = world.clip.passes();
    let (_, told) = world.epoch(&mut *one, 0).unwrap();
    let (steps, after) = (told.steps.len() as u64, world.clip.passes());
    assert!(steps > 0);
    assert_eq!(after.image - before.image, steps);
    assert_eq!((after.text - before.text, after.text_backward - before.text_backward), (steps, steps));
    assert_ne!(parameters(&*one), parameters(&*two));
    for (from, to) in one.learners()[0].parameters.iter().zip(&two.learners()[0].parameters) {
        to.var.set(&from.var.as_detached_tensor().copy().unwrap()).unwrap();
    }
    two.load_state(&one.state()).unwrap();
    for epoch in 1..3 {
        let (a, b) = (world.epoch(&mut *one, epoch).unwrap().0, world.epoch(&mut *two, epoch).unwrap().0);
        assert_eq!(a.losses, b.losses);
        assert_eq!((parameters(&*one), state(&*one)), (parameters(&*two), state(&*two)));
    }
}

/// A trainer takes a checkpoint's number of rows for that learner alone, and can train on.
#[test]
fn a_trainer_makes_room_for_a_checkpoint() {
    let set = [
        ("TRAINER.RMAPLE.PROMPT_DEPTH", 1.into()),
        ("TRAINER.MLPT.LEARNER1.MECHANISM", "RMaPLe".into()),
        ("TRAINER.MLPT.LEARNER2.MECHANISM", "RMaPLe".into()),
    ];
    let world = World::new("MLPT", &set);
    let mut made = world.trainer(1).unwrap();
    let shapes = Shapes::from([("weightNet.weight".to_owned(), vec![5, 2])]);
    made.reshape("prompt_learner2", &shapes).unwrap();
    let rows: Vec<usize> = made.learners().iter().map(|l| l.parameters.last().unwrap().var.dims()[0]).collect();
    assert_eq!(rows, [3, 5]);
    for epoch in 0..2 {
        world.epoch(&mut *made, epoch).unwrap();
    }
}
