//! What decisions read of a market: floats.

mod failing_ratio;

pub use failing_ratio::{FailingRatio, PriceRatio};

use super::lending::in_base;
use super::{AccountMarket, EModeId, HealthFactor, LegSide, Reserve, ReserveId};
use crate::AccountId;
use crate::lending::{
    AssetTotals, Exposure, Health, Indices, Lending, LendingDecisions, LendingError, PricesWad, YearlyRates,
};
use plimsoll_math::{BPS, RAY, WAD};

impl HealthFactor {
    /// Returns the health as a float; infinite without debt.
    pub fn to_f64(self) -> f64 {
        /// 2^128.
        const HALF_WIDTH: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
        if self == Self::NO_DEBT {
            return f64::INFINITY;
        }
        let (high, low) = self.as_wad().into_halves();
        (high as f64 * HALF_WIDTH + low as f64) / WAD as f64
    }
}

impl LendingDecisions for AccountMarket {
    fn health(&self, account: AccountId, prices: PricesWad, now: u64) -> Result<Health, LendingError> {
        let Some(user) = self.user(account) else {
            return Ok(Health { factor: f64::INFINITY, is_liquidatable: false });
        };
        let factor = self.market.account_data(user, &in_base(prices), now)?.health_factor;
        Ok(Health { factor: factor.to_f64(), is_liquidatable: factor.is_liquidatable() })
    }

    /// With several collaterals the contract rounds their average threshold down to a basis point, so each counts with
    /// one less.
    fn exposure(&self, account: AccountId) -> Exposure {
        let mut exposure = Exposure::default();
        let Some(position) = self.user(account).and_then(|user| self.market.position(user).ok()) else {
            return exposure;
        };
        for leg in position.legs().iter().filter(|leg| leg.flag() && leg.scaled() > 0) {
            let (place, scaled) = (leg.reserve().0, leg.scaled() as f64);
            let reserve = self.market.reserve(leg.reserve()).expect("a leg has a reserve");
            let threshold = self.market.collateral_limits(position.emode(), reserve).liquidation_threshold_bps;
            match leg.side() {
                LegSide::Borrowed => exposure.debt.push((place, scaled)),
                LegSide::Supplied if reserve.params().collateral.liquidation_threshold_bps > 0 => {
                    exposure.collateral.push((place, scaled * f64::from(threshold) / BPS as f64));
                }
                LegSide::Supplied => {}
            }
        }
        if exposure.collateral.len() > 1 {
            for (place, weighted) in &mut exposure.collateral {
                let reserve = self.market.reserve(ReserveId(*place)).expect("a leg has a reserve");
                let bps = f64::from(self.market.collateral_limits(position.emode(), reserve).liquidation_threshold_bps);
                *weighted *= (bps - 1.0) / bps;
            }
        }
        exposure
    }

    fn indices(&self, asset: u8, now: u64) -> Indices {
        let index = |ray: u128| ray as f64 / RAY as f64;
        let Ok(reserve) = self.market.reserve(ReserveId(asset)) else {
            return Indices { collateral: 0.0, debt: 0.0 };
        };
        let state = reserve.state();
        Indices {
            collateral: state.income_index(now).unwrap_or_else(|_| index(state.liquidity_index_ray)),
            debt: state.debt_index(now).unwrap_or_else(|_| index(state.variable_borrow_index_ray)),
        }
    }

    fn totals_and_rates(&self, asset: u8, now: u64) -> (AssetTotals, YearlyRates) {
        let rates = self.market.reserve(ReserveId(asset)).map_or_else(
            |_| YearlyRates::default(),
            |reserve| {
                let rate = |ray: u128| ray as f64 / RAY as f64;
                let state = reserve.state();
                YearlyRates { borrow: rate(state.variable_borrow_rate_ray), supply: rate(state.liquidity_rate_ray) }
            },
        );
        (self.totals(asset, now), rates)
    }

    fn threshold(&self, asset: u8) -> f64 {
        let bps = |reserve: &Reserve| reserve.params().collateral.liquidation_threshold_bps;
        self.market.reserve(ReserveId(asset)).map_or(0.0, |reserve| f64::from(bps(reserve)) / BPS as f64)
    }

    fn bonus(&self, collateral: u8) -> f64 {
        let Ok(reserve) = self.market.reserve(ReserveId(collateral)) else { return 0.0 };
        let own = reserve.params().collateral;
        let mode = self.market.emode(reserve.params().emode).filter(|_| reserve.params().emode != EModeId::NONE);
        let bps =
            mode.map_or(own.liquidation_bonus_bps, |mode| mode.liquidation_bonus_bps.max(own.liquidation_bonus_bps));
        (f64::from(bps) / BPS as f64 - 1.0).max(0.0)
    }

    /// Worths are counted in the oracle's 8 decimals.
    fn rounding_unit(&self, _unit_worths: &[f64]) -> f64 {
        1e-8
    }
}
