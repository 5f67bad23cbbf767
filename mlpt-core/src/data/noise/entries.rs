//! What noise models are called.

use super::asymmetric::{self, Asymmetric, AsymmetricConfig};
use super::confusion::{self, Confusion, ConfusionConfig};
use super::given::{self, GivenConfig, GivenLabels};
use super::{
    InstanceDependent, InstanceReplace, InstanceReplaceHalves, NoiseModel, NoiseScope, Pair, SCOPE, Symmetric,
    UniformHead,
};
use crate::config::{Config, Scope, Section};
use crate::registries::NoiseFactory;
use crate::registry::Entry;
use crate::{Error, Registries, Result};
use std::sync::Arc;

/// The name of the noise whose amount a file says.
pub const FILE: &str = "file";

/// Registers the framework's noise models.
///
/// # Errors
/// When a name is taken twice.
pub fn register(registries: &mut Registries) -> Result<()> {
    let all = &mut registries.noises;
    all.register(
        entry(
            "instance-replace",
            "per class, NUM_FP items show another class's image (the published noise axis)",
            "Of every class, exactly NUM_FP items keep their label and get the image of another class from the \
             training split. No image is used as a wrong one twice; it may be shown elsewhere under its own label, \
             as in the code that made the published baselines. Classes stay balanced. NOISE.RATE and NOISE.SCOPE \
             say otherwise how many.",
            |_| Ok(InstanceReplace),
        )
        .aliases(&["fp-substitute"]),
    )?;
    all.register(
        entry(
            "instance-replace-halves",
            "the same, with wrong images from a half of the data that is never right (PTNL)",
            "As instance-replace, but of each class's n training images only the first ceil(n/2) can be right ones; \
             the others serve as wrong images of other classes alone, so that no image is right here and wrong there. \
             Few-shot sets and pools are drawn from the first halves; DATASET.NUM_SHOTS must be so small that a half \
             is enough. Classes stay balanced, and no image comes twice. With nothing wrong it is the same draw as \
             any other noise's.",
            |_| Ok(InstanceReplaceHalves),
        )
        .aliases(&["ptnl"]),
    )?;
    all.register(
        entry(
            "symmetric",
            "per class, NUM_FP items get a random other label",
            "Of every class, exactly NUM_FP items get a label drawn uniformly from the other classes. How many \
             wrong images a class ends up with varies. NOISE.RATE and NOISE.SCOPE say otherwise how many.",
            |_| Ok(Symmetric),
        )
        .aliases(&["sym"]),
    )?;
    all.register(
        entry(
            "pair",
            "per class, NUM_FP items get the next class's label",
            "Of every class, exactly NUM_FP items get the label of the next class; after the last comes the first. \
             The hardest flips at a given rate, since they agree with one another. NOISE.RATE and NOISE.SCOPE say \
             otherwise how many.",
            |_| Ok(Pair),
        )
        .aliases(&["pairflip"]),
    )?;
    all.register(
        entry(
            "asymmetric",
            "per class, NUM_FP items get the label that a table names for their class",
            "Of every class in the table NOISE.ASYMMETRIC.TABLE, exactly NUM_FP items get the label that stands there. \
             Classes that are not in the table stay clean, and neither a rate nor a count over all counts their \
             items.",
            Asymmetric::new,
        )
        .aliases(&["asym"])
        .keys(AsymmetricConfig::keys_below(asymmetric::SECTION))
        .check(asymmetric::check),
    )?;
    all.register(
        entry(
            "confusion",
            "per class, NUM_FP items get a label that the zero-shot model takes the class for",
            "Of every class, exactly NUM_FP items, drawn uniformly, get another label. It is drawn from the mean, over \
             the class's items, of the softmax of the zero-shot model's logits divided by NOISE.CONFUSION.TEMPERATURE, \
             the class itself left out. The draw hangs on the model.",
            Confusion::new,
        )
        .keys(ConfusionConfig::keys_below(confusion::SECTION)),
    )?;
    all.register(entry(
        "instance-dependent",
        "per class, NUM_FP items get a label that hangs on the image (Xia et al. 2020)",
        "Each item has a flip rate, drawn from a normal distribution around the rate, 0.1 wide and cut off at 0 and 1. \
         Of every class, exactly NUM_FP items are drawn without replacement, weighted by their flip rates. An item's \
         wrong label is drawn from the softmax of its CLIP features (each dimension scaled to mean 0 and deviation 1) \
         times a random projection of its class, the class itself left out. The draw hangs on the model.",
        |_| Ok(InstanceDependent),
    ))?;
    all.register(
        entry(
            FILE,
            "given labels from a CSV file: a run's noise.csv, or labels that people gave",
            "NOISE.FILE.PATH is a CSV file with the columns image and label (or given_label). The image is named as in \
             noise.csv, by its path below the data set's folder; the label by class name or number. What the data \
             set says counts as the true label. Images without a line keep their label, with a warning. The file \
             alone says what is wrong: NUM_FP and RATE must not be set.",
            GivenLabels::new,
        )
        .keys(GivenConfig::keys_below(given::SECTION))
        .check(given::check),
    )?;
    all.register(
        entry(
            "uniform-head",
            "the first NUM_FP items of all get a random label (MLPT's published code)",
            "The first NUM_FP items of the whole training list, nearly always of its first class, get a label drawn \
             uniformly from all classes, the true one included: what MLPT's published code does, with class names \
             kept right. NUM_FP counts items, not items per class; NOISE.RATE is a share of the whole list.",
            |_| Ok(UniformHead),
        )
        .aliases(&["mlpt-head"])
        .check(head_has_no_scope),
    )
}

fn entry<M: NoiseModel + 'static>(
    name: &'static str,
    summary: &'static str,
    doc: &'static str,
    make: fn(&Scope<'_>) -> Result<M>,
) -> Entry<NoiseFactory> {
    let factory: NoiseFactory = Arc::new(move |scope| Ok(Box::new(make(scope)?)));
    Entry::new(name, summary, doc, factory)
}

fn head_has_no_scope(config: &Config) -> Result<()> {
    match config.get::<String>(SCOPE)?.parse()? {
        NoiseScope::Class => Ok(()),
        NoiseScope::Global => Err(Error::Config(vec![format!(
            "{SCOPE} is global: NOISE.NAME uniform-head always counts over the whole list; leave {SCOPE} out"
        )])),
    }
}
