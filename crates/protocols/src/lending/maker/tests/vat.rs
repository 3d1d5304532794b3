//! `vat.t.sol`: urns, ceilings, dust, and the adapters.

use super::*;

/// The market of `FrobTest`: a unit of gold carries one dai, and 1,000 dai is the ceiling.
fn frob_test() -> Maker {
    let ilk = IlkParams { mat: Ray::ONE, line: dai(1_000), dust: Rad::ZERO, ..ilk_params() };
    market(&MakerParams { line: dai(1_000), ..params() }, &ilk, 100)
}

#[test]
fn collateral_joins_locks_and_leaves() {
    let mut maker = frob_test();
    maker.gem_join(GOLD, ME, ether(500)).unwrap();
    assert_eq!(maker.gem_held(GOLD), Ok(ether(1_500)));
    let exited = maker.gem_exit(GOLD, ME, ether(250)).unwrap();
    assert_eq!(exited, GemExited { tokens: ether(250), wad: ether(250) });
    assert_eq!(maker.gem_held(GOLD), Ok(ether(1_250)));
    let locked = frob(&mut maker, 6, 0).unwrap();
    assert_eq!((locked.locked, locked.freed), (ether(6), 0));
    assert_eq!((urn(&maker), gem(&maker, ME)), ((ether(6), 0), ether(1_244)));
    let freed = frob(&mut maker, -6, 0).unwrap();
    assert_eq!((freed.locked, freed.freed), (0, ether(6)));
    assert_eq!((urn(&maker), gem(&maker, ME)), ((0, 0), ether(1_250)));
}

/// `test_calm` and `test_cool`.
#[test]
fn a_ceiling_stops_new_debt_alone() {
    let mut maker = frob_test();
    maker.set_ilk(GOLD, IlkParameter::Line(dai(10))).unwrap();
    frob(&mut maker, 10, 9).unwrap();
    let exceeded = MakerError::CeilingExceeded { debt: dai(11), line: dai(10) };
    assert_eq!(frob(&mut maker, 0, 2), Err(exceeded));
    maker.set_ilk(GOLD, IlkParameter::Line(dai(5))).unwrap();
    assert!(frob(&mut maker, 0, -1).is_ok());
    maker.set_ilk(GOLD, IlkParameter::Line(dai(10))).unwrap();
    maker.set(SystemParameter::Line(dai(8)));
    assert_eq!(frob(&mut maker, 0, 1), Err(MakerError::CeilingExceeded { debt: dai(9), line: dai(8) }));
}

/// `test_safe` and `test_nice`.
#[test]
fn what_makes_an_urn_no_riskier_is_always_allowed() {
    let mut maker = frob_test();
    frob(&mut maker, 10, 5).unwrap();
    assert_eq!(frob(&mut maker, 0, 6), Err(MakerError::NotSafe { tab: dai(11), carried: dai(10) }));
    frob(&mut maker, 0, 5).unwrap();
    reprice(&mut maker, 50);
    for (ink, art) in [(0, 1), (-1, 0), (-2, -4), (5, 1)] {
        assert!(matches!(frob(&mut maker, ink, art), Err(MakerError::NotSafe { .. })), "{ink}, {art}");
    }
    frob(&mut maker, 0, -1).unwrap();
    frob(&mut maker, 1, 0).unwrap();
    for (ink, art) in [(-2, -4), (5, 1)] {
        assert!(matches!(frob(&mut maker, ink, art), Err(MakerError::NotSafe { .. })), "{ink}, {art}");
    }
    frob(&mut maker, -1, -4).unwrap();
    reprice(&mut maker, 40);
    frob(&mut maker, 5, 1).unwrap();
}

#[test]
fn an_urn_owes_nothing_or_more_than_dust() {
    let mut maker = frob_test();
    frob(&mut maker, 9, 1).unwrap();
    maker.set_ilk(GOLD, IlkParameter::Dust(dai(5))).unwrap();
    assert_eq!(frob(&mut maker, 5, 2), Err(MakerError::Dust { tab: dai(3), dust: dai(5) }));
    frob(&mut maker, 0, 5).unwrap();
    assert_eq!(frob(&mut maker, 0, -5), Err(MakerError::Dust { tab: dai(1), dust: dai(5) }));
    frob(&mut maker, 0, -6).unwrap();
}

