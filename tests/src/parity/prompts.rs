//! Mechanisms with prompts in the towers or of an image's own, and the published Python's checkpoints, over the built-in model.

use super::check::gather;
use super::comparison::Comparison;
use super::device::device;
use super::{Check, golden};
use candle_core::Tensor;
use mlpt_core::checkpoint::{LearnerCheckpoint, find_checkpoint};
use mlpt_core::clip::{FrozenClip, ModelSource};
use mlpt_core::config::{Layers, Scope};
use mlpt_core::optim::{OptimConfig, build};
use mlpt_core::prompt::{ImageInput, LearnerContext, PromptLearner};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Registries, Result};
use serde_json::Value;
use std::collections::BTreeMap;

const GROUP: &str = "prompts";
const REFERENCE: &str = "prompts.py (torch 2.15.0)";
const OTHERS: &str = "mechanisms.py (torch 2.15.0)";

struct World {
    clip: FrozenClip,
    golden: Value,
    tensors: BTreeMap<String, Tensor>,
    classes: Vec<String>,
    registries: Registries,
    reference: &'static str,
}

/// Logits, gradients and three steps of every mechanism with prompts in a tower or of an image's own; logits of
/// checkpoints.
pub(super) fn checks() -> Vec<Check> {
    [of_maple(), of_others()].concat()
}

fn of_maple() -> Vec<Check> {
    gather(GROUP, REFERENCE, || {
        let world = World::new("prompts", REFERENCE)?;
        let mut checks = Vec::new();
        for (number, case) in golden::list(&world.golden, "cases")?.iter().enumerate() {
            let settings = [
                format!("TRAINER.MAPLE.N_CTX={}", golden::number(case, "n_ctx")?),
                format!("TRAINER.MAPLE.CTX_INIT={}", golden::text(case, "ctx_init")?),
                format!("TRAINER.MAPLE.PROMPT_DEPTH={}", golden::number(case, "depth")?),
            ];
            checks.extend(world.steps("MaPLe", &settings, number, case)?);
        }
        checks.push(world.checkpoint("MaPLe", &["TRAINER.MAPLE.PROMPT_DEPTH=3"], 5)?);
        checks.push(world.checkpoint("CoOp", &["TRAINER.COOP.N_CTX=3"], 50)?);
        Ok(checks)
    })
}

fn of_others() -> Vec<Check> {
    gather(GROUP, OTHERS, || {
        let world = World::new("mechanisms", OTHERS)?;
        let (mut checks, mut all) = (Vec::new(), Vec::new());
        for (number, case) in golden::list(&world.golden, "cases")?.iter().enumerate() {
            let settings: Vec<String> =
                golden::list(case, "settings")?.iter().filter_map(|s| s.as_str().map(str::to_owned)).collect();
            checks.extend(world.steps(golden::text(case, "mechanism")?, &settings, number, case)?);
            all.push(settings);
        }
        // The checkpoints are of these cases.
        for (mechanism, number, epoch) in [("CoCoOp", 0, 10), ("VPT", 3, 5), ("IVLP", 4, 5), ("RMaPLe", 7, 5)] {
            let settings = all.get(number).map_or(&[][..], Vec::as_slice);
            checks.push(world.checkpoint(mechanism, settings, epoch)?);
        }
        Ok(checks)
    })
}

impl World {
    fn new(stem: &str, reference: &'static str) -> Result<Self> {
        let golden = golden::json(&format!("{stem}.json"))?;
        let classes = golden::list(&golden, "classes")?.iter().filter_map(|c| c.as_str().map(str::to_owned)).collect();
        let mut registries = Registries::new()?;
        mlpt_trainers::register(&mut registries)?;
        let clip = FrozenClip::load(&ModelSource::BuiltIn, device())?;
        let tensors = golden::tensors(&format!("{stem}.safetensors"))?;
        Ok(Self { clip, golden, tensors, classes, registries, reference })
    }

    fn tensor(&self, name: &str) -> Result<&Tensor> {
        golden::tensor(&self.tensors, name)
    }

