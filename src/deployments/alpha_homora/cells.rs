//! Banks and their goblins in the world.

use plimsoll_protocols::farm::alpha_homora::{Bank, BankBefore, BankState, Goblin, GoblinId, Site};
use plimsoll_protocols::farm::staking_rewards::StakingRewards;

use super::deployment::GoblinBefore;
use crate::chain::event::Revert;
use crate::chain::ids::{
    AccountId, BankId, DeploymentId, FarmId, PoolId, PositionId, PositionKey, ProtocolId, TokenId, WorkerId,
};
use crate::chain::price_order::PriceOrder;
use crate::deployments::Deployed;
use crate::deployments::amm::PoolCell;
use crate::deployments::deployed::ProtocolsMut;
use crate::deployments::directory::Directory;
use crate::deployments::staking::FarmCell;

/// A bank.
#[derive(Debug, Clone)]
pub struct BankCell {
    /// The address that calls to it name.
    pub at: DeploymentId,
    /// Its place among the scenario's banks.
    pub id: BankId,
    /// Its id among the protocols with positions.
    pub protocol: ProtocolId,
    /// The account that holds what is not lent out.
    pub account: AccountId,
    /// The asset it lends.
    pub base: TokenId,
    /// The token that lenders hold for shares of it.
    pub shares: TokenId,
    /// Its goblins, in the order of the scenario.
    pub goblins: Vec<WorkerId>,
    /// The contract's state.
    pub bank: Bank,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<BankBefore>,
}

impl BankCell {
    /// Returns the key of a position that one of its goblins farms.
    pub fn key(&self, worker: WorkerId, position: PositionId) -> PositionKey {
        let market = worker.0 - self.goblins.first().map_or(0, |first| first.0);
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
    /// The address that calls to it name.
    pub at: DeploymentId,
    /// Its id, over all banks.
    pub id: WorkerId,
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
    /// The contract's state.
    pub goblin: Goblin,
    /// Its positions in the order in which they fail.
    pub order: PriceOrder,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<GoblinBefore>,
}

/// Goblins are numbered over all banks.
impl From<GoblinId> for WorkerId {
    fn from(goblin: GoblinId) -> Self {
        Self(goblin.0)
    }
}

/// A goblin and what it works with, to write.
#[derive(Debug)]
pub struct LeveragedFarm<'a> {
    /// Farms for the bank's borrowers.
    pub goblin: &'a mut GoblinCell,
    /// The pool it farms.
    pub pool: &'a mut PoolCell,
    /// The farm in which it stakes.
    pub farm: &'a mut FarmCell,
}

impl LeveragedFarm<'_> {
    /// Returns its state machines, as the bank asks for them.
    pub fn site(&mut self) -> Site<'_> {
        let (farm, pair) = (rewards_mut(self.farm), self.pool.pool.uniswap_v2_mut());
        Site { goblin: &mut self.goblin.goblin, farm, pair }
    }
}

const STAKES: &str = "checked: a goblin stakes in a farm of StakingRewards";

/// Returns the state machine of the farm in which a goblin stakes.
pub fn rewards(farm: &FarmCell) -> &StakingRewards {
    (&farm.contract).try_into().expect(STAKES)
}

/// Returns the same, to write.
pub fn rewards_mut(farm: &mut FarmCell) -> &mut StakingRewards {
    (&mut farm.contract).try_into().expect(STAKES)
}

impl ProtocolsMut<'_, '_> {
    /// Returns a goblin and what it works with.
    ///
    /// # Errors
    /// One of them is being called.
    pub fn leveraged_farm(&mut self, id: WorkerId) -> Result<LeveragedFarm<'_>, Revert> {
        let at = self.directory.workers[id.index()].at;
        let Deployed::Worker(goblin) = self.read(at) else { return Err(Revert::Reentrant) };
        let [pool, farm] = goblin.site(&self.directory);
        let [goblin, pool, farm] = self.several([at, pool, farm])?;
        Ok(LeveragedFarm { goblin: goblin.as_worker_mut(), pool: pool.as_pool_mut(), farm: farm.as_farm_mut() })
    }
}

impl GoblinCell {
    /// Returns the addresses of the pool it farms and of the farm in which it stakes.
    pub fn site(&self, directory: &Directory) -> [DeploymentId; 2] {
        [directory.pools[self.pool.index()].at, directory.farms[self.farm.index()].at]
    }
}
