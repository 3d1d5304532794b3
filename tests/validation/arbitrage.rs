//! How much an arbitrageur trades between a pool and the outside price: the optimum of
//! G. Angeris, H.-T. Kao, R. Chiang, C. Noyes, T. Chitra, "An analysis of Uniswap markets" (2019).
//!
//! With reserves `x` and `y`, an outside price `P` for `x`, and `phi` being what the fee leaves, buying `x` is best at
//! `dy = (sqrt(phi x y P) - y) / phi`, which gains `(sqrt(phi x P) - sqrt(y))^2 / phi`.

use super::common::market::checked;

use plimsoll::chain::event::EventKind;
use plimsoll::protocol::amm::Direction;

use super::market::{Market, Reserves};

/// Relative: the agent reckons in floats and trades in millionths of a USDC; gains are a fiftieth of what is traded.
const TOLERANCE: f64 = 1e-6;

const PHI: f64 = 0.997;

/// What the agent did in the first block, in whole USDC and ETH.
#[derive(Debug, Clone, Copy)]
struct Trade {
    spent: f64,
    returned: f64,
    /// What went from the pool to the venue, or from the venue to the pool.
    eth: f64,
    before: Reserves,
    after: Reserves,
    /// The venue's price after the trade.
    venue_price: f64,
}

