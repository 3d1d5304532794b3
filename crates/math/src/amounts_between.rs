//! The amounts of two tokens that liquidity holds between two prices, and the liquidity that amounts make.
//!
//! Between the square roots `a < b`, liquidity `L` holds `L (1/a - 1/b)` of token 0 while the price is below the range
//! and `L (b - a)` of token 1 while it is above. The order in which two prices are given does not matter.

use super::{
    Amount, MathError, U256,
    mul_div_wide::div_limbs,
    sqrt_price::{SqrtPriceX96, times_2_96},
};

/// Returns the token 0 that `liquidity` holds between two prices, rounded **down**: what may be paid out.
///
/// # Errors
/// A price is zero, or the amount is too wide.
#[inline]
pub fn token_0_between_down<A: Amount>(a: SqrtPriceX96, b: SqrtPriceX96, liquidity: u128) -> Result<A, MathError> {
    let (lower, upper) = ordered(a, b);
    let (high, low) = match Fraction::narrow(lower, upper, liquidity) {
        Some(amount) => amount.quotient()?.0,
        None => times_2_96(liquidity).mul_div_wide_down(upper.distance(lower), upper)?.div_down(lower)?.into_halves(),
    };
    A::try_from_halves(high, low)
}

/// Returns the token 0 that `liquidity` holds between two prices, rounded **up**: what must be paid in.
///
/// # Errors
/// A price is zero, or the amount is too wide.
#[inline]
pub fn token_0_between_up<A: Amount>(a: SqrtPriceX96, b: SqrtPriceX96, liquidity: u128) -> Result<A, MathError> {
    let (lower, upper) = ordered(a, b);
    if let Some(amount) = Fraction::narrow(lower, upper, liquidity) {
        let (quotient, exact) = amount.quotient()?;
        return A::rounded_up(quotient, exact);
    }
    let (high, low) = times_2_96(liquidity).mul_div_wide_up(upper.distance(lower), upper)?.div_up(lower)?.into_halves();
    A::try_from_halves(high, low)
}

/// Returns whether an amount is at least [`token_0_between_up`], mostly without a division.
///
/// # Errors
/// A price is zero.
#[inline]
pub fn is_token_0_between_up<A: Amount>(
    amount: A,
    a: SqrtPriceX96,
    b: SqrtPriceX96,
    liquidity: u128,
) -> Result<bool, MathError> {
    let (lower, upper) = ordered(a, b);
    match (Fraction::narrow(lower, upper, liquidity), amount.into_halves()) {
        (Some(held), (0, amount)) => held.is_at_most(amount),
        (_, amount) => Ok(amount >= token_0_between_up::<U256>(a, b, liquidity)?.into_halves()),
    }
}

/// Returns the token 1 that `liquidity` holds between two prices, rounded **down**: what may be paid out.
///
/// # Errors
/// The amount is too wide.
#[inline]
pub fn token_1_between_down<A: Amount>(a: SqrtPriceX96, b: SqrtPriceX96, liquidity: u128) -> Result<A, MathError> {
    let ((high, low), _) = token_1_between(a, b, liquidity);
    A::try_from_halves(high, low)
}

/// Returns the token 1 that `liquidity` holds between two prices, rounded **up**: what must be paid in.
///
/// # Errors
/// The amount is too wide.
#[inline]
pub fn token_1_between_up<A: Amount>(a: SqrtPriceX96, b: SqrtPriceX96, liquidity: u128) -> Result<A, MathError> {
    let (quotient, exact) = token_1_between(a, b, liquidity);
    A::rounded_up(quotient, exact)
}

/// Returns the halves of `liquidity * |a - b| / 2^96`, which take at most 192 bits, and whether they are exact.
#[inline]
fn token_1_between(a: SqrtPriceX96, b: SqrtPriceX96, liquidity: u128) -> ((u128, u128), bool) {
    let (high, low) = a.distance(b).into_halves();
    let (lowest, carry) = low.carrying_mul(liquidity, 0);
    let (low, high) = u128::from(high).carrying_mul(liquidity, carry);
    ((high << 32 | low >> 96, low << 32 | lowest >> 96), lowest << 32 == 0)
}

/// Token 0 between two prices as a fraction, `liquidity * 2^96 * (upper - lower)` over `upper * lower`.
///
/// The contract divides by one price, rounds, divides by the other and rounds the same way again. That comes to the same
/// as rounding the whole fraction once.
struct Fraction {
    /// Four limbs, lowest first, of which the last is zero.
    numerator: [u128; 4],
    /// The upper and the lower half.
    denominator: (u128, u128),
}

