//! Lines to a writer, and how figures are written in them.

use super::{Event, EventSink, LineFormat};
use std::io::Write;

/// Writes the lines of [`LineFormat`] to a file or a terminal.
pub struct LogSink<W> {
    format: LineFormat,
    writer: W,
}

impl<W: Write> LogSink<W> {
    /// A sink that prints every `print_freq`-th step.
    pub fn new(writer: W, print_freq: usize) -> Self {
        Self { format: LineFormat::new(print_freq), writer }
    }
}

impl<W: Write + Send> EventSink for LogSink<W> {
    fn emit(&mut self, event: &Event) {
        if let Some(lines) = self.format.lines(event) {
            // A closed pipe must not end a run that also writes files.
            let _ = writeln!(self.writer, "{lines}");
        }
    }

    fn flush(&mut self) {
        let _ = self.writer.flush();
    }
}

/// Seconds as `H:MM:SS`, with days in front where there are some, as Python prints them.
pub fn duration(seconds: f64) -> String {
    let s = if seconds.is_finite() && seconds > 0.0 { seconds as u64 } else { 0 };
    let (days, hours, minutes, rest) = (s / 86_400, s / 3600 % 24, s / 60 % 60, s % 60);
    match days {
        0 => format!("{hours}:{minutes:02}:{rest:02}"),
        1 => format!("1 day, {hours}:{minutes:02}:{rest:02}"),
        _ => format!("{days} days, {hours}:{minutes:02}:{rest:02}"),
    }
}

/// `value` in C's `%.{digits}e`: two digits of exponent at least, and its sign.
pub fn scientific(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let (sign, size) = exponent.strip_prefix('-').map_or(('+', exponent), |size| ('-', size));
            format!("{mantissa}e{sign}{size:0>2}")
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_look_like_pythons() {
        assert_eq!(scientific(0.002, 4), "2.0000e-03");
        assert_eq!(scientific(7.885_298_685e-6, 4), "7.8853e-06");
        assert_eq!(scientific(0.0, 4), "0.0000e+00");
        assert_eq!(scientific(123.0, 4), "1.2300e+02");
        assert_eq!(duration(59.9), "0:00:59");
        assert_eq!(duration(3723.0), "1:02:03");
        assert_eq!(duration(90_061.0), "1 day, 1:01:01");
    }
}
