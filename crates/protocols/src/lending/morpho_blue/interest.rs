//! What borrowers are charged: the interest rate models.

use super::{MorphoError, Totals};
use plimsoll_math::{MathError, WAD, mul_div_down};

/// Seconds of a year, as the contracts count them.
pub const YEAR_SECONDS: u128 = 365 * 24 * 60 * 60;

/// How the interest rate follows from what is lent, and what the model remembers for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterestModel {
    /// No model: nothing is charged.
    Free,
    /// `IrmMock` of Morpho's own tests: a year costs as much of the debt as is lent of what was supplied.
    Utilization,
    /// `AdaptiveCurveIrm`.
    AdaptiveCurve(AdaptiveCurve),
}

impl InterestModel {
    /// Returns the average interest per second since `last_update`, wad, rounded **down**, and remembers what the
    /// next one depends on.
    ///
    /// # Errors
    /// Time runs backwards.
    pub fn borrow_rate_wad(
        &mut self,
        supplied: u128,
        borrowed: u128,
        last_update: u64,
        now: u64,
    ) -> Result<u128, MorphoError> {
        match self {
            Self::Free => Ok(0),
            Self::Utilization => Ok(utilization_wad(supplied, borrowed)? / YEAR_SECONDS),
            Self::AdaptiveCurve(curve) => curve.borrow_rate_wad(supplied, borrowed, last_update, now),
        }
    }
}

/// Returns the part of what is supplied that is lent, wad, rounded **down**; none of nothing.
///
/// # Errors
/// More is lent than was supplied, by a factor that does not fit.
pub fn utilization_wad(supplied: u128, borrowed: u128) -> Result<u128, MathError> {
    if supplied == 0 { Ok(0) } else { mul_div_down(borrowed, WAD, supplied) }
}

/// The number one, wad, with a sign.
const ONE_WAD: i128 = 1_000_000_000_000_000_000;
/// The part that should be lent, wad.
pub const TARGET_UTILIZATION_WAD: u128 = 900_000_000_000_000_000;
/// At full utilisation the rate is so many times that at the target, at none so small a part of it.
const CURVE_STEEPNESS: i128 = 4;
/// How fast the rate at the target grows per second at full utilisation, wad: by the factor e^50 in a year.
const ADJUSTMENT_SPEED_WAD: u128 = 50 * WAD / YEAR_SECONDS;
/// Rate at the target that a market begins with, per second, wad: 4 % a year.
pub const INITIAL_RATE_AT_TARGET_WAD: u128 = WAD / 25 / YEAR_SECONDS;
/// Least rate at the target, per second, wad: 0.1 % a year.
pub const MIN_RATE_AT_TARGET_WAD: u128 = WAD / 1_000 / YEAR_SECONDS;
/// Greatest rate at the target, per second, wad: 200 % a year.
pub const MAX_RATE_AT_TARGET_WAD: u128 = 2 * WAD / YEAR_SECONDS;

/// A curve through the rate at which nine tenths are lent, which rises while more is lent and falls while less is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AdaptiveCurve {
    /// Interest per second at the target, wad; zero before the first call.
    rate_at_target_wad: u128,
}

impl AdaptiveCurve {
    /// Returns the interest per second at the target, as of the last call, wad; zero before the first.
    pub fn rate_at_target_wad(&self) -> u128 {
        self.rate_at_target_wad
    }

    /// Returns the average interest per second since `last_update`, wad, and moves the curve. Each step rounds
    /// **towards zero**, as in the contract.
    ///
    /// # Errors
    /// Time runs backwards, or far more is lent than was supplied.
    pub fn borrow_rate_wad(
        &mut self,
        supplied: u128,
        borrowed: u128,
        last_update: u64,
        now: u64,
    ) -> Result<u128, MorphoError> {
        let error_wad = distance_to_target_wad(utilization_wad(supplied, borrowed)?)?;
        let start = self.rate_at_target_wad;
        let (average, end) = if start == 0 {
            (INITIAL_RATE_AT_TARGET_WAD, INITIAL_RATE_AT_TARGET_WAD)
        } else {
            let elapsed = now.checked_sub(last_update).ok_or(MorphoError::BeforeLastUpdate { now, last_update })?;
            adapted_wad(start, adaptation_wad(error_wad, elapsed)?)
        };
        let rate_wad = on_curve_wad(average, error_wad)?;

        self.rate_at_target_wad = end;
        Ok(rate_wad)
    }
}

/// Returns how far utilisation is from the target, wad: -1 where nothing is lent, 1 where all is. The contract divides
/// by the tenth above the target or the nine tenths below it, both wad, which comes to the same.
fn distance_to_target_wad(utilization_wad: u128) -> Result<i128, MathError> {
    let too_wide = MathError::TooWide { bits: 128, fits: 127 };
    let utilization_wad = i128::try_from(utilization_wad).map_err(|_| too_wide)?;
    let tenfold = (utilization_wad - TARGET_UTILIZATION_WAD.cast_signed()).checked_mul(10).ok_or(too_wide)?;
    Ok(if tenfold > 0 { tenfold } else { tenfold / 9 })
}

