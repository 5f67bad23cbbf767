//! A mechanism from outside: it works on pixels and has no text pass of its own kind. MLPT takes it
//! beside CoOp, and the single trainer takes it alone.

use crate::common::{Recorder, World, parameters};
use candle_core::{D, Tensor, Var};
use mlpt_core::clip::FrozenClip;
use mlpt_core::engine::StopFlag;
use mlpt_core::prompt::{ImageInput, ImageSide, NamedVar, PromptLearner, TextState};
use mlpt_core::registry::Entry;
use mlpt_core::{Error, Registries, Result};
use mlpt_trainers::single;
use std::sync::Arc;

/// Moves image features before they are compared with random class vectors.
struct Shift {
    by: Var,
    classes: Var,
}

impl PromptLearner for Shift {
    fn parameters(&self) -> Vec<NamedVar> {
        let named = |name: &str, var: &Var| NamedVar { name: name.to_owned(), var: var.clone() };
        vec![named("by", &self.by), named("classes", &self.classes)]
    }

    fn text(&self, _clip: &FrozenClip) -> Result<Option<TextState>> {
        Ok(None)
    }

    fn logits(&self, clip: &FrozenClip, text: Option<&TextState>, images: ImageInput<'_>) -> Result<Tensor> {
        let (ImageInput::Pixels(pixels), None) = (images, text) else {
            return Err(Error::invalid("Shift asks for pixels and no text"));
        };
        let moved = clip.encode_images(pixels)?.broadcast_add(self.by.as_tensor())?;
        let unit = moved.broadcast_div(&moved.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?)?;
        Ok(unit.matmul(&self.classes.as_tensor().t()?)?)
    }

    fn image_side(&self) -> ImageSide {
        ImageSide::Prompted
    }
}

fn register(registries: &mut Registries) {
    let entry = Entry::new(
        "Shift",
        "",
        "",
        Arc::new(|ctx: &mlpt_core::prompt::LearnerContext<'_>| -> Result<Box<dyn PromptLearner>> {
            let wave = Tensor::arange(0f32, 72.0, ctx.clip.device())?.reshape((3, 24))?.sin()?;
            let by = Var::from_tensor(&wave.get(0)?.unsqueeze(0)?)?;
            Ok(Box::new(Shift { by, classes: Var::from_tensor(&wave)? }))
        }) as mlpt_core::registries::MechanismFactory,
    );
    registries.mechanisms.register(entry).unwrap();
    registries.trainers.register(single::entry("Shifted", "Shift", "", "")).unwrap();
}

#[test]
fn any_two_mechanisms_teach_each_other() {
    let set = [("TRAINER.MLPT.LEARNER2.MECHANISM", "Shift".into()), ("TRAINER.MLPT.N_CTX", 4.into())];
    let world = World::built("MLPT", &set, crate::common::items(), register);
    let mut trainer = world.trainer(1).unwrap();
    assert!(!trainer.shares_image_features());
    assert_eq!(trainer.learners()[1].mechanism, "Shift");
    for epoch in 0..2 {
        let before = parameters(&*trainer);
        let recorder = Recorder::counting(&world.clip);
        world.epoch_with(&mut *trainer, epoch, recorder.clone(), &StopFlag::default()).unwrap();
        let after = parameters(&*trainer);
        assert_eq!(before.len(), 3);
        assert!(before.keys().all(|name| before[name] != after[name]));
    }
    trainer.begin_eval(&world.clip).unwrap();
    let pixels = Tensor::zeros((2, 3, 32, 32), candle_core::DType::F32, world.clip.device()).unwrap();
    assert_eq!(trainer.logits(&world.clip, ImageInput::Pixels(&pixels)).unwrap().dims(), [2, 3]);
}

#[test]
fn the_single_trainer_takes_it_too() {
    let world = World::built("Shifted", &[], crate::common::items(), register);
    let mut trainer = world.trainer(1).unwrap();
    let first = world.epoch(&mut *trainer, 0).unwrap().0.losses[0].1;
    for epoch in 1..5 {
        world.epoch(&mut *trainer, epoch).unwrap();
    }
    let last = world.epoch(&mut *trainer, 5).unwrap().0.losses[0].1;
    assert!(last < first, "{first} -> {last}");
}
