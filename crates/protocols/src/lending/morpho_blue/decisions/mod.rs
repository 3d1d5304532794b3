//! What decisions read of a market: floats.

mod failing_price;

pub use failing_price::KeyLimits;

use smallvec::smallvec;

use super::lending::{COLLATERAL, LOAN, totals_of};
use super::{PricedMarket, Totals, VIRTUAL_ASSETS, VIRTUAL_SHARES, YEAR_SECONDS};
use crate::AccountId;
use crate::lending::{
    AssetTotals, Exposure, Health, Indices, Lending, LendingDecisions, LendingError, PricesWad, YearlyRates,
};
use plimsoll_math::WAD;

impl super::Health {
    /// Returns how many times the debt fits into what the collateral carries: below 1 the position fails. Infinite without
    /// debt.
    pub fn health_factor(&self) -> f64 {
        if self.borrowed == 0 { f64::INFINITY } else { self.max_borrow.to_f64() / self.borrowed as f64 }
    }
}

impl Totals {
    /// Returns the value of a share in assets.
    pub fn share_price(self) -> f64 {
        (self.assets as f64 + VIRTUAL_ASSETS as f64) / (self.shares as f64 + VIRTUAL_SHARES as f64)
    }
}

impl LendingDecisions for PricedMarket {
    fn health(&self, account: AccountId, prices: PricesWad, now: u64) -> Result<Health, LendingError> {
        if self.market.position(account).borrow_shares == 0 {
            return Ok(Health { factor: f64::INFINITY, is_liquidatable: false });
        }
        let health = self.market.health(account, self.price_e36(prices)?, now)?;
        Ok(Health { factor: health.health_factor(), is_liquidatable: !health.is_healthy() })
    }

    fn exposure(&self, account: AccountId) -> Exposure {
        let position = self.market.position(account);
        if position.borrow_shares == 0 {
            return Exposure::default();
        }
        let collateral = position.collateral as f64 * self.threshold(COLLATERAL);
        Exposure {
            collateral: if position.collateral > 0 { smallvec![(COLLATERAL, collateral)] } else { smallvec![] },
            debt: smallvec![(LOAN, position.borrow_shares as f64)],
        }
    }

    fn indices(&self, asset: u8, now: u64) -> Indices {
        if asset == COLLATERAL {
            return Indices { collateral: 1.0, debt: 0.0 };
        }
        let price = |totals: Totals| totals.share_price();
        let state = self.market.state_at(now).unwrap_or(*self.market.state());
        Indices { collateral: price(state.supplied), debt: price(state.borrowed) }
    }

    fn totals_and_rates(&self, asset: u8, now: u64) -> (AssetTotals, YearlyRates) {
        if asset == COLLATERAL {
            return (self.totals(asset, now), YearlyRates::default());
        }
        let state = self.market.state_at(now).unwrap_or(*self.market.state());
        let yearly = |rate_wad: Result<u128, _>| rate_wad.unwrap_or(0) as f64 / WAD as f64 * YEAR_SECONDS as f64;
        let rates =
            YearlyRates { borrow: yearly(state.borrow_rate_wad(now)), supply: yearly(state.supply_rate_wad(now)) };
        (totals_of(&state), rates)
    }

    fn threshold(&self, asset: u8) -> f64 {
        if asset == COLLATERAL { self.market.state().lltv_wad() as f64 / WAD as f64 } else { 0.0 }
    }

    fn bonus(&self, _collateral: u8) -> f64 {
        self.market.state().liquidation_incentive_factor_wad() as f64 / WAD as f64 - 1.0
    }

    /// Worths are counted in the loan's smallest units.
    fn rounding_unit(&self, unit_worths: &[f64]) -> f64 {
        unit_worths[usize::from(LOAN)]
    }
}
