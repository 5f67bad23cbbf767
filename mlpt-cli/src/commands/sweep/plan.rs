//! What a sweep will do.

use crate::args::{SettingsArgs, SweepArgs};
use crate::download::fetch_for;
use crate::output::table;
use crate::settings::implied_if_there;
use anyhow::{Context, Result, bail};
use mlpt_core::Registries;
use mlpt_core::config::Config;
use mlpt_core::engine::{self, Found, RunOptions};
use mlpt_core::estimate::Seconds;
use mlpt_core::event::duration;
use mlpt_core::sweep::{Axis, Grid, cells};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Settings that do not change what a cell costs.
const FREE: [&str; 3] = ["SEED=", "DATASET.NUM_FP=", "NOISE."];

/// A cell that is ready to run.
pub(super) struct Planned {
    pub(super) name: String,
    pub(super) dir: PathBuf,
    pub(super) found: Found,
    /// What `mlpt train` is given.
    pub(super) words: Vec<String>,
    /// What varies, without what costs nothing.
    kind: Vec<String>,
    config: Config,
}

/// The cells of a sweep, in their order, and how they run.
pub(super) struct Plan {
    pub(super) folder: PathBuf,
    pub(super) cells: Vec<Planned>,
    pub(super) jobs: usize,
    /// Each slot's device, where any was named.
    pub(super) devices: Vec<String>,
    /// Threads of each cell, where they are divided.
    pub(super) threads: Option<usize>,
    axes: Vec<(String, usize)>,
    /// Seconds of all that is to run, one cell after the other, and of how many kinds of cells.
    estimate: Option<(Seconds, usize)>,
}

/// The plan as JSON.
#[derive(Serialize)]
pub(super) struct PlanReport<'a> {
    folder: &'a PathBuf,
    jobs: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate_s: Option<[f64; 2]>,
    cells: Vec<CellReport<'a>>,
}

#[derive(Serialize)]
struct CellReport<'a> {
    name: &'a str,
    dir: &'a PathBuf,
    state: &'static str,
    train: &'a [String],
}