    fn learner<S: AsRef<str>>(&self, mechanism: &str, settings: &[S]) -> Result<Box<dyn PromptLearner>> {
        let config = Layers::new(&self.registries).overrides(settings).resolve()?;
        let scope = Scope::new(&config, [format!("TRAINER.{}", mechanism.to_uppercase())]);
        let factory = &self.registries.mechanisms.get(mechanism)?.factory;
        factory(&LearnerContext { clip: &self.clip, class_names: &self.classes, scope, rng: RngTree::new(1) })
    }

    fn logits(&self, learner: &dyn PromptLearner) -> Result<Tensor> {
        let text = learner.text(&self.clip)?;
        learner.logits(&self.clip, text.as_ref(), ImageInput::Pixels(self.tensor("pixels")?))
    }

    fn steps(&self, mechanism: &str, settings: &[String], number: usize, case: &Value) -> Result<[Check; 4]> {
        let name = golden::text(case, "name")?;
        let learner = self.learner(mechanism, settings)?;
        let parameters = learner.parameters();
        let names: Vec<&str> = golden::list(case, "parameters")?.iter().filter_map(Value::as_str).collect();
        let mut ours: Vec<&str> = parameters.iter().map(|p| p.name.as_str()).collect();
        let mut theirs = names.clone();
        ours.sort_unstable();
        theirs.sort_unstable();
        if ours != theirs {
            return Err(Error::invalid(format!("{name}: parameters are {ours:?}, not {theirs:?}")));
        }
        for p in &parameters {
            p.var.set(self.tensor(&format!("{number}.start.{}", p.name))?)?;
        }
        let compare = |what: &str, tolerance| {
            Comparison::relative(GROUP, format!("{mechanism}, {name}: {what}"), self.reference, tolerance)
        };
        let (mut logits, mut gradients) = (compare("logits", 1e-5), compare("gradient of every tensor", 1e-4));
        let (mut losses, mut after) = (compare("losses of three steps", 1e-5), compare("tensors after them", 1e-5));
        let labels: Vec<u32> = golden::indices(&self.golden, "labels")?.into_iter().map(|l| l as u32).collect();
        let labels = Tensor::new(labels, device())?;
        let optim = OptimConfig { name: "sgd".to_owned(), momentum: 0.9, weight_decay: 5e-4, ..OptimConfig::default() };
        let mut optimiser = build(&optim, parameters.clone())?;
        let mut seen = Vec::new();
        for step in 0..3 {
            let now = self.logits(&*learner)?;
            let loss = mlpt_core::loss::by_name("ce")?.hard(&now, &labels, None)?;
            seen.push(f64::from(loss.to_scalar::<f32>()?));
            let store = loss.backward()?;
            if step == 0 {
                logits.tensors(&now, self.tensor(&format!("{number}.logits"))?)?;
                for p in &parameters {
                    let fault = || Error::invalid(format!("{name}: no gradient for {}", p.name));
                    let gradient = store.get(p.var.as_tensor()).ok_or_else(fault)?;
                    gradients.tensors(gradient, self.tensor(&format!("{number}.grad.{}", p.name))?)?;
                }
            }
            optimiser.step(&store, 0.01)?;
        }
        losses.numbers(&seen, &golden::floats(case, "losses")?);
        for p in &parameters {
            after.tensors(&p.var.as_detached_tensor(), self.tensor(&format!("{number}.end.{}", p.name))?)?;
        }
        Ok([logits, gradients, losses, after].map(Comparison::finish))
    }

    /// A `.pth.tar` as the Python lays it out.
    fn checkpoint<S: AsRef<str>>(&self, mechanism: &str, settings: &[S], epoch: usize) -> Result<Check> {
        let learner = self.learner(mechanism, settings)?;
        let dir = golden::path(&format!("prompts/{mechanism}"));
        let path = find_checkpoint(&dir, "prompt_learner", epoch);
        let meta = LearnerCheckpoint::load_into(&path, mechanism, &learner.parameters(), device())?;
        if meta.epoch != epoch {
            return Err(Error::invalid(format!("{}: epoch {}, not {epoch}", path.display(), meta.epoch)));
        }
        let what = format!("logits of a published checkpoint of {mechanism}");
        let mut compare = Comparison::relative(GROUP, what, self.reference, 1e-5);
        compare.tensors(&self.logits(&*learner)?, self.tensor(&format!("checkpoint.{mechanism}"))?)?;
        Ok(compare.finish())
    }
}
