//! Copies a world with all that it holds.
//!
//! What a world may hold is registered, each type with its `Clone`: resources one by one, entities by all the components
//! that they are made of. A world that holds anything else cannot be copied, so nothing is forgotten. Resources are
//! entities as well; the copy makes all entities in the order in which the world made them, and so with the same ids:
//! what holds an `Entity` holds the same one.
//!
//! What systems keep to themselves (`Local`) and the schedule are no part of a world: a `Local` is scratch, without
//! meaning from one run of its system to the next, and a schedule is built anew.

use std::any::TypeId;
use std::collections::BTreeMap;

use bevy_ecs::archetype::Archetype;
use bevy_ecs::bundle::Bundle;
use bevy_ecs::component::{Component, ComponentId};
use bevy_ecs::entity::Entity;
use bevy_ecs::entity_disabling::DefaultQueryFilters;
use bevy_ecs::resource::{IS_RESOURCE, Resource};
use bevy_ecs::world::{EntityRef, World};

/// Makes in the second world what the entity holds, and returns where.
type Copier = Box<dyn Fn(EntityRef, &mut World) -> Entity>;

/// What worlds may hold, and how each is copied.
pub struct WorldCopy {
    /// By the types of all components, ascending.
    copiers: BTreeMap<Vec<TypeId>, Copier>,
}

/// Nothing but what stands where something was left out.
impl Default for WorldCopy {
    fn default() -> Self {
        Self { copiers: BTreeMap::new() }.add(Vec::new(), |_, to| to.spawn_empty().id())
    }
}

impl WorldCopy {
    /// Registers a resource.
    #[must_use]
    pub fn resource<R: Resource + Clone>(self) -> Self {
        self.resource_by(R::clone)
    }

    /// Registers a resource that is copied in a way of its own.
    #[must_use]
    pub fn resource_by<R: Resource>(self, copied: fn(&R) -> R) -> Self {
        self.add(vec![TypeId::of::<R>()], move |from, to| {
            to.insert_resource(copied(held(&from)));
            let id = to.component_id::<R>().expect("it was just put in");
            to.resource_entities().get(id).expect("it was just put in")
        })
    }

    /// Leaves a resource out of copies.
    #[must_use]
    pub fn without<R: Resource>(self) -> Self {
        self.add(vec![TypeId::of::<R>()], |_, to| to.spawn_empty().id())
    }

    /// Registers entities that are made of these components and no others.
    #[must_use]
    pub fn entity<C: Components>(self) -> Self {
        self.add(C::types(), |from, to| to.spawn(C::of(&from)).id())
    }

    fn add(mut self, mut types: Vec<TypeId>, copier: impl Fn(EntityRef, &mut World) -> Entity + 'static) -> Self {
        types.sort_unstable();
        self.copiers.insert(types, Box::new(copier));
        self
    }

    /// Returns a copy of the world.
    ///
    /// # Panics
    /// If the world holds what is not registered, or an entity was despawned: bugs.
    pub fn copy(&self, world: &World) -> World {
        assert!(
            world.storages().non_sends.is_empty(),
            "a world that is copied holds nothing that is bound to a thread"
        );
        let mut entities: Vec<(Entity, &Copier)> = Vec::with_capacity(world.entities().len() as usize);
        for archetype in world.archetypes().iter().filter(|archetype| !archetype.is_empty()) {
            let types = types(world, archetype);
            // Every world is made with its own.
            if types == [TypeId::of::<DefaultQueryFilters>()] {
                continue;
            }
            let copier = self.copiers.get(&types).unwrap_or_else(|| {
                panic!("nobody registered how to copy entities of {}", names(world, archetype).join(", "))
            });
            entities.extend(archetype.entities().iter().map(|entity| (entity.id(), copier)));
        }
        entities.sort_unstable_by_key(|(entity, _)| entity.index_u32());
        let mut copy = World::new();
        for (entity, copier) in entities {
            let made = copier(world.entity(entity), &mut copy);
            assert_eq!(made, entity, "entities live as long as their world, so a copy makes them with the same ids");
        }
        copy
    }
}

/// The components that some entities are made of: a tuple of them.
pub trait Components: Bundle {
    /// Returns their types.
    fn types() -> Vec<TypeId>;

    /// Returns a copy of those of an entity, which has them all.
    fn of(entity: &EntityRef) -> Self;
}

