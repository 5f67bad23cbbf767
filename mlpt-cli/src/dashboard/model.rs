//! What a dashboard knows of a run, from its events alone.

use super::Curve;
use mlpt_core::event::{Event, Histogram, LineFormat, Step};
use serde::Serialize;
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};

/// Lines that are kept.
const LINES: usize = 100;
/// Epochs whose mean length says how long the next ones take: those of co-training are longer than warm-up's.
const RECENT: usize = 5;

/// How it stands with a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Loading, or training.
    #[default]
    Running,
    /// The same, in another process.
    #[serde(rename = "running")]
    Elsewhere,
    /// It was asked to stop and will, after its step.
    Stopping,
    /// It has its result.
    Finished,
    /// No process is at work on it, and it has no result.
    Stopped,
}

/// The state of the view.
#[derive(Clone, Debug)]
pub struct Model {
    /// What stands above all.
    pub title: String,
    /// How it stands.
    pub status: Status,
    learners: Vec<String>,
    max_epoch: usize,
    finished: usize,
    /// Share of the epoch that is under way, and its seconds so far.
    within: f64,
    within_s: f64,
    seconds: VecDeque<f64>,
    spent_s: f64,
    losses: Vec<(String, Curve)>,
    figures: BTreeMap<String, Curve>,
    histograms: Vec<Histogram>,
    format: LineFormat,
    lines: VecDeque<String>,
    phase: String,
}

impl Model {
    /// Nothing known yet; every `print_freq`-th step gets a line.
    pub fn new(title: impl Into<String>, print_freq: usize) -> Self {
        Self {
            title: title.into(),
            status: Status::Running,
            learners: Vec::new(),
            max_epoch: 0,
            finished: 0,
            within: 0.0,
            within_s: 0.0,
            seconds: VecDeque::new(),
            spent_s: 0.0,
            losses: Vec::new(),
            figures: BTreeMap::new(),
            histograms: Vec::new(),
            format: LineFormat::new(print_freq),
            lines: VecDeque::new(),
            phase: String::new(),
        }
    }

