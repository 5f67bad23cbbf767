//! One figure of a protocol's table, and the two that are computed from others.

use crate::results::{Cell, Member};
use serde::Serialize;

/// A mean over the seeds, with each seed's value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What the table shows: the mean over the seeds; of a harmonic mean, that of the two means.
    pub mean: f64,
    /// Each seed's value, and how they spread.
    pub cell: Cell,
}

impl Figure {
    /// The figure of a cell; `None` where no member has a value.
    pub(super) fn of(cell: Cell) -> Option<Self> {
        let mean = cell.summary?.mean;
        Some(Self { mean, cell })
    }
}

/// The harmonic mean `2 b n / (b + n)` of the means over the seeds that have both figures, as CoCoOp's
/// tables have it (Zhou et al., CVPR 2022); the cell holds each seed's own harmonic mean. Both cells have
/// the same members in the same order.
pub(super) fn harmonic(base: &Cell, new: &Cell) -> Option<Figure> {
    let pairs: Vec<Option<(f64, f64)>> =
        base.members.iter().zip(&new.members).map(|(b, n)| Some((b.value?, n.value?))).collect();
    let both: Vec<(f64, f64)> = pairs.iter().copied().flatten().collect();
    let count = both.len() as f64;
    let (b, n) = both.iter().fold((0.0, 0.0), |(b, n), pair| (b + pair.0, n + pair.1));
    let cell = with_values(base, pairs.iter().map(|pair| pair.map(|(b, n)| of_two(b, n))));
    cell.summary?;
    Some(Figure { mean: of_two(b / count, n / count), cell })
}

fn of_two(b: f64, n: f64) -> f64 {
    if b + n > 0.0 { 2.0 * b * n / (b + n) } else { 0.0 }
}

/// For each seed that has all targets, its mean over them.
pub(super) fn average(targets: &[&Cell]) -> Option<Figure> {
    let first = *targets.first()?;
    let of_member = |at: usize| -> Option<f64> {
        let values: Option<Vec<f64>> = targets.iter().map(|cell| cell.members.get(at)?.value).collect();
        values.map(|values| values.iter().sum::<f64>() / targets.len() as f64)
    };
    Figure::of(with_values(first, (0..first.members.len()).map(of_member)))
}

/// The cell of the same members with other values.
pub(super) fn with_values(cell: &Cell, values: impl Iterator<Item = Option<f64>>) -> Cell {
    let members = cell.members.iter().zip(values).map(|(member, value)| Member { value, ..member.clone() });
    Cell { footnotes: cell.footnotes.clone(), ..Cell::new(members.collect()) }
}
