//! Flips that hang on the image.

use super::classes::classes_among;
use super::flip::several_classes;
use super::weighted::{pick, softmax};
use super::{Level, NoiseContext, NoiseModel, NoiseScope, Noisy};
use crate::data::groups::by_label;
use crate::rng::Rng;
use crate::{Error, Result};
use candle_core::DType;
use rand::Rng as _;
use rand_distr::StandardNormal;

/// Width of the normal distribution that flip rates are drawn from, as published.
const WIDTH: f64 = 0.1;

/// Instance-dependent noise (Xia et al. 2020, *Part-dependent Label Noise*, as in its published code).
///
/// Each item has a flip rate, drawn from a normal distribution around the asked-for rate with a width
/// of 0.1, cut off at 0 and 1. Its wrong label is drawn from the softmax of `x W_y` with the class `y`
/// left out, where `x` are its features and `W_y` is a random projection, `[E, C]`, of its class.
///
/// Two things differ from the code. Features are CLIP's, each dimension scaled to mean 0 and deviation 1
/// over the items, where the code takes pixels. And the count is exact: instead of flipping each item
/// by a coin of its rate, so many items are drawn without replacement, weighted by their rates.
pub struct InstanceDependent;

impl NoiseModel for InstanceDependent {
    fn apply(&self, ctx: &NoiseContext<'_>) -> Result<Vec<Noisy>> {
        let mut noisy = super::clean(ctx.items);
        several_classes(ctx)?;
        if ctx.amount.is_none() {
            return Ok(noisy);
        }
        let classes = classes_among(ctx, |_| true, Some(&flip_rates(ctx)))?;
        let features = standardised(ctx)?;
        for class in classes {
            let label = class.label;
            let rng = &mut ctx.rng.at(label).rng();
            let chosen = class.choose(rng);
            let Some(&first) = chosen.first() else { continue };
            let projection = projection(ctx, label, features[first].len());
            for index in chosen {
                let mut logits = vec![0.0; ctx.num_classes()];
                for (x, row) in features[index].iter().zip(projection.chunks(ctx.num_classes())) {
                    logits.iter_mut().zip(row).for_each(|(sum, w)| *sum += x * w);
                }
                logits[label] = f64::NEG_INFINITY;
                noisy[index].item.label = pick(&softmax(&logits), rng).ok_or_else(|| {
                    Error::invalid(format!("the features of {} are not finite", ctx.items[index].image.key()))
                })?;
            }
        }
        Ok(noisy)
    }
}

/// One for each item, above 0.
fn flip_rates(ctx: &NoiseContext<'_>) -> Vec<f64> {
    let classes = by_label(ctx.items.iter().map(|i| i.label));
    let (all, several) = (ctx.items.len(), classes.len());
    let mut rates = vec![WIDTH; all];
    for (label, items) in classes {
        let rate = match (ctx.amount.level, ctx.amount.scope) {
            (Level::Rate(rate), _) => rate,
            (_, NoiseScope::Class) => ctx.amount.of_class(items.len()) as f64 / items.len() as f64,
            (_, NoiseScope::Global) => ctx.amount.of_all(all, several) as f64 / all as f64,
        };
        let rng = &mut ctx.rng.at(label).child("rates").rng();
        items.into_iter().for_each(|item| rates[item] = truncated_normal(rate.min(1.0), rng));
    }
    rates
}

/// From the normal distribution around `mean`, which is from 0 to 1, above 0 and up to 1.
fn truncated_normal(mean: f64, rng: &mut Rng) -> f64 {
    loop {
        // Of two draws one is good, at least on average.
        let z: f64 = rng.sample(StandardNormal);
        let rate = mean + WIDTH * z;
        if rate > 0.0 && rate <= 1.0 {
            return rate;
        }
    }
}

/// `[E, C]`, row by row, the same for training items and pool.
fn projection(ctx: &NoiseContext<'_>, label: usize, width: usize) -> Vec<f64> {
    let mut rng = ctx.common.child("projection").at(label).rng();
    (0..width * ctx.num_classes()).map(|_| rng.sample(StandardNormal)).collect()
}

/// The items' features, every dimension with mean 0 and deviation 1 (0 throughout where it is constant).
fn standardised(ctx: &NoiseContext<'_>) -> Result<Vec<Vec<f64>>> {
    let rows = ctx.features.features(ctx.items)?.to_dtype(DType::F32)?.to_vec2::<f32>()?;
    let mut rows: Vec<Vec<f64>> = rows.into_iter().map(|row| row.into_iter().map(f64::from).collect()).collect();
    let n = rows.len() as f64;
    for dimension in 0..rows.first().map_or(0, Vec::len) {
        let mean = rows.iter().map(|row| row[dimension]).sum::<f64>() / n;
        let variance = rows.iter().map(|row| (row[dimension] - mean).powi(2)).sum::<f64>() / n;
        let scale = if variance > 0.0 { variance.sqrt().recip() } else { 0.0 };
        rows.iter_mut().for_each(|row| row[dimension] = (row[dimension] - mean) * scale);
    }
    Ok(rows)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{World, shown, split};
    use super::super::{Amount, Manifest};
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn rates_are_normal_around_the_rate() {
        let rng = &mut RngTree::new(1).rng();
        for (mean, wanted) in [(0.4, 0.4), (0.0, WIDTH * 0.797_9), (1.0, 1.0 - WIDTH * 0.797_9)] {
            let drawn: Vec<f64> = (0..4000).map(|_| truncated_normal(mean, rng)).collect();
            assert!(drawn.iter().all(|r| *r > 0.0 && *r <= 1.0));
            let found = drawn.iter().sum::<f64>() / 4000.0;
            assert!((found - wanted).abs() < 0.01, "{found} for {wanted}");
        }
    }

    #[test]
    fn alike_images_get_alike_labels() {
        // The test's world has two kinds of images in each class.
        let train = split(5, 200);
        let world = World::new(&train, 5);
        let got = world.apply("instance-dependent", &train, Amount::count(200), 3).unwrap();
        let mut counts = [[0_usize; 5]; 2];
        for (i, noisy) in got.iter().enumerate().filter(|(_, n)| shown(n) == 2) {
            counts[i % 2][noisy.item.label] += 1;
        }
        let favourite = |row: &[usize; 5]| (0..5).max_by_key(|&c| row[c]).unwrap();
        // One kind's favourite is what most of that kind become, which a draw without a look at the image
        // (25 of 100 for each label) does not do.
        for row in &counts {
            assert!(row[2] == 0 && row[favourite(row)] > 50, "{counts:?}");
        }
        assert_ne!(counts[0], counts[1]);
        let over_all = world.apply("instance-dependent", &train, Amount::rate(0.2).over_all(), 3).unwrap();
        let manifest = Manifest::new(&over_all);
        assert_eq!(manifest.wrong_count(), 200);
        let by_class: Vec<usize> =
            (0..5).map(|c| over_all.iter().filter(|n| shown(n) == c && n.item.label != c).count()).collect();
        assert!(by_class.iter().any(|n| *n != 40), "over all, no class has its exact share: {by_class:?}");
    }
}
