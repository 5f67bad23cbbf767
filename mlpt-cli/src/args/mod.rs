//! The command line.

mod audit;
mod data;
mod features;
mod models;
mod report;
mod shell;
mod show;
mod sweep;
mod using;

pub use audit::AuditArgs;
pub use data::{DataArgs, DataCheckArgs, DataCommand, DataGetArgs, DataNewArgs};
pub use features::{FeaturesArgs, FeaturesCommand};
pub use models::{DoctorArgs, EncodeArgs, ModelArgs, ModelCommand};
pub use report::ReportArgs;
pub use shell::{CompletionsArgs, ManArgs};
pub use show::{TensorboardArgs, WatchArgs};
pub use sweep::{Scheduler, SweepArgs};
pub use using::{ExportArgs, PredictArgs, TrainedArgs};

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, ColorChoice, Parser, Subcommand, ValueEnum};
use mlpt_core::results::{Metric, Protocol};
use std::path::PathBuf;

/// Mutual prompt learning: tuning CLIP's prompts on few images with unreliable labels.
#[derive(Debug, Parser)]
#[command(name = "mlpt", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Args, Clone, Debug)]
pub struct GlobalArgs {
    /// Show more: -v progress of the program, -vv everything. RUST_LOG is finer.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Show warnings and errors only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train, evaluate and write a run directory; without any choice, the demonstration.
    #[command(allow_negative_numbers = true)]
    Train(TrainRunArgs),
    /// Say what a run would cost, before it begins: passes, operations, memory, time.
    #[command(allow_negative_numbers = true)]
    Estimate(TrainArgs),
    /// Run a grid: every combination of some settings, a run each.
    #[command(allow_negative_numbers = true)]
    Sweep(SweepArgs),
    /// Evaluate the checkpoints of a run.
    #[command(allow_negative_numbers = true)]
    Eval(EvalArgs),
    /// Label images with a trained run.
    Predict(PredictArgs),
    /// Find the labels of a folder or table that are probably wrong.
    #[command(allow_negative_numbers = true)]
    Audit(AuditArgs),
    /// Write a trained run as one feature a class, for programs without a text tower.
    Export(ExportArgs),
    /// Make a small CLIP model from captioned pictures.
    #[command(allow_negative_numbers = true)]
    Pretrain(PretrainArgs),
    /// Make tables from finished runs: mean, spread, interval, paired differences.
    Results(ResultsArgs),
    /// Write what runs came to as one HTML file: curves, losses, confusion, suspect labels.
    Report(ReportArgs),
    /// Look at a run that goes on elsewhere, or at a finished one: curves, losses, progress.
    Watch(WatchArgs),
    /// Write what TensorBoard shows of runs that did not write it themselves.
    Tensorboard(TensorboardArgs),
    /// List, fetch, look at and try CLIP models.
    Model(ModelArgs),
    /// List, check and fetch data sets, and describe one's own.
    Data(DataArgs),
    /// List and remove the image features that are kept on the disk.
    Features(FeaturesArgs),
    /// Turn pictures and texts into features, and say which text fits a picture.
    Encode(EncodeArgs),
    /// Look at this machine: device, cache, hub; every fault with its cure.
    Doctor(DoctorArgs),
    /// Show every setting with its value and where it came from.
    #[command(allow_negative_numbers = true)]
    Config(ConfigArgs),
    /// Show what can be chosen by name.
    List(ListArgs),
    /// Explain a name (data set, trainer, noise model, ...) or a key such as OPTIM.LR.
    Explain(ExplainArgs),
    /// Print the completions of a shell.
    Completions(CompletionsArgs),
    /// Write the manual's pages.
    Man(ManArgs),
}

