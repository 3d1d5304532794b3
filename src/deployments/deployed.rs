//! Protocols in the world: each is an entity that holds a state machine, an account in the ledger, and the tokens that
//! the state machine knows only by their sides.

use bevy_ecs::prelude::{Component, Entity, Query, Res};
use bevy_ecs::system::SystemParam;
use bevy_ecs::world::World;

use super::alpha_homora::positions::Farms;
use super::alpha_homora::{BankCell, GoblinCell, LeveragedFarm};
use super::amm::PoolCell;
use super::deployment::Deployment;
use super::directory::{Directory, Named, PositionsOf};
use super::lending::LendingCell;
use super::lending::positions::Loans;
use super::maker::MakerCell;
use super::maker::positions::Vaults;
use super::positions::Positions;
use super::staking::FarmCell;
use super::view::View;
use crate::chain::ids::{BankId, FarmId, GoblinId, IlkId, LendingId, MakerId, PoolId, ProtocolId};

fn entity(list: &[Named], name: &str) -> Entity {
    list.iter().find(|named| named.name == name).expect("checked: the scenario names only what it holds").entity
}

/// Makes the component from the list of what can be deployed.
macro_rules! deployed {
    ($($(#[$doc:meta])* $variant:ident($cell:ty), $as:ident, $as_mut:ident;)*) => {
        /// A protocol in the world: each is an entity of its own with this component and no other, so that all lie in
        /// one table. They are spawned in the order of the scenario, list by list, and live as long as the run.
        #[derive(Debug, Clone, Component)]
        pub enum Deployed {
            $($(#[$doc])* $variant(Box<$cell>),)*
        }

        impl Deployed {
            /// Returns it as what all deployments have in common.
            pub fn deployment(&self) -> &dyn Deployment {
                match self {
                    $(Self::$variant(cell) => &**cell,)*
                }
            }

            /// Returns the same, to commit or to roll back.
            pub fn deployment_mut(&mut self) -> &mut dyn Deployment {
                match self {
                    $(Self::$variant(cell) => &mut **cell,)*
                }
            }

            $(
                $(#[$doc])*
                pub fn $as(&self) -> &$cell {
                    match self {
                        Self::$variant(cell) => cell,
                        _ => unreachable!("a list of the directory holds what it is called by"),
                    }
                }

                fn $as_mut(&mut self) -> &mut $cell {
                    match self {
                        Self::$variant(cell) => cell,
                        _ => unreachable!("a list of the directory holds what it is called by"),
                    }
                }
            )*
        }

        $(impl From<$cell> for Deployed {
            fn from(cell: $cell) -> Self {
                Self::$variant(Box::new(cell))
            }
        })*
    };
}

deployed! {
    /// A pool.
    Pool(PoolCell), as_pool, as_pool_mut;
    /// A staking farm.
    Farm(FarmCell), as_farm, as_farm_mut;
    /// A bank.
    Bank(BankCell), as_bank, as_bank_mut;
    /// A goblin.
    Goblin(GoblinCell), as_goblin, as_goblin_mut;
    /// A lending market.
    Lending(LendingCell), as_lending, as_lending_mut;
    /// A Maker system.
    Maker(MakerCell), as_maker, as_maker_mut;
}

/// Every protocol, to read.
#[derive(SystemParam)]
pub struct Protocols<'w, 's> {
    /// Where they live.
    pub directory: Res<'w, Directory>,
    deployed: Query<'w, 's, &'static Deployed>,
}

const LIVES: &str = "protocols live as long as the run";

impl Protocols<'_, '_> {
    /// Returns every deployment, in the order in which they were made.
    pub fn all(&self) -> impl Iterator<Item = &Deployed> {
        self.deployed.iter()
    }

    fn at(&self, entity: Entity) -> &Deployed {
        self.deployed.get(entity).expect(LIVES)
    }

    /// Returns a pool.
    pub fn pool(&self, id: PoolId) -> &PoolCell {
        self.at(self.directory.pools[id.index()].entity).as_pool()
    }

    /// Returns a farm.
    pub fn farm(&self, id: FarmId) -> &FarmCell {
        self.at(self.directory.farms[id.index()].entity).as_farm()
    }

    /// Returns a bank.
    pub fn bank(&self, id: BankId) -> &BankCell {
        self.at(self.directory.banks[id.index()].entity).as_bank()
    }

    /// Returns a goblin.
    pub fn goblin(&self, id: GoblinId) -> &GoblinCell {
        self.at(self.directory.goblins[usize::from(id.0)].entity).as_goblin()
    }

    /// Returns a lending market.
    pub fn lending(&self, id: LendingId) -> &LendingCell {
        self.at(self.directory.lending[id.index()].entity).as_lending()
    }

    /// Returns the lending market of this name; scenarios are checked for it.
    pub fn lending_named(&self, name: &str) -> &LendingCell {
        self.at(entity(&self.directory.lending, name)).as_lending()
    }

    /// Returns the lending markets in the order of the scenario.
    pub fn all_lending(&self) -> impl Iterator<Item = &LendingCell> {
        self.directory.lending.iter().map(|named| self.at(named.entity).as_lending())
    }

    /// Returns a Maker system.
    pub fn maker(&self, id: MakerId) -> &MakerCell {
        self.at(self.directory.makers[id.index()].entity).as_maker()
    }

    /// Returns the Maker systems in the order of the scenario.
    pub fn makers(&self) -> impl Iterator<Item = &MakerCell> {
        self.directory.makers.iter().map(|named| self.at(named.entity).as_maker())
    }

    /// Returns the system that has the ilk of this name, and its number there; scenarios are checked for it.
    pub fn ilk_named(&self, name: &str) -> (&MakerCell, IlkId) {
        let found = self.makers().find_map(|cell| Some((cell, cell.named(name)?)));
        found.expect("checked: the scenario names only what it holds")
    }

    /// Returns the pool of this name; scenarios are checked for it.
    pub fn pool_named(&self, name: &str) -> &PoolCell {
        self.at(entity(&self.directory.pools, name)).as_pool()
    }

    /// Returns the bank of this name; scenarios are checked for it.
    pub fn bank_named(&self, name: &str) -> &BankCell {
        self.at(entity(&self.directory.banks, name)).as_bank()
    }

    /// Returns the goblin of this name; scenarios are checked for it.
    pub fn goblin_named(&self, name: &str) -> &GoblinCell {
        self.at(entity(&self.directory.goblins, name)).as_goblin()
    }

    /// Returns the pools in the order of the scenario.
    pub fn pools(&self) -> impl Iterator<Item = &PoolCell> {
        self.directory.pools.iter().map(|named| self.at(named.entity).as_pool())
    }

    /// Returns the farms in the order of the scenario.
    pub fn farms(&self) -> impl Iterator<Item = &FarmCell> {
        self.directory.farms.iter().map(|named| self.at(named.entity).as_farm())
    }

    /// Returns the banks in the order of the scenario.
    pub fn banks(&self) -> impl Iterator<Item = &BankCell> {
        self.directory.banks.iter().map(|named| self.at(named.entity).as_bank())
    }

    /// Returns the goblins in the order of the scenario.
    pub fn goblins(&self) -> impl Iterator<Item = &GoblinCell> {
        self.directory.goblins.iter().map(|named| self.at(named.entity).as_goblin())
    }
}

/// Looks at the positions of a protocol.
pub fn positions_of<R>(sees: &View, protocol: ProtocolId, look: impl FnOnce(&dyn Positions) -> R) -> R {
    match sees.protocols.directory.positions[protocol.index()].kept_by {
        PositionsOf::Lending(id) => look(&Loans { sees, cell: sees.protocols.lending(id) }),
        PositionsOf::Maker(id) => look(&Vaults { sees, cell: sees.protocols.maker(id) }),
        PositionsOf::Bank(id) => look(&Farms { sees, cell: sees.protocols.bank(id) }),
    }
}

/// Every protocol, to write: for the stage that executes and for genesis.
#[derive(SystemParam)]
pub struct ProtocolsMut<'w, 's> {
    /// Where they live.
    pub directory: Res<'w, Directory>,
    deployed: Query<'w, 's, &'static mut Deployed>,
}

impl ProtocolsMut<'_, '_> {
    /// Returns what lives at an entity, to commit or to roll back.
    pub fn deployment(&mut self, entity: Entity) -> &mut dyn Deployment {
        self.at_mut(entity).deployment_mut()
    }

    fn at_mut(&mut self, entity: Entity) -> &mut Deployed {
        self.deployed.get_mut(entity).expect(LIVES).into_inner()
    }

    /// Returns a pool.
    pub fn pool(&mut self, id: PoolId) -> &mut PoolCell {
        self.at_mut(self.directory.pools[id.index()].entity).as_pool_mut()
    }

    /// Returns a farm.
    pub fn farm(&mut self, id: FarmId) -> &mut FarmCell {
        self.at_mut(self.directory.farms[id.index()].entity).as_farm_mut()
    }

    /// Returns a bank.
    pub fn bank(&mut self, id: BankId) -> &mut BankCell {
        self.at_mut(self.directory.banks[id.index()].entity).as_bank_mut()
    }

    /// Returns a lending market.
    pub fn lending(&mut self, id: LendingId) -> &mut LendingCell {
        self.at_mut(self.directory.lending[id.index()].entity).as_lending_mut()
    }

    /// Returns a Maker system.
    pub fn maker(&mut self, id: MakerId) -> &mut MakerCell {
        self.at_mut(self.directory.makers[id.index()].entity).as_maker_mut()
    }

    /// Returns a bank, to read.
    pub fn bank_ref(&self, id: BankId) -> &BankCell {
        self.deployed.get(self.directory.banks[id.index()].entity).expect(LIVES).as_bank()
    }

    /// Returns a goblin, to read.
    pub fn goblin_ref(&self, id: GoblinId) -> &GoblinCell {
        self.deployed.get(self.directory.goblins[usize::from(id.0)].entity).expect(LIVES).as_goblin()
    }

    /// Returns a goblin and everything it works with: its bank, pool, farm and reward pool.
    pub fn leveraged_farm(&mut self, id: GoblinId) -> LeveragedFarm<'_> {
        let directory = &*self.directory;
        let entity = directory.goblins[usize::from(id.0)].entity;
        let goblin = self.deployed.get(entity).expect(LIVES).as_goblin();
        let all = [
            entity,
            directory.banks[goblin.bank.index()].entity,
            directory.pools[goblin.pool.index()].entity,
            directory.farms[goblin.farm.index()].entity,
            directory.pools[goblin.reward_pool.index()].entity,
        ];
        let all = self.deployed.get_many_mut(all).expect("a goblin sells rewards in another pool");
        let [goblin, bank, pool, farm, reward_pool] = all.map(bevy_ecs::change_detection::Mut::into_inner);
        LeveragedFarm {
            bank: bank.as_bank_mut(),
            goblin: goblin.as_goblin_mut(),
            pool: pool.as_pool_mut(),
            farm: farm.as_farm_mut(),
            reward_pool: reward_pool.as_pool_mut(),
        }
    }

    /// Returns every pool, in the order of the scenario.
    pub fn pools(&mut self) -> impl Iterator<Item = &mut PoolCell> {
        self.deployed.iter_mut().filter_map(|deployed| match deployed.into_inner() {
            Deployed::Pool(cell) => Some(&mut **cell),
            _ => None,
        })
    }
}

/// Returns a protocol of a world, to look at from outside its systems.
macro_rules! of_world {
    ($($(#[$doc:meta])* $get:ident, $get_mut:ident, $all:ident, $as:ident, $as_mut:ident, $list:ident, $id:ty, $cell:ty;)*) => {$(
        $(#[$doc])*
        pub fn $get(world: &World, id: $id) -> &$cell {
            let entity = world.resource::<Directory>().$list[usize::from(id.0)].entity;
            world.get::<Deployed>(entity).expect(LIVES).$as()
        }

        $(#[$doc])*
        pub fn $get_mut(world: &mut World, id: $id) -> &mut $cell {
            let entity = world.resource::<Directory>().$list[usize::from(id.0)].entity;
            world.get_mut::<Deployed>(entity).expect(LIVES).into_inner().$as_mut()
        }

        /// As the function of one, of all of them, in the order of the scenario.
        pub fn $all(world: &World) -> impl Iterator<Item = &$cell> {
            let list = world.resource::<Directory>().$list.iter();
            list.map(|named| world.get::<Deployed>(named.entity).expect(LIVES).$as())
        }
    )*};
}

of_world! {
    /// Returns a pool of a world.
    pool_of, pool_of_mut, pools_of, as_pool, as_pool_mut, pools, PoolId, PoolCell;
    /// Returns a farm of a world.
    farm_of, farm_of_mut, farms_of, as_farm, as_farm_mut, farms, FarmId, FarmCell;
    /// Returns a bank of a world.
    bank_of, bank_of_mut, banks_of, as_bank, as_bank_mut, banks, BankId, BankCell;
    /// Returns a goblin of a world.
    goblin_of, goblin_of_mut, goblins_of, as_goblin, as_goblin_mut, goblins, GoblinId, GoblinCell;
    /// Returns a lending market of a world.
    lending_of, lending_of_mut, all_lending_of, as_lending, as_lending_mut, lending, LendingId, LendingCell;
    /// Returns a Maker system of a world.
    maker_of, maker_of_mut, makers_of, as_maker, as_maker_mut, makers, MakerId, MakerCell;
}
