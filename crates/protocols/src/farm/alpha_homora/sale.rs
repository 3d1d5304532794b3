//! Who buys what a closed position sells.

use crate::amm::{
    Side, Traded,
    uniswap_v2::{Pair, PairError},
};

/// Who buys the farmed token of a position that closes or is liquidated, at the terms that the pair quotes.
pub trait SaleVenue {
    /// Fills a sale: takes `amount_in` of what `side` pays and gives `amount_out` of the other token.
    ///
    /// # Errors
    /// The pair could not trade so.
    fn fill(&mut self, pair: &mut Pair, side: Side, sale: Traded, now: u64) -> Result<(), PairError>;
}

/// The pair itself, as in the contract: the sale moves its price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IntoPair;

impl SaleVenue for IntoPair {
    fn fill(&mut self, pair: &mut Pair, side: Side, sale: Traded, now: u64) -> Result<(), PairError> {
        pair.swap_at(side, sale, now).map(|_| ())
    }
}
