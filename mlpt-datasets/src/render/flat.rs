//! The style of the captioned pictures: clean shapes, filled or outlined, on a quiet ground.

use super::affine::Affine;
use super::canvas::{Canvas, solid};
use super::catalog::{Catalog, Concept, Ink};
use super::colour::{COLOURS, Rgb, luminance, mix};
use super::path::{Point, Polyline};
use super::pixels::{grain, soften};
use super::scene::{Backdrop, Layout, Place, Scene, Size, Thing};
use super::texture::{Texture, Tile};
use image::RgbImage;
use mlpt_core::Result;
use mlpt_core::rng::Rng;
use rand::Rng as _;
use rand::seq::SliceRandom as _;
use tiny_skia::{GradientStop, LinearGradient, Paint, SpreadMode, Transform};

/// Draws `scene` on `width` by `height` pixels.
pub(super) fn render(catalog: &Catalog, scene: &Scene, width: u32, height: u32, rng: &mut Rng) -> Result<RgbImage> {
    let ground = scene.ground.shade(rng);
    let mut canvas = Canvas::new(width, height, ground)?;
    backdrop(&mut canvas, scene.backdrop, ground, [width as f32, height as f32], rng)?;
    let concepts = catalog.concepts();
    // The same kind in one picture is drawn in the same way.
    let looks = Looks::draw(&scene.thing, ground, rng);
    for (i, (centre, half)) in places(&scene.layout, width as f32, height as f32, rng).into_iter().enumerate() {
        let place = Affine::jittered(centre, half, rng);
        match scene.other() {
            Some(other) if i == 1 => {
                let looks = Looks::draw(other, ground, rng);
                looks.paint(&mut canvas, &concepts[other.concept], &place, rng)?;
            }
            _ => looks.paint(&mut canvas, &concepts[scene.thing.concept], &place, rng)?,
        }
    }
    let mut image = canvas.into_rgb();
    if rng.random_bool(0.35) {
        soften(&mut image, rng.random_range(0.2..1.0));
    }
    let grainy = rng.random_range(0.0..8.0);
    grain(&mut image, grainy, rng);
    Ok(image)
}

fn backdrop(canvas: &mut Canvas, kind: Backdrop, ground: Rgb, [w, h]: Point, rng: &mut Rng) -> Result<()> {
    let sheet = [Polyline { points: vec![[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]], closed: true }];
    match kind {
        Backdrop::Plain => {}
        Backdrop::Gradient => {
            let ends = [mix(ground, [255; 3], 0.35), mix(ground, [0; 3], 0.3)];
            let along = if rng.random() { [w, 0.0] } else { [rng.random_range(0.0..w), h] };
            canvas.fill(&sheet, &gradient(ends, [0.0, 0.0], along, ground));
        }
        Backdrop::Noisy => {
            let tile = Tile::specks(ground, rng.random_range(2.0..7.0), rng)?;
            canvas.fill(&sheet, &tile.paint());
        }
    }
    Ok(())
}

fn gradient(ends: [Rgb; 2], from: Point, to: Point, otherwise: Rgb) -> Paint<'static> {
    let stop = |at: f32, c: Rgb| GradientStop::new(at, tiny_skia::Color::from_rgba8(c[0], c[1], c[2], 255));
    let point = |p: Point| tiny_skia::Point::from_xy(p[0], p[1]);
    let stops = vec![stop(0.0, ends[0]), stop(1.0, ends[1])];
    match LinearGradient::new(point(from), point(to), stops, SpreadMode::Pad, Transform::identity()) {
        Some(shader) => Paint { shader, anti_alias: true, ..Paint::default() },
        None => solid(otherwise, 1.0),
    }
}

/// Centres and half sizes, in pixels; the main thing first.
fn places(layout: &Layout, w: f32, h: f32, rng: &mut Rng) -> Vec<(Point, f32)> {
    let shorter = w.min(h);
    let mut near = |x: f32, slack: f32| x + rng.random_range(-1.0..1.0) * slack.max(0.0);
    match *layout {
        Layout::Alone(size, place) => {
            let part = match size {
                Size::Small => near(0.36, 0.07),
                Size::Medium => near(0.62, 0.1),
                Size::Large => near(0.9, 0.07),
            };
            let half = shorter * part / 2.0;
            let (free_x, free_y) = (w / 2.0 - half, h / 2.0 - half);
            let (x, y) = match place {
                Place::Middle => (near(w / 2.0, free_x * 0.45), near(h / 2.0, free_y * 0.45)),
                Place::Left => (half * near(1.05, 0.1), near(h / 2.0, free_y * 0.4)),
                Place::Right => (w - half * near(1.05, 0.1), near(h / 2.0, free_y * 0.4)),
                Place::Top => (near(w / 2.0, free_x * 0.4), half * near(1.05, 0.1)),
                Place::Bottom => (near(w / 2.0, free_x * 0.4), h - half * near(1.05, 0.1)),
            };
            vec![([x, y], half)]
        }
        Layout::Row(n) => {
            let cell = w / n as f32;
            let half = (cell * 0.47).min(h * 0.42) * near(0.93, 0.07);
            (0..n).map(|i| ([(i as f32 + 0.5) * cell, near(h / 2.0, h * 0.04)], half)).collect()
        }
        Layout::Column(n) => {
            let cell = h / n as f32;
            let half = (cell * 0.47).min(w * 0.42) * near(0.93, 0.07);
            (0..n).map(|i| ([near(w / 2.0, w * 0.04), (i as f32 + 0.5) * cell], half)).collect()
        }
        Layout::Scattered(n) => {
            let half = shorter / 6.0;
            let mut cells: Vec<(usize, usize)> = (0..9).map(|i| (i % 3, i / 3)).collect();
            let mut columns = [0, 1, 2];
            if n <= 3 {
                // One a row and one a column, so that they do not stand in line.
                columns.shuffle(rng);
                cells = vec![(columns[0], 0), (columns[2], 2), (columns[1], 1)];
            } else {
                cells.shuffle(rng);
            }
            let mut near = |x: f32, slack: f32| x + rng.random_range(-1.0..1.0) * slack;
            cells.truncate(n);
            let at = |i: usize, side: f32| (i as f32 + 0.5) * side / 3.0;
            cells
                .into_iter()
                .map(|(i, j)| ([near(at(i, w), w * 0.03), near(at(j, h), h * 0.03)], half * near(0.92, 0.08)))
                .collect()
        }
        Layout::Beside(_) => [0.25, 0.75]
            .map(|x| ([w * x, near(h / 2.0, h * 0.08)], (w * 0.235).min(h * 0.42) * near(0.92, 0.08)))
            .to_vec(),
        Layout::Above(_) => [0.25, 0.75]
            .map(|y| ([near(w / 2.0, w * 0.08), h * y], (h * 0.235).min(w * 0.42) * near(0.92, 0.08)))
            .to_vec(),
    }
}

