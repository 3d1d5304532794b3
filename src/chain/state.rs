//! What the chain is between two transactions, but for the protocols on it: one resource, fetched once by a system.

use bevy_ecs::prelude::Resource;

use super::clock::Clock;
use super::forced_sales::ForcedSales;
use super::gas::BlockGas;
use super::ids::{AccountId, TokenId};
use super::ledger::Ledger;
use super::oracles::Oracles;
use super::tokens::Tokens;
use super::venues::Venues;
use crate::rows::amount::Amount;

/// The chain's state outside its protocols. Only execution, genesis and the stages before `decide` write it; who decides
/// sees it read-only.
#[derive(Debug, Clone, Resource)]
pub struct ChainState {
    /// The block that is being made, and its time.
    pub clock: Clock,
    /// The tokens, in the order of their ids.
    pub tokens: Tokens,
    /// Accounts that are nobody's wallet.
    pub named: NamedAccounts,
    /// What every account holds of every token.
    pub ledger: Ledger,
    /// The external venue: outside prices, and what trades there have done to them.
    pub venues: Venues,
    /// The prices that protocols go by, feed by feed.
    pub oracles: Oracles,
    /// What gas costs in this block, and what each action uses.
    pub gas: BlockGas,
    /// Which forced sales act.
    pub sales: ForcedSales,
}

impl ChainState {
    /// A chain of nothing at the first block: genesis fills it.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            tokens: Tokens::default(),
            named: NamedAccounts::default(),
            ledger: Ledger::default(),
            venues: Venues::default(),
            oracles: Oracles::default(),
            gas: BlockGas::default(),
            sales: ForcedSales::default(),
        }
    }

    /// Returns smallest units of a token as a cell of a table.
    pub fn amount(&self, token: TokenId, units: u128) -> Amount {
        Amount { units, decimals: self.tokens.get(token).decimals }
    }

    /// Returns what an amount of a token is worth outside, in whole numeraire tokens.
    pub fn worth(&self, token: TokenId, units: u128) -> f64 {
        units as f64 / self.tokens.get(token).one * self.venues.price(token)
    }
}

/// Accounts that are nobody's wallet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NamedAccounts {
    /// Whoever provided the pools' liquidity before anybody joined.
    pub founder: AccountId,
    /// Liquidity tokens that are locked for ever.
    pub locked: AccountId,
    /// Protocols' fees, and what they mint for their developers.
    pub treasury: AccountId,
}
