//! The shared keys: those of Dassl and CoOp that have a meaning here, and ours.

use super::{Key, Schema, Section};
use crate::clip::TEXT_MEMORY;
use crate::data::InputConfig;
use crate::features::FeaturesConfig;
use crate::loss::LossConfig;
use crate::optim::OptimConfig;
use crate::pretrain::{ArchitectureConfig, PretrainConfig};

/// Default of `MODEL.TEXT_MEMORY`.
const TEXT_MEMORY_MB: usize = (TEXT_MEMORY >> 20) as usize;

/// Shorthand for one key.
fn key<T: super::FromValue>(path: &str, default: T, doc: &str) -> Key {
    Key::new(path, default, doc)
}

fn text(s: &str) -> String {
    s.to_owned()
}

/// Every shared key with type, default and meaning. Keys of one trainer, data set, noise model or
/// mechanism are added by [`Schema::assemble`].
pub fn base_schema() -> Schema {
    let mut schema = Schema::default();
    schema.extend(run());
    schema.extend(InputConfig::keys_below("INPUT"));
    schema.extend(dataset());
    schema.extend(noise());
    schema.extend(loader());
    schema.extend(FeaturesConfig::keys_below("FEATURES"));
    schema.extend(OptimConfig::keys_below("OPTIM"));
    schema.extend(LossConfig::keys_below("LOSS"));
    schema.extend(train_and_test());
    schema.extend(PretrainConfig::keys_below("PRETRAIN"));
    schema.extend(ArchitectureConfig::keys_below("PRETRAIN.MODEL"));
    schema
}

fn run() -> Vec<Key> {
    vec![
        key("OUTPUT_DIR", text(""), "Folder of the run; empty means below `output/`, laid out from the settings."),
        key("RESUME", text(""), "Folder of a run to go on with; empty means OUTPUT_DIR itself, where it holds one."),
        key("SEED", -1, "Seed of every random draw; -1 draws one, prints it and records it."),
        key("DEVICE", text("auto"), "Where to compute: `auto`, `cpu` or `cuda:N`."),
        key(
            "PREC",
            text("fp32"),
            "Compute type of the frozen towers: `fp32`, `fp16`, `bf16` or `amp` (which is bf16); on the CPU always fp32.",
        ),
        key("TRAINER.NAME", text(""), "Name of the training method; `mlpt list trainers` shows them."),
        key(
            "MODEL.BACKBONE.NAME",
            text(""),
            "The CLIP model: empty or `builtin` for the one in the program, or a folder in Hugging Face layout.",
        ),
        key(
            "MODEL.TEXT_MEMORY",
            TEXT_MEMORY_MB,
            "Memory for the graph of a text pass, in MiB; texts that need more run in parts, for the time of one more \
             forward pass. 0 sets no bound.",
        ),
    ]
}

fn dataset() -> Vec<Key> {
    vec![
        key("DATASET.ROOT", text(""), "Folder that holds the data sets."),
        key("DATASET.NAME", text(""), "Name of the data set; `mlpt list datasets` shows them."),
        key("DATASET.NUM_SHOTS", -1, "Training images a class; below 1 means all of them."),
        key(
            "DATASET.NUM_FP",
            0,
            "How many of a class's shots get a wrong label or image; NOISE.RATE says it as a share.",
        ),
        key(
            "DATASET.ALLOW_FEWER_SHOTS",
            false,
            "Take all of a class that has fewer images than NUM_SHOTS, with a warning, instead of stopping.",
        ),
        key(
            "DATASET.DRAWS",
            text(""),
            "Folder where draws (items and their noise) are kept and shared between runs; empty keeps them with the \
             run only.",
        ),
        key("DATASET.NUM_EXPAND", 5, "Size of the pool in few-shot sets, with DATASET.POOL `expand`."),
        key(
            "DATASET.POOL",
            text("train"),
            "What a mixture model sees: the training items (`train`) or NUM_EXPAND times as many (`expand`).",
        ),
        key(
            "DATASET.SUBSAMPLE_CLASSES",
            text("all"),
            "Which classes, in training and testing: `all`, `base` (the first half, rounded up) or `new` (the others).",
        ),
        key(
            "DATASET.SPLIT_TEST",
            false,
            "Where a data set has test images only: draw 50, 20 and 30 % of every class for training, validation and \
             testing.",
        ),
        key(
            "DATASET.TRAIN_ON_ALL",
            false,
            "Train on the validation and test images, too, as an audit of all labels does; nothing is left to test on, so \
             TEST.NO_TEST has to be set.",
        ),
        key("DATASET.USE_ROBUSTLOSS", false, "Generalized cross-entropy; the same as LOSS.NAME `gce`."),
        key(
            "DATASET.CLASSES",
            text(""),
            "File (.toml, .yaml, .json) with what prompts call the classes of Folder, Csv, SplitJson and Parquet, and \
             a template; empty takes the names as they are.",
        ),
        key::<Option<String>>(
            "DATASET.TEMPLATE",
            None,
            "Zero-shot template with `{}` for the name; null means the data set's.",
        ),
    ]
}

