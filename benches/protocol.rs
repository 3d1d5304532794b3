//! What the state machines cost by themselves: no world, no ledger, no transaction.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plimsoll::{
    math::{U256, mul_div_down},
    protocol::{
        AccountId,
        amm::{
            Amounts, PoolToken, Side,
            uniswap_v2::{FEE_BPS, Pair, ProtocolFee},
        },
        farm::{
            alpha_homora::{
                Bank, BankParams, ForcedSale, Goblin, GoblinId, GoblinParams, InterestModel, PositionId, Site,
                Strategy, Work,
            },
            staking_rewards::StakingRewards,
        },
        lending::{compound_v2 as compound, morpho_blue as morpho},
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

fn morpho_blue(c: &mut Criterion) {
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
        let (books, position) = (market.books_at(12).unwrap(), market.position(AccountId(7)));
        bencher.iter(|| black_box(&books).is_liquidatable(black_box(&position), black_box(price)));
    });
    c.bench_function("morpho_blue/before and restore", |bencher| {
        let mut market = market.clone();
        bencher.iter(|| {
            let before = black_box(&market).before(black_box(AccountId(7)));
            market.restore(black_box(&before));
        });
    });
}

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

fn compound_v2(c: &mut Criterion) {
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

criterion_group!(benches, arithmetic, uniswap_v2, alpha_homora, morpho_blue, compound_v2);
criterion_main!(benches);
