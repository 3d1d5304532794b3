//! The way of a trade through the ticks, without writing anything.

use std::hint::cold_path;

use smallvec::SmallVec;

use super::{Specified, SwapStep, Swapped, V3Error, V3Pool, WideTraded, swap_step, tick::add_delta};
use crate::amm::Side;
use plimsoll_math::{
    Amount, FeeGrowthX128, HIGHEST_SQRT_PRICE_LIMIT, LOWEST_SQRT_PRICE_LIMIT, MathError, SqrtPriceX96, U256,
    sqrt_price_at_tick, tick_at_sqrt_price,
};

/// What is to be traded, and how far the price may go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<A = U256> {
    pub(super) side: Side,
    pub(super) specified: Specified<A>,
    pub(super) limit: SqrtPriceX96,
}

impl Order {
    /// Returns an order, which without a limit may move the price to the outermost.
    #[inline]
    pub(super) fn new(side: Side, specified: Specified, limit: Option<SqrtPriceX96>) -> Self {
        let outermost = match side {
            Side::ZeroForOne => LOWEST_SQRT_PRICE_LIMIT,
            Side::OneForZero => HIGHEST_SQRT_PRICE_LIMIT,
        };
        Self { side, specified: specified.into(), limit: limit.unwrap_or(outermost) }
    }

    /// Returns the order with an amount of 128 bits, if it fits.
    #[inline]
    fn narrow(self) -> Option<Order<u128>> {
        let Self { side, specified, limit } = self;
        let specified = match specified {
            Specified::ExactIn(amount) => Specified::ExactIn(amount.try_into_u128().ok()?),
            Specified::ExactOut(amount) => Specified::ExactOut(amount.try_into_u128().ok()?),
        };
        Some(Order { side, specified, limit })
    }
}

/// Who is told the initialized ticks that a trade goes through.
pub(super) trait Crossings {
    /// Is told a tick, and the fees that a unit of liquidity had earned by then in the token that is paid.
    fn cross(&mut self, tick: i32, fee_growth: FeeGrowthX128);
    /// Empties it, for another trade.
    fn clear(&mut self);
}

/// Nobody.
impl Crossings for () {
    #[inline]
    fn cross(&mut self, _: i32, _: FeeGrowthX128) {}

    fn clear(&mut self) {}
}

/// The ticks that a trade goes through, in order.
pub(super) type Crossed = SmallVec<[(i32, FeeGrowthX128); 8]>;

impl Crossings for Crossed {
    #[inline]
    fn cross(&mut self, tick: i32, fee_growth: FeeGrowthX128) {
        self.push((tick, fee_growth));
    }

    fn clear(&mut self) {
        self.clear();
    }
}

/// Where a trade has got to.
#[derive(Debug, Clone, Copy)]
struct Route<A> {
    sqrt_price: SqrtPriceX96,
    tick: i32,
    liquidity: u128,
    /// What is left of the specified amount.
    remaining: Specified<A>,
    /// What the other side of the trade has come to.
    calculated: A,
    fees: Fees,
    ticks_crossed: u32,
}

/// What a trade's fees have come to, in the token that is paid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fees {
    /// What a unit of liquidity has earned that was always active.
    pub(super) growth: FeeGrowthX128,
    /// The protocol's part of this trade's fees, modulo 2^128.
    pub(super) protocol: u128,
}

impl V3Pool {
    /// Returns what a trade does and what its fees come to, and tells the ticks that it goes through.
    ///
    /// Nearly all trades are found with 128 bits for an amount; whatever errs in these is found again with 256.
    ///
    /// # Errors
    /// Nothing is to be traded, there is no price, the limit lies on the wrong side, or a result does not fit.
    #[inline]
    pub(super) fn route(
        &self,
        order: Order,
        crossed: &mut impl Crossings,
    ) -> Result<(Swapped<WideTraded>, Fees), V3Error> {
        self.check(order)?;
        if let Some(order) = order.narrow()
            && let Ok(found) = self.walk(order, crossed)
        {
            return Ok(found);
        }
        cold_path();
        crossed.clear();
        self.walk(order, crossed)
    }

    /// Walks from stop to stop until the amount is used up or the limit reached.
    #[inline]
    fn walk<A: Amount>(
        &self,
        order: Order<A>,
        crossed: &mut impl Crossings,
    ) -> Result<(Swapped<WideTraded>, Fees), V3Error> {
        let protocol_fee = self.scalars.protocol_fee.of(order.side.pays());
        let mut route = self.start(&order);
        while route.remaining.amount() != A::ZERO && route.sqrt_price != order.limit {
            // Without liquidity no stop rounds anything, so that those at the ends of words can be left out.
            let until = if route.liquidity == 0 { Some(tick_at_sqrt_price(order.limit)?) } else { None };
            let stop = self.ticks.next_stop(order.side, route.tick, until);
            let stop_price = match stop.state {
                Some(state) => state.sqrt_price,
                None => sqrt_price_at_tick(stop.tick)?,
            };
            let (from, target) = (route.sqrt_price, nearer(order.side, stop_price, order.limit));
            let step = swap_step(from, target, route.liquidity, route.remaining, self.params.fee_pips)?;
            route.take(&step, protocol_fee)?;
            if route.sqrt_price == stop_price {
                if let Some(state) = stop.state {
                    crossed.cross(stop.tick, route.fees.growth);
                    route.cross(order.side, state.liquidity_net)?;
                }
                route.tick = match order.side {
                    Side::ZeroForOne => stop.tick - 1,
                    Side::OneForZero => stop.tick,
                };
            } else if route.sqrt_price != from {
                route.tick = tick_at_sqrt_price(route.sqrt_price)?;
            }
        }
        Ok((route.swapped(order.specified)?, route.fees))
    }

