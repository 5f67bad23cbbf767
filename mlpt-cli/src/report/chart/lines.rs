//! Lines over a common axis.

use super::palette::{AXIS, Palette};
use super::svg::{SCALE, drawn, dress, fault};
use crate::report::number::tick;
use crate::report::page::{Figure, Key};
use anyhow::Result;
use plotters::prelude::*;

const SIZE: (u32, u32) = (560, 300);
/// Up to so many points of a line are marked.
const MARKED: usize = 40;

/// A line.
#[derive(Clone, Debug)]
pub(in crate::report) struct Line {
    pub(in crate::report) label: String,
    pub(in crate::report) color: Palette,
    pub(in crate::report) dashed: bool,
    pub(in crate::report) points: Vec<(f64, f64)>,
    /// `x`, and from where to where; empty for none.
    pub(in crate::report) band: Vec<(f64, f64, f64)>,
}

/// A chart of lines.
#[derive(Clone, Debug, Default)]
pub(in crate::report) struct LineChart {
    pub(in crate::report) title: String,
    pub(in crate::report) x: String,
    pub(in crate::report) y: String,
    pub(in crate::report) lines: Vec<Line>,
    /// From where to where the upright axis goes; without it, as far as the lines do.
    pub(in crate::report) range: Option<(f64, f64)>,
    /// Whether only whole numbers stand at the level axis.
    pub(in crate::report) whole: bool,
    /// Whether the line of guessing is drawn.
    pub(in crate::report) diagonal: bool,
}

impl Line {
    /// The `n`-th line of a chart; every second one is dashed, so that lines that lie on each other are both seen.
    pub(in crate::report) fn nth(n: usize, label: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { label: label.into(), color: Palette::series(n), dashed: n % 2 == 1, points, band: Vec::new() }
    }

    fn about(&self) -> Option<String> {
        let ((x0, y0), (x1, y1)) = (self.points.first()?, self.points.last()?);
        Some(format!("{}: {} at {}, {} at {}", self.label, tick(*y0), tick(*x0), tick(*y1), tick(*x1)))
    }
}

impl LineChart {
    /// Draws it. There must be a point.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub(in crate::report) fn figure(&self) -> Result<Figure> {
        let xs = self.lines.iter().flat_map(|l| l.points.iter().map(|p| p.0));
        let ys = self
            .lines
            .iter()
            .flat_map(|l| l.points.iter().map(|p| p.1).chain(l.band.iter().flat_map(|(_, low, high)| [*low, *high])));
        let (x0, x1) = span(xs, 0.0);
        let (y0, y1) = self.range.unwrap_or_else(|| span(ys, 0.05));
        let told: Vec<String> = self.lines.iter().filter_map(Line::about).collect();
        let about = format!("{} over {}. {}.", self.y, self.x, told.join("; "));
        let svg = drawn(&self.title, &about, SIZE, |area| {
            let mut chart = ChartBuilder::on(area)
                .margin(8 * SCALE)
                .margin_right(14 * SCALE)
                .x_label_area_size(40 * SCALE)
                .y_label_area_size(58 * SCALE)
                .build_cartesian_2d(x0..x1, y0..y1)
                .map_err(fault)?;
            let level = |x: &f64| if self.whole && x.fract().abs() > 1e-9 { String::new() } else { tick(*x) };
            let mut mesh = chart.configure_mesh();
            dress(&mut mesh);
            mesh.x_label_formatter(&level)
                .y_label_formatter(&|y| tick(*y))
                .x_desc(self.x.as_str())
                .y_desc(self.y.as_str())
                .draw()
                .map_err(fault)?;
            if self.diagonal {
                let style = AXIS.stroke_width(SCALE);
                let guess = DashedLineSeries::new([(x0, y0), (x1, y1)], 4 * SCALE, 4 * SCALE, style);
                chart.draw_series(guess).map_err(fault)?;
            }
            for line in self.lines.iter().filter(|line| line.band.len() > 1) {
                let there = line.band.iter().map(|(x, low, _)| (*x, *low));
                let back = line.band.iter().rev().map(|(x, _, high)| (*x, *high));
                let edge: Vec<(f64, f64)> = there.chain(back).collect();
                let band = Polygon::new(edge, line.color.rgb().mix(0.16).filled());
                chart.draw_series(std::iter::once(band)).map_err(fault)?;
            }
            for line in &self.lines {
                let style = line.color.rgb().stroke_width(2 * SCALE);
                let points = line.points.clone();
                if line.dashed {
                    chart.draw_series(DashedLineSeries::new(points, 7 * SCALE, 4 * SCALE, style)).map_err(fault)?;
                } else {
                    chart.draw_series(LineSeries::new(points, style)).map_err(fault)?;
                }
                if line.points.len() <= MARKED {
                    let dot = |p: &(f64, f64)| Circle::new(*p, 3 * SCALE, line.color.rgb().filled());
                    chart.draw_series(line.points.iter().map(dot)).map_err(fault)?;
                }
            }
            Ok(())
        })?;
        let key = |l: &Line| Key { color: l.color.name(), dashed: l.dashed, area: false, label: l.label.clone() };
        Ok(Figure { title: self.title.clone(), svg, wide: false, legend: self.lines.iter().map(key).collect() })
    }
}

/// From the least to the greatest, with a margin; never empty.
fn span(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|v| v.is_finite()) {
        low = low.min(value);
        high = high.max(value);
    }
    if low > high {
        return (0.0, 1.0);
    }
    if high - low <= 1e-12 * high.abs() {
        let pad = if low == 0.0 { 0.5 } else { (0.5 * low.abs()).min(0.5) };
        return (low - pad, high + pad);
    }
    let pad = margin * (high - low);
    (low - pad, high + pad)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_single_point_and_equal_values_make_a_chart() {
        for points in [vec![(1.0, 0.5)], vec![(1.0, 2.0), (2.0, 2.0)], vec![(1.0, 0.0)]] {
            let lines = vec![Line::nth(0, "a <b>&\"", points.clone()), Line::nth(1, "c", points)];
            let chart = LineChart { title: "T <&>".to_owned(), lines, whole: true, ..LineChart::default() };
            let figure = chart.figure().unwrap();
            assert!(figure.svg.starts_with("<svg class=\"chart\"") && figure.svg.ends_with("</svg>"), "{}", figure.svg);
            assert!(figure.svg.contains("<title>T &lt;&amp;&gt;</title>"), "{}", figure.svg);
            assert!(figure.svg.contains("a &lt;b&gt;&amp;&quot;: "), "{}", figure.svg);
            assert!(!figure.svg.contains("NaN") && !figure.svg.contains("http"), "{}", figure.svg);
            assert_eq!(figure.legend.len(), 2);
        }
    }

    #[test]
    fn the_span_holds_all_values() {
        assert_eq!(span([3.0, 1.0, f64::NAN].into_iter(), 0.0), (1.0, 3.0));
        assert_eq!(span([5.0].into_iter(), 0.1), (4.5, 5.5));
        assert_eq!(span([0.002].into_iter(), 0.1), (0.001, 0.003));
        assert_eq!(span(std::iter::empty(), 0.1), (0.0, 1.0));
    }
}