/// Where settings come from. Flags of the reference mean what they mean there.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings")]
pub struct SettingsArgs {
    /// A named set of settings, or the path of one; repeatable.
    #[arg(long, value_name = "NAME")]
    pub preset: Vec<String>,
    /// Config file of the data set, YAML or TOML; repeatable.
    #[arg(long, value_name = "FILE")]
    pub dataset_config_file: Vec<PathBuf>,
    /// Config file, YAML or TOML; repeatable, the later wins.
    #[arg(long, value_name = "FILE")]
    pub config_file: Vec<PathBuf>,
    /// Name of the data set (DATASET.NAME).
    #[arg(long, value_name = "NAME")]
    pub dataset: Option<String>,
    /// Name of the training method (TRAINER.NAME).
    #[arg(long, value_name = "NAME")]
    pub trainer: Option<String>,
    /// The CLIP model: `builtin`, a published name such as RN50, a folder, a file, or org/name on the hub
    /// (MODEL.BACKBONE.NAME).
    #[arg(long, value_name = "MODEL")]
    pub backbone: Option<String>,
    /// Accepted for published command lines; CLIP has no head (MODEL.HEAD.NAME).
    #[arg(long, value_name = "NAME", hide = true)]
    pub head: Option<String>,
    /// Folder that holds the data sets (DATASET.ROOT).
    #[arg(long, value_name = "DIR")]
    pub root: Option<String>,
    /// Folder of the run (OUTPUT_DIR).
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<String>,
    /// Folder of a run to go on with (RESUME).
    #[arg(long, value_name = "DIR")]
    pub resume: Option<String>,
    /// Seed of every random draw; -1 draws one (SEED).
    #[arg(long, value_name = "N")]
    pub seed: Option<i64>,
    /// Where to compute: auto, cpu or cuda:N (DEVICE).
    #[arg(long, value_name = "DEVICE")]
    pub device: Option<String>,
    /// How many of a class's shots get a wrong label or image (DATASET.NUM_FP).
    #[arg(long, value_name = "K")]
    pub num_fp: Option<i64>,
    /// Leave out images that cannot be read, with a warning each (DATALOADER.SKIP_BROKEN).
    #[arg(long)]
    pub skip_broken: bool,
    /// How labels are made wrong; `mlpt list noise` shows all ways (NOISE.NAME).
    #[arg(long, value_name = "NAME")]
    pub noise: Option<String>,
    /// Share of the items that get a wrong label or image, from 0 to 1 (NOISE.RATE).
    #[arg(long, value_name = "R")]
    pub noise_rate: Option<f64>,
    /// Generalized cross-entropy instead of cross-entropy (LOSS.NAME gce).
    #[arg(long)]
    pub use_robustloss: bool,
    /// Depth of the prompts of MaPLe and RMaPLe.
    #[arg(long, value_name = "N", hide = true)]
    pub prompt_depth: Option<i64>,
    /// Transforms of training images (INPUT.TRANSFORMS).
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub transforms: Option<Vec<String>>,
    /// Domains to train on (DATASET.SOURCE_DOMAINS).
    #[arg(long, value_name = "NAME", num_args = 1.., hide = true)]
    pub source_domains: Option<Vec<String>>,
    /// Domains to test on (DATASET.TARGET_DOMAINS).
    #[arg(long, value_name = "NAME", num_args = 1.., hide = true)]
    pub target_domains: Option<Vec<String>>,
    /// Any setting, as KEY VALUE or KEY=VALUE (`mlpt config` shows all keys).
    #[arg(value_name = "KEY VALUE")]
    pub opts: Vec<String>,
}

/// What `train` does beside its settings.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// Evaluate checkpoints instead of training.
    #[arg(long)]
    pub eval_only: bool,
    /// Run directory that holds the checkpoints, with --eval-only.
    #[arg(long, value_name = "DIR")]
    pub model_dir: Option<PathBuf>,
    /// Epoch of the checkpoints; without it the best or the last.
    #[arg(long, value_name = "N")]
    pub load_epoch: Option<usize>,
    /// Build everything, tell what it is, and stop.
    #[arg(long)]
    pub no_train: bool,
    /// Replace a run that lies in the output folder already.
    #[arg(long)]
    pub overwrite: bool,
}

/// `mlpt train`.
#[derive(Args, Clone, Debug)]
pub struct TrainRunArgs {
    /// What `mlpt estimate` takes, too.
    #[command(flatten)]
    pub train: TrainArgs,
    /// Show curves, losses and progress on the whole terminal; q stops the run, as Ctrl-C does.
    #[arg(long, conflicts_with = "json")]
    pub dashboard: bool,
}

