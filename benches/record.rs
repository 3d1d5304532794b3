//! What a row costs.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use plimsoll::deployments::amm::columns::PoolColumns;
use plimsoll::deployments::columns::tokens::TokenColumns;
use plimsoll::output::ticks::BlockColumns;
use plimsoll::rows::amount::Amount;
use plimsoll::rows::columns::Columns;
use plimsoll::rows::csv::{Cell, Line, Steady};

/// A row of 20 cells: 10 floats with all their digits, 10 integers.
fn cells(c: &mut Criterion) {
    let floats: [f64; 10] = std::array::from_fn(|i| libm::sqrt(2.0 + i as f64) * 1_000.0);
    let integers: [u64; 10] = std::array::from_fn(|i| 12_345_678_901 >> (3 * i));
    let mut line = Line::default();
    c.bench_function("record/20_cells", |b| {
        b.iter(|| {
            line.clear();
            for (float, integer) in black_box(&floats).iter().zip(black_box(&integers)) {
                float.write(false, &mut line);
                integer.write(false, &mut line);
            }
            line.end();
            line.as_bytes().len()
        });
    });
}

/// A row of `ticks.csv` with two tokens and a pool.
fn tick(c: &mut Criterion) {
    let token = TokenColumns { price_outside_numeraire: 1_234.567_890_123, price_fundamental_numeraire: 1_233.321 };
    let reserve = |units| Amount { units, decimals: 18 };
    let block = BlockColumns {
        block: 123_456,
        time_s: 1_609_459_200,
        base_fee_gwei: Steady(52.5),
        gas_used: 1_234_567,
        gas_used_background: 0,
        transactions: 6,
        reverts: 1,
        waiting: 0,
        expired: 0,
        liquidations: 0,
        liquidated_debt_numeraire: 0.0,
        bad_debt_numeraire: 0.0,
    };
    let pool = PoolColumns {
        price: 1_234.098_765_432_1,
        reserve_0: reserve(1_234_567_890_123_456_789_012),
        reserve_1: reserve(1_523_456_789_012_345_678_901_234),
        volume_numeraire: 45_678.901_234_5,
    };
    let mut line = Line::default();
    for (name, exact) in [("record/tick", false), ("record/tick_exact", true)] {
        c.bench_function(name, |b| {
            b.iter(|| {
                line.clear();
                black_box(&block).write(exact, &mut line);
                black_box(&token).write(exact, &mut line);
                black_box(&token).write(exact, &mut line);
                black_box(&pool).write(exact, &mut line);
                line.end();
                line.as_bytes().len()
            });
        });
    }
}

criterion_group!(benches, cells, tick);
criterion_main!(benches);
