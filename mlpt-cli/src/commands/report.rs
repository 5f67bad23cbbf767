//! `mlpt report`: what runs came to, as one HTML file.

use crate::args::ReportArgs;
use crate::output;
use crate::report::{Folder, Page, Pictures, Wanted, many, one};
use anyhow::{Result, bail};
use mlpt_core::Registries;
use mlpt_core::engine::RunDir;
use mlpt_core::files::write_atomic;
use mlpt_core::report::RunFiles;
use mlpt_core::results::Names;
use serde_json::json;
use std::path::{Path, PathBuf};

/// What a report of one run shows.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// Epochs whose losses are shown; without any the first, the middle and the last.
    pub epochs: Vec<usize>,
    /// How many pictures a gallery has.
    pub gallery: usize,
    /// Whether pictures are shown.
    pub pictures: bool,
    /// Folder that holds the data sets, in place of the run's own.
    pub root: Option<String>,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self { epochs: Vec::new(), gallery: 48, pictures: true, root: None }
    }
}

/// Writes the report and says where.
///
/// # Errors
/// When there is no such run, a file of it is damaged, or the report cannot be written.
pub fn report(args: &ReportArgs, registries: &Registries) -> Result<()> {
    let options = ReportOptions {
        epochs: args.epochs.clone(),
        gallery: args.gallery,
        pictures: !args.no_pictures,
        root: args.root.clone(),
    };
    let path = match args.dirs.as_slice() {
        [dir] if !dir.is_dir() || dir.join("result.json").exists() => {
            write(dir, args.output.as_deref(), &options, registries)?
        }
        dirs => {
            if !args.epochs.is_empty() {
                bail!("--epochs is for the report of one run; give its run directory");
            }
            write_many(dirs, args.output.as_deref(), args.allow_mixed, registries)?
        }
    };
    let told = match args.json {
        true => serde_json::to_string_pretty(&json!({ "report": path }))?,
        false => format!("Written to {}", path.display()),
    };
    Ok(output::print(&told)?)
}

/// Writes the report of the run in `run` to `output`, or else to `report.html` in it, and says where that is.
///
/// # Errors
/// When there is no finished run, a file of it is damaged, or the report cannot be written.
pub fn write(run: &Path, output: Option<&Path>, options: &ReportOptions, registries: &Registries) -> Result<PathBuf> {
    if !run.is_dir() {
        let what = if run.exists() { "is a file, not a run directory" } else { "does not exist" };
        bail!("{} {what}; give a run directory, or a folder of runs", run.display());
    }
    let files = RunFiles::read(run)?;
    let pictures = match options.pictures {
        true => Pictures::of(run, options.root.as_deref(), registries),
        false => Pictures::Off,
    };
    let wanted = Wanted { epochs: options.epochs.clone(), gallery: options.gallery };
    save(&one(&files, &wanted, &pictures)?, output.map_or_else(|| RunDir::new(run).report(), Path::to_owned))
}

/// Writes the report of all runs in `dirs` and below.
fn write_many(dirs: &[PathBuf], output: Option<&Path>, mixed: bool, registries: &Registries) -> Result<PathBuf> {
    let path = match (output, dirs) {
        (Some(path), _) => path.to_owned(),
        (None, [dir]) => RunDir::new(dir).report(),
        (None, _) => bail!("where shall the report of several folders be written? Say it with -o FILE.html"),
    };
    let folder = Folder::read(dirs, &Names::of(registries))?;
    let place = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    save(&many(&folder, mixed, place)?, path)
}

fn save(page: &Page, path: PathBuf) -> Result<PathBuf> {
    write_atomic(&path, page.html()?.as_bytes())?;
    Ok(path)
}
