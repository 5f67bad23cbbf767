//! Asking again after a passing fault.

use super::fault::{Fault, Kind};
use std::time::Duration;

/// The longest wait of our own.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest wait that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(120);

/// How often and after which waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) retries: u32,
    pub(super) backoff: Duration,
}

impl Policy {
    /// Does `once` until it succeeds, fails for good, or has failed too often without getting further.
    pub(super) fn run<T>(&self, mut once: impl FnMut() -> Result<T, Fault>) -> Result<T, Fault> {
        let mut failed = 0;
        loop {
            let fault = match once() {
                Ok(value) => return Ok(value),
                Err(fault) => fault,
            };
            failed = if fault.advanced { 1 } else { failed + 1 };
            let Kind::Passing(asked) = fault.kind else { return Err(fault) };
            if failed > self.retries {
                return Err(fault);
            }
            let wait = self.wait(failed, asked);
            tracing::warn!("{}; trying again in {:.1} s", fault.error, wait.as_secs_f32());
            std::thread::sleep(wait);
        }
    }

    /// The wait after `failed` failures in a row (from 1).
    fn wait(&self, failed: u32, asked: Option<Duration>) -> Duration {
        let own = self.backoff.saturating_mul(1 << (failed - 1).min(16)).min(LONGEST);
        own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { retries: 2, backoff: Duration::ZERO };

    fn fault(kind: Kind, advanced: bool) -> Fault {
        Fault { advanced, ..Fault::new(kind, "x".to_owned()) }
    }

    #[test]
    fn waits_double_and_are_bounded() {
        let policy = Policy { retries: 9, backoff: Duration::from_secs(1) };
        let waits = [1, 2, 3, 6, 99].map(|n| policy.wait(n, None).as_secs());
        assert_eq!(waits, [1, 2, 4, 30, 30]);
        assert_eq!(policy.wait(1, Some(Duration::from_secs(7))).as_secs(), 7);
        assert_eq!(policy.wait(3, Some(Duration::from_secs(1))).as_secs(), 4);
        assert_eq!(policy.wait(1, Some(Duration::from_secs(3600))), LONGEST_ASKED);
    }

    #[test]
    fn only_passing_faults_that_get_no_further_count() {
        let count = |f: &dyn Fn(u32) -> Option<Fault>| {
            let mut calls = 0;
            let done = POLICY.run(|| {
                calls += 1;
                f(calls).map_or(Ok(()), Err)
            });
            (calls, done.is_ok())
        };
        assert_eq!(count(&|_| Some(fault(Kind::Final, false))), (1, false));
        assert_eq!(count(&|_| Some(fault(Kind::Blocked, false))), (1, false));
        assert_eq!(count(&|_| Some(fault(Kind::Passing(None), false))), (3, false));
        assert_eq!(count(&|n| (n < 3).then(|| fault(Kind::Passing(None), false))), (3, true));
        assert_eq!(count(&|n| (n < 30).then(|| fault(Kind::Passing(None), true))), (30, true));
    }
}
