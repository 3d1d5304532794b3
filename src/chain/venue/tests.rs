use proptest::prelude::*;

use super::*;

const ETHER: u128 = 10_u128.pow(18);
const ETHER_FLOW: i128 = 10_i128.pow(18);
const USD: u128 = 10_u128.pow(6);

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn linear() -> ImpactParams {
    ImpactParams::Linear { depth: decimal("1000") }
}

fn square_root() -> ImpactParams {
    ImpactParams::SquareRoot { coefficient: 0.5, depth: decimal("1000") }
}

fn params(impact: ImpactParams, fee_bps: u16) -> VenueParams {
    VenueParams { token: "ETH".to_owned(), impact, half_life: Some(TimeSpan::seconds(600)), fee_bps }
}

/// Ether at 2,000 dollars of six decimals.
fn venue(impact: ImpactParams, fee_bps: u16) -> Venue {
    Venue::new(Some(&params(impact, fee_bps)), 18, 6, 2_000.0).unwrap()
}

fn traded(mut venue: Venue, fill: impl Fn(&Venue) -> Result<Fill, VenueError>) -> (Venue, Fill) {
    let fill = fill(&venue).unwrap();
    venue.record(fill);
    (venue, fill)
}

#[test]
fn without_impact_and_fee_a_trade_is_at_the_outside_price_to_the_last_unit() {
    let venue = Venue::new(None, 18, 6, 2_000.0).unwrap();
    assert_eq!(venue.sell(ETHER), Ok(Fill { paid: ETHER, received: 2_000 * USD, flow: -ETHER_FLOW }));
    assert_eq!(venue.buy(ETHER), Ok(Fill { paid: 2_000 * USD, received: ETHER, flow: ETHER_FLOW }));
    assert_eq!(venue.buy_with(2_000 * USD), venue.buy(ETHER));
    assert_eq!((venue.sell(1).unwrap().received, venue.buy(1).unwrap().paid), (0, 1));
}

#[test]
fn the_fee_is_taken_from_what_is_paid_out() {
    let venue = venue(ImpactParams::None, 25);
    assert_eq!(venue.sell(ETHER).unwrap().received, 1_995 * USD);
    let bought = venue.buy_with(2_000 * USD).unwrap();
    assert_eq!((bought.received, bought.flow), (ETHER / 10_000 * 9_975, ETHER_FLOW));
    assert_eq!(venue.buy(ETHER / 10_000 * 9_975), Ok(bought));
}

/// 2,000 dollars, 1,000 ether of depth, 100 sold: the mean of exp(-u) for u up to a tenth is (1 - exp(-0.1)) / 0.1.
#[test]
fn linear_impact_fills_at_its_closed_form() {
    let (after, sold) = traded(venue(linear(), 0), |venue| venue.sell(100 * ETHER));
    let expected = 200_000e6 * (1.0 - libm::exp(-0.1)) / 0.1;
    assert!((sold.received as f64 / expected - 1.0).abs() < 1e-11, "{sold:?}, expected {expected}");
    assert!((after.price() - 2_000.0 * libm::exp(-0.1)).abs() < 1e-9, "{}", after.price());
    // What a fill at the price before or after the trade would pay is refused.
    assert!((sold.received as f64 / 200_000e6 - 1.0).abs() > 0.04);
}

/// 0.5 sqrt(u) reaches x = 0.25 at a quarter of the depth; the mean of exp is 2 (exp(x) (x - 1) + 1) / x^2.
#[test]
fn square_root_impact_fills_at_its_closed_form() {
    let (after, bought) = traded(venue(square_root(), 0), |venue| venue.buy(250 * ETHER));
    let x = 0.25;
    let expected = 500_000e6 * 2.0 * (libm::exp(x) * (x - 1.0) + 1.0) / (x * x);
    assert!((bought.paid as f64 / expected - 1.0).abs() < 1e-11, "{bought:?}, expected {expected}");
    assert!((after.price() - 2_000.0 * libm::exp(0.25)).abs() < 1e-9, "{}", after.price());
}

#[test]
fn impact_halves_in_a_half_life_whatever_the_steps() {
    let (sold, _) = traded(venue(linear(), 0), |venue| venue.sell(100 * ETHER));
    for steps in [1, 50] {
        let mut venue = sold;
        for step in 1..=steps {
            venue.advance(600_000 * step / steps, 1_000.0);
        }
        assert!((venue.price() - 1_000.0 * libm::exp(-0.05)).abs() < 1e-9, "{} in {steps} steps", venue.price());
        assert!((venue.flow() as f64 / 1e18 + 50.0).abs() < 1e-9, "{} in {steps} steps", venue.flow());
    }
}

