//! Contrastive pre-training of a small CLIP: image-text pairs, symmetric loss, learnt temperature
//! (Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision").

mod config;
mod exclude;
mod feed;
mod run;
mod source;
mod state;
mod step;

pub use config::{ArchitectureConfig, PretrainConfig};
pub use exclude::{Excluded, IMAGES_FILE};
pub use run::{PretrainOptions, PretrainReport, pretrain};
pub use source::{CaptionSource, ClassCaptions, Mixed};
