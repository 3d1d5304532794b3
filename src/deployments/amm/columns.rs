//! What a block's row says of the pools.

use super::PoolCell;
use crate::chain::ids::TokenId;
use crate::deployments::columns::{Group, Moment, Tracked};
use crate::rows::amount::Amount;

columns! {
    /// Each pool, as `<pool>_...`.
    pub struct PoolColumns {
        /// Marginal price before fees.
        #[unit = "the pool's second token per whole first token"]
        pub price: f64,
        /// Reserve of the pool's first token.
        #[unit = "whole tokens"]
        pub reserve_0: Amount,
        /// Reserve of the pool's second token.
        #[unit = "whole tokens"]
        pub reserve_1: Amount,
        /// Worth of what was paid into the pool by this block's swaps.
        #[unit = "numeraire"]
        pub volume_numeraire: f64,
    }
}

impl Group for PoolColumns {
    type Of<'a> = &'a PoolCell;

    const KIND: &'static str = "pool";
    const IS_TRACKED: bool = true;
    const IS_KEPT: bool = true;

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.protocols.pools()
    }

    fn name(at: &Moment, cell: Self::Of<'_>) -> String {
        at.protocols.directory.pools[cell.id.index()].name.clone()
    }

    fn revision(at: &Moment, cell: Self::Of<'_>) -> Option<u64> {
        cell.revision(at.clock.block)
    }

    fn observe(at: &Moment, cell: Self::Of<'_>) -> Self {
        let amm = cell.pool.amm();
        let paid = cell.tokens.iter().zip(cell.volume.of(at.clock.block)).filter(|(_, paid)| **paid > 0);
        Self {
            price: cell.price(at),
            reserve_0: at.amount(cell.tokens[0], amm.balance(0)),
            reserve_1: at.amount(cell.tokens[1], amm.balance(1)),
            volume_numeraire: paid.map(|(token, paid)| at.worth(*token, *paid)).sum(),
        }
    }

    fn track(&self, cell: Self::Of<'_>, tracked: &mut Tracked) {
        tracked.pools.push((cell.id, self.price, self.volume_numeraire));
    }
}

columns! {
    /// Each token of a pool beyond its second, as `<pool>_<token>_...`.
    pub struct ReserveColumns {
        /// Reserve of the token.
        #[unit = "whole tokens"]
        pub reserve: Amount,
    }
}

impl Group for ReserveColumns {
    type Of<'a> = (&'a PoolCell, u8, TokenId);

    const KIND: &'static str = "pool";

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        let further =
            |cell: &'a PoolCell| (0_u8..).zip(&cell.tokens).skip(2).map(move |(place, token)| (cell, place, *token));
        at.protocols.pools().flat_map(further)
    }

    fn name(at: &Moment, (cell, _, token): Self::Of<'_>) -> String {
        format!("{} {}", PoolColumns::name(at, cell), at.tokens.get(token).name)
    }

    fn observe(at: &Moment, (cell, place, token): Self::Of<'_>) -> Self {
        Self { reserve: at.amount(token, cell.pool.amm().balance(place)) }
    }
}
