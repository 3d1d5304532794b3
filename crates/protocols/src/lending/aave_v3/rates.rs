//! The interest rates that follow from how much of a reserve is lent out: `DefaultReserveInterestRateStrategy`.

use super::ParamsError;
use plimsoll_math::{BPS, MathError, RAY, U256, ray, sum};

/// A yearly rate that rises with usage, slowly up to the optimal usage and steeply above it. All of it in rays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KinkedRate {
    /// The rate while nothing is lent out.
    pub base_ray: u128,
    /// What the rate gains up to the optimal usage.
    pub slope_1_ray: u128,
    /// What it gains from there until all is lent out.
    pub slope_2_ray: u128,
}

/// How rates follow from usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateStrategy {
    /// The part lent out at which the slope changes, ray.
    pub optimal_usage_ray: u128,
    /// What debts at the variable rate pay.
    pub variable: KinkedRate,
    /// What new debts at a stable rate would pay. The market lends at the variable rate only.
    pub stable: KinkedRate,
    /// What the stable rate gains as its part of all debts goes from optimal to whole, ray.
    pub stable_excess_offset_ray: u128,
    /// The part of all debts that may be at a stable rate before that gain sets in, ray.
    pub optimal_stable_share_ray: u128,
}

/// What is lent out of a reserve and what lies idle, in smallest units of its asset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lent {
    /// Not lent out.
    pub available: u128,
    /// Claims minted without the asset behind them, as bridges may.
    pub unbacked: u128,
    /// Debts at the variable rate.
    pub variable_debt: u128,
    /// Debts at stable rates.
    pub stable_debt: u128,
    /// What the latter pay on average, ray.
    pub average_stable_rate_ray: u128,
}

/// How much of a reserve is lent out, ray.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of what belongs to it and is there: it sets the borrowers' rate.
    pub borrow_ray: u128,
    /// Of what is owed to suppliers, unbacked claims included: it shares the interest among them.
    pub supply_ray: u128,
}

impl KinkedRate {
    /// Returns the rate at a usage, ray, each product and quotient rounded **half up**.
    ///
    /// # Errors
    /// The optimal usage is zero, or the rate is beyond `u128`.
    #[inline]
    pub fn at(&self, usage_ray: u128, optimal_usage_ray: u128) -> Result<u128, MathError> {
        if usage_ray > optimal_usage_ray {
            let most = RAY.checked_sub(optimal_usage_ray).ok_or(MathError::BelowZero)?;
            let excess = ray::ray_div_half_up(usage_ray - optimal_usage_ray, most)?;
            return sum(sum(self.base_ray, self.slope_1_ray)?, ray::ray_mul_half_up(self.slope_2_ray, excess)?);
        }
        let gained = ray::ray_div_half_up(ray::ray_mul_half_up(self.slope_1_ray, usage_ray)?, optimal_usage_ray)?;
        sum(self.base_ray, gained)
    }
}

impl Lent {
    /// Returns how much is lent out, rounded **half up**; nothing while there is no debt.
    ///
    /// # Errors
    /// A sum is beyond `u128`.
    #[inline]
    pub fn usage(&self) -> Result<Usage, MathError> {
        let debt = sum(self.variable_debt, self.stable_debt)?;
        if debt == 0 {
            return Ok(Usage::default());
        }
        let backed = sum(self.available, debt)?;
        let borrow_ray = ray::ray_div_half_up(debt, backed)?;
        if self.unbacked == 0 {
            return Ok(Usage { borrow_ray, supply_ray: borrow_ray });
        }
        Ok(Usage { borrow_ray, supply_ray: ray::ray_div_half_up(debt, sum(backed, self.unbacked)?)? })
    }

