//! Bad input: one clear message that names what is at fault, the right exit code, no panic, no partial
//! file. A module a family; every call of `refuses` is a case.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod checkpoints;
mod class_names;
mod commands;
mod folders;
mod images;
mod models;
mod output;
mod own_data;
mod place;
mod pretraining;
mod settings;
mod settings_files;
mod split_files;
mod training;
