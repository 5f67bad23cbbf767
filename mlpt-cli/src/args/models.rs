//! The flags of the commands around models.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What a model can be given as, at the end of the help.
const MODELS: &str = "\
MODEL is `builtin`, a published name (RN50, ViT-B/32, ...; `mlpt model list`), a folder in Hugging Face's or
open_clip's layout, a file of weights (safetensors, .bin, .pt, OpenAI's archives), or a repository of the
hub, org/name or org/name@revision.

Downloads go to the cache that Python's huggingface_hub uses. HF_HOME moves it, HF_ENDPOINT names a mirror,
HF_TOKEN opens gated repositories, HF_HUB_OFFLINE=1 forbids every connection, HTTPS_PROXY and SSL_CERT_FILE
lead through a company's network.";

/// `mlpt model`.
#[derive(Args, Clone, Debug)]
#[command(after_help = MODELS)]
pub struct ModelArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ModelCommand,
}

/// The commands of `mlpt model`.
#[derive(Clone, Debug, Subcommand)]
pub enum ModelCommand {
    /// Show the published models that have a name, and which of them are in the cache.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Bring a model to the disk.
    #[command(after_help = MODELS)]
    Get {
        /// The model.
        #[arg(value_name = "MODEL")]
        model: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tell what a model is: towers, sizes, parameters, type, digest.
    #[command(after_help = MODELS)]
    Info {
        /// The model.
        #[arg(value_name = "MODEL")]
        model: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Load a model and run one image and one text through it.
    #[command(after_help = MODELS)]
    Check {
        /// The model.
        #[arg(value_name = "MODEL")]
        model: String,
        /// Where to compute: auto, cpu or cuda:N.
        #[arg(long, value_name = "DEVICE", default_value = "auto")]
        device: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `mlpt encode`.
#[derive(Args, Clone, Debug)]
#[command(after_help = MODELS)]
pub struct EncodeArgs {
    /// The CLIP model.
    #[arg(long, value_name = "MODEL", default_value = "builtin")]
    pub backbone: String,
    /// Pictures.
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "text")]
    pub image: Vec<PathBuf>,
    /// A text; repeatable.
    #[arg(long, value_name = "TEXT")]
    pub text: Vec<String>,
    /// Print everything as JSON, the features too.
    #[arg(long)]
    pub json: bool,
    /// Write the features to a safetensors file: `images [N, E]`, `texts [M, E]`, `logit_scale`.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Where to compute: auto, cpu or cuda:N.
    #[arg(long, value_name = "DEVICE", default_value = "auto")]
    pub device: String,
    /// What the towers compute in: fp32, fp16, bf16 or amp.
    #[arg(long, value_name = "TYPE", default_value = "fp32")]
    pub prec: String,
}

/// `mlpt doctor`.
#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
