//! Morpho Blue: calls of one market of 10,000 borrowers.

use std::hint::black_box;

use criterion::Criterion;
use plimsoll_math::U256;
use plimsoll_protocols::AccountId;
use plimsoll_protocols::lending::morpho_blue as morpho;

use super::ETHER;

/// A market with a fee in which nine tenths are lent, to 10,000 borrowers close to their limit.
fn morpho_market() -> morpho::Market {
    let interest = morpho::InterestModel::AdaptiveCurve(morpho::AdaptiveCurve::default());
    let params = morpho::MarketParams { lltv_wad: ETHER / 100 * 86, interest, fee_recipient: AccountId(0) };
    let mut market = morpho::Market::new(params, 0).unwrap();
    market.set_fee(ETHER / 10, 0).unwrap();
    market.supply(AccountId(0), morpho::Amount::Assets(1_000_000 * ETHER), 0).unwrap();
    for borrower in (1..=10_000).map(AccountId) {
        market.supply_collateral(borrower, 110 * ETHER).unwrap();
        market.borrow(borrower, morpho::Amount::Assets(90 * ETHER), U256::from(morpho::PRICE_SCALE), 0).unwrap();
    }
    market
}

pub(crate) fn morpho_blue(c: &mut Criterion) {
    let market = morpho_market();
    let price = U256::from(morpho::PRICE_SCALE);
    for (name, seconds) in [("same second", 0), ("12 seconds later", 12)] {
        c.bench_function(&format!("morpho_blue/borrow, {name}"), |bencher| {
            let (mut market, mut now) = (market.clone(), 0);
            bencher.iter(|| {
                now += seconds;
                let borrower = AccountId(black_box(7));
                black_box(&mut market).borrow(borrower, black_box(morpho::Amount::Assets(1_000)), price, now)
            });
        });
    }
    c.bench_function("morpho_blue/accrue, 12 seconds later", |bencher| {
        let (mut market, mut now) = (market.clone(), 0);
        bencher.iter(|| {
            now += 12;
            black_box(&mut market).accrue(black_box(now))
        });
    });
    c.bench_function("morpho_blue/liquidate, 12 seconds later", |bencher| {
        let (mut market, mut now) = (market.clone(), 0);
        let fallen = U256::from(morpho::PRICE_SCALE / 100 * 90);
        bencher.iter(|| {
            now += 12;
            let size = morpho::LiquidationSize::SeizedAssets(black_box(1_000_000));
            black_box(&mut market).liquidate(AccountId(7), size, black_box(fallen), now).unwrap()
        });
    });
    c.bench_function("morpho_blue/max_liquidation, quoted", |bencher| {
        let fallen = U256::from(morpho::PRICE_SCALE / 100 * 90);
        bencher.iter(|| black_box(&market).max_liquidation(black_box(AccountId(7)), fallen, 12));
    });
    c.bench_function("morpho_blue/is_liquidatable", |bencher| {
        let (state, position) = (market.state_at(12).unwrap(), market.position(AccountId(7)));
        bencher.iter(|| black_box(&state).is_liquidatable(black_box(&position), black_box(price)));
    });
    c.bench_function("morpho_blue/before and restore", |bencher| {
        let mut market = market.clone();
        bencher.iter(|| {
            let before = black_box(&market).before(black_box(AccountId(7)));
            market.restore(black_box(&before));
        });
    });
}
