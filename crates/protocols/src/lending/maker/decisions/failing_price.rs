//! At which price an urn fails, as one number that only its own calls change.
//!
//! An urn fails when `ink * spot` is less than `art * rate`, both exact. So with `key = art / ink`, which fees and prices
//! leave alone, urns fail in the order of their keys, the greatest first, as `spot / rate` falls.
//!
//! The vat rounds nothing here; the spotter rounds down twice from price to `spot`. [`IlkState::key_limits`] takes the
//! `spot` as it is, so all that can be off are the floats: a key and a limit are three roundings each, within the margin
//! of one part in 2^48. [`IlkState::least_safe_price_up`] goes through the spotter's roundings backwards, and is exact.

use crate::lending::maker::{IlkState, Position};
use plimsoll_math::Ray;

/// What the floats may be off, relatively.
const MARGIN: f64 = 1.0 / (1_u64 << 48) as f64;

/// Where keys are sure to hold and where they are sure to fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyLimits {
    /// An urn whose key is this or less is safe.
    pub holds_up_to: f64,
    /// An urn whose key is greater may be liquidated.
    pub fails_above: f64,
}

impl Position {
    /// Returns the key that orders urns by the price at which they fail: normalised debt per unit of collateral. It is
    /// zero without debt, and infinite without collateral.
    pub fn failing_key(&self) -> f64 {
        if self.art == 0 { 0.0 } else { self.art as f64 / self.ink as f64 }
    }
}

impl IlkState {
    /// Returns between which keys an urn must be asked itself, at this rate and `spot`. While the oracle is void nobody
    /// may be liquidated, so no key fails.
    pub fn key_limits(&self) -> KeyLimits {
        if self.spot == Ray::ZERO || self.rate == Ray::ZERO {
            return KeyLimits { holds_up_to: f64::INFINITY, fails_above: f64::INFINITY };
        }
        let limit = self.spot.0 as f64 / self.rate.0 as f64;
        KeyLimits { holds_up_to: limit * (1.0 - MARGIN), fails_above: limit * (1.0 + MARGIN) }
    }

    /// Returns the price at which an urn of this key fails, in the oracle's currency.
    pub fn failing_price(&self, key: f64, par: Ray) -> f64 {
        key * self.rate.to_f64() * self.mat.to_f64() * par.to_f64()
    }
}