    /// Returns what all debts pay on average, ray, rounded **half up**.
    ///
    /// # Errors
    /// A product is wider than 256 bits.
    #[inline]
    fn average_rate_ray(&self, variable_rate_ray: u128) -> Result<u128, MathError> {
        if self.variable_debt == 0 && self.stable_debt == 0 {
            return Ok(0);
        }
        let narrow = || {
            let debt = ray::wad_to_ray(self.variable_debt).ok().filter(|_| self.stable_debt == 0)?;
            ray::ray_div_half_up(ray::ray_mul_half_up(debt, variable_rate_ray).ok()?, debt).ok()
        };
        narrow().map_or_else(|| self.average_rate_wide(variable_rate_ray), Ok)
    }

    /// Returns the same for any mixture of debts, on 256 bits.
    #[cold]
    fn average_rate_wide(&self, variable_rate_ray: u128) -> Result<u128, MathError> {
        let weight = |debt: u128, rate_ray: u128| {
            let debt = ray::wide::wad_to_ray(debt.into())?;
            ray::wide::ray_mul_half_up(debt, rate_ray.into())
        };
        let variable = weight(self.variable_debt, variable_rate_ray)?;
        let paid = variable.checked_add(weight(self.stable_debt, self.average_stable_rate_ray)?)?;
        let debt = U256::from(self.variable_debt).checked_add(self.stable_debt)?;
        ray::wide::ray_div_half_up(paid, ray::wide::wad_to_ray(debt)?)?.try_into_u128()
    }
}

impl RateStrategy {
    /// Returns the variable rate at a usage, ray.
    ///
    /// # Errors
    /// The optimal usage is zero, or the rate is beyond `u128`.
    #[inline]
    pub fn variable_rate_ray(&self, usage: Usage) -> Result<u128, MathError> {
        self.variable.at(usage.borrow_ray, self.optimal_usage_ray)
    }

    /// Returns the rate at which a new stable debt would be, ray.
    ///
    /// # Errors
    /// The optimal usage is zero, or the rate is beyond `u128`.
    pub fn stable_rate_ray(&self, lent: &Lent, usage: Usage) -> Result<u128, MathError> {
        let rate = self.stable.at(usage.borrow_ray, self.optimal_usage_ray)?;
        if lent.stable_debt == 0 {
            return Ok(rate);
        }
        let share = ray::ray_div_half_up(lent.stable_debt, sum(lent.variable_debt, lent.stable_debt)?)?;
        let Some(excess) = share.checked_sub(self.optimal_stable_share_ray).filter(|excess| *excess > 0) else {
            return Ok(rate);
        };
        let most = RAY.checked_sub(self.optimal_stable_share_ray).ok_or(MathError::BelowZero)?;
        sum(rate, ray::ray_mul_half_up(self.stable_excess_offset_ray, ray::ray_div_half_up(excess, most)?)?)
    }

    /// Returns what suppliers get, ray: what debts pay on average, shared among all claims, less the reserve factor.
    ///
    /// # Errors
    /// The reserve factor is above 100 %, or the rate is beyond `u128`.
    #[inline]
    pub fn liquidity_rate_ray(
        lent: &Lent,
        usage: Usage,
        variable_rate_ray: u128,
        reserve_factor_bps: u16,
    ) -> Result<u128, MathError> {
        let kept_bps = BPS.checked_sub(reserve_factor_bps.into()).ok_or(MathError::BelowZero)?;
        let paid = ray::ray_mul_half_up(lent.average_rate_ray(variable_rate_ray)?, usage.supply_ray)?;
        ray::percent_mul_half_up(paid, kept_bps)
    }

