//! How a learner's losses on the pool lie, and the mixture that tells clean from wrong.

use super::chart::{brief, short};
use mlpt_core::event::Histogram;
use mlpt_core::mixture::GaussianMixture;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType};
use std::f64::consts::PI;

/// Points along the axis; more than a terminal has columns here.
const ALONG: usize = 256;

/// Draws bins as bars, those of wrong labels in front of them, and both parts of the mixture as lines.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, h: &Histogram) {
    let total: u64 = h.counts.iter().sum();
    let name = match h.name.split_once('/') {
        Some((what, learner)) => format!("{what} {}", brief(learner)),
        None => h.name.clone(),
    };
    let mut title = vec![Span::raw(format!(" {name} epoch {}: {total}", h.epoch))];
    if let Some(wrong) = &h.wrong {
        let count: u64 = wrong.iter().sum();
        title.push(Span::styled(format!(", {count} wrong •"), Style::new().fg(Color::Red)));
    }
    let highest = h.counts.iter().copied().max().unwrap_or(0);
    let all = bars(&h.counts);
    let wrong = h.wrong.as_deref().map(bars).unwrap_or_default();
    let width = 1.0 / h.counts.len().max(1) as f64;
    let parts: Vec<Vec<(f64, f64)>> = h.mixture.iter().flat_map(|m| [0, 1].map(|n| part(m, n, total, width))).collect();
    let set = |data, colour, marker, kind| {
        Dataset::default().data(data).style(Style::new().fg(colour)).marker(marker).graph_type(kind)
    };
    let mut sets = vec![
        set(&all, Color::DarkGray, Marker::Block, GraphType::Bar),
        set(&wrong, Color::Red, Marker::Dot, GraphType::Bar),
    ];
    let lines = parts.iter().zip([Color::Green, Color::Yellow]);
    sets.extend(lines.map(|(part, colour)| set(part, colour, Marker::Braille, GraphType::Line)));
    let top = (highest.max(1) as f64) * 1.05;
    let chart = Chart::new(sets)
        .block(Block::bordered().title(Line::from(title)))
        .x_axis(Axis::default().bounds([0.0, 1.0]).labels([short(h.low), short(h.high)]))
        .y_axis(Axis::default().bounds([0.0, top]).labels(["0".to_owned(), highest.to_string()]));
    frame.render_widget(chart, area);
}

/// A bar at every point along the axis, as high as its bin.
fn bars(counts: &[u64]) -> Vec<(f64, f64)> {
    let at = |n: usize| (n as f64 + 0.5) / ALONG as f64;
    let height = |x: f64| counts.get((x * counts.len() as f64) as usize).copied().unwrap_or(0) as f64;
    // A bar of no height would still be a dot on the axis.
    (0..ALONG).map(at).map(|x| (x, height(x))).filter(|(_, y)| *y > 0.0).collect()
}

/// How many of `total` items a component would have in bins of this width.
fn part(m: &GaussianMixture, n: usize, total: u64, width: f64) -> Vec<(f64, f64)> {
    let (mean, variance) = (m.means[n], m.variances[n].max(1e-12));
    let scale = m.weights[n] * total as f64 * width / (2.0 * PI * variance).sqrt();
    let at = |n: usize| n as f64 / ALONG as f64;
    (0..=ALONG).map(at).map(|x| (x, scale * (-(x - mean).powi(2) / (2.0 * variance)).exp())).collect()
}
