//! What the state machines cost by themselves: no world, no ledger, no transaction.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plimsoll::{
    math::{
        Fixed18, U256,
        log_exp::{exp, ln},
        mul_div_down,
    },
    protocol::{
        AccountId,
        amm::{
            Amounts, PoolToken, Side,
            balancer::{TokenParams, WeightedPool, WeightedPoolParams},
            uniswap_v2::{FEE_BPS, Pair, ProtocolFee},
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

/// Powers as pools need them: of a ratio near one, of a ratio further off, and of a balance.
fn powers(c: &mut Criterion) {
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

fn balancer(c: &mut Criterion) {
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

criterion_group!(benches, arithmetic, powers, uniswap_v2, balancer, alpha_homora);
criterion_main!(benches);
