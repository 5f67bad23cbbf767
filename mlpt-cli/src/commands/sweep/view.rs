//! What a person sees of a sweep that runs.

use super::outcome::Ended;
use super::process::Running;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use mlpt_core::event::duration;
use std::io::Write;

/// One line for each cell that ends and, where standard error is a terminal, a bar over all cells with a line for each
/// that runs.
pub(super) struct View {
    shown: bool,
    bars: MultiProgress,
    all: ProgressBar,
    slots: Vec<ProgressBar>,
    ended: usize,
    open: usize,
}

impl View {
    /// For `open` cells, `slots` at a time.
    pub(super) fn new(shown: bool, open: usize, slots: usize) -> Self {
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let bar = |length: u64, template: &str| {
            let bar = bars.add(ProgressBar::new(length));
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        };
        let all = bar(open as u64, "{bar:30} {pos}/{len} cells  {elapsed}, {msg}");
        let slots = (0..slots).map(|_| bar(0, "  {msg}")).collect();
        Self { shown, all, slots, bars, ended: 0, open }
    }

    /// A cell ended.
    pub(super) fn end(&mut self, cell: &Ended) {
        self.ended += 1;
        self.all.inc(1);
        if self.shown {
            let line = format!("{:>4}/{}  {}", self.ended, self.open, cell.row().join("  "));
            // A closed pipe must not end a sweep.
            self.bars.suspend(|| {
                let _ = writeln!(std::io::stdout(), "{}", line.trim_end());
            });
        }
    }

    /// Where each running cell is.
    pub(super) fn tick(&self, running: &[Option<Running>], names: impl Fn(usize) -> String) {
        if self.bars.is_hidden() {
            return;
        }
        let left = match self.ended {
            0 => "no cell has ended yet".to_owned(),
            n => {
                format!("about {} left", duration(self.all.elapsed().as_secs_f64() / n as f64 * (self.open - n) as f64))
            }
        };
        self.all.set_message(left);
        for (bar, running) in self.slots.iter().zip(running) {
            bar.set_message(running.as_ref().map_or_else(String::new, |r| {
                let place = r.place().unwrap_or_else(|| "beginning".to_owned());
                format!("{}  {place}  {}", names(r.number), duration(r.started.elapsed().as_secs_f64()))
            }));
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // Nothing depends on it.
        let _ = self.bars.clear();
    }
}
