//! How many rewards come into being, and when.

/// How many rewards the contract creates, fixed when it is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emission {
    /// Smallest units of SUSHI that all pools together get in a block, before the bonus.
    pub sushi_per_block: u128,
    /// Only blocks after this one pay.
    pub start_block: u64,
    /// The last block that pays a bonus.
    pub bonus_end_block: u64,
    /// How many times as much a block with a bonus pays; [`Emission::BONUS_MULTIPLIER`] in the contract.
    pub bonus_multiplier: u64,
}

impl Emission {
    /// The contract's bonus.
    pub const BONUS_MULTIPLIER: u64 = 10;

    /// Returns for how many blocks without a bonus those after `from` up to `to` count. `from` is not after `to`.
    ///
    /// It fits: 2^64 - 1 blocks, each for at most 2^64 - 1.
    pub(super) fn multiplier(&self, from: u64, to: u64) -> u128 {
        let bonus_blocks = to.min(self.bonus_end_block).saturating_sub(from);
        let plain_blocks = to - from - bonus_blocks;
        u128::from(bonus_blocks) * u128::from(self.bonus_multiplier) + u128::from(plain_blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_up_to_the_end_of_the_bonus_count_several_times() {
        let emission = Emission { sushi_per_block: 1, start_block: 0, bonus_end_block: 600, bonus_multiplier: 10 };
        for (from, to, multiplier) in [
            (590, 590, 0),
            (590, 599, 90),
            (590, 600, 100),
            (590, 601, 101),
            (599, 605, 15),
            (600, 601, 1),
            (600, 600, 0),
            (700, 705, 5),
        ] {
            assert_eq!(emission.multiplier(from, to), multiplier, "{from} to {to}");
        }
        let most = Emission { bonus_multiplier: u64::MAX, bonus_end_block: u64::MAX, ..emission };
        assert_eq!(most.multiplier(0, u64::MAX), u128::from(u64::MAX) * u128::from(u64::MAX));
    }
}
