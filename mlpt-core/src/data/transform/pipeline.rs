//! The transforms of training and test: from a picture to a tensor's values.

use super::augment::{RandomCrop, Translation};
use super::describe::describe;
use super::{
    Draws, Filter, TransformConfig, Window, center_window, instance_norm, random_resized_window, resize, shorter_side,
};
use crate::Result;
use crate::config::Config;
use crate::rng::Rng;
use image::RgbImage;
use image::imageops::flip_horizontal_in_place;
use rand::Rng as _;

/// Turns a decoded picture into pixels `[3, H, W]`.
#[derive(Clone, Debug)]
pub struct Transform {
    config: TransformConfig,
    training: bool,
    /// Per channel: the value of each of the 256 bytes.
    values: Box<[[f32; 256]; 3]>,
}

impl Transform {
    /// The training transform of the section `INPUT`: what is listed of random_translation, random_crop,
    /// random_resized_crop (or, where neither crop is listed, the whole picture resized to exactly `SIZE`
    /// first), random_flip, the policies, the RandAugments, colorjitter, randomgrayscale, gaussian_blur,
    /// cutout, normalize, gaussian_noise, instance_norm, in this order.
    ///
    /// # Errors
    /// As [`TransformConfig::read`].
    pub fn train(config: &Config) -> Result<Self> {
        Ok(Self::new(TransformConfig::read(config)?, true))
    }

    /// The test transform of the section `INPUT`: the shorter side resized to the larger of
    /// `SIZE`, the middle cut out, normalised, each channel normalised where instance_norm is listed. It
    /// draws nothing.
    ///
    /// # Errors
    /// As [`TransformConfig::read`].
    pub fn test(config: &Config) -> Result<Self> {
        Ok(Self::new(TransformConfig::read(config)?, false))
    }

    /// The training or the test transform of a checked section.
    pub fn new(config: TransformConfig, training: bool) -> Self {
        let mut values = Box::new([[0.0; 256]; 3]);
        for ((table, mean), std) in values.iter_mut().zip(config.mean).zip(config.std) {
            for (byte, value) in table.iter_mut().enumerate() {
                let share = byte as f32 / 255.0;
                *value = if config.normalize { (share - mean) / std } else { share };
            }
        }
        Self { config, training, values }
    }

    /// Height and width of the result.
    pub fn size(&self) -> (usize, usize) {
        self.config.size
    }

    /// Pixels `[3, H, W]` of one picture, row by row.
    pub fn apply(&self, image: &RgbImage, rng: &mut Rng) -> Vec<f32> {
        let mut out = vec![0.0; 3 * self.config.size.0 * self.config.size.1];
        self.apply_into(image, rng, &mut out);
        out
    }

    /// As [`Transform::apply`], into a slice of `3 * H * W`.
    pub fn apply_into(&self, image: &RgbImage, rng: &mut Rng, out: &mut [f32]) {
        let draws = self.draw((image.width() as usize, image.height() as usize), rng);
        self.apply_drawn(image, &draws, out);
    }

    /// Pixels `[3, H, W]` of `part` of a picture, which must lie inside it: what a training transform does
    /// once it has drawn a part, and whether to mirror, and nothing else.
    pub fn apply_part(&self, image: &RgbImage, part: Window, flip: bool) -> Vec<f32> {
        let mut out = vec![0.0; 3 * self.config.size.0 * self.config.size.1];
        self.apply_drawn(image, &Draws { part: Some(part), flip, ..Draws::default() }, &mut out);
        out
    }

    /// What training does to a picture of `size` (width, height); the test transform draws nothing. The
    /// order of the draws is that of the transforms.
    pub fn draw(&self, size: (usize, usize), rng: &mut Rng) -> Draws {
        let c = &self.config;
        if !self.training {
            return Draws::default();
        }
        let (height, width) = c.size;
        let translation = c.augment.translation.then(|| Translation::draw(c.size, rng));
        let size = if translation.is_some() { (width, height) } else { size };
        let crop = c.augment.crop_padding.map(|padding| RandomCrop::draw(size, c.size, padding, rng));
        let size = if crop.is_some() { (width, height) } else { size };
        let part = c.random_resized_crop.then(|| random_resized_window(size.0, size.1, c.scale, rng));
        Draws {
            translation,
            crop,
            part,
            flip: c.random_flip && rng.random_bool(0.5),
            operations: c.augment.draw_operations((width, height), rng),
            holes: c.augment.cutout.map_or_else(Vec::new, |cutout| cutout.draw(c.size, rng)),
            noise: c.augment.noise.and_then(|noise| noise.draw(3 * height * width, rng)),
        }
    }

