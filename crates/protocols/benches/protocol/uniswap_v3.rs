//! Uniswap v3: its mathematics, and calls of one pool.

use std::hint::black_box;

use criterion::Criterion;
use plimsoll_math::{SqrtPriceX96, U256, sqrt_price_at_tick, tick_at_sqrt_price};
use plimsoll_protocols::AccountId;
use plimsoll_protocols::amm::uniswap_v3::{V3Params, V3Pool};
use plimsoll_protocols::amm::{RangeKey, Side, TickRange};

use super::ETHER;

/// A pool of 18 and 6 decimals at a price of 2000, with liquidity everywhere and more in narrow ranges.
fn v3_pool() -> V3Pool {
    let mut pool = V3Pool::new(V3Params { fee_pips: 3_000, tick_spacing: 60 }).unwrap();
    pool.initialize(SqrtPriceX96::from_price(2_000e-12).unwrap(), 0).unwrap();
    let key = |lower, upper| RangeKey { owner: AccountId(0), range: TickRange { lower, upper } };
    pool.mint(key(-887_220, 887_220), 10_u128.pow(18), 0).unwrap();
    let centre = pool.tick() / 60 * 60;
    for steps in 1..=20 {
        pool.mint(key(centre - 60 * steps, centre + 60 * steps), 10_u128.pow(17), 0).unwrap();
    }
    pool
}

pub(crate) fn uniswap_v3_math(c: &mut Criterion) {
    c.bench_function("math/sqrt_price_at_tick", |bencher| {
        let mut tick = 0;
        bencher.iter(|| {
            tick = (tick + 60) % 300_000;
            sqrt_price_at_tick(black_box(tick - 200_000))
        });
    });
    c.bench_function("math/tick_at_sqrt_price", |bencher| {
        let mut low = 1_u128 << 81;
        bencher.iter(|| {
            low += 1 << 70;
            tick_at_sqrt_price(black_box(U256::from(low).try_into().unwrap()))
        });
    });
}

/// Trades that cross eight initialized ticks, down and up again.
pub(crate) fn uniswap_v3_crossing(c: &mut Criterion) {
    let mut pool = v3_pool();
    let centre = pool.tick() / 60 * 60;
    let [low, high] = [-270, 270].map(|distance| sqrt_price_at_tick(centre + distance).unwrap());
    let more_than_enough = ETHER * ETHER;
    pool.swap_exact_in(Side::OneForZero, more_than_enough, Some(high), 0).unwrap();
    c.bench_function("uniswap_v3/depth_to, 8 ticks crossed", |bencher| {
        bencher.iter(|| black_box(&pool).depth_to(black_box(low)));
    });
    c.bench_function("uniswap_v3/swap_exact_in, 8 ticks crossed", |bencher| {
        let (mut pool, mut now) = (pool.clone(), 0);
        let mut ends = [(Side::ZeroForOne, low), (Side::OneForZero, high)].into_iter().cycle();
        bencher.iter(|| {
            now += 1;
            let (side, limit) = ends.next().unwrap();
            let swapped = black_box(&mut pool).swap_exact_in(side, black_box(more_than_enough), Some(limit), now);
            assert_eq!(swapped.unwrap().ticks_crossed, 8);
        });
    });
}

pub(crate) fn uniswap_v3(c: &mut Criterion) {
    let pool = v3_pool();
    c.bench_function("uniswap_v3/quote_exact_in", |bencher| {
        bencher.iter(|| black_box(&pool).quote_exact_in(Side::ZeroForOne, black_box(ETHER)));
    });
    c.bench_function("uniswap_v3/swap_exact_in, no tick crossed", |bencher| {
        let (mut pool, mut now) = (pool.clone(), 0);
        // Worth about the same.
        let mut trades = [(Side::ZeroForOne, ETHER), (Side::OneForZero, 2_000_000_000)].into_iter().cycle();
        bencher.iter(|| {
            now += 1;
            let (side, amount_in) = trades.next().unwrap();
            black_box(&mut pool).swap_exact_in(side, black_box(amount_in), None, now)
        });
    });
    let centre = pool.tick() / 60 * 60;
    for (name, steps) in [("at ticks that are initialized", 10), ("at new ticks", 100)] {
        c.bench_function(&format!("uniswap_v3/mint and burn, {name}"), |bencher| {
            let (mut pool, mut now) = (pool.clone(), 0);
            let owner = AccountId(1);
            let range = TickRange { lower: centre - 60 * steps, upper: centre + 60 * steps };
            let key = RangeKey { owner, range };
            bencher.iter(|| {
                now += 1;
                let minted = black_box(&mut pool).mint(key, black_box(ETHER), now);
                (minted, pool.burn(key, ETHER, now))
            });
        });
    }
}