fn noise() -> Vec<Key> {
    vec![
        key("NOISE.NAME", text("instance-replace"), "How labels are made wrong; `mlpt list noise` shows all ways."),
        key::<Option<f64>>(
            "NOISE.RATE",
            None,
            "Share of the items that get a wrong label or image, from 0 to 1, in place of DATASET.NUM_FP; rounded to \
             whole items.",
        ),
        key(
            "NOISE.SCOPE",
            text("class"),
            "Where wrong items are counted: in every class as many (`class`), or over all items, whatever their class \
             (`global`); DATASET.NUM_FP is then times the classes.",
        ),
        key(
            "SELECTOR.NAME",
            text("mixture"),
            "How trusted labels are told from others; `mlpt list selectors` shows all ways.",
        ),
    ]
}

fn loader() -> Vec<Key> {
    let mut keys = vec![
        key("DATALOADER.NUM_WORKERS", 4, "Threads that decode images."),
        key("DATALOADER.CACHE_MB", 512, "Memory for decoded images, in MiB; 0 decodes every time."),
        key(
            "DATALOADER.SKIP_BROKEN",
            false,
            "Open every image before the run and leave out those that cannot be read, with a warning each.",
        ),
        key("DATALOADER.TRAIN_U.SAME_AS_X", true, "TRAIN_U takes sampler and batch size from TRAIN_X."),
        key(
            "DATALOADER.VIEWS",
            0,
            "How many views of each training image there are: each is drawn once, and an epoch shows one of them, so that \
             learners with a frozen image tower encode each once in a run; 0 draws every view afresh.",
        ),
        key("DATALOADER.TEST.BATCH_SIZE", 32, "Images a batch in validation, test and the pool."),
    ];
    for (stream, what) in [("TRAIN_X", "training"), ("TRAIN_U", "the second training stream")] {
        keys.extend(
            [
                key("SAMPLER", text("RandomSampler"), &format!("Sampler of {what}.")),
                key("BATCH_SIZE", 32, &format!("Images a batch in {what}.")),
                key("N_DOMAIN", 0, "Domains a batch, for samplers that balance domains."),
                key("N_INS", 16, "Images of one class a batch, for samplers that balance classes."),
            ]
            .map(|k| k.below(&format!("DATALOADER.{stream}"))),
        );
    }
    keys
}

fn train_and_test() -> Vec<Key> {
    vec![
        key("TRAIN.CHECKPOINT_FREQ", 0, "Epochs between kept checkpoints; 0 keeps only the last."),
        key("TRAIN.PRINT_FREQ", 10, "Batches between two lines of the log."),
        key("TRAIN.TENSORBOARD", true, "Write what TensorBoard shows, below the run directory in `tensorboard/`."),
        key("TEST.PER_CLASS_RESULT", false, "Report each class."),
        key("TEST.COMPUTE_CMAT", false, "Write the confusion matrix."),
        key("TEST.NO_TEST", false, "No test after training."),
        key("TEST.SPLIT", text("test"), "What is evaluated at the end: `test` or `val`."),
        key("TEST.FINAL_MODEL", text("last_step"), "Which model is tested: `last_step` or `best_val`."),
    ]
}
