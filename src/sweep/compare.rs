//! Two sets of runs side by side: which figures differ, on the same dice where their seeds agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::row::{LABELS, Row};
use super::runs_csv::columns;
use super::statistics::{Distribution, Estimate};

/// How two sets of runs differ, figure by figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Seeds that both have: figures are compared seed by seed. None, and their means are.
    pub paired: Vec<u64>,
    /// How many figures have equal values in both.
    pub equal: usize,
    /// Figures that differ, in the order of the columns.
    pub differences: Vec<Difference>,
}

/// One figure in both sets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Its column in `runs.csv`.
    pub figure: String,
    /// Its mean in the first set; none if no run has it.
    pub first: Option<f64>,
    /// Mean over the second set's runs that have it; none if none has.
    pub second: Option<f64>,
    /// The mean of second less first, seed by seed where seeds agree, and its interval if they are several.
    pub difference: Option<Estimate>,
}

/// Compares two sets of runs. Runs that failed are left out.
pub fn compare(first: &[Row], second: &[Row]) -> Comparison {
    let (mut first, mut second) = (by_seed(first), by_seed(second));
    let paired: Vec<u64> = first.keys().filter(|seed| second.contains_key(seed)).copied().collect();
    if !paired.is_empty() {
        let both: BTreeSet<u64> = paired.iter().copied().collect();
        first.retain(|seed, _| both.contains(seed));
        second.retain(|seed, _| both.contains(seed));
    }
    let names = columns(first.values().chain(second.values()).copied());
    let mut comparison = Comparison { paired, equal: 0, differences: Vec::new() };
    for name in names.into_iter().filter(|name| !LABELS.contains(&name.as_str())) {
        let (a, b) = (values(&first, &name), values(&second, &name));
        let (of_first, of_second) = (mean(a.values()), mean(b.values()));
        if of_first.is_none() && of_second.is_none() {
            continue;
        }
        let is_paired = !comparison.paired.is_empty();
        if is_paired && a == b {
            comparison.equal += 1;
            continue;
        }
        let difference = if is_paired {
            let both = a.iter().filter_map(|(seed, a)| Some(b.get(seed)? - a));
            Distribution::of(&name, both.collect()).map(|said| said.mean)
        } else {
            let difference = of_first.zip(of_second).map(|(first, second)| second - first);
            difference.map(|estimate| Estimate { estimate, low: f64::NAN, high: f64::NAN })
        };
        comparison.differences.push(Difference { figure: name, first: of_first, second: of_second, difference });
    }
    comparison
}

fn by_seed(rows: &[Row]) -> BTreeMap<u64, &Row> {
    rows.iter().filter(|row| row.outcome.is_ok()).map(|row| (row.seed, row)).collect()
}

/// Returns a figure by seed, where a run has it.
fn values(rows: &BTreeMap<u64, &Row>, name: &str) -> BTreeMap<u64, f64> {
    let of_row = |row: &Row| {
        let (_, cell) = row.outcome.as_ref().ok()?.iter().find(|(column, _)| column == name)?;
        cell.parse().ok()
    };
    rows.iter().filter_map(|(seed, row)| Some((*seed, of_row(row)?))).collect()
}

fn mean<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> Option<f64> {
    let count = values.clone().count();
    (count > 0).then(|| values.sum::<f64>() / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seed: u64, price: f64, blocks: u64) -> Row {
        let figures = [("scenario", "a".to_owned()), ("blocks", blocks.to_string()), ("price", price.to_string())];
        Row { seed, outcome: Ok(figures.map(|(name, cell)| (name.to_owned(), cell)).into()) }
    }

    /// Noise of 1,000 a seed hides a difference of 1 unless the seeds are paired.
    #[test]
    fn equal_seeds_are_compared_one_by_one() {
        let noise = |seed: u64| (seed % 7) as f64 * 1_000.0;
        let first: Vec<Row> = (1..=20).map(|seed| row(seed, noise(seed), 10)).collect();
        let second: Vec<Row> = (11..=40).map(|seed| row(seed, noise(seed) + 1.0, 10)).collect();
        let paired = compare(&first, &second);
        assert_eq!((paired.paired.len(), paired.equal, paired.differences.len()), (10, 1, 1));
        let difference = paired.differences[0].difference.unwrap();
        assert_eq!((difference.estimate, difference.low, difference.high), (1.0, 1.0, 1.0));
        let other: Vec<Row> = (41..=60).map(|seed| row(seed, noise(seed) + 1.0, 10)).collect();
        let apart = compare(&first, &other);
        assert!(apart.paired.is_empty());
        let price = apart.differences.iter().find(|difference| difference.figure == "price").unwrap();
        assert!((price.difference.unwrap().estimate - 1.0).abs() > 10.0, "{price:?}");
    }

    #[test]
    fn a_set_compared_with_itself_differs_in_nothing() {
        let rows: Vec<Row> = (1..=3).map(|seed| row(seed, 7.0, 10)).collect();
        let comparison = compare(&rows, &rows);
        assert_eq!((comparison.equal, comparison.differences.len()), (2, 0));
    }
}
