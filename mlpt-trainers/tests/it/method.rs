//! MLPT: who is trained when, on what, at which cost, and what happens at the edges.

use crate::common::{Recorder, World, distance, flat, items, parameters, state};
use mlpt_core::Error;
use mlpt_core::engine::StopFlag;
use mlpt_core::prompt::ImageInput;

const CTX: [&str; 2] = ["prompt_learner1.ctx", "prompt_learner2.ctx"];
const MOMENTUM: [&str; 2] = ["prompt_learner1.ctx.momentum", "prompt_learner2.ctx.momentum"];

#[test]
fn phases_and_reports() {
    let world = World::new("MLPT", &[]);
    let mut trainer = world.trainer(1).unwrap();
    let (report, told) = world.epoch(&mut *trainer, 0).unwrap();
    let phases = |steps: &[mlpt_core::event::Step]| {
        let mut names: Vec<String> = steps.iter().map(|s| s.phase.clone()).collect();
        names.dedup();
        names
    };
    assert_eq!(phases(&told.steps), ["Warmup CLIP1", "Warmup CLIP2"]);
    assert!(report.clean.is_empty());

    let (report, told) = world.epoch(&mut *trainer, 1).unwrap();
    assert_eq!(phases(&told.steps), ["Train CLIP1", "Train CLIP2"]);
    let names: Vec<&str> = report.losses.iter().map(|(name, _)| name.as_str()).collect();
    for learner in ["prompt_learner1", "prompt_learner2"] {
        for loss in ["loss", "loss_x", "loss_u"] {
            assert!(names.contains(&format!("{learner}/{loss}").as_str()), "{names:?}");
        }
    }
    for (name, clean) in &report.clean {
        assert!(name.starts_with("prompt_learner") && clean.len() == world.data.pool.len());
        assert!(clean.iter().all(|p| (0.0..=1.0).contains(p)));
        assert!(clean.iter().any(|&p| p > 0.5) && clean.iter().any(|&p| p <= 0.5), "{clean:?}");
    }
    for step in &told.steps {
        let of = |name: &str| step.losses.iter().find(|(n, _)| n == name).unwrap().1;
        assert_eq!(step.losses[0].0, "loss");
        assert!((of("loss") - of("loss_x") - of("loss_u")).abs() < 1e-5, "{step:?}");
    }
}

#[test]
fn the_least_work_that_gives_these_numbers() {
    let world = World::new("MLPT", &[]);
    let mut trainer = world.trainer(1).unwrap();
    world.epoch(&mut *trainer, 0).unwrap();
    for epoch in 1..3 {
        let recorder = Recorder::counting(&world.clip);
        let before = world.clip.passes();
        world.epoch_with(&mut *trainer, epoch, recorder.clone(), &StopFlag::default()).unwrap();
        let told = recorder.told();
        let turn = told.steps.iter().position(|s| s.phase == "Train CLIP2").unwrap();
        assert!(turn >= 1 && told.steps.len() > turn);
        let mut last = before;
        for (n, now) in told.passes.iter().enumerate() {
            // The pool is encoded once per run: four batches of five or less of 18 images. Text
            // passes beside the step's own: both learners' on the pool, of which the second's
            // serves as the peer's; and the first's as the second's peer, after its update.
            let pool = if n == 0 && epoch == 1 { 4 } else { 0 };
            let text = if n == 0 { 2 } else { u64::from(n == turn) };
            assert_eq!(now.image - last.image, 2 + pool, "step {n}");
            assert_eq!(now.text - last.text, 1 + text, "step {n}");
            assert_eq!(now.text_backward - last.text_backward, 1, "step {n}");
            last = *now;
        }
        assert_eq!(world.clip.passes(), last);
    }
}

#[test]
fn a_step_leaves_the_peer_alone() {
    let world = World::new("MLPT", &[]);
    let warm = || {
        let mut trainer = world.trainer(1).unwrap();
        world.epoch(&mut *trainer, 0).unwrap();
        trainer
    };
    let stopped = |phase: &str| {
        let mut trainer = warm();
        let flag = StopFlag::default();
        let error = world.epoch_with(&mut *trainer, 1, Recorder::stopping(phase, &flag), &flag).unwrap_err();
        assert!(matches!(error, Error::Interrupted { epoch: 1 }));
        (parameters(&*trainer), state(&*trainer))
    };
    let trainer = warm();
    let (start, start_state) = (parameters(&*trainer), state(&*trainer));
    let (early, early_state) = stopped("Train CLIP1");
    assert_ne!(early[CTX[0]], start[CTX[0]]);
    assert_eq!((&early[CTX[1]], &early_state[MOMENTUM[1]]), (&start[CTX[1]], &start_state[MOMENTUM[1]]));

    let (late, late_state) = stopped("Train CLIP2");
    assert_ne!(late[CTX[1]], start[CTX[1]]);
    let mut trainer = warm();
    world.epoch(&mut *trainer, 1).unwrap();
    // From the second learner's first step to the end of the epoch the first one stands still.
    let (end, end_state) = (parameters(&*trainer), state(&*trainer));
    assert_eq!((&late[CTX[0]], &late_state[MOMENTUM[0]]), (&end[CTX[0]], &end_state[MOMENTUM[0]]));
}

