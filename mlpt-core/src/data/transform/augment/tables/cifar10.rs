//! The policy that AutoAugment found for CIFAR-10 (Cubuk et al., 2019, appendix).

use super::Sub;
use crate::data::transform::augment::Kind::{
    AutoContrast, Brightness, Color, Contrast, Equalize, Invert, Posterize, Rotate, Sharpness, ShearY, Solarize,
    TranslateX, TranslateY,
};

/// See [`Sub`].
pub(in crate::data::transform::augment) const TABLE: [Sub; 25] = [
    [(0.1, Invert, 7), (0.2, Contrast, 6)],
    [(0.7, Rotate, 2), (0.3, TranslateX, 9)],
    [(0.8, Sharpness, 1), (0.9, Sharpness, 3)],
    [(0.5, ShearY, 8), (0.7, TranslateY, 9)],
    [(0.5, AutoContrast, 8), (0.9, Equalize, 2)],
    [(0.2, ShearY, 7), (0.3, Posterize, 7)],
    [(0.4, Color, 3), (0.6, Brightness, 7)],
    [(0.3, Sharpness, 9), (0.7, Brightness, 9)],
    [(0.6, Equalize, 5), (0.5, Equalize, 1)],
    [(0.6, Contrast, 7), (0.6, Sharpness, 5)],
    [(0.7, Color, 7), (0.5, TranslateX, 8)],
    [(0.3, Equalize, 7), (0.4, AutoContrast, 8)],
    [(0.4, TranslateY, 3), (0.2, Sharpness, 6)],
    [(0.9, Brightness, 6), (0.2, Color, 8)],
    [(0.5, Solarize, 2), (0.0, Invert, 3)],
    [(0.2, Equalize, 0), (0.6, AutoContrast, 0)],
    [(0.2, Equalize, 8), (0.6, Equalize, 4)],
    [(0.9, Color, 9), (0.6, Equalize, 6)],
    [(0.8, AutoContrast, 4), (0.2, Solarize, 8)],
    [(0.1, Brightness, 3), (0.7, Color, 0)],
    [(0.4, Solarize, 5), (0.9, AutoContrast, 3)],
    [(0.9, TranslateY, 9), (0.7, TranslateY, 9)],
    [(0.9, AutoContrast, 2), (0.8, Solarize, 3)],
    [(0.8, Equalize, 8), (0.1, Invert, 3)],
    [(0.7, TranslateY, 9), (0.9, AutoContrast, 1)],
];
