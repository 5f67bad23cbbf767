//! What a process has cost so far, as far as the system tells.

use serde::Serialize;

/// Processor time and memory of this process; absent where the system keeps no such account (all but Linux).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Usage {
    /// Seconds that its threads have computed, together.
    cpu_seconds: Option<f64>,
    /// The most memory that it has held at a time, in bytes.
    peak_memory: Option<u64>,
}

impl Usage {
    /// Until now.
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
mod tests {
    use super::*;

    #[test]
    fn the_systems_words_are_read() {
        let stat = "42 (a (odd) name) S 1 42 42 0 -1 4194560 1 2 3 4 250 75 6 7 20 0 3 0 99 1 2";
        assert_eq!(cpu_seconds(stat), Some(3.25));
        assert_eq!(peak_memory("Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t  2048 kB\n"), Some(2 << 20));
        assert_eq!((cpu_seconds("42 (x) S"), peak_memory("VmHWM: many")), (None, None));
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
