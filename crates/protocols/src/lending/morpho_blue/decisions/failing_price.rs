//! At which price a position fails, as one number that only its own calls change.
//!
//! A position of debt shares `s` and collateral `c` fails when `c * price * LLTV` is less than `s` times the price of a
//! debt share, but for rounding. So with `key = s / (c * LLTV)`, which interest and prices leave alone, positions fail
//! in the order of their keys, the greatest first, as `price / share price` falls.
//!
//! Rounding: the contract's debt is less than one unit above `s * share price`, and what the collateral carries less
//! than two units below `c * price * LLTV` (it rounds twice, and LLTV is below one). Both are whole numbers, so a
//! position is sure to hold if `c * price * LLTV` is two units or more above `s * share price`, and sure to fail if it
//! is below. In between, [`MarketState::health`] decides. Two units are a part `2 / (s * share price)` of the debt, so the
//! band is the narrower the greater the least debt that is asked for. The floats' own errors, twelve roundings at most,
//! are within the margin of one part in 2^48.

use crate::lending::morpho_blue::{MarketState, PRICE_SCALE, Position};
use plimsoll_math::{U256, WAD};

/// What the floats may be off, relatively.
const MARGIN: f64 = 1.0 / (1_u64 << 48) as f64;

/// Units by which rounding can decide against a position.
const ROUNDING_UNITS: f64 = 2.0;

/// Where keys are sure to hold and where they are sure to fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyLimits {
    /// A position whose key is this or less is healthy.
    pub holds_up_to: f64,
    /// A position whose key is greater is not.
    pub fails_above: f64,
}

impl MarketState {
    /// Returns the key that orders positions by the price at which they fail: debt shares per smallest unit of
    /// collateral times LLTV. It is zero without debt, and infinite without collateral.
    pub fn failing_key(&self, position: &Position) -> f64 {
        if position.borrow_shares == 0 {
            return 0.0;
        }
        position.borrow_shares as f64 * WAD as f64 / (position.collateral as f64 * self.lltv_wad as f64)
    }

    /// Returns between which keys the exact health must be asked at this price, of positions that owe at least
    /// `least_borrow_shares`. The state is that of the time: see [`crate::lending::morpho_blue::Market::state_at`].
    pub fn key_limits(&self, price_e36: U256, least_borrow_shares: u128) -> KeyLimits {
        let share_price = self.borrowed.share_price();
        let limit = price_e36.to_f64() / PRICE_SCALE as f64 / share_price;
        let least_debt = least_borrow_shares as f64 * share_price;
        KeyLimits {
            holds_up_to: limit / (1.0 + ROUNDING_UNITS / least_debt) * (1.0 - MARGIN),
            fails_above: limit * (1.0 + MARGIN),
        }
    }

    /// Returns the price at which a position of this key fails, in smallest units of the loan token per smallest unit
    /// of collateral: for decisions.
    pub fn failing_price(&self, key: f64) -> f64 {
        key * self.borrowed.share_price()
    }
}
