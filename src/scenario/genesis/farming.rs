//! Staking farms, banks and their goblins.

use super::{Builder, CHECKED, GenesisError, fault, find, token_id, u16_of};
use crate::chain::ids::{BankId, FarmId, GoblinId, PoolId, TokenId};
use crate::chain::ledger::Ledger;
use crate::chain::price_order::PriceOrder;
use crate::chain::state::ChainState;
use crate::checks::declared::DeclaredFarm;
use crate::deployments::alpha_homora::GoblinParams;
use crate::deployments::alpha_homora::{BankCell, GoblinCell};
use crate::deployments::deployed::Deployed;
use crate::deployments::directory::{Named, PositionsOf};
use crate::deployments::staking::FarmCell;
use crate::market::Emissions;

impl Builder<'_> {
    pub(super) fn farms(&mut self) -> Result<(), GenesisError> {
        let mut emissions = Vec::new();
        let clock = self.world.resource::<ChainState>().clock.clone();
        for (params, index) in self.scenario.farms.iter().zip(0..) {
            let DeclaredFarm { name, pool, reward } = params.declared();
            let id = FarmId(index);
            let pool = find(&self.directory.pools, pool);
            let staked =
                self.world.get::<Deployed>(self.directory.pools[pool].entity).expect(CHECKED).as_pool().liquidity;
            let reward = self.token(reward);
            let funding = params.emissions().iter();
            emissions.extend(funding.map(|(at, amount)| (clock.block_at(*at), id, self.units(reward, amount))));
            let account = self.world.resource_mut::<ChainState>().ledger.open_account();
            let cell = FarmCell { id, account, staked, reward, farm: params.open(), undo: Vec::new() };
            let entity = self.world.spawn(Deployed::from(cell)).id();
            self.directory.farms.push(Named { name: name.to_owned(), entity });
        }
        let rewards = emissions.iter().try_fold(0_u128, |sum, (.., amount)| sum.checked_add(*amount));
        if rewards.is_none_or(|rewards| rewards > Ledger::MOST_SUPPLY) {
            let most = Ledger::MOST_SUPPLY;
            return Err(fault(format!("the farms' `emissions` are together more than {most} smallest units")));
        }
        emissions.sort_by_key(|(block, ..)| std::cmp::Reverse(*block));
        self.world.insert_resource(Emissions(emissions));
        Ok(())
    }

    pub(super) fn banks(&mut self) -> Result<(), GenesisError> {
        for (params, index) in self.scenario.banks.iter().zip(0_u16..) {
            let (name, goblins) = (params.name(), params.goblins());
            let id = BankId(index);
            let base = self.token(params.base());
            let shares = token_id(self.scenario.tokens.len() + self.scenario.pools.len() + usize::from(index));
            let account = self.open();
            let bank = params.open(self.world.resource::<ChainState>());
            let markets = goblins.iter().map(|goblin| goblin.name.clone()).collect();
            let protocol = self.directory.list_positions(PositionsOf::Bank(id), name, markets);
            let first = self.directory.goblins.len();
            let ids = (first..first + goblins.len()).map(|goblin| GoblinId(u16_of(goblin))).collect();
            let cell = BankCell { id, protocol, account, base, shares, goblins: ids, bank, undo: Vec::new() };
            let entity = self.world.spawn(Deployed::from(cell)).id();
            self.directory.banks.push(Named { name: name.to_owned(), entity });
            goblins.iter().try_for_each(|goblin| self.goblin(goblin, id, base))?;
        }
        Ok(())
    }

    fn goblin(&mut self, params: &GoblinParams, bank: BankId, base: TokenId) -> Result<(), GenesisError> {
        let id = GoblinId(u16_of(self.directory.goblins.len()));
        let pool = find(&self.directory.pools, &params.pool);
        let farm = FarmId(u16_of(find(&self.directory.farms, &params.farm)));
        let reward_pool = PoolId(u16_of(find(&self.directory.pools, &params.reward_pool)));
        let account = self.open();
        let cell = self.world.get::<Deployed>(self.directory.pools[pool].entity).expect(CHECKED).as_pool();
        let goblin = params.open(account, base, cell);
        let goblin = goblin.map_err(|error| fault(format!("goblin {}: {error}", params.name)))?;
        let pool = PoolId(u16_of(pool));
        let order = PriceOrder::default();
        let cell = GoblinCell { id, account, bank, pool, farm, reward_pool, goblin, order, undo: Vec::new() };
        let entity = self.world.spawn(Deployed::from(cell)).id();
        self.directory.goblins.push(Named { name: params.name.clone(), entity });
        Ok(())
    }
}
