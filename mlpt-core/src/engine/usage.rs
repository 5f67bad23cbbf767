//! What processes have cost, as far as the system tells.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// Processor time and memory; absent where the system keeps no such account (all but Linux).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Seconds that all threads have computed, together.
    pub cpu_seconds: Option<f64>,
    /// The most memory that was held at a time, in bytes.
    pub peak_memory: Option<u64>,
}

impl Usage {
    /// Of all processes that an `attempts.jsonl` tells of: their time together, the greatest memory. Nothing where the
    /// file or one of its figures is missing, as that of a process that was killed is.
    pub fn of_attempts(path: &Path) -> Self {
        let Ok(text) = std::fs::read_to_string(path) else { return Self::default() };
        let all: Vec<Self> = text.lines().map(|line| serde_json::from_str(line).unwrap_or_default()).collect();
        Self {
            cpu_seconds: all.iter().map(|usage| usage.cpu_seconds).sum(),
            peak_memory: all
                .iter()
                .map(|usage| usage.peak_memory)
                .collect::<Option<Vec<_>>>()
                .and_then(|m| m.into_iter().max()),
        }
    }

    /// Of this process until now.
    pub(super) fn now() -> Self {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).ok();
        Self {
            cpu_seconds: read("stat").as_deref().and_then(cpu_seconds),
            peak_memory: read("status").as_deref().and_then(peak_memory),
        }
    }
}

/// From the line of `stat`: fields 14 and 15 count time in user and system mode, in hundredths of a second (that is
/// what Linux shows to programs, whatever its own clock). The second field is a name in brackets, and may hold anything.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let behind_name = stat.rsplit_once(')')?.1;
    let mut fields = behind_name.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) as f64 / 100.0)
}

/// From `status`: a line such as `VmHWM:   1234 kB`.
fn peak_memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_words_are_read() {
        let stat = "42 (a (odd) name) S 1 42 42 0 -1 4194560 1 2 3 4 250 75 6 7 20 0 3 0 99 1 2";
        assert_eq!(cpu_seconds(stat), Some(3.25));
        assert_eq!(peak_memory("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t  2048 kB\n"), Some(2 << 20));
        assert_eq!((cpu_seconds("42 (x) S"), peak_memory("VmHWM: many")), (None, None));
    }

    #[test]
    fn attempts_add_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("attempts.jsonl");
        let of = |text: &str| {
            std::fs::write(&path, text).unwrap();
            Usage::of_attempts(&path)
        };
        let two = "{\"cpu_seconds\": 1.5, \"peak_memory\": 70}\n{\"cpu_seconds\": 2.0, \"peak_memory\": 40}\n";
        assert_eq!(of(two), Usage { cpu_seconds: Some(3.5), peak_memory: Some(70) });
        // A process that was killed could not say what it had cost.
        assert_eq!(of(&format!("{two}{{\"pid\": 7}}\n")), Usage::default());
        assert_eq!(Usage::of_attempts(&dir.path().join("none")), Usage::default());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_used_something() {
        let kept = std::hint::black_box(vec![1u8; 1 << 20]);
        let usage = Usage::now();
        assert!(usage.peak_memory.is_some_and(|bytes| bytes > kept.len() as u64), "{usage:?}");
        assert!(usage.cpu_seconds.is_some_and(|seconds| seconds < 1e6), "{usage:?}");
    }
}
