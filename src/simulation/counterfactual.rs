//! Counterfactual runs: on the dice of another, without some of its forced sales or without its shocks.
//!
//! One that differs from another run only from some block on need not make the blocks before it: it goes on from a
//! checkpoint of that run.

use std::collections::BTreeSet;
use std::path::Path;

use bevy_ecs::prelude::World;
use bevy_ecs::system::SystemState;

use super::fork::registered;
use super::{Options, RunError, Simulation, watch};
use crate::accounts::books::Books;
use crate::accounts::liquidity::LiquidityBooks;
use crate::accounts::trace::Trace;
use crate::agents::view::View;
use crate::chain::audit::{AuditEveryBlock, audit};
use crate::chain::forced_sales::{ForcedSales, OtherSale};
use crate::chain::ids::PositionKey;
use crate::chain::state::ChainState;
use crate::market::OutsidePrices;
use crate::output::recorder::Recorder;
use crate::pipeline::Block;
use crate::scenario::genesis;
use crate::scenario::schema::Scenario;

/// A run that leaves nothing but what [`Trace`] keeps.
pub struct Counterfactual {
    world: World,
    block: Block,
    blocks_executed: u64,
}

impl Counterfactual {
    /// Makes the world before the first block, in which these forced sales act. What `also` names counts as a
    /// liquidation.
    ///
    /// # Errors
    /// The market cannot begin.
    pub fn new(
        scenario: &Scenario,
        home: &Path,
        options: Options,
        sales: ForcedSales,
        also: &[OtherSale],
    ) -> Result<Self, RunError> {
        let mut world = genesis::world(scenario, home, options.seed)?;
        world.resource_mut::<ChainState>().sales = sales.and(also);
        world.insert_resource(AuditEveryBlock(options.audit));
        watch(&mut world, also, false);
        Ok(Self::of(world))
    }

    /// Goes on from a checkpoint, with the forced sales of these positions acting and all others muted.
    ///
    /// # Panics
    /// If the run that the checkpoint is of treated otherwise a sale that was attempted before: a bug.
    pub fn from(checkpoint: &Checkpoint, acting: BTreeSet<PositionKey>) -> Self {
        let mut world = checkpoint.copy();
        world.resource_mut::<ChainState>().sales.let_act(acting);
        world.resource_mut::<Trace>().ignore_toxic();
        Self::of(world)
    }

    /// Takes away the shocks that are still to come.
    #[must_use]
    pub fn without_shocks(mut self) -> Self {
        self.world.resource_mut::<OutsidePrices>().remove_shocks();
        self
    }

    fn of(mut world: World) -> Self {
        let block = Block::of(&mut world);
        Self { world, block, blocks_executed: 0 }
    }

    /// Makes one block.
    ///
    /// # Panics
    /// If every block is audited and one fails: a bug.
    pub fn step(&mut self) {
        self.block.run(&mut self.world);
        self.blocks_executed += 1;
    }

    /// Returns how many blocks are done, with those before the checkpoint.
    pub fn blocks_done(&self) -> u64 {
        self.world.resource::<ChainState>().clock.block
    }

    /// Returns how many of them this run has made itself.
    pub fn blocks_executed(&self) -> u64 {
        self.blocks_executed
    }

    /// Returns the trace of the blocks done.
    pub fn trace(&self) -> &Trace {
        self.world.resource()
    }

    /// Returns which forced sales act, and which were attempted.
    pub fn sales(&self) -> &ForcedSales {
        &self.world.resource::<ChainState>().sales
    }

    /// Returns a checkpoint of the run as it is now.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::of(&self.world)
    }

    /// Audits the end and returns what was seen.
    ///
    /// # Errors
    /// The audit fails, which is a bug.
    pub fn finish(mut self) -> Result<Trace, RunError> {
        let mut state = SystemState::<View>::new(&mut self.world);
        let sees = state.get(&self.world).expect("genesis put in all that agents see");
        audit(&sees.tokens, &sees.ledger, &sees.protocols)?;
        Ok(self.world.remove_resource().expect("it was put in"))
    }
}

/// The world of a watched run between two blocks, without what its tables are made of.
pub struct Checkpoint(World);

impl Checkpoint {
    fn of(world: &World) -> Self {
        let copy = registered().without::<Recorder>().without::<Books>().without::<LiquidityBooks>();
        Self(copy.copy(world))
    }

    fn copy(&self) -> World {
        registered().copy(&self.0)
    }

    /// Returns the number of blocks done when it was taken.
    pub fn blocks_done(&self) -> u64 {
        self.0.resource::<ChainState>().clock.block
    }

    /// Says whether all would have been the same so far if the forced sales of these positions alone had acted.
    pub fn suits(&self, acting: &BTreeSet<PositionKey>) -> bool {
        self.0.resource::<ChainState>().sales.suits(acting)
    }
}

impl Simulation {
    /// Returns a checkpoint of a watched run as it is now.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::of(&self.world)
    }
}
