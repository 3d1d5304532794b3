//! Trades.

use super::{
    Scalars, V3Error, V3Pool, WideTraded,
    position::wrapping_sum,
    route::{Crossed, Fees, Order},
    timestamp,
};
use crate::amm::{Amounts, Side, Traded};
use plimsoll_math::{SqrtPriceX96, U256};

/// Which side of a trade is fixed, in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Specified<A = u128> {
    /// What is paid in, with the fee.
    ExactIn(A),
    /// What is taken out.
    ExactOut(A),
}

impl<A: Copy> Specified<A> {
    /// Returns the amount.
    #[inline]
    pub fn amount(self) -> A {
        match self {
            Self::ExactIn(amount) | Self::ExactOut(amount) => amount,
        }
    }
}

impl From<Specified> for Specified<U256> {
    #[inline]
    fn from(specified: Specified) -> Self {
        match specified {
            Specified::ExactIn(amount) => Self::ExactIn(amount.into()),
            Specified::ExactOut(amount) => Self::ExactOut(amount.into()),
        }
    }
}

/// A trade, and where it leaves the pool. What it moves it moves at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swapped<T = Traded> {
    /// What was paid and taken.
    pub traded: T,
    /// The square root of the price after.
    pub sqrt_price: SqrtPriceX96,
    /// The active tick after.
    pub tick: i32,
    /// The active liquidity after.
    pub liquidity: u128,
    /// How many initialized ticks the price went through.
    pub ticks_crossed: u32,
}

impl Swapped<WideTraded> {
    /// Returns the trade with 128 bits to an amount, if it fits and either had a limit or used up what was specified.
    #[inline]
    pub(super) fn accepted(self, specified: Specified, limit: Option<SqrtPriceX96>) -> Result<Swapped, V3Error> {
        let Self { traded, sqrt_price, tick, liquidity, ticks_crossed } = self;
        let traded = traded.narrow()?;
        let (asked, filled) = match specified {
            Specified::ExactIn(amount) => (amount, traded.amount_in),
            Specified::ExactOut(amount) => (amount, traded.amount_out),
        };
        if limit.is_none() && filled < asked {
            return Err(V3Error::Unfilled { asked, filled });
        }
        Ok(Swapped { traded, sqrt_price, tick, liquidity, ticks_crossed })
    }
}

impl V3Pool {
    /// Trades `amount_in` for what it buys.
    ///
    /// With a limit the trade stops where the square root of the price reaches it, and takes that much less. Without
    /// one it is all or nothing.
    ///
    /// # Errors
    /// Nothing is paid, the limit lies on the wrong side of the price, the liquidity does not suffice, or an amount
    /// does not fit 128 bits.
    #[inline]
    pub fn swap_exact_in(
        &mut self,
        side: Side,
        amount_in: u128,
        limit: Option<SqrtPriceX96>,
        now: u64,
    ) -> Result<Swapped, V3Error> {
        let specified = Specified::ExactIn(amount_in);
        self.execute(Order::new(side, specified, limit), now, |swapped| swapped.accepted(specified, limit))
    }

    /// Trades what it takes for `amount_out`, with a limit or without as [`Self::swap_exact_in`] does.
    ///
    /// # Errors
    /// Nothing is taken, the limit lies on the wrong side of the price, the liquidity does not suffice, or an amount
    /// does not fit 128 bits.
    #[inline]
    pub fn swap_exact_out(
        &mut self,
        side: Side,
        amount_out: u128,
        limit: Option<SqrtPriceX96>,
        now: u64,
    ) -> Result<Swapped, V3Error> {
        let specified = Specified::ExactOut(amount_out);
        self.execute(Order::new(side, specified, limit), now, |swapped| swapped.accepted(specified, limit))
    }

    /// Trades as the contract does: as much of the amount as there is until the limit, at any width.
    ///
    /// # Errors
    /// Nothing is to be traded, the limit lies on the wrong side of the price, or the pool cannot pay.
    pub fn swap(
        &mut self,
        side: Side,
        specified: Specified<U256>,
        limit: SqrtPriceX96,
        now: u64,
    ) -> Result<Swapped<WideTraded>, V3Error> {
        self.execute(Order { side, specified, limit }, now, Ok)
    }

    /// Trades, unless the caller does not accept what the trade would do.
    #[inline]
    fn execute<R>(
        &mut self,
        order: Order,
        now: u64,
        accept: impl FnOnce(Swapped<WideTraded>) -> Result<R, V3Error>,
    ) -> Result<R, V3Error> {
        let mut crossed = Crossed::new();
        let (swapped, fees) = self.route(order, &mut crossed)?;
        let scalars = self.scalars_after(order.side, &swapped, fees)?;
        let receipt = accept(swapped)?;

        self.write_swap(order.side, &crossed, scalars, now);
        Ok(receipt)
    }

    /// Returns the scalars after a trade, but for the observations.
    #[inline]
    fn scalars_after(&self, side: Side, swapped: &Swapped<WideTraded>, fees: Fees) -> Result<Scalars, V3Error> {
        let Swapped { traded, sqrt_price, tick, liquidity, .. } = *swapped;
        let mut after = Scalars { sqrt_price, tick, liquidity, ..self.scalars };
        let pays = side.pays();
        *after.fee_growth_global.of_mut(pays) = fees.growth;
        after.protocol_fees = wrapping_sum(after.protocol_fees, Amounts::of(pays, fees.protocol, 0));
        after.balances.pay(pays.other(), traded.amount_out)?;
        after.balances.receive(pays, traded.amount_in)?;
        Ok(after)
    }

    /// Writes a trade: the ticks that it went through, an observation of the tick that it left, the scalars.
    #[inline]
    fn write_swap(&mut self, side: Side, crossed: &Crossed, mut after: Scalars, now: u64) {
        let timestamp = timestamp(now);
        if !crossed.is_empty() {
            let mut counters = self.counters(timestamp);
            for (tick, growth) in crossed {
                *counters.fee_growth.of_mut(side.pays()) = *growth;
                self.cross_tick(*tick, &counters);
            }
        }
        if after.tick != self.scalars.tick {
            after.observations = self.observe_standing(timestamp);
        }
        self.write_scalars(after);
    }
}
