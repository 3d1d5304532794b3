//! Uniswap v3: `UniswapV3Pool` of v3-core 1.0.1, which is the mainnet code.
//!
//! Liquidity lies between ticks that its provider chose. A trade moves the price through it in steps: to the next
//! initialized tick, the end of a word of 256 ticks, the limit, or until the amount is used up. What the fees earned is
//! counted per unit of liquidity, globally and outside of each tick, so that a position's share is a difference.
//!
//! The contract's amounts have 256 bits, and at extreme prices they need them. The calls here take and give 128 and
//! refuse what is wider; those that end in `_wide`, and [`V3Pool::swap`], are as wide as the contract's.
//!
//! Tokens move only as receipts say. A mint is paid at once; a burn is credited to the position and paid by a collect.
//!
//! The fee and the tick spacing are parameters. `snapshotCumulativesInside` is left out, and callbacks: who calls pays.

mod amm;
mod collect;
#[cfg(feature = "decisions")]
mod decisions;
mod error;
mod flash;
mod liquidity;
mod oracle;
mod position;
mod quote;
mod route;
mod swap;
mod swap_step;
mod tick;
mod ticks;
mod undo;
mod wide;
mod worth;

pub use collect::ProtocolFee;
pub use error::V3Error;
pub use flash::Flashed;
pub use liquidity::{Burned, Minted};
pub use oracle::{Cumulatives, Observation, ObservationCursor};
pub use position::Position;
pub use quote::Depth;
pub use swap::{Specified, Swapped};
pub use swap_step::{SwapStep, swap_step};
pub use tick::{FeeGrowth, TickState};
pub use wide::{WideAmounts, WideTraded};

use std::collections::BTreeMap;

use oracle::{Observations, Standing};
use tick::Counters;
use ticks::Ticks;
use undo::UndoLog;

use super::{Amounts, RangeKey};
use plimsoll_math::{MAX_TICK, SqrtPriceX96, tick_at_sqrt_price};

/// Parts of the amount in which a fee is stated: hundredths of a basis point.
pub const PIPS: u32 = 1_000_000;

/// What a pool is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct V3Params {
    /// Share of what is paid in that is a fee, in hundredths of a basis point.
    pub fee_pips: u32,
    /// Positions begin and end at multiples of so many ticks.
    pub tick_spacing: i32,
}

/// The greatest tick spacing: the factory's.
const MAX_TICK_SPACING: i32 = 16_383;

/// What there is one of in a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Scalars {
    /// The square root of the price; zero before the first.
    sqrt_price: SqrtPriceX96,
    /// The tick whose liquidity is active: that of the price, or one less after a fall that ended on a tick's price.
    tick: i32,
    /// Units of liquidity active at the price.
    liquidity: u128,
    /// Fees earned by a unit of liquidity that was always active.
    fee_growth_global: FeeGrowth,
    /// What the protocol can collect, in smallest units, modulo 2^128.
    protocol_fees: Amounts,
    /// The protocol's part of the fee.
    protocol_fee: ProtocolFee,
    /// What the pool holds.
    balances: WideAmounts,
    /// Where in its past the pool is.
    observations: ObservationCursor,
}

/// A pool of two tokens with liquidity between ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct V3Pool {
    params: V3Params,
    max_liquidity_per_tick: u128,
    scalars: Scalars,
    ticks: Ticks,
    positions: BTreeMap<RangeKey, Position>,
    observations: Observations,
    undo: UndoLog,
}

impl V3Pool {
    /// Returns a pool without a price.
    ///
    /// # Errors
    /// The fee takes all that is paid in, or ticks lie closer than one by one or farther apart than 16383.
    pub fn new(params: V3Params) -> Result<Self, V3Error> {
        let V3Params { fee_pips, tick_spacing } = params;
        if fee_pips >= PIPS {
            return Err(V3Error::FeeTooHigh { fee_pips });
        }
        if !(1..=MAX_TICK_SPACING).contains(&tick_spacing) {
            return Err(V3Error::TickSpacing { tick_spacing });
        }
        let usable_ticks = (MAX_TICK / tick_spacing).unsigned_abs() * 2 + 1;
        Ok(Self {
            params,
            max_liquidity_per_tick: u128::MAX / u128::from(usable_ticks),
            scalars: Scalars::default(),
            ticks: Ticks::new(tick_spacing),
            positions: BTreeMap::new(),
            observations: Observations::default(),
            undo: UndoLog::default(),
        })
    }

