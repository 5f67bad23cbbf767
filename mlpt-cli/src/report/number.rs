//! How numbers are written.

/// `52.17 %` for 52.1666.
pub(super) fn percent(value: f64) -> String {
    format!("{value:.2} %")
}

/// `0.931`, or a dash where there is none.
pub(super) fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"))
}

/// The same for a figure that need not be a share; very small ones keep a digit.
pub(super) fn figure(value: Option<f64>) -> String {
    match value {
        Some(v) if v != 0.0 && v.abs() < 0.001 => format!("{v:.0e}"),
        other => share(other),
    }
}

/// `12 images`, `1 image`.
pub(super) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// A number at an axis, without the crumbs of binary fractions.
pub(super) fn tick(value: f64) -> String {
    let size = value.abs();
    if size < 1e-12 {
        return "0".to_owned();
    }
    if size < 1e-4 {
        return format!("{value:.1e}").replace(".0e", "e");
    }
    let text = format!("{value:.5}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.0, 0.1 + 0.2, 5.0, 2e-5, -1.5, 0.002].map(tick), ["0", "0.3", "5", "2e-5", "-1.5", "0.002"]);
        assert_eq!([Some(0.00004), Some(0.0), Some(0.5), None].map(figure), ["4e-5", "0.000", "0.500", "–"]);
        assert_eq!((count(1, "image"), count(0, "image")), ("1 image".to_owned(), "0 images".to_owned()));
    }
}
