//! A sheet to draw polylines on.

use super::colour::Rgb;
use super::path::Polyline;
use image::RgbImage;
use mlpt_core::{Error, Result};
use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

pub(super) struct Canvas {
    map: Pixmap,
}

/// One colour, `alpha` of 1 hides what is below.
pub(super) fn solid(rgb: Rgb, alpha: f32) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(rgb[0], rgb[1], rgb[2], (255.0 * alpha) as u8);
    paint
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32, ground: Rgb) -> Result<Self> {
        let mut map = Pixmap::new(width, height)
            .ok_or_else(|| Error::invalid(format!("a picture of {width} x {height} pixels cannot be drawn")))?;
        map.fill(Color::from_rgba8(ground[0], ground[1], ground[2], 255));
        Ok(Self { map })
    }

    pub(super) fn fill(&mut self, lines: &[Polyline], paint: &Paint<'_>) {
        if let Some(path) = path(lines, true) {
            self.map.fill_path(&path, paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    /// `width` in pixels.
    pub(super) fn stroke(&mut self, lines: &[Polyline], paint: &Paint<'_>, width: f32) {
        if let Some(path) = path(lines, false) {
            // Round joins cost most of a stroke, and cannot be seen on thin ones.
            let line_join = if width < 4.0 { LineJoin::Miter } else { LineJoin::Round };
            let stroke = Stroke { width, line_cap: LineCap::Round, line_join, ..Stroke::default() };
            self.map.stroke_path(&path, paint, &stroke, Transform::identity(), None);
        }
    }

    /// The picture; the sheet is opaque, so nothing is lost.
    pub(super) fn into_rgb(self) -> RgbImage {
        let (w, h) = (self.map.width(), self.map.height());
        let mut image = RgbImage::new(w, h);
        for (to, from) in image.as_flat_samples_mut().samples.chunks_exact_mut(3).zip(self.map.data().chunks_exact(4)) {
            to.copy_from_slice(&from[..3]);
        }
        image
    }
}

fn path(lines: &[Polyline], close: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for line in lines {
        let mut points = line.points.iter();
        if let Some(&[x, y]) = points.next() {
            builder.move_to(x, y);
            points.for_each(|&[x, y]| builder.line_to(x, y));
            if close || line.closed {
                builder.close();
            }
        }
    }
    builder.finish()
}
