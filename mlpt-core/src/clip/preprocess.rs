//! What the image tower expects of its pixels: `preprocessor_config.json`.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How images are resized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interpolation {
    /// Nearest neighbour.
    Nearest,
    /// Bilinear.
    Bilinear,
    /// Bicubic: CLIP's.
    Bicubic,
}

/// Size, mean, standard deviation and interpolation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preprocess {
    /// Side of the square input in pixels.
    pub size: usize,
    /// Mean of each channel, of values in 0..1.
    pub mean: [f32; 3],
    /// Standard deviation of each channel.
    pub std: [f32; 3],
    /// How images are resized.
    pub interpolation: Interpolation,
}

impl Preprocess {
    /// OpenAI CLIP's values for an input of `size` pixels.
    pub fn clip(size: usize) -> Self {
        Self {
            size,
            mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
            std: [0.268_629_54, 0.261_302_6, 0.275_777_1],
            interpolation: Interpolation::Bicubic,
        }
    }

    /// Reads `preprocessor_config.json`; what it leaves out is CLIP's for an input of `size`.
    ///
    /// # Errors
    /// When it is not JSON, or a value is not of the right kind.
    pub fn from_json(json: &str, size: usize) -> Result<Self> {
        let fault = |what: String| Error::invalid(format!("preprocessor_config.json: {what}"));
        let value: Value = serde_json::from_str(json).map_err(|e| fault(e.to_string()))?;
        let mut this = Self::clip(size);
        for (key, slot) in [("image_mean", &mut this.mean), ("image_std", &mut this.std)] {
            if let Some(given) = value.get(key) {
                *slot = serde_json::from_value(given.clone()).map_err(|e| fault(format!("{key}: {e}")))?;
            }
        }
        if let Some(bad) = this.std.iter().find(|x| !(x.is_finite() && **x > 0.0)) {
            return Err(fault(format!("image_std holds {bad}: it must be greater than 0")));
        }
        this.interpolation = match value.get("resample").and_then(Value::as_u64) {
            None | Some(3) => Interpolation::Bicubic,
            Some(2) => Interpolation::Bilinear,
            Some(0) => Interpolation::Nearest,
            Some(other) => return Err(fault(format!("resample {other} is not known; 0, 2 and 3 are"))),
        };
        let crop = value.get("crop_size").map(|c| c.get("height").unwrap_or(c));
        if let Some(given) = crop.and_then(Value::as_u64)
            && given != size as u64
        {
            return Err(fault(format!("crop_size {given} is not the model's image_size {size}")));
        }
        Ok(this)
    }

    /// The file, as Hugging Face's libraries read it.
    pub fn to_json(&self) -> String {
        let resample = match self.interpolation {
            Interpolation::Nearest => 0,
            Interpolation::Bilinear => 2,
            Interpolation::Bicubic => 3,
        };
        let value = serde_json::json!({
            "image_processor_type": "CLIPImageProcessor",
            "do_resize": true, "size": {"shortest_edge": self.size}, "resample": resample,
            "do_center_crop": true, "crop_size": {"height": self.size, "width": self.size},
            "do_rescale": true, "do_normalize": true, "image_mean": self.mean, "image_std": self.std,
        });
        format!("{value:#}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_ages_of_the_format() {
        let old = r#"{"crop_size":224,"image_mean":[0.5,0.5,0.5],"resample":2,"size":224}"#;
        let read = Preprocess::from_json(old, 224).unwrap();
        assert_eq!((read.mean, read.interpolation), ([0.5; 3], Interpolation::Bilinear));
        assert_eq!(Preprocess::from_json(&read.to_json(), 224).unwrap(), read);
        assert_eq!(Preprocess::from_json("{}", 64).unwrap(), Preprocess::clip(64));
        assert!(Preprocess::from_json(old, 64).unwrap_err().to_string().contains("crop_size 224"));
    }
}
