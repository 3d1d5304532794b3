//! Banks and their goblins in the world.

use super::deployment::GoblinBefore;
use crate::chain::ids::{AccountId, BankId, FarmId, GoblinId, PoolId, PositionId, PositionKey, ProtocolId, TokenId};
use crate::chain::price_order::PriceOrder;
use crate::deployments::amm::PoolCell;
use crate::deployments::staking::FarmCell;
use crate::protocol::farm::alpha_homora::{Bank, BankBefore, BankState, Goblin};

/// A bank.
#[derive(Debug, Clone)]
pub struct BankCell {
    /// Its id.
    pub id: BankId,
    /// Its id among the protocols with positions.
    pub protocol: ProtocolId,
    /// Its account.
    pub account: AccountId,
    /// The asset it lends.
    pub base: TokenId,
    /// Its share token.
    pub shares: TokenId,
    /// Its goblins.
    pub goblins: Vec<GoblinId>,
    /// Its state machine.
    pub bank: Bank,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<BankBefore>,
}

impl BankCell {
    /// Returns the key of a position that one of its goblins farms.
    pub fn key(&self, goblin: GoblinId, position: PositionId) -> PositionKey {
        let market = goblin.0 - self.goblins.first().map_or(0, |first| first.0);
        PositionKey { protocol: self.protocol, market, position: position.0 }
    }

    /// Returns the bank's state with interest counted up to `now`, in seconds. An empty bank of three slopes counts none.
    pub fn state_at(&self, now: u64) -> BankState {
        self.bank.state_at(now).unwrap_or(*self.bank.state())
    }
}

/// A goblin.
#[derive(Debug, Clone)]
pub struct GoblinCell {
    /// Its id, over all banks.
    pub id: GoblinId,
    /// Its account; what its strategies keep between calls is there as well.
    pub account: AccountId,
    /// The bank whose borrowers it serves.
    pub bank: BankId,
    /// The pool it farms.
    pub pool: PoolId,
    /// The farm in which it stakes.
    pub farm: FarmId,
    /// The pool in which it sells rewards.
    pub reward_pool: PoolId,
    /// Its state machine.
    pub goblin: Goblin,
    /// Its positions in the order in which they fail.
    pub order: PriceOrder,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<GoblinBefore>,
}

/// A goblin and everything it works with.
#[derive(Debug)]
pub struct LeveragedFarm<'a> {
    /// The bank that lends.
    pub bank: &'a mut BankCell,
    /// The goblin.
    pub goblin: &'a mut GoblinCell,
    /// The pool it farms.
    pub pool: &'a mut PoolCell,
    /// The farm in which it stakes.
    pub farm: &'a mut FarmCell,
    /// The pool in which it sells rewards.
    pub reward_pool: &'a mut PoolCell,
}
