//! Forks: a run that goes on twice from a block.

use bevy_ecs::schedule::Schedules;

use super::{RunError, Simulation};
use crate::accounts::books::Books;
use crate::accounts::liquidity::LiquidityBooks;
use crate::accounts::trace::Trace;
use crate::agents;
use crate::chain::audit::AuditEveryBlock;
use crate::chain::base_fee::Eip1559;
use crate::chain::event::EventLog;
use crate::chain::mempool::Mempool;
use crate::chain::state::ChainState;
use crate::deployments::Deployed;
use crate::deployments::directory::Directory;
use crate::deployments::liquidatable::{LiquidatableList, MinProfit};
use crate::deployments::staking::Emissions;
use crate::market::OutsidePrices;
use crate::market::background::Demand;
use crate::market::correlation::Correlation;
use crate::market::gas_price::GasPrices;
use crate::market::oracle::Observers;
use crate::output::folder::OutputFolder;
use crate::output::recorder::Recorder;
use crate::pipeline::Block;
use crate::world_copy::WorldCopy;

/// Returns how to copy all that the world of a run may hold.
pub(super) fn registered() -> WorldCopy {
    let copy = WorldCopy::default()
        .resource::<ChainState>()
        .resource::<Directory>()
        .resource::<Eip1559>()
        .resource::<Mempool>()
        .resource::<EventLog>()
        .resource::<LiquidatableList>()
        .resource::<MinProfit>()
        .resource::<AuditEveryBlock>()
        .entity::<(Deployed,)>()
        .resource::<OutsidePrices>()
        .resource::<Correlation>()
        .resource::<Observers>()
        .resource::<GasPrices>()
        .resource::<Demand>()
        .resource::<Emissions>()
        .resource::<Books>()
        .resource::<LiquidityBooks>()
        .resource::<Trace>()
        .resource_by(Recorder::without_tables)
        // A schedule is built anew, and this is put in with it.
        .without::<Schedules>();
    agents::register(copy)
}

impl Simulation {
    /// Returns a copy of the run as it is now, which goes on as this one would, in the same bytes. It makes no block that
    /// this one has made, and what it will write in `folder` begins with what this one has written in its own.
    ///
    /// # Errors
    /// The file system refuses.
    ///
    /// # Panics
    /// If a folder is given and this run has none; if the world holds what nobody registered to be copied: bugs.
    pub fn fork(&mut self, folder: Option<&mut OutputFolder>) -> Result<Self, RunError> {
        let mut world = registered().copy(&self.world);
        if let Some(folder) = folder {
            let mut own = self.world.resource_mut::<Recorder>();
            world.resource_mut::<Recorder>().fork_tables(&mut own, folder)?;
        }
        let block = Block::of(&mut world);
        let (beginning, writes, audits) = (self.beginning.clone(), self.writes, self.audits);
        Ok(Self { world, block, beginning, writes, audits, blocks_executed: 0 })
    }
}
