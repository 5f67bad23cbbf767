//! The settings of MLPT.

use mlpt_core::config::{Config, Key, Origin, Scope, Section};
use mlpt_core::data::noise::{Amount, FILE};
use mlpt_core::loss::{Loss, LossConfig};
use mlpt_core::{Error, Result};
use std::str::FromStr;

/// The trainer's section.
pub(super) const SECTION: &str = "TRAINER.MLPT";
/// The sections of the two learners.
pub(super) const SLOTS: [&str; 2] = ["TRAINER.MLPT.LEARNER1", "TRAINER.MLPT.LEARNER2"];
/// The names of the two learners and of their checkpoint folders.
pub(super) const LEARNERS: [&str; 2] = ["prompt_learner1", "prompt_learner2"];

mlpt_core::section! {
    /// Keys of `TRAINER.MLPT`, beside the prompt's.
    pub struct MlptConfig {
        /// The prompt mechanism of both learners, where LEARNER1 and LEARNER2 name none of their own.
        pub mechanism: String = "CoOp".to_owned(), "MECHANISM";
        /// Sharpening temperature of the targets, above 0; 1 leaves them as they are.
        pub tem: f64 = 0.5, "TEM";
        /// Most items a given class that are taken from the clean side of the split; -1: DATASET.NUM_SHOTS, 0: all.
        pub x_shots: i64 = -1, "X_SHOTS";
        /// Most items a given class that are taken from the other side; -1: DATASET.NUM_SHOTS, 0: all.
        pub u_shots: i64 = -1, "U_SHOTS";
        /// Weight of the loss on the other side (its mean is over classes too, so it is small).
        pub lambda_u: f64 = 1.0, "LAMBDA_U";
        /// Number of epochs behind the warm-up in which LAMBDA_U rises from 0 to its value; 0: it is there at once.
        pub ramp_up: usize = 0, "RAMP_UP";
        /// Number of augmented views of every image in a co-training step: targets come from the mean of their
        /// probabilities, and each view is learnt from. Image passes grow with it.
        pub views: usize = 1, "VIEWS";
        /// The selector sees the pool's losses averaged over so many last epochs, each epoch's scaled to 0..1 first.
        pub average_epochs: usize = 1, "AVERAGE_EPOCHS";
        /// Whether a step learns from images that are mixed in pairs (mixup), their targets alike.
        pub mixup: bool = false, "MIXUP";
        /// With MIXUP, the share of the first image is drawn from Beta(ALPHA, ALPHA) and is at least one half.
        pub alpha: f64 = 4.0, "ALPHA";
        /// What is learnt from: soft (sharpened distributions) or onehot (their greatest entry).
        pub targets: String = "soft".to_owned(), "TARGETS";
        /// Loss of the warm-up epochs, by a name that LOSS.NAME can have; empty: LOSS.NAME.
        pub warmup_loss: String = String::new(), "WARMUP_LOSS";
    }
}

mlpt_core::section! {
    /// Keys of `WARMUP`: MLPT's first phase, not the learning rate's warm-up (`OPTIM.WARMUP_*`).
    pub struct WarmupConfig {
        /// Number of epochs on the given labels before the learners teach each other.
        pub epoch: usize = 10, "EPOCH";
        /// With SELECTOR.NAME mixture an item counts as clean when its probability is greater than this.
        pub threshold: f64 = 0.5, "THRESHOLD";
    }
}

/// `TRAINER.MLPT.TARGETS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Targets {
    /// Sharpened distributions.
    Soft,
    /// One at their greatest entry.
    OneHot,
}

impl FromStr for Targets {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_lowercase().as_str() {
            "soft" => Ok(Self::Soft),
            "onehot" => Ok(Self::OneHot),
            _ => Err(Error::Config(vec![format!("{SECTION}.TARGETS: '{name}' is none of soft, onehot")])),
        }
    }
}

