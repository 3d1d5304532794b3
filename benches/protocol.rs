//! What the state machines cost by themselves: no world, no ledger, no transaction.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plimsoll::{
    math::{RAY, U256, mul_div_down, ray},
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
        lending::aave_v3::{
            CollateralParams, EModeId, FlashPremiums, KinkedRate, LiquidationCall, Market, Payout, RateStrategy,
            ReserveId, ReserveParams, ReserveStatus, UserId, Withdrawal,
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
    c.bench_function("math/ray_mul_half_up", |bencher| {
        bencher.iter(|| ray::ray_mul_half_up(black_box(a), black_box(RAY + a)));
    });
    c.bench_function("math/ray_div_half_up", |bencher| {
        bencher.iter(|| ray::ray_div_half_up(black_box(a), black_box(RAY + a)));
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

fn aave_v3(c: &mut Criterion) {
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

criterion_group!(benches, arithmetic, uniswap_v2, alpha_homora, aave_v3);
criterion_main!(benches);
