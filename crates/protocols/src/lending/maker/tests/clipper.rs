//! `clip.t.sol`: auctions begin, sell, and begin anew.

use super::*;

/// The market after `bark`, as `takeSetup` leaves it: 40 gold on auction for 110 dai from a price of 5.
fn barked() -> Maker {
    let mut maker = fallen();
    maker.bark(GOLD, ME, ME, START).unwrap();
    maker
}

fn take(maker: &mut Maker, buyer: AccountId, amount: u128, max_price: Ray, now: u64) -> Result<Taken, MakerError> {
    maker.take(GOLD, FIRST, buyer, amount, max_price, now)
}

fn top() -> Ray {
    hundredths(500)
}

/// `test_kick`.
#[test]
fn a_keeper_gets_tip_and_chip() {
    let mut maker = fallen();
    let paid = ClipperParams { tip: dai(100), ..clipper_params() };
    maker.set_clipper(GOLD, ClipperParams { buf: Ray::ONE, ..paid }).unwrap();
    let barked = maker.bark(GOLD, ME, ALI, START).unwrap();
    let (tab, lot, top) = (dai(110), ether(40), hundredths(400));
    assert_eq!(barked, Barked { id: FIRST, ink: lot, art: ether(100), due: dai(100), tab, top, incentive: dai(100) });
    assert_eq!(maker.sale(GOLD, FIRST), Ok((0, Sale { tab, lot, usr: ME, tic: START, top })));
    assert_eq!((maker.internal_dai(ALI).dai, urn(&maker), gem(&maker, ME)), (dai(1_100), (0, 0), ether(960)));
    reprice(&mut maker, 500);
    frob(&mut maker, 40, 100).unwrap();
    reprice(&mut maker, 400);
    maker.set_clipper(GOLD, ClipperParams { chip_wad: cents(2), ..paid }).unwrap();
    maker.bark(GOLD, ME, BOB, START + 100).unwrap();
    let (place, sale) = maker.sale(GOLD, AuctionId(2)).unwrap();
    assert_eq!((place, sale.tab, sale.lot, sale.top), (1, tab, lot, hundredths(500)));
    assert_eq!(maker.internal_dai(BOB).dai, dai_cents(100_000 + 10_000 + 220));
    assert_sums(&maker);
}

#[test]
fn no_auction_begins_at_nothing() {
    let mut maker = fallen();
    maker.set_price(GOLD, Some(0)).unwrap();
    let zero = MakerError::ZeroTopPrice { feed_price: Ray::ZERO, buf: hundredths(125) };
    assert_eq!(maker.bark(GOLD, ME, ALI, START), Err(zero));
    maker.set_price(GOLD, None).unwrap();
    assert_eq!(maker.bark(GOLD, ME, ALI, START), Err(MakerError::InvalidPrice { ilk: GOLD }));
    assert_eq!(maker.poke(GOLD), Ok(Ray::ZERO));
    assert!(matches!(maker.bark(GOLD, ME, ALI, START), Err(MakerError::NotUnsafe { .. })));
    let mut maker = barked();
    maker.set_price(GOLD, Some(0)).unwrap();
    assert_eq!(maker.redo(GOLD, FIRST, ALI, START + HOUR + 1), Err(zero));
}

/// `test_take_over_tab` and `test_take_at_tab`.
#[test]
fn an_auction_takes_no_more_than_it_seeks() {
    for amount in [ether(25), ether(22)] {
        let mut maker = barked();
        let taken = take(&mut maker, ALI, amount, top(), START).unwrap();
        let (slice, returned) = (ether(22), ether(18));
        let over =
            Taken { price: top(), slice, owe: dai(110), tab: Rad::ZERO, lot: 0, usr: ME, returned, is_over: true };
        assert_eq!(taken, over);
        assert_eq!((gem(&maker, ALI), maker.internal_dai(ALI).dai, gem(&maker, ME)), (ether(22), dai(890), ether(978)));
        assert_eq!(maker.sale(GOLD, FIRST), Err(MakerError::NotRunning { id: FIRST }));
        assert_eq!((maker.state().dog.dirt, maker.clipper_state(GOLD).unwrap().dirt), (Rad::ZERO, Rad::ZERO));
        assert_sums(&maker);
    }
}

/// `test_take_under_tab`.
#[test]
fn a_part_leaves_the_rest_on_auction() {
    let mut maker = barked();
    take(&mut maker, ALI, ether(11), top(), START).unwrap();
    assert_eq!((gem(&maker, ALI), maker.internal_dai(ALI).dai, gem(&maker, ME)), (ether(11), dai(945), ether(960)));
    let left = Sale { tab: dai(55), lot: ether(29), usr: ME, tic: START, top: top() };
    assert_eq!(maker.sale(GOLD, FIRST), Ok((0, left)));
    assert_eq!(maker.state().dog.dirt, dai(55));
    assert_sums(&maker);
}

