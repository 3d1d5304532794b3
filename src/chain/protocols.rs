//! Protocols in the world: each is an entity that holds a state machine, an account in the ledger, and the tokens that
//! the state machine knows only by their sides.

use bevy_ecs::prelude::{Component, Entity, Query, Res, Resource};
use bevy_ecs::system::SystemParam;
use smallvec::SmallVec;

use super::ids::{
    AccountId, BankId, FarmId, GoblinId, IlkId, LendingId, MakerId, PoolId, PositionId, PositionKey, ProtocolId,
    TokenId,
};
use super::lending::LendingCell;
use super::maker::MakerCell;
use super::paths::Paths;
use super::price_order::PriceOrder;
use crate::protocol::amm::{Direction, Pool, PoolToken};
use crate::protocol::farm::alpha_homora::{Bank, BankBooks, Goblin};
use crate::protocol::farm::staking_rewards::StakingRewards;

/// A pool.
#[derive(Debug, Clone, Component)]
pub struct PoolCell {
    /// Its id.
    pub id: PoolId,
    /// Its account.
    pub account: AccountId,
    /// Its tokens, in their places.
    pub tokens: SmallVec<[TokenId; 2]>,
    /// Its liquidity token.
    pub liquidity: TokenId,
    /// Its state machine.
    pub pool: Pool,
    /// What was paid into it by this block's swaps, in smallest units of each of its tokens.
    pub volume: SmallVec<[u128; 2]>,
}

impl PoolCell {
    /// Returns the token in a place.
    pub fn token_at(&self, place: u8) -> TokenId {
        self.tokens[usize::from(place)]
    }

    /// Returns the place of a token; none if the pool does not hold it.
    pub fn place_of(&self, token: TokenId) -> Option<u8> {
        (0_u8..).zip(&self.tokens).find(|(_, held)| **held == token).map(|(place, _)| place)
    }

    /// Returns the way from one token to another; none if the pool does not hold both, or they are one.
    pub fn direction(&self, pays: TokenId, takes: TokenId) -> Option<Direction> {
        let direction = Direction { pays: self.place_of(pays)?, takes: self.place_of(takes)? };
        (direction.pays != direction.takes).then_some(direction)
    }

    /// Returns which token of the run a side of a pool of two is.
    pub fn token(&self, token: PoolToken) -> TokenId {
        match token {
            PoolToken::Zero => self.tokens[0],
            PoolToken::One => self.tokens[1],
        }
    }

    /// Counts what a swap paid in.
    pub fn count_volume(&mut self, place: u8, amount: u128) {
        self.volume[usize::from(place)] += amount;
    }

    /// Returns which side of a pool of two a token is; none if the pool does not hold it.
    pub fn side_of(&self, token: TokenId) -> Option<PoolToken> {
        match self.place_of(token)? {
            0 => Some(PoolToken::Zero),
            _ => Some(PoolToken::One),
        }
    }
}

/// A staking farm.
#[derive(Debug, Clone, Component)]
pub struct FarmCell {
    /// Its id.
    pub id: FarmId,
    /// Its account.
    pub account: AccountId,
    /// The liquidity token that is staked.
    pub staked: TokenId,
    /// The token it pays.
    pub reward: TokenId,
    /// Its state machine.
    pub farm: StakingRewards,
}

/// A bank.
#[derive(Debug, Clone, Component)]
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
}

impl BankCell {
    /// Returns the key of a position that one of its goblins farms.
    pub fn key(&self, goblin: GoblinId, position: PositionId) -> PositionKey {
        let market = goblin.0 - self.goblins.first().map_or(0, |first| first.0);
        PositionKey { protocol: self.protocol, market, position: position.0 }
    }

    /// Returns the bank's books with interest counted up to `now`, in seconds. An empty bank of three slopes counts none.
    pub fn books_at(&self, now: u64) -> BankBooks {
        self.bank.books_at(now).unwrap_or(*self.bank.books())
    }
}

/// A goblin.
#[derive(Debug, Clone, Component)]
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
}

/// One protocol in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What the scenario calls it.
    pub name: String,
    /// Where it lives in the world.
    pub entity: Entity,
}

/// What a protocol with positions is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionNames {
    /// The protocol.
    pub protocol: String,
    /// Its markets, by number; none where there is one.
    pub markets: Vec<String>,
}

/// Where protocols live, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Resource)]
pub struct Directory {
    /// Pools.
    pub pools: Vec<Named>,
    /// Which paths lead from token to token through them.
    pub paths: Paths,
    /// Farms.
    pub farms: Vec<Named>,
    /// Banks.
    pub banks: Vec<Named>,
    /// Goblins.
    pub goblins: Vec<Named>,
    /// Lending markets.
    pub lending: Vec<Named>,
    /// Maker systems.
    pub makers: Vec<Named>,
    /// What protocols with positions are called, by [`ProtocolId`].
    pub positions: Vec<PositionNames>,
}

