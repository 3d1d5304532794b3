//! What `plimsoll cascade` leaves beside the files of a run: `cascade.csv`, `contributions.csv`, and a part of
//! `summary.json`.

use serde::Serialize;

use crate::chain::liquidation::SaleKind;
use crate::rows::amount::Amount;
use crate::rows::columns::Columns;
use crate::rows::csv::Line;

columns! {
    /// A liquidation and its causes. The columns of [`Contributions`] follow.
    pub struct CascadeRow<'a> {
        /// The block.
        #[unit = ""]
        pub block: u64,
        /// What it was.
        #[unit = ""]
        pub kind: SaleKind,
        /// The protocol, as the scenario calls it.
        #[unit = ""]
        pub protocol: &'a str,
        /// Its market there, if it has several.
        #[unit = ""]
        pub market: Option<&'a str>,
        /// The position's number there.
        #[unit = ""]
        pub position: u32,
        /// Its owner's population.
        #[unit = ""]
        pub population: &'a str,
        /// Its owner's number in the population.
        #[unit = ""]
        pub agent: u32,
        /// In how many counterfactuals, less one, sales had to act before it was liquidated in one: 0 where the shock
        /// alone is enough; `deeper` behind the last that was asked for.
        #[unit = ""]
        pub generation: &'a str,
        /// How many blocks sooner than in counterfactual 0 the position was first liquidated; negative if later,
        /// missing if it was not liquidated there.
        #[unit = "blocks"]
        pub brought_forward_blocks: Option<i64>,
        /// The token that was sold.
        #[unit = ""]
        pub collateral: &'a str,
        /// How much of it.
        #[unit = "whole tokens of collateral"]
        pub sold: Amount,
        /// Worth of what was seized, sold or not.
        #[unit = "numeraire"]
        pub collateral_numeraire: f64,
        /// The token that was owed.
        #[unit = ""]
        pub debt_token: &'a str,
        /// What was owed.
        #[unit = "whole tokens of debt_token"]
        pub debt: Amount,
        /// The same, worth.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
        /// What was left unpaid.
        #[unit = "whole tokens of debt_token"]
        pub bad_debt: Amount,
        /// The same, worth.
        #[unit = "numeraire"]
        pub bad_debt_numeraire: f64,
        /// The liquidator's population.
        #[unit = ""]
        pub liquidator_population: &'a str,
        /// The liquidator's number in its population.
        #[unit = ""]
        pub liquidator_agent: u32,
        /// What the liquidator got.
        #[unit = "whole tokens of debt_token"]
        pub prize: Amount,
        /// What it offered on top of the base fee.
        #[unit = "gwei per unit of gas"]
        pub priority_fee_gwei: f64,
        /// How many blocks its transaction waited because they were full.
        #[unit = "blocks"]
        pub waited_blocks: u64,
        /// The collateral's price at the external venue in the block.
        #[unit = "numeraire per whole token"]
        pub price_outside_numeraire: f64,
        /// Which price decided: a row of `contributions.csv` of the block before has it, and what follows.
        #[unit = ""]
        pub price_of: &'a str,
    }
}

columns! {
    /// Whose price it is.
    pub struct PriceOf<'a> {
        /// The block.
        #[unit = ""]
        pub block: u64,
        /// Which price: the collateral, and the pool whose price it is.
        #[unit = ""]
        pub price_of: &'a str,
    }
}

/// What made a price, in the pool's terms: `price` is `start` + `rest` + `shock` + every generation + `deeper`,
/// exactly, in `f64` and in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// The price in the run.
    pub price: f64,
    /// In counterfactual 0, where all forced sales are muted.
    pub counterfactual_0: f64,
    /// Before the first block.
    pub start: f64,
    /// What noise, arbitrage and time did: counterfactual 0 without the scenario's shocks, less `start`.
    pub rest: f64,
    /// What the shocks did: counterfactual 0, less itself without them.
    pub shock: f64,
    /// What the sales of each generation did: counterfactual g + 1 less counterfactual g.
    pub generations: Vec<f64>,
    /// What the sales behind them did: the run less the last counterfactual.
    pub deeper: f64,
}

/// The columns' names and what they say; one for each generation, `generation_0` and on, comes before `deeper`.
pub const CONTRIBUTIONS: [(&str, &str); 7] = [
    ("price", "The price in the run."),
    ("price_counterfactual_0", "The price in counterfactual 0, where all forced sales are muted."),
    ("price_start", "The price before the first block."),
    ("rest", "What noise, arbitrage and time did: counterfactual 0 without the scenario's shocks, less `price_start`."),
    ("shock", "What the shocks did: counterfactual 0, less itself without them."),
    (
        "generation_0",
        "What the sales of generation 0 did: counterfactual 1 less counterfactual 0; and so on for each generation asked \
         for.",
    ),
    ("deeper", "What the sales behind the last generation did: the run less the last counterfactual."),
];

impl Contributions {
    /// Appends the names of the columns.
    pub fn header(generations: usize, line: &mut Line) {
        let [before @ .., _, (deeper, _)] = CONTRIBUTIONS;
        for (name, _) in before {
            line.text(name);
        }
        for generation in 0..generations {
            line.text(&format!("generation_{generation}"));
        }
        line.text(deeper);
    }

