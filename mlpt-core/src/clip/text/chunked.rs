//! The text tower in parts, whose graphs are made again in the backward pass (Chen et al., "Training Deep Nets with
//! Sublinear Memory Cost", 2016).
//!
//! Forward, the parts run without a graph. Backward, each part runs once more with one, from fresh variables, and its
//! graph is gone before the next part's begins; gradients of what parts share add up. So memory is that of one part,
//! for the price of one more forward pass; the numbers are those of the whole batch but for their last bits.

use super::batch::TextBatch;
use super::tower::TextTower;
use crate::tensor::{Backward, graft};
use crate::{Error, Result};
use candle_core::{Device, Result as TensorResult, Tensor, Var};
use std::collections::BTreeMap;
use std::ops::Range;

/// Which features are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::clip) enum Depth {
    /// Of the last layer, `[R, E]`.
    Last,
    /// Of the input and of every layer, `[L + 1, R, E]`.
    Every,
}

impl Depth {
    /// The dimension that counts the rows.
    fn rows(self) -> usize {
        match self {
            Self::Last => 0,
            Self::Every => 1,
        }
    }

    fn run(self, tower: &TextTower, batch: &TextBatch) -> Result<Tensor> {
        match self {
            Self::Last => tower.forward(batch),
            Self::Every => tower.forward_layers(batch),
        }
    }
}

/// Features with a graph to whatever in the batch tracks, whose memory is about `budget` bytes at most (0: as much as it
/// takes). The tower's weights get no gradient, so they must be frozen.
///
/// # Errors
/// When the batch's parts do not fit together, or a text is too long.
pub(in crate::clip) fn encode(tower: &TextTower, batch: &TextBatch, depth: Depth, budget: u64) -> Result<Tensor> {
    tower.check(batch)?;
    let parts = tower.parts(batch, budget)?;
    if parts.len() < 2 {
        return depth.run(tower, batch);
    }
    let deep: Vec<(usize, &Tensor)> =
        batch.deep.iter().take(tower.layers()).enumerate().filter_map(|(i, d)| Some((i, d.as_ref()?))).collect();
    // A graft has three inputs at most: what the layers replace lies side by side.
    let mut inputs = vec![batch.prefixes.clone(), batch.suffixes.clone()];
    if !deep.is_empty() {
        inputs.push(Tensor::cat(&deep.iter().map(|(_, d)| *d).collect::<Vec<_>>(), 1)?);
    }
    let lengths = deep.iter().map(|(layer, d)| Ok((*layer, d.dim(1)?))).collect::<Result<_>>()?;
    let parts = parts.into_iter().map(|rows| Part::new(batch, rows)).collect::<Result<_>>()?;
    let work = Work { tower: tower.clone(), depth, deep: lengths, parts };
    let value = work.forward(&inputs.iter().map(Tensor::detach).collect::<Vec<_>>())?;
    Ok(graft(&inputs.iter().collect::<Vec<_>>(), value, move |b| work.backward(&b).map_err(tensor_error))?)
}

/// What a graft may answer.
fn tensor_error(error: Error) -> candle_core::Error {
    match error {
        Error::Tensor(error) => error,
        other => candle_core::Error::Msg(other.to_string()),
    }
}

struct Work {
    tower: TextTower,
    depth: Depth,
    /// Layer and length of each deep prompt.
    deep: Vec<(usize, usize)>,
    parts: Vec<Part>,
}

impl Work {
    /// `inputs`: prefixes, suffixes and, where there are any, deep prompts.
    fn forward(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let features = self.parts.iter().map(|part| {
            let own = part.pick(inputs)?;
            self.depth.run(&self.tower, &part.batch(&own, &self.deep)?)
        });
        Ok(Tensor::cat(&features.collect::<Result<Vec<_>>>()?, self.depth.rows())?)
    }

    fn backward(&self, b: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let mut sums: Vec<Option<Tensor>> = b
            .inputs
            .iter()
            .zip(b.wanted)
            .map(|(input, &wanted)| wanted.then(|| input.zeros_like()).transpose())
            .collect::<TensorResult<_>>()?;
        for part in &self.parts {
            let grads = self.of_part(part, b)?;
            for (n, (sum, grad)) in sums.iter_mut().zip(grads).enumerate() {
                if let (Some(sum), Some(grad)) = (sum, grad) {
                    *sum = part.places(n).add(sum, &grad)?;
                }
            }
        }
        Ok(sums)
    }

