//! Values that can be and are hardly meant: a rate in per cent, a gas price in wei.

use std::fmt::Display;

use super::Check;
use super::laws::NOT_NEGATIVE;
use crate::chain::distribution::Distribution;
use crate::reader::diagnostic::Place;
use crate::reader::piece::Node;

/// The largest rate, drift or volatility a year that is taken as meant: 2,000 %.
const MOST_A_YEAR: f64 = 20.0;
/// The dearest unit of gas that is taken as meant, in gwei: at this price a swap costs a hundred ether.
const MOST_GWEI: f64 = 1e6;

impl Check<'_> {
    /// Adds an error about a rate per year unless `fine`, as [`Check::field`] does, and a warning if it seems to be in per
    /// cent.
    pub fn yearly(&mut self, node: Node, field: &str, rate: f64, fine: bool, expected: &str) {
        self.field(node, field, rate, fine, expected);
        if fine && rate.abs() > MOST_A_YEAR {
            let message = format!("`{field}` is {rate}: {} % a year", rate * 100.0);
            let expected = format!("expected at most {MOST_A_YEAR}, as in 0.8 for 80 % a year");
            self.warning(node.at(field).place(), message, expected);
        }
    }

    /// Adds a warning about a price of gas that seems to be in wei.
    pub fn gas_price(&mut self, place: Place, gwei: f64) {
        self.in_gwei(place, format_args!("gas costs {gwei} gwei"), gwei);
    }

    /// Checks a law of what somebody pays for a unit of gas, in gwei, as [`Check::law`] does, and adds a warning if it
    /// seems to be in wei.
    pub fn gas_law(&mut self, owner: Node, field: &str, law: &Distribution) {
        self.law(owner, field, law, &NOT_NEGATIVE);
        let (low, high) = law.support();
        let gwei = if high.is_finite() { high } else { low };
        self.in_gwei(owner.at(field).place(), format_args!("`{field}` can be {gwei} gwei"), gwei);
    }

    fn in_gwei(&mut self, place: Place, message: impl Display, gwei: f64) {
        if gwei > MOST_GWEI {
            let expected = format!("expected at most {MOST_GWEI} gwei: is it in wei?");
            self.warning(place, message.to_string(), expected);
        }
    }
}
