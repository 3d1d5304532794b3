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
        /// The block in which it executed.
        #[unit = ""]
        pub block: u64,
        /// How the collateral came to be sold.
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
        /// The collateral's token.
        #[unit = ""]
        pub collateral: &'a str,
        /// How much of it the liquidation sells, at once or by whoever got it.
        #[unit = "whole tokens of collateral"]
        pub sold: Amount,
        /// Value of the collateral seized, sold or not.
        #[unit = "numeraire"]
        pub collateral_numeraire: f64,
        /// The debt's token.
        #[unit = ""]
        pub debt_token: &'a str,
        /// Debt that was liquidated, repaid or not.
        #[unit = "whole tokens of debt_token"]
        pub debt: Amount,
        /// Value of `debt` at the block's outside price.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
        /// Debt left unpaid.
        #[unit = "whole tokens of debt_token"]
        pub bad_debt: Amount,
        /// Value of `bad_debt` at the block's outside price.
        #[unit = "numeraire"]
        pub bad_debt_numeraire: f64,
        /// The liquidator's population.
        #[unit = ""]
        pub liquidator_population: &'a str,
        /// The liquidator's number in its population.
        #[unit = ""]
        pub liquidator_agent: u32,
        /// What the liquidator was paid.
        #[unit = "whole tokens of debt_token"]
        pub prize: Amount,
        /// The bid's priority fee.
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
    /// Names the price that a row of `contributions.csv` is about.
    pub struct PriceOf<'a> {
        /// After which the price is.
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
    /// In the run.
    pub price: f64,
    /// In counterfactual 0, where all forced sales are muted.
    pub counterfactual_0: f64,
    /// Before the first block.
    pub start: f64,
    /// What the outside price, drawn or recorded, arbitrage and time did: counterfactual 0 without the scenario's shocks, less `start`.
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
    (
        "rest",
        "What the outside price, drawn or recorded, arbitrage and time did: counterfactual 0 without the scenario's shocks, less `price_start`.",
    ),
    ("shock", "What the shocks did: counterfactual 0, less itself without them."),
    (
        "generation_0",
        "What the sales of generation 0 did: counterfactual 1 less counterfactual 0; and so on for each generation asked \
         for.",
    ),
    ("deeper", "What the sales behind the last generation did: the run less the last counterfactual."),
];

impl Contributions {
    /// Appends the names of the columns, with one for each generation.
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

    /// Appends the values, in the order of [`Contributions::header`].
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

/// Appends the header of `cascade.csv` or `contributions.csv`.
pub fn write_header<R: Columns>(generations: usize, exact: bool, line: &mut Line) {
    R::header("", exact, line);
    Contributions::header(generations, line);
    line.end();
}

/// What caused what, over a whole run. A figure that does not exist is `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CascadeSummary {
    /// The most generations told apart.
    pub generations_asked: u64,
    /// Counterfactual runs made, the one without shocks included.
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
    /// As `branching_ratio_count`, weighed by the value of what was sold.
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
    /// The first block after which it was highest; `null` if nothing was ever owed.
    pub toxic_debt_ratio_highest_block: Option<u64>,
}

/// How far a price fell, and the contributions to its lowest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PriceAmplification {
    /// The collateral's symbol and the pool's or oracle's name.
    pub name: String,
    /// Before the first block, in the pool's unit.
    pub start: f64,
    /// The lowest after any block of the run.
    pub lowest: f64,
    /// The first block after which it was lowest; `null` if that is the start.
    pub lowest_block: Option<u64>,
    /// The lowest after any block of counterfactual 0.
    pub lowest_in_counterfactual_0: f64,
    /// The fall in the run over the fall in counterfactual 0; `null` where that is under 0.1 %.
    pub amplification: Option<f64>,
    /// What made the price after `lowest_block`: with `start`, these sum to `lowest`.
    pub at_lowest: AtLowest,
}

/// Contributions to a price at its lowest, in the price's unit: with `start` they sum to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AtLowest {
    /// Of the outside price, arbitrage and time.
    pub rest: f64,
    /// Of the scenario's shocks.
    pub shock: f64,
    /// Of the forced sales of each generation, from 0.
    pub generations: Vec<f64>,
    /// Of the forced sales behind the last generation.
    pub deeper: f64,
}

/// Liquidations of one generation; values in whole numeraire tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct GenerationSummary {
    /// Its number from 0, or `deeper`.
    pub generation: String,
    /// Positions first liquidated in its counterfactual; unknown for `deeper`.
    pub positions_in_counterfactual: Option<u64>,
    /// Liquidations of its positions in the run: 0 or more of each position.
    pub count: u64,
    /// Value of their debt.
    pub debt_numeraire: f64,
    /// Value of the debt that they left unpaid.
    pub bad_debt_numeraire: f64,
    /// Value of the collateral they sold.
    pub sold_numeraire: f64,
}

/// Positions liquidated in a counterfactual and not in the run: the sales of others saved them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct SuppressedSummary {
    /// Positions, each counted once.
    pub count: u64,
    /// What they owed where they were first liquidated.
    pub debt_numeraire: f64,
}

/// Liquidations that came sooner or later than they might have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct BlocksSummary {
    /// Those above 0.
    pub count: u64,
    /// Mean over those; `null` if there are none.
    pub mean_blocks: Option<f64>,
    /// The most blocks of any; `null` if there are none.
    pub most_blocks: Option<u64>,
}

impl BlocksSummary {
    /// Sums up the numbers of blocks that are above 0.
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
