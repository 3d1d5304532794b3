//! A cascade in numbers.

use std::collections::BTreeMap;

use super::Causes;
use crate::accounts::trace::{Trace, Traced};
use crate::chain::ids::PositionKey;
use crate::chain::liquidation::SaleKind;
use crate::output::cascade::{
    AtLowest, BlocksSummary, CascadeSummary, GenerationSummary, PriceAmplification, SuppressedSummary,
};

/// A fall of counterfactual 0 below this share of the price is too small to be amplified.
const LEAST_FALL: f64 = 0.001;

impl Causes {
    /// Returns the cascade's part of `summary.json`.
    pub fn figures(&self) -> CascadeSummary {
        let rows = &self.run.liquidations;
        let induced = |liquidation: &&Traced| self.generation(liquidation.fact.key) != Some(0);
        let ratio = |weight: fn(&Traced) -> f64| {
            let all: f64 = rows.iter().map(weight).sum();
            over(rows.iter().filter(induced).map(weight).sum(), all)
        };
        let (first, last) = (rows.first().map(|row| row.block), rows.last().map(|row| row.block));
        let in_counterfactual_0 = first_blocks(self.counterfactual(0));
        let sooner = first_blocks(&self.run)
            .into_iter()
            .filter_map(|(key, block)| in_counterfactual_0.get(&key)?.checked_sub(block));
        CascadeSummary {
            generations_asked: self.depth as u64,
            counterfactuals: (self.counterfactuals.len() + usize::from(self.no_shock.is_some())) as u64,
            ended_within_depth: self.is_whole,
            price_amplification: (0..self.run.watched.len()).map(|watched| self.amplification(watched)).collect(),
            debt_amplification: over(debt(&self.run), debt(self.counterfactual(0))),
            bad_debt_amplification: over(bad_debt(&self.run), bad_debt(self.counterfactual(0))),
            branching_ratio_count: ratio(|_| 1.0),
            branching_ratio_value: ratio(|row| row.sold_numeraire),
            induced_debt_ratio: ratio(|row| row.debt_numeraire),
            depth: rows.iter().map(|row| self.generation(row.fact.key).unwrap_or(self.depth) as u64).max(),
            blocks_to_quiet: first.zip(last).map(|(first, last)| last - first),
            generations: self.by_generation(),
            suppressed: self.suppressed(),
            brought_forward: BlocksSummary::of(sooner),
            delayed_by_full_blocks: BlocksSummary::of(rows.iter().map(|row| row.block - row.fact.inclusion.submitted)),
            liquidators_profit_numeraire: self.run.prizes_numeraire - self.run.gas_paid_numeraire,
            toxic_debt_ratio_highest: self.run.toxic.map(|(share, _)| share),
            toxic_debt_ratio_highest_block: self.run.toxic.map(|(_, block)| block),
        }
    }

    fn amplification(&self, watched: usize) -> PriceAmplification {
        let start = self.run.start[watched];
        let (lowest, block) = self.run.lowest(watched);
        let (lowest_in_counterfactual_0, _) = self.counterfactual(0).lowest(watched);
        let fall = |lowest: f64| (start - lowest) / start;
        let made = self.of_price(watched).after(block);
        PriceAmplification {
            name: self.run.watched[watched].name.clone(),
            start: made.start,
            lowest: made.price,
            lowest_block: block,
            lowest_in_counterfactual_0,
            amplification: (fall(lowest_in_counterfactual_0) >= LEAST_FALL)
                .then(|| fall(lowest) / fall(lowest_in_counterfactual_0)),
            at_lowest: AtLowest {
                rest: made.rest,
                shock: made.shock,
                generations: made.generations,
                deeper: made.deeper,
            },
        }
    }

    fn by_generation(&self) -> Vec<GenerationSummary> {
        let mut list: Vec<GenerationSummary> = (0..=self.depth)
            .map(|g| GenerationSummary {
                generation: name_of(Some(g).filter(|g| *g < self.depth)),
                positions_in_counterfactual: (g < self.depth)
                    .then(|| self.generations.get(g).map_or(0, |found| found.len() as u64)),
                ..GenerationSummary::default()
            })
            .collect();
        for row in &self.run.liquidations {
            let generation = &mut list[self.generation(row.fact.key).unwrap_or(self.depth)];
            generation.count += 1;
            generation.debt_numeraire += row.debt_numeraire;
            generation.bad_debt_numeraire += row.bad_debt_numeraire;
            generation.sold_numeraire += row.sold_numeraire;
        }
        list
    }

    /// Returns the positions that were liquidated in a counterfactual and not in the run.
    fn suppressed(&self) -> SuppressedSummary {
        let of_run = first_blocks(&self.run);
        let mut debts = BTreeMap::new();
        for row in self.counterfactuals.iter().flat_map(|trace| &trace.liquidations) {
            if !of_run.contains_key(&row.fact.key) {
                debts.entry(row.fact.key).or_insert(row.debt_numeraire);
            }
        }
        // An empty sum of floats is a negative zero.
        SuppressedSummary { count: debts.len() as u64, debt_numeraire: debts.values().sum::<f64>() + 0.0 }
    }
}

/// Returns what a generation is called in tables.
pub(super) fn name_of(generation: Option<usize>) -> String {
    generation.map_or_else(|| "deeper".to_owned(), |generation| generation.to_string())
}

/// Returns the block in which each position was first liquidated.
pub(super) fn first_blocks(trace: &Trace) -> BTreeMap<PositionKey, u64> {
    let mut first = BTreeMap::new();
    for row in &trace.liquidations {
        first.entry(row.fact.key).or_insert(row.block);
    }
    first
}

fn debt(trace: &Trace) -> f64 {
    liquidated(trace).map(|row| row.debt_numeraire).sum()
}

fn bad_debt(trace: &Trace) -> f64 {
    liquidated(trace).map(|row| row.bad_debt_numeraire).sum()
}

/// Returns what liquidators did, and not the owners.
fn liquidated(trace: &Trace) -> impl Iterator<Item = &Traced> {
    trace.liquidations.iter().filter(|row| row.fact.kind != SaleKind::Close)
}

/// Returns a ratio; none where it would be one to nothing.
fn over(a: f64, b: f64) -> Option<f64> {
    // An empty sum is -0.
    (b > 0.0).then(|| (a + 0.0) / b)
}
