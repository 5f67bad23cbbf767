//! What a learner has predicted for each image so far.

use super::{Loss, check, early_learning};
use crate::{Error, Result};
use candle_core::{DType, Device, Tensor};
use std::collections::BTreeMap;

/// What stands in a state before an image's key. No parameter has a colon in its name.
const NAME: &str = "running_mean:";

/// For each image the running mean of one learner's own predictions, which the loss `elr` looks back
/// at: `t <- beta t + (1 - beta) p / sum(p)`, from 0, with `p` between 1e-4 and 1 - 1e-4 (Liu et al. 2020,
/// eq. 9, and the authors' code). Other losses keep nothing.
///
/// The means lie in main memory, `C` numbers (f32) for each image that was seen.
#[derive(Clone, Debug, Default)]
pub struct RunningMeans {
    pub(super) rows: BTreeMap<String, Tensor>,
}

impl RunningMeans {
    /// Takes in a batch's predictions, logits `[B, C]`, and gives the means `[B, C]` (f32, without a graph,
    /// on the logits' device) after that: what [`Loss::hard`] and [`Loss::soft`] ask for. `images` are the
    /// images' keys. An image that stands in a batch more than once counts once, with the mean of its
    /// views, so that neither their order nor their number matters (in the authors' code the last one wins,
    /// or on a GPU any). `None`, and nothing is kept, where the loss does not look back.
    ///
    /// # Errors
    /// When the numbers of images, rows or classes do not fit.
    pub fn update(&mut self, loss: &Loss, images: &[&str], logits: &Tensor) -> Result<Option<Tensor>> {
        let Loss::EarlyLearning { beta, .. } = *loss else { return Ok(None) };
        let (batch, classes) = check::logits(logits)?;
        if images.len() != batch {
            let text = format!("running means ask for one image a row, found {} for {batch} rows", images.len());
            return Err(Error::invalid(text));
        }
        let rows: Vec<Vec<f32>> = early_learning::probabilities(&logits.detach())?.to_vec2()?;
        let mut views: BTreeMap<&str, Vec<&[f32]>> = BTreeMap::new();
        for (image, row) in images.iter().zip(&rows) {
            views.entry(image).or_default().push(row);
        }
        let mut after: BTreeMap<&str, Vec<f32>> = BTreeMap::new();
        for (image, views) in views {
            let old = match self.rows.get(image) {
                Some(old) => old.to_vec1()?,
                None => vec![0.0; classes],
            };
            if old.len() != classes {
                let text = format!("{} classes are remembered of image '{image}', not {classes}", old.len());
                return Err(Error::invalid(text));
            }
            let new = moved(&old, &views, beta);
            self.rows.insert(image.to_owned(), Tensor::new(new.as_slice(), &Device::Cpu)?);
            after.insert(image, new);
        }
        let means: Vec<f32> = images.iter().filter_map(|image| after.get(image)).flatten().copied().collect();
        Ok(Some(Tensor::from_vec(means, (batch, classes), logits.device())?))
    }

    /// Adds each image's mean `[C]` to a run's state, as `<prefix>running_mean:<image>`.
    pub fn save(&self, prefix: &str, state: &mut BTreeMap<String, Tensor>) {
        state.extend(self.rows.iter().map(|(image, row)| (format!("{prefix}{NAME}{image}"), row.clone())));
    }

    /// Takes out of a state what [`RunningMeans::save`] put there with an empty prefix, and leaves the rest.
    ///
    /// # Errors
    /// When one of its tensors is no list of numbers.
    pub fn take(state: &mut BTreeMap<String, Tensor>) -> Result<Self> {
        let mut means = Self::default();
        let (own, rest) = std::mem::take(state).into_iter().partition(|(name, _)| name.starts_with(NAME));
        *state = rest;
        let own: BTreeMap<String, Tensor> = own;
        for (name, row) in own {
            let image = name.strip_prefix(NAME).unwrap_or(&name).to_owned();
            if row.rank() != 1 {
                let text = format!("the running mean of image '{image}' has the shape {:?}, not [C]", row.dims());
                return Err(Error::invalid(text));
            }
            // A copy: the caller's tensor may be written to later.
            means.rows.insert(image, row.detach().to_device(&Device::Cpu)?.to_dtype(DType::F32)?.copy()?);
        }
        Ok(means)
    }
}

/// One image's mean after the batch that shows these views of it.
fn moved(old: &[f32], views: &[&[f32]], beta: f64) -> Vec<f32> {
    let sums: Vec<f64> = views.iter().map(|view| view.iter().copied().map(f64::from).sum()).collect();
    let share = (1.0 - beta) / views.len() as f64;
    let one = |(class, &old): (usize, &f32)| {
        let new: f64 = views.iter().zip(&sums).map(|(view, sum)| f64::from(view[class]) / sum).sum();
        (beta * f64::from(old) + share * new) as f32
    };
    old.iter().enumerate().map(one).collect()
}
