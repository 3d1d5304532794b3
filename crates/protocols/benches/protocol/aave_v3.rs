//! Aave v3: calls of one market.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use plimsoll_math::RAY;
use plimsoll_protocols::AccountId;
use plimsoll_protocols::lending::aave_v3::{
    CollateralParams, EModeId, FlashPremiums, KinkedRate, LiquidationCall, Market, Payout, RateStrategy, ReserveId,
    ReserveParams, ReserveStatus, UserId, Withdrawal,
};

use super::ETHER;

/// Ether and dollars in an Aave market, both lent out in part, and a borrower of dollars against ether.
struct AaveTown;

impl AaveTown {
    const ETHER_RESERVE: ReserveId = ReserveId(0);
    const DOLLAR_RESERVE: ReserveId = ReserveId(1);
    const LENDER: UserId = UserId(1);
    const BORROWER: UserId = UserId(2);
    const DOLLAR: u128 = 1_000_000;
    /// Prices with which the borrower may borrow, and with which the borrower may be liquidated.
    const CALM: [u128; 2] = [180_000_000_000, 100_000_000];
    const CRASH: [u128; 2] = [117_000_000_000, 100_000_000];

    fn reserve(ltv_bps: u16, slope_2_percent: u128) -> ReserveParams {
        let percent = RAY / 100;
        let rate = KinkedRate { base_ray: 0, slope_1_ray: 4 * percent, slope_2_ray: slope_2_percent * percent };
        ReserveParams {
            collateral: CollateralParams {
                ltv_bps,
                liquidation_threshold_bps: ltv_bps + 250,
                liquidation_bonus_bps: 10_500,
            },
            reserve_factor_bps: 1_000,
            liquidation_protocol_fee_bps: 1_000,
            strategy: RateStrategy {
                optimal_usage_ray: 80 * percent,
                variable: rate,
                stable: rate,
                stable_excess_offset_ray: 0,
                optimal_stable_share_ray: RAY,
            },
            supply_cap: None,
            borrow_cap: None,
            emode: EModeId::NONE,
            status: ReserveStatus::Active,
            borrowing: true,
            flash_loans: true,
        }
    }

    fn market() -> Market {
        let mut market = Market::new(AccountId(0), FlashPremiums { total_bps: 5, to_protocol_bps: 0 }).unwrap();
        market.add_reserve(18, Self::reserve(8_000, 80)).unwrap();
        market.add_reserve(6, Self::reserve(7_500, 60)).unwrap();
        (1..=3).for_each(|account| {
            market.enter(AccountId(account));
        });
        market.supply(Self::LENDER, Self::DOLLAR_RESERVE, 50_000_000 * Self::DOLLAR, 1).unwrap();
        market.supply(Self::LENDER, Self::ETHER_RESERVE, 100_000 * ETHER, 1).unwrap();
        market.supply(Self::BORROWER, Self::ETHER_RESERVE, 10 * ETHER, 1).unwrap();
        market.borrow(Self::BORROWER, Self::DOLLAR_RESERVE, 10_000 * Self::DOLLAR, &Self::CALM, 2).unwrap();
        market.borrow(Self::LENDER, Self::ETHER_RESERVE, 20_000 * ETHER, &Self::CALM, 2).unwrap();
        market.supply(UserId(3), Self::DOLLAR_RESERVE, Self::DOLLAR, 1_000).unwrap();
        market.borrow(Self::LENDER, Self::DOLLAR_RESERVE, 5_000_000 * Self::DOLLAR, &Self::CALM, 1_000).unwrap();
        market
    }

    fn bench<T>(c: &mut Criterion, name: &str, call: impl Fn(&mut Market) -> T) {
        let market = Self::market();
        c.bench_function(name, |bencher| {
            bencher.iter_batched_ref(|| market.clone(), |market| call(black_box(market)), BatchSize::SmallInput);
        });
    }
}

pub(crate) fn aave_v3(c: &mut Criterion) {
    use AaveTown as Town;
    let now = black_box(1_012);
    let call = LiquidationCall {
        user: Town::BORROWER,
        collateral: Town::ETHER_RESERVE,
        debt: Town::DOLLAR_RESERVE,
        debt_to_cover: u128::MAX,
    };
    let few = black_box(100 * Town::DOLLAR);
    Town::bench(c, "aave_v3/liquidate, collateral paid out", |market| {
        market.liquidate(call, Payout::Underlying, &Town::CRASH, now).unwrap()
    });
    Town::bench(c, "aave_v3/liquidate, claim taken", |market| {
        market.liquidate(call, Payout::Claim(Town::LENDER), &Town::CRASH, now).unwrap()
    });
    Town::bench(c, "aave_v3/supply", |market| market.supply(Town::LENDER, Town::DOLLAR_RESERVE, few, now).unwrap());
    Town::bench(c, "aave_v3/withdraw, with debt", |market| {
        let few = Withdrawal::Exactly(ETHER / 100);
        market.withdraw(Town::BORROWER, Town::ETHER_RESERVE, few, &Town::CALM, now).unwrap()
    });
    Town::bench(c, "aave_v3/borrow", |market| {
        market.borrow(Town::BORROWER, Town::DOLLAR_RESERVE, few, &Town::CALM, now).unwrap()
    });
    Town::bench(c, "aave_v3/repay", |market| market.repay(Town::BORROWER, Town::DOLLAR_RESERVE, few, now).unwrap());
    let market = Town::market();
    c.bench_function("aave_v3/accrue one reserve", |bencher| {
        bencher.iter(|| black_box(&market).reserve(Town::DOLLAR_RESERVE).unwrap().accrued(now));
    });
    c.bench_function("aave_v3/health factor", |bencher| {
        bencher.iter(|| black_box(&market).account_data(black_box(Town::BORROWER), black_box(&Town::CRASH), now));
    });
    c.bench_function("aave_v3/quote_liquidation", |bencher| {
        bencher.iter(|| black_box(&market).quote_liquidation(black_box(call), black_box(&Town::CRASH), now));
    });
    let touched = [Town::ETHER_RESERVE, Town::DOLLAR_RESERVE];
    Town::bench(c, "aave_v3/before and restore of a liquidation", |market| {
        let before = market.before(&touched, &[Town::BORROWER, Town::LENDER, Market::TREASURY]);
        market.restore(before);
    });
}
