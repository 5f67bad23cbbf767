//! Which part of a picture is taken. Sizes and offsets follow torchvision.

use rand::Rng as _;

/// Range of width over height that a random part may have.
const RATIO: (f64, f64) = (3.0 / 4.0, 4.0 / 3.0);

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Leftmost column.
    pub left: usize,
    /// Topmost row.
    pub top: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Window {
    /// The whole of a picture.
    pub fn whole(width: usize, height: usize) -> Self {
        Self { left: 0, top: 0, width, height }
    }
}

/// The size `(width, height)` of a picture whose shorter side becomes `size`; the longer one is
/// cut down to a whole number.
pub fn shorter_side(width: usize, height: usize, size: usize) -> (usize, usize) {
    if width <= height { (size, size * height / width) } else { (size * width / height, size) }
}

/// The middle of a picture, which must not be smaller than the window.
pub fn center_window(width: usize, height: usize, window: (usize, usize)) -> Window {
    let (h, w) = window;
    Window {
        left: half_to_even(width.saturating_sub(w)),
        top: half_to_even(height.saturating_sub(h)),
        width: w,
        height: h,
    }
}

/// `round(n / 2)` as Python rounds: a half goes to the even neighbour.
fn half_to_even(n: usize) -> usize {
    let low = n / 2;
    low + ((n % 2) & (low % 2))
}

/// A random part with `scale` of the area and a shape between 3:4 and 4:3. After ten draws that
/// do not fit, the largest part in the middle whose shape is allowed.
pub fn random_resized_window(width: usize, height: usize, scale: (f64, f64), rng: &mut crate::rng::Rng) -> Window {
    let area = (width * height) as f64;
    let whole = |x: f64| x.round_ties_even() as usize;
    for _ in 0..10 {
        let target = area * rng.random_range(scale.0..=scale.1);
        let ratio = rng.random_range(RATIO.0.ln()..=RATIO.1.ln()).exp();
        let (w, h) = (whole((target * ratio).sqrt()), whole((target / ratio).sqrt()));
        if (1..=width).contains(&w) && (1..=height).contains(&h) {
            let top = rng.random_range(0..=height - h);
            let left = rng.random_range(0..=width - w);
            return Window { left, top, width: w, height: h };
        }
    }
    let shape = width as f64 / height as f64;
    let (w, h) = if shape < RATIO.0 {
        (width, whole(width as f64 / RATIO.0))
    } else if shape > RATIO.1 {
        (whole(height as f64 * RATIO.1), height)
    } else {
        (width, height)
    };
    Window { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    #[test]
    fn sizes_and_offsets_round_as_torchvision() {
        assert_eq!(shorter_side(300, 200, 224), (336, 224));
        assert_eq!(shorter_side(200, 333, 224), (224, 372)); // 372.96 is cut
        // round(0.5), round(1.5), round(2.5) in Python
        let offset = |extra: usize| center_window(224 + extra, 224, (224, 224)).left;
        assert_eq!([offset(1), offset(3), offset(5), offset(4)], [0, 2, 2, 2]);
    }

    #[test]
    fn random_parts_lie_inside_and_have_the_share_asked_for() {
        let tree = RngTree::new(3);
        for (i, &(w, h)) in [(300, 200), (200, 300), (64, 64), (1, 50), (50, 1), (2, 999)].iter().enumerate() {
            for j in 0..200 {
                let window = random_resized_window(w, h, (0.08, 1.0), &mut tree.at(i).at(j).rng());
                assert!(window.width > 0 && window.height > 0);
                assert!(window.left + window.width <= w && window.top + window.height <= h);
                let share = (window.width * window.height) as f64 / (w * h) as f64;
                if w.min(h) >= 64 {
                    assert!(share > 0.07 && share <= 1.0, "{share}");
                }
            }
        }
    }

    #[test]
    fn the_fallback_keeps_to_the_allowed_shapes() {
        // No part with the whole area of a 1:4 strip has an allowed shape.
        let window = random_resized_window(30, 120, (1.0, 1.0), &mut RngTree::new(0).rng());
        assert_eq!(window, Window { left: 0, top: 40, width: 30, height: 40 });
        let window = random_resized_window(121, 30, (1.0, 1.0), &mut RngTree::new(0).rng());
        assert_eq!(window, Window { left: 40, top: 0, width: 40, height: 30 });
    }
}
