//! What the bank charges its borrowers.

use plimsoll_math::{BPS, MathError, mul_div_down};

/// Seconds of a year, as the contract counts them.
const YEAR_SECONDS: u128 = 365 * 24 * 60 * 60;

/// One percent, wad.
const PERCENT_WAD: u128 = 10_000_000_000_000_000;

/// How the interest rate follows from what is lent and what lies idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterestModel {
    /// `TripleSlopeModel`: 10 % a year while less than half is lent, then rising to 16.75 % at 95 %, then from 40 % to
    /// 43.75 %, and 100 % when all is lent.
    TripleSlope,
    /// `SimpleBankConfig`: always the same.
    Constant {
        /// Interest a second, wad.
        rate_per_second_wad: u128,
    },
}

impl InterestModel {
    /// Returns the interest per second, wad, rounded **down**, for `debt` lent and `idle` not lent.
    ///
    /// # Errors
    /// With three slopes: the bank is empty, so that no part of it is lent.
    pub fn rate_per_second_wad(self, debt: u128, idle: u128) -> Result<u128, MathError> {
        match self {
            Self::TripleSlope => Ok(triple_slope_per_year_wad(utilization_bps(debt, idle)?) / YEAR_SECONDS),
            Self::Constant { rate_per_second_wad } => Ok(rate_per_second_wad),
        }
    }
}

/// Returns the part that is lent, in basis points, rounded **down**.
fn utilization_bps(debt: u128, idle: u128) -> Result<u128, MathError> {
    let total = debt.checked_add(idle).ok_or(MathError::TooWide { bits: 129, fits: 128 })?;
    mul_div_down(debt, BPS, total)
}

/// Returns the interest per year, wad. The third slope starts above where the second ends, as in the contract.
fn triple_slope_per_year_wad(utilization_bps: u128) -> u128 {
    match utilization_bps {
        0..5_000 => 10 * PERCENT_WAD,
        5_000..9_500 => 10 * PERCENT_WAD + (utilization_bps - 5_000) * 15 * PERCENT_WAD / BPS,
        9_500..10_000 => 25 * PERCENT_WAD + (utilization_bps - 7_500) * 75 * PERCENT_WAD / BPS,
        _ => 100 * PERCENT_WAD,
    }
}
