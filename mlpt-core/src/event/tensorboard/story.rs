//! What of a run's events TensorBoard is told, and when.

use super::proto::{self, Buckets, Picture, Value};
use super::record;
use crate::event::{Event, Histogram, Step};
use std::collections::BTreeMap;

/// Turns the events of a run, from its first, into the bytes of an event file.
///
/// `metrics.jsonl` has no times of the day. An event's time is that of the run's start and the seconds of
/// training since then, so that "relative" in TensorBoard is time spent, without the pauses of a run that
/// was stopped and went on.
#[derive(Clone, Debug)]
pub(super) struct Story {
    clock: f64,
    /// The clock at the end of the last epoch.
    epoch_begun: f64,
    epoch: u64,
    /// Steps by learner.
    steps: BTreeMap<String, u64>,
}

impl Story {
    /// A run that began at `started`, in seconds since 1970; the file's first bytes go to `out`.
    pub(super) fn begin(started: f64, out: &mut Vec<u8>) -> Self {
        record::push(&proto::begin(started), out);
        Self { clock: started, epoch_begun: started, epoch: 0, steps: BTreeMap::new() }
    }

    /// Adds what there is to tell of `event` to `out`.
    pub(super) fn tell(&mut self, event: &Event, out: &mut Vec<u8>) {
        match event {
            Event::Step(step) => self.step(step, out),
            Event::Scalar { name, epoch, value } => {
                self.push(*epoch as u64, &[(name.clone(), scalar(*value))], out);
            }
            Event::Histogram(histogram) => self.push(histogram.epoch as u64, &buckets(histogram), out),
            Event::EpochEnd { epoch, time_s, .. } => {
                self.epoch = *epoch as u64;
                self.epoch_begun += if time_s.is_finite() { *time_s } else { 0.0 };
                self.clock = self.epoch_begun;
            }
            Event::Start { .. } | Event::Note { .. } | Event::Detail { .. } | Event::Warning { .. } => {}
        }
    }

    /// Adds the confusion matrix of the test at the end.
    pub(super) fn confusion(&self, picture: Picture, accuracy: f64, out: &mut Vec<u8>) {
        let values =
            [("test/accuracy".to_owned(), scalar(accuracy)), ("test/confusion".to_owned(), Value::Picture(picture))];
        self.push(self.epoch, &values, out);
    }

    fn step(&mut self, step: &Step, out: &mut Vec<u8>) {
        let number = self.steps.entry(step.learner.clone()).or_default();
        *number += 1;
        let number = *number;
        self.clock += if step.time_s.is_finite() { step.time_s } else { 0.0 };
        let place = if step.learner.is_empty() { "step".to_owned() } else { format!("step/{}", step.learner) };
        let losses = step.losses.iter().map(|(name, value)| (name.as_str(), *value));
        let others = step.acc.map(|acc| ("acc", acc)).into_iter();
        let others = others.chain([("lr", step.lr), ("grad_norm", step.grad_norm)]);
        let values: Vec<_> =
            losses.chain(others).map(|(name, value)| (format!("{place}/{name}"), scalar(value))).collect();
        self.push(number, &values, out);
    }

    fn push(&self, step: u64, values: &[(String, Value)], out: &mut Vec<u8>) {
        if !values.is_empty() {
            record::push(&proto::summary(self.clock, step, values), out);
        }
    }
}

fn scalar(value: f64) -> Value {
    Value::Scalar(value as f32)
}

/// The histogram and, where it is known, that of the wrong labels. The sums are those of the bins'
/// middles: the losses themselves are not told.
fn buckets(h: &Histogram) -> Vec<(String, Value)> {
    let (bins, width) = (h.counts.len() as f64, h.high - h.low);
    // A loss that is not finite has no place on the axis.
    if h.counts.is_empty() || !width.is_finite() {
        return Vec::new();
    }
    let edge = |n: f64| h.low + width * n / bins;
    let of = |counts: &[u64]| {
        let counts: Vec<f64> = counts.iter().map(|n| *n as f64).collect();
        let mut sums = [0.0; 3];
        for (n, count) in counts.iter().enumerate() {
            let middle = edge(n as f64 + 0.5);
            sums = [sums[0] + count, sums[1] + count * middle, sums[2] + count * middle * middle];
        }
        let [num, sum, sum_squares] = sums;
        let limits = (1..=counts.len()).map(|n| edge(n as f64)).collect();
        Value::Histogram(Buckets { min: h.low, max: h.high, num, sum, sum_squares, limits, counts })
    };
    let wrong = h.wrong.iter().filter(|wrong| wrong.len() == h.counts.len());
    let wrong = wrong.map(|wrong| (format!("{}/wrong", h.name), of(wrong)));
    std::iter::once((h.name.clone(), of(&h.counts))).chain(wrong).collect()
}
