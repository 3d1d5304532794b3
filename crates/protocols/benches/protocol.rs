//! What the state machines cost by themselves: no world, no ledger, no transaction.

#[path = "protocol/aave_v3.rs"]
mod aave_v3;
#[path = "protocol/balancer.rs"]
mod balancer;
#[path = "protocol/compound_v2.rs"]
mod compound_v2;
#[path = "protocol/curve.rs"]
mod curve;
#[path = "protocol/maker.rs"]
mod maker;
#[path = "protocol/morpho_blue.rs"]
mod morpho_blue;
#[path = "protocol/uniswap_v3.rs"]
mod uniswap_v3;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plimsoll_math::{U256, mul_div_down};
use plimsoll_protocols::{
    AccountId,
    amm::{
        Amounts, PoolToken, Side,
        uniswap_v2::{FEE_BPS, Pair, ProtocolFee},
    },
    farm::{
        alpha_homora::{
            Bank, BankParams, Goblin, GoblinId, GoblinParams, InterestModel, IntoPair, PositionId, Site, Strategy, Work,
        },
        staking_rewards::StakingRewards,
    },
};

const ETHER: u128 = 1_000_000_000_000_000_000;

fn pair() -> Pair {
    let mut pair = Pair::new(FEE_BPS, ProtocolFee::Off).unwrap();
    let paid = Amounts { token_0: 10_000 * ETHER, token_1: 4_000_000 * ETHER };
    pair.mint(paid, 0).unwrap();
    pair
}

fn arithmetic(c: &mut Criterion) {
    let (a, b, divisor) = (9_970 * ETHER, 4_000_000 * ETHER, 100_009_970 * ETHER);
    c.bench_function("math/mul_div_down", |bencher| {
        bencher.iter(|| mul_div_down(black_box(a), black_box(b), black_box(divisor)));
    });
    c.bench_function("math/mul_div_down, product below 2^128", |bencher| {
        bencher.iter(|| mul_div_down(black_box(ETHER), black_box(10_000), black_box(ETHER + 1)));
    });
    c.bench_function("math/sqrt_down of 224 bits", |bencher| {
        bencher.iter(|| U256::product(black_box(a << 30), black_box(b << 30)).sqrt_down());
    });
}

fn uniswap_v2(c: &mut Criterion) {
    let pair = pair();
    c.bench_function("uniswap_v2/quote_exact_in", |bencher| {
        bencher.iter(|| black_box(&pair).quote_exact_in(Side::ZeroForOne, black_box(ETHER)));
    });
    c.bench_function("uniswap_v2/swap_exact_in, same second", |bencher| {
        let mut pair = pair;
        let mut side = [Side::ZeroForOne, Side::OneForZero].into_iter().cycle();
        bencher.iter(|| {
            let side = side.next().unwrap();
            black_box(&mut pair).swap_exact_in(black_box(side), black_box(ETHER), black_box(0))
        });
    });
    c.bench_function("uniswap_v2/swap_exact_in, a second later", |bencher| {
        let mut pair = pair;
        let mut now = 0;
        bencher.iter(|| {
            now += 1;
            let side = if now % 2 == 0 { Side::ZeroForOne } else { Side::OneForZero };
            black_box(&mut pair).swap_exact_in(black_box(side), black_box(ETHER), black_box(now))
        });
    });
}

/// A bank with one goblin, its farm and its pair.
#[derive(Clone)]
struct Farmstead {
    bank: Bank,
    goblin: Goblin,
    farm: StakingRewards,
    pair: Pair,
}

impl Farmstead {
    fn new() -> Self {
        let pair = pair();
        let params =
            BankParams { min_debt: ETHER, reserve_bps: 1_000, kill_bps: 500, interest: InterestModel::TripleSlope };
        let goblin = GoblinParams {
            base_side: PoolToken::Zero,
            work_factor_bps: 7_000,
            kill_factor_bps: 8_000,
            reinvest_bounty_bps: 300,
        };
        let mut bank = Bank::new(params, 0);
        bank.deposit(10_000 * ETHER, 0).unwrap();
        let goblin = Goblin::new(AccountId(9), goblin, &pair).unwrap();
        Self { bank, goblin, farm: StakingRewards::new(604_800), pair }
    }

    fn open(&mut self) -> u128 {
        let order = Work {
            position: None,
            user: AccountId(1),
            goblin: GoblinId(0),
            value: 10 * ETHER,
            loan: 15 * ETHER,
            max_return: 0,
            strategy: Strategy::AllBase { min_lp: 0 },
        };
        let Self { bank, goblin, farm, pair } = self;
        bank.work(order, &mut Site { goblin, farm, pair }, &mut IntoPair, 1).unwrap().debt_after
    }

    fn kill(&mut self) -> u128 {
        let Self { bank, goblin, farm, pair } = self;
        let mut site = Site { goblin, farm, pair };
        bank.kill(PositionId(1), &mut site, &mut IntoPair, 2).unwrap().prize
    }
}

fn alpha_homora(c: &mut Criterion) {
    let empty = Farmstead::new();
    let mut fallen = empty.clone();
    fallen.open();
    fallen.pair.swap_exact_in(Side::OneForZero, 4_000_000 * ETHER, 1).unwrap();
    c.bench_function("alpha_homora/work, open with base alone", |bencher| {
        bencher.iter_batched_ref(|| empty.clone(), Farmstead::open, BatchSize::SmallInput);
    });
    c.bench_function("alpha_homora/kill", |bencher| {
        bencher.iter_batched_ref(|| fallen.clone(), Farmstead::kill, BatchSize::SmallInput);
    });
}

criterion_group!(
    benches,
    arithmetic,
    uniswap_v2,
    alpha_homora,
    aave_v3::aave_v3,
    morpho_blue::morpho_blue,
    compound_v2::compound_v2,
    balancer::powers,
    balancer::balancer,
    curve::curve,
    curve::curve_meta,
    maker::maker,
    uniswap_v3::uniswap_v3_math,
    uniswap_v3::uniswap_v3,
    uniswap_v3::uniswap_v3_crossing
);
criterion_main!(benches);
