//! What a person sees while a run goes on.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mlpt_core::event::{Event, EventSink, LineFormat};
use std::io::{IsTerminal, Write};

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Warnings only.
    Quiet,
    /// Lines on standard output. Where a progress bar is shown it stands for the steps' lines.
    Normal,
    /// Every line, with a progress bar too.
    Verbose,
}

/// Lines on standard output and, where standard error is a terminal, a progress bar below them.
pub struct Terminal {
    format: LineFormat,
    detail: Detail,
    bar: ProgressBar,
    learners: u64,
    epochs: u64,
}

impl Terminal {
    /// A listener; every `print_freq`-th step gets a line.
    pub fn new(detail: Detail, print_freq: usize) -> Self {
        // Hidden by itself where standard error is no terminal.
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self { format: LineFormat::new(print_freq), detail, bar, learners: 1, epochs: 0 }
    }

    fn print(&self, lines: &str, warning: bool) {
        self.bar.suspend(|| {
            // A closed pipe must not end a run that also writes files.
            let _ = if warning && (self.detail == Detail::Quiet || !std::io::stdout().is_terminal()) {
                writeln!(std::io::stderr(), "{lines}")
            } else if self.detail == Detail::Quiet {
                Ok(())
            } else {
                writeln!(std::io::stdout(), "{lines}")
            };
        });
    }

    fn start(&mut self, epoch: usize, max_epoch: usize, learners: usize) {
        self.learners = learners.max(1) as u64;
        self.epochs = max_epoch as u64;
        // A thousand ticks an epoch: the number of batches differs between epochs and learners.
        self.bar.set_length(self.epochs * 1000);
        self.bar.set_position((epoch as u64 - 1) * 1000);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3}%  {elapsed} of about {duration}  {msg}")
        {
            self.bar.set_style(style);
        }
        self.bar.reset_eta();
    }
}

impl EventSink for Terminal {
    fn emit(&mut self, event: &Event) {
        match event {
            Event::Start { epoch, max_epoch, learners } => self.start(*epoch, *max_epoch, learners.len()),
            Event::Step(s) => {
                let within = 1000 * s.batch as u64 / (s.num_batches.max(1) as u64 * self.learners);
                // Learners follow each other; a name that ends in a number says which one this is.
                let number = s.learner.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(1_u64);
                let before = 1000 * (number.clamp(1, self.learners) - 1) / self.learners;
                self.bar.set_position((s.epoch as u64 - 1) * 1000 + before + within);
                let loss = s.losses.first().map(|(name, value)| format!("{name} {value:.3}")).unwrap_or_default();
                self.bar.set_message(format!("{} epoch {}/{} {loss}", s.phase, s.epoch, s.max_epoch));
            }
            Event::EpochEnd { epoch, max_epoch, .. } if epoch == max_epoch => self.bar.finish_and_clear(),
            _ => {}
        }
        if matches!(event, Event::Detail { .. }) && self.detail != Detail::Verbose {
            return;
        }
        let Some(lines) = self.format.lines(event) else { return };
        let stands_for_steps = self.detail == Detail::Normal && !self.bar.is_hidden();
        if !(matches!(event, Event::Step(_)) && stands_for_steps) {
            self.print(&lines, matches!(event, Event::Warning { .. }));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
