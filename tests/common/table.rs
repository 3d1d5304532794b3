//! Tables that a run left.

use std::collections::BTreeMap;

/// Returns a table's rows, each by column.
pub fn rows(csv: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(csv).deserialize().collect::<Result<_, _>>().expect("every row is as long as the header")
}

/// Returns the numbers of a column.
pub fn column(csv: &[u8], name: &str) -> Vec<f64> {
    rows(csv).iter().map(|row| row[name].parse().unwrap_or_else(|_| panic!("{name}: {}", row[name]))).collect()
}
