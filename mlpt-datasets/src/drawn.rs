//! Splits that are drawn within one class, with the published shares.

pub(crate) use mlpt_core::data::{in_three, set_aside};