/// The colours and manner of one kind of thing in one picture.
struct Looks {
    texture: Texture,
    body: Rgb,
    trim: Rgb,
    pale: Rgb,
    dark: Rgb,
    second: Rgb,
    contour: Option<f32>,
    shaded: bool,
    period: f32,
}

impl Looks {
    fn draw(thing: &Thing, ground: Rgb, rng: &mut Rng) -> Self {
        let body = thing.colour.shade(rng);
        let dim = luminance(body);
        let far = |a: Rgb, b: Rgb| (luminance(a) - luminance(b)).abs();
        // The line colour has to be seen on the thing and on the ground; near black wherever that will do.
        let seen = |tone: Rgb| far(tone, body).min(far(tone, ground));
        let dark = [[28; 3], [120; 3], [225; 3]]
            .into_iter()
            .reduce(|best, tone| if seen(tone) > seen(best) + 20.0 { tone } else { best })
            .unwrap_or([28; 3]);
        let mut trim = if dim < 60.0 { mix(body, [255; 3], 0.4) } else { mix(body, [0; 3], 0.4) };
        if rng.random_bool(0.25) || far(trim, ground) < 25.0 {
            let other = COLOURS[rng.random_range(0..COLOURS.len())].shade(rng);
            if far(other, ground) > 25.0 {
                trim = other;
            }
        }
        let pale = if dim > 200.0 { mix(body, [70, 110, 160], 0.5) } else { mix(body, [255; 3], 0.75) };
        let other = COLOURS[rng.random_range(0..COLOURS.len())].shade(rng);
        let plain = if dim > 140.0 { mix(body, [0; 3], 0.65) } else { mix(body, [255; 3], 0.75) };
        Self {
            texture: thing.texture,
            body,
            trim,
            pale,
            dark,
            second: if far(other, body) > 70.0 { other } else { plain },
            contour: rng.random_bool(0.45).then(|| rng.random_range(2.0..7.0)),
            shaded: rng.random_bool(0.3),
            period: rng.random_range(24.0..46.0),
        }
    }

    fn paint(&self, canvas: &mut Canvas, concept: &Concept, place: &Affine, rng: &mut Rng) -> Result<()> {
        let scale = place.scale();
        let tile = match self.texture {
            Texture::Plain | Texture::Outlined => None,
            texture => Some(Tile::new(texture, [self.body, self.second], (self.period * scale).max(4.0), rng)?),
        };
        let body = match &tile {
            Some(tile) => tile.paint(),
            None if self.shaded => {
                let ends = [mix(self.body, [255; 3], 0.3), mix(self.body, [0; 3], 0.25)];
                gradient(ends, place.point([-70.0, -90.0]), place.point([70.0, 90.0]), self.body)
            }
            None => solid(self.body, 1.0),
        };
        let outlined = self.texture == Texture::Outlined;
        for part in &concept.parts {
            let lines = place.lines(&part.lines);
            if let Some(width) = part.ink.width() {
                let rgb = match part.ink {
                    _ if outlined => self.body,
                    Ink::TrimLine(_) => self.trim,
                    Ink::DarkLine(_) => self.dark,
                    _ => self.body,
                };
                canvas.stroke(&lines, &solid(rgb, 1.0), (width * scale).max(1.0));
                continue;
            }
            if outlined {
                match part.ink {
                    Ink::Dark => canvas.fill(&lines, &solid(self.body, 1.0)),
                    _ => {
                        let width = (self.contour.unwrap_or(5.0) + 3.0) * scale;
                        canvas.stroke(&lines, &solid(self.body, 1.0), width.max(1.2));
                    }
                }
                continue;
            }
            match part.ink {
                Ink::Trim => canvas.fill(&lines, &solid(self.trim, 1.0)),
                Ink::Pale => canvas.fill(&lines, &solid(self.pale, 1.0)),
                Ink::Dark => canvas.fill(&lines, &solid(self.dark, 1.0)),
                _ => canvas.fill(&lines, &body),
            }
            if let Some(width) = self.contour {
                canvas.stroke(&lines, &solid(self.dark, 1.0), (width * scale).max(0.8));
            }
        }
        Ok(())
    }
}
