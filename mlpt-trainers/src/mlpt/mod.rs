//! MLPT: two prompt learners that teach each other under noisy labels.
//!
//! Warm-up epochs on the given labels; then, every epoch, each learner's losses on the pool are
//! split by a two-component Gaussian mixture, and each learner trains on its *peer's* split: probably
//! clean images with refined labels, the others with guessed ones (SPEC D.10; after DivideMix, Li,
//! Socher and Hoi, ICLR 2020, with prompt learners over one shared frozen CLIP in place of networks).

mod codivide;
mod config;
mod cotrain;
mod entry;
mod history;
mod learners;
mod mixup;
mod objective;
mod plan;
mod prior;
mod targets;
mod trainer;

pub use codivide::{Division, PoolView, Split, pool_view};
pub use config::{MlptConfig, Targets, WarmupConfig};
pub use entry::register;
pub use targets::{guess, one_hot, refine, sharpen};
pub use trainer::Mlpt;
