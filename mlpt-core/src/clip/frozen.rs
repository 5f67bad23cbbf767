//! The frozen model that every learner shares.

/// A CLIP whose weights never change.
pub struct FrozenClip {}
