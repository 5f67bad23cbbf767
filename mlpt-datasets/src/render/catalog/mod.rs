//! The things that can be drawn: names and outlines.

mod creatures;
mod food;
mod household;
mod nature;
mod shapes;
mod tools;
mod vehicles;

use super::path::{Polyline, parse};
use mlpt_core::{Error, Result};

/// What a part of a thing is painted with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ink {
    /// Filled with the thing's own colour and texture.
    Body,
    /// Filled with a companion of the colour.
    Trim,
    /// Filled with a pale companion.
    Pale,
    /// Filled with the line colour.
    Dark,
    /// A stroke of this width in the thing's own colour.
    Line(f32),
    /// A stroke of this width in the companion colour.
    TrimLine(f32),
    /// A stroke of this width in the line colour.
    DarkLine(f32),
}

impl Ink {
    /// The width of a stroke, or `None` for a filled part.
    pub fn width(self) -> Option<f32> {
        match self {
            Ink::Line(w) | Ink::TrimLine(w) | Ink::DarkLine(w) => Some(w),
            _ => None,
        }
    }
}

/// Name, plural and parts, back to front.
type Row = (&'static str, &'static str, &'static [(Ink, &'static str)]);

/// One part of a thing.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is painted with.
    pub ink: Ink,
    /// Its outline, in the box of ±100.
    pub lines: Vec<Polyline>,
}

/// A thing that can be drawn and named.
#[derive(Clone, Debug)]
pub struct Concept {
    /// Plain-language name in lower case, one or two words.
    pub name: &'static str,
    /// Its plural.
    pub plural: &'static str,
    /// Back to front.
    pub parts: Vec<Part>,
}

/// Every thing that can be drawn.
#[derive(Clone, Debug)]
pub struct Catalog {
    concepts: Vec<Concept>,
}

impl Catalog {
    /// All concepts, in a fixed order.
    ///
    /// # Errors
    /// When an outline is malformed, which the tests rule out.
    pub fn new() -> Result<Self> {
        let rows =
            [shapes::ROWS, nature::ROWS, food::ROWS, creatures::ROWS, vehicles::ROWS, household::ROWS, tools::ROWS];
        let concept = |&(name, plural, parts): &Row| -> Result<Concept> {
            let parts =
                parts.iter().map(|&(ink, text)| Ok(Part { ink, lines: parse(text)? })).collect::<Result<_>>()?;
            Ok(Concept { name, plural, parts })
        };
        Ok(Self { concepts: rows.iter().copied().flatten().map(concept).collect::<Result<_>>()? })
    }

    /// The concepts.
    pub fn concepts(&self) -> &[Concept] {
        &self.concepts
    }

    /// The position of the concept called `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, name: &str) -> Result<usize> {
        let found = self.concepts.iter().position(|c| c.name == name);
        found.ok_or_else(|| Error::invalid(format!("nothing called '{name}' can be drawn")))
    }
}
