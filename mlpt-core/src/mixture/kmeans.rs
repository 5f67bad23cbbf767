//! Two means on the line, which give the mixture its first assignment.

use rand::Rng;

/// Candidates for the second centre among which the best is taken, `2 + floor(ln 2)`.
const TRIALS: usize = 2;
const MAX_ITER: usize = 300;
/// Relative to the variance of the values.
const TOLERANCE: f64 = 1e-4;

/// Whether each value belongs to the second of two clusters: greedy k-means++ (Arthur &
/// Vassilvitskii 2007), then Lloyd's iteration, with scikit-learn's rules for stopping. The values
/// must not all be the same; then no cluster is ever empty, as both centres start on values and
/// stay within their own.
pub(super) fn two_means(x: &[f64], rng: &mut impl Rng) -> Vec<bool> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / x.len() as f64;
    let first = x[rng.random_range(0..x.len())];
    let mut centres = [first, second_centre(x, first, rng)];
    let mut assignment = Vec::new();
    for _ in 0..MAX_ITER {
        let new = assign(x, centres);
        let moved = means(x, &new, centres);
        let shift: f64 = centres.iter().zip(moved).map(|(old, new)| (old - new) * (old - new)).sum();
        centres = moved;
        let settled = new == assignment;
        assignment = new;
        if settled {
            return assignment;
        }
        if shift <= TOLERANCE * variance {
            break;
        }
    }
    // The centres have moved since the last assignment.
    assign(x, centres)
}

/// The best of a few draws in proportion to the squared distance from the first centre.
fn second_centre(x: &[f64], first: f64, rng: &mut impl Rng) -> f64 {
    let squared = |x: f64, c: f64| (x - c) * (x - c);
    let total: f64 = x.iter().map(|&x| squared(x, first)).sum();
    let mut best = (f64::INFINITY, first);
    for _ in 0..TRIALS {
        let mut left = rng.random::<f64>() * total;
        let hit = x.iter().find(|&&x| {
            left -= squared(x, first);
            left < 0.0
        });
        // Rounding may leave a crumb after the last value: then the farthest one is as good.
        let far = || x.iter().copied().max_by(|a, b| squared(*a, first).total_cmp(&squared(*b, first)));
        let Some(candidate) = hit.copied().or_else(far) else { continue };
        let potential = x.iter().map(|&x| squared(x, first).min(squared(x, candidate))).sum();
        if potential < best.0 {
            best = (potential, candidate);
        }
    }
    best.1
}

/// A value halfway between belongs to the first.
fn assign(x: &[f64], centres: [f64; 2]) -> Vec<bool> {
    x.iter().map(|x| (x - centres[1]).abs() < (x - centres[0]).abs()).collect()
}

fn means(x: &[f64], second: &[bool], old: [f64; 2]) -> [f64; 2] {
    [false, true].map(|side| {
        let (sum, count) =
            x.iter().zip(second).filter(|(_, s)| **s == side).fold((0.0, 0usize), |(s, n), (x, _)| (s + x, n + 1));
        if count == 0 { old[usize::from(side)] } else { sum / count as f64 }
    })
}
