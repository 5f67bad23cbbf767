//! A figure over the level of noise, one line a method.

use crate::report::chart::{Line, LineChart, Palette};
use crate::report::page::Figure;
use anyhow::Result;
use mlpt_core::data::noise::NoiseScope;
use mlpt_core::results::{Column, Metric, Report, Row, Table};
use std::collections::BTreeSet;

/// Levels that can stand on one axis: how they are counted, and by which noise model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Axis {
    rate: bool,
    global: bool,
    noises: Vec<String>,
}

/// A chart for each table and each way of counting that has two levels.
///
/// # Errors
/// When one cannot be drawn.
pub(super) fn figures(report: &Report, metric: Metric) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for table in &report.tables {
        let axes: BTreeSet<Axis> = table.columns.iter().filter_map(Axis::of).collect();
        for axis in axes {
            if let Some(chart) = axis.chart(table, metric) {
                figures.push(chart.figure()?);
            }
        }
    }
    Ok(figures)
}

impl Axis {
    /// `None` where nothing is wrong: that level stands on every axis.
    fn of(column: &Column) -> Option<Self> {
        let noisy = column.rate.is_some() || column.num_fp > 0;
        noisy.then(|| Self {
            rate: column.rate.is_some(),
            global: column.scope == NoiseScope::Global,
            noises: column.noises.clone(),
        })
    }

    /// Where a column stands on this axis, if it does.
    fn place(&self, column: &Column) -> Option<f64> {
        match Self::of(column) {
            // Labels that are wrong by nature are no level.
            None => column.noises.is_empty().then_some(0.0),
            Some(axis) if axis == *self => Some(column.rate.map_or(column.num_fp as f64, |rate| 100.0 * rate)),
            Some(_) => None,
        }
    }

    fn chart(&self, table: &Table, metric: Metric) -> Option<LineChart> {
        let places: Vec<Option<f64>> = table.columns.iter().map(|c| self.place(c)).collect();
        let methods = table.rows.iter().filter(|row| !row.zero_shot);
        let mut lines: Vec<Line> =
            methods.enumerate().filter_map(|(n, row)| line(row, &places, Palette::series(n), n % 2 == 1)).collect();
        if !lines.iter().any(|line| line.points.len() > 1) {
            return None;
        }
        let zero = table.rows.iter().filter(|row| row.zero_shot);
        lines.extend(zero.filter_map(|row| line(row, &places, Palette::Grey, true)));
        let x = match (self.rate, self.global) {
            (false, false) => "wrong labels a class",
            (false, true) => "wrong labels (NUM_FP times the classes)",
            (true, false) => "wrong labels of every class, percent",
            (true, true) => "wrong labels of all, percent",
        };
        let noise = self.noises.join(", ");
        let shots = if table.shots < 1 { "all images".to_owned() } else { format!("{} shots", table.shots) };
        Some(LineChart {
            title: format!("{}, {}, {shots}, {noise}: {}", table.dataset, table.backbone, metric.title()),
            x: x.to_owned(),
            y: metric.title().split(',').next().unwrap_or_default().to_owned(),
            lines,
            whole: !self.rate,
            ..LineChart::default()
        })
    }
}

/// The means of a row, with a band of one standard deviation on either side.
fn line(row: &Row, places: &[Option<f64>], color: Palette, dashed: bool) -> Option<Line> {
    let cells = places.iter().zip(&row.cells);
    let known = cells.filter_map(|(x, cell)| Some(((*x)?, cell.as_ref()?.summary?)));
    let mut found: Vec<_> = known.collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let band = |(x, s): &(f64, mlpt_core::results::Summary)| {
        let deviation = s.deviation.unwrap_or(0.0);
        (*x, s.mean - deviation, s.mean + deviation)
    };
    let spread = found.iter().any(|(_, s)| s.deviation.is_some_and(|d| d > 0.0));
    (!found.is_empty()).then(|| Line {
        label: row.label.clone(),
        color,
        dashed,
        points: found.iter().map(|(x, s)| (*x, s.mean)).collect(),
        band: if spread { found.iter().map(band).collect() } else { Vec::new() },
    })
}
