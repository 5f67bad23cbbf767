//! How a learner's losses on the pool lie, told once an epoch.

use super::PoolReport;
use super::detection::Truth;
use crate::event::{Event, Events, Histogram};

const BINS: usize = 32;

/// Tells the histogram of the losses, the wrong labels' apart where they are known. Nothing is told where there is no
/// finite loss.
pub(super) fn tell(view: &PoolReport, truth: &Truth, epoch: usize, events: &mut Events) {
    let finite = || view.losses.iter().copied().filter(|x| x.is_finite());
    let (low, high) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), x| (l.min(x), h.max(x)));
    if low > high {
        return;
    }
    let width = if high > low { high - low } else { 1.0 };
    let bin = |x: f64| (((x - low) / width * BINS as f64) as usize).min(BINS - 1);
    let mut counts = vec![0; BINS];
    finite().for_each(|x| counts[bin(x)] += 1);
    let wrong = truth.wrong().map(|wrong| {
        let mut counts = vec![0; BINS];
        let losses = view.losses.iter().zip(wrong).filter(|(x, w)| x.is_finite() && **w == Some(true));
        losses.for_each(|(x, _)| counts[bin(*x)] += 1);
        counts
    });
    let name = format!("pool-loss/{}", view.learner);
    events.emit(Event::Histogram(Histogram { name, epoch, low, high, counts, wrong, mixture: view.mixture }));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::data::{Manifest, ManifestRow};
    use crate::event::EventSink;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Told(Arc<Mutex<Vec<Event>>>);

    impl EventSink for Told {
        fn emit(&mut self, event: &Event) {
            self.0.lock().unwrap().push(event.clone());
        }
    }

    fn told(losses: &[f64], truth: &[Option<usize>]) -> Option<Histogram> {
        let row = |(index, &true_label): (usize, &Option<usize>)| ManifestRow {
            index,
            true_label,
            given_label: 0,
            image: index.to_string(),
        };
        let truth = Truth::new(&Manifest { rows: truth.iter().enumerate().map(row).collect() }, 0.5);
        let (told, mut events) = (Told::default(), Events::default());
        events.add(Box::new(told.clone()));
        let view = PoolReport { learner: "a".to_owned(), losses: losses.to_vec(), ..PoolReport::default() };
        tell(&view, &truth, 3, &mut events);
        let told = told.0.lock().unwrap().pop();
        match told {
            Some(Event::Histogram(h)) => Some(h),
            _ => None,
        }
    }

    #[test]
    fn every_item_is_in_one_bin_and_the_wrong_ones_are_apart() {
        let h = told(&[1.0, 1.1, 3.0, 5.0], &[Some(0), Some(1), None, Some(2)]).unwrap();
        assert_eq!((h.name.as_str(), h.epoch, h.low, h.high), ("pool-loss/a", 3, 1.0, 5.0));
        let places = |counts: &[u64]| {
            counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(i, n)| (i, *n)).collect::<Vec<_>>()
        };
        assert_eq!(places(&h.counts), [(0, 2), (16, 1), (31, 1)]);
        assert_eq!(places(&h.wrong.unwrap()), [(0, 1), (31, 1)]);
        assert!(told(&[1.0, 2.0], &[None, None]).unwrap().wrong.is_none());
    }

    #[test]
    fn equal_losses_and_none_at_all() {
        assert_eq!(told(&[2.0, 2.0], &[Some(0), Some(0)]).unwrap().counts[0], 2);
        assert!(told(&[], &[]).is_none());
        assert!(told(&[f64::NAN], &[None]).is_none());
    }
}
