//! Colours with names, and a little arithmetic on them.

use rand::Rng as _;

/// Red, green, blue.
pub type Rgb = [u8; 3];

/// A colour that captions can name.
#[derive(Debug, PartialEq)]
pub struct Colour {
    /// Its plain name.
    pub name: &'static str,
    /// Its centre; drawings vary a little around it.
    pub rgb: Rgb,
}

/// The eleven basic colour terms.
pub static COLOURS: [Colour; 11] = [
    Colour { name: "red", rgb: [215, 38, 38] },
    Colour { name: "orange", rgb: [245, 140, 25] },
    Colour { name: "yellow", rgb: [245, 220, 50] },
    Colour { name: "green", rgb: [50, 160, 65] },
    Colour { name: "blue", rgb: [45, 85, 205] },
    Colour { name: "purple", rgb: [130, 55, 170] },
    Colour { name: "pink", rgb: [250, 155, 190] },
    Colour { name: "brown", rgb: [125, 75, 35] },
    Colour { name: "black", rgb: [25, 25, 28] },
    Colour { name: "white", rgb: [246, 246, 244] },
    Colour { name: "gray", rgb: [135, 137, 140] },
];

impl Colour {
    /// A shade that still deserves the name.
    pub(super) fn shade(&self, rng: &mut mlpt_core::rng::Rng) -> Rgb {
        self.rgb.map(|c| (i16::from(c) + rng.random_range(-14i16..=14)).clamp(0, 255) as u8)
    }
}

/// `a` and `b` mixed, `t` of `b`.
pub(super) fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [0, 1, 2].map(|i| (f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * t).clamp(0.0, 255.0) as u8)
}

/// Brightness, 0 to 255.
pub(super) fn luminance(c: Rgb) -> f32 {
    0.3 * f32::from(c[0]) + 0.59 * f32::from(c[1]) + 0.11 * f32::from(c[2])
}

/// Fully saturated colour of a hue in turns, of this brightness.
pub(super) fn hue(turn: f32, saturation: f32, value: f32) -> Rgb {
    [0.0, 1.0 / 3.0, 2.0 / 3.0].map(|offset: f32| {
        let t = (turn + offset).rem_euclid(1.0) * 6.0;
        let level = ((t - 3.0).abs() - 1.0).clamp(0.0, 1.0);
        (255.0 * value * (1.0 - saturation * (1.0 - level))) as u8
    })
}
