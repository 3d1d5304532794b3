//! What may be wrong with a price file.

use std::fmt;

use thiserror::Error;

use super::Least;
use super::params::{Column, Delimiter, TimeFormat};

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
    /// The header has no column of this name.
    #[error("no column \"{column}\" in the header: {}{}{}", quoted(header), suggestion(nearest.as_deref()), divided(*delimiter))]
    ColumnMissing {
        /// As in the scenario.
        column: String,
        /// All columns, in order.
        header: Vec<String>,
        /// The header's column whose name is nearest, if one is near.
        nearest: Option<String>,
        /// What the fields seem to be divided by, if the header is one field.
        delimiter: Option<Delimiter>,
    },
    /// The first line has no column of this number.
    #[error("no column {column}, expected 1 to {columns}{}", divided(*delimiter))]
    ColumnBeyond {
        /// As in the scenario.
        column: usize,
        /// How many there are.
        columns: usize,
        /// What the fields seem to be divided by, if the line is one field.
        delimiter: Option<Delimiter>,
    },
    /// A column is named where no header has names.
    #[error("no header, so that there is no column \"{column}\"; expected its number, counted from 1")]
    ColumnNamed {
        /// As in the scenario.
        column: String,
    },
    /// The header has this name twice.
    #[error("columns {first} and {second} are both called \"{column}\", expected a number, such as {first}")]
    ColumnTwice {
        /// The name.
        column: String,
        /// The number of the first, from 1.
        first: usize,
        /// The number of the second, from 1.
        second: usize,
    },
    /// Two options of the scenario exclude each other.
    #[error("{option} with times as {time_format}, which {reason}; expected one or the other")]
    Contradiction {
        /// The option and its value.
        option: String,
        /// What it does not go with.
        time_format: TimeFormat,
        /// What Unix times have already.
        reason: &'static str,
    },
    /// A row is not CSV of the first line's width.
    #[error("{reason}")]
    Malformed {
        /// The CSV reader's reason.
        reason: String,
    },
    /// A row has a time and no price.
    #[error("no price in column {column} (\"{text}\"), expected a number, or `empty_rows: Skip` or `empty_rows: Hold`")]
    PriceEmpty {
        /// As in the scenario.
        column: Column,
        /// The cell.
        text: String,
    },
    /// The first rows have no price, and that of the row before is to hold.
    #[error("no price before this row to hold, expected a first row with a price, or `empty_rows: Skip`")]
    NothingToHold,
    /// A cell of the column of prices is no number.
    #[error("\"{text}\" in column {column} is not a price, expected a number such as 1800.5")]
    PriceUnreadable {
        /// As in the scenario.
        column: Column,
        /// The cell.
        text: String,
    },
    /// A price is too low, infinite or not a number.
    #[error("the price in column {column} is {price}, expected a finite number {}", at_least(*least))]
    PriceImpossible {
        /// As in the scenario.
        column: Column,
        /// As read.
        price: f64,
        /// What is allowed.
        least: Least,
    },
    /// A time does not read as its format says.
    #[error("\"{text}\" in column {column} is not a time, expected {expected}")]
    TimeUnreadable {
        /// As in the scenario.
        column: Column,
        /// The cell.
        text: String,
        /// What the format looks like.
        expected: String,
    },
    /// A time is in another format than the scenario says, or than the rows before.
    #[error(
        "\"{text}\" is {} {stated}, but {other_time} as {other} ({rows} rows alike); expected `time_format: {other}`, and one format in the whole file",
        stated_time.as_ref().map_or_else(|| "no time as".to_owned(), |time| format!("{time} if read as"))
    )]
    OtherFormat {
        /// The cell.
        text: String,
        /// The scenario's format.
        stated: TimeFormat,
        /// The cell in UTC, read in that format, if it can be.
        stated_time: Option<String>,
        /// The format in which it is a plausible time.
        other: TimeFormat,
        /// The cell in UTC, read in that other format.
        other_time: String,
        /// How many rows of the file are like this one.
        rows: usize,
    },
    /// A time is a number of days, as spreadsheets count them.
    #[error(
        "\"{text}\" is a spreadsheet's number of the day {day} ({rows} rows alike); expected times as text: give that column the format yyyy-mm-dd hh:mm:ss, save it as CSV again and type `time_format: Iso8601`"
    )]
    DayNumber {
        /// The cell.
        text: String,
        /// The day, as in `2021-01-01`.
        day: String,
        /// How many rows of the file are like this one.
        rows: usize,
    },
    /// A local time is one of two moments.
    #[error("\"{text}\" comes twice in {zone}, at {first} and at {second}; {UNMISTAKABLE}")]
    TimeTwice {
        /// The cell.
        text: String,
        /// The scenario's `time_zone`.
        zone: String,
        /// In UTC.
        first: String,
        /// In UTC.
        second: String,
    },
    /// A local time is no moment.
    #[error("\"{text}\" is left out by the clocks of {zone}, which were put forward then; {UNMISTAKABLE}")]
    TimeLeftOut {
        /// The cell.
        text: String,
        /// The scenario's `time_zone`.
        zone: String,
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

/// What to do about times of clocks that are put forward and back.
const UNMISTAKABLE: &str = "expected times in UTC, or with their offset";

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

fn divided(delimiter: Option<Delimiter>) -> String {
    delimiter.map(|delimiter| format!("; type `delimiter: {delimiter}`")).unwrap_or_default()
}
