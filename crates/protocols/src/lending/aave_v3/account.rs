//! What a position is worth and how healthy it is, from prices that the caller brings.

use super::{
    AaveError, CollateralParams, EModeId, Market, Reserve, ReserveId, ReserveState, UserId, UserPosition,
    interest::Interest,
};
use plimsoll_math::{MathError, RayAmount, U256, WAD};

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

    /// Returns the health of a debt against collateral, both in base units, that may be liquidated from a part of its
    /// worth on. The part and the quotient are rounded **half up**.
    #[inline]
    fn of<A: RayAmount>(collateral_base: A, threshold_bps: u128, debt_base: A) -> Result<Self, MathError> {
        if debt_base == A::ZERO {
            return Ok(Self::NO_DEBT);
        }
        collateral_base.percent_mul_half_up(threshold_bps)?.wad_div_half_up(debt_base).map(Self)
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

/// What a position is worth. Base units are those of the prices: 10^-8 of a dollar, mostly. Worths are as wide as the
/// contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountData {
    /// Worth of the claims used as collateral, in base units, each rounded **down**.
    pub collateral_base: U256,
    /// Worth of the debts, in base units, each rounded **down**.
    pub debt_base: U256,
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
        collateral_base: U256::ZERO,
        debt_base: U256::ZERO,
        ltv_bps: 0,
        liquidation_threshold_bps: 0,
        health_factor: HealthFactor::NO_DEBT,
        has_zero_ltv_collateral: false,
    };

    /// Returns what may still be borrowed, in base units: the limit, rounded **half up**, less the debt.
    ///
    /// # Errors
    /// The limit times 10,000 is wider than 256 bits, where the contract reverts too.
    pub fn available_borrows_base(&self) -> Result<U256, MathError> {
        let limit_base = self.collateral_base.percent_mul_half_up(self.ltv_bps)?;
        Ok(limit_base.checked_sub(self.debt_base).unwrap_or(U256::ZERO))
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
#[derive(Debug)]
struct Sums<A> {
    collateral_base: A,
    debt_base: A,
    ltv_weighted: A,
    threshold_weighted: A,
    has_zero_ltv_collateral: bool,
}

impl<A: RayAmount> Sums<A> {
    const NONE: Self = Self {
        collateral_base: A::ZERO,
        debt_base: A::ZERO,
        ltv_weighted: A::ZERO,
        threshold_weighted: A::ZERO,
        has_zero_ltv_collateral: false,
    };

    /// Counts a claim that is used as collateral.
    #[inline]
    fn add_collateral(&mut self, worth_base: A, reserve: &Reserve, limits: CollateralParams) -> Result<(), MathError> {
        let weighted = |bps: u16| worth_base.times(bps.into());
        self.collateral_base = self.collateral_base.plus(worth_base)?;
        self.threshold_weighted = self.threshold_weighted.plus(weighted(limits.liquidation_threshold_bps)?)?;
        if reserve.params().collateral.ltv_bps == 0 {
            self.has_zero_ltv_collateral = true;
        } else {
            self.ltv_weighted = self.ltv_weighted.plus(weighted(limits.ltv_bps)?)?;
        }
        Ok(())
    }

    /// Returns what follows from the sums.
    #[inline]
    fn finish(self) -> Result<AccountData, MathError> {
        let average = |weighted: A| weighted.quotient_down(self.collateral_base).unwrap_or(0);
        let liquidation_threshold_bps = average(self.threshold_weighted);
        Ok(AccountData {
            collateral_base: self.collateral_base.into(),
            debt_base: self.debt_base.into(),
            ltv_bps: average(self.ltv_weighted),
            liquidation_threshold_bps,
            health_factor: HealthFactor::of(self.collateral_base, liquidation_threshold_bps, self.debt_base)?,
            has_zero_ltv_collateral: self.has_zero_ltv_collateral,
        })
    }
}

impl Market {
    /// Returns what a user's position is worth at a time, and its health.
    ///
    /// # Errors
    /// There is no such user, a price is missing, the time is before a reserve's last update, or a number is wider than
    /// 256 bits, where the contract reverts too.
    #[inline]
    pub fn account_data(&self, user: UserId, prices: &[u128], now: u64) -> Result<AccountData, AaveError> {
        self.evaluate(self.position(user)?, None, prices, now)
    }

    /// Returns what a position is worth, whether or not it is one of the market's. A reserve of which the call has
    /// counted the interest already is `fresh`.
    ///
    /// Nearly all positions fit 128 bits; one that does not, for one of its reserves, is reckoned on 256.
    #[inline]
    pub(super) fn evaluate(
        &self,
        position: &UserPosition,
        fresh: Option<(ReserveId, &ReserveState)>,
        prices: &[u128],
        now: u64,
    ) -> Result<AccountData, AaveError> {
        widened(self.evaluate_on::<u128>(position, fresh, prices, now), || {
            self.evaluate_wide(position, fresh, prices, now)
        })
    }

    /// Returns the same on 256 bits, out of the way of those who fit 128.
    #[cold]
    #[inline(never)]
    fn evaluate_wide(
        &self,
        position: &UserPosition,
        fresh: Option<(ReserveId, &ReserveState)>,
        prices: &[u128],
        now: u64,
    ) -> Result<AccountData, AaveError> {
        self.evaluate_on::<U256>(position, fresh, prices, now)
    }

    /// Returns the same on numbers of one width.
    #[inline]
    pub(super) fn evaluate_on<A: Interest>(
        &self,
        position: &UserPosition,
        fresh: Option<(ReserveId, &ReserveState)>,
        prices: &[u128],
        now: u64,
    ) -> Result<AccountData, AaveError> {
        let mut sums = Sums::<A>::NONE;
        for leg in position.legs().iter().filter(|leg| leg.flag()) {
            let reserve = self.reserve(leg.reserve())?;
            let price = price_of(prices, leg.reserve())?;
            let state = match fresh {
                Some((id, state)) if id == leg.reserve() => state,
                _ => reserve.state(),
            };
            if leg.is_debt() {
                let owed: A = state.debt(leg.scaled(), now)?;
                sums.debt_base = sums.debt_base.plus(owed.mul_div_down(price, reserve.unit())?)?;
            } else if reserve.params().collateral.liquidation_threshold_bps > 0 {
                let claim: A = state.claim(leg.scaled(), now)?;
                let limits = self.collateral_limits(position.emode(), reserve);
                sums.add_collateral(claim.mul_div_down(price, reserve.unit())?, reserve, limits)?;
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

/// Returns what was reckoned on 128 bits, or, if that is too narrow, what the contract's 256 give.
#[inline]
pub(super) fn widened<T>(
    narrow: Result<T, AaveError>,
    wide: impl FnOnce() -> Result<T, AaveError>,
) -> Result<T, AaveError> {
    match narrow {
        Err(AaveError::Math(MathError::TooWide { .. })) => wide(),
        reckoned => reckoned,
    }
}

/// Returns the price of a whole token of a reserve's asset, in base units.
#[inline]
pub(super) fn price_of(prices: &[u128], reserve: ReserveId) -> Result<u128, AaveError> {
    prices.get(usize::from(reserve.0)).copied().ok_or(AaveError::NoPrice { reserve })
}
