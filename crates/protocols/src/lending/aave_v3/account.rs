//! What a position is worth and how healthy it is, from prices that the caller brings.

use super::{AaveError, CollateralParams, EModeId, Market, Reserve, ReserveId, ReserveState, UserId, UserPosition};
use plimsoll_math::{
    MathError, U256, WAD,
    ray::{percent_mul_half_up, ray_mul_half_up, wad_div_half_up, wide},
    sum,
};

/// A position's health: its collateral, weighted by the liquidation thresholds, over its debt. A wad, as wide as the
/// contract's; without debt it is the greatest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HealthFactor(U256);

impl HealthFactor {
    /// The health of a position that owes nothing.
    pub const NO_DEBT: Self = Self(U256::MAX);

    /// Below it a position may be liquidated.
    pub const LIQUIDATION_THRESHOLD_WAD: u128 = WAD;

    /// At and below it all of a debt may be liquidated at once, above it half.
    pub const CLOSE_FACTOR_THRESHOLD_WAD: u128 = WAD / 100 * 95;

    /// Returns the health of a debt against weighted collateral, both in base units, rounded **half up**.
    #[inline]
    fn of(weighted_base: u128, debt_base: u128) -> Result<Self, MathError> {
        if debt_base == 0 {
            return Ok(Self::NO_DEBT);
        }
        let narrow = wad_div_half_up(weighted_base, debt_base).map(U256::from);
        narrow.or_else(|_| wide::wad_div_half_up(weighted_base.into(), debt_base.into())).map(Self)
    }

    /// Returns the health as a wad.
    #[inline]
    pub fn as_wad(self) -> U256 {
        self.0
    }

    /// Returns whether the position may be liquidated.
    #[inline]
    pub fn is_liquidatable(self) -> bool {
        self.0 < U256::from(Self::LIQUIDATION_THRESHOLD_WAD)
    }
}

/// What a position is worth. Base units are those of the prices: 10^-8 of a dollar, mostly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountData {
    /// Worth of the claims used as collateral, in base units, each rounded **down**.
    pub collateral_base: u128,
    /// Worth of the debts, in base units, each rounded **down**.
    pub debt_base: u128,
    /// The collateral's loan-to-value limit on average, in basis points, rounded **down**.
    pub ltv_bps: u128,
    /// The collateral's liquidation threshold on average, in basis points, rounded **down**.
    pub liquidation_threshold_bps: u128,
    /// The health that follows.
    pub health_factor: HealthFactor,
    /// Whether some collateral allows no loans; then no other collateral may be taken out while there is debt.
    pub has_zero_ltv_collateral: bool,
}

impl AccountData {
    /// What a position without collateral and debt is worth.
    pub const EMPTY: Self = Self {
        collateral_base: 0,
        debt_base: 0,
        ltv_bps: 0,
        liquidation_threshold_bps: 0,
        health_factor: HealthFactor::NO_DEBT,
        has_zero_ltv_collateral: false,
    };

    /// Returns what may still be borrowed, in base units: the limit, rounded **half up**, less the debt.
    ///
    /// # Errors
    /// The limit is beyond `u128`.
    pub fn available_borrows_base(&self) -> Result<u128, MathError> {
        Ok(percent_mul_half_up(self.collateral_base, self.ltv_bps)?.saturating_sub(self.debt_base))
    }

    /// Refuses a position that could be liquidated.
    pub(super) fn require_healthy(&self) -> Result<(), AaveError> {
        if self.health_factor.is_liquidatable() {
            return Err(AaveError::UnhealthyPosition { health_factor_wad: self.health_factor.as_wad() });
        }
        Ok(())
    }
}

/// The sums that an account's data come from.
#[derive(Debug, Default)]
struct Sums {
    collateral_base: u128,
    debt_base: u128,
    ltv_weighted: u128,
    threshold_weighted: u128,
    has_zero_ltv_collateral: bool,
}