/// `mlpt train`, and `mlpt estimate`, which takes the same.
#[derive(Args, Clone, Debug)]
pub struct TrainArgs {
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Print the result as JSON and nothing else.
    // Without a run there is no result; `estimate` tells what a run would be.
    #[arg(long, conflicts_with = "no_train")]
    pub json: bool,
}

/// `mlpt eval`.
#[derive(Args, Clone, Debug)]
#[command(override_usage = "mlpt eval [OPTIONS] [RUN] [KEY VALUE]...")]
pub struct EvalArgs {
    /// Settings; the first word may be the run directory.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Run directory that holds the checkpoints; its settings count below all others.
    #[arg(long, value_name = "DIR")]
    pub model_dir: Option<PathBuf>,
    /// Epoch of the checkpoints; without it the best or the last.
    #[arg(long, value_name = "N")]
    pub load_epoch: Option<usize>,
    /// Print the result as JSON and nothing else.
    #[arg(long)]
    pub json: bool,
}

/// `mlpt pretrain`.
#[derive(Args, Clone, Debug)]
pub struct PretrainArgs {
    /// Settings; --dataset adds a data set's pictures, --output-dir says where the model goes.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Run directories whose training, pool and test images must not be learnt from.
    #[arg(long, value_name = "RUN", num_args = 1..)]
    pub exclude: Vec<PathBuf>,
    /// Replace a model that lies in the output folder already.
    #[arg(long)]
    pub overwrite: bool,
    /// Print the result as JSON and nothing else.
    #[arg(long)]
    pub json: bool,
}

/// What a table is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For a terminal, with intervals
    Text,
    /// To paste into a README
    #[value(alias = "md")]
    Markdown,
    /// To paste into a paper: a tabular with plain rules
    #[value(alias = "tex")]
    Latex,
    /// One line a cell, full precision
    Csv,
    /// Everything, with every run's directory
    Json,
}

/// What is put side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProtocolArg {
    /// Runs of base classes, their evaluations on the new ones, and the harmonic mean
    BaseToNew,
    /// Runs and their evaluations on other data sets, and the average over these
    #[value(aliases = ["cross-dataset", "domain-shift"])]
    Transfer,
}

impl From<ProtocolArg> for Protocol {
    fn from(arg: ProtocolArg) -> Self {
        match arg {
            ProtocolArg::BaseToNew => Self::BaseToNew,
            ProtocolArg::Transfer => Self::Transfer,
        }
    }
}

/// What may share a cell, at the end of the long help.
const RESULTS_HELP: &str = "\
Rows are trainers with their loss, columns are levels of noise; each data set with its choice of
classes, model, number of shots and split has a table of its own. A cell is the mean over the seeds;
± is the sample standard deviation, divided by n - 1 (Dassl divides by n).

Runs share a cell only if they differ in nothing but the seed, places on the disk and settings that
change no figure. Another setting, other data, or the same seed twice is an error that names both
runs; --allow-mixed puts them together, with a footnote. Two noise models never share a column: --by-noise
gives each its own columns, --allow-mixed mixes them, with a footnote. Each count, rate and scope of
noise has a column of its own. Where nothing is made wrong (NUM_FP 0), the noise model does not
matter.

A seed counts in a paired difference if both rows have it with the same data, model and noise
manifest; seeds that do not are listed with the reason.

A folder of Dassl's, seedN/log.txt, counts as a run, too: its settings are read from the head of the
log or else from the path, its figures, with one decimal, from the lines behind `Finish training`.
Runs of Dassl have tables of their own; those without a result are listed.

With --reference, each cell stands beside the line of a CSV file with the same data set, trainer,
loss, shots and number of wrong images, and the same settings file, model, epochs, CSC and factor
where both tell: within, above or below the tolerance. Columns: dataset, trainer, gce, shots,
noise_fp, acc_mean, and, if known, cfg, csc, factor, seeds, acc_std, macro_f1_mean.