/// Returns by how much the logarithm of the rate at the target moves, wad. Beyond 127 bits it is cut off: the rate is
/// at its limit long before.
fn adaptation_wad(error_wad: i128, elapsed: u64) -> Result<i128, MathError> {
    let speed_wad = mul_div_down(ADJUSTMENT_SPEED_WAD, error_wad.unsigned_abs(), WAD)?;
    let adaptation_wad = speed_wad.saturating_mul(elapsed.into()).min(i128::MAX.unsigned_abs()).cast_signed();
    Ok(if error_wad < 0 { -adaptation_wad } else { adaptation_wad })
}

/// Returns the average rate at the target while it adapted, by the trapezoidal rule over two steps, and the last.
fn adapted_wad(start: u128, adaptation_wad: i128) -> (u128, u128) {
    if adaptation_wad == 0 {
        return (start, start);
    }
    let end = moved_rate_wad(start, adaptation_wad);
    let middle = moved_rate_wad(start, adaptation_wad / 2);
    ((start + end + 2 * middle) / 4, end)
}

/// Returns the rate at the target after it grew by the factor e^adaptation, within its limits.
fn moved_rate_wad(start: u128, adaptation_wad: i128) -> u128 {
    let moved = mul_div_down(start, exp_wad(adaptation_wad), WAD).unwrap_or(u128::MAX);
    moved.clamp(MIN_RATE_AT_TARGET_WAD, MAX_RATE_AT_TARGET_WAD)
}

/// Returns the rate of the curve at this distance from the target.
fn on_curve_wad(rate_at_target_wad: u128, error_wad: i128) -> Result<u128, MathError> {
    let steeper_wad = error_wad.checked_mul(CURVE_STEEPNESS - 1).ok_or(MathError::TooWide { bits: 128, fits: 127 })?;
    let factor_wad = ONE_WAD + if error_wad < 0 { steeper_wad / CURVE_STEEPNESS } else { steeper_wad };
    mul_div_down(factor_wad.unsigned_abs(), rate_at_target_wad, WAD)
}

/// Returns e^x by the contract's approximation, both wad: a power of two times a polynomial of the second degree.
///
/// What is beyond 128 bits is 2^128 - 1. The contract goes on to 5.8e58, but a rate at the target, at least
/// [`MIN_RATE_AT_TARGET_WAD`], is beyond its limit with either.
pub(super) fn exp_wad(x: i128) -> u128 {
    /// ln 2.
    const LN_2_WAD: i128 = 693_147_180_559_945_309;
    /// ln 1e-18: below, the result is zero.
    const LN_WEI_WAD: i128 = -41_446_531_673_892_822_312;
    /// From here on the contract's result is constant.
    const UPPER_BOUND_WAD: i128 = 93_859_467_695_000_404_319;
    if x < LN_WEI_WAD {
        return 0;
    }
    if x >= UPPER_BOUND_WAD {
        return u128::MAX;
    }
    let nearer = if x < 0 { x - LN_2_WAD / 2 } else { x + LN_2_WAD / 2 };
    // Within some hours there is nothing to divide.
    let power = if nearer.abs() < LN_2_WAD { 0 } else { nearer / LN_2_WAD };
    let rest = x - power * LN_2_WAD;
    let exp_rest = (ONE_WAD + rest).unsigned_abs() + rest.unsigned_abs() * rest.unsigned_abs() / (2 * WAD);
    let shift = u32::try_from(power.unsigned_abs()).expect("the argument is bounded by 94");
    if power < 0 {
        return exp_rest >> shift;
    }
    if shift <= exp_rest.leading_zeros() { exp_rest << shift } else { u128::MAX }
}

/// Returns e^(rate * seconds) - 1 by the first three terms of its series, wad, each rounded **down**.
///
/// # Errors
/// A term is beyond `u128`.
pub(super) fn compounded_wad(rate_per_second_wad: u128, seconds: u64) -> Result<u128, MathError> {
    let too_wide = MathError::TooWide { bits: 129, fits: 128 };
    let first = rate_per_second_wad.checked_mul(seconds.into()).ok_or(too_wide)?;
    let second = mul_div_down(first, first, 2 * WAD)?;
    let third = mul_div_down(second, first, 3 * WAD)?;
    first.checked_add(second).and_then(|sum| sum.checked_add(third)).ok_or(too_wide)
}

/// Returns the interest that a debt of `borrowed` brings at this rate in this time, rounded **down**.
///
/// # Errors
/// It is beyond `u128`.
pub(super) fn interest_down(borrowed: Totals, rate_per_second_wad: u128, seconds: u64) -> Result<u128, MathError> {
    mul_div_down(borrowed.assets, compounded_wad(rate_per_second_wad, seconds)?, WAD)
}
