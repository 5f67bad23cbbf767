//! The style of `Pictograms`: chalk on a dark, worn board, photographed in passing.
//!
//! It differs from the flat style in one direction (light lines on dark, unsteady outlines, colours beside the
//! lines) that a prompt can learn, and at random (clutter, hidden parts, light, blur) where it cannot.

use super::affine::Affine;
use super::canvas::{Canvas, solid};
use super::catalog::{Catalog, Concept, Ink};
use super::colour::{Rgb, hue, mix};
use super::path::{Point, Polyline};
use super::pixels::{grain, light, soften};
use super::texture::{Texture, Tile};
use super::wobble::Wobble;
use image::RgbImage;
use mlpt_core::Result;
use mlpt_core::rng::Rng;
use rand::Rng as _;

/// How far the style is from the flat one: the two knobs that set how hard the data set is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChalkStyle {
    /// Strength of wobble, shear, misplaced and unusual colour; 0 is a clean drawing.
    pub gap: f32,
    /// Amount of clutter, hidden parts, light and blur; 0 is none.
    pub clutter: f32,
}

/// Shapes that are no class of the data set.
const BYSTANDERS: [&str; 8] = ["circle", "triangle", "hexagon", "star", "heart", "ring", "cross", "arrow"];

impl Default for ChalkStyle {
    fn default() -> Self {
        Self { gap: Self::GAP as f32, clutter: Self::CLUTTER as f32 }
    }
}

impl ChalkStyle {
    /// The gap of the data set.
    pub const GAP: f64 = 0.6;
    /// Its clutter.
    pub const CLUTTER: f64 = 0.6;

    /// Draws one concept, `width` by `height` pixels.
    pub(crate) fn render(&self, catalog: &Catalog, concept: usize, size: [u32; 2], rng: &mut Rng) -> Result<RgbImage> {
        let [w, h] = size.map(|s| s as f32);
        let board = hue(rng.random(), rng.random_range(0.2..0.6), rng.random_range(0.16..0.4));
        let mut canvas = Canvas::new(size[0], size[1], board)?;
        self.wear(&mut canvas, board, [w, h], rng);
        let half = w.min(h) / 2.0 * rng.random_range(0.66..0.95);
        let free = [w / 2.0 - half, h / 2.0 - half].map(|f| f.max(0.0) * 0.8);
        let centre =
            [w / 2.0 + rng.random_range(-1.0..=1.0) * free[0], h / 2.0 + rng.random_range(-1.0..=1.0) * free[1]];
        self.bystanders(&mut canvas, catalog, centre, [w, h], rng)?;
        let place = Affine::new(
            centre,
            half,
            rng.random_range(-0.25..0.25) * self.gap.max(0.4),
            rng.random_range(-0.25..0.25) * self.gap,
            1.0 + rng.random_range(-0.2..0.25) * self.gap,
            rng.random(),
        );
        self.draw(&mut canvas, &catalog.concepts()[concept], &place, board, rng)?;
        self.hide(&mut canvas, board, centre, half, rng);
        let mut image = canvas.into_rgb();
        light(&mut image, rng.random_range(0.0..0.9) * self.clutter, rng.random_range(0.2..1.0) * self.clutter, rng);
        for _ in 0..rng.random_range(0..=2) {
            soften(&mut image, self.clutter * w.min(h) / 110.0);
        }
        grain(&mut image, rng.random_range(6.0..18.0) * self.clutter, rng);
        Ok(image)
    }

    /// Smears of old chalk.
    fn wear(&self, canvas: &mut Canvas, board: Rgb, [w, h]: Point, rng: &mut Rng) {
        for _ in 0..rng.random_range(2..6) {
            let tone = if rng.random() { [235; 3] } else { hue(rng.random(), 0.7, 0.9) };
            let smear = stroke([w, h], rng);
            let paint = solid(mix(board, tone, 0.35), 0.35 * self.clutter.min(1.5));
            canvas.stroke(&smear, &paint, w.min(h) * rng.random_range(0.1..0.35));
        }
        for _ in 0..(self.clutter * rng.random_range(1.0..6.0)) as usize {
            let line = stroke([w, h], rng);
            let tone = mix(board, [230; 3], rng.random_range(0.25..0.7));
            canvas.stroke(&line, &solid(tone, 1.0), w.min(h) * rng.random_range(0.008..0.03));
        }
    }

