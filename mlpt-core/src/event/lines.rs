//! Events as the lines that Dassl prints, so that existing log parsers read ours.

use super::text::{duration, scientific};
use super::{Event, Step};
use std::fmt::Write;

/// Turns events into lines; keeps the running means of the epoch that is under way.
#[derive(Clone, Debug)]
pub struct LineFormat {
    print_freq: usize,
    learners: Vec<String>,
    meters: Vec<Meter>,
    /// Learner, phase and epoch that the meters belong to.
    current: Option<(String, String, usize)>,
}

/// A running mean over the batches of one epoch, every batch counting the same.
#[derive(Clone, Debug, Default)]
struct Meter {
    sum: f64,
    count: usize,
}

impl Meter {
    fn add(&mut self, value: f64) -> (f64, f64) {
        self.sum += value;
        self.count += 1;
        (value, self.sum / self.count as f64)
    }
}

impl LineFormat {
    /// Every `print_freq`-th step (`TRAIN.PRINT_FREQ`) gets a line; all of them where an epoch
    /// has fewer steps than that.
    pub fn new(print_freq: usize) -> Self {
        Self { print_freq: print_freq.max(1), learners: Vec::new(), meters: Vec::new(), current: None }
    }

    /// The lines for `event`, without the last newline; `None` where it has none.
    pub fn lines(&mut self, event: &Event) -> Option<String> {
        match event {
            Event::Step(step) => self.step(step),
            Event::Start { learners, .. } => {
                self.learners.clone_from(learners);
                None
            }
            Event::EpochEnd { .. } | Event::Scalar { .. } | Event::Histogram(_) => None,
            Event::Note { text } | Event::Detail { text } => Some(text.clone()),
            Event::Warning { text } => Some(format!("Warning: {text}")),
        }
    }

    fn step(&mut self, s: &Step) -> Option<String> {
        let place = (s.learner.clone(), s.phase.clone(), s.epoch);
        if self.current.as_ref() != Some(&place) {
            self.meters.clear();
            self.current = Some(place);
        }
        let mut values = vec![("time", s.time_s), ("data", s.data_s)];
        values.extend(s.losses.iter().map(|(name, value)| (name.as_str(), *value)));
        values.extend(s.acc.map(|acc| ("acc", acc)));
        self.meters.resize_with(values.len(), Meter::default);
        let means: Vec<(f64, f64)> = self.meters.iter_mut().zip(&values).map(|(m, (_, v))| m.add(*v)).collect();
        if !s.batch.is_multiple_of(self.print_freq) && s.num_batches >= self.print_freq {
            return None;
        }

        let mut line = String::new();
        if !s.phase.is_empty() {
            line.push_str(&s.phase);
            line.push(' ');
        }
        // Writing to a string cannot fail.
        let _ = write!(line, "epoch [{}/{}] batch [{}/{}]", s.epoch, s.max_epoch, s.batch, s.num_batches);
        for (i, ((name, _), (value, mean))) in values.iter().zip(&means).enumerate() {
            let digits = if i < 2 { 3 } else { 4 };
            let _ = write!(line, " {name} {value:.digits$} ({mean:.digits$})");
        }
        let eta = means[0].1 * self.batches_to_go(s) as f64;
        let _ = write!(line, " lr {} eta {}", scientific(s.lr, 4), duration(eta));
        Some(line)
    }

    /// Steps to go in the whole run, if every learner's epoch has as many as this one.
    fn batches_to_go(&self, s: &Step) -> usize {
        let passes = self.learners.len().max(1);
        let done = self.learners.iter().position(|l| *l == s.learner).map_or(passes, |i| i + 1);
        let later = (passes - done) + s.max_epoch.saturating_sub(s.epoch) * passes;
        s.num_batches.saturating_sub(s.batch) + later * s.num_batches
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn step(learner: &str, batch: usize, loss: f64) -> Event {
        Event::Step(Step {
            phase: format!("Warmup {learner}"),
            learner: learner.to_owned(),
            epoch: 1,
            max_epoch: 2,
            batch,
            num_batches: 10,
            time_s: 0.5,
            data_s: 0.25,
            losses: vec![("loss".to_owned(), loss)],
            acc: Some(50.0),
            lr: 0.002,
            grad_norm: 1.0,
        })
    }

    #[test]
    fn meter_line_is_dassls() {
        let mut format = LineFormat::new(5);
        format.lines(&Event::Start { epoch: 1, max_epoch: 2, learners: vec!["A".into(), "B".into()] });
        for batch in 1..5 {
            assert_eq!(format.lines(&step("A", batch, 1.0)), None);
        }
        // To go: 5 of A's own, 10 of B, 20 of epoch 2, half a second each.
        assert_eq!(
            format.lines(&step("A", 5, 3.5)).unwrap(),
            "Warmup A epoch [1/2] batch [5/10] time 0.500 (0.500) data 0.250 (0.250) loss 3.5000 (1.5000) \
             acc 50.0000 (50.0000) lr 2.0000e-03 eta 0:00:17"
        );
        // Another learner starts its own means.
        for batch in 1..5 {
            format.lines(&step("B", batch, 2.0));
        }
        assert!(format.lines(&step("B", 5, 2.0)).unwrap().contains("loss 2.0000 (2.0000)"));
    }

    #[test]
    fn short_epochs_print_every_step() {
        let mut format = LineFormat::new(20);
        assert!(format.lines(&step("A", 1, 1.0)).is_some());
    }
}