    /// Takes an event in.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::Start { epoch, max_epoch, learners } => self.start(*epoch, *max_epoch, learners),
            Event::Step(step) => self.step(step),
            Event::EpochEnd { epoch, max_epoch, time_s } => {
                (self.finished, self.max_epoch) = (*epoch, *max_epoch);
                (self.within, self.within_s) = (0.0, 0.0);
                if time_s.is_finite() {
                    self.spent_s += time_s;
                    self.seconds.push_back(*time_s);
                }
                if self.seconds.len() > RECENT {
                    self.seconds.pop_front();
                }
            }
            Event::Scalar { name, epoch, value } => {
                self.figures.entry(name.clone()).or_default().push(*epoch as f64, *value);
            }
            Event::Histogram(new) => match self.histograms.iter_mut().find(|old| old.name == new.name) {
                Some(old) => *old = new.clone(),
                None => self.histograms.push(new.clone()),
            },
            Event::Note { .. } | Event::Detail { .. } | Event::Warning { .. } => {}
        }
        if matches!(event, Event::Detail { .. }) {
            return;
        }
        for line in self.format.lines(event).iter().flat_map(|lines| lines.lines()) {
            self.lines.push_back(line.to_owned());
            if self.lines.len() > LINES {
                self.lines.pop_front();
            }
        }
    }

    /// A run that goes on does the epoch again that was not finished: what was told of it goes.
    fn start(&mut self, epoch: usize, max_epoch: usize, learners: &[String]) {
        self.learners = learners.to_vec();
        (self.max_epoch, self.finished) = (max_epoch, epoch.saturating_sub(1));
        (self.within, self.within_s) = (0.0, 0.0);
        let end = self.finished as f64;
        self.losses.iter_mut().map(|(_, curve)| curve).chain(self.figures.values_mut()).for_each(|c| c.cut(end));
        self.histograms.retain(|h| h.epoch < epoch);
    }

    fn step(&mut self, s: &Step) {
        let place = self.learners.iter().position(|name| *name == s.learner).unwrap_or(0);
        let share = s.batch as f64 / s.num_batches.max(1) as f64;
        self.within = (place as f64 + share) / self.learners.len().max(1) as f64;
        self.within_s += if s.time_s.is_finite() { s.time_s } else { 0.0 };
        self.max_epoch = s.max_epoch;
        self.phase.clone_from(&s.phase);
        let Some((_, loss)) = s.losses.first() else { return };
        // Learners take turns within an epoch, but every learner's curve goes through the whole of it.
        let x = s.epoch.saturating_sub(1) as f64 + share;
        match self.losses.iter_mut().find(|(name, _)| *name == s.learner) {
            Some((_, curve)) => curve.push(x, *loss),
            None => {
                let mut curve = Curve::default();
                curve.push(x, *loss);
                self.losses.push((s.learner.clone(), curve));
            }
        }
    }

    /// Epochs that are finished, and how many there are to be; 0 before that is known.
    pub fn epochs(&self) -> (usize, usize) {
        (self.finished, self.max_epoch)
    }

    /// Share of the training that is done.
    pub fn share(&self) -> f64 {
        match self.max_epoch {
            0 => 0.0,
            all => ((self.finished as f64 + self.within) / all as f64).clamp(0.0, 1.0),
        }
    }

    /// Seconds of training so far that were told.
    pub fn spent_s(&self) -> f64 {
        self.spent_s + self.within_s
    }

    /// Seconds that the rest of the training will take, if its epochs are as long as the last ones.
    pub fn left_s(&self) -> Option<f64> {
        let mean = match (self.seconds.is_empty(), self.within > 0.0) {
            (false, _) => self.seconds.iter().sum::<f64>() / self.seconds.len() as f64,
            (true, true) => self.within_s / self.within,
            (true, false) => return None,
        };
        let epochs = self.max_epoch.saturating_sub(self.finished) as f64;
        Some(mean * (epochs - self.within).max(0.0))
    }

    /// What is being done, such as `Warmup CLIP1`.
    pub fn phase(&self) -> &str {
        &self.phase
    }

    /// The learners' losses, in the order in which they first came.
    pub fn losses(&self) -> &[(String, Curve)] {
        &self.losses
    }

    /// The figure that is called `name`, by epoch.
    pub fn figure(&self, name: &str) -> Option<&Curve> {
        self.figures.get(name)
    }

    /// The last histogram of each name.
    pub fn histograms(&self) -> &[Histogram] {
        &self.histograms
    }

    /// The same for programs: how it stands, and every figure's last value. Seconds are those of the training.
    pub fn document(&self) -> serde_json::Value {
        let last = |curve: &Curve| curve.last();
        let losses: BTreeMap<&str, _> = self.losses.iter().map(|(name, curve)| (name.as_str(), last(curve))).collect();
        let figures: BTreeMap<&str, _> =
            self.figures.iter().map(|(name, curve)| (name.as_str(), last(curve))).collect();
        json!({
            "version": 1,
            "run": self.title,
            "status": self.status,
            "phase": self.phase,
            "epochs": self.finished,
            "max_epoch": self.max_epoch,
            "share": self.share(),
            "spent_s": self.spent_s(),
            "left_s": self.left_s(),
            "losses": losses,
            "figures": figures,
        })
    }

    /// The last `count` lines of the log, as it is written.
    pub fn lines(&self, count: usize) -> impl Iterator<Item = &str> {
        self.lines.iter().skip(self.lines.len().saturating_sub(count)).map(String::as_str)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn step(learner: &str, epoch: usize, batch: usize) -> Event {
        Event::Step(Step {
            phase: "Train".to_owned(),
            learner: learner.to_owned(),
            epoch,
            max_epoch: 4,
            batch,
            num_batches: 2,
            time_s: 3.0,
            data_s: 0.0,
            losses: vec![("loss".to_owned(), epoch as f64)],
            acc: None,
            lr: 0.1,
            grad_norm: 1.0,
        })
    }

    fn start(epoch: usize) -> Event {
        Event::Start { epoch, max_epoch: 4, learners: vec!["a".into(), "b".into()] }
    }

    fn epoch(model: &mut Model, epoch: usize, time_s: f64) {
        for learner in ["a", "b"] {
            (1..=2).for_each(|batch| model.take(&step(learner, epoch, batch)));
        }
        model.take(&Event::Scalar { name: "val/accuracy".to_owned(), epoch, value: 50.0 });
        model.take(&Event::EpochEnd { epoch, max_epoch: 4, time_s });
    }

    #[test]
    fn progress_and_what_is_left() {
        let mut model = Model::new("t", 1);
        assert_eq!((model.share(), model.left_s(), model.epochs()), (0.0, None, (0, 0)));
        model.take(&start(1));
        assert_eq!((model.share(), model.left_s()), (0.0, None));
        model.take(&step("a", 1, 1));
        // A quarter of an epoch in 3 seconds: 3.75 epochs of 12 are left.
        assert_eq!((model.share(), model.left_s(), model.spent_s()), (0.0625, Some(45.0), 3.0));
        model.take(&step("a", 1, 2));
        model.take(&step("b", 1, 1));
        assert_eq!(model.share(), 0.1875);
        model.take(&step("b", 1, 2));
        model.take(&Event::EpochEnd { epoch: 1, max_epoch: 4, time_s: 20.0 });
        assert_eq!((model.share(), model.left_s(), model.spent_s()), (0.25, Some(60.0), 20.0));
        (2..=4).for_each(|n| epoch(&mut model, n, 10.0));
        assert_eq!((model.share(), model.left_s(), model.epochs()), (1.0, Some(0.0), (4, 4)));
        assert_eq!(model.spent_s(), 50.0);
    }

    #[test]
    fn curves_of_both_learners_go_through_every_epoch() {
        let mut model = Model::new("t", 1);
        model.take(&start(1));
        (1..=2).for_each(|n| epoch(&mut model, n, 10.0));
        let [(a, one), (b, two)] = model.losses() else { panic!("two learners") };
        assert_eq!((a.as_str(), b.as_str()), ("a", "b"));
        assert_eq!(one.points(), [(0.5, 1.0), (1.0, 1.0), (1.5, 2.0), (2.0, 2.0)]);
        assert_eq!(one.points(), two.points());
        assert_eq!(model.figure("val/accuracy").unwrap().points(), [(1.0, 50.0), (2.0, 50.0)]);
        assert!(model.figure("val/other").is_none());
    }

    #[test]
    fn an_epoch_that_was_not_finished_is_shown_once() {
        let mut model = Model::new("t", 1);
        model.take(&start(1));
        (1..=2).for_each(|n| epoch(&mut model, n, 10.0));
        model.take(&step("a", 3, 1));
        model.take(&start(3));
        assert_eq!((model.epochs(), model.share()), ((2, 4), 0.5));
        assert_eq!(model.losses()[0].1.points().len(), 4);
        // One that goes on after the first epoch drops the second one's figures, too.
        model.take(&start(2));
        assert_eq!(model.losses()[1].1.points(), [(0.5, 1.0), (1.0, 1.0)]);
        assert_eq!(model.figure("val/accuracy").unwrap().points(), [(1.0, 50.0)]);
    }

    #[test]
    fn the_last_lines_and_histograms_stay() {
        let mut model = Model::new("t", 1);
        (0..300).for_each(|n| model.take(&Event::Note { text: format!("line {n}\nmore") }));
        model.take(&Event::Detail { text: "left out".to_owned() });
        model.take(&Event::Warning { text: "look".to_owned() });
        assert_eq!(model.lines(3).collect::<Vec<_>>(), ["line 299", "more", "Warning: look"]);
        assert_eq!(model.lines(1000).count(), LINES);
        for (name, epoch) in [("a", 1), ("b", 1), ("a", 2)] {
            let counts = vec![1; 4];
            model.take(&Event::Histogram(Histogram {
                name: name.to_owned(),
                epoch,
                low: 0.0,
                high: 1.0,
                counts,
                wrong: None,
                mixture: None,
            }));
        }
        let shown: Vec<(&str, usize)> = model.histograms().iter().map(|h| (h.name.as_str(), h.epoch)).collect();
        assert_eq!(shown, [("a", 2), ("b", 1)]);
    }
}
