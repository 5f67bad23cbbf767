//! One contrastive step, its batch cut into parts that run side by side.
//!
//! The loss needs all pairs of a batch, but the towers do not: each part goes through the towers
//! with a graph of its own; the loss is taken on the detached features of all parts; its gradient
//! with respect to the features is then sent back through each part (Gao et al. 2021, "Scaling
//! Deep Contrastive Learning Batch Size under Memory Limited Setup").

use super::feed::PairBatch;
use crate::clip::ClipModel;
use crate::prompt::NamedVar;
use crate::tensor::normalize;
use crate::{Error, Result};
use candle_core::backprop::GradStore;
use candle_core::{D, Tensor, Var};
use candle_nn::ops::log_softmax;
use rayon::prelude::*;

/// Name of the learnt temperature among the parameters.
pub(super) const LOGIT_SCALE: &str = "logit_scale";

/// What a step found.
pub(super) struct StepOutcome {
    /// Gradients of every parameter.
    pub grads: GradStore,
    /// Symmetric cross-entropy.
    pub loss: f64,
    /// Fraction of pictures whose own caption is the most similar one of the batch.
    pub top1: f64,
}

struct Part {
    images: Tensor,
    texts: Tensor,
}

/// Loss and gradients of one batch.
pub(super) fn contrastive_step(
    model: &ClipModel,
    params: &[NamedVar],
    batch: &PairBatch,
    parts: usize,
) -> Result<StepOutcome> {
    let size = batch.ids.len();
    let bounds: Vec<(usize, usize)> =
        (0..parts).map(|p| (p * size / parts, (p + 1) * size / parts)).filter(|(a, b)| a < b).collect();
    let forward: Vec<Part> = bounds
        .par_iter()
        .map(|&(from, to)| -> Result<Part> {
            Ok(Part {
                images: model.image_features(&batch.images.narrow(0, from, to - from)?)?,
                texts: model.text_features(&batch.ids[from..to])?,
            })
        })
        .collect::<Result<_>>()?;

    let gather = |pick: fn(&Part) -> &Tensor| -> Result<Var> {
        let all: Vec<Tensor> = forward.iter().map(|p| pick(p).detach()).collect();
        Ok(Var::from_tensor(&Tensor::cat(&all, 0)?)?)
    };
    let (images, texts) = (gather(|p| &p.images)?, gather(|p| &p.texts)?);
    let scale =
        params.iter().find(|p| p.name == LOGIT_SCALE).ok_or_else(|| Error::invalid("the model has no logit_scale"))?;
    let logits = normalize(&images)?
        .matmul(&normalize(&texts)?.t()?)?
        .broadcast_mul(&scale.var.as_tensor().flatten_all()?.exp()?)?;
    let targets = batch.targets(logits.device())?;
    let cross_entropy = |logits: &Tensor| -> Result<Tensor> {
        Ok((log_softmax(logits, D::Minus1)? * &targets)?.sum_all()?.affine(-1.0 / size as f64, 0.0)?)
    };
    // The targets are symmetric, so the same ones serve captions against pictures.
    let loss = ((cross_entropy(&logits)? + cross_entropy(&logits.t()?.contiguous()?)?)? * 0.5)?;
    let top1 = batch.top1(&logits)?;
    let mut total = loss.backward()?;

    let sent_back = |name: &str, features: &Var| {
        total.get(features).cloned().ok_or_else(|| Error::invalid(format!("no gradient reached the {name} features")))
    };
    let (image_grad, text_grad) = (sent_back("image", &images)?, sent_back("text", &texts)?);
    let backward: Vec<GradStore> = forward
        .par_iter()
        .zip(&bounds)
        .map(|(part, &(from, to))| -> Result<GradStore> {
            let images = (&part.images * image_grad.narrow(0, from, to - from)?)?.sum_all()?;
            let texts = (&part.texts * text_grad.narrow(0, from, to - from)?)?.sum_all()?;
            Ok((images + texts)?.backward()?)
        })
        .collect::<Result<_>>()?;
    for param in params {
        for store in &backward {
            if let Some(grad) = store.get(&param.var) {
                let sum = match total.get(&param.var) {
                    Some(sofar) => (sofar + grad)?,
                    None => grad.clone(),
                };
                total.insert(&param.var, sum);
            }
        }
    }
    Ok(StepOutcome { grads: total, loss: f64::from(loss.to_scalar::<f32>()?), top1 })
}
