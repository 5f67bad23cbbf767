//! A few letters for outlines: small texts that become polylines.
//!
//! Coordinates run from -100 to 100 in both directions, y downwards. `M x y` starts a line, `L x y ...`
//! goes on with it, `Q cx cy x y` bends it, `Z` closes it; `A cx cy rx ry a0 a1` adds an arc (degrees,
//! clockwise from the right); `W cx cy r0 r1 a0 a1` a spiral; `O cx cy rx ry` is an ellipse and `o` the same
//! turned round, which makes a hole; `R x0 y0 x1 y1` a rectangle; `S x y ...` a smooth closed curve through the
//! points and `U x y ...` an open one.

use mlpt_core::{Error, Result};

/// A point of the unit box of ±100.
pub type Point = [f32; 2];

/// A line through points; filled lines are closed always, stroked ones where `closed` says so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polyline {
    /// The points, in order.
    pub points: Vec<Point>,
    /// Whether the last point joins the first.
    pub closed: bool,
}

/// Reads an outline.
///
/// # Errors
/// When a letter is unknown or the count of its numbers is wrong.
pub(crate) fn parse(text: &str) -> Result<Vec<Polyline>> {
    let mut pen = Pen::default();
    let mut letter = None;
    let mut numbers = Vec::new();
    let fault = |what: &str| Error::invalid(format!("outline '{text}': {what}"));
    for token in text.split_whitespace() {
        if let Ok(number) = token.parse::<f32>() {
            numbers.push(number);
            continue;
        }
        if let Some(l) = letter {
            pen.apply(l, &numbers).ok_or_else(|| fault("wrong count of numbers"))?;
        }
        numbers.clear();
        letter = Some(token);
    }
    let last = letter.ok_or_else(|| fault("empty"))?;
    pen.apply(last, &numbers).ok_or_else(|| fault("wrong count of numbers"))?;
    pen.lift();
    Ok(pen.lines)
}

#[derive(Default)]
struct Pen {
    lines: Vec<Polyline>,
    current: Vec<Point>,
}

impl Pen {
    fn lift(&mut self) {
        if !self.current.is_empty() {
            self.lines.push(Polyline { points: std::mem::take(&mut self.current), closed: false });
        }
    }

    fn close(&mut self, points: Vec<Point>) {
        self.lift();
        self.lines.push(Polyline { points, closed: true });
    }

    fn apply(&mut self, letter: &str, n: &[f32]) -> Option<()> {
        let pairs = || n.chunks_exact(2).map(|p| [p[0], p[1]]).collect::<Vec<Point>>();
        match (letter, n) {
            ("M", &[x, y]) => {
                self.lift();
                self.current.push([x, y]);
            }
            ("L", n) if n.len() % 2 == 0 && !n.is_empty() => self.current.extend(pairs()),
            ("Q", &[cx, cy, x, y]) => {
                let [ax, ay] = *self.current.last()?;
                self.current.extend((1..=10).map(|i| {
                    let t = i as f32 / 10.0;
                    let (u, v, w) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
                    [u * ax + v * cx + w * x, u * ay + v * cy + w * y]
                }));
            }
            ("A", &[cx, cy, rx, ry, from, to]) => self.current.extend(arc([cx, cy], [rx, ry], from, to)),
            ("W", &[cx, cy, r0, r1, from, to]) => {
                self.lift();
                let steps = 72;
                self.current.extend((0..=steps).map(|i| {
                    let t = i as f32 / steps as f32;
                    let (sin, cos) = (from + (to - from) * t).to_radians().sin_cos();
                    let r = r0 + (r1 - r0) * t;
                    [cx + r * cos, cy + r * sin]
                }));
            }
            ("O", &[cx, cy, rx, ry]) => self.close(round([cx, cy], [rx, ry], 360.0)),
            ("o", &[cx, cy, rx, ry]) => self.close(round([cx, cy], [rx, ry], -360.0)),
            ("R", &[x0, y0, x1, y1]) => self.close(vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]]),
            ("S", n) if n.len() % 2 == 0 && n.len() >= 6 => self.close(smooth(&pairs(), true)),
            ("U", n) if n.len() % 2 == 0 && n.len() >= 4 => {
                self.lift();
                self.current = smooth(&pairs(), false);
            }
            ("Z", &[]) => {
                let points = std::mem::take(&mut self.current);
                self.close(points);
            }
            _ => return None,
        }
        Some(())
    }
}

fn arc(centre: Point, radii: Point, from: f32, to: f32) -> Vec<Point> {
    let steps = (((to - from).abs() / 12.0).ceil() as usize).max(2);
    (0..=steps)
        .map(|i| {
            let (sin, cos) = (from + (to - from) * i as f32 / steps as f32).to_radians().sin_cos();
            [centre[0] + radii[0] * cos, centre[1] + radii[1] * sin]
        })
        .collect()
}

fn round(centre: Point, radii: Point, turn: f32) -> Vec<Point> {
    let mut points = arc(centre, radii, 0.0, turn);
    points.pop();
    points
}

/// A Catmull-Rom curve through `knots`.
fn smooth(knots: &[Point], closed: bool) -> Vec<Point> {
    let n = knots.len();
    let at = |i: isize| {
        let last = n as isize - 1;
        let i = if closed { i.rem_euclid(n as isize) } else { i.clamp(0, last) };
        knots[i as usize]
    };
    let spans = if closed { n } else { n - 1 };
    let mut points = vec![];
    for span in 0..spans as isize {
        let [a, b, c, d] = [at(span - 1), at(span), at(span + 1), at(span + 2)];
        points.extend((0..6).map(|i| {
            let t = i as f32 / 6.0;
            [0, 1].map(|k| {
                b[k] + 0.5
                    * t
                    * (c[k] - a[k]
                        + t * (2.0 * a[k] - 5.0 * b[k] + 4.0 * c[k] - d[k] + t * (3.0 * (b[k] - c[k]) + d[k] - a[k])))
            })
        }));
    }
    if !closed {
        points.push(knots[n - 1]);
    }
    points
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_lines() {
        let lines = parse("M 0 0 L 10 0 10 10 Z R 1 2 3 4 U 0 0 5 5 9 0").unwrap();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].closed && lines[1].closed && !lines[2].closed);
        assert_eq!(lines[0].points, [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]);
        assert_eq!(lines[2].points.last(), Some(&[9.0, 0.0]));
        for wrong in ["", "X 1 2", "M 1", "Q 0 0 1 1", "R 1 2 3"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
