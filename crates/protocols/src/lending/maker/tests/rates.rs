//! `jug.t.sol` and `pot.t.sol`: stability fees and savings.

use super::*;

/// Five percent a day.
const FIVE_PERCENT: Ray = Ray(1_000_000_564_701_133_626_865_910_626);
/// Ten percent a day.
const TEN_PERCENT: Ray = Ray(1_000_001_103_127_689_513_476_993_127);

/// A debt of 100 dai on which the vow earns fees.
fn lent(duty: Ray) -> Maker {
    let mut maker = market(&params(), &IlkParams { duty, ..ilk_params() }, 1_000);
    frob(&mut maker, 100, 100).unwrap();
    maker
}

/// Returns the vow's dai in wads.
fn surplus(maker: &Maker) -> u128 {
    maker.state().vow.dai.to_wad_down().unwrap()
}

#[test]
fn fees_of_five_percent_a_day_compound() {
    for (days, earned) in [(0, 0), (1, 5 * WAD), (2, cents(1_025)), (3, WAD / 10_000 * 157_625)] {
        let mut maker = lent(FIVE_PERCENT);
        maker.drip(GOLD, START + days * DAY).unwrap();
        assert_eq!(surplus(&maker), earned, "after {days} days");
        assert_sums(&maker);
    }
}

#[test]
fn fees_below_zero_are_paid_by_the_vow() {
    let mut maker = lent(Ray(999_999_706_969_857_929_985_428_567));
    let poor = maker.drip(GOLD, START + 3 * DAY);
    assert!(matches!(poor, Err(MakerError::InsufficientDai { held: Rad::ZERO, .. })));
    let mut rich = lent(Ray(999_999_706_969_857_929_985_428_567));
    rich.state.vow.dai = dai(100);
    rich.state.vat.debt = rich.state.vat.debt.checked_add(dai(100)).unwrap();
    let dripped = rich.drip(GOLD, START + 3 * DAY).unwrap();
    assert_eq!(surplus(&rich), WAD / 10_000_000 * 926_859_375);
    assert_eq!(dripped.fees, Rad::ZERO);
    assert_eq!(dripped.refunds.checked_add(rich.state().vow.dai), Ok(dai(100)));
}

#[test]
fn a_fee_changes_only_when_it_was_counted() {
    let mut maker = lent(FIVE_PERCENT);
    maker.drip(GOLD, START + DAY).unwrap();
    assert_eq!(surplus(&maker), 5 * WAD);
    let stale = maker.set_duty(GOLD, TEN_PERCENT, START + DAY + 1);
    assert_eq!(stale, Err(MakerError::RateNotUpdated { rho: START + DAY, now: START + DAY + 1 }));
    maker.set_duty(GOLD, TEN_PERCENT, START + DAY).unwrap();
    assert_eq!(maker.rate_at(GOLD, START + 2 * DAY).map(|rate| rate.0 / 10_u128.pow(9)), Ok(WAD / 1_000 * 1_155));
    maker.drip(GOLD, START + 2 * DAY).unwrap();
    assert_eq!(surplus(&maker), WAD / 10 * 155);
    assert_eq!(maker.state().vat.debt.to_wad_down(), Ok(WAD / 10 * 1_155));
    let back = maker.drip(GOLD, START);
    assert_eq!(back, Err(MakerError::RateFromTheFuture { rho: START + 2 * DAY, now: START }));
}

/// `test_drip_base`: five percent a second and five percent of `base` on top.
#[test]
fn the_base_fee_is_added() {
    let mut maker = market(&MakerParams { base: hundredths(5), ..params() }, &ilk_params(), 1_000);
    maker.ilks[0].state.duty = hundredths(105);
    frob(&mut maker, 100, 100).unwrap();
    maker.drip(GOLD, START + 1).unwrap();
    assert_eq!(surplus(&maker), 10 * WAD);
}

#[test]
fn a_rate_that_vanished_lends_no_more() {
    let mut maker = lent(Ray::ONE);
    frob(&mut maker, 0, -100).unwrap();
    maker.set_duty(GOLD, Ray::ZERO, START).unwrap();
    maker.drip(GOLD, START + 1).unwrap();
    assert_eq!(frob(&mut maker, 0, 1), Err(MakerError::NoRate { ilk: GOLD }));
}

