//! Where models come from: built in, a folder, a file, a published name, the hub.

mod backbones;
mod files;
mod folder;
mod layout;
mod model;
mod repository;

pub use backbones::{Backbone, backbones};
pub use files::{ModelFiles, write_model};
pub use model::ModelSource;
