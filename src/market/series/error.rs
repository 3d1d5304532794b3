//! What may be wrong with a price file.

use std::fmt;

use thiserror::Error;

use super::Least;

/// A fault of a file of recorded prices, with its place.
#[derive(Debug, Clone, PartialEq, Error)]
pub struct SeriesError {
    /// Its path, as in the scenario.
    pub file: String,
    /// The line, from 1, which is the header's; `None` for the file as a whole.
    pub line: Option<u64>,
    /// What is wrong there.
    pub fault: SeriesFault,
}

impl fmt::Display for SeriesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.fault),
            None => write!(f, "{}: {}", self.file, self.fault),
        }
    }
}

/// What is wrong, and what was expected. Times are as in the file, or in UTC.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SeriesFault {
    /// The file cannot be opened, is no file, or is too large.
    #[error("cannot be read: {reason}")]
    Unreadable {
        /// Why, in words for a user.
        reason: String,
    },
    /// It has no row behind the header.
    #[error("no rows, expected a header and at least one row")]
    Empty,
    /// The header has no such column.
    #[error("no column \"{column}\" in the header: {}{}", quoted(header), suggestion(nearest.as_deref()))]
    ColumnMissing {
        /// As in the scenario.
        column: String,
        /// All columns, in order.
        header: Vec<String>,
        /// The header's column whose name is nearest, if one is near.
        nearest: Option<String>,
    },
    /// A row is not CSV of the header's width.
    #[error("{reason}")]
    Malformed {
        /// The CSV reader's reason.
        reason: String,
    },
    /// A cell of the column of prices is no number.
    #[error("\"{text}\" in column \"{column}\" is not a price, expected a number such as 1800.5")]
    PriceUnreadable {
        /// Its name in the header.
        column: String,
        /// The cell.
        text: String,
    },
    /// A price is too low, infinite or not a number.
    #[error("the price in column \"{column}\" is {price}, expected a finite number {}", at_least(*least))]
    PriceImpossible {
        /// Its name in the header.
        column: String,
        /// As read.
        price: f64,
        /// What is allowed.
        least: Least,
    },
    /// A time does not read as its format says.
    #[error("\"{text}\" in column \"{column}\" is not a time, expected {expected}")]
    TimeUnreadable {
        /// Its name in the header.
        column: String,
        /// The cell.
        text: String,
        /// What the format looks like.
        expected: String,
    },
    /// A time is in another unit than the format says, or than the rows before.
    #[error(
        "\"{text}\" is {stated_time} if read as {stated}, but {other_time} as {other} ({rows} rows alike); expected one unit in the whole file, and a time_format that names it"
    )]
    TimeUnit {
        /// The cell.
        text: String,
        /// The unit of `time_format`.
        stated: &'static str,
        /// The cell in UTC, read in that unit.
        stated_time: String,
        /// The unit in which it is a plausible time.
        other: &'static str,
        /// The cell in UTC, read in that other unit.
        other_time: String,
        /// How many rows of the file are like this one.
        rows: usize,
    },
    /// A row is not in the order of the others.
    #[error(
        "{time} stands after {previous} of line {previous_line}; expected rows sorted by time, ascending (or all descending)"
    )]
    Unsorted {
        /// In UTC.
        time: String,
        /// Of the row before it, in UTC.
        previous: String,
        /// Of the row before it, from 1.
        previous_line: u64,
    },
    /// Two rows have one time and different prices.
    #[error(
        "{time} has the price {price} here and {previous_price} on line {previous_line}, expected one price for a time"
    )]
    TwoPrices {
        /// In UTC.
        time: String,
        /// On this line.
        price: f64,
        /// On the other line.
        previous_price: f64,
        /// The other line, from 1.
        previous_line: u64,
    },
    /// `from` does not read as the file's times do.
    #[error("from \"{text}\" is not a time, expected {expected}, as in the file")]
    FromUnreadable {
        /// As in the scenario.
        text: String,
        /// What the format looks like.
        expected: String,
    },
    /// `from` is before the first row or after the last.
    #[error("from \"{text}\" ({time}) is outside the file, expected a time from {first} to {last}")]
    FromOutside {
        /// As in the scenario.
        text: String,
        /// In UTC.
        time: String,
        /// The first row's, in UTC.
        first: String,
        /// The last row's, in UTC.
        last: String,
    },
    /// So many faults are not listed.
    #[error("and {0} more")]
    More(usize),
}

fn at_least(least: Least) -> &'static str {
    match least {
        Least::AboveZero => "above 0",
        Least::Zero => "of 0 or more",
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default()
}
