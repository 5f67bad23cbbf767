//! The whole picture.

use super::chart::{brief, chart, colour};
use super::{Curve, Model, Status, pool};
use anyhow::Result;
use mlpt_core::event::duration;
use ratatui::backend::TestBackend;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Gauge, Paragraph};
use ratatui::{Frame, Terminal};

/// Below this there is room for progress and log only.
const SMALLEST: (u16, u16) = (50, 18);
/// Height of the log with its border.
const LOG: u16 = 9;

/// Draws what `model` knows.
pub fn draw(frame: &mut Frame<'_>, model: &Model) {
    let area = frame.area();
    let charts = area.width >= SMALLEST.0 && area.height >= SMALLEST.1;
    let log = if charts { Constraint::Length(LOG) } else { Constraint::Fill(1) };
    let middle = if charts { Constraint::Fill(1) } else { Constraint::Length(0) };
    let [head, progress, middle, log] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), middle, log]).areas(area);
    header(frame, head, model);
    gauge(frame, progress, model);
    if charts {
        body(frame, middle, model);
    }
    let room = usize::from(log.height.saturating_sub(2));
    let lines: Vec<Line<'_>> = model.lines(room).map(Line::from).collect();
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(" log ")), log);
}

fn header(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let (status, colour) = match model.status {
        Status::Running => ("q stops it", Color::Reset),
        Status::Elsewhere => ("goes on; q ends this view", Color::Reset),
        Status::Stopping => ("stopping after this step; Ctrl-C stops at once", Color::Yellow),
        Status::Finished => ("finished", Color::Green),
        Status::Stopped => ("no process is at work on it", Color::Yellow),
    };
    let line = Line::from(vec![
        Span::styled(model.title.as_str(), Style::new().add_modifier(Modifier::BOLD)),
        Span::raw("  "),
        Span::styled(status, Style::new().fg(colour)),
    ]);
    frame.render_widget(Paragraph::new(line), area);
}

fn gauge(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let (finished, all) = model.epochs();
    let mut label = match all {
        0 => "loading".to_owned(),
        _ => format!("epoch {}/{all}", (finished + 1).min(all)),
    };
    if !model.phase().is_empty() && finished < all {
        label = format!("{label} {}", model.phase());
    }
    if all > 0 {
        label.push_str(&format!("  {:.0} %  {}", 100.0 * model.share(), duration(model.spent_s())));
    }
    let under_way = matches!(model.status, Status::Running | Status::Elsewhere);
    if let Some(left) = model.left_s().filter(|_| finished < all && under_way) {
        label.push_str(&format!("  {} left", duration(left)));
    }
    let gauge = Gauge::default().ratio(model.share()).label(label).gauge_style(Style::new().fg(Color::Blue));
    frame.render_widget(gauge, area);
}

fn body(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let pools = model.histograms();
    let right = if pools.is_empty() { Constraint::Length(0) } else { Constraint::Percentage(45) };
    let [left, right] = Layout::horizontal([Constraint::Fill(1), right]).areas(area);
    let figures = figures(model);
    let below = if figures.is_empty() { Constraint::Length(0) } else { Constraint::Fill(1) };
    let [top, bottom] = Layout::vertical([Constraint::Fill(1), below]).areas(left);
    let (_, all) = model.epochs();
    let losses: Vec<(&str, &Curve, Color)> =
        (0..).zip(model.losses()).map(|(n, (name, curve))| (brief(name), curve, colour(n))).collect();
    chart(frame, top, "loss", &losses, all);
    if !figures.is_empty() {
        let shown: Vec<(&str, &Curve, Color)> = figures.iter().map(|(name, c, colour)| (&**name, c, *colour)).collect();
        chart(frame, bottom, "by epoch, %", &shown, all);
    }
    let parts = Layout::vertical(pools.iter().map(|_| Constraint::Fill(1))).split(right);
    for (histogram, part) in pools.iter().zip(parts.iter()) {
        pool::draw(frame, *part, histogram);
    }
}

/// Accuracy on the validation images, and how well each learner tells wrong labels, all in percent.
fn figures(model: &Model) -> Vec<(String, Curve, Color)> {
    let val = model.figure("val/accuracy").map(|curve| ("val".to_owned(), curve.clone(), Color::Green));
    let found = (0..).zip(model.losses()).filter_map(|(n, (learner, _))| {
        let curve = model.figure(&format!("detection/{learner}/auroc"))?;
        let number = learner.trim_start_matches(|c: char| !c.is_ascii_digit());
        Some((format!("AUROC {number}").trim_end().to_owned(), curve.times(100.0), colour(n)))
    });
    val.into_iter().chain(found).collect()
}

/// The same picture as plain text, without colours.
///
/// # Errors
/// Never in practice: it is drawn into memory.
pub fn text(model: &Model, width: u16, height: u16) -> Result<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height))?;
    terminal.draw(|frame| draw(frame, model))?;
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(width.max(1)));
    let lines = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>());
    Ok(lines.map(|line| line.trim_end().to_owned() + "\n").collect())
}