    /// Pixels `[3, H, W]` of one picture, row by row, into a slice of `3 * H * W`; everything random is
    /// given. Draws for a picture of another size must not be used: a part has to lie inside.
    pub fn apply_drawn(&self, image: &RgbImage, draws: &Draws, out: &mut [f32]) {
        let c = &self.config;
        let mut small = if self.training || c.plain { self.shaped(image, draws) } else { self.centered(image) };
        if draws.operations.is_empty() {
            self.write(small.as_raw(), draws.flip, out);
        } else {
            if draws.flip {
                flip_horizontal_in_place(&mut small);
            }
            draws.operations.iter().for_each(|operation| operation.apply(&mut small));
            self.write(small.as_raw(), false, out);
        }
        if let Some(cutout) = c.augment.cutout {
            cutout.apply(out, c.size, &draws.holes, [0, 1, 2].map(|channel| self.values[channel][0]));
        }
        if let (Some(noise), Some(numbers)) = (c.augment.noise, &draws.noise) {
            noise.apply(out, numbers);
        }
        if c.instance_norm {
            instance_norm(out, c.size.0 * c.size.1);
        }
    }

    /// The middle of the picture, the shorter side of which becomes the larger of `SIZE`.
    fn centered(&self, image: &RgbImage) -> RgbImage {
        let (height, width) = self.config.size;
        let (w, h) = (image.width() as usize, image.height() as usize);
        let to = shorter_side(w, h, width.max(height));
        resize(image, Window::whole(w, h), to, center_window(to.0, to.1, (height, width)), self.config.filter)
    }

    /// The picture in exactly `SIZE`: resized where nothing cuts it, shifted, cut out.
    fn shaped(&self, image: &RgbImage, draws: &Draws) -> RgbImage {
        let (size @ (height, width), filter) = (self.config.size, self.config.filter);
        let exact = |image: &RgbImage, part: Option<Window>| {
            let whole = Window::whole(image.width() as usize, image.height() as usize);
            resize(image, part.unwrap_or(whole), (width, height), Window::whole(width, height), filter)
        };
        let mut held = None;
        if let Some(translation) = draws.translation {
            let cut = draws.crop.is_some() || draws.part.is_some();
            held =
                Some(if cut { translation.apply(image, size) } else { translation.apply(&exact(image, None), size) });
        }
        if let Some(crop) = draws.crop {
            let padding = self.config.augment.crop_padding.unwrap_or_default();
            held = Some(crop.apply(held.as_ref().unwrap_or(image), size, padding));
        }
        match (held, draws.part) {
            (Some(shaped), None) => shaped,
            (held, part) => exact(held.as_ref().unwrap_or(image), part),
        }
    }

    /// Interleaved bytes to planes of values.
    fn write(&self, bytes: &[u8], flip: bool, out: &mut [f32]) {
        let (height, width) = self.config.size;
        let [reds, greens, blues] = &*self.values;
        let (red, rest) = out.split_at_mut(height * width);
        let (green, blue) = rest.split_at_mut(height * width);
        let rows = red.chunks_exact_mut(width).zip(green.chunks_exact_mut(width)).zip(blue.chunks_exact_mut(width));
        for (row, ((red, green), blue)) in bytes.chunks_exact(width * 3).zip(rows) {
            for (((pixel, r), g), b) in row.chunks_exact(3).zip(&mut *red).zip(&mut *green).zip(&mut *blue) {
                *r = reds[usize::from(pixel[0])];
                *g = greens[usize::from(pixel[1])];
                *b = blues[usize::from(pixel[2])];
            }
            if flip {
                [red, green, blue].into_iter().for_each(|plane| plane.reverse());
            }
        }
    }

    /// The steps in words, as the field's logs show them.
    pub fn describe(&self) -> Vec<String> {
        describe(&self.config, self.training)
    }

    /// Every setting that the test transform's pixels hang on; `None` of a training transform.
    pub fn test_settings(&self) -> Option<String> {
        let TransformConfig { size, filter, normalize, instance_norm, plain, mean, std, .. } = &self.config;
        (!self.training).then(|| {
            format!(
                "test size={size:?} filter={filter:?} normalize={normalize} mean={mean:?} std={std:?} \
                 instance_norm={instance_norm} plain={plain}"
            )
        })
    }

    /// The resampling in use.
    pub fn filter(&self) -> Filter {
        self.config.filter
    }
}
