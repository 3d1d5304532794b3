//! `flip.t.sol` and `vat.t.sol`: the auctions of 2020.

use super::*;

fn release_1_0(lump: u128) -> CatRelease {
    CatRelease::V1_0 { chop: hundredths(110), lump }
}

fn release_1_1(dunk: Rad) -> CatRelease {
    CatRelease::V1_1 { chop_wad: cents(110), dunk }
}

/// The market of `BiteTest`, with these rules.
fn market_of(cat: CatRelease) -> Maker {
    let flipper = Some(FlipperParams::as_deployed(cat));
    fallen_with(&params(), &IlkParams { flipper, dust: Rad::ZERO, ..ilk_params() })
}

/// The auction of `FlipTest`: 100 gold for 50 dai. Whose urn it was gets the rest of the gold.
fn on_auction(cat: CatRelease) -> Maker {
    let flipper = Some(FlipperParams::as_deployed(cat));
    let mut maker = market(&params(), &IlkParams { flipper, dust: Rad::ZERO, ..ilk_params() }, 500);
    frob(&mut maker, 100, 50).unwrap();
    reprice(&mut maker, 50);
    for account in [ALI, BOB] {
        maker.endow_at_genesis(account, dai(200)).unwrap();
    }
    let bitten = maker.bite(GOLD, ME, START).unwrap();
    assert_eq!((bitten.id, bitten.ink, bitten.tab), (FIRST, ether(100), dai(50)));
    maker
}

/// The auction of `FlipTest` without a penalty.
fn plain() -> Maker {
    on_auction(CatRelease::V1_0 { chop: Ray::ONE, lump: ether(1_000) })
}

fn tend(maker: &mut Maker, bidder: AccountId, bid: Rad, now: u64) -> Result<Tended, MakerError> {
    maker.tend(GOLD, FIRST, bidder, ether(100), bid, now)
}

fn dent(maker: &mut Maker, bidder: AccountId, lot: u128, now: u64) -> Result<Tended, MakerError> {
    maker.dent(GOLD, FIRST, bidder, lot, dai(50), now)
}

fn internal_dai(maker: &Maker, account: AccountId) -> Rad {
    maker.internal_dai(account).dai
}

/// `test_bite_under_lump` and `test_bite_over_lump`.
#[test]
fn a_bite_takes_a_lump() {
    let mut whole = market_of(release_1_0(ether(50)));
    let bitten = whole.bite(GOLD, ME, START).unwrap();
    assert_eq!((urn(&whole), whole.state().vow.sin), ((0, 0), dai(100)));
    assert_eq!((bitten.ink, bitten.tab, bitten.due), (ether(40), dai(110), dai(100)));
    let mut part = market_of(release_1_0(ether(30)));
    let bitten = part.bite(GOLD, ME, START).unwrap();
    assert_eq!((urn(&part), part.state().vow.sin), ((ether(10), ether(25)), dai(75)));
    assert_eq!((bitten.ink, bitten.tab), (ether(30), dai_cents(8_250)));
    assert_sums(&part);
}

/// `test_bite_under_dunk` and `test_bite_over_dunk`.
#[test]
fn a_later_bite_takes_what_a_dunk_seeks() {
    let mut whole = market_of(release_1_1(dai(111)));
    assert_eq!(whole.bite(GOLD, ME, START).unwrap().tab, dai(110));
    let mut part = market_of(release_1_1(dai_cents(8_250)));
    let bitten = part.bite(GOLD, ME, START).unwrap();
    assert_eq!((urn(&part), part.state().vow.sin), ((ether(10), ether(25)), dai(75)));
    assert_eq!((bitten.ink, bitten.tab, part.state().cat.litter), (ether(30), dai_cents(8_250), dai_cents(8_250)));
}

