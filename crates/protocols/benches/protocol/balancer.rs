//! Balancer's weighted pools, and the powers that they need.

use std::hint::black_box;

use criterion::Criterion;
use plimsoll_math::log_exp::{exp, ln};
use plimsoll_math::{Fixed18, U256};
use plimsoll_protocols::amm::balancer::{TokenParams, WeightedPool, WeightedPoolParams};

use super::ETHER;

/// Powers as pools need them: of a ratio near one, of a ratio further off, and of a balance.
pub(crate) fn powers(c: &mut Criterion) {
    let number = |units: u128| Fixed18::from(units);
    c.bench_function("math/pow_up, base 0.95", |bencher| {
        let (base, exponent) = (number(950_000_000_000_000_001), number(250_000_000_000_000_000));
        bencher.iter(|| black_box(base).pow_up(black_box(exponent)));
    });
    c.bench_function("math/pow_up, base 1.3", |bencher| {
        let (base, exponent) = (number(1_300_000_000_000_000_001), number(1_500_000_000_000_000_000));
        bencher.iter(|| black_box(base).pow_up(black_box(exponent)));
    });
    c.bench_function("math/pow_down of a balance", |bencher| {
        let (base, exponent) = (number(1_234_567 * ETHER + 1), number(800_000_000_000_000_000));
        bencher.iter(|| black_box(base).pow_down(black_box(exponent)));
    });
    c.bench_function("math/exp", |bencher| bencher.iter(|| exp(black_box(1_234_567_890_123_456_789))));
    c.bench_function("math/ln", |bencher| {
        let argument = U256::from(1_234_567_890_123_456_789);
        bencher.iter(|| ln(black_box(argument)));
    });
}

/// A pool of tokens with these decimals and weights in percent, and liquidity of a million of each weighted token.
fn weighted_pool<const N: usize>(tokens: [(u8, u64); N], protocol_fee_wad: u64) -> WeightedPool {
    let percent = 10_u64.pow(16);
    let params = WeightedPoolParams {
        tokens: tokens.map(|(decimals, weight)| TokenParams { decimals, weight_wad: weight * percent }).to_vec(),
        swap_fee_wad: percent / 2,
        protocol_fee_wad,
    };
    let mut pool = WeightedPool::new(&params).unwrap();
    pool.initialize(&tokens.map(|(decimals, weight)| u128::from(weight) * 1_000_000 * 10_u128.pow(decimals.into())))
        .unwrap();
    pool
}

pub(crate) fn balancer(c: &mut Criterion) {
    let two = weighted_pool([(18, 80), (6, 20)], 0);
    let four = weighted_pool([(18, 40), (18, 30), (8, 20), (6, 10)], 5 * 10_u64.pow(17));
    let amount = 1_000 * ETHER;
    c.bench_function("balancer/quote_given_in, 80/20", |bencher| {
        bencher.iter(|| black_box(&two).quote_given_in(black_box(0), black_box(1), black_box(amount)));
    });
    for (name, pool) in [("80/20", two), ("40/30/20/10", four)] {
        c.bench_function(&format!("balancer/swap_given_in, {name}"), |bencher| {
            let before = pool.holdings();
            let mut pool = pool;
            bencher.iter(|| {
                pool.restore(before);
                black_box(&mut pool).swap_given_in(black_box(0), black_box(1), black_box(amount), 0)
            });
        });
        c.bench_function(&format!("balancer/swap_given_out, {name}"), |bencher| {
            let before = pool.holdings();
            let mut pool = pool;
            bencher.iter(|| {
                pool.restore(before);
                black_box(&mut pool).swap_given_out(black_box(1), black_box(0), black_box(amount), u128::MAX)
            });
        });
        joins_and_exits(c, name, &pool);
    }
}

fn joins_and_exits(c: &mut Criterion, name: &str, pool: &WeightedPool) {
    let amount = 1_000 * ETHER;
    let tokens = pool.token_count();
    let mut amounts = vec![0; tokens];
    amounts[0] = amount;
    c.bench_function(&format!("balancer/join_exact_tokens, {name}"), |bencher| {
        let before = pool.holdings();
        let mut pool = *pool;
        bencher.iter(|| {
            pool.restore(before);
            black_box(&mut pool).join_exact_tokens(black_box(&amounts), 0)
        });
    });
    let none = vec![0; tokens];
    c.bench_function(&format!("balancer/exit_proportional, {name}"), |bencher| {
        let before = pool.holdings();
        let mut pool = *pool;
        bencher.iter(|| {
            pool.restore(before);
            black_box(&mut pool).exit_proportional(black_box(amount), black_box(&none))
        });
    });
}
