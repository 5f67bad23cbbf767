//! The policy that AutoAugment found for ImageNet (Cubuk et al., 2019, appendix).

use super::Sub;
use crate::data::transform::augment::Kind::{
    AutoContrast, Color, Contrast, Equalize, Invert, Posterize, Rotate, Sharpness, ShearX, Solarize,
};

/// See [`Sub`].
pub(in crate::data::transform::augment) const TABLE: [Sub; 25] = [
    [(0.4, Posterize, 8), (0.6, Rotate, 9)],
    [(0.6, Solarize, 5), (0.6, AutoContrast, 5)],
    [(0.8, Equalize, 8), (0.6, Equalize, 3)],
    [(0.6, Posterize, 7), (0.6, Posterize, 6)],
    [(0.4, Equalize, 7), (0.2, Solarize, 4)],
    [(0.4, Equalize, 4), (0.8, Rotate, 8)],
    [(0.6, Solarize, 3), (0.6, Equalize, 7)],
    [(0.8, Posterize, 5), (1.0, Equalize, 2)],
    [(0.2, Rotate, 3), (0.6, Solarize, 8)],
    [(0.6, Equalize, 8), (0.4, Posterize, 6)],
    [(0.8, Rotate, 8), (0.4, Color, 0)],
    [(0.4, Rotate, 9), (0.6, Equalize, 2)],
    [(0.0, Equalize, 7), (0.8, Equalize, 8)],
    [(0.6, Invert, 4), (1.0, Equalize, 8)],
    [(0.6, Color, 4), (1.0, Contrast, 8)],
    [(0.8, Rotate, 8), (1.0, Color, 2)],
    [(0.8, Color, 8), (0.8, Solarize, 7)],
    [(0.4, Sharpness, 7), (0.6, Invert, 8)],
    [(0.6, ShearX, 5), (1.0, Equalize, 9)],
    [(0.4, Color, 0), (0.6, Equalize, 3)],
    [(0.4, Equalize, 7), (0.2, Solarize, 4)],
    [(0.6, Solarize, 5), (0.6, AutoContrast, 5)],
    [(0.6, Invert, 4), (1.0, Equalize, 8)],
    [(0.6, Color, 4), (1.0, Contrast, 8)],
    [(0.8, Equalize, 8), (0.6, Equalize, 3)],
];