/// `test_partial_litterbox_multiple_bites`.
#[test]
fn the_box_limits_what_later_auctions_seek() {
    let cat = CatRelease::V1_1 { chop_wad: WAD, dunk: dai(100) };
    let flipper = Some(FlipperParams::as_deployed(cat));
    let mut maker = market(&params(), &IlkParams { flipper, dust: Rad::ZERO, ..ilk_params() }, 500);
    frob(&mut maker, 100, 150).unwrap();
    reprice(&mut maker, 200);
    maker.set(SystemParameter::LitterBox(dai(75)));
    let bitten = maker.bite(GOLD, ME, START).unwrap();
    assert_eq!((urn(&maker), maker.state().cat.litter), ((ether(50), ether(75)), dai(75)));
    assert_eq!(maker.bite(GOLD, ME, START), Err(MakerError::LitterBoxFull { room: Rad::ZERO, dust: Rad::ZERO }));
    maker.tend(GOLD, bitten.id, ME, ether(50), dai(1), START).unwrap();
    maker.tend(GOLD, bitten.id, ME, ether(50), dai(75), START).unwrap();
    assert_eq!((internal_dai(&maker, ME), gem(&maker, ME)), (dai(75), ether(900)));
    maker.dent(GOLD, bitten.id, ME, ether(25), dai(75), START).unwrap();
    assert_eq!((internal_dai(&maker, ME), gem(&maker, ME)), (dai(75), ether(925)));
    maker.deal(GOLD, bitten.id, START + 4 * HOUR).unwrap();
    assert_eq!((maker.state().cat.litter, gem(&maker, ME)), (Rad::ZERO, ether(950)));
    assert_eq!((internal_dai(&maker, ME), maker.state().vow.dai), (dai(75), dai(75)));
    maker.bite(GOLD, ME, START + 4 * HOUR).unwrap();
    assert_eq!((urn(&maker), maker.state().cat.litter), ((0, 0), dai(75)));
}

/// `testFail_dusty_litterbox`.
#[test]
fn a_box_with_room_for_dust_alone_is_full() {
    let mut maker = market_of(CatRelease::V1_1 { chop_wad: WAD, dunk: dai(80) });
    maker.set(SystemParameter::LitterBox(dai(99)));
    maker.set_ilk(GOLD, IlkParameter::Dust(dai(20))).unwrap();
    maker.bite(GOLD, ME, START).unwrap();
    assert_eq!(maker.bite(GOLD, ME, START), Err(MakerError::LitterBoxFull { room: dai(19), dust: dai(20) }));
}

/// `test_tend`.
#[test]
fn who_is_outbid_gets_its_money_back_from_the_next() {
    let mut maker = plain();
    let first = tend(&mut maker, ALI, dai(1), START).unwrap();
    assert_eq!((first.beaten, first.refunded, first.raised), (None, Rad::ZERO, dai(1)));
    assert_eq!((internal_dai(&maker, ALI), maker.state().vow.dai), (dai(199), dai(1)));
    let second = tend(&mut maker, BOB, dai(2), START).unwrap();
    assert_eq!((second.beaten, second.refunded, second.raised), (Some(ALI), dai(1), dai(1)));
    assert_eq!(
        (internal_dai(&maker, BOB), internal_dai(&maker, ALI), maker.state().vow.dai),
        (dai(198), dai(200), dai(2))
    );
    let dealt = maker.deal(GOLD, FIRST, START + 5 * HOUR).unwrap();
    assert_eq!(dealt, Dealt { winner: BOB, bid: dai(2), lot: ether(100), tab: dai(50) });
    assert_eq!(gem(&maker, BOB), ether(100));
    assert_sums(&maker);
}

/// `test_dent`.
#[test]
fn who_wants_less_of_the_lot_wins_it() {
    let mut maker = plain();
    tend(&mut maker, ALI, dai(1), START + 5 * HOUR).unwrap();
    assert!(matches!(
        maker.dent(GOLD, FIRST, BOB, ether(95), dai(1), START + 5 * HOUR),
        Err(MakerError::Flipper(FlipperError::TendNotFinished { .. }))
    ));
    tend(&mut maker, BOB, dai(50), START + 5 * HOUR).unwrap();
    let dented = dent(&mut maker, ALI, ether(95), START + 5 * HOUR).unwrap();
    assert_eq!((dented.returned, dented.usr, dented.raised), (ether(5), ME, Rad::ZERO));
    assert_eq!(
        (gem(&maker, ME), internal_dai(&maker, ALI), internal_dai(&maker, BOB)),
        (ether(905), dai(150), dai(200))
    );
    assert_sums(&maker);
}

