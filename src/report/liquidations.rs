//! What was liquidated, block by block and by generation where causes were asked for.

use std::collections::BTreeMap;

use super::source::{Run, whole};
use crate::output::finished::FinishedError;

/// The most generations told apart; those behind are shown together.
const MOST: usize = 7;

/// What was liquidated in a block, of one generation and one collateral.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Part {
    /// Liquidations.
    pub(super) count: f64,
    /// In whole numeraire tokens.
    pub(super) debt: f64,
    /// Debt left unpaid, in whole numeraire tokens.
    pub(super) bad_debt: f64,
}

impl Part {
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.debt += other.debt;
        self.bad_debt += other.bad_debt;
    }
}

/// By block, generation as the table tells it (none behind the last asked for), and collateral.
type Found = BTreeMap<(u64, Option<u64>, String), Part>;

/// Liquidations of a run, by block, generation and collateral.
#[derive(Debug, Clone, Default)]
pub(super) struct Liquidations {
    /// What each generation is called; one that is called `liquidated` where causes were not asked for.
    pub(super) generations: Vec<String>,
    pub(super) parts: BTreeMap<(u64, usize, String), Part>,
}

impl Liquidations {
    /// Reads `cascade.csv`, or else `events.csv`.
    ///
    /// # Errors
    /// A table is there and is none.
    pub(super) fn of(run: &Run) -> Result<Self, FinishedError> {
        let mut found = Found::new();
        let prices = run.prices();
        let has_causes = run.each_row("cascade.csv", |named, record| {
            let numbers = ["debt_numeraire", "bad_debt_numeraire"].map(|name| nothing(named.number(record, name)));
            let part = Part { count: 1.0, debt: numbers[0], bad_debt: numbers[1] };
            let Some(block) = whole(named.text(record, "block")) else { return };
            let generation = whole(named.text(record, "generation"));
            found.entry((block, generation, named.text(record, "collateral").to_owned())).or_default().add(part);
        })?;
        if !has_causes {
            run.each_row("events.csv", |named, record| {
                let text = |name| named.text(record, name);
                let is_kill = text("kind") == "kill";
                if !is_kill && text("kind") != "liquidate" {
                    return;
                }
                let Some(block) = whole(text("block")) else { return };
                // A kill sells its collateral for what is owed; a liquidation pays what is owed for collateral.
                let (collateral, owed) = if is_kill { ("token_in", "token_out") } else { ("token_out", "token_in") };
                let repaid = if is_kill { "debt" } else { "amount_in" };
                let row = run.row(block as f64);
                let price = row.and_then(|row| Some(prices.get(text(owed))?[row])).unwrap_or(1.0);
                let worth = |name| nothing(named.number(record, name)) * price;
                let part = Part { count: 1.0, debt: worth(repaid), bad_debt: worth("bad_debt") };
                found.entry((block, Some(0), text(collateral).to_owned())).or_default().add(part);
            })?;
        }
        Ok(Self::gathered(found, has_causes))
    }

    fn gathered(found: Found, has_causes: bool) -> Self {
        let place = |generation: Option<u64>| {
            generation.and_then(|generation| usize::try_from(generation).ok()).filter(|place| *place < MOST)
        };
        let told = found.keys().filter_map(|(_, generation, _)| place(*generation)).max().map_or(0, |last| last + 1);
        let has_deeper = found.keys().any(|(_, generation, _)| place(*generation).is_none());
        let mut generations: Vec<String> = (0..told).map(|place| format!("generation {place}")).collect();
        if has_deeper {
            generations.push(if told == MOST { format!("generation {MOST} and deeper") } else { "deeper".to_owned() });
        }
        if !has_causes && !generations.is_empty() {
            generations = vec!["liquidated".to_owned()];
        }
        let mut parts: BTreeMap<(u64, usize, String), Part> = BTreeMap::new();
        for ((block, generation, collateral), part) in found {
            parts.entry((block, place(generation).unwrap_or(told), collateral)).or_default().add(part);
        }
        Self { generations, parts }
    }

    /// Returns each block's parts, one per generation.
    pub(super) fn by_block(&self) -> BTreeMap<u64, Vec<Part>> {
        let mut blocks: BTreeMap<u64, Vec<Part>> = BTreeMap::new();
        for ((block, generation, _), part) in &self.parts {
            let parts = blocks.entry(*block).or_insert_with(|| vec![Part::default(); self.generations.len()]);
            parts[*generation].add(*part);
        }
        blocks
    }

    /// Returns the first and the last block with a liquidation.
    pub(super) fn span(&self) -> Option<(u64, u64)> {
        Some((self.parts.first_key_value()?.0.0, self.parts.last_key_value()?.0.0))
    }

    /// Returns a generation's custom property of `report.css`.
    pub(super) fn colour(&self, generation: usize) -> String {
        if self.generations.len() == 1 && self.generations[0] == "liquidated" {
            "vermilion".to_owned()
        } else {
            format!("generation-{}", generation.min(MOST))
        }
    }
}

fn nothing(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_generations_are_shown_together() {
        let part = Part { count: 1.0, debt: 10.0, bad_debt: 1.0 };
        let twice = Part { count: 2.0, debt: 20.0, bad_debt: 2.0 };
        let row = |block, generation, part| ((block, generation, "ETH".to_owned()), part);
        let found = Found::from([row(5, Some(0), twice), row(6, Some(9), part), row(7, None, part)]);
        let all = Liquidations::gathered(found, true);
        assert_eq!(all.generations, ["generation 0", "deeper"]);
        assert_eq!(all.by_block()[&5][0], twice);
        assert_eq!((all.by_block()[&6][1].count, all.span()), (1.0, Some((5, 7))));
        assert_eq!(Liquidations::gathered(Found::new(), true).span(), None);
    }
}
