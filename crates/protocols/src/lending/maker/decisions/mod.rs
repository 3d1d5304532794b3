//! What decisions read of an urn: floats.

mod failing_price;

pub use failing_price::KeyLimits;

use super::{IlkState, Position};
use plimsoll_math::Rad;

impl IlkState {
    /// Returns what the collateral carries over what the urn owes: below one it is not safe. Infinite without debt.
    pub fn health_factor(&self, position: &Position) -> f64 {
        let tab = position.tab(self.rate);
        if tab == Rad::ZERO { f64::INFINITY } else { position.carried(self.spot).to_f64() / tab.to_f64() }
    }

    /// Returns the collateral's worth over what the urn owes, at the `spot` of the last `poke`: below `mat` it is not
    /// safe. Infinite without debt.
    pub fn collateral_ratio(&self, position: &Position) -> f64 {
        self.health_factor(position) * self.mat.to_f64()
    }
}
