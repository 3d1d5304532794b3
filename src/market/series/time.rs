//! Times of a price file, in microseconds since 1970.

use crate::market::price::TimeFormat;
use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::Offset;

/// Units that files write times in, with their microseconds.
const UNITS: [(&str, f64); 3] = [("seconds", 1e6), ("milliseconds", 1e3), ("microseconds", 1.0)];

/// 2000-01-01 and 2100-01-01: prices of tokens are from between.
const PLAUSIBLE_US: std::ops::Range<i64> = 946_684_800_000_000..4_102_444_800_000_000;

/// A unit in which a time would be plausible.
pub(super) struct OtherUnit {
    pub(super) stated: &'static str,
    pub(super) other: &'static str,
    pub(super) other_us: i64,
}

impl TimeFormat {
    /// Returns the time that `text` says, in microseconds since 1970, if it says one.
    pub(super) fn read(&self, text: &str) -> Option<i64> {
        match self.unit() {
            Some((_, scale)) => in_unit(text, scale),
            None => self.read_pattern(text),
        }
    }

    fn read_pattern(&self, text: &str) -> Option<i64> {
        let Self::Pattern(pattern) = self else { return None };
        let parsed = strtime::parse(pattern, text).ok()?;
        let timestamp = if parsed.offset().is_some() || parsed.timestamp().is_some() {
            parsed.to_timestamp()
        } else {
            parsed.to_datetime().and_then(|datetime| Offset::UTC.to_timestamp(datetime))
        };
        Some(timestamp.ok()?.as_microsecond())
    }

    fn unit(&self) -> Option<(&'static str, f64)> {
        match self {
            Self::UnixSeconds => Some(UNITS[0]),
            Self::UnixMilliseconds => Some(UNITS[1]),
            Self::UnixMicroseconds => Some(UNITS[2]),
            Self::Pattern(_) => None,
        }
    }

    /// Returns the unit in which `text` is a plausible time, if it is none as the format says.
    pub(super) fn other_unit(&self, text: &str) -> Option<OtherUnit> {
        let (stated, scale) = self.unit()?;
        if is_plausible(in_unit(text, scale)?) {
            return None;
        }
        UNITS.iter().find_map(|(other, scale)| {
            let other_us = in_unit(text, *scale).filter(|us| is_plausible(*us))?;
            Some(OtherUnit { stated, other, other_us })
        })
    }

    /// Says what a time in this format looks like.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::UnixSeconds => "seconds since 1970 such as 1609459200".to_owned(),
            Self::UnixMilliseconds => "milliseconds since 1970 such as 1609459200000".to_owned(),
            Self::UnixMicroseconds => "microseconds since 1970 such as 1609459200000000".to_owned(),
            Self::Pattern(pattern) => {
                let example = Timestamp::from_second(1_609_459_200).ok().and_then(|t| strtime::format(pattern, t).ok());
                let example = example.map(|text| format!(" such as \"{text}\"")).unwrap_or_default();
                format!("the pattern \"{pattern}\"{example}")
            }
        }
    }
}

/// Says whether a time is one that a price file would hold.
pub(super) fn is_plausible(us: i64) -> bool {
    PLAUSIBLE_US.contains(&us)
}

/// Returns a time as people read it, in UTC.
pub(super) fn in_utc(us: i64) -> String {
    Timestamp::from_microsecond(us).map_or_else(|_| "a year beyond 9999".to_owned(), |time| time.to_string())
}

/// Whole numbers are read exactly; fractions through an `f64`, which is off by a microsecond at most.
#[expect(clippy::cast_possible_truncation, reason = "checked to be within an i64's range")]
fn in_unit(text: &str, scale: f64) -> Option<i64> {
    let us = (text.parse::<f64>().ok()? * scale).round();
    (us.abs() < 9e18).then_some(us as i64)
}
