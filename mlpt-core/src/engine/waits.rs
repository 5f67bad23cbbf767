//! How long the steps of a run waited for their images, overheard from them.

use crate::Result;
use crate::config::Config;
use crate::event::{Event, EventSink, Events};
use std::sync::{Arc, Mutex, PoisonError};

/// Share of the time from which the input counts as the bottleneck.
const TOO_MUCH: f64 = 0.5;
/// Seconds of steps below which nothing is said of a bottleneck.
const TOO_SHORT: f64 = 5.0;

/// Listens to the steps; its clones share what they heard.
#[derive(Clone, Default)]
pub(super) struct Waits(Arc<Mutex<Seconds>>);

#[derive(Clone, Copy, Default)]
struct Seconds {
    waited: f64,
    all: f64,
}

impl Waits {
    /// Says how long this process waited; a warning with the cure where it was most of the time.
    pub(super) fn tell(&self, config: &Config, events: &mut Events) -> Result<()> {
        let Seconds { waited, all } = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A process that found all epochs done says so too: its log must have the lines of one that was not killed.
        let share = if all > 0.0 { 100.0 * waited / all } else { 0.0 };
        let text = format!("Waited for images: {waited:.1} s of {all:.1} s of steps ({share:.0}%)");
        if waited <= TOO_MUCH * all || all < TOO_SHORT {
            events.note(text);
            return Ok(());
        }
        let (workers, cache): (usize, usize) =
            (config.get("DATALOADER.NUM_WORKERS")?, config.get("DATALOADER.CACHE_MB")?);
        events.warn(format!(
            "{text}: the input is the bottleneck. More threads (DATALOADER.NUM_WORKERS is {workers}), more memory for \
             decoded images (DATALOADER.CACHE_MB is {cache}) or smaller image files help"
        ));
        Ok(())
    }
}

impl EventSink for Waits {
    fn emit(&mut self, event: &Event) {
        if let Event::Step(step) = event {
            let mut seconds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seconds.waited += step.data_s;
            seconds.all += step.time_s;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::Origin;
    use crate::event::Step;

    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<Event>>>);

    impl EventSink for Heard {
        fn emit(&mut self, event: &Event) {
            self.0.lock().unwrap().push(event.clone());
        }
    }

    fn told(steps: &[(f64, f64)]) -> Vec<Event> {
        let (mut events, heard, waits) = (Events::default(), Heard::default(), Waits::default());
        let mut listening = waits.clone();
        for &(time_s, data_s) in steps {
            listening.emit(&Event::Step(Step {
                phase: String::new(),
                learner: String::new(),
                epoch: 1,
                max_epoch: 1,
                batch: 1,
                num_batches: 1,
                time_s,
                data_s,
                losses: Vec::new(),
                acc: None,
                lr: 0.0,
                grad_norm: 0.0,
            }));
        }
        events.add(Box::new(heard.clone()));
        let mut config = Config::default();
        config.set("DATALOADER.NUM_WORKERS", 3, Origin::Override);
        config.set("DATALOADER.CACHE_MB", 64, Origin::Override);
        waits.tell(&config, &mut events).unwrap();
        heard.0.lock().unwrap().clone()
    }

    #[test]
    fn the_bottleneck_is_named_only_where_there_is_one() {
        let note = |text: &str| vec![Event::Note { text: text.to_owned() }];
        assert_eq!(told(&[]), note("Waited for images: 0.0 s of 0.0 s of steps (0%)"));
        assert_eq!(told(&[(6.0, 1.0), (4.0, 1.0)]), note("Waited for images: 2.0 s of 10.0 s of steps (20%)"));
        assert_eq!(told(&[(2.0, 2.0)]), note("Waited for images: 2.0 s of 2.0 s of steps (100%)"));
        let [Event::Warning { text }] = &told(&[(6.0, 5.0), (4.0, 1.0)])[..] else { panic!("no warning") };
        assert!(text.contains("(60%): the input is the bottleneck") && text.contains("NUM_WORKERS is 3"), "{text}");
    }
}
