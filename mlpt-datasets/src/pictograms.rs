//! `Pictograms`: the data set that is always there, drawn when it is asked for.

use crate::render::{Catalog, ChalkStyle};
use image::RgbImage;
use mlpt_core::config::Section;
use mlpt_core::data::{ImageRef, ImageStore, Item, Splits};
use mlpt_core::registries::{DatasetContext, DatasetFactory};
use mlpt_core::registry::Entry;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Registries, Result};
use rand::Rng as _;
use std::sync::Arc;

/// The classes, by label. Neighbours look alike, so that a wrong label between them is a likely one.
pub const CLASSES: [&str; 24] = [
    "square",
    "diamond",
    "cup",
    "bottle",
    "bird",
    "butterfly",
    "car",
    "truck",
    "sun",
    "flower",
    "moon",
    "banana",
    "apple",
    "pear",
    "mushroom",
    "umbrella",
    "key",
    "hammer",
    "house",
    "tent",
    "fish",
    "leaf",
    "clock",
    "wheel",
];

/// Pictures a class: (split, count).
pub const COUNTS: [(&str, usize); 3] = [("train", 80), ("val", 20), ("test", 50)];

/// Section of its keys.
const SECTION: &str = "DATASET.PICTOGRAMS";

mlpt_core::section! {
    /// Which pictures are drawn.
    pub struct PictogramsConfig {
        /// Which pictures are drawn; not the run's SEED.
        pub seed: usize = 0_usize, "SEED";
        /// How far the style is from the one that the built-in model knows: wobble, shear, unusual colour.
        pub gap: f64 = ChalkStyle::GAP, "GAP";
        /// Amount of clutter, hidden parts, uneven light and blur.
        pub clutter: f64 = ChalkStyle::CLUTTER, "CLUTTER";
    }
}

const DOC: &str = "24 classes of chalk drawings, 80 training, 20 validation and 50 test pictures each, drawn by the \
program itself from DATASET.PICTOGRAMS.SEED whenever one is asked for. The built-in model has seen the same things, \
but never in this style: light, unsteady lines on a dark, worn board, with clutter, hidden parts, uneven light, blur \
and noise. The pictures do not depend on the run's SEED.";

/// Draws pictures by keys such as `train/fish/0017`.
struct Drawer {
    catalog: Catalog,
    style: ChalkStyle,
    root: RngTree,
}

impl ImageStore for Drawer {
    fn load(&self, key: &str) -> Result<RgbImage> {
        let known = |&(split, count): &(&str, usize), s: &str, n: usize| split == s && n < count;
        let concept = match key.split('/').collect::<Vec<_>>()[..] {
            [split, class, number] => number
                .parse()
                .ok()
                .filter(|&n| CLASSES.contains(&class) && COUNTS.iter().any(|c| known(c, split, n)))
                .and_then(|_| self.catalog.find(class).ok()),
            _ => None,
        };
        let concept = concept.ok_or_else(|| Error::invalid(format!("Pictograms has no picture called '{key}'")))?;
        let mut rng = self.root.child(key).rng();
        let short = rng.random_range(48..=120u32);
        let long = (short as f32 * rng.random_range(1.0..1.34f32)) as u32;
        let size = if rng.random() { [short, long] } else { [long, short] };
        self.style.render(&self.catalog, concept, size, &mut rng)
    }
}

/// The data set for a seed, in a style.
///
/// # Errors
/// When a class cannot be drawn, which the tests rule out.
pub fn pictograms(seed: u64, style: ChalkStyle) -> Result<Splits> {
    let catalog = Catalog::new()?;
    let store: Arc<dyn ImageStore> = Arc::new(Drawer { catalog, style, root: RngTree::new(seed).child("pictograms") });
    let items = |split: &str, count: usize| -> Vec<Item> {
        let item = |label: usize, class: &str, number: usize| Item {
            image: ImageRef::Stored { store: store.clone(), key: format!("{split}/{class}/{number:04}").into() },
            label,
            domain: 0,
        };
        CLASSES
            .iter()
            .enumerate()
            .flat_map(|(label, class)| (0..count).map(move |number| (label, class, number)))
            .map(|(label, class, number)| item(label, class, number))
            .collect()
    };
    let [train, val, test] = COUNTS.map(|(split, count)| items(split, count));
    Ok(Splits {
        train,
        val,
        test,
        class_names: CLASSES.map(str::to_owned).to_vec(),
        template: "a drawing of a {}.".to_owned(),
    })
}

fn build(context: &DatasetContext<'_>) -> Result<Splits> {
    let config: PictogramsConfig = context.scope.config().section(SECTION)?;
    for (key, value) in [("GAP", config.gap), ("CLUTTER", config.clutter)] {
        if !(0.0..=3.0).contains(&value) {
            return Err(Error::Config(vec![format!("{SECTION}.{key} is {value}: it must be from 0 to 3")]));
        }
    }
    let style = ChalkStyle { gap: config.gap as f32, clutter: config.clutter as f32 };
    pictograms(config.seed as u64, style)
}

/// Registers the data set.
///
/// # Errors
/// When its name is taken.
pub fn register(registries: &mut Registries) -> Result<()> {
    registries.datasets.register(
        Entry::new(
            "Pictograms",
            "24 classes of chalk drawings that the program draws itself",
            DOC,
            Arc::new(build) as DatasetFactory,
        )
        .aliases(&["builtin", "demo"])
        .keys(PictogramsConfig::keys_below(SECTION)),
    )
}
