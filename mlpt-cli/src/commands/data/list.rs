//! `mlpt data list`.

use crate::output::{print, table};
use anyhow::Result;
use mlpt_datasets::published::{PUBLISHED, Published};
use mlpt_datasets::root::data_root;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Prints the published sets; with a root, whether each is there.
pub(super) fn list(root: Option<&Path>, json: bool) -> Result<()> {
    let root = root.map(|root| data_root(root, "the data sets")).transpose()?;
    let there = |set: &Published| root.as_ref().map(|root| image_folder(root, set).is_dir());
    if json {
        let values: Vec<Value> = PUBLISHED
            .iter()
            .map(|set| {
                json!({ "name": set.name, "aliases": set.aliases, "summary": set.summary, "classes": set.classes,
                        "train": set.sizes[0], "val": set.sizes[1], "test": set.sizes[2], "folder": set.folder,
                        "images": set.images, "split_file": set.split_file, "made_from": set.sources,
                        "template": set.template, "home": set.home, "there": there(set) })
            })
            .collect();
        print(&serde_json::to_string_pretty(&values)?)?;
        return Ok(());
    }
    let mut rows = vec![["name", "classes", "train", "val", "test", "folder"].map(str::to_owned).to_vec()];
    if root.is_some() {
        rows[0].push("there".to_owned());
    }
    rows.extend(PUBLISHED.iter().map(|set| {
        let mut row = vec![set.name.to_owned(), set.classes.to_string()];
        row.extend(set.sizes.map(|n| if n == 0 { "-".to_owned() } else { n.to_string() }));
        row.push(set.folder.to_owned());
        row.extend(there(set).map(|there| if there { "yes" } else { "no" }.to_owned()));
        row
    }));
    print(&format!(
        "{}\nFolders lie below DATASET.ROOT (--root). `mlpt explain NAME` tells a set's layout, `mlpt data get NAME` \
         where people get it;\nyour own data needs no name: `mlpt data new PATH`.",
        table(&rows, 0)
    ))?;
    Ok(())
}

pub(super) fn image_folder(root: &Path, set: &Published) -> PathBuf {
    root.join(set.folder).join(set.images)
}
