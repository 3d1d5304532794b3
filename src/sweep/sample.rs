//! The values of figures over runs.

use std::collections::BTreeMap;

use super::row::{ColumnOrder, LABELS, Row};
use super::runs_csv::columns;

/// The column of net insolvent debt at the end: realised and open, in whole numeraire tokens.
pub const NET_INSOLVENT_DEBT: &str = "insolvent_debt_net_numeraire";

/// The column of liquidated debt, in whole numeraire tokens.
pub const LIQUIDATED_DEBT: &str = "liquidations_debt_numeraire";

/// Returns every figure's values in the order of the columns. A run that failed has none, and a figure that does not
/// exist in a run is left out of it; a count of nothing is 0.
pub fn samples<'a>(rows: impl IntoIterator<Item = &'a Row> + Clone) -> Vec<(String, Vec<f64>)> {
    let order = ColumnOrder::new();
    let columns = columns(rows.clone());
    let places: BTreeMap<&str, usize> = columns.iter().map(String::as_str).zip(0..).collect();
    let mut values = vec![Vec::new(); columns.len()];
    let mut runs = 0;
    for figures in rows.into_iter().filter_map(|row| row.outcome.as_ref().ok()) {
        runs += 1;
        for (name, cell) in figures {
            values[places[name.as_str()]].extend(cell.parse::<f64>());
        }
    }
    let mut samples: Vec<(String, Vec<f64>)> = columns.into_iter().zip(values).collect();
    samples.retain(|(name, _)| !LABELS.contains(&name.as_str()));
    for (_, values) in samples.iter_mut().filter(|(name, _)| order.is_count(name)) {
        values.resize(runs, 0.0);
    }
    samples
}

/// Returns a column's values over the runs that have one, lowest seed first.
pub fn sample<'a>(rows: impl IntoIterator<Item = &'a Row>, column: &str) -> Vec<f64> {
    let of_run = |row: &Row| {
        let (_, cell) = row.outcome.as_ref().ok()?.iter().find(|(name, _)| name == column)?;
        cell.parse().ok()
    };
    rows.into_iter().filter_map(of_run).collect()
}
