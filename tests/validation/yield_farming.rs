//! What leverage makes of a yield: of own capital, `L` times is farmed at `y` and `L - 1` is borrowed at `b`, so a year
//! brings `L y - (L - 1) b`, compounding left out: 3 times, 60 % and 5 % bring 170 %, the question of
//! `scenarios/farm_170.ron`.

use std::path::Path;

use super::market::Market;

/// One percentage point a year: over three times what `farm_170.ron` says is missing and why.
const TOLERANCE: f64 = 0.01;

const PROMISED: f64 = 3.0 * 0.6 - 2.0 * 0.05;

/// Returns a year's growth of what the farmer has, at a day's rate, in `farm_170.ron` with some of its text replaced.
fn growth(changes: &[(&str, &str)]) -> f64 {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/farm_170.ron");
    let mut text = std::fs::read_to_string(file).expect("the scenario is in the repository");
    for (written, instead) in changes {
        assert_eq!(text.matches(written).count(), 1, "{written}");
        text = text.replace(written, instead);
    }
    let mut market = Market::open(&text, 1);
    let before = market.first_agents_worth();
    market.steps(7_201);
    (market.first_agents_worth() / before - 1.0) * 365.0
}

#[test]
fn three_times_sixty_less_twice_five_percent_is_170_percent() {
    let growth = growth(&[]);
    assert!((growth - PROMISED).abs() < TOLERANCE, "{growth} a year");
    // To a twentieth of a percentage point, what is missing is what the scenario says: half of 180 % at 0.3 %, and the
    // rewards' own weight on their price, a day's 493 USDC in 5 million doubled by the square and halved by the mean.
    let missing = 1.8 * 0.0015 + 1.8 * 493.0 / 5e6;
    assert!((PROMISED - growth - missing).abs() < 5e-4, "{growth} a year, {missing} explained");
}

/// Borrowing for nothing is what is measured if a debt's interest is forgotten: `L y`, 180 %.
#[test]
fn a_farm_that_forgets_the_interest_is_refused() {
    let growth = growth(&[("Constant(0.05)", "Constant(0)")]);
    assert!((growth - 1.8).abs() < TOLERANCE && (growth - PROMISED).abs() > 5.0 * TOLERANCE, "{growth} a year");
}

/// Without leverage there is the yield and nothing else: 60 %.
#[test]
fn the_yield_without_leverage_is_refused() {
    let third = ("172.602739726", "57.534246575");
    let growth = growth(&[("leverage: Fixed(3)", "leverage: Fixed(1)"), third]);
    assert!((growth - 0.6).abs() < TOLERANCE && (growth - PROMISED).abs() > 5.0 * TOLERANCE, "{growth} a year");
}
