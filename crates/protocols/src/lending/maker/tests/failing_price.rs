//! Outside the limits the key and the vat agree, and the least safe price is the least.

use proptest::prelude::*;

use super::*;

/// An ilk's state at this rate, ratio and price, `par` being one.
fn state(rate: Ray, mat: Ray, price_wad: u128, par: Ray) -> Option<IlkState> {
    let mut maker = Maker::new(&MakerParams { par, ..params() }, START);
    maker.add_ilk(&IlkParams { mat, ..ilk_params() }, START).unwrap();
    maker.set_price(GOLD, Some(price_wad)).unwrap();
    maker.poke(GOLD).ok()?;
    Some(IlkState { rate, ..*maker.ilk_state(GOLD).unwrap() })
}

/// Returns an urn that owes about as much as its collateral carries.
fn about_safe(state: &IlkState, art: u128, off: i128) -> Option<Position> {
    let ink = Rad::product(art, state.rate).div_up(state.spot).ok()?;
    Some(Position { ink: ink.checked_add_signed(off)?, art, gem: 0 })
}

fn ratio() -> impl Strategy<Value = Ray> {
    (Ray::ONE.0..3 * Ray::ONE.0).prop_map(Ray)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn outside_the_limits_the_vat_agrees(
        (rate, mat, par) in (ratio(), ratio(), ratio()),
        price in (any::<u128>(), 40u32..120),
        art in (any::<u128>(), 30u32..127),
        off in prop_oneof![-3_i128..=3, -1_000_000_000_i128..1_000_000_000],
    ) {
        let Some(state) = state(rate, mat, price.0 >> price.1, par) else {
            return Ok(());
        };
        let Some(position) = about_safe(&state, 1 + (art.0 >> art.1), off) else {
            return Ok(());
        };
        let (limits, key) = (state.key_limits(), position.failing_key());
        prop_assert!(limits.holds_up_to <= limits.fails_above);
        prop_assert!(key > limits.holds_up_to || !state.is_liquidatable(&position), "{key} in {limits:?}");
        prop_assert!(key <= limits.fails_above || state.is_liquidatable(&position), "{key} in {limits:?}");
    }

    #[test]
    fn one_unit_below_the_least_safe_price_an_urn_is_not_safe(
        (rate, mat, par) in (ratio(), ratio(), ratio()),
        ink in (any::<u128>(), 30u32..127),
        art in (any::<u128>(), 30u32..127),
    ) {
        let position = Position { ink: 1 + (ink.0 >> ink.1), art: 1 + (art.0 >> art.1), gem: 0 };
        let at = |price: u128| Some(state(rate, mat, price, par)?.is_safe(&position));
        let least = state(rate, mat, WAD, par).unwrap().least_safe_price_up(&position, par);
        // A price of more than 10^11 whole units cannot be told.
        let Some((least, safe)) = least.ok().flatten().and_then(|least| Some((least, at(least)?))) else {
            return Ok(());
        };
        prop_assert_eq!((at(least - 1), safe), (Some(false), true));
        let key = position.failing_key();
        let about = state(rate, mat, WAD, par).unwrap().failing_price(key, par);
        prop_assert!((about * 1e18 - least as f64).abs() <= 2.0 + least as f64 * 1e-14, "{about} and {least}");
    }
}

/// A float takes 53 bits: two urns a unit apart have the same key. Without a margin one of them would be passed over.
#[test]
fn without_the_margin_a_failed_urn_would_pass_for_safe() {
    let state = state(Ray::ONE, Ray::ONE, WAD, Ray::ONE).unwrap();
    let safe = Position { ink: ether(1_000), art: ether(1_000), gem: 0 };
    let failed = Position { art: safe.art + 1, ..safe };
    assert!(state.is_safe(&safe) && state.is_liquidatable(&failed));
    assert!(safe.failing_key().total_cmp(&failed.failing_key()).is_eq());
    let limits = state.key_limits();
    assert!(limits.holds_up_to < failed.failing_key() && failed.failing_key() < limits.fails_above);
}

/// Rounding the spotter's steps back down, as a wrong variant, names a price at which the urn is not safe.
#[test]
fn a_price_rounded_down_is_not_enough() {
    let position = Position { ink: 3, art: 1, gem: 0 };
    let state = state(Ray::ONE, Ray(1_500_000_000_000_000_000_000_000_007), WAD, Ray::ONE).unwrap();
    let least = state.least_safe_price_up(&position, Ray::ONE).unwrap().unwrap();
    let rounded_down = WAD / 2;
    assert_eq!(least, rounded_down + 1);
}

#[test]
fn an_urn_without_collateral_fails_first_and_one_without_debt_never() {
    let state = state(Ray::ONE, Ray::ONE, WAD, Ray::ONE).unwrap();
    let bare = Position { ink: 0, art: 1, gem: 0 };
    assert!(bare.failing_key() > state.key_limits().fails_above);
    assert_eq!(state.least_safe_price_up(&bare, Ray::ONE), Ok(None));
    let free = Position { ink: 1, art: 0, gem: 0 };
    assert!(free.failing_key() <= state.key_limits().holds_up_to);
    assert_eq!(state.least_safe_price_up(&free, Ray::ONE), Ok(Some(0)));
    let void = IlkState { spot: Ray::ZERO, ..state };
    assert!(bare.failing_key() <= void.key_limits().holds_up_to && !void.is_liquidatable(&bare));
}

#[test]
fn the_state_of_a_later_moment_counts_fees_and_the_last_price() {
    let mut maker = fallen_with(&params(), &IlkParams { duty: hundredths(101), ..ilk_params() });
    maker.set_price(GOLD, Some(ether(7))).unwrap();
    let then = maker.ilk_state_at(GOLD, START + 1).unwrap();
    assert_eq!((then.spot, then.rate), (hundredths(350), hundredths(101)));
    assert_eq!(maker.spot_at(GOLD, Some(ether(9))), Ok(hundredths(450)));
    maker.poke(GOLD).unwrap();
    maker.drip(GOLD, START + 1).unwrap();
    let now = maker.ilk_state(GOLD).unwrap();
    assert_eq!((then.spot, then.rate), (now.spot, now.rate));
}

#[test]
fn an_urn_is_as_safe_as_its_collateral_ratio_says() {
    let maker = fallen();
    let (state, position) = (maker.ilk_state(GOLD).unwrap(), maker.position(GOLD, ME).unwrap());
    assert!((state.collateral_ratio(&position) - 1.6).abs() < 1e-12);
    assert!((state.health_factor(&position) - 0.8).abs() < 1e-12);
    assert!(state.health_factor(&Position::default()).is_infinite());
}
