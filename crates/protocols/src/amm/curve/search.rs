//! The least amount that does.

/// Returns the least amount above zero that is `enough`, if whatever is more than enough is enough too.
///
/// Looks around `start` first, in steps that double, so a good start costs few questions.
pub(super) fn least_that(start: u128, enough: impl Fn(u128) -> bool) -> Option<u128> {
    let (mut too_little, mut plenty) = bracket(start.max(1), &enough)?;
    while plenty - too_little > 1 {
        let between = too_little + (plenty - too_little) / 2;
        if enough(between) {
            plenty = between;
        } else {
            too_little = between;
        }
    }
    Some(plenty)
}

/// Returns an amount that is too little, or zero, and a greater one that is enough.
fn bracket(start: u128, enough: impl Fn(u128) -> bool) -> Option<(u128, u128)> {
    let (mut edge, mut step) = (start, 1_u128);
    if enough(start) {
        loop {
            let lower = edge.saturating_sub(step);
            if lower == 0 || !enough(lower) {
                return Some((lower, edge));
            }
            edge = lower;
            step = step.saturating_mul(2);
        }
    }
    loop {
        let upper = edge.checked_add(step)?;
        if enough(upper) {
            return Some((edge, upper));
        }
        edge = upper;
        step = step.checked_mul(2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_enough_of_nothing() {
        assert_eq!(least_that(7, |_| false), None);
        assert_eq!(least_that(0, |_| true), Some(1));
        assert_eq!(least_that(u128::MAX, |amount| amount == u128::MAX), Some(u128::MAX));
    }

    proptest! {
        #[test]
        fn finds_the_edge_from_anywhere(edge in 1u128.., start: u128, shift in 0u32..128) {
            let edge = (edge >> shift).max(1);
            let found = least_that(start >> shift, |amount| amount >= edge);
            prop_assert!(found == Some(edge) || found.is_none() && edge > u128::MAX / 2);
        }
    }
}