    /// Appends the values.
    pub fn write(&self, line: &mut Line) {
        for value in [self.price, self.counterfactual_0, self.start, self.rest, self.shock] {
            line.float(value);
        }
        for value in &self.generations {
            line.float(*value);
        }
        line.float(self.deeper);
    }
}

/// A row made of a group of columns and a price's contributions.
pub fn write_row(row: &impl Columns, contributions: &Contributions, exact: bool, line: &mut Line) {
    row.write(exact, line);
    contributions.write(line);
    line.end();
}

/// Appends the header of such rows.
pub fn write_header<R: Columns>(generations: usize, exact: bool, line: &mut Line) {
    R::header("", exact, line);
    Contributions::header(generations, line);
    line.end();
}

/// What caused what, over a whole run. A figure that does not exist is `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CascadeSummary {
    /// How many generations were told apart.
    pub generations_asked: u64,
    /// How many counterfactuals were run.
    pub counterfactuals: u64,
    /// Whether every liquidation is of one of these generations; if not, the rest is `deeper`.
    pub ended_within_depth: bool,
    /// How far each price fell, and how far it would have fallen.
    pub price_amplification: Vec<PriceAmplification>,
    /// Liquidated debt in the run over that in counterfactual 0.
    pub debt_amplification: Option<f64>,
    /// Bad debt in the run over that in counterfactual 0.
    pub bad_debt_amplification: Option<f64>,
    /// Liquidations that another's sale brought about, per liquidation: those not of generation 0 over all.
    pub branching_ratio_count: Option<f64>,
    /// The same by worth of what was sold.
    pub branching_ratio_value: Option<f64>,
    /// The same by debt: the share of liquidated debt that the shock alone would not have liquidated.
    pub induced_debt_ratio: Option<f64>,
    /// The last generation in the run that holds anything, `generations_asked` for `deeper`.
    pub depth: Option<u64>,
    /// Blocks from the first liquidation to the last.
    pub blocks_to_quiet: Option<u64>,
    /// Liquidations, by generation, and behind the last asked for.
    pub generations: Vec<GenerationSummary>,
    /// Positions liquidated in a counterfactual and not in the run.
    pub suppressed: SuppressedSummary,
    /// Positions liquidated sooner than in counterfactual 0.
    pub brought_forward: BlocksSummary,
    /// Liquidations whose transactions waited for room.
    pub delayed_by_full_blocks: BlocksSummary,
    /// What liquidators got less what they paid for gas, each at its time's prices.
    pub liquidators_profit_numeraire: f64,
    /// The highest share of all debt, after any block, that a liquidation would not have paid in full.
    pub toxic_debt_ratio_highest: Option<f64>,
    /// After which block that was.
    pub toxic_debt_ratio_highest_block: Option<u64>,
}

/// How far a price fell, and what made it fall.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceAmplification {
    /// Which price.
    pub name: String,
    /// Before the first block.
    pub start: f64,
    /// The lowest in the run.
    pub lowest: f64,
    /// The first block after which it was that low.
    pub lowest_block: Option<u64>,
    /// The lowest in counterfactual 0.
    pub lowest_in_counterfactual_0: f64,
    /// The fall in the run over the fall in counterfactual 0; `null` where that is under 0.1 %.
    pub amplification: Option<f64>,
    /// What made the price after `lowest_block`: with `start`, these sum to `lowest`.
    pub at_lowest: AtLowest,
}

/// What made a price at its lowest.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AtLowest {
    /// Noise, arbitrage and time.
    pub rest: f64,
    /// The shocks.
    pub shock: f64,
    /// The sales of each generation.
    pub generations: Vec<f64>,
    /// The sales behind them.
    pub deeper: f64,
}

/// The liquidations of one generation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GenerationSummary {
    /// Its number, or `deeper`.
    pub generation: String,
    /// Positions first liquidated in its counterfactual; unknown for `deeper`.
    pub positions_in_counterfactual: Option<u64>,
    /// Liquidations in the run.
    pub count: u64,
    /// Their debt.
    pub debt_numeraire: f64,
    /// What they left unpaid.
    pub bad_debt_numeraire: f64,
    /// Worth of what they sold.
    pub sold_numeraire: f64,
}

/// Positions that the sales of others saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct SuppressedSummary {
    /// How many.
    pub count: u64,
    /// What they owed where they were first liquidated.
    pub debt_numeraire: f64,
}

/// Liquidations that came sooner or later than they might have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct BlocksSummary {
    /// How many.
    pub count: u64,
    /// By how many blocks on average.
    pub mean_blocks: Option<f64>,
    /// By how many at most.
    pub most_blocks: Option<u64>,
}

impl BlocksSummary {
    /// Counts the blocks that are above 0.
    pub fn of(blocks: impl Iterator<Item = u64>) -> Self {
        let (mut count, mut sum, mut most) = (0_u64, 0_u64, None);
        for blocks in blocks.filter(|blocks| *blocks > 0) {
            count += 1;
            sum += blocks;
            most = most.max(Some(blocks));
        }
        Self { count, mean_blocks: (count > 0).then(|| sum as f64 / count as f64), most_blocks: most }
    }
}
