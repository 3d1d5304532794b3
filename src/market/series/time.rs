//! Times of a price file, in microseconds since 1970.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::fmt::strtime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::params::{TimeFormat, Zone};

/// Those that a time may turn out to be in.
const FORMATS: [TimeFormat; 5] = [
    TimeFormat::UnixSeconds,
    TimeFormat::UnixMilliseconds,
    TimeFormat::UnixMicroseconds,
    TimeFormat::UnixNanoseconds,
    TimeFormat::Iso8601,
];

/// 2000-01-01 and 2100-01-01: prices of tokens are from between.
const PLAUSIBLE_US: std::ops::Range<i64> = 946_684_800_000_000..4_102_444_800_000_000;

/// The number that spreadsheets have for 1970-01-01, in days.
const SPREADSHEET_1970: f64 = 25_569.0;

const DAY_US: f64 = 86_400e6;

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoTime {
    /// It does not read as the format says.
    Unreadable,
    /// The clocks of its zone were put back over it: it is one of two.
    Twice([i64; 2]),
    /// The clocks of its zone were put forward over it.
    LeftOut,
}

/// What a text is that is no plausible time as the format says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Instead {
    /// A plausible time in another format.
    Format(TimeFormat, i64),
    /// The number of a day, as spreadsheets count them.
    DayNumber(i64),
}

impl TimeFormat {
    /// Returns the time that `text` says, in microseconds since 1970.
    pub(super) fn read(&self, text: &str, zone: Option<&Zone>) -> Result<i64, NoTime> {
        match (self, self.nanoseconds()) {
            (_, Some(nanoseconds)) => in_unit(text, nanoseconds).ok_or(NoTime::Unreadable),
            (Self::Pattern(pattern), None) => in_pattern(pattern, text, zone),
            (_, None) => in_iso(text, zone),
        }
    }

    /// Returns how many nanoseconds the unit of Unix times has.
    fn nanoseconds(&self) -> Option<i64> {
        match self {
            Self::UnixSeconds => Some(1_000_000_000),
            Self::UnixMilliseconds => Some(1_000_000),
            Self::UnixMicroseconds => Some(1_000),
            Self::UnixNanoseconds => Some(1),
            Self::Iso8601 | Self::Pattern(_) => None,
        }
    }

    /// Says whether times are numbers, which have no zone and no date apart.
    pub(super) fn is_unix(&self) -> bool {
        self.nanoseconds().is_some()
    }

    /// Returns what `text` is, if it is no plausible time in this format and another would make it one.
    pub(super) fn instead(&self, text: &str, zone: Option<&Zone>) -> Option<Instead> {
        let plausible = |format: &Self| format.read(text, zone).ok().filter(|us| is_plausible(*us));
        if plausible(self).is_some() {
            return None;
        }
        FORMATS
            .iter()
            .find_map(|other| Some(Instead::Format(other.clone(), plausible(other)?)))
            .or_else(|| day_number(text).map(Instead::DayNumber))
    }

    /// Says what a time in this format looks like.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::UnixSeconds => "seconds since 1970 such as 1609459200".to_owned(),
            Self::UnixMilliseconds => "milliseconds since 1970 such as 1609459200000".to_owned(),
            Self::UnixMicroseconds => "microseconds since 1970 such as 1609459200000000".to_owned(),
            Self::UnixNanoseconds => "nanoseconds since 1970 such as 1609459200000000000".to_owned(),
            Self::Iso8601 => "ISO 8601 such as 2021-01-01T00:00:00Z".to_owned(),
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

/// A time as people read it, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InUtc(pub(super) i64);

impl fmt::Display for InUtc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_microsecond(self.0) {
            Ok(time) => time.fmt(f),
            Err(_) => f.write_str("a year beyond 9999"),
        }
    }
}

impl InUtc {
    /// Returns its day, as in `2021-01-01`.
    pub(super) fn day(self) -> String {
        self.to_string().chars().take_while(|letter| *letter != 'T').collect()
    }
}

/// Returns a time as people read it, in UTC.
pub(super) fn in_utc(us: i64) -> String {
    InUtc(us).to_string()
}

/// Whole numbers are read exactly; fractions through an `f64`, which is off by a microsecond at most. Both are rounded to the
/// nearest microsecond.
#[expect(clippy::cast_possible_truncation, reason = "checked to be within an i64's range")]
fn in_unit(text: &str, nanoseconds: i64) -> Option<i64> {
    if let Ok(whole) = text.parse::<i64>() {
        let ns = i128::from(whole) * i128::from(nanoseconds);
        return i64::try_from((ns + 500).div_euclid(1_000)).ok();
    }
    let us = (text.parse::<f64>().ok()? * (nanoseconds as f64 / 1e3)).round();
    (us.abs() < 9e18).then_some(us as i64)
}

fn in_pattern(pattern: &str, text: &str, zone: Option<&Zone>) -> Result<i64, NoTime> {
    let parsed = strtime::parse(pattern, text).map_err(|_| NoTime::Unreadable)?;
    if parsed.offset().is_some() || parsed.timestamp().is_some() {
        return parsed.to_timestamp().map(Timestamp::as_microsecond).map_err(|_| NoTime::Unreadable);
    }
    parsed.to_datetime().map_err(|_| NoTime::Unreadable).and_then(|civil| in_zone(civil, zone))
}

fn in_iso(text: &str, zone: Option<&Zone>) -> Result<i64, NoTime> {
    let (text, in_utc) = text.strip_suffix(" UTC").map_or((text, false), |text| (text, true));
    let pieces = Pieces::parse(text).map_err(|_| NoTime::Unreadable)?;
    if pieces.time_zone_annotation().is_some() || in_utc && pieces.offset().is_some() {
        return Err(NoTime::Unreadable);
    }
    let civil = pieces.date().to_datetime(pieces.time().unwrap_or(Time::midnight()));
    match pieces.to_numeric_offset() {
        Some(offset) => offset.to_timestamp(civil).map(Timestamp::as_microsecond).map_err(|_| NoTime::Unreadable),
        None => in_zone(civil, zone.filter(|_| !in_utc)),
    }
}

/// Returns the moment at which the clocks of a zone, by default those of UTC, show a time.
fn in_zone(civil: DateTime, zone: Option<&Zone>) -> Result<i64, NoTime> {
    let zone = zone.map_or(TimeZone::UTC, |zone| zone.zone.clone());
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    let at = |offset: jiff::tz::Offset| {
        offset.to_timestamp(civil).map(Timestamp::as_microsecond).map_err(|_| NoTime::Unreadable)
    };
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset),
        AmbiguousOffset::Fold { before, after } => Err(NoTime::Twice([at(before)?, at(after)?])),
        AmbiguousOffset::Gap { .. } => Err(NoTime::LeftOut),
    }
}

/// Returns the day that a spreadsheet has this number for, if it is a plausible one.
#[expect(clippy::cast_possible_truncation, reason = "a plausible time is within an i64's range")]
fn day_number(text: &str) -> Option<i64> {
    let us = (text.parse::<f64>().ok()?.floor() - SPREADSHEET_1970) * DAY_US;
    (us.abs() < 9e18 && is_plausible(us as i64)).then_some(us as i64)
}
