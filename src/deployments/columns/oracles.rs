//! What a block's row says of the oracles.

use super::{Group, Moment};
use crate::chain::oracles::Feed;

columns! {
    /// Each oracle, as `<oracle>_...`.
    pub struct OracleColumns {
        /// The price that it tells.
        #[unit = "numeraire per whole token"]
        pub price_numeraire: f64,
        /// Its error: the price over the one outside, less one.
        #[unit = "ratio"]
        pub error_ratio: f64,
    }
}

impl Group for OracleColumns {
    type Of<'a> = &'a Feed;

    const KIND: &'static str = "oracle";

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.oracles.0.iter()
    }

    fn name(_: &Moment, feed: Self::Of<'_>) -> String {
        feed.name.clone()
    }

    fn observe(at: &Moment, feed: Self::Of<'_>) -> Self {
        let price = feed.answer();
        Self { price_numeraire: price, error_ratio: price / at.venues.price(feed.token) - 1.0 }
    }
}
