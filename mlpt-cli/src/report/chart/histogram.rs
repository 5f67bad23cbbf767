//! Losses of the pool as bars, with the mixture that was fitted to them.

use super::palette::Palette;
use super::svg::{SCALE, drawn, dress, fault};
use crate::report::number::tick;
use crate::report::page::{Figure, Key};
use anyhow::Result;
use mlpt_core::event::Histogram;
use plotters::prelude::*;

const SIZE: (u32, u32) = (560, 280);
/// Points of a curve.
const STEPS: usize = 240;

/// Draws `histogram`; where all losses are the same it is one bar.
///
/// # Errors
/// When it cannot be drawn.
pub(in crate::report) fn histogram(title: &str, histogram: &Histogram) -> Result<Figure> {
    let h = histogram;
    let flat = h.high <= h.low;
    let (low, high) = if flat { (h.low - 0.5, h.high + 0.5) } else { (h.low, h.high) };
    let width = (high - low) / h.counts.len() as f64;
    let tallest = h.counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let top = 1.12 * tallest;
    let mixture = h.mixture.filter(|_| !flat);
    let curve = |k: usize| -> Vec<(f64, f64)> {
        // A narrow peak must not fall between two points.
        let peak = mixture.iter().filter_map(|m| Some(low + m.means.get(k)? * (high - low)));
        let mut xs: Vec<f64> = (0..=STEPS).map(|i| low + (high - low) * i as f64 / STEPS as f64).collect();
        xs.extend(peak.filter(|x| (low..=high).contains(x)));
        xs.sort_by(f64::total_cmp);
        xs.into_iter().filter_map(|x| Some((x, h.expected(k, x)?.min(top)))).collect()
    };
    let wrong_total: Option<u64> = h.wrong.as_ref().map(|wrong| wrong.iter().sum());
    let about = match wrong_total {
        Some(wrong) => format!("{} labels, {wrong} of them wrong", h.total()),
        None => format!("{} labels; which of them are wrong is not known", h.total()),
    };
    let about = format!("Losses from {} to {}: {about}.", tick(h.low), tick(h.high));
    let svg = drawn(title, &about, SIZE, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8 * SCALE)
            .margin_right(14 * SCALE)
            .x_label_area_size(40 * SCALE)
            .y_label_area_size(58 * SCALE)
            .build_cartesian_2d(low..high, 0.0..top)
            .map_err(fault)?;
        let mut mesh = chart.configure_mesh();
        dress(&mut mesh);
        mesh.disable_x_mesh()
            .x_label_formatter(&|x| tick(*x))
            .y_label_formatter(&|y| tick(*y))
            .x_desc("loss")
            .y_desc("labels")
            .draw()
            .map_err(fault)?;
        let bar = |i: usize, from: f64, to: f64, color: Palette| {
            let x = low + width * i as f64;
            Rectangle::new([(x, from), (x + width, to)], color.rgb().filled())
        };
        for (i, &count) in h.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let wrong = h.wrong.as_ref().and_then(|wrong| wrong.get(i)).map(|w| *w as f64);
            let right = count as f64 - wrong.unwrap_or(0.0);
            let color = if wrong.is_some() { Palette::Sky } else { Palette::Grey };
            let mut bars = vec![bar(i, 0.0, right, color)];
            bars.extend(wrong.filter(|w| *w > 0.0).map(|w| bar(i, right, right + w, Palette::Orange)));
            chart.draw_series(bars).map_err(fault)?;
        }
        if mixture.is_some() {
            let style = |color: Palette| color.rgb().stroke_width(2 * SCALE);
            chart.draw_series(LineSeries::new(curve(0), style(Palette::Blue))).map_err(fault)?;
            let second = DashedLineSeries::new(curve(1), 7 * SCALE, 4 * SCALE, style(Palette::Text));
            chart.draw_series(second).map_err(fault)?;
        }
        Ok(())
    })?;
    let key = |color: Palette, area: bool, dashed: bool, label: &str| Key {
        color: color.name(),
        dashed,
        area,
        label: label.to_owned(),
    };
    let mut legend = match h.wrong {
        Some(_) => {
            vec![key(Palette::Sky, true, false, "label is right"), key(Palette::Orange, true, false, "label is wrong")]
        }
        None => vec![key(Palette::Grey, true, false, "labels")],
    };
    if mixture.is_some() {
        legend.push(key(Palette::Blue, false, false, "mixture: clean"));
        legend.push(key(Palette::Text, false, true, "mixture: not clean"));
    }
    Ok(Figure { title: title.to_owned(), svg, wide: false, legend })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use mlpt_core::mixture::GaussianMixture;

    fn made() -> Histogram {
        Histogram {
            name: "pool-loss/a".to_owned(),
            epoch: 3,
            low: 1.0,
            high: 3.0,
            counts: vec![4, 2, 0, 3],
            wrong: Some(vec![0, 1, 0, 3]),
            mixture: Some(GaussianMixture { means: [0.1, 0.9], variances: [0.01, 1e-9], weights: [0.6, 0.4] }),
        }
    }

    #[test]
    fn right_and_wrong_are_stacked_below_the_mixture() {
        let figure = histogram("a, epoch 3", &made()).unwrap();
        // Two bins hold right labels only, or none; the backend draws no other filled bars.
        assert_eq!(figure.svg.matches("fill=\"#56B4E9\"").count(), 3, "{}", figure.svg);
        assert_eq!(figure.svg.matches("fill=\"#D55E00\"").count(), 2, "{}", figure.svg);
        assert_eq!(figure.legend.len(), 4);
        assert!(figure.svg.contains("9 labels, 4 of them wrong"), "{}", figure.svg);
        assert!(!figure.svg.contains("NaN") && !figure.svg.contains("inf"), "{}", figure.svg);
    }

    #[test]
    fn what_is_not_known_is_not_drawn() {
        let unknown = Histogram { wrong: None, mixture: None, ..made() };
        let figure = histogram("a", &unknown).unwrap();
        assert!(!figure.svg.contains("#D55E00") && figure.legend.len() == 1, "{}", figure.svg);
        let flat = Histogram { high: 1.0, counts: vec![9], wrong: None, ..made() };
        let figure = histogram("a", &flat).unwrap();
        assert!(!figure.svg.contains("NaN") && figure.legend.len() == 1, "{}", figure.svg);
    }
}
