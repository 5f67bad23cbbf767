//! Which protocol.

use crate::results::Metric;
use crate::{Error, Result};
use serde::Serialize;

/// What is put side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Trained on the first half of the classes, tested on it and on the other half: both figures and
    /// their harmonic mean (Xian et al., CVPR 2017; Zhou et al., CVPR 2022).
    BaseToNew,
    /// Trained on one data set, tested on others: a figure each, and the average over the others. It
    /// serves for other data sets and for shifts of the domain alike (Zhou et al., CVPR 2022).
    Transfer,
}

impl Protocol {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::BaseToNew => "base-to-new",
            Self::Transfer => "transfer",
        }
    }

    /// # Errors
    /// When evaluations do not have the figure, or a harmonic mean of it would say nothing.
    pub(super) fn check(self, metric: Metric) -> Result<()> {
        match (self, metric) {
            (_, metric) if !metric.is_score() => Err(Error::invalid(format!(
                "--protocol {}: an evaluation has no {}; the metric can be accuracy, error or macro_f1",
                self.name(),
                metric.name()
            ))),
            (Self::BaseToNew, Metric::Error) => Err(Error::invalid(
                "--protocol base-to-new: a harmonic mean of errors says nothing; the metric can be accuracy or macro_f1",
            )),
            _ => Ok(()),
        }
    }
}
