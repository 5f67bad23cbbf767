//! What happens to a picture after the drawing: grain, softness, light.

use image::RgbImage;
use mlpt_core::rng::Rng;
use rand::{Rng as _, RngCore};

/// Adds noise of roughly this deviation (in levels of 255) to every channel.
pub(super) fn grain(image: &mut RgbImage, deviation: f32, rng: &mut Rng) {
    let samples = image.as_flat_samples_mut().samples;
    let mut noise = vec![0u8; samples.len() * 2];
    rng.fill_bytes(&mut noise);
    // The sum of two bytes has a triangular density of deviation 104.5: near enough to a bell, and cheap.
    let gain = (deviation / 104.5 * 256.0) as i32;
    for (sample, two) in samples.iter_mut().zip(noise.chunks_exact(2)) {
        let shift = ((i32::from(two[0]) + i32::from(two[1]) - 255) * gain) >> 8;
        *sample = (i32::from(*sample) + shift).clamp(0, 255) as u8;
    }
}

/// A mean over `2 radius + 1` pixels in both directions, `strength` of it mixed in.
pub(super) fn soften(image: &mut RgbImage, strength: f32) {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let side = (strength.clamp(0.0, 1.0) * 85.0) as u32;
    let centre = 256 - 2 * side;
    let mut pass = |lines: usize, length: usize, line_step: usize, step: usize| {
        let samples = &mut *image.as_flat_samples_mut().samples;
        let mut old = vec![[0u32; 3]; length];
        for line in 0..lines {
            let start = line * line_step;
            for (i, pixel) in old.iter_mut().enumerate() {
                let at = start + i * step;
                *pixel = [samples[at], samples[at + 1], samples[at + 2]].map(u32::from);
            }
            for i in 0..length {
                let (before, after) = (old[i.saturating_sub(1)], old[(i + 1).min(length - 1)]);
                let at = start + i * step;
                for c in 0..3 {
                    samples[at + c] = ((side * (before[c] + after[c]) + centre * old[i][c]) >> 8) as u8;
                }
            }
        }
    };
    pass(h, w, w * 3, 3);
    pass(w, h, 3, w * 3);
}

/// Light from one side and dark corners; both strengths from 0 to 1.
pub(super) fn light(image: &mut RgbImage, slope: f32, vignette: f32, rng: &mut Rng) {
    let (sin, cos) = rng.random_range(0.0..std::f32::consts::TAU).sin_cos();
    let (w, h) = (image.width() as f32, image.height() as f32);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let (u, v) = (2.0 * x as f32 / w - 1.0, 2.0 * y as f32 / h - 1.0);
        let gain = 1.0 + 0.5 * slope * (u * cos + v * sin) - 0.45 * vignette * (u * u + v * v);
        let gain = (gain.max(0.0) * 256.0) as u32;
        pixel.0 = pixel.0.map(|c| ((u32::from(c) * gain) >> 8).min(255) as u8);
    }
}
