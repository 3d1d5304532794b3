//! Square roots of prices in binary fixed point, in which a Uniswap v3 pool states where it is, and how they move.

use std::{fmt, str::FromStr};

use thiserror::Error;

use super::{Amount, MathError, ParseU256Error, U256, mul_div_wide::mul_div};

/// The square root of a price, smallest units of token 1 per smallest unit of token 0, times 2^96.
///
/// It takes at most 160 bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SqrtPriceX96 {
    high: u32,
    low: u128,
}

impl SqrtPriceX96 {
    /// No price: what a pool has before its first.
    pub const ZERO: Self = Self::from_halves(0, 0);
    /// The square root of one.
    pub const ONE: Self = Self::from_halves(0, 1 << 96);

    /// Returns `high * 2^128 + low`.
    #[inline]
    pub(super) const fn from_halves(high: u32, low: u128) -> Self {
        Self { high, low }
    }

    /// Returns the upper 32 and the lower 128 bits.
    #[inline]
    pub(super) const fn into_halves(self) -> (u32, u128) {
        (self.high, self.low)
    }

    /// Returns the distance to another price.
    #[inline]
    pub(super) fn distance(self, other: Self) -> Self {
        let (upper, lower) = if self < other { (other, self) } else { (self, other) };
        let (low, borrowed) = upper.low.overflowing_sub(lower.low);
        Self { high: upper.high - lower.high - u32::from(borrowed), low }
    }

    /// Returns the price after a trader pays `amount` of token 0, net of the fee.
    ///
    /// Rounds **up**: the price falls less than exactly, so the pool never pays out too much.
    ///
    /// # Errors
    /// There is no price or no liquidity, or the amount is too great to be paid.
    #[inline]
    pub fn after_token_0_in<A: Amount>(self, liquidity: u128, amount: A) -> Result<Self, MathError> {
        self.check(liquidity)?;
        if amount == A::ZERO {
            return Ok(self);
        }
        let held = times_2_96(liquidity);
        if let Ok(denominator) = self.times(amount).and_then(|product| product.plus(held)) {
            return self.scaled_up(liquidity, denominator);
        }
        // The contract's way round a product beyond 256 bits. It loses precision, on the pool's side.
        let (high, low) = amount.into_halves();
        held.div_up(held.div_down(self)?.checked_add(U256::from_halves(high, low))?)?.try_into()
    }

    /// Returns the price after a trader takes `amount` of token 0.
    ///
    /// Rounds **up**: the price rises more than exactly, so the pool is paid enough.
    ///
    /// # Errors
    /// There is no price or no liquidity, the liquidity holds no more than the amount, or the price would be wider than
    /// 160 bits.
    #[inline]
    pub fn after_token_0_out<A: Amount>(self, liquidity: u128, amount: A) -> Result<Self, MathError> {
        self.check(liquidity)?;
        if amount == A::ZERO {
            return Ok(self);
        }
        self.scaled_up(liquidity, times_2_96(liquidity).minus(self.times(amount)?)?)
    }

    /// Returns the price after a trader pays `amount` of token 1, net of the fee.
    ///
    /// Rounds **down**: the price rises less than exactly, so the pool never pays out too much.
    ///
    /// # Errors
    /// There is no price or no liquidity, or the price would be wider than 160 bits.
    #[inline]
    pub fn after_token_1_in<A: Amount>(self, liquidity: u128, amount: A) -> Result<Self, MathError> {
        self.check(liquidity)?;
        let ((high, low), _) = mul_div(amount.into_halves(), (0, 1 << 96), (0, liquidity))?;
        U256::from_halves(high, low).plus(self.into())?.try_into()
    }

    /// Returns the price after a trader takes `amount` of token 1.
    ///
    /// Rounds **down**: the price falls more than exactly, so the pool is paid enough.
    ///
    /// # Errors
    /// There is no price or no liquidity, or the liquidity holds no more than the amount.
    #[inline]
    pub fn after_token_1_out<A: Amount>(self, liquidity: u128, amount: A) -> Result<Self, MathError> {
        self.check(liquidity)?;
        let (fall, exact) = mul_div(amount.into_halves(), (0, 1 << 96), (0, liquidity))?;
        let price = Self::try_from(U256::from(self).minus(U256::rounded_up(fall, exact)?)?)?;
        if price == Self::ZERO { Err(MathError::BelowZero) } else { Ok(price) }
    }

