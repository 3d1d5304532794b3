//! What scenario files say of a recorded file: where its times and prices are, and how they are written.

use std::fmt;
use std::str::FromStr;

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use serde::Deserialize;
use serde::de::{Deserializer, EnumAccess, Error as _, VariantAccess, Visitor};

use crate::chain::time::TimeSpan;
use crate::market::gas_price::GasUnit;

/// Declares what a recorded file is read by: the same for prices and for gas prices, and what one of them has besides.
macro_rules! recorded {
    ($(#[$about:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// A CSV file in UTF-8, relative to the scenario file. It may be compressed by gzip.
            pub file: String,
            /// The column of times: its name in the header, or its number from 1.
            pub time_column: Column,
            /// Where dates have a column of their own: that one. Date, a space and time are read together.
            #[serde(default)]
            pub date_column: Option<Column>,
            /// The unit or pattern of times.
            pub time_format: TimeFormat,
            /// Where times that have no offset are from; UTC by default.
            #[serde(default)]
            pub time_zone: Option<Zone>,
            /// The column of prices: its name in the header, or its number from 1.
            pub price_column: Column,
            /// What stands between fields; `","` by default.
            #[serde(default)]
            pub delimiter: Delimiter,
            /// How many lines stand above the header, or above the first row.
            #[serde(default)]
            pub skip_lines: usize,
            /// Whether a line with the columns' names stands above the first row.
            #[serde(default = "yes")]
            pub header: bool,
            /// What is done with rows that have a time and no price.
            #[serde(default)]
            pub empty_rows: EmptyRows,
            /// The moment in the file at which the run starts, written as in the file; the first row by default.
            #[serde(default)]
            pub from: Option<String>,
            /// Gaps longer than this are reported; three times the usual step by default.
            #[serde(default)]
            pub longest_gap: Option<TimeSpan>,
            $($own)*
        }
    };
}

recorded! {
    /// A recorded price series and how it is read.
    ReplayParams {}
}

recorded! {
    /// Recorded gas prices and how they are read.
    GasPriceParams {
        /// The unit of gas prices.
        pub unit: GasUnit,
    }
}

fn yes() -> bool {
    true
}

impl ReplayParams {
    /// A file of columns with names, and all else as it is by default.
    pub fn new(file: &str, time_column: &str, time_format: TimeFormat, price_column: &str) -> Self {
        Self {
            file: file.to_owned(),
            time_column: Column::Name(time_column.to_owned()),
            date_column: None,
            time_format,
            time_zone: None,
            price_column: Column::Name(price_column.to_owned()),
            delimiter: Delimiter::default(),
            skip_lines: 0,
            header: true,
            empty_rows: EmptyRows::default(),
            from: None,
            longest_gap: None,
        }
    }
}

impl GasPriceParams {
    /// Returns how its series is read: as a price series is.
    pub fn replay(&self) -> ReplayParams {
        let Self { file, time_column, date_column, time_format, time_zone, price_column, delimiter, .. } = self.clone();
        let Self { skip_lines, header, empty_rows, from, longest_gap, .. } = self.clone();
        ReplayParams {
            file,
            time_column,
            date_column,
            time_format,
            time_zone,
            price_column,
            delimiter,
            skip_lines,
            header,
            empty_rows,
            from,
            longest_gap,
        }
    }
}

/// How times are written in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeFormat {
    /// Seconds since 1970, whole or with a fraction, as all Unix times.
    UnixSeconds,
    /// Since 1970, UTC.
    UnixMilliseconds,
    /// Since 1970, UTC.
    UnixMicroseconds,
    /// Since 1970, UTC; read to the nearest microsecond.
    UnixNanoseconds,
    /// `2021-01-01T12:00:00.5+01:00`. A space may stand for the `T`, `Z` or ` UTC` for the offset; without an offset the time
    /// is in `time_zone`, without a time it is midnight.
    Iso8601,
    /// As `strptime` patterns say, in `time_zone` unless they have an offset: `"%Y-%m-%d %H:%M:%S"`.
    Pattern(String),
}

impl TimeFormat {
    /// What is offered to somebody who types something else.
    const OFFERED: [&str; 6] = [
        "UnixSeconds",
        "UnixMilliseconds",
        "UnixMicroseconds",
        "UnixNanoseconds",
        "Iso8601",
        "Pattern(\"%Y-%m-%d %H:%M:%S\")",
    ];
}

