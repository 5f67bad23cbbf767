//! What a run holds in memory.

use super::asked::Asked;
use crate::Result;
use crate::estimate::{Bytes, Pass, Speeds, Work, image_graph_bytes};

/// Bytes of a number of features, pixels and parameters.
const F32: u64 = 4;
/// Batches of a stream that are under way at a time; see [`Loader`](crate::data::Loader).
const UNDER_WAY: u64 = 3;

impl Asked<'_> {
    /// Of a run of these passes.
    pub(super) fn bytes(&self, passes: &[&Pass], speeds: &Speeds) -> Result<Bytes> {
        let (job, clip) = (self.job, &self.job.clip);
        let each = clip.number_bytes();
        let text_graph_whole = passes
            .iter()
            .filter_map(|pass| match pass.work {
                Work::Texts(size) if pass.backward => Some(size.graph_bytes(&clip.config().text_config, each)),
                _ => None,
            })
            .max()
            .unwrap_or(0);
        let image_graph = passes
            .iter()
            .filter_map(|pass| match pass.work {
                Work::Images { rows, prompts: Some(m) } if pass.backward => {
                    Some(image_graph_bytes(clip.config(), rows, m, each))
                }
                _ => None,
            })
            .max()
            .unwrap_or(0);
        let bound = if clip.text_memory() == 0 { u64::MAX } else { clip.text_memory() };
        let pixels = 3 * (clip.input_size() * clip.input_size()) as u64 * F32;
        let ahead = if job.config.get::<usize>("DATALOADER.NUM_WORKERS")? > 0 { UNDER_WAY } else { 1 };
        let under_way = self.plan.phases.iter().map(|p| p.streams.iter().sum::<usize>()).max().unwrap_or(0);
        let batches = under_way.max(job.test_batch) as u64 * ahead * pixels;
        let pictures = self.data.train.train.len().max(self.data.train.pool.len())
            + if self.max_epoch > 0 { self.data.val.len() } else { 0 }
            + job.splits.test.len();
        let budget = (job.config.get::<usize>("DATALOADER.CACHE_MB")? as u64) << 20;
        let kept =
            self.data.val.len() + job.splits.test.len() + self.data.train.pool.len() + job.splits.class_names.len();
        let learners = job.trainer.learners();
        let parameters: u64 =
            learners.iter().flat_map(|l| &l.parameters).map(|p| p.var.elem_count() as u64 * F32).sum();
        Ok(Bytes {
            weights: clip.weight_bytes(),
            text_graph: text_graph_whole.min(bound),
            text_graph_whole,
            image_graph,
            batches,
            cache: (pictures as u64 * speeds.picture_bytes).min(budget),
            features: kept as u64 * clip.embed_dim() as u64 * F32,
            parameters,
            state: 3 * parameters,
        })
    }
}
