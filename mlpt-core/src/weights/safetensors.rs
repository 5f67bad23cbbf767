//! The header of a safetensors file.

use super::rebuild::Found;
use super::sniff::Opened;
use super::view::View;
use crate::{Error, Result};
use candle_core::DType;
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use std::collections::BTreeMap;

/// The views that the header lists.
pub(super) fn find(opened: &mut Opened) -> Result<Found> {
    let (path, len) = (opened.path.clone(), opened.len);
    let fault = |message: String| Error::model(&path, message);
    let length = opened.bytes(0, 8)?.first_chunk().map_or(0, |n| u64::from_le_bytes(*n));
    let data = 8 + length;
    let cut_off =
        |whole: u64| fault(format!("is cut off: {len} of {whole} bytes of a safetensors file; fetch the file again"));
    if data > len {
        return Err(cut_off(data));
    }
    // Below the longest header, or it would not have been taken for one.
    let header = opened.bytes(8, length as usize)?;
    let header: Metadata = serde_json::from_slice(&header)
        .map_err(|e| fault(format!("has a damaged safetensors header ({e}); fetch the file again")))?;
    // The library has found the tensors to lie one behind the other, each as long as its shape asks for.
    let whole = data.saturating_add(header.data_len() as u64);
    if whole > len {
        return Err(cut_off(whole));
    }
    if whole < len {
        let more = len - whole;
        return Err(fault(format!("has {more} bytes behind its last tensor, so it is damaged; fetch the file again")));
    }
    let mut views = BTreeMap::new();
    for name in header.offset_keys() {
        let Some(info) = header.info(&name) else { continue };
        let of_tensor = |message: String| fault(format!("'{name}' {message}"));
        let dtype = dtype(info.dtype).ok_or_else(|| {
            of_tensor(format!("holds numbers of type {}, which cannot be read; convert them to F32", info.dtype))
        })?;
        let (start, end) = info.data_offsets;
        let view = View::whole(dtype, &(data + start as u64..data + end as u64), info.shape.clone());
        views.insert(name.clone(), view.map_err(of_tensor)?);
    }
    if views.is_empty() {
        return Err(fault("is a safetensors file without a single tensor; fetch the file again".to_owned()));
    }
    Ok(Found { views, numbers: BTreeMap::new() })
}

fn dtype(stored: Dtype) -> Option<DType> {
    Some(match stored {
        Dtype::BOOL | Dtype::U8 => DType::U8,
        Dtype::I16 => DType::I16,
        Dtype::I32 => DType::I32,
        Dtype::U32 => DType::U32,
        Dtype::I64 => DType::I64,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        Dtype::F32 => DType::F32,
        Dtype::F64 => DType::F64,
        _ => return None,
    })
}
