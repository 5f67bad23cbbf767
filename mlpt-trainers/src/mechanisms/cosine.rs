//! CLIP's classifier: temperature times cosine.

use candle_core::{DType, Tensor};
use mlpt_core::clip::FrozenClip;
use mlpt_core::prompt::{ImageInput, TextState};
use mlpt_core::tensor::normalize;
use mlpt_core::{Error, Result};

/// Unit-length f32 image features `[B, E]`; pixels go through the frozen tower first.
///
/// # Errors
/// When a tensor operation fails.
pub fn image_features(clip: &FrozenClip, images: ImageInput<'_>) -> Result<Tensor> {
    let features = match images {
        ImageInput::Pixels(pixels) => clip.encode_images(pixels)?,
        ImageInput::Features(features) => features.clone(),
    };
    normalize(&features.to_dtype(DType::F32)?)
}

/// Logits `[B, C]` of unit-length `class_features` `[C, E]` (SPEC D.1: `exp(logit_scale) f t^T`).
///
/// # Errors
/// When `class_features` is missing or a tensor operation fails.
pub fn cosine_logits(clip: &FrozenClip, class_features: Option<&Tensor>, images: ImageInput<'_>) -> Result<Tensor> {
    let text = class_features.ok_or_else(|| Error::invalid("the logits were asked for without the text pass"))?;
    let images = image_features(clip, images)?;
    Ok((images.matmul(&text.t()?)? * clip.logit_scale())?)
}

/// The same for a mechanism that puts prompts into the image tower. `text` holds class features `[C, E]` of unit length,
/// then the image tower's tokens `[M, D]` for each layer that has its own. `mechanism` is named in messages.
///
/// # Errors
/// When there are no class features or no pixels, or a tensor operation fails.
pub fn prompted_logits(
    clip: &FrozenClip,
    text: Option<&TextState>,
    images: ImageInput<'_>,
    mechanism: &str,
) -> Result<Tensor> {
    let Some([classes, prompts @ ..]) = text.map(|t| t.tensors.as_slice()) else {
        return Err(Error::invalid("the logits were asked for without the text pass"));
    };
    let pixels = pixels_for(images, mechanism)?;
    let prompts: Vec<Option<Tensor>> = prompts.iter().cloned().map(Some).collect();
    let images = normalize(&clip.encode_images_prompted(pixels, &prompts)?)?;
    Ok((images.matmul(&classes.t()?)? * clip.logit_scale())?)
}

/// What a mechanism that puts prompts into the image tower starts from; `mechanism` is named in the message.
pub(super) fn pixels_for<'a>(images: ImageInput<'a>, mechanism: &str) -> Result<&'a Tensor> {
    match images {
        ImageInput::Pixels(pixels) => Ok(pixels),
        ImageInput::Features(_) => {
            Err(Error::invalid(format!("{mechanism} changes the image tower: it needs pixels, not features")))
        }
    }
}
