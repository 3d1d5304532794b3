//! What borrowers are charged: the interest rate models.

use plimsoll_math::{MathError, WAD, mul_div_down, sum};

/// Blocks of a year, as the contracts count them: one in 15 seconds.
pub const BLOCKS_PER_YEAR: u128 = 2_102_400;

/// How the interest rate follows from utilisation: along one slope up to the kink, and along another above it. All
/// numbers are wad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterestModel {
    /// Interest per block while nothing is lent.
    base_per_block: u128,
    /// How much more at full utilisation, if there were no kink.
    multiplier_per_block: u128,
    /// The same above the kink.
    jump_multiplier_per_block: u128,
    /// Utilisation from which on the rate rises along the second slope.
    kink: u128,
}

impl InterestModel {
    /// Returns `JumpRateModelV2` as deployed, with [`BLOCKS_PER_YEAR`].
    ///
    /// # Errors
    /// As [`InterestModel::jump_rate_v2_of_blocks`].
    pub fn jump_rate_v2(
        base_per_year_wad: u128,
        multiplier_per_year_wad: u128,
        jump_multiplier_per_year_wad: u128,
        kink_wad: u128,
    ) -> Result<Self, MathError> {
        let per_year = [base_per_year_wad, multiplier_per_year_wad, jump_multiplier_per_year_wad];
        Self::jump_rate_v2_of_blocks(per_year, kink_wad, BLOCKS_PER_YEAR)
    }

    /// Returns `JumpRateModelV2` on a chain with so many blocks a year: the base and base plus multiplier a year at no utilisation and at the kink, then
    /// rising by the jump multiplier for all of utilisation. All are wad; each rounds **down** to a block.
    ///
    /// # Errors
    /// The kink or the number of blocks is zero, or a number is far too great.
    pub fn jump_rate_v2_of_blocks(
        [base_per_year_wad, multiplier_per_year_wad, jump_multiplier_per_year_wad]: [u128; 3],
        kink_wad: u128,
        blocks_per_year: u128,
    ) -> Result<Self, MathError> {
        let to_kink = blocks_per_year.checked_mul(kink_wad).ok_or(MathError::TooWide { bits: 129, fits: 128 })?;
        Ok(Self {
            multiplier_per_block: mul_div_down(multiplier_per_year_wad, WAD, to_kink)?,
            base_per_block: base_per_year_wad / blocks_per_year,
            jump_multiplier_per_block: jump_multiplier_per_year_wad / blocks_per_year,
            kink: kink_wad,
        })
    }

    /// Returns `WhitePaperInterestRateModel`: one slope, the multiplier for all of utilisation.
    pub fn white_paper(base_per_year_wad: u128, multiplier_per_year_wad: u128) -> Self {
        Self {
            base_per_block: base_per_year_wad / BLOCKS_PER_YEAR,
            multiplier_per_block: multiplier_per_year_wad / BLOCKS_PER_YEAR,
            jump_multiplier_per_block: 0,
            kink: u128::MAX,
        }
    }

    /// Returns the interest per block at this utilisation, wad, rounded **down**.
    ///
    /// # Errors
    /// It is beyond `u128`.
    pub fn borrow_rate_wad(&self, utilization_wad: u128) -> Result<u128, MathError> {
        let below = utilization_wad.min(self.kink);
        let rate = sum(mul_div_down(below, self.multiplier_per_block, WAD)?, self.base_per_block)?;
        match utilization_wad - below {
            0 => Ok(rate),
            above => sum(mul_div_down(above, self.jump_multiplier_per_block, WAD)?, rate),
        }
    }
}
