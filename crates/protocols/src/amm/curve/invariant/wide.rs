//! The contracts' iterations as they are written, all in 256 bits.

use super::{Invariant, MAX_STEPS};
use crate::amm::curve::CurveError;
use plimsoll_math::U256;

/// Returns the invariant's value.
pub(super) fn d<const N: usize>(curve: &Invariant<N>, scaled: &[u128; N]) -> Result<u128, CurveError> {
    let coins = Invariant::<N>::COINS;
    let mut sum = U256::ZERO;
    for x in scaled {
        sum = sum.checked_add(*x)?;
    }
    if sum == U256::ZERO {
        return Ok(0);
    }
    let ann = U256::from(curve.ann);
    let ann_less_one = ann.checked_sub(curve.precision)?;
    let mut d = sum;
    for _ in 0..MAX_STEPS {
        let mut d_p = d;
        for x in scaled {
            let divisor = U256::product(*x, coins).checked_add(curve.divisor_bias)?;
            d_p = d_p.checked_mul(d)?.div_down(divisor)?;
        }
        let factor = ann.checked_mul(sum)?.div_down(curve.precision)?.checked_add(d_p.checked_mul(coins)?)?;
        let divisor = ann_less_one.checked_mul(d)?.div_down(curve.precision)?;
        let divisor = divisor.checked_add(d_p.checked_mul(coins + 1)?)?;
        let next = factor.checked_mul(d)?.div_down(divisor)?;
        if at_rest(next, d) {
            return Ok(next.try_into_u128()?);
        }
        d = next;
    }
    if curve.must_converge { Err(CurveError::NotConverged) } else { Ok(d.try_into_u128()?) }
}

/// Returns a balance from the others.
pub(super) fn balance<const N: usize>(
    curve: &Invariant<N>,
    coin: usize,
    scaled: &[u128; N],
    d: u128,
) -> Result<u128, CurveError> {
    let coins = Invariant::<N>::COINS;
    let mut sum = U256::ZERO;
    let mut c = U256::from(d);
    for (_, x) in scaled.iter().enumerate().filter(|(other, _)| *other != coin) {
        sum = sum.checked_add(*x)?;
        c = c.checked_mul(d)?.div_down(U256::product(*x, coins))?;
    }
    let c = c.checked_mul(d)?.checked_mul(curve.precision)?.div_down(U256::product(curve.ann, coins))?;
    let b = sum.checked_add(U256::product(d, curve.precision).div_down(curve.ann)?)?;
    let mut y = U256::from(d);
    for _ in 0..MAX_STEPS {
        let square = y.checked_mul(y)?;
        let divisor = y.checked_mul(2)?.checked_add(b)?.checked_sub(d)?;
        let next = square.checked_add(c)?.div_down(divisor)?;
        if at_rest(next, y) {
            return Ok(next.try_into_u128()?);
        }
        y = next;
    }
    if curve.must_converge { Err(CurveError::NotConverged) } else { Ok(y.try_into_u128()?) }
}

/// Returns whether two values differ by one at most.
fn at_rest(next: U256, last: U256) -> bool {
    let difference = next.max(last).checked_sub(next.min(last));
    difference.is_ok_and(|difference| difference <= U256::from(1))
}
