//! Pictures with captions, without end: what the built-in model learns from.

use super::catalog::Catalog;
use super::colour::COLOURS;
use super::scene::{Backdrop, Layout, Place, Scene, Size, Thing};
use super::texture::Texture;
use super::{caption, flat};
use image::RgbImage;
use mlpt_core::Result;
use mlpt_core::rng::{Rng, RngTree};
use rand::Rng as _;

/// How large the pictures are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The shorter side, at least, in pixels.
    pub min_side: u32,
    /// The shorter side, at most.
    pub max_side: u32,
    /// The longer side over the shorter, at most; 1 makes squares.
    pub max_aspect: f32,
    /// Share of pictures, beside what chance brings, that show one thing, large, in the middle.
    pub alone: f64,
}

impl Default for Frame {
    fn default() -> Self {
        Self { min_side: 64, max_side: 112, max_aspect: 1.34, alone: 0.0 }
    }
}

/// A picture, what it shows and how one may say so.
#[derive(Clone, Debug)]
pub struct Captioned {
    /// The picture.
    pub image: RgbImage,
    /// What it shows.
    pub scene: Scene,
    /// A true sentence or phrase about it in lower-case ASCII; not everything is mentioned.
    pub caption: String,
}

/// The source of captioned pictures. It has no state: every picture hangs on its node of the tree alone.
#[derive(Clone, Debug)]
pub struct CaptionedPictures {
    catalog: Catalog,
    frame: Frame,
}

impl CaptionedPictures {
    /// A source of pictures of these sizes.
    ///
    /// # Errors
    /// When an outline of the catalog is malformed, which the tests rule out.
    pub fn new(frame: Frame) -> Result<Self> {
        Ok(Self { catalog: Catalog::new()?, frame })
    }

    /// The things that can occur.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The picture at this node.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn sample(&self, rng: &RngTree) -> Result<Captioned> {
        let mut draw = rng.child("scene").rng();
        let scene = self.scene(&mut draw);
        let (width, height) = self.size(&scene, &mut draw);
        let image = flat::render(&self.catalog, &scene, width, height, &mut rng.child("pixels").rng())?;
        let caption = caption::write(&self.catalog, &scene, &mut rng.child("caption").rng());
        Ok(Captioned { image, scene, caption })
    }

    /// The scene of a picture.
    pub(super) fn scene(&self, draw: &mut Rng) -> Scene {
        Scene::draw(&self.catalog, self.frame.alone, draw)
    }

    /// Another caption of a scene.
    pub fn caption(&self, scene: &Scene, rng: &RngTree) -> String {
        caption::write(&self.catalog, scene, &mut rng.child("caption").rng())
    }

    /// One large thing on white, for contact sheets.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn plain(&self, concept: usize, rng: &RngTree) -> Result<RgbImage> {
        let scene = Scene {
            thing: Thing { concept, colour: &COLOURS[concept % 8], texture: Texture::Plain },
            layout: Layout::Alone(Size::Large, Place::Middle),
            backdrop: Backdrop::Plain,
            ground: &COLOURS[9],
        };
        flat::render(&self.catalog, &scene, self.frame.max_side, self.frame.max_side, &mut rng.rng())
    }

    fn size(&self, scene: &Scene, rng: &mut Rng) -> (u32, u32) {
        let Frame { min_side, max_side, max_aspect, .. } = self.frame;
        let short = rng.random_range(min_side..=max_side.max(min_side));
        let aspect = if rng.random_bool(0.4) { 1.0 } else { 1.0 + rng.random::<f32>() * (max_aspect - 1.0).max(0.0) };
        let long = (short as f32 * aspect) as u32;
        let wide = match scene.layout {
            Layout::Row(_) | Layout::Beside(_) => true,
            Layout::Column(_) | Layout::Above(_) => false,
            _ => rng.random(),
        };
        if wide { (long, short) } else { (short, long) }
    }
}
