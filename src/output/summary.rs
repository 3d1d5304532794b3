//! `summary.json`: a run in one page of numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cascade::CascadeSummary;
use crate::accounts::farmed::Farmed;
use crate::accounts::insolvent_debt::InsolventDebt;
use crate::accounts::out_of_gas_money::PopulationOutOfGasMoney;
use crate::accounts::position_books::PositionCounts;
use crate::accounts::price_gaps::PriceGap;
use crate::accounts::profit::{ProfitAndLoss, Provided};
use crate::chain::families::cdp::SoldAt;

/// A whole run. A figure that does not exist is `null`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// The file's name without its ending.
    pub scenario: String,
    /// Of the run's dice.
    pub seed: u64,
    /// Symbol of the token that every `..._numeraire` is counted in.
    pub numeraire: String,
    /// Blocks done.
    pub blocks: u64,
    /// Transactions in blocks, reverted ones included.
    pub transactions: u64,
    /// Transactions that reverted; they paid for gas.
    pub reverts: u64,
    /// `reverts` by the word of their reason; reasons that did not occur are absent.
    pub reverts_by_reason: BTreeMap<String, u64>,
    /// Liquidations of every protocol.
    pub liquidations: Liquidations,
    /// Debt that nobody will pay as things stand.
    pub insolvent_debt: InsolventDebt,
    /// Trades of searchers around others' swaps.
    pub sandwiches: Sandwiches,
    /// What became of auctions of collateral, if any was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auctions: Option<Auctions>,
    /// Lowest health factor that a position with debt had after any block: 0 where a debt was left without collateral.
    pub health_factor_lowest: Option<f64>,
    /// Populations that pay for gas out of `gas_money`, and what they missed when it was gone.
    pub out_of_gas_money: Vec<PopulationOutOfGasMoney>,
    /// Agents that wanted to act and never got a transaction into a block: gas was too dear, or they waited too long.
    pub agents_priced_out: u64,
    /// Agents that were drawn again, since a protocol lends no so little as was drawn first.
    pub agents_redrawn: u64,
    /// Gas used, base fees and what waited for room.
    pub block_space: BlockSpace,
    /// The tokens, in the scenario's order.
    pub tokens: Vec<TokenSummary>,
    /// The pools, in the scenario's order.
    pub pools: Vec<PoolSummary>,
    /// The oracles, in the scenario's order.
    pub oracles: Vec<OracleSummary>,
    /// Positions by fate.
    pub positions: PositionCounts,
    /// What became of the capital of providers of liquidity, by population; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub liquidity_providers: Vec<Provided>,
    /// What leveraged farmers got from their farms, and what prices cost them, by population; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leveraged_farmers: Vec<Farmed>,
    /// By kind of agent and by named account.
    pub profit_and_loss: ProfitAndLoss,
    /// Audits made. Each proved to the last unit that nothing appeared or vanished; one that fails ends the run.
    pub audits_passed: u64,
    /// Of `plimsoll cascade` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cascade: Option<CascadeSummary>,
}

/// Liquidations of every protocol; values at their blocks' outside prices.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Liquidations {
    /// Liquidations: a position that was liquidated twice counts twice.
    pub count: u64,
    /// Their debt, each at its time's outside prices.
    pub debt_numeraire: f64,
    /// The first block with a liquidation; `null` without any.
    pub first_block: Option<u64>,
    /// The last block with a liquidation; `null` without any.
    pub last_block: Option<u64>,
    /// For how many blocks their transactions had waited, on average.
    pub waited_blocks_mean: Option<f64>,
    /// The 95 % quantile of the blocks that they waited; `null` without any.
    pub waited_blocks_p95: Option<u64>,
}

/// What searchers took from the trades of others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Sandwiches {
    /// Sandwiches that a block took.
    pub count: u64,
    /// What it brought them before gas, each at its time's outside prices.
    pub gained_numeraire: f64,
    /// What their victims got less than without them, likewise.
    pub lost_numeraire: f64,
}

/// Auctions of collateral of all kinds of vaults; `_stablecoin` in whole stablecoins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Auctions {
    /// Auctions started.
    pub started: u64,
    /// Auctions that ended: their debt was raised, or all collateral sold.
    pub over: u64,
    /// Of `over`, those that sold their collateral for a bid of 0.
    pub for_nothing: u64,
    /// `for_nothing` over `over`; `null` while none is over.
    pub for_nothing_ratio: Option<f64>,
    /// The debt that those which were started should bring, without the penalty.
    pub due_stablecoin: f64,
    /// Paid for collateral.
    pub raised_stablecoin: f64,
    /// What those that are over have not brought of their debt.
    pub shortfall_stablecoin: f64,
    /// Worth of the collateral that was sold, at outside prices when it changed hands.
    pub sold_numeraire: f64,
    /// Worth of that which went for nothing, likewise.
    pub for_nothing_numeraire: f64,
    /// Surplus less bad debt of the systems, after the last call to any of them.
    pub net_surplus_stablecoin: f64,
}

impl Auctions {
    /// Takes in a sale of collateral that is worth so much outside.
    pub fn add(&mut self, sold: &SoldAt, worth: f64) {
        self.raised_stablecoin += sold.paid.to_f64();
        self.sold_numeraire += worth;
        let Some(shortfall) = sold.shortfall() else { return };
        self.over += 1;
        self.shortfall_stablecoin += shortfall.to_f64();
        if sold.is_for_nothing() {
            self.for_nothing += 1;
            self.for_nothing_numeraire += worth;
        }
        self.for_nothing_ratio = Some(self.for_nothing as f64 / self.over as f64);
    }
}

