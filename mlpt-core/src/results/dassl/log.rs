//! The figures of a log, found as Dassl's `parse_test_res.py` finds them.

/// The line behind which figures count: what was measured while training does not.
const END: &str = "Finish training";

/// What a log prints at its end.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Logged {
    /// Percent, with one decimal, as are the other two.
    pub(super) accuracy: f64,
    pub(super) error: Option<f64>,
    pub(super) macro_f1: Option<f64>,
    /// Number of images; 0 where it is not told.
    pub(super) total: usize,
    /// How many of them were right; 0 where it is not told.
    pub(super) correct: usize,
    /// Number of classes; 0 where it is not told.
    pub(super) classes: usize,
    pub(super) elapsed_s: Option<f64>,
}

impl Logged {
    /// The figures behind the end of training; of two lines of one name the last counts.
    ///
    /// # Errors
    /// Why there are none, in a few words.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        if !text.lines().any(|line| line.trim() == END) {
            return Err(format!("its log has no line `{END}`: the run was stopped, or evaluated only"));
        }
        let (mut accuracy, mut error, mut macro_f1) = (None, None, None);
        let (mut total, mut correct, mut elapsed_s) = (0, 0, None);
        for line in text.lines().map(str::trim).skip_while(|line| *line != END).skip(1) {
            percent(line, "accuracy", &mut accuracy)?;
            percent(line, "error", &mut error)?;
            percent(line, "macro_f1", &mut macro_f1)?;
            total = count(line, "* total: ").unwrap_or(total);
            correct = count(line, "* correct: ").unwrap_or(correct);
            elapsed_s = line.strip_prefix("Elapsed: ").and_then(seconds).or(elapsed_s);
        }
        let accuracy =
            accuracy.ok_or_else(|| format!("its log ends without a result: no `* accuracy: ` behind `{END}`"))?;
        let classes = text.lines().filter_map(|line| count(line.trim(), "# classes")).next_back().unwrap_or(0);
        Ok(Self { accuracy, error, macro_f1, total, correct, classes, elapsed_s })
    }
}

/// The number of `* NAME: NUMBER%`, wherever it stands in the line.
fn percent(line: &str, name: &str, found: &mut Option<f64>) -> Result<(), String> {
    let Some((_, rest)) = line.split_once(&format!("* {name}: ")) else { return Ok(()) };
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || ".eE+-".contains(*c)).collect();
    if number.is_empty() || !rest[number.len()..].starts_with('%') {
        return Ok(());
    }
    match number.parse::<f64>() {
        Ok(value) if (0.0..=100.0).contains(&value) => *found = Some(value),
        _ => return Err(format!("its log has the {name} '{number}', which is no percentage")),
    }
    Ok(())
}

/// A count with commas between the thousands.
fn count(line: &str, name: &str) -> Option<usize> {
    line.strip_prefix(name)?.trim().replace(',', "").parse().ok()
}

/// `0:04:30`, or with days in front, `1 day, 0:04:30`.
fn seconds(text: &str) -> Option<f64> {
    let (days, clock) = text.trim().split_once(", ").map_or((0.0, text.trim()), |(days, clock)| {
        (days.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0.0), clock)
    });
    let parts: Vec<f64> = clock.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [hours, minutes, seconds] = parts.try_into().ok()?;
    Some(((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds)
}
