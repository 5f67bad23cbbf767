//! What the three RandAugments choose from: an operation, and the values between which its strength lies.

use super::Kind::{
    self, AutoContrast, Brightness, Color, Contrast, CutoutAbs, Equalize, Identity, Invert, Posterize, Rotate,
    Sharpness, ShearX, ShearY, Solarize, SolarizeAdd, TranslateX, TranslateXabs, TranslateY, TranslateYabs,
};

/// randaugment (Cubuk et al., 2020).
pub(super) const ORIGINAL: [(Kind, f64, f64); 16] = [
    (AutoContrast, 0.0, 1.0),
    (Equalize, 0.0, 1.0),
    (Invert, 0.0, 1.0),
    (Rotate, 0.0, 30.0),
    (Posterize, 4.0, 8.0),
    (Solarize, 0.0, 256.0),
    (SolarizeAdd, 0.0, 110.0),
    (Color, 0.1, 1.9),
    (Contrast, 0.1, 1.9),
    (Brightness, 0.1, 1.9),
    (Sharpness, 0.1, 1.9),
    (ShearX, 0.0, 0.3),
    (ShearY, 0.0, 0.3),
    (CutoutAbs, 0.0, 40.0),
    (TranslateXabs, 0.0, 100.0),
    (TranslateYabs, 0.0, 100.0),
];

/// randaugment_fixmatch (Sohn et al., 2020).
pub(super) const FIXMATCH: [(Kind, f64, f64); 14] = [
    (AutoContrast, 0.0, 1.0),
    (Brightness, 0.05, 0.95),
    (Color, 0.05, 0.95),
    (Contrast, 0.05, 0.95),
    (Equalize, 0.0, 1.0),
    (Identity, 0.0, 1.0),
    (Posterize, 4.0, 8.0),
    (Rotate, -30.0, 30.0),
    (Sharpness, 0.05, 0.95),
    (ShearX, -0.3, 0.3),
    (ShearY, -0.3, 0.3),
    (Solarize, 0.0, 256.0),
    (TranslateX, -0.3, 0.3),
    (TranslateY, -0.3, 0.3),
];

/// randaugment2, Dassl's own.
pub(super) const SECOND: [(Kind, f64, f64); 15] = [
    (AutoContrast, 0.0, 1.0),
    (Brightness, 0.1, 1.9),
    (Color, 0.1, 1.9),
    (Contrast, 0.1, 1.9),
    (Equalize, 0.0, 1.0),
    (Identity, 0.0, 1.0),
    (Invert, 0.0, 1.0),
    (Posterize, 4.0, 8.0),
    (Rotate, -30.0, 30.0),
    (Sharpness, 0.1, 1.9),
    (ShearX, -0.3, 0.3),
    (ShearY, -0.3, 0.3),
    (Solarize, 0.0, 256.0),
    (TranslateX, -0.3, 0.3),
    (TranslateY, -0.3, 0.3),
];