/// All that the method needs, checked.
#[derive(Clone, Debug)]
pub(super) struct Method {
    pub(super) warmup_epochs: usize,
    pub(super) threshold: f64,
    pub(super) temperature: f64,
    /// As [`fewshot_indices`](mlpt_core::data::fewshot_indices) takes it: below 1 for all.
    pub(super) x_shots: i64,
    pub(super) u_shots: i64,
    pub(super) lambda_u: f64,
    pub(super) ramp_up: usize,
    pub(super) views: usize,
    pub(super) average_epochs: usize,
    /// The parameter of the Beta distribution, where images are mixed.
    pub(super) mixup: Option<f64>,
    pub(super) targets: Targets,
    pub(super) warmup_loss: Loss,
    pub(super) loss: Loss,
}

impl Method {
    /// Weight of the unlabelled loss in a zero-based epoch: after Berthelot et al. 2019 (MixMatch) it rises in a line.
    pub(super) fn lambda_u(&self, epoch: usize) -> f64 {
        if self.ramp_up == 0 {
            return self.lambda_u;
        }
        let taught = epoch.saturating_sub(self.warmup_epochs);
        self.lambda_u * (taught as f64 / self.ramp_up as f64).min(1.0)
    }

    /// Reads and checks the settings.
    ///
    /// # Errors
    /// [`Error::Config`] with all faults, `OPTIM.MAX_EPOCH <= WARMUP.EPOCH` among them.
    pub(super) fn read(config: &Config) -> Result<Self> {
        let mlpt: MlptConfig = config.section(SECTION)?;
        let warmup: WarmupConfig = config.section("WARMUP")?;
        let shots: i64 = config.get("DATASET.NUM_SHOTS")?;
        let max_epoch: usize = config.get("OPTIM.MAX_EPOCH")?;
        let loss: LossConfig = config.section("LOSS")?;
        let mut faults = Vec::new();
        let mut check = |good: bool, fault: String| {
            if !good {
                faults.push(fault);
            }
        };
        check(
            max_epoch > warmup.epoch,
            format!(
                "OPTIM.MAX_EPOCH is {max_epoch} and WARMUP.EPOCH is {}: the learners would never teach each other; \
                 raise OPTIM.MAX_EPOCH or lower WARMUP.EPOCH",
                warmup.epoch
            ),
        );
        check(
            mlpt.tem > 0.0 && mlpt.tem.is_finite(),
            format!("{SECTION}.TEM is {}: it must be greater than 0", mlpt.tem),
        );
        check(
            mlpt.lambda_u >= 0.0 && mlpt.lambda_u.is_finite(),
            format!("{SECTION}.LAMBDA_U is {}: it must be 0 or greater", mlpt.lambda_u),
        );
        for (key, value) in [("VIEWS", mlpt.views), ("AVERAGE_EPOCHS", mlpt.average_epochs)] {
            check(value >= 1, format!("{SECTION}.{key} is {value}: it must be 1 or greater"));
        }
        check(
            mlpt.alpha > 0.0 && mlpt.alpha.is_finite(),
            format!("{SECTION}.ALPHA is {}: it must be greater than 0", mlpt.alpha),
        );
        check(
            !(mlpt.mixup && loss.name.eq_ignore_ascii_case("elr")),
            format!("{SECTION}.MIXUP is on and LOSS.NAME is elr, which remembers images: mixed ones have no past"),
        );
        check(
            (0.0..=1.0).contains(&warmup.threshold),
            format!("WARMUP.THRESHOLD is {}: it must be from 0 to 1", warmup.threshold),
        );
        for (key, value) in [("X_SHOTS", mlpt.x_shots), ("U_SHOTS", mlpt.u_shots)] {
            check(value >= -1, format!("{SECTION}.{key} is {value}: it must be -1, 0 or greater"));
        }
        if !faults.is_empty() {
            return Err(Error::Config(faults));
        }
        let or_shots = |own: i64| if own < 0 { shots } else { own };
        let warmup_loss = match mlpt.warmup_loss.as_str() {
            "" => loss.clone(),
            name => LossConfig { name: name.to_owned(), ..loss.clone() },
        };
        Ok(Self {
            warmup_epochs: warmup.epoch,
            threshold: warmup.threshold,
            temperature: mlpt.tem,
            x_shots: or_shots(mlpt.x_shots),
            u_shots: or_shots(mlpt.u_shots),
            lambda_u: mlpt.lambda_u,
            ramp_up: mlpt.ramp_up,
            views: mlpt.views,
            average_epochs: mlpt.average_epochs,
            mixup: mlpt.mixup.then_some(mlpt.alpha),
            targets: mlpt.targets.parse()?,
            warmup_loss: Loss::new(&warmup_loss)?,
            loss: Loss::new(&loss)?,
        })
    }
}