impl Fraction {
    /// Returns the fraction, if the prices take 128 bits.
    #[inline]
    fn narrow(lower: SqrtPriceX96, upper: SqrtPriceX96, liquidity: u128) -> Option<Self> {
        let ((0, lower), (0, upper)) = (lower.into_halves(), upper.into_halves()) else { return None };
        let (low, high) = liquidity.carrying_mul(upper - lower, 0);
        let numerator = [low << 96, high << 96 | low >> 32, high >> 32, 0];
        let (low, high) = upper.carrying_mul(lower, 0);
        Some(Self { numerator, denominator: (high, low) })
    }

    /// Returns the quotient, rounded down, and whether it is exact.
    #[inline]
    fn quotient(&self) -> Result<((u128, u128), bool), MathError> {
        div_limbs(self.numerator, self.denominator)
    }

    /// Returns whether the fraction is at most an integer.
    #[inline]
    fn is_at_most(&self, amount: u128) -> Result<bool, MathError> {
        let (high, low) = self.denominator;
        if high | low == 0 {
            return Err(MathError::DivisionByZero);
        }
        let (lowest, carry) = amount.carrying_mul(low, 0);
        let (low, high) = amount.carrying_mul(high, carry);
        let [numerator_lowest, numerator_low, numerator_high, _] = self.numerator;
        Ok((numerator_high, numerator_low, numerator_lowest) <= (high, low, lowest))
    }
}

/// Returns the lower price, then the upper one.
#[inline]
fn ordered(a: SqrtPriceX96, b: SqrtPriceX96) -> (SqrtPriceX96, SqrtPriceX96) {
    if b < a { (b, a) } else { (a, b) }
}

/// Returns both tokens that `liquidity` holds between the prices `a` and `b` when the price is `current`, token 0
/// first, rounded **down**: `LiquidityAmounts.getAmountsForLiquidity` of v3-periphery.
///
/// # Errors
/// A price is zero.
pub fn amounts_for_liquidity_down(
    current: SqrtPriceX96,
    a: SqrtPriceX96,
    b: SqrtPriceX96,
    liquidity: u128,
) -> Result<(U256, U256), MathError> {
    let (lower, upper) = ordered(a, b);
    if current <= lower {
        return Ok((token_0_between_down(lower, upper, liquidity)?, U256::ZERO));
    }
    if current >= upper {
        return Ok((U256::ZERO, token_1_between_down(lower, upper, liquidity)?));
    }
    Ok((token_0_between_down(current, upper, liquidity)?, token_1_between_down(lower, current, liquidity)?))
}

/// Returns the greatest liquidity between the prices `a` and `b` that the amounts suffice for when the price is
/// `current`, rounded **down**: `LiquidityAmounts.getLiquidityForAmounts` of v3-periphery.
///
/// # Errors
/// A range is empty, or its liquidity wider than 128 bits.
pub fn liquidity_for_amounts_down(
    current: SqrtPriceX96,
    a: SqrtPriceX96,
    b: SqrtPriceX96,
    (amount_0, amount_1): (U256, U256),
) -> Result<u128, MathError> {
    let (lower, upper) = ordered(a, b);
    if current <= lower {
        return liquidity_for_token_0_down(lower, upper, amount_0);
    }
    if current >= upper {
        return liquidity_for_token_1_down(lower, upper, amount_1);
    }
    let by_0 = liquidity_for_token_0_down(current, upper, amount_0)?;
    Ok(by_0.min(liquidity_for_token_1_down(lower, current, amount_1)?))
}

/// Returns the liquidity that token 0 makes between two prices, rounded **down** twice, as v3-periphery does.
fn liquidity_for_token_0_down(lower: SqrtPriceX96, upper: SqrtPriceX96, amount: U256) -> Result<u128, MathError> {
    let product = U256::from(lower).mul_div_wide_down(upper, 1 << 96)?;
    amount.mul_div_wide_down(product, upper.distance(lower))?.try_into_u128()
}