#[test]
fn without_a_half_life_impact_stays() {
    let lasting = VenueParams { half_life: None, ..params(linear(), 0) };
    let (mut venue, _) = traded(Venue::new(Some(&lasting), 18, 6, 2_000.0).unwrap(), |venue| venue.sell(ETHER));
    venue.advance(u64::MAX, 2_000.0);
    assert_eq!(venue.flow(), -ETHER_FLOW);
}

#[test]
fn what_no_integer_holds_is_refused_and_not_a_panic() {
    for impact in [ImpactParams::None, linear(), square_root()] {
        let venue = venue(impact, 30);
        for units in [u128::MAX, u128::MAX / 2, 10_u128.pow(36)] {
            if venue.law != Law::None || units > 10_u128.pow(36) {
                assert!(venue.buy(units).is_err() && venue.buy_with(units).is_err(), "{units}");
            }
            assert!(venue.sell(units).is_err() || venue.law == Law::None, "{units}");
        }
        for price in [0.0, f64::NAN, f64::INFINITY, 1e300] {
            let mut venue = venue;
            venue.advance(1, price);
            assert!(venue.sell(ETHER).is_err() && venue.buy(ETHER).is_err() && venue.buy_with(USD).is_err(), "{price}");
        }
    }
}

#[test]
fn impossible_venues_say_why() {
    let said = |params: &VenueParams, decimals| Venue::new(Some(params), decimals, 6, 1.0).unwrap_err();
    let depth = |text| params(ImpactParams::Linear { depth: decimal(text) }, 0);
    let coefficient = |coefficient| params(ImpactParams::SquareRoot { coefficient, depth: decimal("1") }, 0);
    assert!(said(&depth("0"), 18).contains("depth is 0"));
    assert!(said(&depth("0.0000001"), 6).contains("the token 6"));
    assert!(said(&coefficient(f64::NAN), 18).contains("coefficient"));
    assert!(said(&params(ImpactParams::None, 10_000), 18).contains("fee_bps"));
    assert!(said(&params(ImpactParams::None, 0), 37).contains("at most 36"));
    assert!(said(&VenueParams { half_life: Some(TimeSpan::default()), ..depth("1") }, 18).contains("half_life"));
}

/// A law, and a venue that has already been moved either way.
fn moved_venue() -> impl Strategy<Value = Venue> {
    let laws = prop_oneof![Just(ImpactParams::None), Just(linear()), Just(square_root())];
    (laws, -2_000_i128..2_000, 0_i128..1_000_000_007, 1e-3..1e6_f64).prop_map(|(law, whole, dust, price)| {
        let mut venue = venue(law, 0);
        venue.advance(0, price);
        venue.record(Fill { paid: 0, received: 0, flow: whole * ETHER_FLOW + dust });
        venue
    })
}

/// From a single unit to 3,000 ether, even in logs.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 2^72")]
fn amount() -> impl Strategy<Value = u128> {
    (0.0..71.5_f64).prop_map(|bits| libm::exp2(bits) as u128)
}

proptest! {
    #[test]
    fn splitting_a_trade_changes_nothing(venue in moved_venue(), first in amount(), second in amount()) {
        let whole = venue.sell(first + second).unwrap();
        let (between, part) = traded(venue, |venue| venue.sell(first));
        let (after, rest) = traded(between, |venue| venue.sell(second));
        prop_assert_eq!(after.flow() - venue.flow(), whole.flow);
        let split = part.received + rest.received;
        prop_assert!(split.abs_diff(whole.received) as f64 <= 2.0 + 4e-12 * whole.received as f64, "{split} {whole:?}");
    }

    #[test]
    fn a_round_trip_gains_nothing_in_any_pieces(venue in moved_venue(), first in amount(), second in amount()) {
        let (sold, part) = traded(venue, |venue| venue.sell(first));
        let (sold, rest) = traded(sold, |venue| venue.sell(second));
        let (bought, back) = traded(sold, |venue| venue.buy(first + second));
        prop_assert!(back.paid >= part.received + rest.received);
        prop_assert_eq!(bought, venue);
    }

    #[test]
    fn what_was_bought_with_an_amount_sells_for_no_more(venue in moved_venue(), spent in 0_u128..1_000_000 * USD) {
        let (after, bought) = traded(venue, |venue| venue.buy_with(spent));
        prop_assert!(after.sell(bought.received).unwrap().received <= spent);
        let cost = venue.buy(bought.received).unwrap().paid;
        prop_assert!(cost as f64 <= spent as f64 * (1.0 + 1e-12) + 1.0, "{cost} for what {spent} bought");
        prop_assert!(cost as f64 >= (spent as f64 - venue.price() * 1e-12 * 2.0) * (1.0 - 4e-12) - 1.0, "{cost}, {spent}");
    }
}
