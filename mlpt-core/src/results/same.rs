//! What two runs must have in common to stand for the same thing.

use super::{Run, Source};
use std::path::Path;

/// Keys that do not change a figure, beside those that a run may be gone on with under other values.
const HARMLESS: [&str; 6] = [
    "DATASET.USE_ROBUSTLOSS", // a word for LOSS.NAME
    "SEED",
    "TEST.COMPUTE_CMAT",
    "TEST.NO_TEST", // shows as a figure that is not there
    "TEST.PER_CLASS_RESULT",
    "TRAIN.CHECKPOINT_FREQ",
];

/// The same of Dassl's.
const DASSL: [&str; 4] = ["DATASET.NAME", "DATASET.ROOT", "USE_CUDA", "VERSION"];

/// In what two runs differ: a key of their settings or results, and both values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) key: String,
    pub(super) values: [String; 2],
}

impl Difference {
    fn of(key: &str, one: impl ToString, other: impl ToString) -> Option<Self> {
        let values = [one.to_string(), other.to_string()];
        (values[0] != values[1]).then(|| Self { key: key.to_owned(), values })
    }

    /// Of two counts, where both are known.
    fn of_counts(key: &str, one: usize, other: usize) -> Option<Self> {
        if one == 0 || other == 0 { None } else { Self::of(key, one, other) }
    }

    /// Says so, of the runs in `one` and `other`.
    pub(super) fn text(&self, one: &Path, other: &Path) -> String {
        let [first, second] = &self.values;
        format!("{} is {first} in {} and {second} in {}", self.key, one.display(), other.display())
    }
}

/// The first difference of the data or the model.
pub(super) fn ground(a: &Run, b: &Run) -> Option<Difference> {
    let (x, y) = (&a.result, &b.result);
    Difference::of("data_digest", short(&x.data_digest), short(&y.data_digest))
        .or_else(|| Difference::of("model_digest", short(&x.model_digest), short(&y.model_digest)))
        .or_else(|| Difference::of_counts("classes", x.classes, y.classes))
        .or_else(|| Difference::of_counts("total", x.scores.as_ref()?.total, y.scores.as_ref()?.total))
}

/// The first difference of the settings, but the seed, what changes no figure, where files lie, and
/// the noise model where there is no noise.
pub(super) fn settings(a: &Run, b: &Run) -> Option<Difference> {
    let clean = a.is_clean() && b.is_clean();
    beside(a, b, |key| clean && key.starts_with("NOISE."))
}

/// As [`settings`], for two levels of noise of one method.
pub(super) fn settings_across_levels(a: &Run, b: &Run) -> Option<Difference> {
    beside(a, b, |key| key == "DATASET.NUM_FP" || key.starts_with("NOISE."))
}

fn beside(a: &Run, b: &Run, ignored: impl Fn(&str) -> bool) -> Option<Difference> {
    // A digest says more than a path does.
    let known = |x: &str, y: &str| !x.is_empty() && !y.is_empty();
    let data = known(&a.result.data_digest, &b.result.data_digest);
    let model = known(&a.result.model_digest, &b.result.model_digest);
    let ignored = |key: &str| {
        ignored(key)
            || (a.source == Source::Dassl && of_no_weight(a, b, key))
            || HARMLESS.contains(&key)
            || key.starts_with("PRETRAIN.")
            || (data && key == "DATASET.ROOT")
            || (model && key == "MODEL.BACKBONE.NAME")
    };
    let (key, one, other) = a.settings.difference_beside(&b.settings, ignored)?;
    Some(Difference { key, values: [one, other] })
}

/// Whether a key of Dassl's settings makes no difference: it says where the data lie, belongs to another
/// trainer, or is not in both logs, for the programs had ever more keys.
fn of_no_weight(a: &Run, b: &Run, key: &str) -> bool {
    let own = format!("TRAINER.{}.", a.result.trainer.to_uppercase());
    let of_another = key.starts_with("TRAINER.") && key != "TRAINER.NAME" && !key.starts_with(&own);
    of_another || DASSL.contains(&key) || !(a.settings.has(key) && b.settings.has(key))
}

/// The beginning of a digest, enough to tell two apart.
pub(super) fn short(digest: &str) -> &str {
    match digest.get(..12) {
        _ if digest.is_empty() => "not recorded",
        Some(start) => start,
        None => digest,
    }
}
