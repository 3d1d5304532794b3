//! A recorded price series: rows of a CSV file, checked and in order of time.
//!
//! Times and prices are in columns that go by their names in the header or by their numbers; other columns are ignored,
//! and so are blank lines. Rows run forwards in time, or all backwards (newest first), which is read in reverse. The run
//! starts at `from` or at the first row; after the last row the price stays. Whatever is wrong is reported with its line,
//! the first twenty of it at once. What a scenario says of a file is in [`params`].

mod content;
mod error;
mod lines;
#[cfg(test)]
mod option_tests;
pub mod params;
mod read;
mod time;

use std::path::Path;
use std::sync::Arc;

pub use self::error::{SeriesError, SeriesFault};
use self::params::ReplayParams;
use self::read::Read;
use crate::chain::time::TimeSpan;
use crate::reader::files;

/// Bytes that a file of recorded prices may have, before and after it is unpacked: ten years of minutes. Reading takes several times as much memory.
pub const SERIES_BYTES: u64 = 256 << 20;

/// One observation of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Microseconds since the start of the run. Only the first row may be before it.
    pub at_us: i64,
    /// The price, in the numeraire per whole token.
    pub price: f64,
}

/// What the values of a file may be at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// More than 0, as prices are.
    AboveZero,
    /// 0 or more, as gas prices are.
    Zero,
}

/// A stretch of the file without rows, longer than was allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The lines of the rows before and behind it, from 1. In a file that is newest first, the later row stands above.
    pub lines: [u64; 2],
    /// Of the row before the gap, in UTC.
    pub after: String,
    /// Of the row behind the gap, in UTC.
    pub until: String,
    /// In milliseconds.
    pub length_ms: u64,
}

/// A price series from the moment at which the run starts. Clones share the rows.
#[derive(Debug, Clone)]
pub struct Series {
    rows: Arc<[Row]>,
    gaps: Arc<[Gap]>,
}

impl Series {
    /// Reads the file that `params` names, which is relative to `folder`.
    ///
    /// # Errors
    /// The file cannot be read, or what is wrong in it: up to twenty faults in the order of their lines, then how many
    /// more there are.
    pub fn load(params: &ReplayParams, folder: &Path) -> Result<Self, Vec<SeriesError>> {
        Self::load_from(Least::AboveZero, params, folder)
    }

    /// Reads the same, of values that may be as low as `least`.
    ///
    /// # Errors
    /// As [`Series::load`].
    pub fn load_from(least: Least, params: &ReplayParams, folder: &Path) -> Result<Self, Vec<SeriesError>> {
        let path = folder.join(&params.file);
        let content = files::read(&path, SERIES_BYTES).map_err(|reason| {
            let fault = SeriesFault::Unreadable { reason };
            vec![SeriesError { file: path.display().to_string(), line: None, fault }]
        })?;
        Self::parse_from(least, params, &path.display().to_string(), &content)
    }

    /// Reads `content`, which errors call `file`.
    ///
    /// # Errors
    /// As [`Series::load`].
    pub fn parse(params: &ReplayParams, file: &str, content: &[u8]) -> Result<Self, Vec<SeriesError>> {
        Self::parse_from(Least::AboveZero, params, file, content)
    }

    /// Reads the same, of values that may be as low as `least`.
    ///
    /// # Errors
    /// As [`Series::load`].
    pub fn parse_from(
        least: Least,
        params: &ReplayParams,
        file: &str,
        content: &[u8],
    ) -> Result<Self, Vec<SeriesError>> {
        let content = content::unpacked(content, SERIES_BYTES).map_err(|reason| {
            vec![SeriesError { file: file.to_owned(), line: None, fault: SeriesFault::Unreadable { reason } }]
        })?;
        let (rows, gaps) = Read::new(least, params, file).series(&content)?;
        Ok(Self { rows: rows.into(), gaps: gaps.into() })
    }

    /// A series that a scenario states itself: a value from each time after the start of the run until the next.
    pub fn steps(steps: &[(TimeSpan, f64)]) -> Self {
        let at_us = |time: TimeSpan| i64::try_from(time.ms).unwrap_or(i64::MAX).saturating_mul(1_000);
        let rows = steps.iter().map(|(time, value)| Row { at_us: at_us(*time), price: *value });
        Self { rows: rows.collect(), gaps: Arc::default() }
    }

    /// Returns the rows from the last at or before the start of the run.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the gaps longer than `longest_gap`, or than three times the usual step: across them the price is a guess.
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Returns how long the file lasts from the start of the run, in whole milliseconds.
    pub fn span_ms(&self) -> u64 {
        let last = self.rows.last().expect("a series has a row");
        u64::try_from(last.at_us / 1_000).expect("the start is not behind the last row")
    }

    /// Says whether the file lasts for a run of `elapsed_ms`; if not, the last price stays.
    pub fn covers(&self, elapsed_ms: u64) -> bool {
        elapsed_ms <= self.span_ms()
    }
}
#[cfg(test)]
mod tests;
