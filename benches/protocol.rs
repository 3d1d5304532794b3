//! What the state machines cost by themselves: no world, no ledger, no transaction.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use plimsoll::{
    math::{Rad, Ray, U256, mul_div_down},
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
        lending::{maker, morpho_blue as morpho},
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

const HUNDREDTH_RAY: u128 = 10_000_000_000_000_000_000_000_000;
const ILK: maker::IlkId = maker::IlkId(0);
const AUCTION: maker::AuctionId = maker::AuctionId(1);

fn dai(whole: u128) -> Rad {
    Rad::from_wad(whole * ETHER)
}

/// An ilk whose auctions fall by a percent every 90 seconds, or are those of March 2020.
fn maker_ilk() -> maker::IlkParams {
    let clipper = maker::ClipperParams {
        chop_wad: ETHER / 100 * 113,
        hole: dai(100_000_000),
        buf: Ray(130 * HUNDREDTH_RAY),
        tail_seconds: 8_400,
        cusp: Ray(40 * HUNDREDTH_RAY),
        chip_wad: ETHER / 1_000,
        tip: dai(300),
        curve: maker::PriceCurve::Stairstep { cut: Ray(99 * HUNDREDTH_RAY), step_seconds: 90 },
        breaker: maker::Breaker::Closed,
    };
    let cat = maker::CatRelease::V1_0 { chop: Ray(113 * HUNDREDTH_RAY), lump: 50 * ETHER };
    maker::IlkParams {
        mat: Ray(150 * HUNDREDTH_RAY),
        line: dai(1_000_000_000),
        dust: dai(5_000),
        duty: Ray(1_000_000_000_627_937_192_491_029_810),
        gem_decimals: 18,
        clipper: Some(clipper),
        flipper: Some(maker::FlipperParams::as_deployed(cat)),
    }
}

/// A system with so many borrowers, each of whom owes 10,000 dai on 8 ether that are worth 2,000 each.
fn maker_system(borrowers: u32) -> maker::Maker {
    let params = maker::MakerParams {
        line: dai(1_000_000_000),
        hole: dai(100_000_000),
        litter_box: Rad::ZERO,
        base: Ray::ZERO,
        dsr: Ray::ONE,
        par: Ray::ONE,
        wait_seconds: 0,
    };
    let mut system = maker::Maker::new(&params, 0);
    system.add_ilk(&maker_ilk(), 0).unwrap();
    system.set_price(ILK, Some(2_000 * ETHER)).unwrap();
    system.poke(ILK).unwrap();
    for borrower in (0..borrowers).map(AccountId) {
        system.gem_join(ILK, borrower, 1_000 * ETHER).unwrap();
        system.frob(ILK, borrower, 8 * 10_i128.pow(18), 10_000 * 10_i128.pow(18)).unwrap();
    }
    system.endow_at_genesis(AccountId(0), dai(1_000_000)).unwrap();
    system.drip(ILK, 12).unwrap();
    system
}

/// The same after a fall to 1,500.
fn fallen_maker_system() -> maker::Maker {
    let mut system = maker_system(2);
    system.set_price(ILK, Some(1_500 * ETHER)).unwrap();
    system.poke(ILK).unwrap();
    system
}

fn maker_urns(c: &mut Criterion) {
    let system = maker_system(10_000);
    c.bench_function("maker/frob", |bencher| {
        let mut system = system.clone();
        bencher.iter(|| black_box(&mut system).frob(ILK, AccountId(black_box(7)), black_box(1_000), black_box(1)));
    });
    for (name, seconds) in [("12 seconds", 12), ("an hour", 3_600)] {
        c.bench_function(&format!("maker/drip, {name} later"), |bencher| {
            let (mut system, mut now) = (system.clone(), 12);
            bencher.iter(|| {
                now += seconds;
                black_box(&mut system).drip(ILK, black_box(now))
            });
        });
    }
    c.bench_function("maker/is_liquidatable", |bencher| {
        let (books, position) = (*system.ilk_books(ILK).unwrap(), system.position(ILK, AccountId(7)).unwrap());
        bencher.iter(|| black_box(&books).is_liquidatable(black_box(&position)));
    });
    c.bench_function("maker/before and restore, a frob", |bencher| {
        let mut system = system.clone();
        let accounts = [AccountId(7)];
        let touched = maker::Touched { ilk: Some(ILK), accounts: &accounts, auction: None, era: 12 };
        bencher.iter(|| {
            let before = black_box(&system).before(black_box(&touched));
            system.restore(black_box(&before));
        });
    });
}

fn maker_auctions(c: &mut Criterion) {
    let fallen = fallen_maker_system();
    c.bench_function("maker/bark", |bencher| {
        let bark = |system: &mut maker::Maker| system.bark(ILK, AccountId(1), AccountId(0), black_box(12)).unwrap();
        bencher.iter_batched_ref(|| fallen.clone(), bark, BatchSize::SmallInput);
    });
    let mut barked = fallen.clone();
    barked.bark(ILK, AccountId(1), AccountId(0), 12).unwrap();
    for (name, elapsed) in [("at once", 0), ("after 45 minutes", 2_700)] {
        c.bench_function(&format!("maker/take, a part, {name}"), |bencher| {
            let mut system = barked.clone();
            let max_price = Ray(u128::MAX);
            bencher.iter(|| {
                let amount = black_box(1_000_000);
                black_box(&mut system).take(ILK, AUCTION, AccountId(0), amount, max_price, 12 + elapsed).unwrap()
            });
        });
        c.bench_function(&format!("maker/take, all of it, {name}"), |bencher| {
            let take = |system: &mut maker::Maker| {
                let amount = black_box(u128::MAX);
                system.take(ILK, AUCTION, AccountId(0), amount, Ray(u128::MAX), 12 + elapsed).unwrap()
            };
            bencher.iter_batched_ref(|| barked.clone(), take, BatchSize::SmallInput);
        });
    }
    c.bench_function("maker/quote_take", |bencher| {
        bencher
            .iter(|| black_box(&barked).quote_take(ILK, AUCTION, black_box(ETHER), Ray(u128::MAX), black_box(2_712)));
    });
    let mut bitten = fallen.clone();
    bitten.bite(ILK, AccountId(1), 12).unwrap();
    bitten.tend(ILK, AUCTION, AccountId(1), 8 * ETHER, dai(1), 12).unwrap();
    c.bench_function("maker/tend", |bencher| {
        let bid = dai(5_000);
        let tend = |system: &mut maker::Maker| {
            system.tend(ILK, AUCTION, AccountId(0), 8 * ETHER, black_box(bid), black_box(24)).unwrap()
        };
        bencher.iter_batched_ref(|| bitten.clone(), tend, BatchSize::SmallInput);
    });
}

fn maker_curves(c: &mut Criterion) {
    let top = Ray(2_600 * Ray::ONE.0);
    let curves = [
        ("linear", maker::PriceCurve::Linear { tau_seconds: 14_400 }),
        ("stairstep", maker::PriceCurve::Stairstep { cut: Ray(99 * HUNDREDTH_RAY), step_seconds: 90 }),
        ("exponential", maker::PriceCurve::Exponential { cut: Ray(999_888_336_049_213_000_000_000_000) }),
    ];
    for (name, curve) in curves {
        c.bench_function(&format!("maker/price, {name}, after 45 minutes"), |bencher| {
            bencher.iter(|| black_box(&curve).price(black_box(top), black_box(2_700)));
        });
    }
}

criterion_group!(benches, arithmetic, uniswap_v2, alpha_homora, morpho_blue, maker_urns, maker_auctions, maker_curves);
criterion_main!(benches);
