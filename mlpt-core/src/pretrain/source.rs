//! Where captioned pictures come from.

use crate::data::Item;
use crate::rng::RngTree;
use crate::{Error, Result};
use image::RgbImage;
use rand::Rng as _;
use rand::seq::IndexedRandom as _;

/// Gives captioned pictures, as many as are asked for.
pub trait CaptionSource: Send + Sync {
    /// The picture and caption that `rng` leads to.
    ///
    /// # Errors
    /// When a picture cannot be read.
    fn sample(&self, rng: &RngTree) -> Result<(RgbImage, String)>;

    /// A caption alone, for making the tokenizer.
    ///
    /// # Errors
    /// As [`CaptionSource::sample`].
    fn caption(&self, rng: &RngTree) -> Result<String> {
        self.sample(rng).map(|(_, caption)| caption)
    }

    /// Whether a mirrored picture still fits its caption.
    fn may_flip(&self, _rng: &RngTree) -> bool {
        false
    }
}

/// Forms of a caption that has only a class name to say.
const FORMS: [&str; 12] = [
    "a photo of a {}.",
    "a photo of the {}.",
    "a picture of a {}.",
    "a close-up photo of a {}.",
    "a bad photo of a {}.",
    "a good photo of the {}.",
    "an image of a {}.",
    "one {}.",
    "this is a {}.",
    "a {} in a photo.",
    "the {}.",
    "{}",
];

/// The pictures of any data set, captioned with their class names.
pub struct ClassCaptions {
    items: Vec<Item>,
    names: Vec<String>,
}

impl ClassCaptions {
    /// Takes the pictures; `names` by label.
    ///
    /// # Errors
    /// When there is no picture left.
    pub fn new(items: Vec<Item>, names: Vec<String>) -> Result<Self> {
        if items.is_empty() {
            return Err(Error::invalid("no picture is left to pre-train on: every one is excluded"));
        }
        Ok(Self { items, names })
    }

    fn pick(&self, rng: &RngTree) -> Result<(&Item, String)> {
        let mut draw = rng.child("class").rng();
        let none = || Error::invalid("no picture to caption");
        let item = self.items.choose(&mut draw).ok_or_else(none)?;
        let form = FORMS.choose(&mut draw).ok_or_else(none)?;
        Ok((item, form.replace("{}", &self.names[item.label])))
    }
}

impl CaptionSource for ClassCaptions {
    fn sample(&self, rng: &RngTree) -> Result<(RgbImage, String)> {
        let (item, caption) = self.pick(rng)?;
        Ok((item.image.decode()?, caption))
    }

    fn caption(&self, rng: &RngTree) -> Result<String> {
        self.pick(rng).map(|(_, caption)| caption)
    }

    fn may_flip(&self, _rng: &RngTree) -> bool {
        true
    }
}

/// Two sources in a fixed proportion.
pub struct Mixed {
    /// Taken with probability `fraction`.
    pub first: Box<dyn CaptionSource>,
    /// Taken otherwise.
    pub second: Box<dyn CaptionSource>,
    /// Probability of the first.
    pub fraction: f64,
}

impl Mixed {
    fn choose(&self, rng: &RngTree) -> &dyn CaptionSource {
        if rng.child("mix").rng().random_bool(self.fraction.clamp(0.0, 1.0)) { &*self.first } else { &*self.second }
    }
}

impl CaptionSource for Mixed {
    fn sample(&self, rng: &RngTree) -> Result<(RgbImage, String)> {
        self.choose(rng).sample(rng)
    }

    fn caption(&self, rng: &RngTree) -> Result<String> {
        self.choose(rng).caption(rng)
    }

    fn may_flip(&self, rng: &RngTree) -> bool {
        self.choose(rng).may_flip(rng)
    }
}
