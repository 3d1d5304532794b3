//! The numbers of the pool's own test suite (Uniswap/v3-core), then all others.

mod properties;
mod published;
mod refusals;
mod undo;
mod views;

use super::*;
use crate::AccountId;
use crate::amm::{PoolToken, Side, TickRange, Traded};
use plimsoll_math::{HIGHEST_SQRT_PRICE_LIMIT, LOWEST_SQRT_PRICE_LIMIT, MAX_SQRT_PRICE, MathError, U256};

const ETHER: u128 = 1_000_000_000_000_000_000;
const EVERYTHING: Amounts = Amounts { token_0: u128::MAX, token_1: u128::MAX };
const LOW: V3Params = V3Params { fee_pips: 500, tick_spacing: 10 };
const MEDIUM: V3Params = V3Params { fee_pips: 3_000, tick_spacing: 60 };

fn amounts(token_0: u128, token_1: u128) -> Amounts {
    Amounts { token_0, token_1 }
}

/// Returns the first account's position between two ticks.
fn key(tick_lower: i32, tick_upper: i32) -> RangeKey {
    RangeKey { owner: AccountId(1), range: TickRange { lower: tick_lower, upper: tick_upper } }
}

/// Returns the first account's position between the outermost ticks that a pool has.
fn everywhere(params: V3Params) -> RangeKey {
    let outermost = MAX_TICK / params.tick_spacing * params.tick_spacing;
    key(-outermost, outermost)
}

fn price(text: &str) -> SqrtPriceX96 {
    text.parse().unwrap()
}

/// Returns a pool that has this price since time 0.
fn pool_at(params: V3Params, price: SqrtPriceX96) -> V3Pool {
    let mut pool = V3Pool::new(params).unwrap();
    pool.initialize(price, 0).unwrap();
    pool
}

/// Returns a pool at a price of one, with this liquidity everywhere.
fn pool_of(params: V3Params, liquidity: u128) -> V3Pool {
    let mut pool = pool_at(params, SqrtPriceX96::ONE);
    pool.mint(everywhere(params), liquidity, 0).unwrap();
    pool
}

fn sell(pool: &mut V3Pool, side: Side, amount_in: u128) -> Traded {
    let limit = if side == Side::ZeroForOne { LOWEST_SQRT_PRICE_LIMIT } else { HIGHEST_SQRT_PRICE_LIMIT };
    pool.swap_exact_in(side, amount_in, Some(limit), 0).unwrap().traded
}