impl Plan {
    /// Every cell's settings are resolved and its folder is looked into, before anything runs.
    ///
    /// # Errors
    /// Faults of the grid, of a cell's settings, or another run in a cell's folder.
    pub(super) fn new(args: &SweepArgs, registries: &Registries) -> Result<Self> {
        let mut grid = args.grid.as_deref().map_or_else(|| Ok(Grid::default()), Grid::read)?;
        for text in &args.set {
            grid = grid.with(Axis::parse(text)?);
        }
        let grid = grid.settle()?;
        let stem = args.grid.as_deref().and_then(|path| path.file_stem()).unwrap_or("sweep".as_ref());
        let folder =
            args.settings.output_dir.as_ref().map_or_else(|| PathBuf::from("output").join(stem), PathBuf::from);
        let own: Vec<String> = args.settings.keys().into_iter().filter(|key| key != "OUTPUT_DIR").collect();
        if let Some(key) = own.iter().find(|key| *key == "RESUME") {
            bail!("{key} is of a single run: a sweep goes on by itself when its command is given again");
        }
        if let Some(key) = grid.axes.iter().flat_map(Axis::keys).find(|key| own.iter().any(|own| own == key)) {
            bail!("{key} varies in this grid and is set on the command line as well: leave one of them out");
        }
        let mut planned = Vec::new();
        for cell in cells(&grid) {
            let dir = folder.join(&cell.folder);
            let settings = SettingsArgs {
                output_dir: Some(dir.display().to_string()),
                // What the command line says beats [settings] of the grid's file.
                opts: [&cell.words[..grid.words.len()], &args.settings.opts, &cell.words[grid.words.len()..]].concat(),
                ..args.settings.clone()
            };
            let look = || -> Result<(Config, Found)> {
                // A cell asks the hub for its model itself; a plan needs none of what that says.
                let config = settings.resolve_with(registries, None, implied_if_there)?;
                if config.get::<String>("OUTPUT_DIR")? != dir.display().to_string() {
                    bail!(
                        "OUTPUT_DIR is set ({}): --output-dir is the folder of a sweep",
                        config.resolved("OUTPUT_DIR")?.origin
                    );
                }
                let found = engine::found(&config, registries)?;
                Ok((config, found))
            };
            let (config, found) = look().with_context(|| format!("cell '{}'", cell.name))?;
            let kind = cell.words.iter().filter(|word| !FREE.iter().any(|free| word.starts_with(free)));
            planned.push(Planned {
                kind: kind.cloned().collect(),
                name: cell.name,
                dir,
                found,
                words: settings.words(),
                config,
            });
        }
        let jobs = args.jobs.map_or_else(|| args.devices.len().max(1), usize::from);
        let divided = jobs > 1 && std::env::var_os("RAYON_NUM_THREADS").is_none();
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            folder,
            cells: planned,
            jobs,
            devices: args.devices.clone(),
            threads: divided.then(|| (all / jobs).max(1)),
            axes: grid.axes.iter().map(|axis| (axis.name.clone(), axis.choices.len())).collect(),
            estimate: None,
        })
    }

    /// The cells that are not finished.
    pub(super) fn open(&self) -> impl Iterator<Item = &Planned> {
        self.cells.iter().filter(|cell| cell.found != Found::Finished)
    }

    /// Measures one cell of each kind.
    ///
    /// # Errors
    /// As `mlpt estimate`.
    pub(super) fn estimate(&mut self, registries: &Registries) -> Result<()> {
        let mut kinds: BTreeMap<&[String], Vec<&Planned>> = BTreeMap::new();
        for cell in self.open() {
            kinds.entry(&cell.kind[..]).or_default().push(cell);
        }
        let (mut low, mut high, mut known) = (0.0, 0.0, 0);
        for cells in kinds.values() {
            let Some(first) = cells.first() else { continue };
            let measure = || -> Result<_> {
                fetch_for(&first.config)?;
                Ok(engine::estimate(&first.config, registries, RunOptions::default())?)
            };
            let found = measure().with_context(|| format!("cell '{}'", first.name))?;
            if let Some(seconds) = found.seconds {
                low += seconds.total.low * cells.len() as f64;
                high += seconds.total.high * cells.len() as f64;
                known += 1;
            }
        }
        self.estimate = (known > 0 && known == kinds.len()).then_some((Seconds { low, high }, known));
        Ok(())
    }

    pub(super) fn report(&self) -> PlanReport<'_> {
        PlanReport {
            folder: &self.folder,
            jobs: self.jobs,
            estimate_s: self.estimate.map(|(s, _)| [s.low, s.high]),
            cells: self
                .cells
                .iter()
                .map(|c| CellReport { name: &c.name, dir: &c.dir, state: state(c.found), train: &c.words })
                .collect(),
        }
    }

    /// The plan in words; every cell where `whole`.
    pub(super) fn text(&self, whole: bool) -> String {
        let axes: Vec<String> = self.axes.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let mut out = format!("{} cells in {}: {}\n", self.cells.len(), self.folder.display(), axes.join(" x "));
        let count = |which: &str| self.cells.iter().filter(|c| state(c.found) == which).count();
        out += &format!("  {} finished, {} begun, {} new", count("finished"), count("begun"), count("new"));
        let devices = if self.devices.is_empty() { String::new() } else { format!(" on {}", self.devices.join(", ")) };
        out += &match (self.jobs, self.threads) {
            (1, _) => format!("; one at a time{devices}\n"),
            (n, Some(1)) => format!("; {n} at a time{devices}, one thread each\n"),
            (n, Some(threads)) => format!("; {n} at a time{devices}, {threads} threads each\n"),
            (n, None) => format!("; {n} at a time{devices}\n"),
        };
        if let Some((s, kinds)) = self.estimate {
            let kinds = if kinds == 1 { "one cell".to_owned() } else { format!("{kinds} kinds of cells") };
            let (low, high) = (duration(s.low), duration(s.high));
            out += &format!("  about {low} to {high} for what is left, one after the other (measured with {kinds})\n");
        }
        if whole {
            let rows: Vec<Vec<String>> = self
                .cells
                .iter()
                .map(|c| vec![state(c.found).to_owned(), c.name.clone(), c.dir.display().to_string()])
                .collect();
            out += &format!("\n{}", table(&rows, 2));
        }
        out
    }
}

/// What is in a cell's folder, in a word.
fn state(found: Found) -> &'static str {
    match found {
        Found::Nothing => "new",
        Found::Unfinished { .. } => "begun",
        Found::Finished => "finished",
    }
}
