//! The single-learner trainer and the zero-shot one.

use crate::common::{Recorder, World, flat, parameters, state};
use candle_core::{D, Tensor};
use mlpt_core::Error;
use mlpt_core::engine::StopFlag;
use mlpt_core::prompt::ImageInput;

#[test]
fn a_step_costs_one_pass_of_each_kind_and_tells_all() {
    let world = World::new("CoOp", &[("OPTIM.WARMUP_EPOCH", 1.into()), ("OPTIM.WARMUP_TYPE", "constant".into())]);
    let mut trainer = world.trainer(1).unwrap();
    let recorder = Recorder::counting(&world.clip);
    let before = world.clip.passes();
    let report = world.epoch_with(&mut *trainer, 0, recorder.clone(), &StopFlag::default()).unwrap();
    let told = recorder.told();
    // 18 items in batches of 4; the short one is dropped.
    assert_eq!(told.steps.len(), 4);
    for (n, (step, passes)) in told.steps.iter().zip(&told.passes).enumerate() {
        let n = n + 1;
        assert_eq!((step.batch, step.num_batches, step.epoch, step.max_epoch), (n, 4, 1, 6));
        let count = n as u64;
        assert_eq!(passes.image - before.image, count);
        assert_eq!(passes.text - before.text, count);
        assert_eq!(passes.text_backward - before.text_backward, count);
        assert_eq!((step.lr, step.learner.as_str(), step.phase.as_str()), (1e-5, "prompt_learner", ""));
        assert!(step.time_s >= step.data_s && step.acc.is_some_and(|acc| (0.0..=100.0).contains(&acc)));
    }
    let mean = told.steps.iter().map(|s| s.losses[0].1).sum::<f64>() / 4.0;
    assert!((report.losses[0].1 - mean).abs() < 1e-9 && report.clean.is_empty());
    let (_, told) = world.epoch(&mut *trainer, 1).unwrap();
    assert_eq!(told.steps[0].lr, 0.02);
}

#[test]
fn training_helps_and_resume_is_exact() {
    let world = World::new("CoOp", &[]);
    let mut one = world.trainer(1).unwrap();
    let first = world.epoch(&mut *one, 0).unwrap().0.losses[0].1;
    let mut two = world.trainer(2).unwrap();
    assert_ne!(parameters(&*one), parameters(&*two), "another seed starts elsewhere");
    // What a checkpoint does.
    for (from, to) in one.learners()[0].parameters.iter().zip(&two.learners()[0].parameters) {
        to.var.set(&from.var.as_detached_tensor().copy().unwrap()).unwrap();
    }
    two.load_state(&one.state()).unwrap();
    let mut last = first;
    for epoch in 1..5 {
        let (a, _) = world.epoch(&mut *one, epoch).unwrap();
        let (b, _) = world.epoch(&mut *two, epoch).unwrap();
        assert_eq!(a.losses, b.losses);
        assert_eq!((parameters(&*one), state(&*one)), (parameters(&*two), state(&*two)));
        last = a.losses[0].1;
    }
    assert!(last < first, "{first} -> {last}");
}

#[test]
fn a_stop_ends_the_epoch_after_the_step() {
    let world = World::new("CoOp", &[]);
    let mut trainer = world.trainer(1).unwrap();
    let flag = StopFlag::default();
    let recorder = Recorder::stopping("", &flag);
    let error = world.epoch_with(&mut *trainer, 2, recorder.clone(), &flag).unwrap_err();
    assert!(matches!(error, Error::Interrupted { epoch: 2 }), "{error}");
    assert_eq!(recorder.told().steps.len(), 1);
}

