//! The base fee's own rule: EIP-1559, in exact integers.

use bevy_ecs::prelude::{Res, ResMut, Resource};
use plimsoll_math::mul_div_down;

use super::state::ChainState;

/// How the base fee follows from the block before (EIP-1559).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Resource)]
pub struct Eip1559 {
    /// Gas per block at which the fee stays.
    pub target: u64,
    /// The fee moves by at most 1 / this from an empty block; 8 on Ethereum.
    pub change_denominator: u64,
}

impl Eip1559 {
    /// Returns the next block's base fee after a block that cost `base_fee` and used `gas`, in the native token's
    /// smallest units per unit of gas. The change is rounded **down**, and a rise is at least 1, as in the rule.
    pub fn next(self, base_fee: u128, gas: u64) -> u128 {
        let change = |gas: u64| {
            let of_target = mul_div_down(base_fee, gas.into(), self.target.into()).unwrap_or(u128::MAX);
            of_target / u128::from(self.change_denominator)
        };
        match gas.checked_sub(self.target) {
            Some(0) => base_fee,
            Some(above) => base_fee.saturating_add(change(above).max(1)),
            None => base_fee.saturating_sub(change(self.target - gas)),
        }
    }
}

/// Sets the base fee from what the block before used; the first block costs what the scenario says.
pub fn adjust_base_fee(rule: Res<Eip1559>, mut chain: ResMut<ChainState>) {
    let ChainState { clock, gas, .. } = &mut *chain;
    if clock.block > 0 {
        gas.base_fee = rule.next(gas.base_fee, gas.used + gas.background);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GWEI: u128 = 1_000_000_000;

    /// What the rule makes of each published case.
    fn answers(denominator: u64, cases: &[(u64, u128)]) -> Vec<u128> {
        let rule = Eip1559 { target: 10_000_000, change_denominator: denominator };
        cases.iter().map(|(gas, _)| rule.next(GWEI, *gas)).collect()
    }

    /// ethereum/go-ethereum@075748db, `consensus/misc/eip1559_test.go`, `TestCalcBaseFee`, with the cases of a full and of
    /// an empty block from a later version of that test (093658c7, `consensus/misc/eip1559/eip1559_test.go`): a gas limit of
    /// 20,000,000, twice the target.
    const PUBLISHED: [(u64, u128); 5] = [
        (10_000_000, 1_000_000_000),
        (9_000_000, 987_500_000),
        (11_000_000, 1_012_500_000),
        (20_000_000, 1_125_000_000),
        (0, 875_000_000),
    ];

    /// The later version's `TestCalcBaseFeeDelhi`, which is Polygon's: a denominator of 16.
    const PUBLISHED_16: [(u64, u128); 5] = [
        (10_000_000, 1_000_000_000),
        (9_000_000, 993_750_000),
        (11_000_000, 1_006_250_000),
        (20_000_000, 1_062_500_000),
        (0, 937_500_000),
    ];

    #[test]
    fn the_published_cases_come_out() {
        assert_eq!(answers(8, &PUBLISHED), PUBLISHED.map(|(_, fee)| fee));
        assert_eq!(answers(16, &PUBLISHED_16), PUBLISHED_16.map(|(_, fee)| fee));
    }

    #[test]
    fn another_denominator_does_not_pass_them() {
        assert_ne!(answers(16, &PUBLISHED), PUBLISHED.map(|(_, fee)| fee));
    }

    /// A rise is at least 1; a fall that rounds to nothing is none; what cannot be counted saturates.
    #[test]
    fn the_smallest_and_the_greatest_fees_stay_within_bounds() {
        let rule = Eip1559 { target: 10, change_denominator: 8 };
        assert_eq!((rule.next(0, 11), rule.next(7, 20), rule.next(7, 0)), (1, 8, 7));
        assert_eq!(rule.next(u128::MAX, 1_000), u128::MAX);
    }
}
