//! Student's t distribution with a whole number of degrees of freedom.

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// The `t` with `P(|T| <= t) = level`, for Student's t with `degrees` degrees of freedom: what a mean of
/// `degrees + 1` values is multiplied with for its two-sided confidence interval. `None` for no degrees
/// of freedom, or a level outside (0, 1).
///
/// With `degrees` whole, the probability is a finite sum (Abramowitz and Stegun, 26.7.3 and 26.7.4), so
/// that bisection finds `t` to the last digits.
pub fn two_sided_quantile(level: f64, degrees: usize) -> Option<f64> {
    if degrees == 0 || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Some((degrees as f64).sqrt() * middle.tan());
        }
        if within(middle, degrees) < level {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// `P(|T| <= t)` at the angle `atan(t / sqrt(degrees))`.
fn within(angle: f64, degrees: usize) -> f64 {
    let (sin, cos) = angle.sin_cos();
    // Powers of the cosine from `odd` up to `degrees - 2`, in steps of two.
    let odd = degrees % 2;
    let mut term = if odd == 1 { cos } else { 1.0 };
    let mut sum = 0.0;
    for power in (odd..degrees.saturating_sub(1)).step_by(2) {
        sum += term;
        term *= cos * cos * (power + 1) as f64 / (power + 2) as f64;
        if term < f64::EPSILON * f64::EPSILON {
            break;
        }
    }
    if odd == 1 { FRAC_2_PI * (angle + sin * sum) } else { sin * sum }
}