impl Sums {
    /// Counts a claim that is used as collateral.
    #[inline]
    fn add_collateral(
        &mut self,
        worth_base: u128,
        reserve: &Reserve,
        limits: CollateralParams,
    ) -> Result<(), MathError> {
        let weighted = |bps: u16| worth_base.checked_mul(bps.into()).ok_or(MathError::TooWide { bits: 129, fits: 128 });
        self.collateral_base = sum(self.collateral_base, worth_base)?;
        self.threshold_weighted = sum(self.threshold_weighted, weighted(limits.liquidation_threshold_bps)?)?;
        if reserve.params().collateral.ltv_bps == 0 {
            self.has_zero_ltv_collateral = true;
        } else {
            self.ltv_weighted = sum(self.ltv_weighted, weighted(limits.ltv_bps)?)?;
        }
        Ok(())
    }

    /// Returns what follows from the sums.
    #[inline]
    fn finish(self) -> Result<AccountData, MathError> {
        let average = |weighted: u128| weighted.checked_div(self.collateral_base).unwrap_or(0);
        let liquidation_threshold_bps = average(self.threshold_weighted);
        let weighted_base = percent_mul_half_up(self.collateral_base, liquidation_threshold_bps)?;
        Ok(AccountData {
            collateral_base: self.collateral_base,
            debt_base: self.debt_base,
            ltv_bps: average(self.ltv_weighted),
            liquidation_threshold_bps,
            health_factor: HealthFactor::of(weighted_base, self.debt_base)?,
            has_zero_ltv_collateral: self.has_zero_ltv_collateral,
        })
    }
}

impl Market {
    /// Returns what a user's position is worth at a time, and its health.
    ///
    /// # Errors
    /// There is no such user, a price is missing, the time is before a reserve's last update, or a worth times 10,000
    /// is beyond `u128`.
    #[inline]
    pub fn account_data(&self, user: UserId, prices: &[u128], now: u64) -> Result<AccountData, AaveError> {
        self.evaluate(self.position(user)?, None, prices, now)
    }

    /// Returns what a position is worth, whether or not it is one of the market's. A reserve of which the call has
    /// counted the interest already is `fresh`.
    #[inline]
    pub(super) fn evaluate(
        &self,
        position: &UserPosition,
        fresh: Option<(ReserveId, &ReserveState)>,
        prices: &[u128],
        now: u64,
    ) -> Result<AccountData, AaveError> {
        let mut sums = Sums::default();
        for leg in position.legs().iter().filter(|leg| leg.flag()) {
            let reserve = self.reserve(leg.reserve())?;
            let price = price_of(prices, leg.reserve())?;
            let state = match fresh {
                Some((id, state)) if id == leg.reserve() => state,
                _ => reserve.state(),
            };
            if leg.is_debt() {
                let owed = ray_mul_half_up(leg.scaled(), state.normalized_debt_ray(now)?)?;
                sums.debt_base = sum(sums.debt_base, reserve.value_down(owed, price)?)?;
            } else if reserve.params().collateral.liquidation_threshold_bps > 0 {
                let claim = ray_mul_half_up(leg.scaled(), state.normalized_income_ray(now)?)?;
                let limits = self.collateral_limits(position.emode(), reserve);
                sums.add_collateral(reserve.value_down(claim, price)?, reserve, limits)?;
            }
        }
        Ok(sums.finish()?)
    }

    /// Returns how an asset counts as collateral of users in an efficiency mode: as the mode says, if it is of the mode.
    #[inline]
    pub(super) fn collateral_limits(&self, emode: EModeId, reserve: &Reserve) -> CollateralParams {
        let of_mode = if emode == reserve.params().emode { self.emode(emode) } else { None };
        of_mode.unwrap_or(reserve.params().collateral)
    }
}

/// Returns the price of a whole token of a reserve's asset, in base units.
#[inline]
pub(super) fn price_of(prices: &[u128], reserve: ReserveId) -> Result<u128, AaveError> {
    prices.get(usize::from(reserve.0)).copied().ok_or(AaveError::NoPrice { reserve })
}
