//! What a block's row says of the tokens.

use super::{Group, Moment};
use crate::chain::ids::TokenId;

columns! {
    /// Each token, as `<token>_...`.
    pub struct TokenColumns {
        /// Price at the external venue: the process with its shocks and the impact of flow.
        #[unit = "numeraire per whole token"]
        pub price_outside_numeraire: f64,
        /// Price of the process alone: without shocks and without impact.
        #[unit = "numeraire per whole token"]
        pub price_fundamental_numeraire: f64,
    }
}

impl Group for TokenColumns {
    type Of<'a> = (TokenId, f64);

    const KIND: &'static str = "token";

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.tokens.priced().zip(at.fundamentals.iter().copied())
    }

    fn name(at: &Moment, (token, _): Self::Of<'_>) -> String {
        at.tokens.get(token).name.clone()
    }

    fn observe(at: &Moment, (token, fundamental): Self::Of<'_>) -> Self {
        Self { price_outside_numeraire: at.venues.price(token), price_fundamental_numeraire: fundamental }
    }
}
