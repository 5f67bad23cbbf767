#![allow(clippy::unwrap_used)]

mod cells;
mod compared;
mod dassl;
mod found;
mod logs;
mod protocol;
mod reference;
mod rows;
mod stats;
mod tree;

use super::{Options, Report, find, report};
use crate::Result;
use std::path::Path;

fn tables(root: &Path, options: &Options) -> Result<Report> {
    report(&find(&[root.to_owned()])?, options)
}

fn refused(root: &Path, options: &Options, parts: &[&str]) {
    let message = tables(root, options).unwrap_err().to_string();
    for part in parts {
        assert!(message.contains(part), "no '{part}' in: {message}");
    }
}

fn mixed() -> Options {
    Options { allow_mixed: true, ..Options::default() }
}
