//! The policy that AutoAugment found for SVHN (Cubuk et al., 2019, appendix).

use super::Sub;
use crate::data::transform::augment::Kind::{
    AutoContrast, Contrast, Equalize, Invert, Rotate, ShearX, ShearY, Solarize, TranslateX, TranslateY,
};

/// See [`Sub`].
pub(in crate::data::transform::augment) const TABLE: [Sub; 25] = [
    [(0.9, ShearX, 4), (0.2, Invert, 3)],
    [(0.9, ShearY, 8), (0.7, Invert, 5)],
    [(0.6, Equalize, 5), (0.6, Solarize, 6)],
    [(0.9, Invert, 3), (0.6, Equalize, 3)],
    [(0.6, Equalize, 1), (0.9, Rotate, 3)],
    [(0.9, ShearX, 4), (0.8, AutoContrast, 3)],
    [(0.9, ShearY, 8), (0.4, Invert, 5)],
    [(0.9, ShearY, 5), (0.2, Solarize, 6)],
    [(0.9, Invert, 6), (0.8, AutoContrast, 1)],
    [(0.6, Equalize, 3), (0.9, Rotate, 3)],
    [(0.9, ShearX, 4), (0.3, Solarize, 3)],
    [(0.8, ShearY, 8), (0.7, Invert, 4)],
    [(0.9, Equalize, 5), (0.6, TranslateY, 6)],
    [(0.9, Invert, 4), (0.6, Equalize, 7)],
    [(0.3, Contrast, 3), (0.8, Rotate, 4)],
    [(0.8, Invert, 5), (0.0, TranslateY, 2)],
    [(0.7, ShearY, 6), (0.4, Solarize, 8)],
    [(0.6, Invert, 4), (0.8, Rotate, 4)],
    [(0.3, ShearY, 7), (0.9, TranslateX, 3)],
    [(0.1, ShearX, 6), (0.6, Invert, 5)],
    [(0.7, Solarize, 2), (0.6, TranslateY, 7)],
    [(0.8, ShearY, 4), (0.8, Invert, 8)],
    [(0.7, ShearX, 9), (0.8, TranslateY, 3)],
    [(0.8, ShearY, 5), (0.7, AutoContrast, 3)],
    [(0.7, ShearX, 2), (0.1, Invert, 5)],
];
