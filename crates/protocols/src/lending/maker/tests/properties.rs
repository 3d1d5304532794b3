//! What holds after any calls.

use proptest::prelude::*;

use super::calls::{Outside, timed_call};
use super::*;

/// A market with keepers' incentives, fees and savers' interest, under either release of the cat.
fn busy(early: bool) -> Maker {
    let calc = Abacus::Stairstep { cut: hundredths(99), step_seconds: 30 };
    let clipper = ClipperParams { tip: dai(1), chip_wad: cents(1), calc, tail_seconds: 900, ..clipper_params() };
    let cat = if early {
        CatRelease::V1_0 { chop: hundredths(113), lump: ether(300) }
    } else {
        CatRelease::V1_1 { chop_wad: cents(113), dunk: dai(400) }
    };
    let ilk = IlkParams {
        dust: dai(5),
        duty: Ray(Ray::ONE.0 + (1 << 60)),
        line: dai(50_000_000),
        clipper: Some(ClipperParams { hole: dai(2_000_000), ..clipper }),
        flipper: Some(FlipperParams { ttl_seconds: 150, tau_seconds: 1_500, ..FlipperParams::as_deployed(cat) }),
        ..ilk_params()
    };
    let system =
        MakerParams { line: dai(50_000_000), hole: dai(3_000_000), dsr: Ray(Ray::ONE.0 + (1 << 58)), ..params() };
    let mut maker = market(&system, &ilk, 1_000);
    for account in (0..4).map(AccountId) {
        maker.endow_at_genesis(account, dai(100_000)).unwrap();
        maker.gem_join(GOLD, account, ether(10_000)).unwrap();
        maker.frob(GOLD, account, 2_000 * 10_i128.pow(18), 0).unwrap();
    }
    maker
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn after_any_calls_everything_sums(
        early: bool,
        calls in prop::collection::vec(timed_call(), 1..120),
    ) {
        let mut maker = busy(early);
        let mut outside = Outside { gem_held: maker.gem_held(GOLD).unwrap(), dai_minted: 0 };
        let mut now = START;
        for (call, seconds) in calls {
            now += seconds;
            let then = maker.clone();
            if call.make(&mut maker, now, &mut outside).is_err() {
                prop_assert_eq!(&maker, &then, "{:?} failed and changed something", call);
            }
            assert_sums(&maker);
            prop_assert_eq!(maker.gem_held(GOLD), Ok(outside.gem_held));
            prop_assert_eq!(maker.dai_outside(), Ok(outside.dai_minted));
        }
    }

    #[test]
    fn a_before_image_undoes_any_call(
        early: bool,
        calls in prop::collection::vec(timed_call(), 1..120),
    ) {
        let mut maker = busy(early);
        let mut now = START;
        for (call, seconds) in calls {
            now += seconds;
            let (accounts, auction, era) = call.touched();
            let touched = Touched { ilk: Some(GOLD), accounts: &accounts, auction, era: era.unwrap_or(now) };
            let (then, before) = (maker.clone(), maker.before(&touched));
            let mut outside = Outside { gem_held: 1 << 100, dai_minted: 1 << 100 };
            let done = call.make(&mut maker, now, &mut outside);
            let after = maker.clone();
            maker.restore(&before);
            prop_assert_eq!(&maker, &then, "{:?}: {:?}", call, done);
            maker = after;
        }
    }

    /// Locking, drawing, paying back and freeing again leaves an account what it had, and nothing in the urn.
    #[test]
    fn a_round_trip_gives_nothing_away(ink in 1u128..1 << 70, art in 1u128..1 << 70) {
        let mut maker = busy(true);
        maker.set_ilk(GOLD, IlkParameter::Dust(Rad::ZERO)).unwrap();
        maker.drip(GOLD, START + 5_000).unwrap();
        let then = (maker.position(GOLD, ALI).unwrap(), maker.internal_dai(ALI));
        let (ink, art) = (i128::try_from(ink).unwrap(), i128::try_from(art).unwrap());
        if maker.frob(GOLD, ALI, ink, art).is_ok() {
            maker.frob(GOLD, ALI, -ink, -art).unwrap();
        }
        prop_assert_eq!((maker.position(GOLD, ALI).unwrap(), maker.internal_dai(ALI)), then);
    }

    /// Buying in parts never costs less than the price of each unit, and never takes more than is sought.
    #[test]
    fn buyers_pay_what_the_price_says(amounts in prop::collection::vec(1u128..20 * WAD, 1..8), wait in 0u64..110) {
        let mut maker = fallen();
        maker.bark(GOLD, ME, ME, START).unwrap();
        let (mut paid, mut bought) = (Rad::ZERO, 0);
        for amount in amounts {
            let Ok(taken) = maker.take(GOLD, FIRST, ALI, amount, hundredths(500), START + wait) else {
                continue;
            };
            paid = paid.checked_add(taken.owe).unwrap();
            bought += taken.slice;
            prop_assert!(paid >= Rad::product(bought, taken.price) && paid <= dai(110));
            if !taken.is_over {
                prop_assert!(taken.tab >= dai(22), "{}", taken.tab);
            }
        }
        assert_sums(&maker);
    }
}

/// How often each kind of call succeeds, so that the properties above are about something.
#[test]
fn the_calls_drawn_reach_auctions_of_both_kinds() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let strategy = prop::collection::vec(timed_call(), 120);
    let mut succeeded = [0; 6];
    for round in 0..40 {
        let calls = strategy.new_tree(&mut runner).unwrap().current();
        let (mut maker, mut now) = (busy(round % 2 == 0), START);
        let mut outside = Outside { gem_held: maker.gem_held(GOLD).unwrap(), dai_minted: 0 };
        for (call, seconds) in calls {
            now += seconds;
            let done = call.make(&mut maker, now, &mut outside).is_ok();
            match call {
                calls::Call::Bark(..) if done => succeeded[0] += 1,
                calls::Call::Take(..) if done => succeeded[1] += 1,
                calls::Call::Redo(..) if done => succeeded[2] += 1,
                calls::Call::Bite(_) if done => succeeded[3] += 1,
                calls::Call::Dent(..) if done => succeeded[4] += 1,
                calls::Call::Deal(_) if done => succeeded[5] += 1,
                _ => {}
            }
        }
    }
    assert!(succeeded.iter().all(|&times| times > 5), "{succeeded:?}");
}

/// A wrong variant: whoever forgets to name the auction gets the money back, but not the auction.
#[test]
fn a_before_image_that_names_too_little_does_not_undo() {
    let mut maker = fallen();
    maker.bark(GOLD, ME, ME, START).unwrap();
    let then = maker.clone();
    let named = Some(AuctionOf::Clipper(FIRST));
    for (auction, undone) in [(named, true), (None, false)] {
        let touched = Touched { ilk: Some(GOLD), accounts: &[ALI], auction, era: START };
        let before = maker.before(&touched);
        maker.take(GOLD, FIRST, ALI, ether(40), hundredths(500), START).unwrap();
        maker.restore(&before);
        assert_eq!(maker == then, undone);
        assert_eq!(maker.internal_dai(ALI), then.internal_dai(ALI));
    }
}
