//! Entropic optimal transport between few points.

use crate::{Error, Result};

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Most iterations, at least 1.
    pub iterations: usize,
    /// Stop where the columns' sums are off by less than this, all together. The whole mass is 1.
    pub tolerance: f64,
}

/// A transport plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The mass that goes from row `i` to column `c`, at `i * C + c`.
    pub entries: Vec<f64>,
    /// How far the columns' sums are off, all together; the rows' are exact but for rounding.
    pub error: f64,
    /// How many iterations it took.
    pub iterations: usize,
    /// Whether `error` came below the tolerance.
    pub converged: bool,
}

/// The plan `P` that minimises `sum P_ic cost_ic + epsilon sum P_ic log P_ic` with the masses `rows` (all greater
/// than 0) and `columns` (0 is allowed) as its sums (Cuturi, NeurIPS 2013). Both masses add up to 1. Iterations are
/// those of Sinkhorn, on logarithms in f64, so that no cost is too great for them; the last half step is the rows'.
///
/// # Errors
/// When lengths or masses do not fit.
pub fn sinkhorn(costs: &[f64], rows: &[f64], columns: &[f64], epsilon: f64, stop: Stop) -> Result<Plan> {
    let width = columns.len();
    let is_mass = |masses: &[f64]| (masses.iter().sum::<f64>() - 1.0).abs() < 1e-6;
    if costs.len() != rows.len() * width || !is_mass(rows) || !is_mass(columns) {
        return Err(Error::invalid(format!(
            "optimal transport asks for masses that add up to 1 and {} x {width} costs, found {}",
            rows.len(),
            costs.len()
        )));
    }
    let positive = rows.iter().all(|&r| r > 0.0) && columns.iter().all(|&c| c >= 0.0);
    if !(positive && epsilon > 0.0 && stop.iterations > 0 && costs.iter().all(|c| c.is_finite())) {
        return Err(Error::invalid("optimal transport asks for positive masses and settings and finite costs"));
    }
    let kernel: Vec<f64> = costs.iter().map(|cost| -cost / epsilon).collect();
    let (mut u, mut v) = (vec![0.0; rows.len()], columns.iter().map(|c| c.ln()).collect::<Vec<f64>>());
    for iteration in 1.. {
        for ((u, row), mass) in u.iter_mut().zip(kernel.chunks_exact(width)).zip(rows) {
            *u = mass.ln() - log_sum(row.iter().zip(&v).map(|(k, v)| k + v));
        }
        let sums = column_sums(&kernel, &u, width);
        let error = v.iter().zip(&sums).zip(columns).map(|((v, s), c)| ((v + s).exp() - c).abs()).sum();
        let converged = error < stop.tolerance;
        if converged || iteration == stop.iterations {
            let entry = |(at, k): (usize, &f64)| (u[at / width] + k + v[at % width]).exp();
            let entries = kernel.iter().enumerate().map(entry).collect();
            return Ok(Plan { entries, error, iterations: iteration, converged });
        }
        for ((v, sum), mass) in v.iter_mut().zip(&sums).zip(columns) {
            *v = mass.ln() - sum;
        }
    }
    Err(Error::invalid("optimal transport did not end"))
}

/// The logarithm of the sum of the exponentials; at least one number is not minus infinity.
fn log_sum(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = numbers.clone().fold(f64::NEG_INFINITY, f64::max);
    numbers.map(|x| (x - top).exp()).sum::<f64>().ln() + top
}

/// [`log_sum`] of every column of `kernel + u`, row by row through the memory.
fn column_sums(kernel: &[f64], u: &[f64], width: usize) -> Vec<f64> {
    let mut tops = vec![f64::NEG_INFINITY; width];
    for (row, u) in kernel.chunks_exact(width).zip(u) {
        tops.iter_mut().zip(row).for_each(|(top, k)| *top = top.max(k + u));
    }
    let mut sums = vec![0.0; width];
    for (row, u) in kernel.chunks_exact(width).zip(u) {
        sums.iter_mut().zip(row).zip(&tops).for_each(|((sum, k), top)| *sum += (k + u - top).exp());
    }
    sums.iter().zip(&tops).map(|(sum, top)| sum.ln() + top).collect()
}
