//! The random transforms, given what was drawn.

mod case;
mod checks;
mod view;

pub(super) use checks::checks;
