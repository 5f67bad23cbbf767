//! Moving outlines from the unit box to the picture.

use super::path::{Point, Polyline};
use mlpt_core::rng::Rng;
use rand::Rng as _;

/// `x' = a x + b y + e`, `y' = c x + d y + f`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Affine {
    m: [f32; 6],
    scale: f32,
}

impl Affine {
    /// Puts the unit box around `centre`, `half` pixels to each side, turned (radians), sheared, stretched
    /// (width over height) and perhaps mirrored.
    pub(super) fn new(centre: Point, half: f32, turn: f32, shear: f32, stretch: f32, mirror: bool) -> Self {
        let s = half / 100.0;
        let (sin, cos) = turn.sin_cos();
        let (sx, sy) = (s * stretch.sqrt() * if mirror { -1.0 } else { 1.0 }, s / stretch.sqrt());
        let m = [cos * sx, (cos * shear - sin) * sy, sin * sx, (sin * shear + cos) * sy, centre[0], centre[1]];
        Self { m, scale: s }
    }

    /// The small random variation that no caption speaks of.
    pub(super) fn jittered(centre: Point, half: f32, rng: &mut Rng) -> Self {
        let turn = rng.random_range(-0.26..0.26f32);
        let (shear, stretch) = (rng.random_range(-0.1..0.1), rng.random_range(0.87..1.15));
        Self::new(centre, half, turn, shear, stretch, rng.random())
    }

    /// Pixels per unit.
    pub(super) fn scale(&self) -> f32 {
        self.scale
    }

    pub(super) fn point(&self, [x, y]: Point) -> Point {
        let [a, b, c, d, e, f] = self.m;
        [a * x + b * y + e, c * x + d * y + f]
    }

    pub(super) fn lines(&self, lines: &[Polyline]) -> Vec<Polyline> {
        let one =
            |l: &Polyline| Polyline { points: l.points.iter().map(|&p| self.point(p)).collect(), closed: l.closed };
        lines.iter().map(one).collect()
    }
}