#[test]
fn what_is_not_finite_is_named_before_the_step() {
    // A deviation of almost nothing makes pixels infinite.
    let world = World::new("CoOp", &[("INPUT.PIXEL_STD", vec![1e-42, 1e-42, 1e-42].into())]);
    let mut trainer = world.trainer(1).unwrap();
    let before = parameters(&*trainer);
    match world.epoch(&mut *trainer, 3).err().unwrap() {
        Error::NonFinite { tensor, epoch: 4, batch: 1 } => assert!(tensor.contains("pixel of image '"), "{tensor}"),
        other => panic!("{other}"),
    }
    assert_eq!((parameters(&*trainer), state(&*trainer).len()), (before, 0), "nothing was changed");

    let world = World::new("CoOp", &[]);
    let mut trainer = world.trainer(1).unwrap();
    let ctx = &trainer.learners()[0].parameters[0].var;
    ctx.set(&(ctx.as_detached_tensor() * f64::NAN).unwrap()).unwrap();
    let message = world.epoch(&mut *trainer, 0).err().unwrap().to_string();
    assert!(message.contains("prompt_learner.ctx is not finite (epoch 1, batch 1)"), "{message}");
}

#[test]
fn zero_shot_is_the_template_and_one_text_pass() {
    let world = World::new("zeroshot", &[]);
    let mut trainer = world.trainer(1).unwrap();
    assert!(!trainer.trains() && trainer.learners().is_empty());
    assert!(world.epoch(&mut *trainer, 0).is_err());
    let features = world.data.pool_features(&world.clip).unwrap();
    let text = world.clip.passes().text;
    trainer.begin_eval(&world.clip).unwrap();
    let logits = trainer.logits(&world.clip, ImageInput::Features(&features)).unwrap();
    assert_eq!(world.clip.passes().text, text);

    let prompts = ["a photo of a red circle.", "a photo of a blue square.", "a photo of a a green triangle."];
    let class = world.clip.encode_prompts(&prompts.map(String::from)).unwrap();
    let unit = |x: &Tensor| x.broadcast_div(&x.sqr().unwrap().sum_keepdim(D::Minus1).unwrap().sqrt().unwrap()).unwrap();
    let cosine = unit(&features).matmul(&unit(&class).t().unwrap()).unwrap();
    let wanted = (cosine * world.clip.logit_scale()).unwrap();
    assert!(crate::common::distance(&flat(&logits), &flat(&wanted)) < 1e-4);
}

/// Seven templates and the data set's own; for ImageNet the seven alone. By hand, one prompt at a time.
#[test]
fn the_ensemble_is_the_mean_of_unit_length_prompts() {
    let unit = |x: &Tensor| x.broadcast_div(&x.sqr().unwrap().sum_keepdim(D::Minus1).unwrap().sqrt().unwrap()).unwrap();
    let mut kept = Vec::new();
    for (dataset, count) in [("Caltech101", 8), ("ImageNet", 7)] {
        let world = World::new("ZeroshotCLIP2", &[("DATASET.NAME", dataset.into())]);
        let before = world.clip.passes().text;
        let trainer = world.trainer(1).unwrap();
        assert_eq!(world.clip.passes().text - before, count as u64);
        let features = world.data.pool_features(&world.clip).unwrap();
        let logits = trainer.logits(&world.clip, ImageInput::Features(&features)).unwrap();
        let mut templates = mlpt_trainers::zeroshot::SELECTED.to_vec();
        templates.push("a photo of a {}.");
        let classes: Vec<Tensor> = ["red circle", "blue square", "a green triangle"]
            .iter()
            .map(|name| {
                let of = |t: &&str| unit(&world.clip.encode_prompts(&[t.replace("{}", name)]).unwrap());
                let all: Vec<Tensor> = templates[..count].iter().map(of).collect();
                Tensor::cat(&all, 0).unwrap().mean_keepdim(0).unwrap()
            })
            .collect();
        let cosine = unit(&features).matmul(&unit(&Tensor::cat(&classes, 0).unwrap()).t().unwrap()).unwrap();
        let wanted = (cosine * world.clip.logit_scale()).unwrap();
        assert!(crate::common::distance(&flat(&logits), &flat(&wanted)) < 1e-4);
        kept.push(flat(&logits));
    }
    assert_ne!(kept[0], kept[1]);
}