impl Directory {
    /// Lists a protocol with positions.
    ///
    /// # Panics
    /// There are 2^16 of them: a bug, since scenarios are checked for it.
    pub fn list_positions(&mut self, protocol: &str, markets: Vec<String>) -> ProtocolId {
        self.positions.push(PositionNames { protocol: protocol.to_owned(), markets });
        ProtocolId(u16::try_from(self.positions.len() - 1).expect("there are fewer than 2^16 of each"))
    }

    /// Returns the names of a position's protocol, and of its market there if there are several.
    pub fn names_of(&self, key: PositionKey) -> (&str, Option<&str>) {
        let names = &self.positions[key.protocol.index()];
        (&names.protocol, names.markets.get(usize::from(key.market)).map(String::as_str))
    }
}

fn entity(list: &[Named], name: &str) -> Entity {
    list.iter().find(|named| named.name == name).expect("checked: the scenario names only what it holds").entity
}

/// Accounts that are nobody's wallet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NamedAccounts {
    /// Whoever provided the pools' liquidity before anybody joined.
    pub founder: AccountId,
    /// Liquidity tokens that are locked for ever.
    pub locked: AccountId,
    /// The pools' protocol fees.
    pub treasury: AccountId,
}

/// Every protocol, to read.
#[derive(SystemParam)]
pub struct Protocols<'w, 's> {
    /// Where they live.
    pub directory: Res<'w, Directory>,
    pools: Query<'w, 's, &'static PoolCell>,
    farms: Query<'w, 's, &'static FarmCell>,
    banks: Query<'w, 's, &'static BankCell>,
    goblins: Query<'w, 's, &'static GoblinCell>,
    lending: Query<'w, 's, &'static LendingCell>,
    makers: Query<'w, 's, &'static MakerCell>,
}

const LIVES: &str = "protocols live as long as the run";

impl Protocols<'_, '_> {
    /// Returns a pool.
    pub fn pool(&self, id: PoolId) -> &PoolCell {
        self.pools.get(self.directory.pools[id.index()].entity).expect(LIVES)
    }

    /// Returns a farm.
    pub fn farm(&self, id: FarmId) -> &FarmCell {
        self.farms.get(self.directory.farms[id.index()].entity).expect(LIVES)
    }

    /// Returns a bank.
    pub fn bank(&self, id: BankId) -> &BankCell {
        self.banks.get(self.directory.banks[id.index()].entity).expect(LIVES)
    }

    /// Returns a goblin.
    pub fn goblin(&self, id: GoblinId) -> &GoblinCell {
        self.goblins.get(self.directory.goblins[usize::from(id.0)].entity).expect(LIVES)
    }

    /// Returns a lending market.
    pub fn lending(&self, id: LendingId) -> &LendingCell {
        self.lending.get(self.directory.lending[id.index()].entity).expect(LIVES)
    }

    /// Returns the lending market of this name; scenarios are checked for it.
    pub fn lending_named(&self, name: &str) -> &LendingCell {
        self.lending.get(entity(&self.directory.lending, name)).expect(LIVES)
    }

    /// Returns the lending markets in the order of the scenario.
    pub fn all_lending(&self) -> impl Iterator<Item = &LendingCell> {
        self.directory.lending.iter().map(|named| self.lending.get(named.entity).expect(LIVES))
    }

    /// Returns a Maker system.
    pub fn maker(&self, id: MakerId) -> &MakerCell {
        self.makers.get(self.directory.makers[id.index()].entity).expect(LIVES)
    }

    /// Returns the Maker systems in the order of the scenario.
    pub fn makers(&self) -> impl Iterator<Item = &MakerCell> {
        self.directory.makers.iter().map(|named| self.makers.get(named.entity).expect(LIVES))
    }

    /// Returns the system that has the ilk of this name, and its number there; scenarios are checked for it.
    pub fn ilk_named(&self, name: &str) -> (&MakerCell, IlkId) {
        let found = self.makers().find_map(|cell| Some((cell, cell.named(name)?)));
        found.expect("checked: the scenario names only what it holds")
    }

    /// Returns the pool of this name; scenarios are checked for it.
    pub fn pool_named(&self, name: &str) -> &PoolCell {
        self.pools.get(entity(&self.directory.pools, name)).expect(LIVES)
    }