    /// Gives the pool its first price.
    ///
    /// # Errors
    /// It has one, or the price is beyond the outermost.
    pub fn initialize(&mut self, sqrt_price: SqrtPriceX96, now: u64) -> Result<(), V3Error> {
        if self.scalars.sqrt_price != SqrtPriceX96::ZERO {
            return Err(V3Error::AlreadyInitialized { price: self.scalars.sqrt_price });
        }
        let tick = tick_at_sqrt_price(sqrt_price)?;

        let cursor = ObservationCursor { index: 0, cardinality: 1, cardinality_next: 1 };
        let first = Observation { timestamp: timestamp(now), cumulatives: Cumulatives::default() };
        self.write_observation(0, first);
        self.write_scalars(Scalars { sqrt_price, tick, observations: cursor, ..self.scalars });
        Ok(())
    }

    /// Makes the ring of observations longer, once the writing comes round to its first place; never shorter.
    ///
    /// # Errors
    /// The pool has no price yet.
    pub fn increase_observation_cardinality(&mut self, cardinality_next: u16) -> Result<(), V3Error> {
        self.check_initialized()?;

        let mut scalars = self.scalars;
        let next = &mut scalars.observations.cardinality_next;
        *next = cardinality_next.max(*next);
        self.write_scalars(scalars);
        Ok(())
    }

    /// Returns the fee and the tick spacing.
    #[inline]
    pub fn params(&self) -> V3Params {
        self.params
    }

    /// Returns the most liquidity that may begin and end at a tick: so little that the sum over all fits 128 bits.
    #[inline]
    pub fn max_liquidity_per_tick(&self) -> u128 {
        self.max_liquidity_per_tick
    }

    /// Returns the square root of the price; zero before the first.
    #[inline]
    pub fn sqrt_price(&self) -> SqrtPriceX96 {
        self.scalars.sqrt_price
    }

    /// Returns the tick whose liquidity is active.
    #[inline]
    pub fn tick(&self) -> i32 {
        self.scalars.tick
    }

    /// Returns the units of liquidity active at the price.
    #[inline]
    pub fn liquidity(&self) -> u128 {
        self.scalars.liquidity
    }

    /// Returns what the pool holds: what it was paid less what it paid.
    #[inline]
    pub fn balances(&self) -> WideAmounts {
        self.scalars.balances
    }

    /// Returns the fees earned by a unit of liquidity that was always active.
    #[inline]
    pub fn fee_growth_global(&self) -> FeeGrowth {
        self.scalars.fee_growth_global
    }

    /// Returns what the protocol can collect, in smallest units, modulo 2^128.
    #[inline]
    pub fn protocol_fees(&self) -> Amounts {
        self.scalars.protocol_fees
    }

    /// Returns the protocol's part of the fee.
    #[inline]
    pub fn protocol_fee(&self) -> ProtocolFee {
        self.scalars.protocol_fee
    }

    /// Returns where in the ring of observations the last one is.
    #[inline]
    pub fn observation_cursor(&self) -> ObservationCursor {
        self.scalars.observations
    }

    /// Returns a tick, if it is initialized.
    #[inline]
    pub fn tick_state(&self, tick: i32) -> Option<&TickState> {
        self.ticks.get(tick)
    }

    /// Returns the initialized ticks from the lowest to the highest.
    pub fn initialized_ticks(&self) -> impl Iterator<Item = (i32, &TickState)> {
        self.ticks.iter()
    }

    /// Returns a position; one that was never minted has nothing.
    pub fn position(&self, key: RangeKey) -> Position {
        self.positions.get(&key).copied().unwrap_or_default()
    }

    /// Returns the positions that were ever minted, by owner and range.
    pub fn positions(&self) -> impl Iterator<Item = (RangeKey, &Position)> {
        self.positions.iter().map(|(key, position)| (*key, position))
    }

    #[inline]
    fn check_initialized(&self) -> Result<(), V3Error> {
        if self.scalars.sqrt_price == SqrtPriceX96::ZERO { Err(V3Error::NotInitialized) } else { Ok(()) }
    }

    /// Returns what has stood since the last observation.
    #[inline]
    fn standing(&self) -> Standing {
        Standing { tick: self.scalars.tick, liquidity: self.scalars.liquidity }
    }

    /// Writes an observation of what has stood until now, unless there is one of this second, and returns its place.
    #[inline]
    fn observe_standing(&mut self, timestamp: u32) -> ObservationCursor {
        let cursor = self.scalars.observations;
        let Some((cursor, observation)) = self.observations.next(cursor, self.standing(), timestamp) else {
            return cursor;
        };
        self.write_observation(cursor.index, observation);
        cursor
    }

    /// Returns the counters as they stand now.
    #[inline]
    fn counters(&self, timestamp: u32) -> Counters {
        let cumulatives = self.observations.now(self.scalars.observations, self.standing(), timestamp);
        Counters { fee_growth: self.scalars.fee_growth_global, cumulatives, timestamp }
    }
}

/// Returns seconds modulo 2^32, as the contract stores them.
#[expect(clippy::cast_possible_truncation, reason = "the contract's clock runs over in 2106")]
fn timestamp(now: u64) -> u32 {
    now as u32
}

#[cfg(test)]
mod tests;