/// `test_take_full_lot_partial_tab`: what was not raised is lost, and the room for auctions is free again.
#[test]
fn a_lot_that_is_gone_ends_the_auction() {
    let mut maker = barked();
    let taken = take(&mut maker, ALI, ether(40), hundredths(250), START + 69).unwrap();
    assert_eq!((taken.slice, taken.lot, taken.returned, taken.is_over), (ether(40), 0, 0, true));
    assert!((taken.owe.to_wad_down().unwrap() as f64 / 1e18 - 100.0).abs() < 0.1, "{}", taken.owe);
    assert_eq!(taken.tab.checked_add(taken.owe), Ok(dai(110)));
    assert_eq!((gem(&maker, ALI), gem(&maker, ME), maker.state().dog.dirt), (ether(40), ether(960), Rad::ZERO));
    assert_sums(&maker);
}

#[test]
fn a_buyer_says_what_is_too_dear() {
    let mut maker = barked();
    let (price, max_price) = (top(), hundredths(400));
    assert_eq!(take(&mut maker, ALI, ether(22), max_price, START), Err(MakerError::TooExpensive { price, max_price }));
    let gone = MakerError::NotRunning { id: AuctionId(2) };
    assert_eq!(maker.take(GOLD, AuctionId(2), ALI, 1, top(), START), Err(gone));
    maker.dai_exit(ALI, ether(900)).unwrap();
    let poor = MakerError::InsufficientDai { held: dai(100), asked: dai(110) };
    assert_eq!(take(&mut maker, ALI, ether(22), top(), START), Err(poor));
}

/// `test_take_bid_recalculates_due_to_chost_check`.
#[test]
fn a_purchase_leaves_chost_at_least() {
    let mut maker = barked();
    let taken = take(&mut maker, ALI, ether(18), top(), START).unwrap();
    assert_eq!((taken.tab, maker.clipper_state(GOLD).unwrap().chost), (dai(22), dai(22)));
    assert_eq!((taken.owe, taken.slice, taken.lot), (dai(88), cents(1_760), cents(2_240)));
}

/// `test_take_bid_avoids_recalculate_due_no_more_lot`.
#[test]
fn what_is_left_to_seek_does_not_matter_when_the_lot_is_gone() {
    let mut maker = barked();
    let status = maker.status(GOLD, FIRST, START + 60).unwrap();
    assert_eq!(status.price, Ray(2_735_783_211_953_807_380_973_706_855));
    let taken = take(&mut maker, ALI, ether(40), hundredths(280), START + 60).unwrap();
    assert!(taken.is_over && taken.tab > Rad::ZERO && taken.tab < dai(1));
}

/// `test_take_bid_fails_no_partial_allowed`.
#[test]
fn what_cannot_be_split_is_bought_whole() {
    let mut maker = barked();
    take(&mut maker, ME, cents(1_760), top(), START).unwrap();
    let refused = MakerError::NoPartialPurchase { tab: dai(22), chost: dai(22) };
    assert_eq!(take(&mut maker, ME, ether(1), top(), START), Err(refused));
    let amount = dai(22).div_down(top()).unwrap();
    assert!(take(&mut maker, ME, amount, top(), START).unwrap().is_over);
}

/// `test_take_multiple_bids_different_prices`.
#[test]
fn buyers_pay_the_price_of_their_moment() {
    let mut maker = barked();
    take(&mut maker, ALI, ether(10), top(), START).unwrap();
    assert_eq!((maker.internal_dai(ALI).dai, maker.sale(GOLD, FIRST).unwrap().1.tab), (dai(950), dai(60)));
    let status = maker.status(GOLD, FIRST, START + 30).unwrap();
    take(&mut maker, BOB, status.lot, status.price, START + 30).unwrap();
    let bought = Rad::from_wad(ether(60)).div_down(status.price).unwrap();
    assert_eq!((gem(&maker, BOB), maker.internal_dai(BOB).dai), (bought, dai(940)));
    assert_eq!(gem(&maker, ME), ether(960) + ether(30) - bought);
}

#[test]
fn a_quote_for_dai_spends_no_more() {
    let maker = barked();
    let quote = maker.quote_take_for(GOLD, FIRST, dai(55), START).unwrap();
    assert_eq!((quote.owe, quote.slice), (dai(55), ether(11)));
    let whole = maker.quote_take_for(GOLD, FIRST, dai(1_000_000), START).unwrap();
    assert_eq!((whole.owe, whole.slice, whole.returned), (dai(110), ether(22), ether(18)));
    let cut = maker.quote_take_for(GOLD, FIRST, dai(90), START).unwrap();
    assert_eq!((cut.owe, cut.tab), (dai(88), dai(22)));
}

