//! The published policies: for each of its parts, two operations with probability and level.

mod cifar10;
mod imagenet;
mod svhn;

pub(super) use cifar10::TABLE as CIFAR10;
pub(super) use imagenet::TABLE as IMAGENET;
pub(super) use svhn::TABLE as SVHN;

/// Two operations, one after the other: the probability with which it is done, what it is, and how strong
/// it is on a scale of 0..=9.
pub(super) type Sub = [(f64, super::Kind, usize); 2];
