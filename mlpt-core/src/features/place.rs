//! Where features are kept.

use crate::Result;
use crate::hub::Env;
use std::path::{Path, PathBuf};

crate::section! {
    /// Keeping image features on the disk: the section `FEATURES`.
    pub struct FeaturesConfig {
        /// Keep the features of images under the test transform on the disk, and read them there the next time; no
        /// figure depends on it.
        pub cache: bool = true, "CACHE";
        /// Folder for them; empty means `mlpt/features` in the user's cache folder (XDG_CACHE_HOME, or ~/.cache).
        pub dir: String = String::new(), "DIR";
    }
}

/// The folder that `FEATURES.DIR` means, or the default one where it is empty.
///
/// # Errors
/// When it needs a home folder and the system names none.
pub fn folder(dir: &str) -> Result<PathBuf> {
    let lookup = |name: &str| std::env::var(name).ok();
    folder_from(dir, &lookup)
}

/// The folder where features are kept unless somebody says otherwise.
///
/// # Errors
/// When the system names no home folder.
pub fn default_folder() -> Result<PathBuf> {
    folder("")
}

pub(super) fn folder_from(dir: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<PathBuf> {
    let env = Env::new(lookup);
    let dir = dir.trim();
    if !dir.is_empty() {
        return match Path::new(dir).strip_prefix("~") {
            Ok(below) => Ok(env.home("FEATURES.DIR")?.join(below)),
            Err(_) => Ok(dir.into()),
        };
    }
    let caches = match env.path(&["XDG_CACHE_HOME"])? {
        Some(caches) => caches,
        None => env.home("FEATURES.DIR")?.join(".cache"),
    };
    Ok(caches.join("mlpt").join("features"))
}