/// Runs one block: a pool of 1,000 ETH and 2 million USDC, and an arbitrageur with this capital and this venue.
fn trade(outside: f64, fee_bps: u16, capital: &str, venue: &str) -> Trade {
    let text = format!(
        r#"Scenario(
            blocks: 1, block_time: "12 s", numeraire: "USDC",
            chain: (native: "GAS", base_fee: Fixed(0)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Fixed({outside})),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            venue: [{venue}],
            pools: [
                UniswapV2(
                    name: "ETH/USDC", tokens: ("ETH", "USDC"),
                    reserves: ("1_000", "2_000_000"), fee_bps: {fee_bps},
                ),
            ],
            agents: [
                Arbitrageur(name: "arbitrageur", pool: "ETH/USDC", capital: Fixed({capital}), bid_share: Fixed(0)),
            ],
        )"#
    );
    // The pool starts away from the outside price, which the reader warns of; that is the experiment.
    let checked = checked(&text);
    let mut market = Market::begin(&checked.scenario, 1);
    let before = market.reserves(0);
    market.step();
    let (mut spent, mut returned, mut eth) = (0.0, 0.0, 0.0);
    let mut events = 0;
    for kind in market.events() {
        events += 1;
        match kind {
            EventKind::Swapped { direction: Direction { pays: 1, .. }, traded, .. } => {
                spent = traded.amount_in as f64 / 1e6;
                eth = traded.amount_out as f64 / 1e18;
            }
            EventKind::Swapped { traded, .. } => {
                returned = traded.amount_out as f64 / 1e6;
                eth = traded.amount_in as f64 / 1e18;
            }
            EventKind::VenueTraded { bought: true, numeraire, .. } => spent = *numeraire as f64 / 1e6,
            EventKind::VenueTraded { numeraire, .. } => returned = *numeraire as f64 / 1e6,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(events, 2, "one swap, one trade at the venue");
    Trade { spent, returned, eth, before, after: market.reserves(0), venue_price: market.price("ETH") }
}

impl Trade {
    fn gain(self) -> f64 {
        self.returned - self.spent
    }
}

fn near(value: f64, expected: f64) -> bool {
    (value / expected - 1.0).abs() < TOLERANCE
}

/// The formulas at x = 1,000, y = 2,000,000, P = 2,100 and a fee of 0.3 %.
const BEST_SIZE: f64 = 46_453.118;
const BEST_GAIN: f64 = 1_075.709;

#[test]
fn the_trade_has_the_size_and_the_gain_of_the_closed_form() {
    let trade = trade(2_100.0, 30, "1_000_000", "");
    let size = ((PHI * 1_000.0 * 2e6 * 2_100.0).sqrt() - 2e6) / PHI;
    let root = (PHI * 1_000.0 * 2_100.0_f64).sqrt() - 2e6_f64.sqrt();
    let gain = root * root / PHI;
    assert!(near(size, BEST_SIZE) && near(gain, BEST_GAIN), "the formula is {size} and {gain}");
    assert!(near(trade.spent, BEST_SIZE) && near(trade.gain(), BEST_GAIN), "{trade:?} gains {}", trade.gain());
}

/// The mirrored way, when the pool is dear: ETH bought outside goes in, `dx = (sqrt(phi x y / P) - x) / phi`.
#[test]
fn the_mirrored_trade_has_the_size_and_the_gain_of_the_closed_form() {
    let trade = trade(1_900.0, 30, "1_000_000", "");
    let size = ((PHI * 1_000.0 * 2e6 / 1_900.0).sqrt() - 1_000.0) / PHI;
    let root = (PHI * 2e6_f64).sqrt() - (1_000.0 * 1_900.0_f64).sqrt();
    let gain = root * root / PHI;
    assert!(near(trade.eth, size) && near(trade.gain(), gain), "{trade:?}: expected {size} ETH and {gain}");
}

/// The size for a pool without fee is what an arbitrageur would trade who forgot the fee.
#[test]
fn the_size_without_the_fee_is_refused() {
    let careless = trade(2_100.0, 0, "1_000_000", "");
    assert!(near(careless.spent, (1_000.0_f64 * 2e6 * 2_100.0).sqrt() - 2e6), "{careless:?}");
    assert!(!near(careless.spent, BEST_SIZE) && !near(careless.gain(), BEST_GAIN), "{careless:?}");
    let bought = 1_000.0 * PHI * careless.spent / (2e6 + PHI * careless.spent);
    assert!(
        bought * 2_100.0 - careless.spent < BEST_GAIN - 1.0,
        "in the pool with the fee it gains less than the best"
    );
}

#[test]
fn limited_capital_is_spent_to_the_last_unit() {
    let poor = trade(2_100.0, 30, "10_000", "");
    assert!((poor.spent - 10_000.0).abs() < 1e-9, "{poor:?}");
    let received = 1_000.0 * PHI * 10_000.0 / (2e6 + PHI * 10_000.0);
    assert!(near(poor.eth, received) && near(poor.gain(), received * 2_100.0 - 10_000.0), "{poor:?}");
    let poor = trade(1_900.0, 30, "10_000", "");
    assert!((poor.spent - 10_000.0).abs() < 1e-9 && poor.gain() > 0.0, "{poor:?}");
}

/// A venue that 500 ETH of flow move by a factor of e, and that keeps `fee_bps` of each trade.
fn shallow_venue(fee_bps: u16) -> String {
    format!(r#"(token: "ETH", impact: Linear(depth: "500"), fee_bps: {fee_bps})"#)
}

/// Returns what the next ETH brings over what it costs, after the trade: 1 where nothing more can be gained. The fee of
/// what is paid in stays outside the curve, so the pool's marginal price within a trade counts `phi` of the payment.
fn marginal(trade: Trade, outside: f64, venue_keeps: f64) -> f64 {
    let kept = |before: f64, after: f64| before + PHI * (after - before);
    if trade.before.price() < outside {
        let cost = kept(trade.before.second, trade.after.second) / (PHI * trade.after.first);
        trade.venue_price * venue_keeps / cost
    } else {
        let brings = PHI * trade.after.second / kept(trade.before.first, trade.after.first);
        brings * venue_keeps / trade.venue_price
    }
}

#[test]
fn against_a_venue_that_gives_way_the_trade_ends_where_both_prices_meet() {
    for outside in [2_100.0, 1_900.0] {
        for (fee_bps, keeps) in [(0, 1.0), (5, 0.9995)] {
            let trade = trade(outside, 30, "1_000_000", &shallow_venue(fee_bps));
            let marginal = marginal(trade, outside, keeps);
            assert!((marginal - 1.0).abs() < TOLERANCE, "the next ETH brings {marginal} of its cost: {trade:?}");
            assert!(trade.gain() > 0.0, "{trade:?}");
        }
    }
}

/// The size for a venue that gives way to nobody, brought to one that does; the size for one without fee, to one that
/// takes 5 basis points.
#[test]
fn sizes_that_forget_the_venues_impact_or_its_fee_are_refused() {
    let careless = trade(2_100.0, 30, "1_000_000", "");
    let venue_price = 2_100.0 * libm::exp(-careless.eth / 500.0);
    let without_impact = marginal(Trade { venue_price, ..careless }, 2_100.0, 1.0);
    assert!(without_impact < 1.0 - 1e-2, "the next ETH brings {without_impact} of its cost");
    let without_fee = marginal(trade(2_100.0, 30, "1_000_000", &shallow_venue(0)), 2_100.0, 0.9995);
    assert!(without_fee < 1.0 - 100.0 * TOLERANCE, "the next ETH brings {without_fee} of its cost");
}
