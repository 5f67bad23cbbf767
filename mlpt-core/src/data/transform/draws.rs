//! What training draws for one picture.

use super::Window;
use super::augment::{RandomCrop, Translation};
use super::ops::Op;

/// Everything that is random about one view of one picture; given this, the view is determined. The
/// default is what the test transform draws: nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draws {
    /// random_translation, where it is listed.
    pub translation: Option<Translation>,
    /// random_crop, where it is listed.
    pub crop: Option<RandomCrop>,
    /// random_resized_crop, where it is listed: a part of what the two before leave.
    pub part: Option<Window>,
    /// Whether the picture is mirrored.
    pub flip: bool,
    /// What is done to the bytes then, in this order: policies, RandAugments, jitter, grey, blur.
    pub operations: Vec<Op>,
    /// cutout: middles (row, column) of the squares.
    pub holes: Vec<(usize, usize)>,
    /// gaussian_noise: a standard normal number for each of the `3 * H * W` values.
    pub noise: Option<Vec<f32>>,
}