/// What to say where preset `published` gives the shots of X and U for another amount of noise than the
/// run has: the published code takes NUM_SHOTS − k and k, and the preset can only name one k.
pub(super) fn unfit_shots(config: &Config) -> Result<Option<String>> {
    let mut values = [0; 2];
    for (value, key) in values.iter_mut().zip(["X_SHOTS", "U_SHOTS"]) {
        let path = format!("{SECTION}.{key}");
        if config.resolved(&path)?.origin != Origin::Preset("published".to_owned()) {
            return Ok(None);
        }
        *value = config.get::<i64>(&path)?;
    }
    let Ok(shots) = usize::try_from(config.get::<i64>("DATASET.NUM_SHOTS")?) else { return Ok(None) };
    let [x, u] = values;
    let amount = Amount::read(config)?;
    let wrong = amount.of_class(shots);
    let lead = format!("{SECTION}.X_SHOTS and U_SHOTS are {x} and {u}, as preset published has them");
    if config.get::<String>("NOISE.NAME")? == FILE {
        return Ok(Some(format!("{lead}; how many labels the file makes wrong is not looked at: set both keys")));
    }
    if wrong > shots || [x, u] == [(shots - wrong) as i64, wrong as i64] {
        return Ok(None);
    }
    Ok(Some(format!(
        "{lead}; with {amount} and {shots} shots the published code takes {} and {wrong}{}: set both keys",
        shots - wrong,
        if wrong == 0 { " (all)" } else { "" }
    )))
}

/// The mechanism that a learner's section asks for.
pub(super) fn mechanism(config: &Config, slot: &str) -> Result<String> {
    Scope::new(config, [slot, SECTION].map(String::from)).get("MECHANISM")
}

/// Every key that only this trainer reads, with full paths.
pub(super) fn keys() -> Vec<Key> {
    let mut keys = MlptConfig::keys_below(SECTION);
    keys.extend(WarmupConfig::keys_below("WARMUP"));
    keys
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use mlpt_core::Registries;
    use mlpt_core::config::Layers;

    #[test]
    fn the_presets_shots_are_for_its_own_noise() {
        let mut all = Registries::new().unwrap();
        crate::register(&mut all).unwrap();
        let told = |words: &[&str]| {
            unfit_shots(&Layers::new(&all).preset("published").overrides(words).resolve().unwrap()).unwrap()
        };
        assert_eq!(told(&[]), None);
        // Another word for the same amount.
        assert_eq!(told(&["NOISE.RATE=0.5"]), None);
        let rate = told(&["NOISE.RATE=0.25"]).unwrap();
        assert!(rate.contains("are 8 and 8") && rate.contains("with NOISE.RATE 0.25 and 16 shots"), "{rate}");
        assert!(rate.contains("takes 12 and 4: set both"), "{rate}");
        assert!(told(&["DATASET.NUM_FP=0"]).unwrap().contains("takes 16 and 0 (all)"));
        assert_eq!(told(&["NOISE.RATE=0.25", "TRAINER.MLPT.X_SHOTS=12", "TRAINER.MLPT.U_SHOTS=4"]), None);
        let file = told(&["NOISE.NAME=file", "NOISE.FILE.PATH=x.csv", "DATASET.NUM_FP=0"]).unwrap();
        assert!(file.contains("is not looked at"), "{file}");
    }
}
