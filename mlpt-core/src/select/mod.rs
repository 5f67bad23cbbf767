//! Which labels of a pool are trusted: selectors, chosen by `SELECTOR.NAME`.

mod base;
mod chosen;
mod entries;
mod evidence;
mod mixture;
mod probabilities;
#[cfg(test)]
mod props;
mod sinkhorn;
mod small_loss;
#[cfg(test)]
mod tests;
mod transport;
mod zero_shot;

pub use base::{Needs, Selection, Selector};
pub use chosen::Chosen;
pub use entries::register;
pub use evidence::Evidence;
pub use mixture::Mixture;
pub use probabilities::Probabilities;
pub use sinkhorn::{Plan, Stop, sinkhorn};
pub use small_loss::{SmallLoss, SmallLossConfig};
pub use transport::{Marginal, OptimalTransport, TransportConfig};
pub use zero_shot::ZeroShotAgreement;
