//! `dog.t.sol` and `clip.t.sol`: how much of an urn is liquidated at once.

use super::*;

/// The suite's market with no penalty, so much room of the ilk's, and this dust.
fn with_room(hole: Rad, dust: Rad, chop_wad: u128) -> Maker {
    let clipper = ClipperParams { chop_wad, hole, ..clipper_params() };
    fallen_with(&params(), &IlkParams { dust, clipper: Some(clipper), ..ilk_params() })
}

/// `test_bark_not_leaving_dust` and `test_bark_not_leaving_dust_over_hole`.
#[test]
fn an_urn_that_would_owe_too_little_is_liquidated_whole() {
    let mut maker = with_room(dai(80), dai(20), WAD);
    let barked = maker.bark(GOLD, ME, ALI, START).unwrap();
    assert_eq!((barked.tab, barked.ink, urn(&maker)), (dai(80), ether(32), (ether(8), ether(20))));
    let a_unit_more = dai(80).checked_add(Rad::product(1, Ray::ONE)).unwrap();
    let mut maker = with_room(a_unit_more, dai(20), WAD);
    let barked = maker.bark(GOLD, ME, ALI, START).unwrap();
    assert_eq!((barked.tab, barked.ink, urn(&maker)), (dai(100), ether(40), (0, 0)));
    assert!(maker.clipper_state(GOLD).unwrap().dirt > a_unit_more);
}

/// `test_bark_not_leaving_dust_rate` and `test_bark_only_leaving_dust_over_hole_rate`.
#[test]
fn dust_counts_with_fees() {
    let with_fees = |hole: Rad, dust: Rad| {
        let mut maker = with_room(hole, dust, WAD);
        maker.set_duty(GOLD, hundredths(102), START).unwrap();
        maker.drip(GOLD, START + 1).unwrap();
        maker
    };
    let mut maker = with_fees(dai(100), dai(20));
    let barked = maker.bark(GOLD, ME, ALI, START + 1).unwrap();
    assert_eq!((barked.tab, barked.ink, urn(&maker)), (dai(102), ether(40), (0, 0)));
    let mut maker = with_fees(dai_cents(8_160), dai_cents(2_040));
    let barked = maker.bark(GOLD, ME, ALI, START + 1).unwrap();
    assert_eq!((barked.tab, barked.ink, urn(&maker)), (dai_cents(8_160), ether(32), (ether(8), ether(20))));
    assert_sums(&maker);
}

/// `test_partial_liquidation_Hole_limit` and `test_partial_liquidation_hole_limit`.
#[test]
fn the_ilk_and_the_system_limit_what_auctions_seek() {
    let mut of_the_system = fallen();
    of_the_system.set(SystemParameter::Hole(dai(75)));
    let of_the_ilk = with_room(dai(75), dai(20), cents(110));
    for mut maker in [of_the_system, of_the_ilk] {
        let barked = maker.bark(GOLD, ME, ALI, START).unwrap();
        let art = dai(75).units().div_down(Ray::ONE.0).unwrap().mul_div_down(WAD, cents(110)).unwrap();
        assert_eq!((U256::from(barked.art), barked.ink), (art, 40 * barked.art / 100));
        assert_eq!(dai(75).checked_sub(barked.tab), Ok(Rad::product(1, Ray(Ray::ONE.0 / 5))));
        assert_eq!(urn(&maker), (ether(40) - barked.ink, ether(100) - barked.art));
        assert_eq!((maker.state().dog.dirt, maker.clipper_state(GOLD).unwrap().dirt), (barked.tab, barked.tab));
        let again = maker.bark(GOLD, ME, ALI, START);
        assert!(matches!(again, Err(MakerError::DustyAuction { .. })), "{again:?}");
    }
}

/// `test_Hole_hole`: what all ilks' auctions seek is the sum of what each seeks.
#[test]
fn two_ilks_share_the_room() {
    let mut maker = fallen();
    let gold = maker.bark(GOLD, ME, ALI, START).unwrap();
    let silver = maker.add_ilk(&ilk_params(), START).unwrap();
    maker.gem_join(silver, ME, ether(40)).unwrap();
    maker.set_price(silver, Some(ether(5))).unwrap();
    maker.poke(silver).unwrap();
    maker.frob(silver, ME, 40 * 10_i128.pow(18), 100 * 10_i128.pow(18)).unwrap();
    maker.set_price(silver, Some(ether(4))).unwrap();
    maker.poke(silver).unwrap();
    let second = maker.bark(silver, ME, ALI, START).unwrap();
    assert_eq!(maker.state().dog.dirt, gold.tab.checked_add(second.tab).unwrap());
    assert_eq!(maker.clipper_state(GOLD).unwrap().dirt, gold.tab);
    assert_eq!(maker.clipper_state(silver).unwrap().dirt, second.tab);
    assert_sums(&maker);
}

#[test]
fn a_full_hole_takes_nobody() {
    let mut maker = fallen();
    maker.set(SystemParameter::Hole(Rad::ZERO));
    let full = MakerError::LiquidationLimitHit { hole: Rad::ZERO, dirt: Rad::ZERO };
    assert_eq!(maker.bark(GOLD, ME, ALI, START), Err(full));
}

/// `test_bark_dusty_vault`: an urn below dust, with hardly any collateral, is liquidated all the same.
#[test]
fn a_dusty_urn_can_be_liquidated() {
    let mut maker = fallen();
    maker.set_ilk(GOLD, IlkParameter::Dust(dai(200))).unwrap();
    assert_eq!(maker.bark(GOLD, ME, ALI, START).unwrap().art, ether(100));
    let mut bare = fallen();
    let position = Position { ink: 0, ..bare.position(GOLD, ME).unwrap() };
    bare.ilks[0].positions.put(ME, position);
    assert_eq!(bare.bark(GOLD, ME, ALI, START), Err(MakerError::NullAuction { ink: 0, art: ether(100) }));
}

/// `test_bark_dusty_vault_dusty_room` and its like: from 5,000 dai of room, with a dust of 200 and a penalty of ten
/// percent, all of an urn goes if less than the dust would be left, else no more than there is room for.
#[test]
fn the_room_is_exceeded_only_to_leave_no_dust() {
    let just_fits = dai(5_000).units().div_down(Ray::ONE.0).unwrap().mul_div_down(WAD, cents(110)).unwrap();
    let just_fits = just_fits.try_into_u128().unwrap();
    for (art, all) in [(just_fits + ether(200) - 1, true), (just_fits + ether(200), false)] {
        let clipper = ClipperParams { hole: dai(5_000), ..clipper_params() };
        let ilk = IlkParams { dust: dai(200), clipper: Some(clipper), ..ilk_params() };
        let system = MakerParams { hole: dai(10_000), ..params() };
        let mut maker = market(&system, &ilk, 200_000_000);
        maker.frob(GOLD, ME, 10_i128.pow(18), i128::try_from(art).unwrap()).unwrap();
        reprice(&mut maker, 200_000);
        let barked = maker.bark(GOLD, ME, ALI, START).unwrap();
        assert_eq!((barked.art == art, barked.tab > dai(5_000)), (all, all), "{art}");
        assert_eq!(urn(&maker).1, if all { 0 } else { ether(200) });
    }
}
