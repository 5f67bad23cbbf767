//! What a captioned picture shows.

use super::catalog::Catalog;
use super::colour::{COLOURS, Colour};
use super::texture::Texture;
use mlpt_core::rng::Rng;
use rand::Rng as _;
use rand::seq::IndexedRandom as _;

/// One kind of thing with its looks.
#[derive(Clone, Debug, PartialEq)]
pub struct Thing {
    /// Position in the [`Catalog`].
    pub concept: usize,
    /// The main colour.
    pub colour: &'static Colour,
    /// The surface.
    pub texture: Texture,
}

/// How much of the picture a single thing takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Under 45 % of the shorter side.
    Small,
    /// In between; not worth a word.
    Medium,
    /// Over 80 %.
    Large,
}

/// Where a single thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// About the middle.
    Middle,
    /// At the left edge.
    Left,
    /// At the right edge.
    Right,
    /// At the upper edge.
    Top,
    /// At the lower edge.
    Bottom,
}

/// How things stand together.
#[derive(Clone, Debug, PartialEq)]
pub enum Layout {
    /// One thing.
    Alone(Size, Place),
    /// Two to five of the same kind, left to right.
    Row(usize),
    /// Two to four of the same kind, top to bottom.
    Column(usize),
    /// Two to five of the same kind, anywhere.
    Scattered(usize),
    /// The thing on the left, another kind on the right.
    Beside(Thing),
    /// The thing above, another kind below.
    Above(Thing),
}

/// What is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backdrop {
    /// One colour.
    Plain,
    /// Light to dark in one colour.
    Gradient,
    /// Coarse noise.
    Noisy,
}

/// What a captioned picture shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The kind of thing that it is about.
    pub thing: Thing,
    /// How many there are, where, and what else.
    pub layout: Layout,
    /// What is behind.
    pub backdrop: Backdrop,
    /// The colour of what is behind.
    pub ground: &'static Colour,
}

impl Thing {
    fn draw(catalog: &Catalog, not: &[&Colour], rng: &mut Rng) -> Self {
        let texture = match rng.random_range(0..100) {
            0..56 => Texture::Plain,
            56..67 => Texture::Striped,
            67..76 => Texture::Dotted,
            76..83 => Texture::Checkered,
            83..88 => Texture::Hatched,
            _ => Texture::Outlined,
        };
        let concept = rng.random_range(0..catalog.concepts().len());
        Self { concept, colour: colour(not, rng), texture }
    }
}

fn colour(not: &[&Colour], rng: &mut Rng) -> &'static Colour {
    loop {
        let drawn = &COLOURS[rng.random_range(0..COLOURS.len())];
        // Neighbours that cannot be told apart once both are shaded.
        let alike = |other: &&Colour| {
            let pair = [drawn.name, other.name];
            drawn == *other
                || [["red", "brown"], ["brown", "red"], ["pink", "white"], ["white", "pink"]].contains(&pair)
        };
        if !not.iter().any(alike) {
            return drawn;
        }
    }
}

impl Scene {
    /// Draws a scene; `alone` is the probability that it becomes one large thing in the middle.
    pub(super) fn draw(catalog: &Catalog, alone: f64, rng: &mut Rng) -> Self {
        let ground = match rng.random_range(0..10) {
            // As most drawings: on white.
            0..3 => &COLOURS[9],
            _ => colour(&[], rng),
        };
        let thing = Thing::draw(catalog, &[ground], rng);
        let mut other = Thing::draw(catalog, &[ground], rng);
        if other.concept == thing.concept {
            other.concept = (other.concept + 1) % catalog.concepts().len();
        }
        let layout = match rng.random_range(0..100) {
            0..46 => Layout::Alone(size(rng), Place::Middle),
            46..60 => {
                let size = if rng.random() { Size::Small } else { Size::Medium };
                let places = [Place::Left, Place::Right, Place::Top, Place::Bottom];
                Layout::Alone(size, places.choose(rng).copied().unwrap_or(Place::Left))
            }
            60..68 => Layout::Row(rng.random_range(2..=5)),
            68..74 => Layout::Column(rng.random_range(2..=4)),
            74..82 => Layout::Scattered(rng.random_range(2..=5)),
            82..92 => Layout::Beside(other),
            _ => Layout::Above(other),
        };
        let backdrop = match rng.random_range(0..10) {
            0..6 => Backdrop::Plain,
            6..8 => Backdrop::Gradient,
            _ => Backdrop::Noisy,
        };
        let alone = alone > 0.0 && rng.random_bool(alone.min(1.0));
        let layout = if alone { Layout::Alone(Size::Large, Place::Middle) } else { layout };
        Self { thing, layout, backdrop, ground }
    }

    /// How many things of the main kind there are.
    pub fn count(&self) -> usize {
        match self.layout {
            Layout::Row(n) | Layout::Column(n) | Layout::Scattered(n) => n,
            _ => 1,
        }
    }

    /// The thing of another kind, where there is one.
    pub fn other(&self) -> Option<&Thing> {
        match &self.layout {
            Layout::Beside(other) | Layout::Above(other) => Some(other),
            _ => None,
        }
    }
}

fn size(rng: &mut Rng) -> Size {
    match rng.random_range(0..10) {
        0..2 => Size::Small,
        2..6 => Size::Medium,
        _ => Size::Large,
    }
}
