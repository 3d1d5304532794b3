//! Somebody's liquidity in a range, and what it earned.

use super::{FeeGrowth, V3Error, tick::add_delta};
use crate::amm::Amounts;

/// Liquidity in a range, and what it earned until its last change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// Units of liquidity.
    pub liquidity: u128,
    /// The fees per unit of liquidity in the range, as they stood at the last change.
    pub fee_growth_inside_last: FeeGrowth,
    /// What the owner can collect, in smallest units, modulo 2^128.
    pub tokens_owed: Amounts,
}

impl Position {
    /// Returns the position with `delta` more liquidity, once it is credited with the fees since its last change. They
    /// round **down** and wrap at 2^128, as in the contract.
    ///
    /// # Errors
    /// Nothing is to be changed on a position without liquidity, or its liquidity leaves the range of 128 bits.
    pub(super) fn updated(self, delta: i128, fee_growth_inside: FeeGrowth) -> Result<Self, V3Error> {
        if delta == 0 && self.liquidity == 0 {
            return Err(V3Error::NoPosition);
        }
        let liquidity = add_delta(self.liquidity, delta)?;
        let tokens_owed = self.owed_at(fee_growth_inside);
        Ok(Self { liquidity, fee_growth_inside_last: fee_growth_inside, tokens_owed })
    }

    /// Returns what the owner could collect after a change now.
    pub(super) fn owed_at(&self, fee_growth_inside: FeeGrowth) -> Amounts {
        let since = fee_growth_inside.wrapping_sub(self.fee_growth_inside_last);
        wrapping_sum(
            self.tokens_owed,
            Amounts {
                token_0: since.token_0.earned_wrapping(self.liquidity),
                token_1: since.token_1.earned_wrapping(self.liquidity),
            },
        )
    }
}

/// Returns the sums modulo 2^128: the contract trusts that nobody leaves so much uncollected.
#[inline]
pub(super) fn wrapping_sum(a: Amounts, b: Amounts) -> Amounts {
    Amounts { token_0: a.token_0.wrapping_add(b.token_0), token_1: a.token_1.wrapping_add(b.token_1) }
}
