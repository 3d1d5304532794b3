//! Compound v2: calls of two markets of 10,000 borrowers.

use std::hint::black_box;

use criterion::Criterion;
use plimsoll_protocols::AccountId;
use plimsoll_protocols::lending::compound_v2 as compound;

use super::ETHER;

/// Two markets in which 10,000 borrowers owe one token against the other, close to their limit.
fn compound_markets(prices: compound::Prices) -> compound::Comptroller {
    let mut comptroller = compound::Comptroller::new(compound::ComptrollerParams {
        close_factor_wad: ETHER / 2,
        liquidation_incentive_wad: ETHER / 100 * 108,
        protocol_seize_share_wad: compound::PROTOCOL_SEIZE_SHARE_WAD,
    });
    let percent = ETHER / 100;
    let interest = compound::InterestModel::jump_rate_v2(2 * percent, 18 * percent, 400 * percent, 80 * percent);
    for initial_exchange_rate_wad in [200_000_000 * ETHER, ETHER / 5_000] {
        let params = compound::MarketParams {
            collateral_factor_wad: 82 * percent,
            reserve_factor_wad: 20 * percent,
            initial_exchange_rate_wad,
            interest: interest.unwrap(),
        };
        comptroller.list(params, 0).unwrap();
    }
    comptroller.mint(compound::MarketId(1), AccountId(0), 18_000_000_000_000, 0).unwrap();
    for borrower in (1..=10_000).map(AccountId) {
        comptroller.mint(compound::MarketId(0), borrower, ETHER, 0).unwrap();
        comptroller.enter_market(compound::MarketId(0), borrower).unwrap();
        comptroller.borrow(compound::MarketId(1), borrower, 1_400_000_000, prices, 0).unwrap();
    }
    comptroller
}

pub(crate) fn compound_v2(c: &mut Criterion) {
    let (weth, usdc) = (compound::MarketId(0), compound::MarketId(1));
    let prices = compound::Prices(&[1_800 * ETHER, 1_000_000_000_000 * ETHER]);
    let fallen = compound::Prices(&[1_600 * ETHER, 1_000_000_000_000 * ETHER]);
    let comptroller = compound_markets(prices);
    let order = compound::LiquidationOrder {
        debt: usdc,
        collateral: weth,
        liquidator: AccountId(0),
        borrower: AccountId(7),
        amount: 1,
    };
    for (name, blocks) in [("same block", 0), ("a block later", 1)] {
        c.bench_function(&format!("compound_v2/borrow, {name}"), |bencher| {
            let (mut comptroller, mut block) = (comptroller.clone(), 0);
            bencher.iter(|| {
                block += blocks;
                black_box(&mut comptroller).borrow(usdc, black_box(AccountId(7)), black_box(1), prices, block)
            });
        });
    }
    c.bench_function("compound_v2/liquidate, a block later", |bencher| {
        let (mut comptroller, mut block) = (comptroller.clone(), 0);
        bencher.iter(|| {
            block += 1;
            black_box(&mut comptroller).liquidate(black_box(order), fallen, block).unwrap()
        });
    });
    c.bench_function("compound_v2/accrue, a block later", |bencher| {
        let (mut comptroller, mut block) = (comptroller.clone(), 0);
        bencher.iter(|| {
            block += 1;
            black_box(&mut comptroller).accrue(usdc, black_box(block))
        });
    });
    c.bench_function("compound_v2/account_liquidity", |bencher| {
        bencher.iter(|| black_box(&comptroller).account_liquidity(black_box(AccountId(7)), prices));
    });
}
