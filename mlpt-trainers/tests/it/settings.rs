//! What MLPT reads from its settings.

use crate::common::{World, parameters};
use mlpt_core::config::Value;

fn fault(set: &[(&str, Value)]) -> String {
    World::new("MLPT", set).trainer(1).err().unwrap().to_string()
}

#[test]
fn a_warm_up_that_never_ends_names_both_keys() {
    let message = fault(&[("WARMUP.EPOCH", 6.into()), ("TRAINER.MLPT.TEM", 0.0.into())]);
    for part in ["OPTIM.MAX_EPOCH is 6", "WARMUP.EPOCH is 6", "TRAINER.MLPT.TEM"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(fault(&[("TRAINER.MLPT.TARGETS", "hard".into())]).contains("onehot"));
    assert!(fault(&[("TRAINER.MLPT.LEARNER2.MECHANISM", "CoOop".into())]).contains("CoOp"));
}

#[test]
fn each_learner_has_settings_of_its_own_that_fall_back() {
    let set = [
        ("TRAINER.COOP.N_CTX", 3.into()),
        ("TRAINER.MLPT.N_CTX", 4.into()),
        ("TRAINER.MLPT.LEARNER2.N_CTX", 5.into()),
        ("TRAINER.MLPT.LEARNER2.OPTIM.LR", 0.01.into()),
    ];
    let world = World::new("MLPT", &set);
    let mut trainer = world.trainer(1).unwrap();
    let learners = trainer.learners();
    assert_eq!(learners[0].parameters[0].var.dims(), [4, 32]);
    assert_eq!(learners[1].parameters[0].var.dims(), [5, 32]);
    assert_eq!(learners.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["prompt_learner1", "prompt_learner2"]);
    for epoch in 0..2 {
        let (_, told) = world.epoch(&mut *trainer, epoch).unwrap();
        let decay = 0.5 * (1.0 + (std::f64::consts::PI * epoch as f64 / 6.0).cos());
        for step in &told.steps {
            let full = if step.learner == "prompt_learner1" { 0.02 } else { 0.01 };
            assert!((step.lr - full * decay).abs() < 1e-12, "{step:?}");
        }
    }

    let defaults = World::new("MLPT", &[]);
    let made = defaults.trainer(1).unwrap();
    let values = parameters(&*made);
    assert_eq!(values["prompt_learner1.ctx"].len(), 16 * 32);
    assert_ne!(values["prompt_learner1.ctx"], values["prompt_learner2.ctx"]);
    // Without CTX_INIT the learners differ; with it they start as one.
    let words = World::new("MLPT", &[("TRAINER.MLPT.CTX_INIT", "a photo of a".into())]);
    let values = parameters(&*words.trainer(1).unwrap());
    assert_eq!(values["prompt_learner1.ctx"], values["prompt_learner2.ctx"]);
}

#[test]
fn the_published_settings_are_the_defaults() {
    let registries = World::new("MLPT", &[]).registries;
    for trainer in ["CoOp", "MLPT"] {
        let entry = registries.trainers.get(trainer).unwrap();
        let of = |path: &str| entry.defaults.iter().find(|(p, _)| *p == path).unwrap().1.clone();
        assert_eq!(of("OPTIM.LR"), Value::Float(0.002));
        assert_eq!(of("OPTIM.LR_SCHEDULER"), Value::from("cosine"));
        assert_eq!((of("OPTIM.MAX_EPOCH"), of("OPTIM.WARMUP_EPOCH")), (Value::Int(50), Value::Int(1)));
        assert_eq!(of("DATALOADER.TRAIN_X.BATCH_SIZE"), Value::Int(32));
        assert_eq!(of("DATALOADER.TEST.BATCH_SIZE"), Value::Int(100));
    }
    for (trainer, batch, lr, epochs) in [
        ("CoCoOp", 1, 0.002, 10),
        ("MaPLe", 4, 0.0035, 5),
        ("RMaPLe", 4, 0.0035, 5),
        ("VPT", 4, 0.0025, 5),
        ("IVLP", 4, 0.0035, 5),
    ] {
        let entry = registries.trainers.get(trainer).unwrap();
        // What is said last counts.
        let of = |path: &str| entry.defaults.iter().rfind(|(p, _)| *p == path).unwrap().1.clone();
        assert_eq!(of("DATALOADER.TRAIN_X.BATCH_SIZE"), Value::Int(batch), "{trainer}");
        assert_eq!((of("OPTIM.LR"), of("OPTIM.MAX_EPOCH")), (Value::Float(lr), Value::Int(epochs)), "{trainer}");
        assert_eq!((of("TRAIN.PRINT_FREQ"), of("OPTIM.WARMUP_EPOCH")), (Value::Int(20), Value::Int(1)), "{trainer}");
    }
}
