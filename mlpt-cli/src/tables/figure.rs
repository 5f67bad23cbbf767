//! One figure: a mean, how far it spreads, and the marks of its footnotes.

use mlpt_core::results::{Cell, Summary};

/// Stands where there is no figure.
pub(super) const ABSENT: &str = "–";

/// What stands behind the plus-minus sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// The sample standard deviation.
    Deviation,
    /// Half the width of the 95 % confidence interval.
    Interval,
}

/// How figures are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) decimals: usize,
    pub(super) spread: Spread,
    /// Whether a plus sign is written.
    pub(super) signed: bool,
}

impl Style {
    /// `57.8`; never `-0.0`.
    pub(super) fn number(self, value: f64) -> String {
        let text = format!("{value:.*}", self.decimals);
        let zero = text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
        let text = if zero { text.trim_start_matches('-').to_owned() } else { text };
        if self.signed && !zero && value > 0.0 { format!("+{text}") } else { text }
    }

    /// `57.8 ± 1.2`, or `57.8` alone where one value tells nothing of the spread.
    pub(super) fn mean(self, summary: Option<&Summary>) -> String {
        let Some(summary) = summary else { return ABSENT.to_owned() };
        let spread = match self.spread {
            Spread::Deviation => summary.deviation,
            Spread::Interval => summary.half_width(),
        };
        let mean = self.number(summary.mean);
        let unsigned = Style { signed: false, ..self };
        spread.map_or_else(|| mean.clone(), |spread| format!("{mean} ± {}", unsigned.number(spread)))
    }

    /// `[56.6, 59.0]`, or nothing.
    pub(super) fn interval(self, summary: Option<&Summary>) -> String {
        let interval = summary.and_then(|s| s.interval);
        interval.map(|[low, high]| format!("[{}, {}]", self.number(low), self.number(high))).unwrap_or_default()
    }
}

/// The summary as it is shown: the model without training is the same whatever the seed, and no
/// spread is made up for it.
pub(super) fn shown(cell: Option<&Cell>, zero_shot: bool) -> Option<Summary> {
    let mut summary = cell?.summary?;
    if zero_shot && summary.deviation == Some(0.0) {
        (summary.deviation, summary.interval) = (None, None);
    }
    Some(summary)
}

/// ` [1]` for a footnote.
pub(super) fn marks(footnotes: &[usize]) -> String {
    footnotes.iter().map(|number| format!(" [{number}]")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn figures() {
        let style = Style { decimals: 1, spread: Spread::Deviation, signed: false };
        let signed = Style { signed: true, ..style };
        let summary = Summary::of(&[57.0, 58.0, 59.0]).unwrap();
        assert_eq!(style.mean(Some(&summary)), "58.0 ± 1.0");
        assert_eq!(signed.mean(Some(&summary)), "+58.0 ± 1.0");
        assert_eq!(style.interval(Some(&summary)), "[55.5, 60.5]");
        assert_eq!(Style { spread: Spread::Interval, ..style }.mean(Some(&summary)), "58.0 ± 2.5");
        let one = Summary::of(&[-0.04]).unwrap();
        assert_eq!((style.mean(Some(&one)), style.interval(Some(&one))), ("0.0".into(), String::new()));
        assert_eq!((signed.number(0.01), signed.number(-1.0)), ("0.0".into(), "-1.0".into()));
        assert_eq!(style.mean(None), ABSENT);
        assert_eq!(marks(&[1, 3]), " [1] [3]");
    }
}