    /// Small things at the rim that are not what the picture is about.
    fn bystanders(
        &self,
        canvas: &mut Canvas,
        catalog: &Catalog,
        centre: Point,
        [w, h]: Point,
        rng: &mut Rng,
    ) -> Result<()> {
        for _ in 0..(self.clutter * rng.random_range(0.0..3.0)).round() as usize {
            let name = BYSTANDERS[rng.random_range(0..BYSTANDERS.len())];
            let concept = &catalog.concepts()[catalog.find(name)?];
            let half = w.min(h) * rng.random_range(0.06..0.12);
            let turn = rng.random_range(0.0..std::f32::consts::TAU);
            let far = [w * 0.5 * turn.cos(), h * 0.5 * turn.sin()];
            let at = [(centre[0] + far[0]).clamp(0.0, w), (centre[1] + far[1]).clamp(0.0, h)];
            let place = Affine::new(at, half, turn, 0.0, 1.0, false);
            let tone = hue(rng.random(), 0.5, 0.75);
            for part in &concept.parts {
                canvas.stroke(&place.lines(&part.lines), &solid(tone, 1.0), (half * 0.12).max(1.0));
            }
        }
        Ok(())
    }

    fn draw(&self, canvas: &mut Canvas, concept: &Concept, place: &Affine, board: Rgb, rng: &mut Rng) -> Result<()> {
        let scale = place.scale();
        let chalk = mix(hue(rng.random(), 0.35, 1.0), [255; 3], 0.4);
        let tint = mix(board, hue(rng.random(), 0.8, 0.95), rng.random_range(0.45..0.8));
        let trim = mix(board, hue(rng.random(), 0.8, 0.95), rng.random_range(0.45..0.8));
        let amplitude = 5.5 * self.gap;
        let hand = Wobble::new(amplitude, rng);
        let again = Wobble::new(amplitude * 0.5, rng);
        let slip = [0, 1].map(|_| rng.random_range(-9.0..9.0) * self.gap * scale);
        let texture = if rng.random() { Texture::Striped } else { Texture::Hatched };
        let tile =
            Tile::new(texture, [tint, mix(tint, board, 0.75)], (rng.random_range(12.0..22.0) * scale).max(2.5), rng)?;
        let hatched = rng.random_bool(0.65);
        let width = (rng.random_range(4.5..8.0) * scale).max(1.0);
        let lines_of = |wobble: &Wobble, lines: &[Polyline]| -> Vec<Polyline> {
            place.lines(&lines.iter().map(|l| wobble.line(&hand.line(l))).collect::<Vec<_>>())
        };
        let steady = Wobble::new(0.0, rng);
        for part in &concept.parts {
            let outline = lines_of(&steady, &part.lines);
            if let Some(thick) = part.ink.width() {
                canvas.stroke(&outline, &solid(chalk, 1.0), (thick * 0.8 * scale).max(width));
                continue;
            }
            // The colour lies a little beside the lines, as in a careless print.
            let mut area = outline.clone();
            for point in area.iter_mut().flat_map(|l| &mut l.points) {
                *point = [point[0] + slip[0], point[1] + slip[1]];
            }
            match part.ink {
                Ink::Body if hatched => canvas.fill(&area, &tile.paint()),
                Ink::Body => canvas.fill(&area, &solid(tint, 1.0)),
                Ink::Trim => canvas.fill(&area, &solid(trim, 1.0)),
                Ink::Pale => canvas.fill(&area, &solid(mix(board, chalk, 0.1), 1.0)),
                _ => canvas.fill(&area, &solid(chalk, 1.0)),
            }
            canvas.stroke(&outline, &solid(chalk, 1.0), width);
            canvas.stroke(&lines_of(&again, &part.lines), &solid(mix(board, chalk, 0.6), 1.0), width * 0.5);
        }
        Ok(())
    }

    /// A wiped place across a part of the thing.
    fn hide(&self, canvas: &mut Canvas, board: Rgb, centre: Point, half: f32, rng: &mut Rng) {
        if !rng.random_bool(f64::from(0.45 * self.clutter).clamp(0.0, 1.0)) {
            return;
        }
        let turn = rng.random_range(0.0..std::f32::consts::TAU);
        let far = half * rng.random_range(0.35..0.9);
        let at = [centre[0] + far * turn.cos(), centre[1] + far * turn.sin()];
        let across = [-turn.sin() * half, turn.cos() * half];
        let points = vec![[at[0] - across[0], at[1] - across[1]], [at[0] + across[0], at[1] + across[1]]];
        let tone = mix(board, [200; 3], rng.random_range(0.0..0.2));
        canvas.stroke(&[Polyline { points, closed: false }], &solid(tone, 1.0), half * rng.random_range(0.15..0.4));
    }
}

/// A bent stroke anywhere on the sheet.
fn stroke([w, h]: Point, rng: &mut Rng) -> [Polyline; 1] {
    let mut spot = || [rng.random_range(-0.1..1.1) * w, rng.random_range(-0.1..1.1) * h];
    let [a, b, c] = [spot(), spot(), spot()];
    let points = (0..=8)
        .map(|i| {
            let t = i as f32 / 8.0;
            [0, 1].map(|k| (1.0 - t) * (1.0 - t) * a[k] + 2.0 * t * (1.0 - t) * b[k] + t * t * c[k])
        })
        .collect();
    [Polyline { points, closed: false }]
}
