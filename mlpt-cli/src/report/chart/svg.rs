//! A drawing as an SVG element within a page.

use super::palette::{AXIS, GRID, TEXT};
use anyhow::{Result, anyhow};
use plotters::chart::MeshStyle;
use plotters::coord::Shift;
use plotters::coord::ranged1d::Ranged;
use plotters::prelude::{Color, DrawingArea, DrawingBackend, IntoDrawingArea, SVGBackend, TRANSPARENT};
use std::fmt::Display;

/// Where a chart is drawn.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The drawing's points in one of the page: coordinates are whole numbers, and curves shall be smooth.
pub(super) const SCALE: u32 = 2;
/// Size of text; plotters divides it by 1.24.
pub(super) const FONT: u32 = 32;

/// Draws on `width` x `height` points of the page. `title` and `about` are for those who cannot see it.
///
/// # Errors
/// When it cannot be drawn.
pub(super) fn drawn(
    title: &str,
    about: &str,
    (width, height): (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Result<()>,
) -> Result<String> {
    let (width, height) = (width * SCALE, height * SCALE);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        draw(&area)?;
        area.present().map_err(fault)?;
    }
    // The element gets a head of its own: it scales, says what it is, and names no address.
    let body = text.split_once('>').map_or("", |(_, body)| body);
    let (title, about) = (escaped(title), escaped(about));
    Ok(format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\
         <title>{title}</title><desc>{about}</desc>{}",
        body.trim()
    ))
}

/// The look that all charts with axes share: few thin lines, text of one size.
pub(super) fn dress<X: Ranged, Y: Ranged, DB: DrawingBackend>(mesh: &mut MeshStyle<'_, '_, X, Y, DB>) {
    mesh.light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(SCALE))
        .axis_style(AXIS.stroke_width(SCALE))
        .label_style(("sans-serif", FONT, &TEXT))
        .axis_desc_style(("sans-serif", FONT, &TEXT))
        .x_labels(8)
        .y_labels(6);
}

/// What went wrong in a drawing.
pub(super) fn fault(error: impl Display) -> anyhow::Error {
    anyhow!("a chart cannot be drawn: {error}")
}

/// Without characters that XML has no place for; plotters escapes the others.
pub(super) fn plain(text: &str) -> String {
    let keep = |c: char| if c.is_control() || c == '\u{fffe}' || c == '\u{ffff}' { ' ' } else { c };
    text.chars().map(keep).collect()
}

/// As [`plain`], at most `length` characters.
pub(super) fn short(text: &str, length: usize) -> String {
    let text = plain(text);
    if text.chars().count() <= length {
        return text;
    }
    text.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    let text = plain(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
