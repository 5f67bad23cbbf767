//! The transforms of training and test: crop, resize, mirror, scale.

use super::{Filter, TransformConfig, Window, center_window, random_resized_window, resize, shorter_side};
use crate::Result;
use crate::config::Config;
use crate::rng::Rng;
use image::RgbImage;
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
    /// The training transform of the section `INPUT`: a random part resized to `SIZE` (or, where
    /// that is not listed, the whole picture resized to exactly `SIZE`), mirrored, normalised.
    ///
    /// # Errors
    /// As [`TransformConfig::read`].
    pub fn train(config: &Config) -> Result<Self> {
        Ok(Self::new(TransformConfig::read(config)?, true))
    }

    /// The test transform of the section `INPUT`: the shorter side resized to the larger of
    /// `SIZE`, the middle cut out, normalised. It draws nothing.
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
        let (height, width) = self.config.size;
        let (w, h) = (image.width() as usize, image.height() as usize);
        let whole = Window::whole(w, h);
        let full = Window::whole(width, height);
        let (part, resized, keep) = if self.training && self.config.random_resized_crop {
            (random_resized_window(w, h, self.config.scale, rng), (width, height), full)
        } else if self.training || self.config.plain {
            (whole, (width, height), full)
        } else {
            let resized = shorter_side(w, h, width.max(height));
            (whole, resized, center_window(resized.0, resized.1, (height, width)))
        };
        let flip = self.training && self.config.random_flip && rng.random_bool(0.5);
        let small = resize(image, part, resized, keep, self.config.filter);
        self.write(small.as_raw(), flip, out);
    }

    /// Pixels `[3, H, W]` of `part` of a picture, which must lie inside it: what training does once it
    /// has drawn a part, and whether to mirror.
    pub fn apply_part(&self, image: &RgbImage, part: Window, flip: bool) -> Vec<f32> {
        let (height, width) = self.config.size;
        let mut out = vec![0.0; 3 * height * width];
        let small = resize(image, part, (width, height), Window::whole(width, height), self.config.filter);
        self.write(small.as_raw(), flip, &mut out);
        out
    }

    /// Interleaved bytes to planes of values.
    fn write(&self, bytes: &[u8], flip: bool, out: &mut [f32]) {
        let (height, width) = self.config.size;
        for ((channel, plane), table) in out.chunks_exact_mut(height * width).enumerate().zip(self.values.iter()) {
            for (row, target) in bytes.chunks_exact(width * 3).zip(plane.chunks_exact_mut(width)) {
                let source = row.iter().skip(channel).step_by(3);
                if flip {
                    target.iter_mut().rev().zip(source).for_each(|(t, &b)| *t = table[usize::from(b)]);
                } else {
                    target.iter_mut().zip(source).for_each(|(t, &b)| *t = table[usize::from(b)]);
                }
            }
        }
    }

    /// The steps in words, as the field's logs show them.
    pub fn describe(&self) -> Vec<String> {
        let c = &self.config;
        let (h, w) = c.size;
        let mut lines = vec![format!("Building transform_{}", if self.training { "train" } else { "test" })];
        if self.training && c.random_resized_crop {
            lines.push(format!("+ random resized crop (size=({h}, {w}), scale=({:?}, {:?}))", c.scale.0, c.scale.1));
        } else if self.training || c.plain {
            lines.push(format!("+ resize to {h}x{w}"));
        } else {
            lines.push(format!("+ resize the smaller edge to {}", h.max(w)));
            lines.push(format!("+ {h}x{w} center crop"));
        }
        if self.training && c.random_flip {
            lines.push("+ random flip".to_owned());
        }
        lines.push("+ to torch tensor of range [0, 1]".to_owned());
        if c.normalize {
            lines.push(format!("+ normalization (mean={:?}, std={:?})", c.mean, c.std));
        }
        lines
    }

    /// The resampling in use.
    pub fn filter(&self) -> Filter {
        self.config.filter
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::RngTree;

    fn config(size: (usize, usize)) -> TransformConfig {
        TransformConfig {
            size,
            filter: Filter::Bicubic,
            random_resized_crop: false,
            random_flip: false,
            normalize: true,
            plain: false,
            mean: [0.5, 0.25, 0.0],
            std: [0.5, 0.25, 2.0],
            scale: (0.08, 1.0),
        }
    }

    /// Red grows with the column, green with the row.
    fn ramp(w: u32, h: u32) -> RgbImage {
        RgbImage::from_fn(w, h, |x, y| image::Rgb([x as u8, y as u8, 255]))
    }

    #[test]
    fn planes_are_normalised_channels() {
        let t = Transform::new(config((2, 3)), true);
        let out = t.apply(&ramp(3, 2), &mut RngTree::new(0).rng());
        let value = |b: f32, mean: f32, std: f32| (b / 255.0 - mean) / std;
        assert_eq!(out[2], value(2.0, 0.5, 0.5));
        assert_eq!(out[6 + 3], value(1.0, 0.25, 0.25));
        assert_eq!(out[12..], [0.5; 6]);
    }

    #[test]
    fn test_transform_takes_the_middle_and_draws_nothing() {
        let t = Transform::new(config((4, 4)), false);
        // 8 wide, 4 high: no resize, columns 2..6.
        let out = t.apply(&ramp(8, 4), &mut RngTree::new(0).rng());
        let first_row: Vec<f32> = [2.0, 3.0, 4.0, 5.0].iter().map(|b| (b / 255.0 - 0.5) / 0.5).collect();
        assert_eq!(out[..4], first_row[..]);
        assert_eq!(out, t.apply(&ramp(8, 4), &mut RngTree::new(1).rng()));
    }

    #[test]
    fn half_of_the_pictures_are_mirrored() {
        let t = Transform::new(TransformConfig { random_flip: true, normalize: false, ..config((4, 4)) }, true);
        let plain = Transform::new(TransformConfig { normalize: false, ..config((4, 4)) }, true);
        let straight = plain.apply(&ramp(4, 4), &mut RngTree::new(0).rng());
        let mut mirrored = straight.clone();
        mirrored.chunks_exact_mut(4).for_each(<[f32]>::reverse);
        let mut flips = 0;
        for i in 0..400 {
            let out = t.apply(&ramp(4, 4), &mut RngTree::new(0).at(i).rng());
            assert!(out == straight || out == mirrored);
            flips += usize::from(out == mirrored);
        }
        assert!((150..250).contains(&flips), "{flips}");
    }
}
