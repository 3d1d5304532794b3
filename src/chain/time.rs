//! Time as scenario files write it.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::Error as _;

/// Milliseconds in a year of 365 days, the contracts' year.
pub const YEAR_MS: f64 = 365.0 * 86_400.0 * 1_000.0;

/// A length of time in whole milliseconds, written `"12 s"`, `"250 ms"`, `"30 min"`, `"2h 15min"`, `"7 d"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeSpan {
    /// Milliseconds.
    pub ms: u64,
}

impl TimeSpan {
    /// A span of whole seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self { ms: seconds * 1_000 }
    }

    /// Returns the span in years of 365 days.
    pub fn years(self) -> f64 {
        self.ms as f64 / YEAR_MS
    }
}

impl FromStr for TimeSpan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected a length of time such as \"12 s\", \"30 min\", \"2 h\" or \"7 d\"";
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("{text} has no unit; {expected}"));
        }
        let span = humantime::parse_duration(text).map_err(|error| format!("{error}; {expected}"))?;
        if !span.subsec_nanos().is_multiple_of(1_000_000) {
            return Err(format!("finer than a millisecond; {expected}"));
        }
        u64::try_from(span.as_millis()).map(|ms| Self { ms }).map_err(|_| format!("too long; {expected}"))
    }
}

impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(std::time::Duration::from_millis(self.ms)).fmt(f)
    }
}

impl<'de> Deserialize<'de> for TimeSpan {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_spans_of_scenario_files() {
        for (text, ms) in
            [("12 s", 12_000), ("250 ms", 250), ("30 min", 1_800_000), ("2h 15min", 8_100_000), ("7 d", 604_800_000)]
        {
            assert_eq!(text.parse::<TimeSpan>().unwrap().ms, ms, "{text}");
        }
    }

    #[test]
    fn refuses_a_span_without_a_unit() {
        assert!("12".parse::<TimeSpan>().unwrap_err().contains("\"12 s\""));
    }
}
