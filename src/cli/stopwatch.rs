//! When a command began. Its times go into manifests and nowhere else.

use std::time::{Duration, Instant, SystemTime};

/// The moment at which a command began.
pub(super) struct Stopwatch {
    began: Instant,
    at: SystemTime,
}

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the manifest says when a run was made and how long it took")]
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), at: SystemTime::now() }
    }

    /// Returns the start in UTC, as RFC 3339 writes it, to the second.
    pub(super) fn started_at(&self) -> String {
        let at = jiff::Timestamp::try_from(self.at).expect("the system's clock shows a year of four digits");
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    pub(super) fn seconds(&self) -> f64 {
        self.passed().as_secs_f64()
    }

    pub(super) fn passed(&self) -> Duration {
        self.began.elapsed()
    }
}