    /// The gradients of a part's inputs, where they are wanted. The part's graph ends with this function.
    fn of_part(&self, part: &Part, b: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let own = part.pick(b.inputs)?;
        let vars: Vec<Option<Var>> = own
            .iter()
            .zip(b.wanted)
            .map(|(input, &wanted)| wanted.then(|| Var::from_tensor(input)).transpose())
            .collect::<TensorResult<_>>()?;
        let given: Vec<Tensor> =
            own.iter().zip(&vars).map(|(input, var)| var.as_ref().map_or(input, |v| v.as_tensor()).clone()).collect();
        let features = self.depth.run(&self.tower, &part.batch(&given, &self.deep)?)?;
        let grad = b.grad.narrow(self.depth.rows(), part.rows.start, part.rows.len())?;
        let mut grads = (features * grad)?.sum_all()?.backward()?;
        Ok(vars.iter().map(|var| grads.remove(var.as_ref()?.as_tensor())).collect())
    }
}

/// Some rows with the groups and suffixes that they need.
struct Part {
    rows: Range<usize>,
    groups: Places,
    tokens: Places,
    suffix_lens: Vec<usize>,
    /// Group and suffix of each row, counted within the part.
    pairs: Vec<(usize, usize)>,
}

impl Part {
    fn new(batch: &TextBatch, rows: Range<usize>) -> Result<Self> {
        let (mut groups, mut suffixes) = (BTreeMap::new(), BTreeMap::new());
        for &(group, suffix) in &batch.rows[rows.clone()] {
            groups.insert(group, 0);
            suffixes.insert(suffix, 0);
        }
        // In the batch's order, so that what folded there folds here.
        for (n, place) in groups.values_mut().enumerate() {
            *place = n;
        }
        for (n, place) in suffixes.values_mut().enumerate() {
            *place = n;
        }
        let starts: Vec<usize> =
            batch.suffix_lens.iter().scan(0, |at, len| Some(std::mem::replace(at, *at + len))).collect();
        let device = batch.prefixes.device();
        let tokens = suffixes.keys().flat_map(|&s| starts[s]..starts[s] + batch.suffix_lens[s]);
        Ok(Self {
            groups: Places::new(groups.keys().copied(), batch.prefixes.dim(0)?, device)?,
            tokens: Places::new(tokens, batch.suffixes.dim(0)?, device)?,
            suffix_lens: suffixes.keys().map(|&s| batch.suffix_lens[s]).collect(),
            pairs: batch.rows[rows.clone()].iter().map(|(g, s)| (groups[g], suffixes[s])).collect(),
            rows,
        })
    }

    /// Where the part's share of input `n` lies: prefixes, suffixes, deep prompts.
    fn places(&self, n: usize) -> &Places {
        if n == 1 { &self.tokens } else { &self.groups }
    }

    fn pick(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
        Ok(inputs.iter().enumerate().map(|(n, x)| self.places(n).pick(x)).collect::<TensorResult<_>>()?)
    }

    /// The part as a batch, from its own inputs.
    fn batch(&self, own: &[Tensor], deep: &[(usize, usize)]) -> Result<TextBatch> {
        let mut layers = vec![None; deep.last().map_or(0, |(layer, _)| layer + 1)];
        let mut from = 0;
        if let Some(packed) = own.get(2) {
            for &(layer, length) in deep {
                layers[layer] = Some(packed.narrow(1, from, length)?);
                from += length;
            }
        }
        Ok(TextBatch {
            prefixes: own[0].clone(),
            suffixes: own[1].clone(),
            suffix_lens: self.suffix_lens.clone(),
            rows: self.pairs.clone(),
            deep: layers,
        })
    }
}

/// Places along the first dimension of an input; `None` where they are all there are.
struct Places(Option<Tensor>);

impl Places {
    fn new(places: impl Iterator<Item = usize>, all: usize, device: &Device) -> Result<Self> {
        let places: Vec<u32> = places.map(|place| place as u32).collect();
        let count = places.len();
        Ok(Self(if count == all { None } else { Some(Tensor::from_vec(places, count, device)?) }))
    }

    fn pick(&self, x: &Tensor) -> TensorResult<Tensor> {
        match &self.0 {
            None => Ok(x.clone()),
            Some(places) => x.index_select(places, 0),
        }
    }

    fn add(&self, sum: &Tensor, grad: &Tensor) -> TensorResult<Tensor> {
        match &self.0 {
            None => sum + grad,
            Some(places) => sum.index_add(places, grad, 0),
        }
    }
}
