//! The same iterations with all but products in 128 bits.
//!
//! Whatever does not fit makes the answer `None`; what fits here fits 256 bits too, so an answer is the contract's.

use super::{Invariant, MAX_STEPS};
use plimsoll_math::{U256, mul_div_down};

/// Amounts below this times each other times a precision of 100 fit 256 bits.
const HEADROOM_BITS: u32 = 124;

/// Returns the invariant's value, if nothing but products is wider than 128 bits.
#[inline]
pub(super) fn d<const N: usize>(curve: &Invariant<N>, scaled: &[u128; N]) -> Option<u128> {
    let coins = Invariant::<N>::COINS;
    let mut sum = 0_u128;
    let mut divisors = [0; N];
    for (x, divisor) in scaled.iter().zip(&mut divisors) {
        sum = sum.checked_add(*x)?;
        *divisor = x.checked_mul(coins)?.checked_add(curve.divisor_bias)?;
    }
    if sum == 0 {
        return Some(0);
    }
    let (ann, precision) = reduced(curve);
    let ann_sum = mul_div_down(ann, sum, precision).ok()?;
    let mut d = sum;
    for _ in 0..MAX_STEPS {
        let mut d_p = d;
        for divisor in divisors {
            d_p = mul_div_down(d_p, d, divisor).ok()?;
        }
        let factor = d_p.checked_mul(coins)?.checked_add(ann_sum)?;
        let divisor = mul_div_down(ann - precision, d, precision).ok()?;
        let divisor = d_p.checked_mul(coins + 1)?.checked_add(divisor)?;
        let next = mul_div_down(factor, d, divisor).ok()?;
        if next.abs_diff(d) <= 1 {
            return Some(next);
        }
        d = next;
    }
    (!curve.must_converge).then_some(d)
}

/// Returns a balance from the others, if nothing but products is wider than 128 bits.
#[inline]
pub(super) fn balance<const N: usize>(curve: &Invariant<N>, coin: usize, scaled: &[u128; N], d: u128) -> Option<u128> {
    let coins = Invariant::<N>::COINS;
    let (mut sum, mut c) = (0_u128, d);
    for (other, x) in scaled.iter().enumerate() {
        if other != coin {
            sum = sum.checked_add(*x)?;
            c = mul_div_down(c, d, x.checked_mul(coins)?).ok()?;
        }
    }
    if (c | d) >> HEADROOM_BITS != 0 {
        return None;
    }
    let (ann, precision) = reduced(curve);
    let mut product = U256::product(c, d);
    if precision != 1 {
        product = product.checked_mul(precision).ok()?;
    }
    let c = product.div_down(ann * coins).ok()?;
    let b = mul_div_down(d, precision, ann).ok()?.checked_add(sum)?;
    let mut y = d;
    for _ in 0..MAX_STEPS {
        let divisor = y.checked_mul(2)?.checked_add(b)?.checked_sub(d)?;
        let next = U256::product(y, y).checked_add(c).ok()?.div_down(divisor).ok()?.try_into_u128().ok()?;
        if next.abs_diff(y) <= 1 {
            return Some(next);
        }
        y = next;
    }
    (!curve.must_converge).then_some(y)
}

/// Returns `A n` and the precision that it is in, both divided by the precision if that leaves no rest: quotients of
/// their multiples stay the same.
#[inline]
fn reduced<const N: usize>(curve: &Invariant<N>) -> (u128, u128) {
    if curve.ann.is_multiple_of(curve.precision) {
        (curve.ann / curve.precision, 1)
    } else {
        (curve.ann, curve.precision)
    }
}
