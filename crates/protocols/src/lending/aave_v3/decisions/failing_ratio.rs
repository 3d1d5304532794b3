//! The one number that says when a simple position fails, to keep positions in its order.
//!
//! A position of one collateral and one debt has a health factor below one when
//!
//! ```text
//! value of a scaled unit of collateral     scaled debt
//! ------------------------------------ < -------------------------------
//!    value of a scaled unit of debt       scaled collateral x threshold
//! ```
//!
//! The right side is the position's alone, and no price or interest moves it; the left side is the market's alone.
//! That is exact but for roundings. Let c and d be what a smallest unit of collateral and of debt is worth in base
//! units, and Y the debt's worth. Both amounts are rounded half up after interest (c/2 and d/2), both worths down (1
//! each), the weighted collateral half up (1/2): on either side of the truth together at most `(c + d + 3) / 2` base
//! units. The health factor's own rounding adds half a unit of a wad, and the floats here at most 22 roundings of
//! 2^-53. So where the two sides are further apart than [`PriceRatio::slack`], relative to the right one, the health
//! factor is on the same side of one. For assets with many decimals the slack is about `1.5 / Y`: 1.5 in 10^8 for a
//! debt of one dollar.

use crate::lending::aave_v3::{
    AaveError, Market, ReserveId, ReserveState, UserId,
    account::{price_of, widened},
};
use plimsoll_math::{BPS, MathError, RAY, U256};

/// What floats and the health factor's own rounding add to the slack: 22 roundings of 2^-53 and half a unit of a wad.
const FLOAT_SLACK: f64 = 4e-15;

/// Below which price ratio a position of one collateral and one debt fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailingRatio {
    /// The reserve of the collateral.
    pub collateral: ReserveId,
    /// The reserve of the debt.
    pub debt: ReserveId,
    /// The ratio. Only the position's own calls and new reserve parameters change it.
    pub ratio: f64,
    /// The debt, scaled: what [`PriceRatio::slack`] depends on.
    pub scaled_debt: u128,
}

/// Where the prices and indices of two reserves stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriceRatio {
    /// What a scaled unit of collateral is worth in scaled units of debt.
    pub ratio: f64,
    /// What a scaled unit of debt is worth, in base units.
    scaled_debt_unit_base: f64,
    /// The most that roundings make up, in base units.
    rounding_base: f64,
}

impl Market {
    /// Returns the ratio below which a user's position fails: scaled debt over scaled and weighted collateral. None, if
    /// the user has not exactly one collateral that counts and one debt.
    ///
    /// # Errors
    /// There is no such user.
    pub fn failing_ratio(&self, user: UserId) -> Result<Option<FailingRatio>, AaveError> {
        let position = self.position(user)?;
        let (mut collateral, mut debt) = (None, None);
        for leg in position.legs().iter().filter(|leg| leg.flag() && leg.scaled() > 0) {
            let reserve = self.reserve(leg.reserve())?;
            let threshold_bps = self.collateral_limits(position.emode(), reserve).liquidation_threshold_bps;
            let counts = reserve.params.collateral.liquidation_threshold_bps > 0;
            let taken = match (leg.is_debt(), counts) {
                (true, _) => debt.replace((leg.reserve(), leg.scaled())).is_some(),
                (false, true) => collateral.replace((leg.reserve(), leg.scaled(), threshold_bps)).is_some(),
                (false, false) => false,
            };
            if taken {
                return Ok(None);
            }
        }
        let (Some((collateral, scaled_supply, threshold_bps)), Some((debt, scaled_debt))) = (collateral, debt) else {
            return Ok(None);
        };
        let weighted = scaled_supply as f64 * f64::from(threshold_bps);
        let ratio = scaled_debt as f64 * BPS as f64 / weighted;
        Ok(Some(FailingRatio { collateral, debt, ratio, scaled_debt }))
    }

    /// Returns where the prices and indices of two reserves stand at a time.
    ///
    /// # Errors
    /// There is no such reserve, a price is missing or that of the debt is zero, or the time is before a last update.
    pub fn price_ratio(
        &self,
        collateral: ReserveId,
        debt: ReserveId,
        prices: &[u128],
        now: u64,
    ) -> Result<PriceRatio, AaveError> {
        let (of_collateral, of_debt) = (self.reserve(collateral)?, self.reserve(debt)?);
        let debt_price = price_of(prices, debt)?;
        if debt_price == 0 {
            return Err(MathError::DivisionByZero.into());
        }
        let unit_base = |price: u128, unit: u128| price as f64 / unit as f64;
        let collateral_unit_base = unit_base(price_of(prices, collateral)?, of_collateral.unit());
        let debt_unit_base = unit_base(debt_price, of_debt.unit());
        let scaled_unit_base = collateral_unit_base * of_collateral.state.income_index(now)?;
        let scaled_debt_unit_base = debt_unit_base * of_debt.state.debt_index(now)?;
        Ok(PriceRatio {
            ratio: scaled_unit_base / scaled_debt_unit_base,
            scaled_debt_unit_base,
            rounding_base: (collateral_unit_base + debt_unit_base + 3.0) / 2.0,
        })
    }
}

impl ReserveState {
    /// Returns what a scaled unit of claim is worth at a time, in smallest units, on whichever width it takes.
    pub(super) fn income_index(&self, now: u64) -> Result<f64, AaveError> {
        let narrow = self.income_index_ray::<u128>(now).map(|index_ray| index_ray as f64);
        let index_ray = widened(narrow.map_err(AaveError::from), || Ok(self.income_index_ray::<U256>(now)?.to_f64()));
        Ok(index_ray? / RAY as f64)
    }

    /// Returns what a scaled unit of debt stands for, likewise.
    pub(super) fn debt_index(&self, now: u64) -> Result<f64, AaveError> {
        let narrow = self.debt_index_ray::<u128>(now).map(|index_ray| index_ray as f64);
        let index_ray = widened(narrow.map_err(AaveError::from), || Ok(self.debt_index_ray::<U256>(now)?.to_f64()));
        Ok(index_ray? / RAY as f64)
    }
}

impl PriceRatio {
    /// Returns within which relative distance of its failing ratio the roundings decide about a position that owes so
    /// much, scaled. A greater debt has a smaller slack, so the slack of the least debt of many holds for all.
    pub fn slack(&self, scaled_debt: u128) -> f64 {
        self.rounding_base / (scaled_debt as f64 * self.scaled_debt_unit_base) + FLOAT_SLACK
    }

    /// Returns whether a position fails, if the ratios are far enough apart to tell without its health factor.
    pub fn tells(&self, position: &FailingRatio) -> Option<bool> {
        let slack = self.slack(position.scaled_debt);
        if self.ratio < position.ratio * (1.0 - slack) {
            Some(true)
        } else if self.ratio > position.ratio * (1.0 + slack) {
            Some(false)
        } else {
            None
        }
    }
}
