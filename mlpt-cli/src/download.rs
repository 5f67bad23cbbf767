//! A bar for each file that is downloaded.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mlpt_core::clip::ModelSource;
use mlpt_core::config::Config;
use mlpt_core::hub::Progress;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Bars on standard error, where that is a terminal; otherwise one line a file through `tracing`.
#[derive(Debug, Default)]
pub(crate) struct Download {
    bar: Mutex<Option<ProgressBar>>,
}

const STYLE: &str = "{msg}  {bar:24} {bytes} of {total_bytes}  {bytes_per_sec}  {eta}";

impl Download {
    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        act(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Progress for Download {
    fn start(&self, file: &str, total: Option<u64>, done: u64) {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(STYLE) {
            bar.set_style(style);
        }
        bar.set_message(file.to_owned());
        bar.set_position(done);
        // A repetition goes on where the first try ended; its speed is that of what is left.
        bar.reset_eta();
        if bar.is_hidden() {
            let size = total.map_or_else(String::new, |n| format!(", {}", indicatif::HumanBytes(n)));
            tracing::info!("downloading {file}{size}");
        }
        self.with(|slot| *slot = Some(bar));
    }

    fn advance(&self, bytes: u64) {
        self.with(|slot| slot.iter().for_each(|bar| bar.inc(bytes)));
    }

    fn finish(&self) {
        self.with(|slot| slot.take().iter().for_each(ProgressBar::finish_and_clear));
    }
}

/// Brings the model that `name` means to the disk, with bars.
///
/// # Errors
/// When there is no such model, or it cannot be fetched.
pub(crate) fn fetch(name: &str) -> mlpt_core::Result<(ModelSource, Vec<PathBuf>)> {
    let source = ModelSource::parse(name)?;
    let paths = source.fetch(&Download::default())?;
    Ok((source, paths))
}

/// The same for the model of a run's settings, before anything else begins.
///
/// # Errors
/// As [`fetch`].
pub(crate) fn fetch_for(config: &Config) -> mlpt_core::Result<()> {
    fetch(&config.get::<String>("MODEL.BACKBONE.NAME")?).map(drop)
}