fn saver(dsr: Ray) -> Maker {
    let mut maker = market(&MakerParams { dsr, ..params() }, &ilk_params(), 500);
    maker.endow_at_genesis(ME, dai(100)).unwrap();
    maker.pot_join(ME, ether(100), START).unwrap();
    maker
}

#[test]
fn savings_earn_five_percent_in_a_day() {
    let mut maker = saver(FIVE_PERCENT);
    assert_eq!(maker.internal_dai(ME), InternalDai { dai: Rad::ZERO, pie: ether(100) });
    maker.pot_drip(START + DAY).unwrap();
    let saved = maker.pot_exit(ME, ether(100)).unwrap();
    assert_eq!(saved.dai.to_wad_down(), Ok(ether(105)));
    assert_eq!((maker.internal_dai(ME).dai, maker.internal_dai(ME).pie), (saved.dai, 0));
    assert_sums(&maker);
}

/// `test_drip_multi` and `test_save_multi`.
#[test]
fn the_vow_owes_what_savers_earn() {
    let mut maker = saver(FIVE_PERCENT);
    maker.pot_drip(START + DAY).unwrap();
    assert_eq!(maker.state().pot.dai.to_wad_down(), Ok(ether(105)));
    maker.set_dsr(TEN_PERCENT, START + DAY).unwrap();
    let mut halved = maker.clone();
    maker.pot_drip(START + 2 * DAY).unwrap();
    assert_eq!(maker.state().vow.sin.to_wad_down(), Ok(cents(1_550)));
    assert_eq!(maker.state().pot.dai.to_wad_down(), Ok(cents(11_550)));
    assert_eq!(maker.state().pot.total_pie, ether(100));
    assert_eq!(maker.state().pot.chi.0 / 10_u128.pow(9), WAD / 1_000 * 1_155);
    halved.pot_exit(ME, ether(50)).unwrap();
    assert_eq!(halved.internal_dai(ME).dai.to_wad_down(), Ok(cents(5_250)));
    halved.pot_drip(START + 2 * DAY).unwrap();
    halved.pot_exit(ME, ether(50)).unwrap();
    assert_eq!(halved.internal_dai(ME).dai.to_wad_down(), Ok(cents(11_025)));
    assert_eq!(halved.state().pot.total_pie, 0);
}

/// `testFail_stale_chi` and what else the pot refuses.
#[test]
fn the_pot_takes_no_dai_at_a_stale_index() {
    let mut maker = saver(FIVE_PERCENT);
    let stale = MakerError::IndexNotUpdated { rho: START, now: START + DAY };
    assert_eq!(maker.pot_join(ME, 1, START + DAY), Err(stale));
    assert_eq!(maker.set_dsr(TEN_PERCENT, START + DAY), Err(stale));
    assert_eq!(maker.pot_drip(START - 1), Err(MakerError::IndexFromTheFuture { rho: START, now: START - 1 }));
    assert_eq!(maker.pot_exit(BOB, 1), Err(MakerError::InsufficientPie { held: 0, asked: 1 }));
    let poor = MakerError::InsufficientDai { held: Rad::ZERO, asked: Rad::product(1, Ray::ONE) };
    assert_eq!(maker.pot_join(ME, 1, START), Err(poor));
    maker.set_dsr(Ray(Ray::ONE.0 - 1), START).unwrap();
    assert!(matches!(maker.pot_drip(START + 1), Err(MakerError::IndexFalls { .. })));
}

/// A fee that does not compound, as a wrong variant, earns 14.6 and not 15.7625 in three days.
#[test]
fn a_fee_that_does_not_compound_is_another() {
    let mut maker = lent(FIVE_PERCENT);
    maker.drip(GOLD, START + 3 * DAY).unwrap();
    let plain = (FIVE_PERCENT.0 - Ray::ONE.0) * 100 * u128::from(3 * DAY) / 10_u128.pow(9);
    assert!(plain + ether(1) < surplus(&maker), "{plain}");
}