/// Gas used, base fees, and what waited for room in blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct BlockSpace {
    /// By transactions of agents, reverted ones included.
    pub gas_used: u64,
    /// By background demand.
    pub gas_used_background: u64,
    /// Mean over blocks.
    pub base_fee_gwei_mean: f64,
    /// The highest of any block.
    pub base_fee_gwei_highest: f64,
    /// The most transactions that a block left waiting.
    pub waiting_most: u64,
    /// Transactions that expired before a block took them.
    pub expired: u64,
    /// Transactions that were replaced by dearer ones.
    pub replaced: u64,
}

impl BlockSpace {
    /// Takes in a block; the mean is the sum until the run is over.
    pub fn add(&mut self, gas_used: u64, gas_used_background: u64, base_fee_gwei: f64, waiting: u64) {
        self.gas_used += gas_used;
        self.gas_used_background += gas_used_background;
        self.base_fee_gwei_mean += base_fee_gwei;
        self.base_fee_gwei_highest = self.base_fee_gwei_highest.max(base_fee_gwei);
        self.waiting_most = self.waiting_most.max(waiting);
    }
}

/// Counts of waits, by their length in blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits(BTreeMap<u32, u64>);

impl Waits {
    /// Counts one wait.
    pub fn add(&mut self, blocks: u32) {
        *self.0.entry(blocks).or_default() += 1;
    }

    /// Returns the mean wait in blocks; none if nothing was counted.
    pub fn mean(&self) -> Option<f64> {
        let count: u64 = self.0.values().sum();
        let sum: u64 = self.0.iter().map(|(blocks, many)| u64::from(*blocks) * many).sum();
        (count > 0).then(|| sum as f64 / count as f64)
    }

    /// Returns the 95 % quantile: the value of rank ceil(0.95 n) from below; none of nobody.
    pub fn p95(&self) -> Option<u64> {
        let rank = (self.0.values().sum::<u64>() * 95).div_ceil(100);
        let mut below = 0;
        let found = self.0.iter().find(|(_, many)| {
            below += *many;
            below >= rank
        });
        found.map(|(blocks, _)| u64::from(*blocks))
    }
}

impl Liquidations {
    /// Counts one liquidation in `block`, of a debt in whole numeraire tokens.
    pub fn add(&mut self, block: u64, debt_numeraire: f64) {
        self.count += 1;
        self.debt_numeraire += debt_numeraire;
        self.first_block.get_or_insert(block);
        self.last_block = Some(block);
    }
}

/// A token's price at the external venue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TokenSummary {
    /// Its symbol.
    pub name: String,
    /// The price's path, in the numeraire per whole token.
    pub price_outside_numeraire: PricePath,
}

/// A pool's price and volume.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PoolSummary {
    /// As the scenario names it.
    pub name: String,
    /// In the pool's second token per whole first token.
    pub price: PricePath,
    /// Worth of all that swaps paid into the pool, each at its time's outside prices.
    pub volume_numeraire: f64,
    /// How far the price was from the one outside.
    pub far_from_outside: PriceGap,
}

/// How far an oracle was from the price outside.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OracleSummary {
    /// As the scenario names it.
    pub name: String,
    /// How far its answer was from the price outside.
    pub far_from_outside: PriceGap,
}

/// Where a price began, how low it fell and where it ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PricePath {
    /// Before the first block.
    pub start: f64,
    /// The lowest after any block, or before the first.
    pub lowest: f64,
    /// The first block after which it was lowest; `null` if that is the start.
    pub lowest_block: Option<u64>,
    /// After the last block.
    pub end: f64,
}

impl PricePath {
    /// A path that begins at the price before the first block.
    pub fn new(start: f64) -> Self {
        Self { start, lowest: start, lowest_block: None, end: start }
    }

    /// Follows the price to where it is after `block`.
    pub fn follow(&mut self, block: u64, price: f64) {
        if price < self.lowest {
            self.lowest = price;
            self.lowest_block = Some(block);
        }
        self.end = price;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_path_keeps_its_first_trough() {
        let mut path = PricePath::new(100.0);
        for (block, price) in [(0, 90.0), (1, 60.0), (2, 60.0), (3, 80.0)] {
            path.follow(block, price);
        }
        assert_eq!(path, PricePath { start: 100.0, lowest: 60.0, lowest_block: Some(1), end: 80.0 });
    }

    #[test]
    fn waits_are_told_by_mean_and_quantile() {
        let mut waits = Waits::default();
        assert_eq!((waits.mean(), waits.p95()), (None, None));
        (0..19).for_each(|_| waits.add(0));
        waits.add(40);
        assert_eq!((waits.mean(), waits.p95()), (Some(2.0), Some(0)));
        waits.add(40);
        assert_eq!(waits.p95(), Some(40), "the 20th of 21");
    }

    #[test]
    fn what_is_no_number_is_null() {
        let summary = Summary { health_factor_lowest: None, ..Summary::default() };
        let json = serde_json::to_value(&summary).unwrap();
        assert!(json["health_factor_lowest"].is_null());
        assert!(serde_json::to_value(PricePath::new(f64::NAN)).unwrap()["start"].is_null());
    }
}
