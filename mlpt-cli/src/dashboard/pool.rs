//! How a learner's losses on the pool lie, and the mixture that tells clean from wrong.

use super::chart::{brief, short};
use mlpt_core::event::Histogram;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType};

/// Points along the axis; more than a terminal has columns here.
const ALONG: usize = 256;

/// Draws bins as bars, those of wrong labels in front of them, and both parts of the mixture as lines.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, h: &Histogram) {
    let name = match h.name.split_once('/') {
        Some((what, learner)) => format!("{what} {}", brief(learner)),
        None => h.name.clone(),
    };
    let mut title = vec![Span::raw(format!(" {name} epoch {}: {}", h.epoch, h.total()))];
    if let Some(wrong) = &h.wrong {
        let count: u64 = wrong.iter().sum();
        title.push(Span::styled(format!(", {count} wrong •"), Style::new().fg(Color::Red)));
    }
    let highest = h.counts.iter().copied().max().unwrap_or(0);
    let all = bars(&h.counts);
    let wrong = h.wrong.as_deref().map(bars).unwrap_or_default();
    let parts = [0, 1].map(|k| part(h, k));
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

/// How many items a component of the mixture would have in bins along the axis.
fn part(h: &Histogram, k: usize) -> Vec<(f64, f64)> {
    let at = |n: usize| n as f64 / ALONG as f64;
    (0..=ALONG).map(at).filter_map(|x| Some((x, h.expected(k, h.low + x * (h.high - h.low))?))).collect()
}