/// The market of `auctionResetSetup`: the price falls evenly to nothing, and half of it makes a new start needed.
fn falling_for(tau_seconds: u64) -> Maker {
    let mut maker = fallen();
    let calc = Abacus::Linear { tau_seconds };
    maker.set_clipper(GOLD, ClipperParams { calc, cusp: hundredths(50), ..clipper_params() }).unwrap();
    maker.bark(GOLD, ME, ME, START).unwrap();
    maker.set_price(GOLD, Some(ether(3))).unwrap();
    maker
}

/// `test_auction_reset_tail` and `_twice`, `test_auction_reset_cusp` and `_twice`.
#[test]
fn an_auction_too_old_or_too_cheap_begins_anew() {
    for (tau_seconds, last_good) in [(10 * HOUR, HOUR), (HOUR, HOUR / 2)] {
        let mut maker = falling_for(tau_seconds);
        assert_eq!(maker.sale(GOLD, FIRST).unwrap().1.top, hundredths(500));
        assert!(!maker.status(GOLD, FIRST, START + last_good).unwrap().needs_redo);
        let early = maker.redo(GOLD, FIRST, ALI, START + last_good);
        assert!(matches!(early, Err(MakerError::CannotReset { .. })));
        let now = START + last_good + 1;
        assert!(maker.status(GOLD, FIRST, now).unwrap().needs_redo);
        assert!(matches!(take(&mut maker, ALI, 1, top(), now), Err(MakerError::NeedsReset { .. })));
        let redone = maker.redo(GOLD, FIRST, ALI, now).unwrap();
        assert_eq!(redone, Redone { top: hundredths(375), incentive: Rad::ZERO });
        let (_, sale) = maker.sale(GOLD, FIRST).unwrap();
        assert_eq!((sale.tic, sale.top), (now, hundredths(375)));
        assert!(matches!(maker.redo(GOLD, FIRST, ALI, now), Err(MakerError::CannotReset { .. })));
    }
    assert_eq!(fallen().redo(GOLD, FIRST, ALI, START), Err(MakerError::NotRunning { id: FIRST }));
}

#[test]
fn a_keeper_is_paid_again_only_if_enough_is_on_auction() {
    let paid = ClipperParams { tip: dai(3), chip_wad: cents(2), ..clipper_params() };
    for (price, incentive) in [(ether(3), dai_cents(520)), (cents(54), Rad::ZERO), (cents(56), dai_cents(520))] {
        let mut maker = barked();
        maker.set_clipper(GOLD, paid).unwrap();
        maker.set_price(GOLD, Some(price)).unwrap();
        let redone = maker.redo(GOLD, FIRST, ALI, START + HOUR + 1).unwrap();
        assert_eq!(
            (redone.incentive, maker.internal_dai(ALI).dai),
            (incentive, dai(1_000).checked_add(incentive).unwrap())
        );
        assert_sums(&maker);
    }
    let mut maker = barked();
    maker.set_clipper(GOLD, paid).unwrap();
    maker.set_ilk(GOLD, IlkParameter::Dust(dai(101))).unwrap();
    assert_eq!(maker.update_chost(GOLD), Ok(dai_cents(11_110)));
    assert_eq!(maker.redo(GOLD, FIRST, ALI, START + HOUR + 1).unwrap().incentive, Rad::ZERO);
}

/// `test_stopped_*`.
#[test]
fn the_breaker_stops_starts_then_new_starts_then_sales() {
    let levels = [Breaker::Closed, Breaker::NoKick, Breaker::NoRedo, Breaker::NoTake];
    for (level, breaker) in levels.into_iter().enumerate() {
        let (mut before, mut during) = (fallen(), barked());
        let params = ClipperParams { breaker, ..clipper_params() };
        before.set_clipper(GOLD, params).unwrap();
        during.set_clipper(GOLD, params).unwrap();
        let stopped = MakerError::Stopped { breaker };
        assert_eq!(before.bark(GOLD, ME, ALI, START) == Err(stopped), level > 0);
        assert_eq!(during.clone().redo(GOLD, FIRST, ALI, START + HOUR + 1) == Err(stopped), level > 1);
        assert_eq!(take(&mut during, ALI, ether(11), top(), START) == Err(stopped), level > 2);
    }
}

#[test]
fn an_auction_that_has_not_begun_has_no_price() {
    let maker = barked();
    assert_eq!(maker.status(GOLD, FIRST, START - 1), Err(MakerError::SaleFromTheFuture { tic: START, now: START - 1 }));
}

/// Without the rule of `chost`, as a wrong variant, the same purchase would leave 20 dai and not 22.
#[test]
fn without_chost_more_is_sold() {
    let mut maker = barked();
    maker.set_ilk(GOLD, IlkParameter::Dust(Rad::ZERO)).unwrap();
    maker.update_chost(GOLD).unwrap();
    let taken = take(&mut maker, ALI, ether(18), top(), START).unwrap();
    assert_eq!((taken.tab, taken.owe), (dai(20), dai(90)));
}
