//! How a model is pre-trained.

use crate::{Error, Result, section};

section! {
    /// The loop, at `PRETRAIN`.
    pub struct PretrainConfig {
        /// Optimiser steps.
        pub steps: usize = 2400, "STEPS";
        /// Pairs a step; every other pair of the step is a negative.
        pub batch_size: usize = 128, "BATCH_SIZE";
        /// Parts of a batch that run side by side on the CPU. Part of the recipe: sums depend on it.
        pub chunks: usize = 2, "CHUNKS";
        /// Highest learning rate of AdamW; cosine to zero.
        pub lr: f64 = 0.001, "LR";
        /// Steps of linear warm-up.
        pub warmup_steps: usize = 100, "WARMUP_STEPS";
        /// Decoupled weight decay.
        pub weight_decay: f64 = 0.05, "WEIGHT_DECAY";
        /// First temperature is `1 / exp(this)`; 2.659 is CLIP's 0.07.
        pub logit_scale: f64 = 2.659, "LOGIT_SCALE";
        /// Smallest area of the random crop of a picture, as a fraction.
        pub crop: f64 = 0.8, "CROP";
        /// Whether pictures of a data set are mirrored at random (rendered ones never are: their captions speak of left and right).
        pub flip: bool = true, "FLIP";
        /// Fraction of a batch that comes from the data set where one is given; the rest is rendered.
        pub data_fraction: f64 = 0.75, "DATA_FRACTION";
        /// Share of rendered pictures, beside what chance brings, that show one thing, large, in the middle.
        pub alone: f64 = 0.0, "ALONE";
        /// Steps between lines of the curve.
        pub print_freq: usize = 25, "PRINT_FREQ";
        /// Steps between saved states.
        pub save_freq: usize = 200, "SAVE_FREQ";
    }
}

section! {
    /// The model's shape, at `PRETRAIN.MODEL`.
    pub struct ArchitectureConfig {
        /// Side of the square input in pixels.
        pub image_size: usize = 48, "IMAGE_SIZE";
        /// Side of a patch in pixels.
        pub patch_size: usize = 8, "PATCH_SIZE";
        /// Width of the image tower.
        pub vision_width: usize = 128, "VISION_WIDTH";
        /// Blocks of the image tower.
        pub vision_layers: usize = 4, "VISION_LAYERS";
        /// Width of the text tower.
        pub text_width: usize = 128, "TEXT_WIDTH";
        /// Blocks of the text tower.
        pub text_layers: usize = 3, "TEXT_LAYERS";
        /// Width of a head in both towers.
        pub head_width: usize = 32, "HEAD_WIDTH";
        /// Width of the joint space.
        pub embed_dim: usize = 128, "EMBED_DIM";
        /// Entries of the tokenizer.
        pub vocab_size: usize = 1024, "VOCAB_SIZE";
    }
}

impl PretrainConfig {
    /// Learning rate of the zero-based `step`: linear warm-up, then cosine to zero.
    pub fn lr_at(&self, step: usize) -> f64 {
        if step < self.warmup_steps {
            return self.lr * (step + 1) as f64 / self.warmup_steps as f64;
        }
        let span = (self.steps.max(self.warmup_steps + 1) - self.warmup_steps) as f64;
        let done = (step - self.warmup_steps) as f64 / span;
        0.5 * self.lr * (1.0 + (std::f64::consts::PI * done.min(1.0)).cos())
    }

    /// Checks what types cannot.
    ///
    /// # Errors
    /// Names every key at fault.
    pub fn check(&self) -> Result<()> {
        let mut faults = Vec::new();
        let mut need = |ok: bool, text: &str| {
            if !ok {
                faults.push(format!("PRETRAIN.{text}"));
            }
        };
        need(self.steps > 0, "STEPS must be at least 1");
        need(self.batch_size >= 2, "BATCH_SIZE must be at least 2: a pair needs a negative");
        need(self.chunks >= 1 && self.chunks <= self.batch_size, "CHUNKS must be between 1 and BATCH_SIZE");
        need(self.lr > 0.0 && self.lr.is_finite(), "LR must be positive");
        need(self.crop > 0.0 && self.crop <= 1.0, "CROP must be above 0 and at most 1");
        need((0.0..=1.0).contains(&self.data_fraction), "DATA_FRACTION must be between 0 and 1");
        need((0.0..=1.0).contains(&self.alone), "ALONE must be between 0 and 1");
        need(self.print_freq > 0 && self.save_freq > 0, "PRINT_FREQ and SAVE_FREQ must be at least 1");
        if faults.is_empty() { Ok(()) } else { Err(Error::Config(faults)) }
    }
}

impl ArchitectureConfig {
    /// Checks what types cannot.
    ///
    /// # Errors
    /// Names every key at fault.
    pub fn check(&self) -> Result<()> {
        let numbers = [
            ("IMAGE_SIZE", self.image_size),
            ("PATCH_SIZE", self.patch_size),
            ("VISION_WIDTH", self.vision_width),
            ("VISION_LAYERS", self.vision_layers),
            ("TEXT_WIDTH", self.text_width),
            ("TEXT_LAYERS", self.text_layers),
            ("HEAD_WIDTH", self.head_width),
            ("EMBED_DIM", self.embed_dim),
        ];
        let zero = numbers.iter().filter(|(_, number)| *number == 0);
        let mut faults: Vec<String> =
            zero.map(|(key, _)| format!("PRETRAIN.MODEL.{key} is 0: it must be at least 1")).collect();
        if self.patch_size > 0 && !self.image_size.is_multiple_of(self.patch_size) {
            faults.push(format!(
                "PRETRAIN.MODEL.IMAGE_SIZE {} is not a multiple of PRETRAIN.MODEL.PATCH_SIZE {}",
                self.image_size, self.patch_size
            ));
        }
        for (key, width) in [("VISION_WIDTH", self.vision_width), ("TEXT_WIDTH", self.text_width)] {
            if self.head_width > 0 && !width.is_multiple_of(self.head_width) {
                faults.push(format!(
                    "PRETRAIN.MODEL.{key} {width} is not a multiple of PRETRAIN.MODEL.HEAD_WIDTH {}",
                    self.head_width
                ));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Config(faults)) }
    }
}
