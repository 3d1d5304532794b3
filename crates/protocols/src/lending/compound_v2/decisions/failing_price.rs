//! At which price ratio an account fails that has one collateral and one debt, as one number that only its own calls
//! change.
//!
//! Let the account hold `c` cTokens of collateral factor `f`, and owe `d`, its debt at a borrow index of one. It fails
//! when `c * f * exchange rate * price` of the collateral is less than `d * borrow index * price` of the debt, but for
//! rounding. So with `key = d / (c * f)`, which interest and prices leave alone, accounts of the same two markets fail
//! in the order of their keys, the greatest first, as the ratio of everything else falls.
//!
//! Rounding: let `x = f * exchange rate` as a mantissa, and `p`, `q` the prices of collateral and debt (mantissas too).
//! What a cToken carries is cut twice, which loses less than the part `1/x + 10^18/(x * p)` of it; the sum is cut
//! once, by less than one. The debt is cut to whole units and its worth once more: with `b = q * debt / 10^18` its exact
//! worth, the contract's is above `b * (1 - 1/debt - 1/b)`. So an account is sure to have no shortfall where even the
//! collateral cut this way exceeds the debt's exact worth by one, and sure to have one where the exact collateral is no
//! more than the debt cut that way. In between, [`Comptroller::account_liquidity_at`] decides. The parts shrink
//! with the debt, so the band is the narrower the greater the least debt that is asked for. The floats' own errors,
//! fewer than sixteen roundings, are within the margin of one part in 2^48.

use crate::AccountId;
use crate::lending::compound_v2::{CompoundError, Comptroller, MarketId, MarketState};
use plimsoll_math::WAD;

/// What the floats may be off, relatively.
const MARGIN: f64 = 1.0 / (1_u64 << 48) as f64;

/// The number one as a mantissa.
const ONE: f64 = WAD as f64;

/// Where an account with one collateral and one debt stands in the order of failing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailingKey {
    /// The market of its collateral.
    pub collateral: MarketId,
    /// The market of its debt.
    pub debt: MarketId,
    /// Debt at a borrow index of one, per cToken and collateral factor, smallest unit for smallest unit.
    pub key: f64,
    /// That debt, in smallest units.
    pub scaled_debt: f64,
}

/// Where keys are sure to hold and where they are sure to fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyLimits {
    /// An account whose key is this or less has no shortfall.
    pub holds_up_to: f64,
    /// An account whose key is greater has one.
    pub fails_above: f64,
}

impl Comptroller {
    /// Returns where an account stands in the order of failing; none if it does not have one collateral and one debt,
    /// so that no single ratio decides.
    pub fn failing_key(&self, account: AccountId) -> Option<FailingKey> {
        let (mut collateral, mut debt) = (None, None);
        for id in self.entered.get(account).markets() {
            let (state, position) = (self.state(id).ok()?, self.position(id, account).ok()?);
            if position.tokens > 0 && state.params.collateral_factor_wad > 0 {
                let carried = position.tokens as f64 * state.params.collateral_factor_wad as f64 / ONE;
                alone(&mut collateral, (id, carried))?;
            }
            if position.principal > 0 {
                let scaled = position.principal as f64 * ONE / position.interest_index_wad as f64;
                alone(&mut debt, (id, scaled))?;
            }
        }
        let ((collateral, carried), (debt, scaled_debt)) = (collateral?, debt?);
        Some(FailingKey { collateral, debt, key: scaled_debt / carried, scaled_debt })
    }

    /// Returns between which keys the exact liquidity must be asked at a block, of accounts with this collateral and
    /// this debt of at least `least_scaled_debt`.
    ///
    /// # Errors
    /// There is no such market, a market cannot count its interest, or a price is unknown.
    pub fn key_limits(
        &self,
        (collateral, debt): (MarketId, MarketId),
        prices: super::Prices<'_>,
        least_scaled_debt: f64,
        block: u64,
    ) -> Result<KeyLimits, CompoundError> {
        let (collateral_price, debt_price) = (prices.of(collateral)? as f64, prices.of(debt)? as f64);
        let collateral = self.state_at(collateral, block)?;
        let debt = self.state_at(debt, block)?;
        let exchange_rate = collateral.exchange_rate_wad()?.to_f64();
        let limit = exchange_rate * collateral_price / (debt.growth() * ONE * debt_price);
        let carried = collateral.params.collateral_factor_wad as f64 * exchange_rate / ONE;
        let cut = 1.0 / carried + ONE / (carried * collateral_price);
        let least_debt = least_scaled_debt * debt.growth();
        let least_worth = least_debt * debt_price / ONE;
        let debt_cut = 1.0 / least_debt + 1.0 / least_worth;
        let holds_up_to = limit * (1.0 - cut).max(0.0) / (1.0 + 1.0 / least_worth) * (1.0 - MARGIN);
        let fails_above = if debt_cut < 1.0 { limit / (1.0 - debt_cut) * (1.0 + MARGIN) } else { f64::INFINITY };
        Ok(KeyLimits { holds_up_to, fails_above })
    }
}

impl MarketState {
    /// Returns how a debt of one has grown since the beginning.
    fn growth(&self) -> f64 {
        self.borrow_index_wad as f64 / ONE
    }
}

/// Fills an empty place; there is none if it is taken.
fn alone<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}
