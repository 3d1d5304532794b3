//! Protocols in the world: each is an entity that holds a state machine, an account in the ledger, and the tokens that
//! the state machine knows only by their sides.

use bevy_ecs::prelude::{Entity, Query, Res};
use bevy_ecs::system::SystemParam;

use super::Deployed;
use super::amm::PoolCell;
use super::deployment::Deployment;
use super::directory::{Directory, Named};
use crate::chain::event::Revert;
use crate::chain::ids::DeploymentId;

pub(super) fn find<'n>(list: &'n [Named], name: &str) -> &'n Named {
    list.iter().find(|named| named.name == name).expect("checked: the scenario names only what it holds")
}

pub(super) const LIVES: &str = "protocols live as long as the run";

/// Every protocol, to read.
#[derive(SystemParam)]
pub struct Protocols<'w, 's> {
    /// Where they live.
    pub directory: Res<'w, Directory>,
    deployed: Query<'w, 's, &'static Deployed>,
}

impl Protocols<'_, '_> {
    /// Returns every deployment, in the order in which they were made.
    pub fn all(&self) -> impl Iterator<Item = &Deployed> {
        self.deployed.iter()
    }

    /// Returns what calls to this address reach.
    pub fn deployment(&self, at: DeploymentId) -> &dyn Deployment {
        self.at(self.directory.entities[at.index()]).deployment()
    }

