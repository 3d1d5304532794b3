//! What lending markets believe that tokens cost: answers that stand until somebody publishes others.
//!
//! An answer is the price of a whole token in whole numeraire tokens, in fixed point with 18 decimals: exact, so that
//! every market derives the same numbers from it on every machine.

use plimsoll_math::WAD;

use super::ids::{FeedId, TokenId};

/// One feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The oracle's name in the scenario.
    pub name: String,
    /// The token whose price it tells.
    pub token: TokenId,
    /// The price that stands, wad: whole numeraire tokens per whole token.
    pub answer_wad: u128,
    /// When it was published, in seconds since 1970.
    pub answered_at: u64,
    /// A price that should be published by transaction, wad; none while the answer is good enough.
    pub due_wad: Option<u128>,
}

impl Feed {
    /// Publishes a price.
    pub fn publish(&mut self, price_wad: u128, now: u64) {
        self.answer_wad = price_wad;
        self.answered_at = now;
        self.due_wad = None;
    }

    /// Returns the price that stands, in whole numeraire tokens per whole token.
    pub fn answer(&self) -> f64 {
        wad_to_f64(self.answer_wad)
    }
}

/// Every feed, in the order of the scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Oracles(pub Vec<Feed>);

impl Oracles {
    /// Returns a feed.
    pub fn feed(&self, id: FeedId) -> &Feed {
        &self.0[id.index()]
    }

    /// Returns the feed of this name; scenarios are checked for it.
    pub fn named(&self, name: &str) -> FeedId {
        let index = self.0.iter().position(|feed| feed.name == name);
        let index = index.expect("checked: the scenario names only what it holds");
        FeedId(u16::try_from(index).expect("there are fewer than 2^16 feeds"))
    }

    /// Returns a feed, to publish.
    pub fn feed_mut(&mut self, id: FeedId) -> &mut Feed {
        &mut self.0[id.index()]
    }
}

/// Returns a price in fixed point with 18 decimals, rounded down; zero for what is no price.
pub fn to_wad(price: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a price may")]
    let units = |number: f64| number as u128;
    let whole = units(price).saturating_mul(WAD);
    whole.saturating_add(units(price.fract() * WAD as f64))
}

/// Returns a fixed-point price as a float.
pub fn wad_to_f64(price_wad: u128) -> f64 {
    price_wad as f64 / WAD as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_keep_their_digits_and_nonsense_is_nothing() {
        assert_eq!(to_wad(2_000.5), 2_000_500_000_000_000_000_000);
        assert!((wad_to_f64(to_wad(0.000_123)) - 0.000_123).abs() < 1e-18);
        assert_eq!((to_wad(f64::NAN), to_wad(-1.0)), (0, 0));
    }
}
