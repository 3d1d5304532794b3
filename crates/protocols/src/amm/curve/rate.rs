//! From a coin's smallest units to the 18 decimals in which a pool counts, and back.

use super::CurveError;
use plimsoll_math::{MathError, WAD, mul_div_down, mul_div_up};

/// What a coin's smallest unit is worth in units of 18 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rate {
    /// A power of ten: a coin of fewer decimals.
    Multiplier(u128),
    /// The virtual price of another pool, in fixed point of 18 decimals: that pool's liquidity token.
    VirtualPriceWad(u128),
}

impl Rate {
    /// Returns the rate of a coin of that many decimals.
    pub(super) fn of_decimals(coin: usize, decimals: u8) -> Result<Self, CurveError> {
        let missing = 18_u8.checked_sub(decimals).ok_or(CurveError::TooManyDecimals { coin, decimals })?;
        Ok(Self::Multiplier(10_u128.pow(missing.into())))
    }

    /// Returns an amount in 18 decimals, rounded **down**. It must fit 128 bits.
    #[inline]
    pub(super) fn scale_down(self, amount: u128) -> Result<u128, MathError> {
        match self {
            Self::Multiplier(multiplier) => mul_div_down(amount, multiplier, 1),
            Self::VirtualPriceWad(price) => mul_div_down(amount, price, WAD),
        }
    }

    /// Returns an amount in 18 decimals, rounded **up**.
    pub(super) fn scale_up(self, amount: u128) -> Result<u128, MathError> {
        match self {
            Self::Multiplier(multiplier) => mul_div_down(amount, multiplier, 1),
            Self::VirtualPriceWad(price) => mul_div_up(amount, price, WAD),
        }
    }

    /// Returns what an amount in 18 decimals is in smallest units, rounded **down**.
    #[inline]
    pub(super) fn unscale_down(self, scaled: u128) -> Result<u128, MathError> {
        match self {
            Self::Multiplier(multiplier) => scaled.checked_div(multiplier).ok_or(MathError::DivisionByZero),
            Self::VirtualPriceWad(price) => mul_div_down(scaled, WAD, price),
        }
    }
}
