//! What was liquidated, block by block and by generation where causes were asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::frame::Named;
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

/// By block, generation as the table tells it (none behind the last asked for), and token.
type Found = BTreeMap<(u64, Option<u64>, String), Part>;

/// Returns whether a row of `events.csv` of this kind is a liquidation: one that puts collateral on auction too.
pub(super) fn is_liquidation(kind: &str) -> bool {
    matches!(kind, "kill" | "liquidate") || is_auctioned(kind)
}

fn is_auctioned(kind: &str) -> bool {
    matches!(kind, "bark" | "bite")
}

/// What a row of `events.csv` says was liquidated: its collateral, the token owed, and columns with amounts of that.
struct Told<'a> {
    count: f64,
    collateral: &'a str,
    owed: &'a str,
    /// The column with the debt that was repaid or put on auction, if there is one.
    debt: &'static str,
}

impl<'a> Told<'a> {
    /// Reads a liquidation, or a purchase in an auction, which may leave debt unpaid; none if the row is of another kind.
    fn of(run: &'a Run, named: &Named, record: &'a csv::ByteRecord) -> Option<Self> {
        let text = |name| named.text(record, name);
        let (token_in, token_out) = (text("token_in"), text("token_out"));
        Some(match text("kind") {
            // A kill sells its collateral for what is owed; a liquidation pays what is owed for collateral.
            "kill" => Self { count: 1.0, collateral: token_in, owed: token_out, debt: "debt" },
            "liquidate" => Self { count: 1.0, collateral: token_out, owed: token_in, debt: "amount_in" },
            kind if is_auctioned(kind) => {
                let owed = run.said.stablecoin(text("market")).unwrap_or_default();
                Self { count: 1.0, collateral: token_in, owed, debt: "debt" }
            }
            "take" | "deal" => Self { count: 0.0, collateral: token_out, owed: token_in, debt: "" },
            _ => return None,
        })
    }
}

/// Liquidations of a run, by block, generation and token: the collateral, or what was owed where only that has a price that
/// moves.
#[derive(Debug, Clone, Default)]
pub(super) struct Liquidations {
    /// What each generation is called; one that is called `liquidated` where causes were not asked for.
    pub(super) generations: Vec<String>,
    pub(super) parts: BTreeMap<(u64, usize, String), Part>,
}

impl Liquidations {
    /// Reads `cascade.csv`, or else `events.csv`; of auctions, what they left unpaid, in any case from `events.csv`.
    ///
    /// # Errors
    /// A table is there and is none.
    pub(super) fn of(run: &Run) -> Result<Self, FinishedError> {
        let mut found = Found::new();
        let mut auctioned: BTreeMap<[String; 3], Option<u64>> = BTreeMap::new();
        let prices = run.prices();
        let moves = |token: &str| {
            prices.get(token).is_some_and(|prices| prices.iter().any(|price| price.to_bits() != prices[0].to_bits()))
        };
        let moving: BTreeSet<&str> = prices.keys().map(String::as_str).filter(|token| moves(token)).collect();
        let of = |collateral: &str, owed: &str| {
            let is_owed = !moving.contains(collateral) && moving.contains(owed);
            if is_owed { owed.to_owned() } else { collateral.to_owned() }
        };
        let has_causes = run.each_row("cascade.csv", |named, record| {
            let text = |name: &str| named.text(record, name).to_owned();
            let numbers = ["debt_numeraire", "bad_debt_numeraire"].map(|name| nothing(named.number(record, name)));
            let part = Part { count: 1.0, debt: numbers[0], bad_debt: numbers[1] };
            let Some(block) = whole(named.text(record, "block")) else { return };
            let generation = whole(named.text(record, "generation"));
            if named.text(record, "kind") == "auction" {
                auctioned.insert(["market", "population", "agent"].map(text), generation);
            }
            let token = of(named.text(record, "collateral"), named.text(record, "debt_token"));
            found.entry((block, generation, token)).or_default().add(part);
        })?;
        run.each_row("events.csv", |named, record| {
            let Some(told) = Told::of(run, named, record).filter(|told| !(has_causes && told.count > 0.0)) else {
                return;
            };
            let Some(block) = whole(named.text(record, "block")) else { return };
            let owner = ["market", "borrower_population", "borrower"].map(|name| named.text(record, name).to_owned());
            let generation = if has_causes { auctioned.get(&owner).copied().flatten() } else { Some(0) };
            let price = run.row(block as f64).and_then(|row| Some(prices.get(told.owed)?[row])).unwrap_or(1.0);
            let worth = |name| nothing(named.number(record, name)) * price;
            let part = Part { count: told.count, debt: worth(told.debt), bad_debt: worth("bad_debt") };
            if part.count > 0.0 || part.bad_debt > 0.0 {
                found.entry((block, generation, of(told.collateral, told.owed))).or_default().add(part);
            }
        })?;
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

    /// Returns the blocks with a liquidation, ascending; one is named for each generation and collateral in it.
    fn blocks(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.parts.iter().filter(|(_, part)| part.count > 0.0).map(|((block, _, _), _)| *block)
    }

    /// Returns the first and the last block with a liquidation.
    pub(super) fn span(&self) -> Option<(u64, u64)> {
        Some((self.blocks().next()?, self.blocks().next_back()?))
    }

    /// Returns the first and the last block of each stretch in which liquidations follow each other within `pause` blocks.
    pub(super) fn stretches(&self, pause: f64) -> Vec<[u64; 2]> {
        let mut stretches: Vec<[u64; 2]> = Vec::new();
        for block in self.blocks() {
            match stretches.last_mut() {
                Some(last) if (block - last[1]) as f64 <= pause => last[1] = block,
                _ => stretches.push([block, block]),
            }
        }
        stretches
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
        assert_eq!((all.stretches(1.0), all.stretches(0.0)), (vec![[5, 7]], vec![[5, 5], [6, 6], [7, 7]]));
        let unpaid = Part { count: 0.0, debt: 0.0, bad_debt: 1.0 };
        let settled = Found::from([row(5, Some(0), part), row(90, Some(0), unpaid)]);
        assert_eq!(
            Liquidations::gathered(settled, false).span(),
            Some((5, 5)),
            "what an auction lacks is no liquidation"
        );
        assert_eq!(Liquidations::gathered(Found::new(), true).span(), None);
    }
}
