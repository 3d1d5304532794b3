//! Maker: calls of a system of 10,000 urns, its auctions and their price curves.

use std::hint::black_box;

use criterion::{BatchSize, Criterion};
use plimsoll_math::{Rad, Ray};
use plimsoll_protocols::{AccountId, lending::maker};

use super::ETHER;

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
        calc: maker::Abacus::Stairstep { cut: Ray(99 * HUNDREDTH_RAY), step_seconds: 90 },
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

fn urns(c: &mut Criterion) {
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
        let (state, position) = (*system.ilk_state(ILK).unwrap(), system.position(ILK, AccountId(7)).unwrap());
        bencher.iter(|| black_box(&state).is_liquidatable(black_box(&position)));
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

fn auctions(c: &mut Criterion) {
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

fn curves(c: &mut Criterion) {
    let top = Ray(2_600 * Ray::ONE.0);
    let curves = [
        ("linear", maker::Abacus::Linear { tau_seconds: 14_400 }),
        ("stairstep", maker::Abacus::Stairstep { cut: Ray(99 * HUNDREDTH_RAY), step_seconds: 90 }),
        ("exponential", maker::Abacus::Exponential { cut: Ray(999_888_336_049_213_000_000_000_000) }),
    ];
    for (name, curve) in curves {
        c.bench_function(&format!("maker/price, {name}, after 45 minutes"), |bencher| {
            bencher.iter(|| black_box(&curve).price(black_box(top), black_box(2_700)));
        });
    }
}

pub(crate) fn maker(c: &mut Criterion) {
    urns(c);
    auctions(c);
    curves(c);
}