#[test]
fn nobody_takes_what_is_not_there() {
    let mut maker = frob_test();
    frob(&mut maker, 10, 5).unwrap();
    let then = maker.clone();
    assert_eq!(frob(&mut maker, -11, 0), Err(MakerError::InsufficientInk { locked: ether(10), asked: ether(11) }));
    assert_eq!(frob(&mut maker, 0, -6), Err(MakerError::InsufficientArt { owed: ether(5), asked: ether(6) }));
    assert_eq!(frob(&mut maker, 991, 0), Err(MakerError::InsufficientGem { held: ether(990), asked: ether(991) }));
    maker.dai_exit(ME, ether(5)).unwrap();
    let poor = MakerError::InsufficientDai { held: Rad::ZERO, asked: dai(1) };
    assert_eq!(frob(&mut maker, 0, -1), Err(poor));
    assert_eq!(maker.dai_exit(ME, ether(1)), Err(poor));
    assert_eq!(maker.dai_join(ME, ether(6)), Err(MakerError::InsufficientDai { held: dai(5), asked: dai(6) }));
    maker.dai_join(ME, ether(5)).unwrap();
    let asked = ether(1_000);
    assert_eq!(maker.gem_exit(GOLD, ME, asked), Err(MakerError::InsufficientGem { held: ether(990), asked }));
    let asked = i128::MIN.unsigned_abs();
    let extreme = maker.frob(GOLD, ME, i128::MIN, i128::MIN);
    assert_eq!(extreme, Err(MakerError::InsufficientInk { locked: ether(10), asked }));
    assert_eq!(maker, then);
}

/// `test_dai_exit` and `test_dai_exit_join`.
#[test]
fn dai_leaves_as_tokens_and_comes_back() {
    let mut maker = frob_test();
    maker.endow_at_genesis(ME, dai(100)).unwrap();
    let exited = maker.dai_exit(ME, ether(60)).unwrap();
    assert_eq!(exited, DaiExited { minted: ether(60), dai: dai(60) });
    assert_eq!((maker.dai_outside(), maker.internal_dai(ME).dai), (Ok(ether(60)), dai(40)));
    let joined = maker.dai_join(BOB, ether(30)).unwrap();
    assert_eq!(joined, DaiJoined { burnt: ether(30), dai: dai(30) });
    assert_eq!((maker.dai_outside(), maker.internal_dai(BOB).dai), (Ok(ether(30)), dai(30)));
    assert_sums(&maker);
}

#[test]
fn a_token_of_eight_decimals_counts_as_one_of_eighteen() {
    let mut maker = market(&params(), &IlkParams { gem_decimals: 8, ..ilk_params() }, 500);
    assert_eq!(gem(&maker, ME), ether(1_000));
    assert_eq!(maker.gem_held(GOLD), Ok(1_000 * 100_000_000));
    let exited = maker.gem_exit(GOLD, ME, 1).unwrap();
    assert_eq!(exited, GemExited { tokens: 1, wad: 10_000_000_000 });
    assert!(matches!(maker.gem_join(GOLD, ME, u128::MAX / 2), Err(MakerError::Math(_))));
}

#[test]
fn the_debt_to_draw_gives_the_dai_and_the_debt_to_wipe_costs_no_more() {
    let mut maker = market(
        &params(),
        &IlkParams { duty: Ray(Ray::ONE.0 + 3 * 10_u128.pow(18)), dust: Rad::ZERO, ..ilk_params() },
        500,
    );
    maker.drip(GOLD, START + DAY).unwrap();
    let rate = maker.ilk_state(GOLD).unwrap().rate;
    let drawn = maker.art_to_draw_up(GOLD, ME, ether(50)).unwrap();
    assert_eq!(drawn, Rad::product(ether(50), Ray::ONE).div_down(rate).unwrap() + 1);
    maker.frob(GOLD, ME, 40 * 10_i128.pow(18), i128::try_from(drawn).unwrap()).unwrap();
    maker.dai_exit(ME, ether(50)).unwrap();
    assert!(maker.internal_dai(ME).dai < Rad::product(1, rate));
    maker.dai_join(ME, ether(50)).unwrap();
    let wiped = maker.art_to_wipe_down(GOLD, ME).unwrap();
    assert_eq!(wiped, drawn);
    assert_eq!(maker.art_to_draw_up(GOLD, ME, ether(50)), Ok(0));
    maker.dai_exit(ME, ether(10)).unwrap();
    let part = maker.art_to_wipe_down(GOLD, ME).unwrap();
    assert!(part < drawn);
    maker.frob(GOLD, ME, 0, -i128::try_from(part).unwrap()).unwrap();
    assert!(maker.internal_dai(ME).dai < Rad::product(1, rate));
}

#[test]
fn an_urn_that_is_not_safe_may_be_liquidated_unless_the_oracle_is_void() {
    let maker = fallen();
    let (state, position) = (maker.ilk_state(GOLD).unwrap(), maker.position(GOLD, ME).unwrap());
    assert!(state.is_liquidatable(&position));
    let healed = IlkState { spot: hundredths(250), ..*state };
    assert!(healed.is_safe(&position) && !healed.is_liquidatable(&position));
    let void = IlkState { spot: Ray::ZERO, ..*state };
    assert!(!void.is_safe(&position) && !void.is_liquidatable(&position));
}
