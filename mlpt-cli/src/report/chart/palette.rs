//! Colours that people with any kind of colour vision can tell apart (Okabe and Ito 2008).

use plotters::style::RGBColor;

/// Text.
pub(super) const TEXT: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Lines of a grid.
pub(super) const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
/// Axes.
pub(super) const AXIS: RGBColor = RGBColor(0x88, 0x88, 0x88);

/// A colour; `page.css` has another shade of it for dark pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) enum Palette {
    Blue,
    Orange,
    Green,
    Purple,
    Sky,
    Amber,
    Grey,
    Text,
}

impl Palette {
    const SERIES: [Self; 6] = [Self::Blue, Self::Orange, Self::Green, Self::Purple, Self::Amber, Self::Sky];

    /// The colour of the `n`-th line; they come again after six.
    pub(in crate::report) fn series(n: usize) -> Self {
        Self::SERIES[n % Self::SERIES.len()]
    }

    /// As it is drawn.
    pub(super) fn rgb(self) -> RGBColor {
        match self {
            Self::Blue => RGBColor(0x00, 0x72, 0xb2),
            Self::Orange => RGBColor(0xd5, 0x5e, 0x00),
            Self::Green => RGBColor(0x00, 0x9e, 0x73),
            Self::Purple => RGBColor(0xcc, 0x79, 0xa7),
            Self::Sky => RGBColor(0x56, 0xb4, 0xe9),
            Self::Amber => RGBColor(0xe6, 0x9f, 0x00),
            Self::Grey => RGBColor(0x77, 0x77, 0x77),
            Self::Text => TEXT,
        }
    }

    /// As the style sheet calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Orange => "orange",
            Self::Green => "green",
            Self::Purple => "purple",
            Self::Sky => "sky",
            Self::Amber => "amber",
            Self::Grey => "grey",
            Self::Text => "text",
        }
    }
}
