//! Pictures of noise around a colour: six of each of three classes, every third with a wrong label.

use image::{Rgb, RgbImage};
use mlpt_core::data::{ImageRef, ImageStore, Item};
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Result};
use rand::Rng;
use std::sync::Arc;

const CLASSES: usize = 3;
const EACH: usize = 6;

struct Noise;

impl ImageStore for Noise {
    fn load(&self, key: &str) -> Result<RgbImage> {
        let class = key.split('/').next().and_then(|c| c.parse::<usize>().ok());
        let class = class.ok_or_else(|| Error::invalid(format!("no picture '{key}'")))?;
        let mut rng = RngTree::new(7).child(key).rng();
        Ok(RgbImage::from_fn(40, 36, |_, _| {
            let mut pixel = [0u8; 3].map(|_| rng.random_range(0..120));
            pixel[class % 3] += 120;
            Rgb(pixel)
        }))
    }
}

/// The items; their keys name the true class, their labels are as given.
pub fn items() -> Vec<Item> {
    let store: Arc<dyn ImageStore> = Arc::new(Noise);
    let all = (0..CLASSES).flat_map(|class| (0..EACH).map(move |i| (class, i)));
    all.map(|(class, i)| Item {
        image: ImageRef::Stored { store: store.clone(), key: format!("{class}/{i}").into() },
        label: if i % 3 == 2 { (class + 1) % CLASSES } else { class },
        domain: 0,
    })
    .collect()
}
