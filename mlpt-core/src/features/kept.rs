//! Features of images: from the store, or computed and put there.

use super::digests::{Known, digests};
use super::file::Rows;
use super::stamp::Stamp;
use super::store::FeatureStore;
use crate::Result;
use crate::clip::FrozenClip;
use crate::data::{Item, Loader};
use candle_core::{DType, Device, Tensor};

/// Unnormalised features `[N, E]` of `items` under the loader's test transform, f32. The store's rows have the very
/// bits that encoding gives, so that nothing depends on what it holds. Passes are not counted here.
///
/// # Errors
/// When an image cannot be read or a tensor operation fails; never for what is wrong with the store.
pub(crate) fn features(
    store: &FeatureStore,
    loader: &Loader,
    clip: &FrozenClip,
    items: &[Item],
    batch_size: usize,
) -> Result<Tensor> {
    let known = digests(store, items);
    if known.iter().all(Option::is_none) {
        return loader.encode_apart(clip, items, batch_size);
    }
    let recipe = store.recipe(clip, loader.transform())?;
    let there = store.read_rows(&recipe);
    let width = clip.embed_dim();
    let row_of = |known: &Option<Known>| there.get(&known.as_ref()?.digest).filter(|row| row.len() == width);
    let missing: Vec<usize> = (0..items.len()).filter(|&i| row_of(&known[i]).is_none()).collect();
    let encoded = match missing.len() {
        0 => Vec::new(),
        _ => {
            let items: Vec<Item> = missing.iter().map(|&i| items[i].clone()).collect();
            let encoded = loader.encode_apart(clip, &items, batch_size)?;
            encoded.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.to_vec2::<f32>()?
        }
    };
    tracing::debug!(
        "Features of {} images: {} kept, {} encoded",
        items.len(),
        items.len() - missing.len(),
        missing.len()
    );
    let mut values = Vec::with_capacity(items.len() * width);
    let mut fresh = missing.iter().zip(&encoded).peekable();
    for (i, known) in known.iter().enumerate() {
        match (fresh.next_if(|(at, _)| **at == i), row_of(known)) {
            (Some((_, row)), _) => values.extend_from_slice(row),
            (None, row) => values.extend_from_slice(row.unwrap_or_default()),
        }
    }
    let rows: Vec<_> = missing
        .iter()
        .zip(encoded)
        .filter_map(|(&i, row)| Some((known[i].filter(|known| is_sure(known, &items[i], loader))?.digest, row)))
        .filter(|(_, row)| row.iter().all(|x| x.is_finite()))
        .collect();
    if !rows.is_empty() {
        store.add_rows(clip.name(), &recipe, Rows::new(width, rows));
    }
    Ok(Tensor::from_vec(values, (items.len(), width), clip.device())?)
}

/// Whether what was encoded is what the digest is of: the file is still the one that was read for it, and so was the
/// file that a picture in memory came from.
fn is_sure(known: &Known, item: &Item, loader: &Loader) -> bool {
    let Some(stamp) = known.stamp else { return true };
    let held = loader.held_stamp(&item.image);
    stamp.is_settled() && Stamp::of(&item.image) == Some(stamp) && held.is_none_or(|held| held == Some(stamp))
}
