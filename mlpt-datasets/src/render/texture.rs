//! Surfaces: small tiles that repeat.

use super::canvas::solid;
use super::colour::{Rgb, mix};
use mlpt_core::rng::Rng;
use mlpt_core::{Error, Result};
use rand::Rng as _;
use tiny_skia::{
    Color, ColorU8, FilterQuality, Paint, PathBuilder, Pattern, Pixmap, Rect, SpreadMode, Stroke, Transform,
};

/// How a thing's surface looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texture {
    /// One colour.
    Plain,
    /// Broad parallel bands.
    Striped,
    /// Round dots.
    Dotted,
    /// Squares in two colours.
    Checkered,
    /// Thin crossing lines.
    Hatched,
    /// Only the outline.
    Outlined,
}

/// Tiles are this many pixels wide before they are scaled.
const TILE: u32 = 16;

/// A repeating tile in two colours; the first covers half of it or more.
pub(super) struct Tile {
    map: Pixmap,
    place: Transform,
    filter: FilterQuality,
}

impl Tile {
    /// `period` is the length of a repetition in pixels.
    pub(super) fn new(texture: Texture, colours: [Rgb; 2], period: f32, rng: &mut Rng) -> Result<Self> {
        let mut map = Pixmap::new(TILE, TILE).ok_or_else(|| Error::invalid("no room for a texture"))?;
        let [first, second] = colours;
        map.fill(Color::from_rgba8(first[0], first[1], first[2], 255));
        let paint = solid(second, 1.0);
        let side = TILE as f32;
        let half = side / 2.0;
        let rectangles: &[[f32; 4]] = match texture {
            Texture::Striped => &[[0.0, 9.0, side, side]],
            Texture::Checkered => &[[0.0, 0.0, half, half], [half, half, side, side]],
            _ => &[],
        };
        for &[x0, y0, x1, y1] in rectangles {
            if let Some(rect) = Rect::from_ltrb(x0, y0, x1, y1) {
                map.fill_rect(rect, &paint, Transform::identity(), None);
            }
        }
        let mut builder = PathBuilder::new();
        match texture {
            Texture::Dotted => {
                builder.push_circle(half, half, 4.6);
                if let Some(path) = builder.finish() {
                    map.fill_path(&path, &paint, tiny_skia::FillRule::Winding, Transform::identity(), None);
                }
            }
            Texture::Hatched => {
                for (x0, y0, x1, y1) in [(half, 0.0, half, side), (0.0, half, side, half)] {
                    builder.move_to(x0, y0);
                    builder.line_to(x1, y1);
                }
                if let Some(path) = builder.finish() {
                    let stroke = Stroke { width: 3.4, ..Stroke::default() };
                    map.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
                }
            }
            _ => {}
        }
        let turn = match texture {
            Texture::Striped => rng.random_range(0.0..180.0f32),
            Texture::Hatched => rng.random_range(25.0..65.0),
            _ => rng.random_range(-20.0..20.0),
        };
        let scale = period / side;
        let place = Transform::from_rotate(turn)
            .pre_translate(rng.random_range(0.0..period), rng.random_range(0.0..period))
            .pre_scale(scale, scale);
        Ok(Self { map, place, filter: FilterQuality::Bilinear })
    }

    /// Coarse specks around `ground`, `speck` pixels wide.
    pub(super) fn specks(ground: Rgb, speck: f32, rng: &mut Rng) -> Result<Self> {
        let side = 2 * TILE;
        let mut map = Pixmap::new(side, side).ok_or_else(|| Error::invalid("no room for a texture"))?;
        for pixel in map.pixels_mut() {
            let strength = rng.random_range(-0.6..0.28f32).max(0.0);
            let [r, g, b] = mix(ground, if rng.random() { [255; 3] } else { [0; 3] }, strength);
            *pixel = ColorU8::from_rgba(r, g, b, 255).premultiply();
        }
        Ok(Self { map, place: Transform::from_scale(speck, speck), filter: FilterQuality::Nearest })
    }

    /// The tile as a paint.
    pub(super) fn paint(&self) -> Paint<'_> {
        let shader = Pattern::new(self.map.as_ref(), SpreadMode::Repeat, self.filter, 1.0, self.place);
        Paint { shader, anti_alias: true, ..Paint::default() }
    }
}
