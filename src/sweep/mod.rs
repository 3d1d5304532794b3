//! Many runs of one scenario: the same market under other dice.
//!
//! A run is a function of scenario and seed, so a sweep is one of scenario and seeds, however many cores share the work
//! and however often it was interrupted. Rows arrive in any order and are kept by seed.

pub mod compare;
pub mod folder;
pub mod row;
pub mod runner;
pub mod runs_csv;
pub mod sample;
pub mod seeds;
pub mod statistics;
pub mod stop;
pub mod summary;

use std::collections::BTreeMap;

use row::Row;
use seeds::Seeds;
use stop::StopRule;

/// After so many seeds each, in order, it is asked whether there are enough.
pub const BATCH: usize = 50;

/// The seeds asked for, and a row for each that is done.
#[derive(Debug)]
pub struct Sweep {
    seeds: Seeds,
    in_order: Vec<u64>,
    stop_when: Option<StopRule>,
    rows: BTreeMap<u64, Row>,
    /// How many of the seeds, from the first on without a gap, have rows.
    without_gap: usize,
    stopped_after: Option<usize>,
}

impl Sweep {
    /// A sweep of which `done` was done before. What failed then is tried again.
    pub fn new(seeds: Seeds, stop_when: Option<StopRule>, done: Vec<Row>) -> Self {
        let in_order = seeds.iter().collect();
        let mut sweep = Self { seeds, in_order, stop_when, rows: BTreeMap::new(), without_gap: 0, stopped_after: None };
        for row in done.into_iter().filter(|row| row.outcome.is_ok()) {
            sweep.take(row);
        }
        sweep
    }

    /// Returns the seeds asked for, those that a stop rule spares included.
    pub fn seeds(&self) -> &Seeds {
        &self.seeds
    }

    /// Returns the rows there are, lowest seed first.
    pub fn rows(&self) -> impl Iterator<Item = &Row> + Clone {
        self.rows.values()
    }

    /// Returns the seeds still to run, lowest first; those that failed are among them.
    pub fn missing(&self) -> Vec<u64> {
        if self.is_over() {
            return vec![];
        }
        self.in_order.iter().copied().filter(|seed| !self.rows.contains_key(seed)).collect()
    }

    /// Says whether every seed is done, or the rule of `--stop-when` is met.
    pub fn is_over(&self) -> bool {
        self.stopped_after.is_some() || self.without_gap == self.in_order.len()
    }

    /// Returns after how many seeds there were enough, if that came before the last.
    pub fn stopped_after(&self) -> Option<u64> {
        self.stopped_after.map(|seeds| seeds as u64)
    }

    /// Takes a row. What comes behind the seeds that were enough is dropped, whichever core was faster.
    pub fn take(&mut self, row: Row) {
        if self.is_over() || !self.seeds.contains(row.seed) {
            return;
        }
        self.rows.insert(row.seed, row);
        while !self.is_over() && self.rows.contains_key(&self.in_order[self.without_gap]) {
            self.without_gap += 1;
            if self.without_gap.is_multiple_of(BATCH) && !self.is_over() && self.is_enough() {
                self.rows.split_off(&self.in_order[self.without_gap]);
                self.stopped_after = Some(self.without_gap);
            }
        }
    }

    /// Says whether the seeds up to the first gap are enough.
    fn is_enough(&self) -> bool {
        let last = self.in_order[self.without_gap - 1];
        self.stop_when.as_ref().is_some_and(|rule| rule.is_met(self.rows.range(..=last).map(|(_, row)| row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A net insolvent debt of 0 to 9.
    fn row(seed: u64) -> Row {
        Row { seed, outcome: Ok(vec![(sample::NET_INSOLVENT_DEBT.to_owned(), (seed % 10).to_string())]) }
    }

    fn sweep(seeds: &str, stop_when: Option<&str>, done: Vec<Row>) -> Sweep {
        Sweep::new(seeds.parse().unwrap(), stop_when.map(|rule| rule.parse().unwrap()), done)
    }

    fn seeds_of(sweep: &Sweep) -> Vec<u64> {
        sweep.rows().map(|row| row.seed).collect()
    }

    #[test]
    fn what_was_done_is_not_done_again_but_what_failed_is() {
        let failed = Row { seed: 2, outcome: Err("the disk is full".to_owned()) };
        let mut sweep = sweep("1..4", None, vec![row(1), failed]);
        assert_eq!(sweep.missing(), [2, 3, 4]);
        for seed in [4, 2, 3] {
            assert!(!sweep.is_over());
            sweep.take(row(seed));
        }
        assert!(sweep.is_over() && sweep.missing().is_empty());
        assert_eq!(seeds_of(&sweep), [1, 2, 3, 4]);
    }

    /// Whether rows come in order, backwards, or were done before: it is the seeds that decide.
    #[test]
    fn it_stops_after_the_same_seeds_in_whatever_order_they_come() {
        let rule = Some("mean of insolvent_debt_net_numeraire < 1.2");
        let mut forwards = sweep("1..300", rule, vec![]);
        (1..=300).for_each(|seed| forwards.take(row(seed)));
        let mut backwards = sweep("1..300", rule, vec![]);
        (1..=300).rev().for_each(|seed| backwards.take(row(seed)));
        let resumed = sweep("1..300", rule, (1..=300).map(row).collect());
        assert_eq!(forwards.stopped_after(), Some(100));
        for sweep in [&forwards, &backwards, &resumed] {
            assert_eq!(seeds_of(sweep), (1..=100).collect::<Vec<_>>());
            assert!(sweep.missing().is_empty());
        }
    }

    #[test]
    fn a_rule_that_is_never_met_runs_every_seed() {
        let mut sweep = sweep("1..100", Some("var_95 < 0.001 %"), vec![]);
        (1..=100).for_each(|seed| sweep.take(row(seed)));
        assert_eq!((sweep.is_over(), sweep.stopped_after()), (true, None));
    }
}