    pub(super) fn at(&self, entity: Entity) -> &Deployed {
        self.deployed.get(entity).expect(LIVES)
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
    /// Returns what calls to this address reach, to commit or to roll back.
    pub fn deployment(&mut self, at: DeploymentId) -> &mut dyn Deployment {
        self.get(at).deployment_mut()
    }

    /// Takes a protocol out of its place while it is being called.
    ///
    /// # Errors
    /// It is out already, or there is none at the address.
    pub fn take(&mut self, at: DeploymentId) -> Result<Deployed, Revert> {
        let entity = *self.directory.entities.get(at.index()).ok_or(Revert::NoContract)?;
        let place = self.at_mut(entity);
        if place.is_out() { Err(Revert::Reentrant) } else { Ok(std::mem::replace(place, Deployed::Out)) }
    }

    /// Puts a protocol back that was called.
    pub fn put_back(&mut self, at: DeploymentId, deployed: Deployed) {
        *self.get(at) = deployed;
    }

    /// Returns several protocols at once, which are not the same.
    ///
    /// # Errors
    /// One of them is being called.
    pub(super) fn several<const N: usize>(&mut self, at: [DeploymentId; N]) -> Result<[&mut Deployed; N], Revert> {
        let entities = at.map(|at| self.directory.entities[at.index()]);
        let all = self.deployed.get_many_mut(entities).expect("whoever asks for several asks for each once");
        let all = all.map(bevy_ecs::change_detection::Mut::into_inner);
        if all.iter().any(|deployed| deployed.is_out()) { Err(Revert::Reentrant) } else { Ok(all) }
    }

    /// Returns the pool at an address.
    ///
    /// # Errors
    /// It is being called, or no pool is there.
    pub fn pool_at(&mut self, at: DeploymentId) -> Result<&mut PoolCell, Revert> {
        let entity = *self.directory.entities.get(at.index()).ok_or(Revert::NoContract)?;
        match self.at_mut(entity) {
            Deployed::Pool(cell) => Ok(cell),
            Deployed::Out => Err(Revert::Reentrant),
            _ => Err(Revert::NoSuchCall { call: "swap" }),
        }
    }

    pub(super) fn get(&mut self, at: DeploymentId) -> &mut Deployed {
        let entity = self.directory.entities[at.index()];
        self.at_mut(entity)
    }

    pub(super) fn read(&self, at: DeploymentId) -> &Deployed {
        self.deployed.get(self.directory.entities[at.index()]).expect(LIVES)
    }

    fn at_mut(&mut self, entity: Entity) -> &mut Deployed {
        self.deployed.get_mut(entity).expect(LIVES).into_inner()
    }
}

/// Makes the component from the list of what can be deployed: of each its variant, its type, its id, its list in the
/// directory, and how it is asked for: one by id, all, one by name, and the same from outside of systems.
macro_rules! deployed {
    ($($(#[$doc:meta])* $variant:ident($cell:ty, $id:ident, $list:ident): $as:ident, $as_mut:ident, $one:ident, $all:ident, $named:ident, $of:ident, $of_mut:ident, $all_of:ident;)*) => {
        /// A protocol in the world: each is an entity of its own with this component and no other, so that all lie in
        /// one table. They are spawned in the order of the scenario, list by list, and live as long as the run.
        #[derive(Debug, Clone, Component)]
        pub enum Deployed {
            $($(#[$doc])* $variant(Box<$cell>),)*
            /// One that is being called, and stands with whoever called it.
            Out,
        }

        const IS_OUT: &str = "a protocol is out of its place only while it is called";
        const IS_ANOTHER: &str = "a list of the directory holds what it is called by";

        impl Deployed {
            /// Returns it as what all deployments have in common.
            pub fn deployment(&self) -> &dyn Deployment {
                match self {
                    $(Self::$variant(cell) => &**cell,)*
                    Self::Out => unreachable!("{IS_OUT}"),
                }
            }

            /// Returns the same, to call it, to commit or to roll back.
            pub fn deployment_mut(&mut self) -> &mut dyn Deployment {
                match self {
                    $(Self::$variant(cell) => &mut **cell,)*
                    Self::Out => unreachable!("{IS_OUT}"),
                }
            }

            /// Whether it is being called.
            pub fn is_out(&self) -> bool {
                matches!(self, Self::Out)
            }

            $(
                $(#[$doc])*
                pub fn $as(&self) -> &$cell {
                    match self {
                        Self::$variant(cell) => cell,
                        _ => unreachable!("{IS_ANOTHER}"),
                    }
                }

                $(#[$doc])*
                pub(crate) fn $as_mut(&mut self) -> &mut $cell {
                    match self {
                        Self::$variant(cell) => cell,
                        _ => unreachable!("{IS_ANOTHER}"),
                    }
                }
            )*
        }

        $(impl From<$cell> for Deployed {
            fn from(cell: $cell) -> Self {
                Self::$variant(Box::new(cell))
            }
        })*

        impl deployed::Protocols<'_, '_> {
            $(
                #[doc = concat!("Returns one by its id: `", stringify!($variant), "`.")]
                pub fn $one(&self, id: ids::$id) -> &$cell {
                    self.at(self.directory.$list[id.index()].entity).$as()
                }

                /// Returns all of this sort, in the order of the scenario.
                pub fn $all(&self) -> impl Iterator<Item = &$cell> {
                    self.directory.$list.iter().map(|named| self.at(named.entity).$as())
                }

                /// Returns the one of this name; scenarios are checked for it.
                pub fn $named(&self, name: &str) -> &$cell {
                    self.at(deployed::find(&self.directory.$list, name).entity).$as()
                }
            )*
        }

        impl deployed::ProtocolsMut<'_, '_> {
            $(
                #[doc = concat!("Returns one by its id: `", stringify!($variant), "`.")]
                pub fn $one(&mut self, id: ids::$id) -> &mut $cell {
                    self.get(self.directory.$list[id.index()].at).$as_mut()
                }
            )*
        }

        $(
            #[doc = concat!("Returns one of a world: `", stringify!($variant), "`.")]
            pub fn $of(world: &World, id: ids::$id) -> &$cell {
                let entity = world.resource::<Directory>().$list[id.index()].entity;
                world.get::<Deployed>(entity).expect(deployed::LIVES).$as()
            }

            /// Returns the same, to write.
            pub fn $of_mut(world: &mut World, id: ids::$id) -> &mut $cell {
                let entity = world.resource::<Directory>().$list[id.index()].entity;
                world.get_mut::<Deployed>(entity).expect(deployed::LIVES).into_inner().$as_mut()
            }

            /// Returns all of this sort of a world, in the order of the scenario.
            pub fn $all_of(world: &World) -> impl Iterator<Item = &$cell> {
                let list = world.resource::<Directory>().$list.iter();
                list.map(|named| world.get::<Deployed>(named.entity).expect(deployed::LIVES).$as())
            }
        )*
    };
}
pub(super) use deployed;
