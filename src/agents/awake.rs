//! Who is awake: an agent that sleeps costs nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::marker::PhantomData;

use bevy_ecs::prelude::Resource;

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

/// An agent, and its row among those of its kind.
pub type Sleeper = (AgentId, u32);

/// The agents of one kind by when they wake.
#[derive(Debug, Clone, Resource)]
pub struct Awake<A> {
    next: Vec<Sleeper>,
    later: BinaryHeap<Reverse<(u64, Sleeper)>>,
    underwater: Vec<Sleeper>,
    kind: PhantomData<fn() -> A>,
}

impl<A> Default for Awake<A> {
    fn default() -> Self {
        Self { next: Vec::new(), later: BinaryHeap::new(), underwater: Vec::new(), kind: PhantomData }
    }
}

impl<A> Awake<A> {
    /// Says when an agent wants to be asked, not before block `earliest`.
    pub fn schedule(&mut self, earliest: u64, agent: Sleeper, wake: Wake) {
        match wake {
            Wake::NextBlock => self.next.push(agent),
            Wake::At(at) => self.later.push(Reverse((at.max(earliest), agent))),
            Wake::WhenUnderwater => self.underwater.push(agent),
            Wake::Never => {}
        }
    }

    /// Moves everybody who wakes in `block` into `list`, in the order of their ids.
    pub fn take_awake(&mut self, block: u64, anything_underwater: bool, list: &mut Vec<Sleeper>) {
        list.append(&mut self.next);
        while let Some(Reverse((at, agent))) = self.later.peek().copied() {
            if at > block {
                break;
            }
            self.later.pop();
            list.push(agent);
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
        awake.schedule(1, (AgentId(3), 3), Wake::At(5));
        awake.schedule(1, (AgentId(2), 2), Wake::WhenUnderwater);
        awake.schedule(1, (AgentId(1), 1), Wake::NextBlock);
        awake.schedule(1, (AgentId(0), 0), Wake::Never);
        let mut taken = |block, underwater| {
            let mut list = Vec::new();
            awake.take_awake(block, underwater, &mut list);
            list.iter().map(|(id, _)| id.0).collect::<Vec<_>>()
        };
        assert_eq!(taken(1, false), [1]);
        assert_eq!(taken(4, false), [0_u32; 0]);
        assert_eq!(taken(5, true), [2, 3]);
        assert_eq!(taken(6, true), [0_u32; 0]);
    }
}
