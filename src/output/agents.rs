//! `agents.csv`: a row per agent, written at the end of the run.

use super::folder::{FolderError, OutputFolder};
use super::table::Table;
use crate::accounts::books::Books;
use crate::accounts::fate::AgentFate;
use crate::accounts::gains::{Gains, over_own_capital};
use crate::accounts::liquidity::LiquidityBooks;
use crate::agents::AgentDirectory;
use crate::agents::view::View;

columns! {
    /// An agent's activity, profit and costs.
    pub struct Agent<'a> {
        /// The agent's number in the run, from 0.
        #[unit = ""]
        pub agent: u32,
        /// Its population, as the scenario names it.
        #[unit = ""]
        pub population: &'a str,
        /// Its number in its population, from 0.
        #[unit = ""]
        pub number: u32,
        /// Its kind, as the scenario writes it.
        #[unit = ""]
        pub kind: &'a str,
        /// The block in which it entered; missing if it never did or was there before the first block.
        #[unit = "block"]
        pub entered_block: Option<u64>,
        /// The block in which it left the market, by its own will or not.
        #[unit = "block"]
        pub left_block: Option<u64>,
        /// Worth at the start of what it was drawn with, before any leverage, loan or deposit, without money for gas.
        #[unit = "numeraire"]
        pub own_capital_numeraire: f64,
        /// Its profit without the revaluation: trades, fees, rewards, interest, penalties and services, less gas.
        #[unit = "numeraire"]
        pub earned_numeraire: f64,
        /// What the change of outside prices did to what it was drawn with, money for gas included.
        #[unit = "numeraire"]
        pub revaluation_numeraire: f64,
        /// The sum of the two: what it owns less what it owes, at the end less at the start, after gas.
        #[unit = "numeraire"]
        pub profit_numeraire: f64,
        /// What it earned over its own capital; missing where that is not above 0.
        #[unit = "ratio"]
        pub earned_ratio: Option<f64>,
        /// Farm rewards, paid and pending: what it claimed, bounties for reinvesting, and its share of what was harvested
        /// for it without the bounty, each worth what it was when it came; what waits for it at the end, as it is then.
        #[unit = "numeraire"]
        pub rewards_numeraire: f64,
        /// Worth of what sandwiches took from its trades, when they did.
        #[unit = "numeraire"]
        pub lost_to_sandwiches_numeraire: f64,
        /// Worth of the fees it paid for gas, when it paid them.
        #[unit = "numeraire"]
        pub gas_paid_numeraire: f64,
        /// The same over its own capital; missing where that is not above 0.
        #[unit = "ratio"]
        pub gas_share_ratio: Option<f64>,
        /// Its transactions in blocks, reverted ones included.
        #[unit = ""]
        pub transactions: u64,
        /// Transactions that reverted; they paid for gas.
        #[unit = ""]
        pub reverts: u64,
        /// Transactions that expired, which no block took.
        #[unit = ""]
        pub expired: u64,
        /// How often it left something alone that it would have done if gas cost nothing.
        #[unit = ""]
        pub priced_out: u64,
        /// Assets over own capital that it was drawn to open with; farmers only.
        #[unit = "ratio"]
        pub leverage_ratio: Option<f64>,
        /// Fees that its liquidity earned, collected or not; providers of liquidity only, as the next four, but for the
        /// impermanent loss. Where a pool does not keep fees apart, what its invariant per liquidity token has grown by.
        #[unit = "numeraire"]
        pub fees_earned_numeraire: Option<f64>,
        /// Value of its liquidity without fees less that of holding what was put in; summed over all that it put in. Of
        /// leveraged farmers too: all their assets count, and what they owe does not.
        #[unit = "numeraire"]
        pub impermanent_loss_numeraire: Option<f64>,
        /// What holding the same at every moment, traded at outside prices, would have gained more than its liquidity
        /// without fees.
        #[unit = "numeraire"]
        pub loss_versus_rebalancing_numeraire: Option<f64>,
        /// What its own swaps brought less what they cost, at outside prices.
        #[unit = "numeraire"]
        pub own_trades_numeraire: Option<f64>,
        /// What prices did to its wallet and to holding what was put in. Fees, impermanent loss, own trades and this, less
        /// gas, are its profit.
        #[unit = "numeraire"]
        pub holding_revaluation_numeraire: Option<f64>,
        /// What became of it by the end of the run.
        #[unit = ""]
        pub fate: AgentFate,
    }
}

/// Writes `agents.csv`.
///
/// # Errors
/// The file system refuses.
pub fn write_agents(
    folder: &mut OutputFolder,
    sees: &View,
    directory: &AgentDirectory,
    (books, liquidity): (&Books, Option<&LiquidityBooks>),
    gains: &Gains,
    exact: bool,
) -> Result<(), FolderError> {
    let mut table = Table::open::<Agent>(folder, "agents.csv", exact)?;
    for (id, book) in books.agents.all() {
        let (population, listed) = (directory.population(id), &directory.agents[id.index()]);
        let account = directory.account(id);
        let gain = gains.of(id);
        let provided = liquidity.and_then(|liquidity| liquidity.figures(id, account, sees));
        table.row(&Agent {
            agent: id.0,
            population: &population.name,
            number: listed.number,
            kind: population.kind,
            entered_block: book.entered,
            left_block: book.left,
            own_capital_numeraire: gain.own_capital,
            earned_numeraire: gain.earned,
            revaluation_numeraire: gain.revaluation,
            profit_numeraire: gain.profit(),
            earned_ratio: over_own_capital(gain.earned, gain.own_capital),
            rewards_numeraire: book.rewards,
            lost_to_sandwiches_numeraire: book.lost,
            gas_paid_numeraire: book.gas_paid,
            gas_share_ratio: over_own_capital(book.gas_paid, gain.own_capital),
            transactions: book.transactions.into(),
            reverts: book.reverts.into(),
            expired: book.expired.into(),
            priced_out: book.priced_out.into(),
            leverage_ratio: listed.leverage,
            fees_earned_numeraire: provided.map(|provided| provided.fees),
            impermanent_loss_numeraire: provided
                .map(|provided| provided.impermanent_loss)
                .or_else(|| books.farms.figures(id).map(|farmed| farmed.impermanent_loss)),
            loss_versus_rebalancing_numeraire: provided.map(|provided| provided.loss_versus_rebalancing),
            own_trades_numeraire: provided.map(|provided| provided.own_trades),
            holding_revaluation_numeraire: provided.map(|provided| provided.revaluation),
            fate: book.fate,
        })?;
    }
    table.close(folder)
}
