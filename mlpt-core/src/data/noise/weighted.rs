//! Draws by weight.

use crate::rng::Rng;
use rand::Rng as _;

/// `count` of `items`, drawn without replacement with probabilities in proportion to `weights`, which
/// are indexed by item and above 0 (Efraimidis and Spirakis 2006: the greatest `u^(1/w)`).
pub(super) fn heaviest(items: &[usize], weights: &[f64], count: usize, rng: &mut Rng) -> Vec<usize> {
    let mut keyed: Vec<(f64, usize)> = items
        .iter()
        .map(|&item| {
            let u: f64 = rng.random();
            // The logarithm of the key: -infinity at worst, which comes last.
            (u.ln() / weights[item], item)
        })
        .collect();
    keyed.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    keyed.into_iter().take(count).map(|(_, item)| item).collect()
}

/// A position drawn with probabilities in proportion to `weights`; one of weight 0 never. `None` where
/// all are 0, or one is not finite.
pub(super) fn pick(weights: &[f64], rng: &mut Rng) -> Option<usize> {
    let sum: f64 = weights.iter().sum();
    if !(sum.is_finite() && sum > 0.0) {
        return None;
    }
    let mut left = rng.random::<f64>() * sum;
    let mut last = None;
    for (position, &weight) in weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
        // Rounding may leave a rest behind the last one.
        last = Some(position);
        if left < weight {
            break;
        }
        left -= weight;
    }
    last
}

/// The softmax of `logits`; one of -infinity comes to 0.
pub(super) fn softmax(logits: &[f64]) -> Vec<f64> {
    let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let parts: Vec<f64> = logits.iter().map(|x| (x - max).exp()).collect();
    let sum: f64 = parts.iter().sum();
    parts.into_iter().map(|part| part / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn weights_are_odds() {
        let rng = &mut RngTree::new(1).rng();
        let mut counts = [0_usize; 4];
        for _ in 0..8000 {
            counts[pick(&[1.0, 0.0, 2.0, 5.0], rng).unwrap_or(1)] += 1;
        }
        assert_eq!(counts[1], 0);
        for (count, share) in counts.into_iter().zip([1000.0, 0.0, 2000.0, 5000.0]) {
            assert!((count as f64 - share).abs() < 200.0, "{counts:?}");
        }
        assert_eq!(pick(&[0.0, 0.0], rng), None);
        assert_eq!(pick(&[f64::NAN, 1.0], rng), None);
        assert_eq!(pick(&[], rng), None);
    }

    #[test]
    fn heavier_items_come_sooner() {
        let weights = [0.1, 0.0, 0.3, 0.6];
        let rng = &mut RngTree::new(2).rng();
        let mut first = [0_usize; 4];
        for _ in 0..8000 {
            let drawn = heaviest(&[0, 2, 3], &weights, 2, rng);
            assert!(drawn.len() == 2 && drawn[0] != drawn[1]);
            first[drawn[0]] += 1;
        }
        for (count, weight) in first.into_iter().zip(weights) {
            assert!((count as f64 - 8000.0 * weight).abs() < 200.0, "{first:?}");
        }
    }

    #[test]
    fn softmax_sums_to_one() {
        let p = softmax(&[1000.0, 1000.0 + 2.0_f64.ln(), f64::NEG_INFINITY]);
        assert!((p[0] - 1.0 / 3.0).abs() < 1e-12 && (p[1] - 2.0 / 3.0).abs() < 1e-12 && p[2] == 0.0, "{p:?}");
    }
}