/// Returns the liquidity that token 1 makes between two prices, rounded **down**.
fn liquidity_for_token_1_down(lower: SqrtPriceX96, upper: SqrtPriceX96, amount: U256) -> Result<u128, MathError> {
    amount.mul_div_wide_down(1 << 96, upper.distance(lower))?.try_into_u128()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqrt_price::tests::any_price;
    use proptest::prelude::*;

    const ETHER: u128 = 1_000_000_000_000_000_000;

    fn price(text: &str) -> SqrtPriceX96 {
        text.parse().unwrap()
    }

    /// Uniswap/v3-core@d8b1c635, `test/SqrtPriceMath.spec.ts`, `#getAmount0Delta` and `#getAmount1Delta`.
    #[test]
    fn liquidity_holds_the_published_amounts() {
        let (one, above) = (SqrtPriceX96::ONE, price("87150978765690771352898345369"));
        assert_eq!(token_0_between_up(one, above, ETHER), Ok(90_909_090_909_090_910_u128));
        assert_eq!(token_0_between_down(one, above, ETHER), Ok(90_909_090_909_090_909_u128));
        assert_eq!(token_1_between_up(one, above, ETHER), Ok(100_000_000_000_000_000_u128));
        assert_eq!(token_1_between_down(one, above, ETHER), Ok(99_999_999_999_999_999_u128));
        assert_eq!(token_0_between_up(one, above, 0), Ok(0_u128));
        let (low, high) = (
            price("2787593149816327892691964784081045188247552"),
            price("22300745198530623141535718272648361505980416"),
        );
        let up: u128 = token_0_between_up(low, high, ETHER).unwrap();
        assert_eq!(token_0_between_down(low, high, ETHER), Ok(up - 1));
    }

    #[test]
    fn a_price_of_zero_is_refused() {
        let zero = SqrtPriceX96::ZERO;
        let refused = Err(MathError::DivisionByZero);
        assert_eq!(token_0_between_down::<u128>(zero, SqrtPriceX96::ONE, 1), refused);
        assert_eq!(is_token_0_between_up(1_u128, zero, SqrtPriceX96::ONE, 1), Err(MathError::DivisionByZero));
        assert_eq!(token_1_between_down(zero, SqrtPriceX96::ONE, 7), Ok(7_u128));
    }

    /// Liquidity of every width.
    fn liquidity() -> impl Strategy<Value = u128> {
        (any::<u128>(), 0u32..128).prop_map(|(liquidity, shift)| liquidity >> shift)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        /// The contract's own order: one division, rounded, then the other.
        #[test]
        fn token_0_is_that_of_two_divisions(a in any_price(), b in any_price(), liquidity in liquidity()) {
            let (lower, upper) = (a.min(b), a.max(b));
            let distance = U256::from(upper).checked_sub(lower).unwrap();
            let held = times_2_96(liquidity);
            let down = held.mul_div_wide_down(distance, upper).unwrap().div_down(lower).unwrap();
            let up = held.mul_div_wide_up(distance, upper).unwrap().div_up(lower).unwrap();
            prop_assert_eq!(token_0_between_down(a, b, liquidity), Ok(down));
            prop_assert_eq!(token_0_between_up(a, b, liquidity), Ok(up));
            prop_assert_eq!(token_0_between_down(a, b, liquidity).ok(), down.try_into_u128().ok());
            prop_assert_eq!(token_0_between_up(a, b, liquidity).ok(), up.try_into_u128().ok());
        }

        #[test]
        fn an_amount_is_compared_as_if_it_were_divided(
            a in any_price(), b in any_price(), liquidity in liquidity(), other in liquidity(), by in -1i8..=1,
        ) {
            let up: U256 = token_0_between_up(a, b, liquidity).unwrap();
            let near = if by < 0 { up.checked_sub(1).unwrap_or(up) } else { up.wrapping_add(U256::from(u128::from(by > 0))) };
            for amount in [near, U256::from(other)] {
                prop_assert_eq!(is_token_0_between_up(amount, a, b, liquidity), Ok(amount >= up));
            }
        }

        /// Token 1 between two prices is the product over 2^96.
        #[test]
        fn token_1_is_exact(a in any_price(), b in any_price(), liquidity in liquidity()) {
            let distance = U256::from(a.max(b)).checked_sub(a.min(b)).unwrap();
            let down = distance.mul_div_wide_down(liquidity, 1 << 96).unwrap();
            let up = distance.mul_div_wide_up(liquidity, 1 << 96).unwrap();
            prop_assert_eq!(token_1_between_down(a, b, liquidity), Ok(down));
            prop_assert_eq!(token_1_between_up(a, b, liquidity), Ok(up));
            prop_assert_eq!(token_1_between_down(a, b, liquidity).ok(), down.try_into_u128().ok());
        }

        /// Liquidity made of amounts holds no more than they are.
        #[test]
        fn liquidity_costs_no_more_than_its_amounts(
            prices in (any_price(), any_price(), any_price()),
            offered in (any::<u64>(), any::<u64>()),
        ) {
            let (current, a, b) = prices;
            let (offered_0, offered_1) = (U256::from(u128::from(offered.0)), U256::from(u128::from(offered.1)));
            if let Ok(liquidity) = liquidity_for_amounts_down(current, a, b, (offered_0, offered_1)) {
                let (lower, upper) = (a.min(b), a.max(b));
                let at = current.clamp(lower, upper);
                prop_assert!(token_0_between_up::<U256>(at, upper, liquidity).unwrap() <= offered_0);
                prop_assert!(token_1_between_up::<U256>(lower, at, liquidity).unwrap() <= offered_1);
                let (back_0, back_1) = amounts_for_liquidity_down(current, a, b, liquidity).unwrap();
                prop_assert!(back_0 <= offered_0 && back_1 <= offered_1);
            }
        }
    }
}