macro_rules! components {
    ($($component:ident)*) => {
        impl<$($component: Component + Clone),*> Components for ($($component,)*) {
            fn types() -> Vec<TypeId> {
                vec![$(TypeId::of::<$component>()),*]
            }

            fn of(entity: &EntityRef) -> Self {
                ($(held::<$component>(entity).clone(),)*)
            }
        }
    };
}

components!(A);
components!(A B);
components!(A B C);

fn held<'a, C: Component>(entity: &'a EntityRef) -> &'a C {
    entity.get().expect("the copier was chosen by the entity's components")
}

/// Returns what an archetype's entities are made of, without the mark of resources.
fn made_of(archetype: &Archetype) -> impl Iterator<Item = ComponentId> {
    archetype.iter_components().filter(|id| *id != IS_RESOURCE)
}

/// Returns the same as types, ascending.
fn types(world: &World, archetype: &Archetype) -> Vec<TypeId> {
    let info = |id| world.components().get_info(id).expect("an archetype's components are registered");
    let types = made_of(archetype).map(|id| info(id).type_id().expect("components have a Rust type"));
    let mut types: Vec<TypeId> = types.collect();
    types.sort_unstable();
    types
}

fn names(world: &World, archetype: &Archetype) -> Vec<String> {
    let name = |id| world.components().get_name(id).map_or_else(|| format!("{id:?}"), |name| name.to_string());
    made_of(archetype).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Resource)]
    struct Count(u32);

    #[derive(Debug, Clone, PartialEq, Resource)]
    struct Friends(Vec<Entity>);

    #[derive(Debug, Clone, PartialEq, Component)]
    struct Name(&'static str);

    #[derive(Debug, Clone, PartialEq, Component)]
    struct Age(u8);

    /// Resources and entities of two kinds, made in turns.
    fn world() -> World {
        let mut world = World::new();
        let ada = world.spawn(Name("Ada")).id();
        world.insert_resource(Count(7));
        let bob = world.spawn((Age(9), Name("Bob"))).id();
        world.insert_resource(Friends(vec![bob, ada]));
        world.spawn(Name("Eve"));
        world
    }

    fn all() -> WorldCopy {
        WorldCopy::default().resource::<Count>().resource::<Friends>().entity::<(Name,)>().entity::<(Name, Age)>()
    }

    #[test]
    fn a_copy_holds_the_same_under_the_same_ids() {
        let world = world();
        // A copy of a copy too.
        let copy = all().copy(&all().copy(&world));
        assert_eq!(copy.resource::<Count>(), world.resource::<Count>());
        let friends = &copy.resource::<Friends>().0;
        assert_eq!(*friends, world.resource::<Friends>().0);
        let names = friends.iter().map(|friend| copy.get::<Name>(*friend).unwrap().0);
        assert_eq!(names.collect::<Vec<_>>(), ["Bob", "Ada"]);
        assert_eq!(copy.get::<Age>(friends[0]), Some(&Age(9)));
        assert_eq!(copy.entities().count_spawned(), world.entities().count_spawned());
    }

    #[test]
    fn a_copy_goes_its_own_way() {
        let world = world();
        let mut copy = all().copy(&world);
        copy.resource_mut::<Count>().0 = 8;
        copy.spawn(Name("Pat"));
        assert_eq!(world.resource::<Count>().0, 7);
        assert_eq!(all().copy(&copy).resource::<Count>().0, 8);
    }

    #[test]
    fn what_is_left_out_leaves_the_other_ids_as_they_are() {
        let world = world();
        let without = all().without::<Count>();
        let mut copy = without.copy(&without.copy(&world));
        assert!(!copy.contains_resource::<Count>());
        assert_eq!(copy.resource::<Friends>(), world.resource::<Friends>());
        copy.insert_resource(Count(1));
    }

    #[test]
    #[should_panic(expected = "nobody registered how to copy entities of plimsoll::world_copy::tests::Count")]
    fn a_resource_that_nobody_registered_is_refused() {
        let _ = WorldCopy::default().resource::<Friends>().entity::<(Name,)>().entity::<(Name, Age)>().copy(&world());
    }

    #[test]
    #[should_panic(expected = "plimsoll::world_copy::tests::Age")]
    fn an_entity_with_a_component_more_than_is_registered_is_refused() {
        let _ = WorldCopy::default().resource::<Count>().resource::<Friends>().entity::<(Name,)>().copy(&world());
    }

    #[test]
    #[should_panic(expected = "entities live as long as their world")]
    fn a_world_that_lost_an_entity_is_refused() {
        let mut world = world();
        let ada = world.resource::<Friends>().0[1];
        world.despawn(ada);
        let _ = all().copy(&world);
    }
}
