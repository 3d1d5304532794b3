//! Who is awake: an agent that sleeps costs nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::marker::PhantomData;

use bevy_ecs::prelude::{Entity, Resource};

use crate::chain::ids::AgentId;

/// When an agent wants to be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// In the next block.
    NextBlock,
    /// In this block, or as soon as possible if that has passed.
    At(u64),
    /// In the next block in which a position is under water.
    WhenUnderwater,
    /// Never.
    Never,
}

/// The agents of one kind by when they wake.
#[derive(Debug, Clone, Resource)]
pub struct Awake<A> {
    next: Vec<(AgentId, Entity)>,
    later: BinaryHeap<Reverse<(u64, AgentId, Entity)>>,
    underwater: Vec<(AgentId, Entity)>,
    kind: PhantomData<fn() -> A>,
}

impl<A> Default for Awake<A> {
    fn default() -> Self {
        Self { next: Vec::new(), later: BinaryHeap::new(), underwater: Vec::new(), kind: PhantomData }
    }
}

impl<A> Awake<A> {
    /// Says when an agent wants to be asked, not before block `earliest`.
    pub fn schedule(&mut self, earliest: u64, id: AgentId, entity: Entity, wake: Wake) {
        match wake {
            Wake::NextBlock => self.next.push((id, entity)),
            Wake::At(at) => self.later.push(Reverse((at.max(earliest), id, entity))),
            Wake::WhenUnderwater => self.underwater.push((id, entity)),
            Wake::Never => {}
        }
    }

    /// Moves everybody who is awake in `block` into `list`, in the order of their ids.
    pub fn rouse(&mut self, block: u64, anything_underwater: bool, list: &mut Vec<(AgentId, Entity)>) {
        list.append(&mut self.next);
        while let Some(Reverse((at, id, entity))) = self.later.peek().copied() {
            if at > block {
                break;
            }
            self.later.pop();
            list.push((id, entity));
        }
        if anything_underwater {
            list.append(&mut self.underwater);
        }
        if !list.is_sorted_by_key(|(id, _)| *id) {
            list.sort_unstable_by_key(|(id, _)| *id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_wakes_when_asked_and_in_the_order_of_ids() {
        let mut awake = Awake::<()>::default();
        let entity = Entity::PLACEHOLDER;
        awake.schedule(1, AgentId(3), entity, Wake::At(5));
        awake.schedule(1, AgentId(2), entity, Wake::WhenUnderwater);
        awake.schedule(1, AgentId(1), entity, Wake::NextBlock);
        awake.schedule(1, AgentId(0), entity, Wake::Never);
        let mut roused = |block, underwater| {
            let mut list = Vec::new();
            awake.rouse(block, underwater, &mut list);
            list.iter().map(|(id, _)| id.0).collect::<Vec<_>>()
        };
        assert_eq!(roused(1, false), [1]);
        assert_eq!(roused(4, false), [0_u32; 0]);
        assert_eq!(roused(5, true), [2, 3]);
        assert_eq!(roused(6, true), [0_u32; 0]);
    }
}
