//! `mlpt data get`.

use crate::args::DataGetArgs;
use crate::download::Download;
use crate::output::{print, wrap};
use anyhow::{Result, anyhow, bail};
use mlpt_core::hub::{Hub, Kind, RepoId, Settings};
use mlpt_datasets::published::{self, Published};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where the hub keeps Parquet copies of repositories that hold other files.
const CONVERTED: &str = "refs/convert/parquet";

/// Fetches the Parquet files of a repository.
pub(super) fn get(args: &DataGetArgs) -> Result<()> {
    if let Some(set) = published::find(&args.what) {
        return Err(anyhow!(how_to(set)));
    }
    let hub = Hub::new(Settings::from_env()?)?;
    let repo = RepoId::parse(Kind::Dataset, &args.what)?;
    let (repo, files) = parquet(&hub, repo)?;
    let files = of_config(&repo, files, args.config.as_deref())?;
    if args.dry_run {
        match args.json {
            true => print(&serde_json::to_string_pretty(&json!({ "repository": repo.to_string(), "files": files }))?)?,
            false => print(&files.join("\n"))?,
        }
        return Ok(());
    }
    let bars = Download::default();
    let paths = files.iter().map(|file| hub.get(&repo, file, &bars)).collect::<mlpt_core::Result<Vec<_>>>()?;
    let folder = common(&paths).ok_or_else(|| anyhow!("{repo}: its files have no folder in common"))?;
    if args.json {
        let value = json!({ "repository": repo.to_string(), "folder": folder, "files": paths,
                            "settings": { "DATASET.NAME": "Parquet", "DATASET.ROOT": folder } });
        print(&serde_json::to_string_pretty(&value)?)?;
        return Ok(());
    }
    print(&format!(
        "{} {} of {repo} in\n  {folder}\n\nTo look at it, and to use it:\n  mlpt data check Parquet --root {folder}\n  \
         mlpt train --dataset Parquet --root {folder} --trainer MLPT DATASET.NUM_SHOTS=16",
        paths.len(),
        if paths.len() == 1 { "file" } else { "files" },
        folder = folder.display(),
    ))?;
    Ok(())
}

/// The repository's Parquet files, or those that the hub made of its other files.
fn parquet(hub: &Hub, repo: RepoId) -> Result<(RepoId, Vec<String>)> {
    let listed = |repo: &RepoId| -> Result<Vec<String>> {
        Ok(hub.files(repo)?.files.into_iter().filter(|f| f.ends_with(".parquet")).collect())
    };
    let own = listed(&repo)?;
    if !own.is_empty() {
        return Ok((repo, own));
    }
    let converted = repo.at(CONVERTED)?;
    match listed(&converted) {
        Ok(files) if !files.is_empty() => {
            tracing::info!("{repo} holds no Parquet; taking the copy that the hub made of it, {CONVERTED}");
            Ok((converted, files))
        }
        _ => bail!(
            "{repo}: holds no Parquet files, and the hub has made none of it ({CONVERTED}); download it by hand and \
             use it as a folder or a CSV (`mlpt data new PATH`)"
        ),
    }
}

/// The files of one configuration; several without a choice are an error that names them.
fn of_config(repo: &RepoId, files: Vec<String>, config: Option<&str>) -> Result<Vec<String>> {
    let of = |file: &str| file.split_once('/').map_or(String::new(), |(first, _)| first.to_owned());
    let known: BTreeSet<String> = files.iter().map(|f| of(f)).filter(|c| !c.is_empty()).collect();
    let names = || known.iter().cloned().collect::<Vec<_>>().join(", ");
    match config {
        Some(config) if !known.contains(config) => {
            bail!("{repo}: has no configuration '{config}'; those there: {}", names())
        }
        Some(config) => Ok(files.into_iter().filter(|f| of(f) == config).collect()),
        None if known.len() > 1 => bail!("{repo}: has several configurations; choose with --config: {}", names()),
        None => Ok(files),
    }
}

/// The deepest folder that holds all paths.
fn common(paths: &[PathBuf]) -> Option<PathBuf> {
    let mut folder = paths.first()?.parent()?.to_owned();
    while !paths.iter().all(|path| path.starts_with(&folder)) {
        folder = folder.parent().map(Path::to_owned)?;
    }
    Some(folder)
}

fn how_to(set: &Published) -> String {
    let text = format!(
        "{} cannot be fetched by this program: its owners keep it at {}.\n{}\nThen `mlpt data check {} --root DIR`. A \
         copy on the hub in Parquet, whose splits may be others: `mlpt data get ORG/NAME`.",
        set.name, set.home, set.doc, set.name
    );
    wrap(&text, 100)
}
