//! Which files there are, and which split each is of.

use crate::listing::entries;
use crate::own::assign::Part;
use mlpt_core::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Deeper folders are not looked into: links may go round in circles.
const DEPTH: usize = 8;

/// A Parquet file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) path: PathBuf,
    /// Its path below the folder that all of them lie in, with forward slashes.
    pub(super) key: String,
    /// The split that its name tells.
    pub(super) part: Option<Part>,
}

/// Whether a path has the name of a Parquet file.
pub(in crate::own) fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"))
}

/// The file at `path`, or all below that folder, sorted by key.
///
/// # Errors
/// When there are none, when one of a numbered series is missing, or when only some names tell a split.
pub(super) fn list(path: &Path) -> Result<Vec<File>> {
    if !path.is_dir() {
        let name = path.file_name().and_then(|n| n.to_str());
        let name = name.ok_or_else(|| Error::data(path, "its name is not valid UTF-8; rename it"))?;
        return Ok(vec![File { path: path.to_owned(), key: name.to_owned(), part: part(name) }]);
    }
    let mut keys = Vec::new();
    walk(path, "", DEPTH, &mut keys)?;
    if keys.is_empty() {
        return Err(Error::data(path, "there are no files *.parquet in this folder or below it"));
    }
    keys.sort();
    check_complete(path, &keys)?;
    let common = common_folder(&keys);
    let file = |key: &String| File { path: path.join(key), key: key[common..].to_owned(), part: part(key) };
    let files: Vec<File> = keys.iter().map(file).collect();
    check_parts(path, &files)?;
    Ok(files)
}

fn walk(root: &Path, below: &str, depth: usize, keys: &mut Vec<String>) -> Result<()> {
    for (name, is_dir) in entries(&root.join(below))? {
        let key = if below.is_empty() { name } else { format!("{below}/{name}") };
        if is_dir && depth > 0 {
            walk(root, &key, depth - 1, keys)?;
        } else if !is_dir && is_parquet(Path::new(&key)) {
            keys.push(key);
        }
    }
    Ok(())
}

/// The length of the folders that all keys begin with, so that keys do not hang on which of them
/// somebody calls the root.
fn common_folder(keys: &[String]) -> usize {
    let Some(first) = keys.first() else { return 0 };
    let folders = first.match_indices('/').map(|(at, _)| at + 1);
    folders.take_while(|&at| keys.iter().all(|k| k.starts_with(&first[..at]))).last().unwrap_or(0)
}

/// The split that a file's name tells, or else the folder nearest to it: a word between dashes, dots,
/// underscores and the like. A name with the words of two splits tells none.
fn part(key: &str) -> Option<Part> {
    let stem = key.rsplit_once('.').map_or(key, |(stem, _)| stem);
    let told = |name: &str| -> BTreeSet<Part> {
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(Part::of).collect()
    };
    let parts = stem.rsplit('/').map(told).find(|parts| !parts.is_empty())?;
    if parts.len() == 1 { parts.first().copied() } else { None }
}

/// `train-00000-of-00002` says how many there are.
fn check_complete(root: &Path, keys: &[String]) -> Result<()> {
    let mut series: BTreeMap<(String, usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for key in keys {
        let words: Vec<&str> = key.rsplit_once('.').map_or(key.as_str(), |(stem, _)| stem).split('-').collect();
        let number = |word: &str| word.bytes().all(|b| b.is_ascii_digit()).then(|| word.parse().ok()).flatten();
        let Some(of) = words.iter().position(|w| *w == "of").filter(|at| *at > 0 && at + 1 < words.len()) else {
            continue;
        };
        let (Some(index), Some(total)) = (number(words[of - 1]), number(words[of + 1])) else { continue };
        let name = words[..of - 1].join("-");
        series.entry((name, total, words[of - 1].len())).or_default().insert(index);
    }
    for ((name, total, digits), there) in series {
        if let Some(gap) = (0..total).find(|i| !there.contains(i)) {
            return Err(Error::data(
                root.join(format!("{name}-{gap:0digits$}-of-{total:0digits$}.parquet")),
                format!(
                    "this file is missing: there are {} of {total}; download it, or give the files that are to be read \
                     a folder of their own and other names",
                    there.len()
                ),
            ));
        }
    }
    Ok(())
}

fn check_parts(root: &Path, files: &[File]) -> Result<()> {
    let first = |told: bool| files.iter().find(|f| f.part.is_some() == told);
    match (first(true), first(false)) {
        (Some(one), Some(other)) => Err(Error::data(
            root,
            format!(
                "the name of {} tells its split ({}), that of {} does not; give one file with DATASET.PARQUET.PATH, or \
                 move the others away",
                one.key,
                one.part.map_or("", Part::name),
                other.key
            ),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn splits_from_names() {
        for (key, wanted) in [
            ("train-00000-of-00002.parquet", Some(Part::Train)),
            ("data/validation-00000-of-00001-0ab1.parquet", Some(Part::Val)),
            ("default/test/0000.parquet", Some(Part::Test)),
            ("default/partial-train/0000.parquet", Some(Part::Train)),
            ("pets_train.parquet", Some(Part::Train)),
            ("test/pets.val.parquet", Some(Part::Val)),
            ("train_test_split.parquet", None),
            ("trains.parquet", None),
            ("0000.parquet", None),
        ] {
            assert_eq!(part(key), wanted, "{key}");
        }
    }

    fn listed(keys: &[&str]) -> Result<Vec<String>> {
        let dir = tempfile::tempdir().unwrap();
        for key in keys {
            let path = dir.path().join(key);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        Ok(list(dir.path())?.into_iter().map(|f| f.key).collect())
    }

    #[test]
    fn keys_do_not_hang_on_the_root() {
        let two = ["train-00000-of-00001.parquet", "test-00000-of-00001.parquet"];
        let wanted = ["test-00000-of-00001.parquet", "train-00000-of-00001.parquet"];
        assert_eq!(listed(&two).unwrap(), wanted);
        assert_eq!(listed(&two.map(|k| format!("a/data/{k}")).each_ref().map(String::as_str)).unwrap(), wanted);
        let folders = ["x/default/train/0000.parquet", "x/default/test/0000.parquet", "x/README.md", ".git/a.parquet"];
        assert_eq!(listed(&folders).unwrap(), ["test/0000.parquet", "train/0000.parquet"]);
    }

    #[test]
    fn gaps_and_mixtures_are_refused() {
        let message = |keys: &[&str]| listed(keys).unwrap_err().to_string();
        let gap = message(&["d/train-00000-of-00003.parquet", "d/train-00002-of-00003.parquet"]);
        assert!(gap.contains("d/train-00001-of-00003.parquet: this file is missing: there are 2 of 3"), "{gap}");
        let mixed = message(&["train.parquet", "more.parquet"]);
        assert!(mixed.contains("train.parquet tells its split (train), that of more.parquet does not"), "{mixed}");
        assert!(message(&["a.txt"]).contains("no files *.parquet"));
    }
}
