//! What the state machines cost by themselves: no world, no ledger, no transaction.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plimsoll::{
    math::{U256, mul_div_down},
    protocol::{
        AccountId,
        amm::{
            Amounts, PoolToken, Side,
            curve::{Fees, MetaParams, MetaPool, StableSwap, StableSwapParams, Template},
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

fn curve(c: &mut Criterion) {
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
fn curve_meta(c: &mut Criterion) {
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

criterion_group!(benches, arithmetic, uniswap_v2, curve, curve_meta, alpha_homora);
criterion_main!(benches);
