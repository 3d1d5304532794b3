//! The numbers of the contracts' own test suites: makerdao/dss@fa4f663 for the Dutch auctions and what they rest on,
//! makerdao/dss@4433006 (1.0.2) and @bbe8741 (1.1.2) for the English ones.

mod abacus;
mod calls;
mod clipper;
mod dog;
#[cfg(feature = "decisions")]
mod failing_price;
mod flip;
mod properties;
mod rates;
mod sums;
mod vat;
mod vow;

use sums::assert_sums;

use super::*;
use plimsoll_math::{Ray, U256, WAD};

/// When the suites begin.
const START: u64 = 604_411_200;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

const ME: AccountId = AccountId(0);
const ALI: AccountId = AccountId(1);
const BOB: AccountId = AccountId(2);

/// The suites' one ilk.
const GOLD: IlkId = IlkId(0);
const FIRST: AuctionId = AuctionId(1);

/// Returns so many hundredths as a ray.
const fn hundredths(number: u128) -> Ray {
    Ray(Ray::ONE.0 / 100 * number)
}

/// Returns so many hundredths in wads.
const fn cents(number: u128) -> u128 {
    WAD / 100 * number
}

/// Returns so many whole units in wads.
const fn ether(whole: u128) -> u128 {
    WAD * whole
}

/// Returns so many whole dai.
fn dai(whole: u128) -> Rad {
    Rad::from_wad(ether(whole))
}

/// Returns so many hundredths of a dai.
fn dai_cents(number: u128) -> Rad {
    Rad::from_wad(cents(number))
}

fn params() -> MakerParams {
    MakerParams {
        line: dai(10_000),
        hole: dai(1_000),
        litter_box: dai(10_000_000),
        base: Ray::ZERO,
        dsr: Ray::ONE,
        par: Ray::ONE,
        wait_seconds: 0,
    }
}

/// The clipper of `clip.t.sol`, as `takeSetup` leaves it.
fn clipper_params() -> ClipperParams {
    ClipperParams {
        chop_wad: cents(110),
        hole: dai(1_000),
        buf: hundredths(125),
        tail_seconds: HOUR,
        cusp: hundredths(30),
        chip_wad: 0,
        tip: Rad::ZERO,
        calc: Abacus::Stairstep { cut: hundredths(99), step_seconds: 1 },
        breaker: Breaker::Closed,
    }
}

fn ilk_params() -> IlkParams {
    let cat = CatRelease::V1_0 { chop: hundredths(110), lump: ether(50) };
    IlkParams {
        mat: hundredths(200),
        line: dai(10_000),
        dust: dai(20),
        duty: Ray::ONE,
        gem_decimals: 18,
        clipper: Some(clipper_params()),
        flipper: Some(FlipperParams::as_deployed(cat)),
    }
}

/// Returns a system with one ilk, of which `ME` has joined 1,000, at a price of so many hundredths.
fn market(params: &MakerParams, ilk: &IlkParams, price_cents: u128) -> Maker {
    let mut maker = Maker::new(params, START);
    assert_eq!(maker.add_ilk(ilk, START), Ok(GOLD));
    maker.gem_join(GOLD, ME, 1_000 * 10_u128.pow(ilk.gem_decimals.into())).unwrap();
    reprice(&mut maker, price_cents);
    maker
}

/// Tells a price of so many hundredths, and has it looked at.
fn reprice(maker: &mut Maker, price_cents: u128) {
    maker.set_price(GOLD, Some(cents(price_cents))).unwrap();
    maker.poke(GOLD).unwrap();
}

/// Returns the suite's market: `ME` owes 100 dai on 40 gold, bought at 5 and now worth 4, so not safe at 200 percent.
fn fallen_with(params: &MakerParams, ilk: &IlkParams) -> Maker {
    let mut maker = market(params, ilk, 500);
    frob(&mut maker, 40, 100).unwrap();
    reprice(&mut maker, 400);
    for account in [ME, ALI, BOB] {
        maker.endow_at_genesis(account, dai(1_000)).unwrap();
    }
    maker
}

fn fallen() -> Maker {
    fallen_with(&params(), &ilk_params())
}

/// Changes the urn of `ME` by whole units.
fn frob(maker: &mut Maker, ink: i128, art: i128) -> Result<Frobbed, MakerError> {
    let ether = 1_000_000_000_000_000_000;
    maker.frob(GOLD, ME, ink * ether, art * ether)
}

/// Returns what is locked and what is owed, normalised, of the urn of `ME`.
fn urn(maker: &Maker) -> (u128, u128) {
    let position = maker.position(GOLD, ME).unwrap();
    (position.ink, position.art)
}

fn gem(maker: &Maker, account: AccountId) -> u128 {
    maker.position(GOLD, account).unwrap().gem
}

#[test]
fn an_unknown_ilk_or_a_wrong_parameter_is_refused() {
    let mut maker = fallen();
    let nowhere = IlkId(9);
    assert_eq!(maker.poke(nowhere), Err(MakerError::NoIlk { ilk: nowhere }));
    let bare = IlkParams { clipper: None, flipper: None, ..ilk_params() };
    let ilk = maker.add_ilk(&bare, START).unwrap();
    assert_eq!(maker.bark(ilk, ME, ALI, START), Err(MakerError::NoClipper { ilk }));
    assert_eq!(maker.bite(ilk, ME, START), Err(MakerError::NoFlipper { ilk }));
    assert_eq!(maker.set_clipper(ilk, clipper_params()), Err(MakerError::NoClipper { ilk }));
    let fine = IlkParams { gem_decimals: 19, ..bare };
    assert_eq!(maker.add_ilk(&fine, START), Err(MakerError::TooManyDecimals { decimals: 19 }));
    let low = ClipperParams { chop_wad: WAD - 1, ..clipper_params() };
    assert_eq!(maker.set_clipper(GOLD, low), Err(MakerError::ChopBelowOne { chop_wad: WAD - 1 }));
    let cut = Ray(Ray::ONE.0 + 1);
    let rising = ClipperParams { calc: Abacus::Exponential { cut }, ..clipper_params() };
    assert_eq!(maker.set_clipper(GOLD, rising), Err(MakerError::CutAboveOne { cut }));
}
