//! Aave's debt index over a recorded day: Polygon's USDC and WETH reserves, 17 August 2023, minute by minute.
//!
//! The series is not part of this repository; where it is absent the test says so and passes.

use std::path::Path;

use plimsoll::math::RAY;
use plimsoll::math::ray::ray_mul_half_up;
use plimsoll::protocol::lending::aave_v3::interest::{compounded_interest_ray, linear_interest_ray};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
const USDC: &str = "0x2791bca1f2de4661ed88a30c99a7a9449aa84174";
const WETH: &str = "0x7ceb23fd6bc0add59e62ac25578270cff1b9f619";

/// A minute: rates that suppliers get and borrowers pay, and their indices, in rays.
struct Minute {
    supply_rate: u128,
    borrow_rate: u128,
    supply_index: u128,
    borrow_index: u128,
}

/// Returns a decimal of up to 27 places as a ray.
fn ray(text: &str) -> u128 {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    whole.parse::<u128>().unwrap() * RAY + format!("{places:0<27}").parse::<u128>().unwrap()
}

fn day(token: &str) -> Option<Vec<Minute>> {
    let path = Path::new(FOLDER).join(format!("demeter_polygon-aave_v3-{token}-2023-08-17.minute.csv"));
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    };
    let minute = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        Minute {
            supply_rate: ray(cells[1]),
            borrow_rate: ray(cells[3]),
            supply_index: ray(cells[4]),
            borrow_index: ray(cells[5]),
        }
    };
    Some(text.lines().skip(1).map(minute).collect())
}

/// Returns how far an index that grows by `factor` of each minute's rate is off at the day's end, relatively. Rates are
/// known for whole minutes only, so updates within a minute are seen as one.
fn off(day: &[Minute], index: fn(&Minute) -> u128, factor: impl Fn(&Minute) -> u128) -> f64 {
    let grown = day[..day.len() - 1]
        .iter()
        .fold(index(&day[0]), |index, minute| ray_mul_half_up(index, factor(minute)).unwrap());
    (grown as f64 / index(&day[day.len() - 1]) as f64 - 1.0).abs()
}

#[test]
fn a_recorded_day_of_aave_ends_where_its_rates_say() {
    for token in [USDC, WETH] {
        let Some(day) = day(token) else { continue };
        let debts = off(&day, |m| m.borrow_index, |m| compounded_interest_ray(m.borrow_rate, 60).unwrap());
        assert!(debts < 2e-7, "{token}: debts are off by {debts}");
        // Claims also get the premiums of flash loans, which rates do not tell.
        let claims = off(&day, |m| m.supply_index, |m| linear_interest_ray(m.supply_rate, 60).unwrap());
        assert!(claims < 1e-5, "{token}: claims are off by {claims}");
    }
}

/// Debts that grew at the suppliers' rate would be off by more than a hundred times as much.
#[test]
fn a_debt_that_grows_at_the_suppliers_rate_is_refused() {
    for token in [USDC, WETH] {
        let Some(day) = day(token) else { continue };
        let debts = off(&day, |m| m.borrow_index, |m| compounded_interest_ray(m.supply_rate, 60).unwrap());
        assert!(debts > 2e-6, "{token}: off by {debts}");
    }
}
