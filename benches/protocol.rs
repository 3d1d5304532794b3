//! What the state machines cost by themselves: no world, no ledger, no transaction.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plimsoll::{
    math::{SqrtPriceX96, U256, mul_div_down, sqrt_price_at_tick, tick_at_sqrt_price},
    protocol::{
        AccountId,
        amm::{
            Amounts, PoolToken, Side,
            uniswap_v2::{FEE_BPS, Pair, ProtocolFee},
            uniswap_v3::{PositionKey, V3Params, V3Pool},
        },
        farm::{
            alpha_homora::{
                Bank, BankParams, ForcedSale, Goblin, GoblinId, GoblinParams, InterestModel, PositionId, Site,
                Strategy, Work,
            },
            staking_rewards::StakingRewards,
        },
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

/// A pool of 18 and 6 decimals at a price of 2000, with liquidity everywhere and more in narrow ranges.
fn v3_pool() -> V3Pool {
    let mut pool = V3Pool::new(V3Params { fee_pips: 3_000, tick_spacing: 60 }).unwrap();
    pool.initialize(SqrtPriceX96::from_price(2_000e-12).unwrap(), 0).unwrap();
    let key = |tick_lower, tick_upper| PositionKey { owner: AccountId(0), tick_lower, tick_upper };
    pool.mint(key(-887_220, 887_220), 10_u128.pow(18), 0).unwrap();
    let centre = pool.tick() / 60 * 60;
    for steps in 1..=20 {
        pool.mint(key(centre - 60 * steps, centre + 60 * steps), 10_u128.pow(17), 0).unwrap();
    }
    pool
}

fn uniswap_v3_math(c: &mut Criterion) {
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
fn uniswap_v3_crossing(c: &mut Criterion) {
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

fn uniswap_v3(c: &mut Criterion) {
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
            let key = PositionKey { owner, tick_lower: centre - 60 * steps, tick_upper: centre + 60 * steps };
            bencher.iter(|| {
                now += 1;
                let minted = black_box(&mut pool).mint(key, black_box(ETHER), now);
                (minted, pool.burn(key, ETHER, now))
            });
        });
    }
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
        bank.work(order, &mut Site { goblin, farm, pair }, 1).unwrap().debt_after
    }

    fn kill(&mut self) -> u128 {
        let Self { bank, goblin, farm, pair } = self;
        let mut site = Site { goblin, farm, pair };
        bank.kill(PositionId(1), ForcedSale::Executed, &mut site, 2).unwrap().prize
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

criterion_group!(benches, arithmetic, uniswap_v2, uniswap_v3_math, uniswap_v3, uniswap_v3_crossing, alpha_homora);
criterion_main!(benches);