/// Derived but for `TimeFormat::OFFERED`, in which the pattern has its argument.
impl<'de> Deserialize<'de> for TimeFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOf;

        impl<'de> Visitor<'de> for OneOf {
            type Value = TimeFormat;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a format of times")
            }

            fn visit_enum<A: EnumAccess<'de>>(self, found: A) -> Result<TimeFormat, A::Error> {
                let (Word(word), argument) = found.variant()?;
                let format = match word.as_str() {
                    "UnixSeconds" => TimeFormat::UnixSeconds,
                    "UnixMilliseconds" => TimeFormat::UnixMilliseconds,
                    "UnixMicroseconds" => TimeFormat::UnixMicroseconds,
                    "UnixNanoseconds" => TimeFormat::UnixNanoseconds,
                    "Iso8601" => TimeFormat::Iso8601,
                    "Pattern" => return argument.newtype_variant().map(TimeFormat::Pattern),
                    other => return Err(A::Error::unknown_variant(other, &TimeFormat::OFFERED)),
                };
                argument.unit_variant().map(|()| format)
            }
        }

        deserializer.deserialize_enum("TimeFormat", &Self::OFFERED, OneOf)
    }
}

/// The name of a variant.
struct Word(String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl Visitor<'_> for Any {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Word, E> {
                Ok(Word(word.to_owned()))
            }
        }

        deserializer.deserialize_identifier(Any)
    }
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => write!(f, "Pattern({pattern:?})"),
            unit_or_standard => write!(f, "{unit_or_standard:?}"),
        }
    }
}

/// What is done with a row that has a time and no price: an empty cell, or `NaN`, `NA`, `N/A`, `null` or `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum EmptyRows {
    /// The file is refused.
    #[default]
    Fail,
    /// The row is left out: the price goes from the row before to the row after as across a gap.
    Skip,
    /// The price of the row before holds until then.
    Hold,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// By its name in the header.
    Name(String),
    /// By its number, from 1.
    Number(usize),
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "\"{name}\""),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrNumber;

        impl Visitor<'_> for NameOrNumber {
            type Value = Column;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a column's number from 1, or its name in quotes")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Column, E> {
                Ok(Column::Name(name.to_owned()))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Column, E> {
                let number = usize::try_from(number).ok().filter(|number| *number > 0);
                number.map(Column::Number).ok_or_else(|| E::custom("expected a column's number from 1"))
            }
        }

        deserializer.deserialize_any(NameOrNumber)
    }
}

/// The character between the fields of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiter(pub(super) u8);

impl Default for Delimiter {
    fn default() -> Self {
        Self(b',')
    }
}

impl Delimiter {
    /// Those that files are divided by.
    const USUAL: [u8; 4] = *b",;\t|";

    /// Returns the one that a line seems to be divided by, if `self` does not divide it.
    pub(super) fn instead(self, line: &str) -> Option<Self> {
        Self::USUAL.into_iter().find(|usual| *usual != self.0 && line.contains(char::from(*usual))).map(Self)
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", char::from(self.0).to_string())
    }
}

impl<'de> Deserialize<'de> for Delimiter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_bytes() {
            [one] if one.is_ascii() && !b"\r\n\"".contains(one) => Ok(Self(*one)),
            _ => Err(D::Error::custom("expected one character such as \";\" or \"\\t\"")),
        }
    }
}

/// Where times are from: an offset from UTC, or a name of the time zone database that this program brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    pub(super) text: String,
    pub(super) zone: TimeZone,
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let zone = offset(text).map(TimeZone::fixed).or_else(|| TimeZoneDatabase::bundled().get(text).ok());
        zone.map(|zone| Self { text: text.to_owned(), zone }).ok_or_else(|| {
            format!("no zone is called \"{text}\", expected an offset such as \"+02:00\" or a name such as \"Europe/Berlin\"")
        })
    }
}

/// Returns the offset from UTC that a text such as `+02:00` says.
fn offset(text: &str) -> Option<Offset> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let two = |digits: &str| (digits.len() == 2).then(|| digits.parse::<i32>().ok()).flatten();
    let (hours, minutes) = (two(hours).filter(|hours| *hours < 24)?, two(minutes).filter(|minutes| *minutes < 60)?);
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
