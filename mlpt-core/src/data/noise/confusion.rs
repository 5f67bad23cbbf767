//! Flips to the classes that the model itself confuses.

use super::classes::classes_with;
use super::flip::several_classes;
use super::weighted::{pick, softmax};
use super::{NoiseContext, NoiseModel, Noisy};
use crate::config::Scope;
use crate::tensor::normalize;
use crate::{Error, Result};
use candle_core::DType;

crate::section! {
    /// The section `NOISE.CONFUSION`.
    pub struct ConfusionConfig {
        /// What the zero-shot logits are divided by before the softmax, above 0: below 1 only the most
        /// alike classes are confused, far above 1 all classes alike.
        pub temperature: f64 = 1.0, "TEMPERATURE";
    }
}

/// Where its settings stand.
pub(super) const SECTION: &str = "NOISE.CONFUSION";
const KEY: &str = "NOISE.CONFUSION.TEMPERATURE";

/// Wrong labels are drawn from what the zero-shot model takes the class for: the mean softmax of its
/// logits over the class's items, the class itself left out. Which items become wrong is drawn
/// uniformly.
pub struct Confusion {
    temperature: f64,
}

impl Confusion {
    /// Reads the settings.
    ///
    /// # Errors
    /// When the temperature is not above 0.
    pub fn new(scope: &Scope<'_>) -> Result<Self> {
        let ConfusionConfig { temperature } = scope.config().section(SECTION)?;
        match temperature > 0.0 && temperature.is_finite() {
            true => Ok(Self { temperature }),
            false => Err(Error::Config(vec![format!("{KEY} is {temperature}: it must be greater than 0")])),
        }
    }

    /// Each item's softmax over the classes.
    fn probabilities(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Vec<f64>>> {
        let images = normalize(&ctx.features.features(ctx.items)?.to_dtype(DType::F32)?)?;
        let texts = ctx.features.class_features()?.to_dtype(DType::F32)?;
        let cosines = images.matmul(&texts.t()?)?.to_vec2::<f32>()?;
        let scale = ctx.features.logit_scale() / self.temperature;
        let row = |cosines: Vec<f32>| softmax(&cosines.into_iter().map(|c| f64::from(c) * scale).collect::<Vec<_>>());
        Ok(cosines.into_iter().map(row).collect())
    }
}

impl NoiseModel for Confusion {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        let mut noisy = super::clean(ctx.items);
        several_classes(ctx)?;
        let classes = classes_with(ctx)?;
        if classes.is_empty() {
            return Ok(noisy);
        }
        let probabilities = self.probabilities(ctx)?;
        for class in classes {
            let label = class.label;
            let mut odds = vec![0.0; ctx.num_classes()];
            // A sum serves as well as a mean.
            for (row, _) in probabilities.iter().zip(ctx.items).filter(|(_, item)| item.label == label) {
                odds.iter_mut().zip(row).for_each(|(sum, p)| *sum += p);
            }
            odds[label] = 0.0;
            let rng = &mut ctx.rng.at(label).rng();
            for index in class.choose(rng) {
                noisy[index].item.label = pick(&odds, rng).ok_or_else(|| {
                    Error::invalid(format!(
                        "the model confuses class {label} with no other at {KEY} {}: raise it",
                        self.temperature
                    ))
                })?;
            }
        }
        Ok(noisy)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{World, shown, split};
    use super::super::{Amount, Noisy};

    /// How often class 0 becomes each class.
    fn counts(noisy: &[Noisy]) -> [usize; 4] {
        let mut counts = [0; 4];
        noisy.iter().filter(|n| shown(n) == 0).for_each(|n| counts[n.item.label] += 1);
        counts
    }

    #[test]
    fn alike_classes_are_confused() {
        // In the test's world class c + 1 is more like class c than the others are.
        let train = split(4, 300);
        let at = |temperature: &str| {
            let world = World::new(&train, 4).set(&format!("NOISE.CONFUSION.TEMPERATURE={temperature}"));
            counts(&world.apply("confusion", &train, Amount::count(300), 1).unwrap())
        };
        let sharp = at("1");
        assert!(sharp[0] == 0 && sharp[1] > 280, "{sharp:?}");
        let flat = at("1000");
        assert!(flat[0] == 0 && flat[1..].iter().all(|n| (70..130).contains(n)), "{flat:?}");
    }

    #[test]
    fn temperatures_are_checked() {
        let train = split(2, 3);
        for word in ["0", "-1", "inf"] {
            let world = World::new(&train, 2).set(&format!("NOISE.CONFUSION.TEMPERATURE={word}"));
            let told = world.apply("confusion", &train, Amount::count(1), 1).unwrap_err().to_string();
            assert!(told.contains("NOISE.CONFUSION.TEMPERATURE"), "{told}");
        }
        let cold = World::new(&train, 2).set("NOISE.CONFUSION.TEMPERATURE=1e-9");
        let told = cold.apply("confusion", &train, Amount::count(1), 1).unwrap_err().to_string();
        assert!(told.contains("confuses class 0 with no other"), "{told}");
    }
}
