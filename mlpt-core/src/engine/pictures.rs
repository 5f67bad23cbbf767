//! The pictures of a run's data set by name, for whoever wants to show them.

use super::load_splits;
use crate::config::Config;
use crate::data::ImageRef;
use crate::rng::RngTree;
use crate::{Registries, Result};
use std::collections::BTreeMap;

/// Every picture of the data set that the settings name, by its key; none is decoded, and no model is loaded.
///
/// # Errors
/// When the data set is not known or its data is not there.
pub fn pictures(config: &Config, registries: &Registries) -> Result<BTreeMap<String, ImageRef>> {
    let seed = u64::try_from(config.get::<i64>("SEED")?).unwrap_or(0);
    let splits = load_splits(config, registries, &RngTree::new(seed), &mut |_| {})?;
    let all = [splits.train, splits.val, splits.test];
    Ok(all.into_iter().flatten().map(|item| (item.image.key().to_owned(), item.image)).collect())
}