#[test]
fn the_unlabelled_loss_rises() {
    let world = World::new("MLPT", &[("TRAINER.MLPT.RAMP_UP", 2.into()), ("TRAINER.MLPT.LAMBDA_U", 6.0.into())]);
    let mut trainer = world.trainer(1).unwrap();
    world.epoch(&mut *trainer, 0).unwrap();
    for (epoch, weight) in [(1, 0.0), (2, 3.0), (3, 6.0), (4, 6.0)] {
        for step in world.epoch(&mut *trainer, epoch).unwrap().1.steps {
            let of = |name: &str| step.losses.iter().find(|(n, _)| n == name).unwrap().1;
            assert!((of("loss") - of("loss_x") - weight * of("loss_u")).abs() < 1e-5, "{step:?}");
            assert!(of("loss_u") > 1e-4, "{step:?}");
        }
    }
}

#[test]
fn averaged_losses_change_what_is_seen_and_outlive_a_stop() {
    let last = |epochs: usize| {
        let world = World::new("MLPT", &[("TRAINER.MLPT.AVERAGE_EPOCHS", epochs.into())]);
        let mut trainer = world.trainer(1).unwrap();
        (0..3).map(|epoch| world.epoch(&mut *trainer, epoch).unwrap().0.clean).last().unwrap()
    };
    assert_ne!(last(1), last(2));
    resumes_exactly(&World::new("MLPT", &[("TRAINER.MLPT.AVERAGE_EPOCHS", 2.into())]));
}

#[test]
fn resume_is_exact_and_seeds_differ() {
    resumes_exactly(&World::new("MLPT", &[]));
}

/// Two runs, one of them taken up from the other's state after two epochs, are the same.
pub fn resumes_exactly(world: &World) {
    let mut one = world.trainer(1).unwrap();
    for epoch in 0..2 {
        world.epoch(&mut *one, epoch).unwrap();
    }
    let mut two = world.trainer(9).unwrap();
    assert_ne!(parameters(&*one), parameters(&*two));
    for (from, to) in one.learners().iter().zip(&two.learners()) {
        to.parameters[0].var.set(&from.parameters[0].var.as_detached_tensor().copy().unwrap()).unwrap();
    }
    two.load_state(&one.state()).unwrap();
    for epoch in 2..4 {
        let (a, _) = world.epoch(&mut *one, epoch).unwrap();
        let (b, _) = world.epoch(&mut *two, epoch).unwrap();
        assert_eq!((a.losses, a.clean, a.trusted), (b.losses, b.clean, b.trusted));
        assert_eq!((parameters(&*one), state(&*one)), (parameters(&*two), state(&*two)));
    }
}

#[test]
fn logits_are_summed() {
    let world = World::new("MLPT", &[]);
    let mut trainer = world.trainer(1).unwrap();
    let features = world.data.pool_features(&world.clip).unwrap();
    let mut sum = vec![0f32; 18 * 3];
    for learner in trainer.learners() {
        let text = crate::coop::plain_text(&world, learner.parameters[0].var.as_tensor(), "end");
        let logits = crate::literal::logits(&world, &features, &text);
        sum.iter_mut().zip(flat(&logits)).for_each(|(s, l)| *s += l);
    }
    trainer.begin_eval(&world.clip).unwrap();
    let ours = trainer.logits(&world.clip, ImageInput::Features(&features)).unwrap();
    assert!(distance(&flat(&ours), &sum) < 1e-3, "{}", distance(&flat(&ours), &sum));
}

#[test]
fn with_nothing_to_guess_the_loss_has_one_part() {
    // One item is clean to a mixture that has nothing to compare it with.
    let world = World::built("MLPT", &[], items()[..1].to_vec(), |_| ());
    let mut trainer = world.trainer(1).unwrap();
    world.epoch(&mut *trainer, 0).unwrap();
    let before = parameters(&*trainer);
    let (report, told) = world.epoch(&mut *trainer, 1).unwrap();
    assert_eq!(told.steps.len(), 2);
    assert!(told.steps.iter().all(|s| s.losses.len() == 2 && s.losses[0].1 == s.losses[1].1));
    assert!(told.warnings.iter().any(|w| w.contains("no unlabelled part")), "{:?}", told.warnings);
    assert!(told.warnings.iter().any(|w| w.contains("only one loss")), "{:?}", told.warnings);
    assert_eq!(report.clean[0].1, [1.0]);
    assert!(CTX.iter().all(|name| parameters(&*trainer)[*name] != before[*name]));
}

#[test]
fn with_nothing_to_trust_the_epoch_is_left_out() {
    // No probability is greater than one.
    let world = World::new("MLPT", &[("WARMUP.THRESHOLD", 1.0.into())]);
    let mut trainer = world.trainer(1).unwrap();
    world.epoch(&mut *trainer, 0).unwrap();
    let before = parameters(&*trainer);
    let (report, told) = world.epoch(&mut *trainer, 1).unwrap();
    assert!(told.steps.is_empty() && report.losses.is_empty() && report.clean.len() == 2);
    let sat_out = told.warnings.iter().filter(|w| w.contains("not trained in this epoch")).count();
    assert_eq!(sat_out, 2, "{:?}", told.warnings);
    assert_eq!(parameters(&*trainer), before);
}

#[test]
fn what_is_not_finite_in_co_training_is_named() {
    let world = World::new("MLPT", &[]);
    let mut trainer = world.trainer(1).unwrap();
    world.epoch(&mut *trainer, 0).unwrap();
    let ctx = trainer.learners()[1].parameters[0].var.clone();
    ctx.set(&(ctx.as_detached_tensor() * f64::NAN).unwrap()).unwrap();
    let before = parameters(&*trainer)[CTX[0]].clone();
    let message = world.epoch(&mut *trainer, 1).err().unwrap().to_string();
    assert!(message.contains("prompt_learner2") && message.contains("epoch 2"), "{message}");
    assert_eq!(parameters(&*trainer)[CTX[0]], before);
}
