//! Learners whose texts run in parts learn what they learn at once.

use crate::common::{World, distance, parameters};

/// One epoch of every mechanism with a text pass of its own, at once and text by text.
#[test]
fn parts_change_no_more_than_last_bits() {
    for trainer in ["CoOp", "CoCoOp", "MaPLe", "RMaPLe", "IVLP"] {
        let depth = [
            ("TRAINER.MAPLE.PROMPT_DEPTH", 1.into()),
            ("TRAINER.RMAPLE.PROMPT_DEPTH", 1.into()),
            ("TRAINER.IVLP.PROMPT_DEPTH_TEXT", 2.into()),
            ("TRAINER.IVLP.PROMPT_DEPTH_VISION", 1.into()),
        ];
        let trained = |memory: u64| {
            let mut world = World::new(trainer, &depth);
            world.clip = world.clip.clone().with_text_memory(memory);
            let before = world.clip.passes();
            let mut learner = world.trainer(1).unwrap();
            let start = parameters(&*learner);
            world.epoch(&mut *learner, 0).unwrap();
            let passes = world.clip.passes();
            assert!(passes.text_backward > before.text_backward, "{trainer}");
            (start, parameters(&*learner), passes)
        };
        let ((start, whole, passes), (same, parts, counted)) = (trained(0), trained(1));
        assert_eq!(passes, counted, "{trainer}");
        assert_eq!(start, same, "{trainer}");
        for (name, whole) in &whole {
            let moved = distance(whole, &start[name]);
            assert!(moved > 1e-6, "{trainer}: {name} has learnt nothing");
            assert!(distance(whole, &parts[name]) <= 1e-3 * moved + 1e-7, "{trainer}: {name}");
        }
    }
}

/// The texts of a batch of images go through the tower as a few images at a time, in training.
#[test]
fn a_batch_of_images_is_bounded() {
    let mut world = World::new("CoCoOp", &[("DATALOADER.TRAIN_X.BATCH_SIZE", 9.into())]);
    world.clip = world.clip.clone().with_text_memory(400_000);
    let learner = world.trainer(1).unwrap();
    assert_eq!(learner.learners()[0].mechanism, "CoCoOp");
    let width = world.clip.text_width();
    // As CoCoOp makes it: a context for each of nine images, three classes behind each.
    let zeros = |shape: &[usize]| {
        candle_core::Tensor::zeros(shape, candle_core::DType::F32, &candle_core::Device::Cpu).unwrap()
    };
    let batch = mlpt_core::clip::TextBatch {
        prefixes: candle_core::Var::from_tensor(&zeros(&[9, 17, width])).unwrap().as_tensor().clone(),
        suffixes: zeros(&[12, width]),
        suffix_lens: vec![4; 3],
        rows: (0..27).map(|row| (row / 3, row % 3)).collect(),
        deep: vec![],
    };
    let parts = world.clip.text_parts(&batch).unwrap();
    assert!(parts.len() > 1 && parts.iter().all(|part| part.len() % 3 == 0 && part.len() < 27), "{parts:?}");
}
