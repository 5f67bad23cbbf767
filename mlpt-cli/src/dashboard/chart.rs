//! Curves over epochs.

use super::Curve;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Chart, Dataset, GraphType};

/// The colour of the `n`-th learner.
pub(super) fn colour(n: usize) -> Color {
    [Color::Cyan, Color::Magenta, Color::Yellow, Color::Blue, Color::Red][n % 5]
}

/// A learner's name, as far as it tells it from the others.
pub(super) fn brief(learner: &str) -> &str {
    match learner.trim_start_matches("prompt_") {
        "" => "learner",
        name => name,
    }
}

/// Draws curves over `epochs` epochs; their names and last figures stand in the title.
pub(super) fn chart(frame: &mut Frame<'_>, area: Rect, title: &str, curves: &[(&str, &Curve, Color)], epochs: usize) {
    let mut names = vec![Span::raw(format!(" {title} "))];
    for (name, curve, colour) in curves {
        let last = curve.last().map(|last| format!(" {}", short(last))).unwrap_or_default();
        names.push(Span::styled(format!(" {name}{last} "), Style::new().fg(*colour)));
    }
    let block = Block::bordered().title(Line::from(names));
    let [low, high] = span(curves);
    let end = epochs.max(1) as f64;
    let datasets = curves.iter().map(|(_, curve, colour)| {
        Dataset::default()
            .data(curve.points())
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(Style::new().fg(*colour))
    });
    let chart = Chart::new(datasets.collect())
        .block(block)
        .x_axis(Axis::default().bounds([0.0, end]).labels(["0".to_owned(), epochs.to_string()]))
        .y_axis(Axis::default().bounds([low, high]).labels([short(low), short((low + high) / 2.0), short(high)]));
    frame.render_widget(chart, area);
}

/// From the smallest to the largest figure, with some room.
fn span(curves: &[(&str, &Curve, Color)]) -> [f64; 2] {
    let all = || curves.iter().flat_map(|(_, curve, _)| curve.points()).map(|(_, y)| *y);
    let (low, high) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), y| (l.min(y), h.max(y)));
    match (low.is_finite() && high.is_finite(), high > low) {
        (true, true) => [low - 0.05 * (high - low), high + 0.05 * (high - low)],
        (true, false) => [low - 0.5, high + 0.5],
        _ => [0.0, 1.0],
    }
}

/// Three digits or so.
pub(super) fn short(value: f64) -> String {
    match value.abs() {
        x if x >= 1e5 || (x > 0.0 && x < 1e-3) => format!("{value:.1e}"),
        x if x >= 100.0 => format!("{value:.0}"),
        x if x >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