With --protocol, rows are methods at each level of noise, and columns what `mlpt eval` left in the
run directories: the new classes and the harmonic mean, or other data sets and their average.

Examples:
  mlpt results output
  mlpt results output --compare MLPT CoOp+GCE --format markdown -o table.md
  mlpt results output --format latex -o table.tex
  mlpt results output --reference published.csv --tolerance 2
  mlpt results output --protocol base-to-new
  mlpt results output --protocol transfer --targets ImageNetV2 ImageNetSketch";

/// `mlpt results`.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = RESULTS_HELP, after_help = "Examples:
  mlpt results output
  mlpt results output --compare MLPT CoOp+GCE --format markdown -o table.md
--help tells what may share a cell.")]
pub struct ResultsArgs {
    /// Run directories, or folders above them; Dassl's, too.
    #[arg(required = true, value_name = "DIR")]
    pub dirs: Vec<PathBuf>,
    /// The figure, by its path in result.json.
    #[arg(long, value_name = "NAME", default_value = "accuracy", value_parser = PossibleValuesParser::new(Metric::ALL.map(Metric::name)))]
    pub metric: String,
    /// What to write.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: TableFormat,
    /// Short for --format json.
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Add the paired difference of two rows, A minus B, such as MLPT and CoOp+GCE.
    #[arg(long, num_args = 2, value_names = ["A", "B"])]
    pub compare: Option<Vec<String>>,
    /// Show a protocol: what runs came to on more than what they were trained for.
    #[arg(long, value_name = "NAME", conflicts_with = "compare")]
    pub protocol: Option<ProtocolArg>,
    /// Data sets to transfer to, in this order; without it all that were evaluated.
    #[arg(long, value_name = "NAME", num_args = 1.., requires = "protocol")]
    pub targets: Vec<String>,
    /// Put each figure beside the published one in a CSV file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["compare", "protocol", "ci95"])]
    pub reference: Option<PathBuf>,
    /// How far a figure may be from the published one, in points; 1 without this flag.
    #[arg(long, value_name = "POINTS", requires = "reference", allow_negative_numbers = true)]
    pub tolerance: Option<f64>,
    /// Write half the width of the 95 % interval behind ±, instead of the deviation.
    #[arg(long)]
    pub ci95: bool,
    /// Give each value of a setting rows of its own, such as DATALOADER.VIEWS; repeatable.
    #[arg(long, value_name = "KEY", conflicts_with_all = ["protocol", "reference"])]
    pub by: Vec<String>,
    /// Give each noise model columns of its own.
    #[arg(long)]
    pub by_noise: bool,
    /// Put together what does not belong together, with a footnote.
    #[arg(long)]
    pub allow_mixed: bool,
    /// Write to a file instead of printing.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `mlpt config`.
#[derive(Args, Clone, Debug)]
pub struct ConfigArgs {
    /// Settings.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Accepted as `train` does.
    #[command(flatten)]
    pub run: RunArgs,
    /// Print JSON: an object by key, each with value, layer and source.
    #[arg(long)]
    pub json: bool,
    /// Show the keys that are not set, too (JSON always does).
    #[arg(long)]
    pub all: bool,
}

/// Kinds of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListKind {
    /// DATASET.NAME
    #[value(alias = "dataset")]
    Datasets,
    /// TRAINER.NAME
    #[value(alias = "trainer")]
    Trainers,
    /// DATALOADER.*.SAMPLER
    #[value(alias = "sampler")]
    Samplers,
    /// NOISE.NAME
    #[value(alias = "noises")]
    Noise,
    /// SELECTOR.NAME
    #[value(alias = "selector")]
    Selectors,
    /// TRAINER.MLPT.LEARNER1.MECHANISM and its like
    #[value(alias = "mechanism")]
    Mechanisms,
    /// --preset
    #[value(alias = "preset")]
    Presets,
}

/// `mlpt list`.
#[derive(Args, Clone, Debug)]
pub struct ListArgs {
    /// Which kind; all of them without one.
    pub kind: Option<ListKind>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// `mlpt explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// A name or a key, in any case.
    pub name: String,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