    /// Returns the bank of this name; scenarios are checked for it.
    pub fn bank_named(&self, name: &str) -> &BankCell {
        self.banks.get(entity(&self.directory.banks, name)).expect(LIVES)
    }

    /// Returns the goblin of this name; scenarios are checked for it.
    pub fn goblin_named(&self, name: &str) -> &GoblinCell {
        self.goblins.get(entity(&self.directory.goblins, name)).expect(LIVES)
    }

    /// Returns the pools in the order of the scenario.
    pub fn pools(&self) -> impl Iterator<Item = &PoolCell> {
        self.directory.pools.iter().map(|named| self.pools.get(named.entity).expect(LIVES))
    }

    /// Returns the farms in the order of the scenario.
    pub fn farms(&self) -> impl Iterator<Item = &FarmCell> {
        self.directory.farms.iter().map(|named| self.farms.get(named.entity).expect(LIVES))
    }

    /// Returns the banks in the order of the scenario.
    pub fn banks(&self) -> impl Iterator<Item = &BankCell> {
        self.directory.banks.iter().map(|named| self.banks.get(named.entity).expect(LIVES))
    }

    /// Returns the goblins in the order of the scenario.
    pub fn goblins(&self) -> impl Iterator<Item = &GoblinCell> {
        self.directory.goblins.iter().map(|named| self.goblins.get(named.entity).expect(LIVES))
    }
}

/// Every protocol, to write: for the stage that executes and for genesis.
#[derive(SystemParam)]
pub struct ProtocolsMut<'w, 's> {
    /// Where they live.
    pub directory: Res<'w, Directory>,
    /// Pools.
    pub pools: Query<'w, 's, &'static mut PoolCell>,
    /// Farms.
    pub farms: Query<'w, 's, &'static mut FarmCell>,
    /// Banks.
    pub banks: Query<'w, 's, &'static mut BankCell>,
    /// Goblins.
    pub goblins: Query<'w, 's, &'static mut GoblinCell>,
    /// Lending markets.
    pub lending: Query<'w, 's, &'static mut LendingCell>,
    /// Maker systems.
    pub makers: Query<'w, 's, &'static mut MakerCell>,
}

impl ProtocolsMut<'_, '_> {
    /// Returns a pool.
    pub fn pool(&mut self, id: PoolId) -> &mut PoolCell {
        self.pools.get_mut(self.directory.pools[id.index()].entity).expect(LIVES).into_inner()
    }

    /// Returns a farm.
    pub fn farm(&mut self, id: FarmId) -> &mut FarmCell {
        self.farms.get_mut(self.directory.farms[id.index()].entity).expect(LIVES).into_inner()
    }

    /// Returns a bank.
    pub fn bank(&mut self, id: BankId) -> &mut BankCell {
        self.banks.get_mut(self.directory.banks[id.index()].entity).expect(LIVES).into_inner()
    }

    /// Returns a lending market.
    pub fn lending(&mut self, id: LendingId) -> &mut LendingCell {
        self.lending.get_mut(self.directory.lending[id.index()].entity).expect(LIVES).into_inner()
    }

    /// Returns a Maker system.
    pub fn maker(&mut self, id: MakerId) -> &mut MakerCell {
        self.makers.get_mut(self.directory.makers[id.index()].entity).expect(LIVES).into_inner()
    }

    /// Returns a bank, to read.
    pub fn bank_ref(&self, id: BankId) -> &BankCell {
        self.banks.get(self.directory.banks[id.index()].entity).expect(LIVES)
    }

    /// Returns a goblin, to read.
    pub fn goblin_ref(&self, id: GoblinId) -> &GoblinCell {
        self.goblins.get(self.directory.goblins[usize::from(id.0)].entity).expect(LIVES)
    }

    /// Returns a goblin and everything it works with: its bank, pool, farm and reward pool.
    pub fn leveraged_farm(&mut self, id: GoblinId) -> LeveragedFarm<'_> {
        let goblin = self.goblins.get_mut(self.directory.goblins[usize::from(id.0)].entity).expect(LIVES).into_inner();
        let pools = [goblin.pool, goblin.reward_pool].map(|pool| self.directory.pools[pool.index()].entity);
        let [pool, reward_pool] = self.pools.get_many_mut(pools).expect("a goblin sells rewards in another pool");
        LeveragedFarm {
            bank: self.banks.get_mut(self.directory.banks[goblin.bank.index()].entity).expect(LIVES).into_inner(),
            farm: self.farms.get_mut(self.directory.farms[goblin.farm.index()].entity).expect(LIVES).into_inner(),
            pool: pool.into_inner(),
            reward_pool: reward_pool.into_inner(),
            goblin,
        }
    }
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