/// `test_beg`.
#[test]
fn a_bid_is_five_percent_better_than_the_last() {
    let mut maker = plain();
    tend(&mut maker, ALI, dai(1), START).unwrap();
    let little = FlipperError::InsufficientIncrease { bid: dai_cents(101), highest: dai(1), beg_wad: cents(105) };
    assert_eq!(tend(&mut maker, BOB, dai_cents(101), START), Err(little.into()));
    assert_eq!(tend(&mut maker, ALI, dai_cents(101), START), Err(little.into()));
    tend(&mut maker, BOB, dai_cents(107), START).unwrap();
    tend(&mut maker, ALI, dai(49), START).unwrap();
    tend(&mut maker, BOB, dai(50), START).unwrap();
    let refused = |lot| MakerError::from(FlipperError::LotNotLower { asked: lot, lot });
    assert_eq!(dent(&mut maker, ALI, ether(100), START), Err(refused(ether(100))));
    let little = FlipperError::InsufficientDecrease { asked: ether(99), lot: ether(100), beg_wad: cents(105) };
    assert_eq!(dent(&mut maker, ALI, ether(99), START), Err(little.into()));
    dent(&mut maker, ALI, ether(95), START).unwrap();
}

#[test]
fn a_bid_is_for_the_lot_and_within_what_is_sought() {
    let mut maker = plain();
    let wrong = FlipperError::LotNotMatching { asked: ether(99), lot: ether(100) };
    assert_eq!(maker.tend(GOLD, FIRST, ALI, ether(99), dai(1), START), Err(wrong.into()));
    let high = FlipperError::HigherThanTab { bid: dai(51), tab: dai(50) };
    assert_eq!(tend(&mut maker, ALI, dai(51), START), Err(high.into()));
    let same = FlipperError::BidNotHigher { bid: Rad::ZERO, highest: Rad::ZERO };
    assert_eq!(tend(&mut maker, ALI, Rad::ZERO, START), Err(same.into()));
    let other = FlipperError::BidNotMatching { asked: dai(50), bid: Rad::ZERO };
    assert_eq!(dent(&mut maker, ALI, ether(95), START), Err(other.into()));
    maker.dai_exit(ALI, ether(200)).unwrap();
    assert!(matches!(tend(&mut maker, ALI, dai(1), START), Err(MakerError::InsufficientDai { .. })));
    let none = AuctionId(42);
    assert_eq!(maker.tend(GOLD, none, ALI, 0, Rad::ZERO, START), Err(MakerError::NotRunning { id: none }));
}

/// `test_deal`.
#[test]
fn a_bid_wins_when_it_has_stood_or_the_auction_has_ended() {
    let mut maker = plain();
    tend(&mut maker, ALI, dai(1), START).unwrap();
    assert!(matches!(maker.deal(GOLD, FIRST, START), Err(MakerError::Flipper(FlipperError::NotFinished { .. }))));
    assert!(maker.clone().deal(GOLD, FIRST, START + 3 * HOUR).is_err());
    let late = FlipperError::BidExpired { tic: START + 3 * HOUR, now: START + 3 * HOUR };
    assert_eq!(tend(&mut maker, BOB, dai(2), START + 3 * HOUR), Err(late.into()));
    maker.deal(GOLD, FIRST, START + 3 * HOUR + 1).unwrap();
    let mut maker = plain();
    tend(&mut maker, ALI, dai(1), START + 46 * HOUR).unwrap();
    assert!(maker.deal(GOLD, FIRST, START + 48 * HOUR).is_err());
    let ended = FlipperError::AuctionExpired { end: START + 48 * HOUR, now: START + 48 * HOUR };
    assert_eq!(tend(&mut maker, BOB, dai(2), START + 48 * HOUR), Err(ended.into()));
    maker.deal(GOLD, FIRST, START + 48 * HOUR + 1).unwrap();
    assert_eq!(maker.bid(GOLD, FIRST), Err(MakerError::NotRunning { id: FIRST }));
}

