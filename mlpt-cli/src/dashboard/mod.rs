//! A run as one picture in the terminal: what is known of it ([`Model`]), how that is drawn ([`draw()`]), and the
//! terminal that it takes over.

mod chart;
mod curve;
mod draw;
mod live;
mod model;
mod pool;
mod screen;

pub use curve::Curve;
pub use draw::{draw, text};
pub use live::Dashboard;
pub(crate) use live::key;
pub use model::{Model, Status};
pub use screen::{Screen, leave};
