//! Small copies of a run's pictures, to be put into the page.

use crate::args::SettingsArgs;
use crate::settings::implied_if_there;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::thumbnail;
use mlpt_core::data::ImageRef;
use mlpt_core::engine::pictures;
use mlpt_core::{Error, Registries, Result};
use std::collections::BTreeMap;
use std::path::Path;

/// Longer side of a copy, in pixels.
const SIDE: u32 = 112;
/// Quality of its JPEG.
const QUALITY: u8 = 82;

/// The pictures of a run's data set.
pub(crate) enum Pictures {
    /// They are not wanted.
    Off,
    /// They are not there, and why.
    Missing(String),
    /// By key.
    There(BTreeMap<String, ImageRef>),
}

impl Pictures {
    /// Looks for the data set of the run in `run`, below `root` where that is given.
    pub(crate) fn of(run: &Path, root: Option<&str>, registries: &Registries) -> Self {
        let settings = SettingsArgs { root: root.map(str::to_owned), ..SettingsArgs::default() };
        let found = settings.resolve_with(registries, Some(run), implied_if_there);
        match found.and_then(|config| pictures(&config, registries)) {
            Ok(pictures) => Self::There(pictures),
            Err(error) => Self::Missing(error.to_string()),
        }
    }

    /// What a reader should know of them.
    pub(super) fn sentence(&self) -> Option<String> {
        match self {
            Self::Missing(why) => Some(format!(
                "The pictures are not shown, for the data set cannot be read: {}.",
                why.trim_end_matches('.')
            )),
            Self::Off | Self::There(_) => None,
        }
    }

    /// A `data:` address of a small copy, or what is said in its place; both are empty where pictures are left out.
    pub(super) fn shown(&self, key: &str) -> (String, String) {
        let Self::There(pictures) = self else { return Default::default() };
        let Some(picture) = pictures.get(key) else {
            return (String::new(), "The data set has no such picture any more.".to_owned());
        };
        match copy(picture) {
            Ok(address) => (address, String::new()),
            Err(error) => (String::new(), format!("It cannot be shown: {error}")),
        }
    }
}

fn copy(picture: &ImageRef) -> Result<String> {
    let whole = picture.decode()?;
    let (width, height) = whole.dimensions();
    let part = f64::from(SIDE) / f64::from(width.max(height).max(1));
    let scaled = |side: u32| ((f64::from(side) * part).round() as u32).max(1);
    // Larger than it is it would only be longer.
    let small = if part < 1.0 { thumbnail(&whole, scaled(width), scaled(height)) } else { whole };
    let mut bytes = Vec::new();
    let fault = |e: image::ImageError| Error::invalid(format!("{}: {e}", picture.key()));
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&small).map_err(fault)?;
    Ok(format!("data:image/jpeg;base64,{}", STANDARD.encode(bytes)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_a_small_jpeg() {
        let dir = tempfile::tempdir().unwrap();
        for (name, width, height, wanted) in [("wide.png", 400, 10, (112, 3)), ("small.png", 20, 30, (20, 30))] {
            image::RgbImage::new(width, height).save(dir.path().join(name)).unwrap();
            let key = ImageRef::File { root: dir.path().into(), relative: name.into() };
            let pictures = Pictures::There(BTreeMap::from([(name.to_owned(), key)]));
            let (address, missing) = pictures.shown(name);
            let bytes = STANDARD.decode(address.strip_prefix("data:image/jpeg;base64,").unwrap()).unwrap();
            let small = image::load_from_memory(&bytes).unwrap();
            assert_eq!(((small.width(), small.height()), missing.as_str()), (wanted, ""));
        }
    }

    #[test]
    fn what_cannot_be_shown_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let gone = ImageRef::File { root: dir.path().into(), relative: "gone.png".into() };
        let pictures = Pictures::There(BTreeMap::from([("gone.png".to_owned(), gone)]));
        let (address, missing) = pictures.shown("gone.png");
        assert!(address.is_empty() && missing.contains("gone.png"), "{missing}");
        assert!(pictures.shown("other.png").1.contains("no such picture"));
        assert_eq!(Pictures::Off.shown("gone.png"), (String::new(), String::new()));
        assert!(Pictures::Missing("no folder x".to_owned()).sentence().unwrap().contains("no folder x."));
    }
}
