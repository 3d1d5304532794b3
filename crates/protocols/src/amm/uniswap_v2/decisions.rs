//! What decisions read of a pair: floats.

use super::Pair;
use crate::amm::{AmmDecisions, Direction};

impl AmmDecisions for Pair {
    /// The square root of the product.
    fn size(&self, _: u64) -> Option<f64> {
        Some((self.reserves.token_0 as f64).sqrt() * (self.reserves.token_1 as f64).sqrt())
    }

    fn spot_price(&self, direction: Direction, _: u64) -> f64 {
        let (paid, taken) = self.reserves.starting_with(direction.side().pays());
        taken as f64 / paid as f64
    }

    fn fee(&self) -> f64 {
        f64::from(self.fee_bps) / 10_000.0
    }

    /// What `a` paid in buys is `y phi a / (x + phi a)`, `phi` being what the fee leaves; its slope falls to `price` at
    /// `a = (sqrt(phi x y / price) - x) / phi`.
    fn depth_to(&self, direction: Direction, price: f64, _: u64) -> f64 {
        let (paid, taken) = self.reserves.starting_with(direction.side().pays());
        let (paid, taken, phi) = (paid as f64, taken as f64, 1.0 - AmmDecisions::fee(self));
        (((phi * paid * taken / price).sqrt() - paid) / phi).max(0.0)
    }

    fn takes_any_proportion(&self) -> bool {
        false
    }

    fn constant_product(&self, direction: Direction) -> Option<[f64; 2]> {
        let (paid, taken) = self.reserves.starting_with(direction.side().pays());
        Some([paid as f64, taken as f64])
    }
}
