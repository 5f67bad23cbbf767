//! A curve of any length in bounded memory.

/// More points than this are more than a terminal has columns.
const MOST: usize = 512;

/// Points whose `x` grows; when there are many, neighbours are replaced by their mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    points: Vec<(f64, f64)>,
    /// How many of what was added one point stands for.
    stride: usize,
    /// What the next point will be made of: the sum of `y`, and how many.
    begun: (f64, usize),
    last: Option<f64>,
}

impl Curve {
    /// Adds a point. One that is not finite is left out.
    pub fn push(&mut self, x: f64, y: f64) {
        if !y.is_finite() {
            return;
        }
        self.last = Some(y);
        self.begun = (self.begun.0 + y, self.begun.1 + 1);
        if self.begun.1 < self.stride.max(1) {
            return;
        }
        self.points.push((x, self.begun.0 / self.begun.1 as f64));
        self.begun = (0.0, 0);
        if self.points.len() > MOST {
            self.points = self.points.chunks(2).map(|pair| (pair[pair.len() - 1].0, mean(pair))).collect();
            self.stride = self.stride.max(1) * 2;
        }
    }

    /// Drops what lies behind `x`.
    pub fn cut(&mut self, x: f64) {
        self.points.retain(|(at, _)| *at <= x);
        self.begun = (0.0, 0);
    }

    /// The same curve, `factor` times as high.
    pub fn times(&self, factor: f64) -> Self {
        let points = self.points.iter().map(|(x, y)| (*x, factor * y)).collect();
        Self { points, begun: (factor * self.begun.0, self.begun.1), last: self.last.map(|y| factor * y), ..*self }
    }

    /// The points.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// What was added last.
    pub fn last(&self) -> Option<f64> {
        self.last
    }
}

fn mean(points: &[(f64, f64)]) -> f64 {
    points.iter().map(|(_, y)| y).sum::<f64>() / points.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_points_become_few_with_the_same_mean() {
        let mut curve = Curve::default();
        for n in 0..100_000 {
            curve.push(f64::from(n), f64::from(n % 10));
        }
        assert!((MOST / 2..=MOST).contains(&curve.points().len()));
        assert_eq!(curve.last(), Some(9.0));
        assert!((mean(curve.points()) - 4.5).abs() < 0.05);
        assert!(curve.points().windows(2).all(|pair| pair[0].0 < pair[1].0));
        curve.push(1e9, f64::NAN);
        assert_eq!(curve.last(), Some(9.0));
        let twice = curve.times(2.0);
        assert_eq!((twice.last(), twice.points()[7].1), (Some(18.0), 2.0 * curve.points()[7].1));
        curve.cut(50_000.0);
        assert!(curve.points().iter().all(|(x, _)| *x <= 50_000.0) && !curve.points().is_empty());
    }
}