    /// Returns the price times an amount.
    #[inline]
    fn times(self, amount: impl Amount) -> Result<U256, MathError> {
        match (self.high, amount.into_halves()) {
            (0, (0, amount)) => Ok(U256::product(self.low, amount)),
            (_, (high, low)) => U256::from_halves(high, low).checked_mul(self),
        }
    }

    /// Returns the price times `liquidity * 2^96` over a denominator, rounded **up**.
    #[inline]
    fn scaled_up(self, liquidity: u128, denominator: U256) -> Result<Self, MathError> {
        let held = times_2_96(liquidity).into_halves();
        let (quotient, exact) = mul_div(held, (self.high.into(), self.low), denominator.into_halves())?;
        U256::rounded_up(quotient, exact)?.try_into()
    }

    /// Refuses to move without a price or liquidity.
    #[inline]
    fn check(self, liquidity: u128) -> Result<(), MathError> {
        if self == Self::ZERO || liquidity == 0 { Err(MathError::DivisionByZero) } else { Ok(()) }
    }
}

/// Returns `liquidity * 2^96`, which always fits.
#[inline]
pub(super) fn times_2_96(liquidity: u128) -> U256 {
    U256::from_halves(liquidity >> 32, liquidity << 96)
}

impl From<SqrtPriceX96> for U256 {
    #[inline]
    fn from(price: SqrtPriceX96) -> Self {
        Self::from_halves(price.high.into(), price.low)
    }
}

impl TryFrom<U256> for SqrtPriceX96 {
    type Error = MathError;

    #[inline]
    fn try_from(value: U256) -> Result<Self, MathError> {
        let (high, low) = value.into_halves();
        u32::try_from(high).map(|high| Self { high, low }).map_err(|_| MathError::TooWide { bits: 161, fits: 160 })
    }
}

impl fmt::Display for SqrtPriceX96 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&U256::from(*self), f)
    }
}

impl fmt::Debug for SqrtPriceX96 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is not a decimal integer below 2^160.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseSqrtPriceError {
    /// It is none below 2^256.
    #[error(transparent)]
    Integer(#[from] ParseU256Error),
    /// It is wider than 160 bits.
    #[error(transparent)]
    Width(#[from] MathError),
}

impl FromStr for SqrtPriceX96 {
    type Err = ParseSqrtPriceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse::<U256>()?.try_into()?)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        MAX_SQRT_PRICE, MIN_SQRT_PRICE, token_0_between_down, token_0_between_up, token_1_between_down,
        token_1_between_up,
    };
    use proptest::prelude::*;

    const ETHER: u128 = 1_000_000_000_000_000_000;

    fn price(text: &str) -> SqrtPriceX96 {
        text.parse().unwrap()
    }

    /// Uniswap/v3-core@d8b1c635, `test/SqrtPriceMath.spec.ts`, `#getNextSqrtPriceFromInput`.
    #[test]
    fn what_is_paid_moves_the_price_as_published() {
        let (one, tenth) = (SqrtPriceX96::ONE, ETHER / 10);
        assert_eq!(one.after_token_1_in(ETHER, tenth), Ok(price("87150978765690771352898345369")));
        assert_eq!(one.after_token_0_in(ETHER, tenth), Ok(price("72025602285694852357767227579")));
        assert_eq!(one.after_token_0_in(10 * ETHER, 1_u128 << 100), Ok(price("624999999995069620")));
        assert_eq!(one.after_token_0_in(ETHER / 10, U256::ZERO), Ok(one));
        assert_eq!(one.after_token_1_in(ETHER / 10, U256::ZERO), Ok(one));
        let half = U256::from_halves(1 << 127, 0);
        assert_eq!(price("1").after_token_0_in(1, half), Ok(price("1")));
        assert_eq!(one.after_token_0_in(1, half), Ok(price("1")));
        let greatest = SqrtPriceX96 { high: u32::MAX, low: u128::MAX };
        let paid = U256::MAX.checked_sub(times_2_96(u128::MAX).div_down(greatest).unwrap()).unwrap();
        assert_eq!(greatest.after_token_0_in(u128::MAX, paid), Ok(price("1")));
        assert!(greatest.after_token_1_in(1024, 1024_u128).is_err());
        for refused in [SqrtPriceX96::ZERO.after_token_1_in(1, tenth), price("1").after_token_0_in(0, tenth)] {
            assert_eq!(refused, Err(MathError::DivisionByZero));
        }
    }

