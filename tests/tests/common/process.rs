//! Runs of the command as processes that can be stopped and killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// How a run is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// As `kill -9` does: at once, without a word.
    Kill,
    /// As Ctrl-C does.
    Interrupt,
}

/// A run under way.
pub struct Running {
    child: Child,
    run: PathBuf,
    started: SystemTime,
}

impl Running {
    /// Starts the command in `dir`; its run directory is `dir/run`.
    pub fn start(dir: &Path, args: &[&str]) -> Self {
        let started = SystemTime::now();
        let child = Command::new(env!("CARGO_BIN_EXE_mlpt-under-test"))
            .args(args)
            .current_dir(dir)
            .env_remove("RUST_LOG")
            .env("XDG_CACHE_HOME", dir.join("cache-home"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, run: dir.join("run"), started }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `log.txt` holds `text`; false where the run ends before that.
    pub fn wait_for(&mut self, text: &str) -> bool {
        let (log, started) = (self.run.join("log.txt"), self.started);
        // An earlier process's lines stand there until this one has cut the file back.
        let own = || fs::metadata(&log).and_then(|m| m.modified()).is_ok_and(|time| time > started);
        self.wait_until(|| own() && fs::read_to_string(&log).is_ok_and(|log| log.contains(text)))
    }

    /// Waits until `when` holds; false where the run ends before that.
    pub fn wait_until(&mut self, when: impl Fn() -> bool) -> bool {
        let begun = Instant::now();
        while !when() {
            if self.child.try_wait().unwrap().is_some() {
                return when();
            }
            assert!(begun.elapsed() < Duration::from_secs(300), "the run hangs");
            std::thread::sleep(Duration::from_micros(200));
        }
        true
    }

    /// Stops the run and waits for its end.
    pub fn stop(mut self, how: Stop) -> Output {
        match how {
            Stop::Kill => self.child.kill().unwrap(),
            Stop::Interrupt => {
                let id = self.child.id().to_string();
                assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
            }
        }
        self.end()
    }

    /// Waits for the run's own end.
    pub fn end(self) -> Output {
        self.child.wait_with_output().unwrap()
    }
}

/// The temporary files below a folder.
pub fn temporaries(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            found.extend(temporaries(&path));
        } else if path.extension().is_some_and(|e| e == "tmp") {
            found.push(path);
        }
    }
    found
}
