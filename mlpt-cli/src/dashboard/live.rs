//! The dashboard of a run in this process.

use super::{Model, Screen, Status};
use crate::interrupt;
use mlpt_core::engine::StopFlag;
use mlpt_core::event::{Event, EventSink};
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEventKind, KeyModifiers, poll, read};
use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the picture is drawn and keys are looked at.
const TICK: Duration = Duration::from_millis(150);

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// To stop: `q`.
    Quit,
    /// The same, as Ctrl-C does it elsewhere: the second time at once.
    Interrupt,
}

/// A listener that draws what it hears, in a thread of its own, until it is dropped.
pub struct Dashboard {
    events: Option<Sender<Event>>,
    thread: Option<JoinHandle<()>>,
    /// Told again when the terminal is as it was.
    warnings: Vec<String>,
}

impl Dashboard {
    /// Takes the terminal; `stop` is set by a key.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub fn open(model: Model, stop: StopFlag) -> anyhow::Result<Self> {
        let screen = Screen::open()?;
        let (events, heard) = channel();
        let thread = std::thread::spawn(move || {
            if let Err(error) = show(screen, model, &heard, &stop) {
                tracing::warn!("the dashboard ends here, the run goes on: {error}");
            }
        });
        Ok(Self { events: Some(events), thread: Some(thread), warnings: Vec::new() })
    }
}

impl EventSink for Dashboard {
    fn emit(&mut self, event: &Event) {
        if let Event::Warning { text } = event {
            self.warnings.push(text.clone());
        }
        // Nobody listens where the terminal failed.
        if let Some(events) = &self.events {
            let _ = events.send(event.clone());
        }
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        drop(self.events.take());
        // A panic over there has been told.
        let _ = self.thread.take().map(JoinHandle::join);
        for text in &self.warnings {
            let _ = writeln!(std::io::stderr(), "Warning: {text}");
        }
    }
}

/// Draws until nobody sends events any more.
fn show(mut screen: Screen, mut model: Model, heard: &Receiver<Event>, stop: &StopFlag) -> anyhow::Result<()> {
    loop {
        loop {
            match heard.try_recv() {
                Ok(event) => model.take(&event),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Ok(()),
            }
        }
        model.status = if stop.is_set() { Status::Stopping } else { Status::Running };
        screen.draw(&model)?;
        match key(TICK)? {
            Some(Told::Interrupt) => interrupt::ask(stop),
            // A key that is held down must not end the run at once.
            Some(Told::Quit) if !stop.is_set() => interrupt::ask(stop),
            _ => {}
        }
    }
}

/// Waits for a key for so long at most.
///
/// # Errors
/// When the terminal cannot be read.
pub(crate) fn key(wait: Duration) -> std::io::Result<Option<Told>> {
    if !poll(wait)? {
        return Ok(None);
    }
    let Input::Key(key) = read()? else { return Ok(None) };
    if key.kind == KeyEventKind::Release {
        return Ok(None);
    }
    Ok(match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Told::Interrupt),
        KeyCode::Char('q' | 'Q') => Some(Told::Quit),
        _ => None,
    })
}
