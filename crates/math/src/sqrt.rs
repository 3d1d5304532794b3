//! Integer square roots.

use super::mul_div::div_narrow;

/// Returns the square root of `high:low`, rounded **down**.
///
/// Newton's method from above. The start is right in its upper 64 bits, so one or two steps do.
pub fn sqrt_down(high: u128, low: u128) -> u128 {
    if high == 0 {
        return low.isqrt();
    }
    let shift = high.leading_zeros() & !1;
    let leading = high << shift | low >> 1 >> (127 - shift);
    let mut root = (leading.isqrt() << 64 | u128::from(u64::MAX)) >> (shift / 2);
    while high < root {
        let quotient = div_narrow(high, low, root).0;
        if quotient >= root {
            break;
        }
        root = quotient + (root - quotient) / 2;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_widest_square_has_the_widest_root() {
        assert_eq!(sqrt_down(u128::MAX, u128::MAX), u128::MAX);
        assert_eq!(sqrt_down(u128::MAX - 1, 1), u128::MAX);
        assert_eq!(sqrt_down(u128::MAX - 1, 0), u128::MAX - 1);
    }

    proptest! {
        #[test]
        fn the_root_is_the_greatest_whose_square_fits(high in any::<u128>(), low: u128, shift in 0u32..128) {
            let high = high >> shift;
            let root = sqrt_down(high, low);
            let square = root.carrying_mul(root, 0);
            prop_assert!((square.1, square.0) <= (high, low));
            if let Some(next) = root.checked_add(1) {
                let square = next.carrying_mul(next, 0);
                prop_assert!((square.1, square.0) > (high, low));
            }
        }
    }
}
