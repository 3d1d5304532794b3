//! The amplification: how flat the curve is, and its slow change.

use super::CurveError;
use plimsoll_math::{MathError, mul_div_down};

/// Amplifications are below this.
pub const MAX_AMPLIFICATION: u128 = 1_000_000;

/// A ramp changes the amplification tenfold at most.
const MAX_CHANGE: u128 = 10;

/// The least time that a ramp takes, and that lies between the beginnings of two, in seconds.
pub const MIN_RAMP_SECONDS: u64 = 86_400;

/// An amplification that moves in a straight line from one value to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amplification {
    /// Where it comes from, in units of `1 / precision`.
    initial: u128,
    /// Where it goes to, in the same units.
    future: u128,
    /// When it began to move, in seconds.
    initial_time: u64,
    /// When it arrives, in seconds.
    future_time: u64,
    /// Units that make an amplification of one.
    precision: u128,
}

impl Amplification {
    /// Returns one that stands still.
    pub(super) fn new(amplification: u128, precision: u128) -> Result<Self, CurveError> {
        let kept = in_range(amplification)? * precision;
        Ok(Self { initial: kept, future: kept, initial_time: 0, future_time: 0, precision })
    }

    /// Returns how many units make an amplification of one.
    #[inline]
    pub fn precision(&self) -> u128 {
        self.precision
    }

    /// Returns the amplification in units of `1 / precision`, rounded towards where it comes from.
    ///
    /// # Errors
    /// It began to move after `now`.
    #[inline]
    pub fn at(&self, now: u64) -> Result<u128, CurveError> {
        if now >= self.future_time {
            return Ok(self.future);
        }
        let elapsed = now.checked_sub(self.initial_time).ok_or(MathError::BelowZero)?;
        let duration = self.future_time - self.initial_time;
        let way = self.future.abs_diff(self.initial);
        let moved = mul_div_down(way, elapsed.into(), duration.into())?;
        Ok(if self.future > self.initial { self.initial + moved } else { self.initial - moved })
    }

    /// Returns one that moves from where it is `now` to `amplification` whole units, where it arrives at `until`.
    pub(super) fn ramped(&self, amplification: u128, until: u64, now: u64) -> Result<Self, CurveError> {
        let earliest = self.initial_time.saturating_add(MIN_RAMP_SECONDS);
        if now < earliest {
            return Err(CurveError::RampTooSoon { now, earliest });
        }
        let earliest = now.saturating_add(MIN_RAMP_SECONDS);
        if until < earliest {
            return Err(CurveError::RampTooShort { until, earliest });
        }
        let initial = self.at(now)?;
        let future = in_range(amplification)? * self.precision;
        if future > initial * MAX_CHANGE || future * MAX_CHANGE < initial {
            return Err(CurveError::RampTooFar { from: initial, to: future });
        }
        Ok(Self { initial, future, initial_time: now, future_time: until, precision: self.precision })
    }

    /// Returns one that stays where it is `now`.
    pub(super) fn stopped(&self, now: u64) -> Result<Self, CurveError> {
        let current = self.at(now)?;
        Ok(Self { initial: current, future: current, initial_time: now, future_time: now, precision: self.precision })
    }
}

/// Returns a whole amplification, if the contract accepts it.
fn in_range(amplification: u128) -> Result<u128, CurveError> {
    if amplification == 0 || amplification >= MAX_AMPLIFICATION {
        return Err(CurveError::AmplificationOutOfRange { amplification, most: MAX_AMPLIFICATION - 1 });
    }
    Ok(amplification)
}
