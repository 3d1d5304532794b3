//! What decisions read of a market: floats.

mod failing_price;

pub use failing_price::{FailingKey, KeyLimits};

use super::lending::totals_of;
use super::{AccountLiquidity, MarketId, MarketState, PricedComptroller, Prices};
use crate::AccountId;
use crate::lending::{AssetTotals, Exposure, Health, Indices, LendingDecisions, LendingError, PricesWad, YearlyRates};
use plimsoll_math::{U256, WAD};

impl AccountLiquidity {
    /// Returns how many times the debts fit into what the collateral carries: below 1 there is a shortfall. Infinite
    /// without debt.
    pub fn health_factor(&self) -> f64 {
        if self.borrowed == U256::ZERO { f64::INFINITY } else { self.carried.to_f64() / self.borrowed.to_f64() }
    }
}

impl LendingDecisions for PricedComptroller {
    fn health(&self, account: AccountId, prices: PricesWad, now: u64) -> Result<Health, LendingError> {
        let (prices, block) = (self.prices(prices), self.clock.block(now));
        let weighed = self.comptroller.account_liquidity_at(account, Prices(&prices), block)?;
        Ok(Health { factor: weighed.health_factor(), is_liquidatable: !weighed.is_healthy() })
    }

    /// Collateral is cTokens, debt what it would have been as the market began.
    fn exposure(&self, account: AccountId) -> Exposure {
        let mut exposure = Exposure::default();
        for (id, _) in self.comptroller.markets() {
            let position = self.comptroller.position(id, account).unwrap_or_default();
            let factor = self.threshold(id.0);
            if position.tokens > 0 && factor > 0.0 && self.comptroller.has_entered(id, account) {
                exposure.collateral.push((id.0, position.tokens as f64 * factor));
            }
            if position.principal > 0 {
                let grown = position.interest_index_wad as f64 / WAD as f64;
                exposure.debt.push((id.0, position.principal as f64 / grown));
            }
        }
        exposure
    }

    fn indices(&self, asset: u8, now: u64) -> Indices {
        let state = self.comptroller.state_at(MarketId(asset), self.clock.block(now));
        let Ok(state) = state.or_else(|_| self.comptroller.state(MarketId(asset)).copied()) else {
            return Indices { collateral: 0.0, debt: 0.0 };
        };
        let rate = state.exchange_rate_wad().map_or(0.0, U256::to_f64);
        Indices { collateral: rate / WAD as f64, debt: state.borrow_index_wad as f64 / WAD as f64 }
    }

    fn totals_and_rates(&self, asset: u8, now: u64) -> (AssetTotals, YearlyRates) {
        let Ok(state) = self.comptroller.state_at(MarketId(asset), self.clock.block(now)) else {
            return Default::default();
        };
        let yearly = |rate: Result<u128, _>| rate.unwrap_or(0) as f64 / WAD as f64 * self.clock.blocks_per_year();
        let rates = YearlyRates {
            borrow: yearly(state.borrow_rate_per_block_wad()),
            supply: yearly(state.supply_rate_per_block_wad()),
        };
        (totals_of(&state), rates)
    }

    fn threshold(&self, asset: u8) -> f64 {
        let factor = |state: &MarketState| state.params().collateral_factor_wad as f64 / WAD as f64;
        self.comptroller.state(MarketId(asset)).map_or(0.0, factor)
    }

    /// What is left of the incentive after the protocol's share.
    fn bonus(&self, _collateral: u8) -> f64 {
        let params = self.comptroller.params();
        let wad = |part: u128| part as f64 / WAD as f64;
        wad(params.liquidation_incentive_wad) * (1.0 - wad(params.protocol_seize_share_wad)) - 1.0
    }

    /// Worths are counted in 18 decimals.
    fn rounding_unit(&self, _unit_worths: &[f64]) -> f64 {
        1e-18
    }
}
