//! Where data sets lie, and what the settings say of all of them.

use mlpt_core::registries::DatasetContext;
use mlpt_core::{Error, Result};
use std::path::{Path, PathBuf};

/// `DATASET.ROOT` as a folder that is there; a leading `~` is the home folder.
///
/// # Errors
/// When none was given, or it is no folder; the message names the key and the flag.
pub fn data_root(root: &Path, dataset: &str) -> Result<PathBuf> {
    if root.as_os_str().is_empty() {
        return Err(Error::invalid(format!(
            "{dataset} needs the folder that holds the data: set DATASET.ROOT or give --root FOLDER"
        )));
    }
    let root = expand_home(root);
    if root.is_dir() {
        return Ok(root);
    }
    let what = if root.exists() { "is not a folder" } else { "there is no such folder" };
    Err(Error::data(root, format!("{what}; DATASET.ROOT (--root) names the folder that holds the data of {dataset}")))
}

/// The path with the home folder for a leading `~`.
pub(crate) fn expand_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_owned(),
    }
}

/// `DATASET.TEMPLATE` where it is set, else the data set's own.
///
/// # Errors
/// When it has no `{}` for the class name.
pub(crate) fn template(ctx: &DatasetContext<'_>, own: &str) -> Result<String> {
    const KEY: &str = "DATASET.TEMPLATE";
    let config = ctx.scope.config();
    // Programs that bring their own schema may not have the key.
    let set: Option<String> = if config.resolved(KEY).is_ok() { config.get(KEY)? } else { None };
    let template = set.unwrap_or_else(|| own.to_owned());
    if !template.contains("{}") {
        return Err(Error::Config(vec![format!("{KEY}: '{template}' has no {{}} where the class name goes")]));
    }
    Ok(template)
}

/// A class's folder name as prompts use it.
pub(crate) fn display_name(name: &str) -> String {
    name.replace('_', " ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_or_the_key_is_named() {
        assert!(data_root(Path::new(""), "X").unwrap_err().to_string().contains("DATASET.ROOT or give --root"));
        let message = data_root(Path::new("/no/such/place"), "X").unwrap_err().to_string();
        assert!(
            message.starts_with("/no/such/place: there is no such folder") && message.contains("--root"),
            "{message}"
        );
        if let Some(home) = std::env::var_os("HOME") {
            assert_eq!(expand_home(Path::new("~/data")), Path::new(&home).join("data"));
        }
        assert_eq!(expand_home(Path::new("a/~/b")), Path::new("a/~/b"));
    }
}
