//! An unsteady hand.

use super::path::{Point, Polyline};
use mlpt_core::rng::Rng;
use rand::Rng as _;

/// A slow, smooth displacement of the plane, the same for all lines of one thing.
pub(super) struct Wobble {
    waves: [[f32; 4]; 4],
    amplitude: f32,
}

impl Wobble {
    /// `amplitude` and the shortest wave are in units of the outline's box of ±100.
    pub(super) fn new(amplitude: f32, rng: &mut Rng) -> Self {
        let waves = [0, 1, 2, 3].map(|i| {
            let length = rng.random_range(0.5..1.0) * if i < 2 { 170.0 } else { 70.0 };
            let (sin, cos) = rng.random_range(0.0..std::f32::consts::TAU).sin_cos();
            let k = std::f32::consts::TAU / length;
            [k * cos, k * sin, rng.random_range(0.0..std::f32::consts::TAU), if i < 2 { 1.0 } else { 0.45 }]
        });
        Self { waves, amplitude }
    }

    fn shift(&self, [x, y]: Point) -> Point {
        let wave = |[kx, ky, phase, gain]: [f32; 4]| gain * (kx * x + ky * y + phase).sin();
        let [a, b, c, d] = self.waves.map(wave);
        [x + self.amplitude * (a + c), y + self.amplitude * (b + d)]
    }

    /// The line, with points often enough that straight edges bend too.
    pub(super) fn line(&self, line: &Polyline) -> Polyline {
        let mut points = Vec::with_capacity(line.points.len() * 2);
        let knots = thin(&line.points);
        let ends = knots.iter().zip(knots.iter().skip(1));
        let back = knots.last().zip(knots.first()).filter(|_| line.closed);
        for (a, b) in ends.chain(back) {
            let length = (b[0] - a[0]).hypot(b[1] - a[1]);
            let steps = (length / 18.0).ceil().max(1.0) as usize;
            points.extend((0..steps).map(|i| {
                let t = i as f32 / steps as f32;
                self.shift([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t])
            }));
        }
        if !line.closed {
            points.extend(line.points.last().map(|&p| self.shift(p)));
        }
        Polyline { points, closed: line.closed }
    }
}

/// Without the points that stand closer than a hand would draw; the ends stay.
fn thin(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for (i, p) in points.iter().enumerate() {
        let near = kept.last().is_some_and(|k| (k[0] - p[0]).hypot(k[1] - p[1]) < 6.0);
        if !near || i + 1 == points.len() {
            kept.push(*p);
        }
    }
    kept
}
