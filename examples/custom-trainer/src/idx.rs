//! The IDX files of MNIST and Fashion-MNIST (LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998):
//! all pictures in one file, all labels in another.

use image::{DynamicImage, GrayImage, RgbImage};
use mlpt_core::config::Section;
use mlpt_core::data::{ImageRef, ImageStore, Item, Splits, set_aside};
use mlpt_core::registries::{DatasetContext, DatasetFactory};
use mlpt_core::registry::Entry;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Registries, Result, section};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SECTION: &str = "DATASET.IDX";

section! {
    /// Settings of the data set, at `DATASET.IDX`.
    pub struct IdxConfig {
        /// What prompts call the classes, in the order of the labels.
        pub classes: Vec<String> = Vec::new(), "CLASSES";
        /// Seed of the fifth of the training images that is set aside for validation; not the run's.
        pub seed: usize = 1, "SEED";
    }
}

/// The pictures of one file, grey, a byte a pixel.
struct Pictures {
    path: PathBuf,
    height: u32,
    width: u32,
    pixels: Vec<u8>,
}

impl Pictures {
    fn side(&self) -> usize {
        self.height as usize * self.width as usize
    }

    fn get(&self, number: usize) -> Option<&[u8]> {
        self.pixels.chunks_exact(self.side()).nth(number)
    }
}

/// Pictures by keys such as `train/00017`.
struct Store([(&'static str, Pictures); 2]);

impl Store {
    fn find(&self, key: &str) -> Result<(&Pictures, &[u8])> {
        let found = key.split_once('/').and_then(|(split, number)| {
            let (_, pictures) = self.0.iter().find(|(name, _)| *name == split)?;
            Some((pictures, pictures.get(number.parse().ok()?)?))
        });
        found.ok_or_else(|| Error::invalid(format!("the IDX files have no picture called '{key}'")))
    }
}

impl ImageStore for Store {
    fn load(&self, key: &str) -> Result<RgbImage> {
        let (pictures, pixels) = self.find(key)?;
        let grey = GrayImage::from_raw(pictures.width, pictures.height, pixels.to_vec());
        let grey = grey.ok_or_else(|| Error::data(&pictures.path, format!("the picture '{key}' is incomplete")))?;
        Ok(DynamicImage::ImageLuma8(grey).into_rgb8())
    }

    fn bytes(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let (pictures, pixels) = self.find(key)?;
        // The same pixels in another shape are another picture.
        Ok(Some([&pictures.height.to_be_bytes()[..], &pictures.width.to_be_bytes(), pixels].concat()))
    }
}

fn load(ctx: &DatasetContext<'_>) -> Result<Splits> {
    let config: IdxConfig = ctx.scope.config().section(SECTION)?;
    if config.classes.is_empty() {
        return Err(Error::Config(vec![format!(
            "{SECTION}.CLASSES is empty: name the classes in the order of the labels"
        )]));
    }
    let root = mlpt_datasets::root::data_root(&ctx.root, "Idx")?;
    let (train, train_labels) = pair(&root, "train", config.classes.len())?;
    let (test, test_labels) = pair(&root, "t10k", config.classes.len())?;
    let store: Arc<dyn ImageStore> = Arc::new(Store([("train", train), ("test", test)]));
    let items = |split: &str, labels: Vec<usize>| -> Vec<Item> {
        let image = |number| ImageRef::Stored { store: store.clone(), key: format!("{split}/{number:05}").into() };
        labels.into_iter().enumerate().map(|(number, label)| Item { image: image(number), label, domain: 0 }).collect()
    };
    let mut splits =
        Splits { test: items("test", test_labels), template: "a photo of a {}.".to_owned(), ..Splits::default() };
    let all = items("train", train_labels);
    for (label, class) in config.classes.iter().enumerate() {
        let own: Vec<Item> = all.iter().filter(|item| item.label == label).cloned().collect();
        let mut rng = RngTree::new(config.seed as u64).child("idx").child(class).rng();
        let [kept, aside] = set_aside(own, &mut rng)
            .ok_or_else(|| Error::data(&root, format!("class '{class}' has fewer than 3 training images")))?;
        splits.train.extend(kept);
        splits.val.extend(aside);
    }
    splits.class_names = config.classes;
    Ok(splits)
}

/// The pictures of one split and their labels.
fn pair(root: &Path, name: &str, classes: usize) -> Result<(Pictures, Vec<usize>)> {
    let path = root.join(format!("{name}-images-idx3-ubyte"));
    let ([count, height, width], pixels) = read(&path, 0x0803)?;
    if height == 0 || width == 0 {
        return Err(Error::data(path, format!("its pictures are {width} x {height} pixels large")));
    }
    let list = root.join(format!("{name}-labels-idx1-ubyte"));
    let ([labels_count], labels) = read(&list, 0x0801)?;
    if labels_count != count {
        return Err(Error::data(
            list,
            format!("it holds {labels_count} labels, and {} {count} pictures", path.display()),
        ));
    }
    let labels: Vec<usize> = labels.into_iter().map(usize::from).collect();
    if let Some(number) = labels.iter().position(|label| *label >= classes) {
        let message = format!("label {number} is {}, but {SECTION}.CLASSES names {classes} classes", labels[number]);
        return Err(Error::data(list, message));
    }
    Ok((Pictures { path, height, width, pixels }, labels))
}

/// The sizes that stand at the head of an IDX file, and the bytes behind it.
fn read<const N: usize>(path: &Path, magic: u32) -> Result<([u32; N], Vec<u8>)> {
    let mut bytes = std::fs::read(path).map_err(|e| Error::io(path, e))?;
    let number = |at: usize| Some(u32::from_be_bytes(*bytes.get(4 * at..)?.first_chunk()?));
    let sizes: Option<Vec<u32>> = (1..=N).map(number).collect();
    let (Some(first), Some(sizes)) = (number(0), sizes.and_then(|sizes| <[u32; N]>::try_from(sizes).ok())) else {
        return Err(Error::data(path, "it breaks off within its head"));
    };
    if first != magic {
        let message =
            format!("it begins with {first:#010x}, not with {magic:#010x}: is it another file, or packed still?");
        return Err(Error::data(path, message));
    }
    let rest = bytes.split_off(4 * (N + 1));
    let wanted: u128 = sizes.iter().map(|&size| u128::from(size)).product();
    if rest.len() as u128 != wanted {
        return Err(Error::data(
            path,
            format!("it holds {} bytes behind its head, not {wanted}: fetch it again", rest.len()),
        ));
    }
    Ok((sizes, rest))
}

/// Adds the data set.
///
/// # Errors
/// When the name is taken.
pub(crate) fn register(all: &mut Registries) -> Result<()> {
    let factory: DatasetFactory = Arc::new(load);
    let doc = "MNIST and its like, unpacked, in DATASET.ROOT: train-images-idx3-ubyte, train-labels-idx1-ubyte, and the same \
               beginning with t10k for testing. A fifth of the training images is for validation.";
    let entry = Entry::new("Idx", "pictures in the IDX files of MNIST", doc, factory);
    all.datasets.register(entry.aliases(&["MNIST"]).keys(IdxConfig::keys_below(SECTION)))
}