    /// The same, `#getNextSqrtPriceFromOutput`.
    #[test]
    fn what_is_taken_moves_the_price_as_published() {
        let (one, tenth) = (SqrtPriceX96::ONE, ETHER / 10);
        assert_eq!(one.after_token_0_out(ETHER, tenth), Ok(price("88031291682515930659493278152")));
        assert_eq!(one.after_token_1_out(ETHER, tenth), Ok(price("71305346262837903834189555302")));
        let steep = price("20282409603651670423947251286016");
        for (taken, of_token_1) in [(4_u128, false), (5, false), (262_145, true), (262_144, true)] {
            let after =
                if of_token_1 { steep.after_token_1_out(1024, taken) } else { steep.after_token_0_out(1024, taken) };
            assert!(after.is_err(), "{taken}");
        }
        assert_eq!(steep.after_token_1_out(1024, 262_143_u128), Ok(price("77371252455336267181195264")));
        assert!(one.after_token_1_out(1, U256::MAX).is_err());
        assert!(one.after_token_0_out(1, U256::MAX).is_err());
    }

    /// The same, `swap computation`.
    #[test]
    fn a_product_of_prices_beyond_256_bits_is_no_matter() {
        let steep = price("1025574284609383690408304870162715216695788925244");
        let liquidity = 50_015_962_439_936_049_619_261_659_728_067_971_248;
        let after = steep.after_token_0_in(liquidity, 406_u128).unwrap();
        assert_eq!(after, price("1025574284609383582644711336373707553698163132913"));
        assert_eq!(token_0_between_up(after, steep, liquidity), Ok(406_u128));
    }

    #[test]
    fn reads_only_what_has_160_bits() {
        let greatest = "1461501637330902918203684832716283019655932542975";
        assert_eq!(price(greatest).to_string(), greatest);
        assert!("1461501637330902918203684832716283019655932542976".parse::<SqrtPriceX96>().is_err());
        assert!("-1".parse::<SqrtPriceX96>().is_err());
    }

    pub(crate) fn any_price() -> impl Strategy<Value = SqrtPriceX96> {
        (any::<u128>(), any::<u32>(), 0u32..128).prop_map(|(low, high, shift)| {
            let wide =
                SqrtPriceX96 { high: high.checked_shr(shift).unwrap_or(0), low: low >> shift.saturating_sub(32) };
            wide.clamp(MIN_SQRT_PRICE, MAX_SQRT_PRICE)
        })
    }

    proptest! {
        /// What a trader pays never moves the price further than it pays for.
        #[test]
        fn the_pool_is_paid_for_every_move(from in any_price(), liquidity in 1u128.., paid: u128, shift in 0u32..128) {
            let (liquidity, paid) = ((liquidity >> shift).max(1), U256::from(paid >> shift));
            let fallen = from.after_token_0_in(liquidity, paid).unwrap();
            prop_assert!(fallen <= from);
            if fallen > SqrtPriceX96::ZERO {
                prop_assert!(token_0_between_up::<U256>(fallen, from, liquidity).unwrap() <= paid);
            }
            if let Ok(risen) = from.after_token_1_in(liquidity, paid) {
                prop_assert!(risen >= from && token_1_between_up::<U256>(from, risen, liquidity).unwrap() <= paid);
            }
        }

        /// What a trader takes is never more than the move is worth.
        #[test]
        fn the_pool_gives_no_more_than_a_move(from in any_price(), liquidity in 1u128.., out: u128, shift in 0u32..128) {
            let (liquidity, out) = ((liquidity >> shift).max(1), U256::from(out >> shift));
            if let Ok(fallen) = from.after_token_1_out(liquidity, out) {
                prop_assert!(fallen <= from && token_1_between_down::<U256>(fallen, from, liquidity).unwrap() >= out);
            }
            if let Ok(risen) = from.after_token_0_out(liquidity, out) {
                prop_assert!(risen >= from && token_0_between_down::<U256>(from, risen, liquidity).unwrap() >= out);
            }
        }
    }
}