    /// Refuses an order that cannot be begun.
    #[inline]
    fn check(&self, order: Order) -> Result<(), V3Error> {
        let Order { side, specified, limit } = order;
        let amount = specified.amount();
        let representable = match specified {
            Specified::ExactIn(amount) => !beyond_sign(amount),
            Specified::ExactOut(amount) => !beyond_sign(amount) || amount.into_halves() == LOWEST_SIGNED,
        };
        if amount == U256::ZERO || !representable {
            return Err(V3Error::AmountSpecified { amount });
        }
        self.check_initialized()?;
        let price = self.scalars.sqrt_price;
        let reachable = match side {
            Side::ZeroForOne => LOWEST_SQRT_PRICE_LIMIT <= limit && limit < price,
            Side::OneForZero => price < limit && limit <= HIGHEST_SQRT_PRICE_LIMIT,
        };
        if reachable { Ok(()) } else { Err(V3Error::PriceLimit { price, limit }) }
    }

    #[inline]
    fn start<A: Amount>(&self, order: &Order<A>) -> Route<A> {
        let growth = self.scalars.fee_growth_global.of(order.side.pays());
        Route {
            sqrt_price: self.scalars.sqrt_price,
            tick: self.scalars.tick,
            liquidity: self.scalars.liquidity,
            remaining: order.specified,
            calculated: A::ZERO,
            fees: Fees { growth, protocol: 0 },
            ticks_crossed: 0,
        }
    }
}

impl<A: Amount> Route<A> {
    /// Counts a step.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call would pass the step through memory: 10 % of a trade")]
    fn take(&mut self, step: &SwapStep<A>, protocol_fee: u8) -> Result<(), V3Error> {
        let paid = step.amount_in.plus(step.fee)?;
        let (remaining, calculated) = match self.remaining {
            Specified::ExactIn(amount) => (Specified::ExactIn(amount.minus(paid)?), step.amount_out),
            Specified::ExactOut(amount) => (Specified::ExactOut(amount.minus(step.amount_out)?), paid),
        };
        self.sqrt_price = step.sqrt_price;
        self.remaining = remaining;
        self.calculated = self.calculated.plus(calculated)?;
        let mut fee = step.fee;
        if protocol_fee > 0 {
            let part = fee.times_ratio_down(1, protocol_fee.into())?;
            fee = fee.minus(part)?;
            self.fees.protocol = self.fees.protocol.wrapping_add(part.into_halves().1);
        }
        if self.liquidity > 0 {
            let growth = FeeGrowthX128::per_liquidity_down(fee, self.liquidity)?;
            self.fees.growth = self.fees.growth.wrapping_add(growth);
        }
        Ok(())
    }

    /// Goes through an initialized tick. On the way down, what begins there ceases.
    #[inline]
    fn cross(&mut self, side: Side, liquidity_net: i128) -> Result<(), V3Error> {
        let delta = match side {
            Side::ZeroForOne => liquidity_net.saturating_neg(),
            Side::OneForZero => liquidity_net,
        };
        self.liquidity = add_delta(self.liquidity, delta)?;
        self.ticks_crossed += 1;
        Ok(())
    }

    /// Returns what the trade did, which began with this to do.
    #[inline]
    fn swapped(&self, specified: Specified<A>) -> Result<Swapped<WideTraded>, V3Error> {
        let wide = |amount: A| {
            let (high, low) = amount.into_halves();
            U256::from_halves(high, low)
        };
        let (done, calculated) = (wide(specified.amount().minus(self.remaining.amount())?), wide(self.calculated));
        if beyond_sign(calculated) {
            return Err(MathError::TooWide { bits: 256, fits: 255 }.into());
        }
        let traded = match specified {
            Specified::ExactIn(_) => WideTraded { amount_in: done, amount_out: calculated },
            Specified::ExactOut(_) => WideTraded { amount_in: calculated, amount_out: done },
        };
        let Self { sqrt_price, tick, liquidity, ticks_crossed, .. } = *self;
        Ok(Swapped { traded, sqrt_price, tick, liquidity, ticks_crossed })
    }
}

/// The halves of 2^255: so far below zero the contract's integers reach, and above to one less.
const LOWEST_SIGNED: (u128, u128) = (1 << 127, 0);

/// Returns the price that a trade meets first.
#[inline]
fn nearer(side: Side, a: SqrtPriceX96, b: SqrtPriceX96) -> SqrtPriceX96 {
    match side {
        Side::ZeroForOne => a.max(b),
        Side::OneForZero => a.min(b),
    }
}

/// Returns whether the contract's integers, of which one bit is the sign, cannot hold an amount.
#[inline]
fn beyond_sign(amount: U256) -> bool {
    amount.into_halves().0 >> 127 > 0
}
