//! Presets: whole experiments by name, in the binary.

use crate::registry::nearest;
use crate::{Error, Result};

/// A named set of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The name for `--preset`.
    pub name: &'static str,
    /// The file's text, TOML; its first comment line says what it is for.
    pub text: &'static str,
}

/// Every preset in the binary.
pub const PRESETS: &[Preset] = &[
    Preset { name: "audit", text: include_str!("../../../configs/presets/audit.toml") },
    Preset { name: "demo", text: include_str!("../../../configs/presets/demo.toml") },
    Preset { name: "published", text: include_str!("../../../configs/presets/published.toml") },
];

impl Preset {
    /// The preset with this name, in any case.
    ///
    /// # Errors
    /// [`Error::UnknownName`] with the nearest names.
    pub fn named(name: &str) -> Result<Self> {
        PRESETS.iter().find(|p| p.name.eq_ignore_ascii_case(name)).copied().ok_or_else(|| Error::UnknownName {
            kind: "preset",
            name: name.to_owned(),
            nearest: nearest(name, PRESETS.iter().map(|p| p.name)),
            known: PRESETS.iter().map(|p| p.name.to_owned()).collect(),
        })
    }

    /// One line on what it is for.
    pub fn summary(&self) -> &'static str {
        self.text.lines().next().unwrap_or("").trim_start_matches(['#', ' '])
    }
}
