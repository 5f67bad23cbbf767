//! What a run will cost, before it begins: passes through the towers, floating-point operations, bytes, seconds.
//!
//! A trainer says what it will ask of the towers ([`Plan`]), and a mechanism what one of its passes is ([`Cost`]); neither
//! has to, and what is not said is named as missing. The arithmetic is here; the engine adds what it does itself.

mod bytes;
mod calibrate;
mod cost;
mod image;
mod pass;
mod plan;
mod report;
mod seconds;
#[cfg(test)]
mod tests;

pub use bytes::Bytes;
pub use calibrate::{Speeds, calibrate};
pub use cost::{Cost, TextCost, evaluation};
pub use image::{image_flop, image_graph_bytes};
pub use pass::{Flop, Pass, Work, flop, totals};
pub use plan::{Phase, Plan, PlanRequest, batches};
pub use report::{ESTIMATE_VERSION, Estimate, Images, PhaseReport, SecondsReport};
pub use seconds::{Seconds, Spent};
