//! Curve's pools and metapools.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use plimsoll_protocols::amm::curve::{Fees, MetaParams, MetaPool, StableSwap, StableSwapParams, Template};

use super::ETHER;

/// Returns a pool as deployed, with a hundred million of coins in unequal parts.
fn stable_swap<const N: usize>(template: Template, decimals: [u8; N], amplification: u128) -> StableSwap<N> {
    let fees = Fees { fee: 4_000_000, admin_fee: 5_000_000_000 };
    let mut pool = StableSwap::new(&StableSwapParams { template, decimals, amplification, fees }).unwrap();
    let parts = std::array::from_fn(|coin| (30 + 20 * coin as u128) * 10_u128.pow(6 + u32::from(decimals[coin])));
    pool.add_liquidity(parts, 0, 0).unwrap();
    pool
}

/// Trades a thousand coins to and fro.
fn exchange<const N: usize>(c: &mut Criterion, name: &str, mut pool: StableSwap<N>, thousand: [u128; 2]) {
    let mut ways = [(0, 1), (1, 0)].into_iter().cycle();
    c.bench_function(name, |bencher| {
        bencher.iter(|| {
            let (coin_in, coin_out) = ways.next().unwrap();
            let amount_in = black_box(thousand[coin_in]);
            black_box(&mut pool).exchange(black_box(coin_in), black_box(coin_out), amount_in, 0, black_box(0))
        });
    });
}

pub(crate) fn curve(c: &mut Criterion) {
    let two = stable_swap(Template::ThreePool, [18, 8], 200);
    let steth = stable_swap(Template::Steth, [18, 18], 50);
    let three = stable_swap(Template::ThreePool, [18, 6, 6], 2_000);
    exchange(c, "curve/exchange, 2 coins", two, [1_000 * ETHER, 100_000_000_000]);
    exchange(c, "curve/exchange, 2 coins as steth", steth, [1_000 * ETHER; 2]);
    exchange(c, "curve/exchange, 3 coins", three, [1_000 * ETHER, 1_000_000_000]);
    c.bench_function("curve/get_dy, 2 coins", |bencher| {
        bencher.iter(|| black_box(&two).get_dy(0, 1, black_box(1_000 * ETHER), black_box(0)));
    });
    c.bench_function("curve/get_dy, 3 coins", |bencher| {
        bencher.iter(|| black_box(&three).get_dy(0, 1, black_box(1_000 * ETHER), black_box(0)));
    });
    c.bench_function("curve/quote_exact_out, 3 coins", |bencher| {
        bencher.iter(|| black_box(&three).quote_exact_out(0, 1, black_box(1_000_000_000), black_box(0)));
    });
    c.bench_function("curve/add_liquidity, 3 coins", |bencher| {
        let paid = [1_000 * ETHER, 2_000_000_000, 0];
        bencher.iter_batched_ref(
            || three,
            |pool| pool.add_liquidity(black_box(paid), 0, black_box(0)),
            BatchSize::SmallInput,
        );
    });
    c.bench_function("curve/remove_liquidity_one_coin, 3 coins", |bencher| {
        bencher.iter_batched_ref(
            || three,
            |pool| pool.remove_liquidity_one_coin(black_box(1_000 * ETHER), black_box(1), 0, black_box(0)),
            BatchSize::SmallInput,
        );
    });
    c.bench_function("curve/spot_price, 3 coins", |bencher| {
        bencher.iter(|| black_box(&three).spot_price(black_box(0), black_box(1), black_box(0)));
    });
    c.bench_function("curve/depth_to_price, 3 coins", |bencher| {
        let price = 0.999 * three.spot_price(0, 1, 0);
        bencher.iter(|| black_box(&three).depth_to_price(0, 1, black_box(price), black_box(0)));
    });
}

/// A metapool of a coin of two decimals over a base pool of three coins.
pub(crate) fn curve_meta(c: &mut Criterion) {
    let base = stable_swap(Template::ThreePool, [18, 6, 6], 2_000);
    let params =
        MetaParams { decimals: 2, amplification: 1_000, fees: Fees { fee: 4_000_000, admin_fee: 5_000_000_000 } };
    let mut meta = MetaPool::new(&params, &base, 0).unwrap();
    meta.add_liquidity(&base, [1_000_000_000, 20_000_000 * ETHER], 0, 0).unwrap();
    for (name, coin_in, coin_out, amount_in) in [
        ("curve/exchange_underlying, into the base pool", 0, 2, 100_000),
        ("curve/exchange_underlying, out of the base pool", 2, 0, 1_000_000_000),
    ] {
        c.bench_function(name, |bencher| {
            bencher.iter_batched_ref(
                || (meta, base),
                |(meta, base)| meta.exchange_underlying(base, coin_in, coin_out, black_box(amount_in), 0, black_box(1)),
                BatchSize::SmallInput,
            );
        });
    }
}
