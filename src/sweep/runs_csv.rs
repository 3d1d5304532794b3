//! `runs.csv`: a row per seed. It is also what a sweep that goes on reads, cell by cell as it stands.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::row::{ColumnOrder, Row};
use crate::rows::csv::Line;

/// The table's file name in a sweep's folder.
pub const RUNS: &str = "runs.csv";

const FIRST: [&str; 2] = ["seed", "failed"];

/// Why a `runs.csv` cannot be read.
#[derive(Debug, Error)]
pub enum RunsError {
    /// It is no CSV table, or its rows differ in width.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// It begins with other columns than this program writes.
    #[error("its columns are not those of runs")]
    Header,
    /// The row of this number, from 1, has no seed.
    #[error("row {0} has no seed")]
    Seed(usize),
}

/// Returns every column of these rows but the seed and the reason of a failure, in the order of the file.
pub fn columns<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for (name, _) in rows.into_iter().filter_map(|row| row.outcome.as_ref().ok()).flatten() {
        if seen.insert(name) {
            columns.push(name.clone());
        }
    }
    ColumnOrder::new().sort(&mut columns);
    columns
}

/// Returns the file, its rows in the order given. A count that a run lacks is 0.
pub fn write(rows: &[&Row]) -> Vec<u8> {
    let order = ColumnOrder::new();
    let columns = columns(rows.iter().copied());
    let empty: Vec<&str> = columns.iter().map(|column| if order.is_count(column) { "0" } else { "" }).collect();
    let mut line = Line::default();
    FIRST.into_iter().chain(columns.iter().map(String::as_str)).for_each(|name| line.text(name));
    line.end();
    for row in rows {
        line.integer(row.seed);
        match &row.outcome {
            Ok(figures) => {
                line.missing();
                let figures: BTreeMap<&str, &str> =
                    figures.iter().map(|(name, cell)| (name.as_str(), cell.as_str())).collect();
                for (column, empty) in columns.iter().zip(&empty) {
                    line.text(figures.get(column.as_str()).unwrap_or(empty));
                }
            }
            Err(reason) => {
                line.text(reason);
                for _ in &columns {
                    line.missing();
                }
            }
        }
        line.end();
    }
    line.as_bytes().to_vec()
}

/// Reads the file back.
///
/// # Errors
/// It is not one.
pub fn read(bytes: &[u8]) -> Result<Vec<Row>, RunsError> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers()?.clone();
    if header.iter().take(FIRST.len()).ne(FIRST) {
        return Err(RunsError::Header);
    }
    let mut rows = Vec::new();
    for (place, record) in reader.records().enumerate() {
        let record = record?;
        let seed = record[0].parse().map_err(|_| RunsError::Seed(place + 1))?;
        let named = header.iter().zip(&record).skip(FIRST.len());
        let figures = || named.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect();
        let outcome = if record[1].is_empty() { Ok(figures()) } else { Err(record[1].to_owned()) };
        rows.push(Row { seed, outcome });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seed: u64, figures: &[(&str, &str)]) -> Row {
        let figures = figures.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect();
        Row { seed, outcome: Ok(figures) }
    }

    #[test]
    fn what_was_written_reads_back_and_writes_the_same() {
        let rows = [
            row(1, &[("blocks", "10"), ("reverts_by_reason_z", "1"), ("health_factor_lowest", "")]),
            Row { seed: 2, outcome: Err("no room, \"none\"".to_owned()) },
            row(3, &[("blocks", "0.1"), ("reverts_by_reason_a", "2"), ("health_factor_lowest", "1.5")]),
        ];
        let all: Vec<&Row> = rows.iter().collect();
        let bytes = write(&all);
        let text = "seed,failed,blocks,reverts_by_reason_a,reverts_by_reason_z,health_factor_lowest\n\
                    1,,10,0,1,\n2,\"no room, \"\"none\"\"\",,,,\n3,,0.1,2,0,1.5\n";
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), text);
        let back = read(&bytes).unwrap();
        assert_eq!(write(&back.iter().collect::<Vec<_>>()), bytes);
    }

    /// The rows of an interrupted sweep know the columns of all that was done, those of a fresh one only their own.
    #[test]
    fn rows_read_back_and_fresh_ones_make_the_same_file() {
        let [a, b, c] = [
            row(1, &[("reverts_by_reason_m", "1"), ("audits_passed", "2")]),
            row(2, &[("reverts_by_reason_b", "1"), ("audits_passed", "2")]),
            row(3, &[("reverts_by_reason_x", "1"), ("audits_passed", "2")]),
        ];
        let back = read(&write(&[&a, &c])).unwrap();
        assert_eq!(write(&[&back[0], &b, &back[1]]), write(&[&a, &b, &c]));
    }

    #[test]
    fn other_tables_are_refused() {
        for text in ["", "block,time_s\n0,1\n", "seed,failed,blocks\n1,,2,3\n", "seed,failed\nx,\n"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
    }
}
