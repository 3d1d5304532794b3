//! What a pool keeps of a tick at which liquidity begins or ends.

use super::{V3Error, oracle::Cumulatives};
use crate::amm::PoolToken;
use plimsoll_math::{FeeGrowthX128, SqrtPriceX96};

/// Fees per unit of liquidity, of each token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeeGrowth {
    /// Of token 0.
    pub token_0: FeeGrowthX128,
    /// Of token 1.
    pub token_1: FeeGrowthX128,
}

impl FeeGrowth {
    /// Returns the counter of a token.
    #[inline]
    pub fn of(self, token: PoolToken) -> FeeGrowthX128 {
        match token {
            PoolToken::Zero => self.token_0,
            PoolToken::One => self.token_1,
        }
    }

    #[inline]
    pub(super) fn of_mut(&mut self, token: PoolToken) -> &mut FeeGrowthX128 {
        match token {
            PoolToken::Zero => &mut self.token_0,
            PoolToken::One => &mut self.token_1,
        }
    }

    /// Returns the difference, each counter modulo 2^256.
    #[inline]
    #[must_use]
    pub fn wrapping_sub(self, rhs: Self) -> Self {
        Self { token_0: self.token_0.wrapping_sub(rhs.token_0), token_1: self.token_1.wrapping_sub(rhs.token_1) }
    }
}

/// An initialized tick: at least one position begins or ends there.
///
/// What is counted `outside` is counted on the side of the tick where the price is not. It means something only in
/// differences, since the counting starts when the tick is initialized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TickState {
    /// The square root of the price at the tick.
    pub sqrt_price: SqrtPriceX96,
    /// Liquidity of all positions that begin or end here.
    pub liquidity_gross: u128,
    /// Liquidity that becomes active as the price rises through the tick, less what ceases to be.
    pub liquidity_net: i128,
    /// Fees earned outside.
    pub fee_growth_outside: FeeGrowth,
    /// Tick times seconds, and seconds per liquidity, outside.
    pub cumulatives_outside: Cumulatives,
    /// Seconds spent outside, modulo 2^32.
    pub seconds_outside: u32,
}

/// The counters of a pool at the moment of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counters {
    pub(super) fee_growth: FeeGrowth,
    pub(super) cumulatives: Cumulatives,
    pub(super) timestamp: u32,
}

/// The end of a range that a tick is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Lower,
    Upper,
}

impl TickState {
    /// Returns a tick at which nothing begins or ends yet. By convention all that was counted so far was counted below.
    pub(super) fn new(sqrt_price: SqrtPriceX96, below_price: bool, counters: &Counters) -> Self {
        let fresh = Self {
            sqrt_price,
            liquidity_gross: 0,
            liquidity_net: 0,
            fee_growth_outside: FeeGrowth::default(),
            cumulatives_outside: Cumulatives::default(),
            seconds_outside: 0,
        };
        if below_price {
            return Self {
                fee_growth_outside: counters.fee_growth,
                cumulatives_outside: counters.cumulatives,
                seconds_outside: counters.timestamp,
                ..fresh
            };
        }
        fresh
    }

    /// Returns the tick with `delta` more liquidity of positions that end here at their lower or upper end; none if
    /// nothing is left.
    ///
    /// # Errors
    /// The liquidity falls below zero or rises beyond what 128 bits hold.
    pub(super) fn with_liquidity(mut self, delta: i128, end: End) -> Result<Option<Self>, V3Error> {
        self.liquidity_gross = add_delta(self.liquidity_gross, delta)?;
        let net = match end {
            End::Lower => self.liquidity_net.checked_add(delta),
            End::Upper => self.liquidity_net.checked_sub(delta),
        };
        let (added, held) = (delta.unsigned_abs(), self.liquidity_net.unsigned_abs());
        self.liquidity_net = net.ok_or(V3Error::LiquidityOverflow { added, held })?;
        Ok((self.liquidity_gross > 0).then_some(self))
    }

    /// Turns the tick over as the price moves through it.
    #[inline]
    pub(super) fn cross(&mut self, counters: &Counters) {
        self.fee_growth_outside = counters.fee_growth.wrapping_sub(self.fee_growth_outside);
        self.cumulatives_outside = counters.cumulatives.wrapping_sub(self.cumulatives_outside);
        self.seconds_outside = counters.timestamp.wrapping_sub(self.seconds_outside);
    }
}

/// Returns liquidity with `delta` more.
///
/// # Errors
/// It falls below zero or rises beyond what 128 bits hold.
#[inline]
pub(super) fn add_delta(liquidity: u128, delta: i128) -> Result<u128, V3Error> {
    liquidity.checked_add_signed(delta).ok_or_else(|| {
        let amount = delta.unsigned_abs();
        if delta < 0 {
            V3Error::InsufficientLiquidity { asked: amount, held: liquidity }
        } else {
            V3Error::LiquidityOverflow { added: amount, held: liquidity }
        }
    })
}

/// Returns the fees per unit of liquidity earned between two ticks, while the price is at `current`. A tick that is not
/// initialized counted nothing.
pub(super) fn fee_growth_inside(
    lower: (i32, Option<&TickState>),
    upper: (i32, Option<&TickState>),
    current: i32,
    global: FeeGrowth,
) -> FeeGrowth {
    let outside = |tick: Option<&TickState>| tick.map_or_else(FeeGrowth::default, |state| state.fee_growth_outside);
    let below = if current >= lower.0 { outside(lower.1) } else { global.wrapping_sub(outside(lower.1)) };
    let above = if current < upper.0 { outside(upper.1) } else { global.wrapping_sub(outside(upper.1)) };
    global.wrapping_sub(below).wrapping_sub(above)
}
