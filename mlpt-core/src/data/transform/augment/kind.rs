//! The operations of the published policies, by name.

/// What an entry of a policy does; how strongly is said beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Identity,
    /// Every channel from 0 to 255.
    AutoContrast,
    /// Levels equally frequent.
    Equalize,
    /// Light for dark.
    Invert,
    /// Fewer bits.
    Posterize,
    /// Light levels inverted.
    Solarize,
    /// Lighter, then light levels inverted.
    SolarizeAdd,
    /// Saturation.
    Color,
    /// Contrast.
    Contrast,
    /// Brightness.
    Brightness,
    /// Sharpness.
    Sharpness,
    /// A turn.
    Rotate,
    /// A shear of the rows.
    ShearX,
    /// A shear of the columns.
    ShearY,
    /// A shift along the rows by a share of the width.
    TranslateX,
    /// A shift along the columns by a share of the height.
    TranslateY,
    /// A shift along the rows in pixels.
    TranslateXabs,
    /// A shift along the columns in pixels.
    TranslateYabs,
    /// A square of one colour, its side in pixels.
    CutoutAbs,
}

impl Kind {
    /// Whether it is a shear or a shift, which goes one way or the other.
    pub(super) fn is_move(self) -> bool {
        use Kind::{ShearX, ShearY, TranslateX, TranslateXabs, TranslateY, TranslateYabs};
        matches!(self, ShearX | ShearY | TranslateX | TranslateY | TranslateXabs | TranslateYabs)
    }

    /// Whether it is a blend with a factor.
    pub(super) fn is_blend(self) -> bool {
        matches!(self, Kind::Color | Kind::Contrast | Kind::Brightness | Kind::Sharpness)
    }
}