/// `test_tick` and `test_no_deal_after_end`.
#[test]
fn an_auction_that_nobody_bids_in_is_prolonged_for_ever() {
    let mut maker = plain();
    assert!(maker.tick(GOLD, FIRST, START).is_err());
    assert!(maker.deal(GOLD, FIRST, START).is_err());
    let later = START + 14 * DAY;
    assert!(tend(&mut maker, ALI, dai(1), later).is_err());
    assert!(maker.deal(GOLD, FIRST, later).is_err());
    assert_eq!(maker.tick(GOLD, FIRST, later), Ok(later + 2 * DAY));
    assert!(maker.deal(GOLD, FIRST, later).is_err());
    tend(&mut maker, ALI, dai(1), later).unwrap();
    let placed = FlipperError::BidAlreadyPlaced { guy: ALI };
    assert_eq!(maker.tick(GOLD, FIRST, later + 3 * DAY), Err(placed.into()));
}

/// What happened on 12 March 2020: where nobody else bids, a smallest unit of dai buys the lot.
#[test]
fn a_bid_of_next_to_nothing_wins_where_nobody_else_bids() {
    let mut maker = plain();
    let nothing = Rad::product(1, Ray(1));
    tend(&mut maker, ALI, nothing, START).unwrap();
    let dealt = maker.deal(GOLD, FIRST, START + 4 * HOUR).unwrap();
    assert_eq!((dealt.winner, dealt.bid, dealt.lot), (ALI, nothing, ether(100)));
    assert_eq!((maker.state().vow.sin, maker.state().vow.dai), (dai(50), nothing));
    assert_sums(&maker);
}

/// `test_happy_bite` of 1.0.2: a bidder who beats itself must hold the money for its old bid once more. By the rules of
/// August it need not.
#[test]
fn only_the_early_rules_make_a_bidder_advance_its_own_bid() {
    let early = release_1_0(ether(1_000));
    for (cat, alone) in [(early, false), (release_1_1(dai(1_000)), true)] {
        let mut maker = market_of(cat);
        maker.bite(GOLD, ME, START).unwrap();
        maker.dai_exit(ALI, ether(1_000 - 110)).unwrap();
        maker.tend(GOLD, FIRST, ALI, ether(40), dai(50), START).unwrap();
        maker.tend(GOLD, FIRST, ALI, ether(40), dai(110), START).unwrap();
        assert_eq!(internal_dai(&maker, ALI), Rad::ZERO);
        let dented = maker.dent(GOLD, FIRST, ALI, ether(38), dai(110), START);
        assert_eq!(dented.is_ok(), alone);
        if !alone {
            maker.endow_at_genesis(ALI, dai(110)).unwrap();
            maker.dent(GOLD, FIRST, ALI, ether(38), dai(110), START).unwrap();
            assert_eq!(internal_dai(&maker, ALI), dai(110));
        }
        assert_eq!(gem(&maker, ME), ether(962));
        maker.deal(GOLD, FIRST, START + 4 * HOUR).unwrap();
        assert_eq!((maker.state().vow.dai, gem(&maker, ALI)), (dai(110), ether(38)));
        assert_sums(&maker);
    }
}

#[test]
fn a_safe_or_bare_urn_is_not_bitten() {
    let mut maker = market_of(release_1_0(ether(50)));
    reprice(&mut maker, 500);
    assert!(matches!(maker.bite(GOLD, ME, START), Err(MakerError::NotUnsafe { .. })));
    reprice(&mut maker, 400);
    let bare = Position { ink: 0, ..maker.position(GOLD, ME).unwrap() };
    maker.ilks[0].positions.put(ME, bare);
    assert_eq!(maker.bite(GOLD, ME, START), Err(plimsoll_math::MathError::DivisionByZero.into()));
    maker.set_flipper(GOLD, FlipperParams::as_deployed(release_1_1(dai(50)))).unwrap();
    assert!(matches!(maker.bite(GOLD, ME, START), Err(MakerError::NullAuction { ink: 0, .. })));
}

#[test]
fn an_auction_ends_within_48_bits() {
    let mut maker = market_of(release_1_0(ether(50)));
    let wide = plimsoll_math::MathError::TooWide { bits: 49, fits: 48 };
    assert_eq!(maker.bite(GOLD, ME, (1 << 48) - DAY), Err(wide.into()));
}
