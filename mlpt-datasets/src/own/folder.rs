//! A folder of one's own: `<root>/<class>/*.jpg`, or the same below `train`, `val` and `test`.

use super::found::Found;
use crate::listing::{class_folders, images};
use crate::root::data_root;
use mlpt_core::data::{ImageRef, Item, Splits};
use mlpt_core::data::{in_three, set_aside};
use mlpt_core::registries::{DatasetContext, DatasetFactory};
use mlpt_core::registry::Entry;
use mlpt_core::rng::RngTree;
use mlpt_core::{Error, Registries, Result};
use std::path::Path;
use std::sync::Arc;

mlpt_core::section! {
    /// The section `DATASET.FOLDER`.
    pub struct FolderConfig {
        /// Seed of the split that is drawn where there are no train and test folders; not that of
        /// the run, so that runs with different seeds share their test images.
        pub seed: usize = 1, "SEED";
    }
}

const SECTION: &str = "DATASET.FOLDER";
const DOC: &str = "Your own images: DATASET.ROOT/<class>/*.jpg (.jpeg, .png, upper or lower case; hidden files are \
ignored). Labels follow the sorted folder names, which are also the class names, with spaces for underscores; \
DATASET.CLASSES names a file with better ones. Of every class half goes to training, a fifth to validation and the rest to testing, drawn with DATASET.FOLDER.SEED. Where the \
root holds the folders train and test, they are the splits; val (or valid, validation) is the third, and without it a \
fifth of the training images is set aside.";

/// Registers `Folder`.
///
/// # Errors
/// When the name is taken.
pub fn register(registries: &mut Registries) -> Result<()> {
    use mlpt_core::config::Section;
    let factory: DatasetFactory = Arc::new(load);
    let entry = Entry::new("Folder", "your own images, one folder a class", DOC, factory);
    registries.datasets.register(entry.aliases(&["ImageFolder"]).keys(FolderConfig::keys_below(SECTION)))
}

fn load(ctx: &DatasetContext<'_>) -> Result<Splits> {
    let root = data_root(&ctx.root, "Folder")?;
    let config: FolderConfig = ctx.scope.config().section(SECTION)?;
    find(&root, config.seed as u64)?.into_splits(ctx)
}

/// The images below `root` with their folders' names.
pub(super) fn find(root: &Path, seed: u64) -> Result<Found> {
    let (parts, classes) = folder_splits(root, seed)?;
    let images: Arc<Path> = Arc::from(root);
    let item = |(path, label): (String, usize)| Item {
        image: ImageRef::File { root: images.clone(), relative: Arc::from(path) },
        label,
        domain: 0,
    };
    let parts = parts.map(|part| part.into_iter().map(item).collect());
    Ok(Found { source: root.to_owned(), parts, classes, numbers: false })
}

/// Path below the root and label.
type Listed = Vec<(String, usize)>;

/// Train, val and test with the folders' names.
fn folder_splits(root: &Path, seed: u64) -> Result<([Listed; 3], Vec<String>)> {
    let folders = class_folders(root)?;
    let first_of = |names: &[&'static str]| names.iter().copied().find(|n| folders.iter().any(|f| f == n));
    let val = first_of(&["val", "valid", "validation"]);
    let tree = RngTree::new(seed).child("folder");
    // A lone folder `train` may well be a class of vehicles.
    match (first_of(&["train"]), val, first_of(&["test"])) {
        (Some(_), Some(_), None) => Err(Error::data(
            root.join("test"),
            "there are folders of training and validation images, but no test images",
        )),
        (Some(train), val, Some(test)) => given_splits(root, (train, val, test), &tree),
        _ => drawn_splits(root, &folders, &tree),
    }
}

fn drawn_splits(root: &Path, folders: &[String], tree: &RngTree) -> Result<([Listed; 3], Vec<String>)> {
    check_classes(root, folders)?;
    let mut parts = [Listed::new(), Listed::new(), Listed::new()];
    for (label, class) in folders.iter().enumerate() {
        let paths = listed(root, class, class, label)?;
        let count = paths.len();
        let drawn = in_three(paths, &mut tree.child(class).rng()).ok_or_else(|| {
            Error::data(
                root.join(class),
                format!("class '{class}' has {count} images, too few for a split of 50, 20 and 30 %; 4 are enough"),
            )
        })?;
        parts.iter_mut().zip(drawn).for_each(|(all, part)| all.extend(part));
    }
    Ok((parts, folders.to_vec()))
}

fn given_splits(root: &Path, names: (&str, Option<&str>, &str), tree: &RngTree) -> Result<([Listed; 3], Vec<String>)> {
    let classes = class_folders(&root.join(names.0))?;
    check_classes(&root.join(names.0), &classes)?;
    let part = |name: &str| -> Result<Listed> {
        let mut all = Listed::new();
        for class in class_folders(&root.join(name))? {
            let label = classes.binary_search(&class).map_err(|_| {
                Error::data(root.join(name).join(&class), format!("class '{class}' has no folder below {}", names.0))
            })?;
            all.extend(listed(root, &format!("{name}/{class}"), &class, label)?);
        }
        if all.is_empty() {
            return Err(Error::data(root.join(name), "there are no class folders with images in it"));
        }
        Ok(all)
    };
    let mut train = part(names.0)?;
    let val = match names.1 {
        Some(val) => part(val)?,
        None => fifth_aside(root, &mut train, &classes, tree)?,
    };
    let test = part(names.2)?;
    Ok(([train, val, test], classes))
}

/// Takes a fifth of every class out of the training images.
fn fifth_aside(root: &Path, train: &mut Listed, classes: &[String], tree: &RngTree) -> Result<Listed> {
    let (mut kept, mut val) = (Listed::new(), Listed::new());
    for (label, class) in classes.iter().enumerate() {
        let paths: Listed = train.iter().filter(|p| p.1 == label).cloned().collect();
        let count = paths.len();
        let [rest, fifth] = set_aside(paths, &mut tree.child(class).rng()).ok_or_else(|| {
            Error::data(
                root.join("train").join(class),
                format!(
                    "class '{class}' has {count} images, too few to set a fifth aside for validation; 3 are enough, or \
                     make a folder val"
                ),
            )
        })?;
        kept.extend(rest);
        val.extend(fifth);
    }
    *train = kept;
    Ok(val)
}

fn check_classes(root: &Path, classes: &[String]) -> Result<()> {
    match classes.len() {
        0 => Err(Error::data(
            root,
            "there are no class folders in it: Folder expects one folder of images for each class",
        )),
        1 => Err(Error::data(
            root,
            format!("there is only one class folder in it, '{}': at least two classes are needed", classes[0]),
        )),
        _ => Ok(()),
    }
}

/// The images of one class, sorted, as paths below the root.
fn listed(root: &Path, folder: &str, class: &str, label: usize) -> Result<Listed> {
    let names = images(&root.join(folder))?;
    if names.is_empty() {
        return Err(Error::data(
            root.join(folder),
            format!("class '{class}' has no images (.jpg, .jpeg, .png); remove the folder or add some"),
        ));
    }
    Ok(names.into_iter().map(|name| (format!("{folder}/{name}"), label)).collect())
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
