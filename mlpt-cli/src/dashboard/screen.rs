//! The terminal while the dashboard has it.

use super::{Model, draw};
use crate::log;
use anyhow::{Context, Result};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use std::io::{Stdout, stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, TryLockError};
use std::time::Duration;

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// Held while something is drawn.
static DRAWING: Mutex<()> = Mutex::new(());

/// The full screen, until it is dropped. However the program ends (return, error, panic, Ctrl-C twice), [`leave`] puts
/// the terminal back.
pub struct Screen(Terminal<CrosstermBackend<Stdout>>);

impl Screen {
    /// Takes the terminal. Messages on standard error wait until it is given back.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub fn open() -> Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                leave();
                before(info);
            }));
        });
        let open = || {
            TAKEN.store(true, Ordering::SeqCst);
            log::hold();
            enable_raw_mode()?;
            execute!(stdout(), EnterAlternateScreen)?;
            Terminal::new(CrosstermBackend::new(stdout()))
        };
        match open() {
            Ok(terminal) => Ok(Self(terminal)),
            Err(error) => {
                leave();
                Err(error).context("the terminal cannot be used for a dashboard")
            }
        }
    }

    /// Draws; nothing once the terminal was given back.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub fn draw(&mut self, model: &Model) -> Result<()> {
        let _drawing = DRAWING.lock();
        if TAKEN.load(Ordering::SeqCst) {
            self.0.draw(|frame| draw(frame, model))?;
        }
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

/// Gives the terminal back, where it was taken, and shows the messages that waited.
pub fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Not in the middle of another thread's drawing; but where drawing itself is what failed, its lock stays held.
    let _drawing = (0..50).find_map(|_| match DRAWING.try_lock() {
        Ok(guard) => Some(Some(guard)),
        Err(TryLockError::Poisoned(_)) => Some(None),
        Err(TryLockError::WouldBlock) => {
            std::thread::sleep(Duration::from_millis(10));
            None
        }
    });
    // There is nobody to tell that it did not work.
    let _ = disable_raw_mode();
    let _ = execute!(stdout(), LeaveAlternateScreen, Show);
    log::release();
}
