//! What may be wrong with a price file.

use std::fmt;

use thiserror::Error;

use super::Least;

/// Something wrong with a price file.
#[derive(Debug, Clone, PartialEq, Error)]
pub struct SeriesError {
    /// The file, as a user would find it.
    pub file: String,
    /// The line, from 1, which is the header's; `None` for the file as a whole.
    pub line: Option<u64>,
    /// What is wrong.
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
    /// The file cannot be opened.
    #[error("cannot be read: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
    /// No row is left.
    #[error("no rows, expected a header and at least one row")]
    Empty,
    /// A column is not in the header.
    #[error("no column \"{column}\" in the header: {}{}", quoted(header), suggestion(nearest.as_deref()))]
    ColumnMissing {
        /// The column asked for.
        column: String,
        /// The header's columns.
        header: Vec<String>,
        /// The header's column whose name is nearest, if one is near.
        nearest: Option<String>,
    },
    /// A row is not CSV of the header's width.
    #[error("{reason}")]
    Malformed {
        /// Why.
        reason: String,
    },
    /// A price is not a number.
    #[error("\"{text}\" in column \"{column}\" is not a price, expected a number such as 1800.5")]
    PriceUnreadable {
        /// The column.
        column: String,
        /// What stands there.
        text: String,
    },
    /// A price is too low, infinite or not a number.
    #[error("the price in column \"{column}\" is {price}, expected a finite number {}", at_least(*least))]
    PriceImpossible {
        /// The column.
        column: String,
        /// What stands there.
        price: f64,
        /// What it may be.
        least: Least,
    },
    /// A time does not read as its format says.
    #[error("\"{text}\" in column \"{column}\" is not a time, expected {expected}")]
    TimeUnreadable {
        /// The column.
        column: String,
        /// What stands there.
        text: String,
        /// What the format asks for.
        expected: String,
    },
    /// A time is in another unit than the format says, or than the rows before.
    #[error(
        "\"{text}\" is {stated_time} if read as {stated}, but {other_time} as {other} ({rows} rows alike); expected one unit in the whole file, and a time_format that names it"
    )]
    TimeUnit {
        /// What stands there.
        text: String,
        /// The format's unit.
        stated: &'static str,
        /// The time as that.
        stated_time: String,
        /// The unit that fits.
        other: &'static str,
        /// The time as that.
        other_time: String,
        /// How many rows of the file are like this one.
        rows: usize,
    },
    /// A row is not in the order of the others.
    #[error(
        "{time} stands after {previous} of line {previous_line}; expected rows sorted by time, ascending (or all descending)"
    )]
    Unsorted {
        /// The row's time.
        time: String,
        /// The time of the row before it.
        previous: String,
        /// The line of the row before it.
        previous_line: u64,
    },
    /// One time has two prices.
    #[error(
        "{time} has the price {price} here and {previous_price} on line {previous_line}, expected one price for a time"
    )]
    TwoPrices {
        /// The time.
        time: String,
        /// The price on this line.
        price: f64,
        /// The price on the other line.
        previous_price: f64,
        /// The other line.
        previous_line: u64,
    },
    /// `from` does not read as the file's times do.
    #[error("from \"{text}\" is not a time, expected {expected}, as in the file")]
    FromUnreadable {
        /// What was asked for.
        text: String,
        /// What the format asks for.
        expected: String,
    },
    /// `from` is before the first row or after the last.
    #[error("from \"{text}\" ({time}) is outside the file, expected a time from {first} to {last}")]
    FromOutside {
        /// What was asked for.
        text: String,
        /// The same in UTC.
        time: String,
        /// The first row's time.
        first: String,
        /// The last row's time.
        last: String,
    },
    /// Faults that are not listed.
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