    /// Refuses what the contract's constructor refuses, and an optimal usage of zero, with which no reserve could take
    /// its first supply.
    pub(super) fn check(&self) -> Result<(), ParamsError> {
        if self.optimal_usage_ray == 0 || self.optimal_usage_ray > RAY {
            return Err(ParamsError::OptimalUsage { optimal_usage_ray: self.optimal_usage_ray });
        }
        if self.optimal_stable_share_ray > RAY {
            return Err(ParamsError::OptimalStableShare { share_ray: self.optimal_stable_share_ray });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PERCENT: u128 = RAY / 100;

    /// `rateStrategyStableTwo` of the contracts' test market.
    fn strategy() -> RateStrategy {
        let kinked = |base, slope_1| KinkedRate {
            base_ray: base * PERCENT,
            slope_1_ray: slope_1 * PERCENT,
            slope_2_ray: 75 * PERCENT,
        };
        RateStrategy {
            optimal_usage_ray: 80 * PERCENT,
            variable: kinked(0, 4),
            stable: kinked(6, 2),
            stable_excess_offset_ray: 5 * PERCENT,
            optimal_stable_share_ray: 20 * PERCENT,
        }
    }

    /// Returns the rates of claims, of stable and of variable debts, with the test market's reserve factor of 10 %.
    fn rates(lent: Lent) -> [u128; 3] {
        let (strategy, usage) = (strategy(), lent.usage().unwrap());
        let variable = strategy.variable_rate_ray(usage).unwrap();
        let liquidity = RateStrategy::liquidity_rate_ray(&lent, usage, variable, 1_000).unwrap();
        [liquidity, strategy.stable_rate_ray(&lent, usage).unwrap(), variable]
    }

    /// aave/aave-v3-core@724a9ef, `test-suites/rate-strategy.spec.ts`: the seven mixtures and the rates it expects.
    #[test]
    fn answers_as_the_contracts_own_suite_expects() {
        let tenths = RAY / 10_000_000_000;
        let half = Lent {
            variable_debt: 4 * tenths,
            stable_debt: 4 * tenths,
            average_stable_rate_ray: 10 * PERCENT,
            ..Lent::default()
        };
        let most = Lent { available: 2 * tenths, variable_debt: 8 * tenths, ..Lent::default() };
        let expected = [
            (Lent::default(), [0, 6 * PERCENT, 0]),
            (most, [288 * PERCENT / 100, 8 * PERCENT, 4 * PERCENT]),
            (
                Lent { variable_debt: 10 * tenths, ..Lent::default() },
                [7_110 * PERCENT / 100, 83 * PERCENT, 79 * PERCENT],
            ),
            (half, [4_005 * PERCENT / 100, 84_875 * PERCENT / 1_000, 79 * PERCENT]),
            (Lent { unbacked: 6 * tenths, ..most }, [180 * PERCENT / 100, 8 * PERCENT, 4 * PERCENT]),
            (
                Lent { unbacked: 8 * tenths * 124 - 2 * tenths, ..most },
                [288 * PERCENT / 10_000, 8 * PERCENT, 4 * PERCENT],
            ),
            (
                Lent { available: 99_200 * tenths, variable_debt: 800 * tenths, ..Lent::default() },
                [288 * PERCENT / 1_000_000, 602 * PERCENT / 100, 4 * PERCENT / 100],
            ),
        ];
        for (lent, rates_ray) in expected {
            assert_eq!(rates(lent), rates_ray, "{lent:?}");
        }
    }

    proptest! {
        #[test]
        fn the_average_of_one_rate_is_the_same_on_both_widths(
            variable_debt in 1u128..,
            shift in 0u32..127,
            rate in 0..100 * RAY,
        ) {
            let lent = Lent { variable_debt: (variable_debt >> shift).max(1), ..Lent::default() };
            prop_assert_eq!(lent.average_rate_ray(rate).ok(), lent.average_rate_wide(rate).ok());
        }

        #[test]
        fn more_lent_out_never_costs_less(available in 0u128..1 << 100, debt in 1u128..1 << 100, more in 0u128..1 << 90) {
            let rate = |debt| {
                let lent = Lent { available, variable_debt: debt, ..Lent::default() };
                strategy().variable_rate_ray(lent.usage().unwrap()).unwrap()
            };
            // The slopes' two roundings may differ by a unit where the usage does not.
            prop_assert!(rate(debt + more) + 1 >= rate(debt));
        }
    }
}
