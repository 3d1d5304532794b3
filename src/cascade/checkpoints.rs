//! Where counterfactual runs begin, so that they need not make the blocks in which they are another run.
//!
//! A checkpoint is due once in every 64th of a run. Two are alive at most: a new one takes the place of an older one, which is
//! dropped before it is made.

use std::collections::BTreeSet;

use crate::chain::ids::PositionKey;
use crate::chain::state::ChainState;
use crate::market::OutsidePrices;
use crate::simulation::{Checkpoint, Counterfactual, Simulation};

/// A checkpoint is due once in so many parts of a run.
const PARTS: u64 = 64;

/// Says whether a checkpoint is due when so many of a run's blocks are done.
fn is_due(done: u64, blocks: u64) -> bool {
    done < blocks && done.is_multiple_of(blocks.div_ceil(PARTS))
}

/// Checkpoints of the run itself.
pub(super) struct OfRun {
    blocks: u64,
    /// The last block before which no shock has shown.
    shockless: Option<u64>,
    /// The last one before the shocks; none while it is the other one.
    before_shocks: Option<Checkpoint>,
    /// The last one before the first attempt at a forced sale.
    before_sales: Option<Checkpoint>,
}

impl OfRun {
    /// Begins before the first block of a run of so many.
    pub(super) fn begin(run: &Simulation, blocks: u64) -> Self {
        let world = run.world();
        let clock = &world.resource::<ChainState>().clock;
        let shockless = world.resource::<OutsidePrices>().last_block_before_shocks(clock);
        Self { blocks, shockless, before_shocks: None, before_sales: Some(run.checkpoint()) }
    }

    /// Keeps a checkpoint if one is due after this block.
    pub(super) fn look(&mut self, run: &Simulation) {
        let done = run.blocks_done();
        if !is_due(done, self.blocks) || !run.world().resource::<ChainState>().sales.is_untried() {
            return;
        }
        if self.before_shocks.is_none() && self.shockless.is_some_and(|last| last < done) {
            self.before_shocks = self.before_sales.take();
        }
        self.before_sales = None;
        self.before_sales = Some(run.checkpoint());
    }

    /// Returns the last one before both the shocks and the first attempt at a forced sale; none if the shocks are there
    /// before the first block.
    pub(super) fn before_shocks(&self) -> Option<&Checkpoint> {
        self.shockless.and(self.before_shocks.as_ref().or(self.before_sales.as_ref()))
    }

    /// Hands the checkpoints over to the counterfactuals, each of which starts from one of the run before it.
    pub(super) fn counterfactuals(self) -> OfCounterfactuals {
        OfCounterfactuals { blocks: self.blocks, before_sales: self.before_sales, before_liquidated: None }
    }
}

/// Checkpoints of the counterfactual run before the next one, in which more forced sales act.
///
/// The next one lets act what is liquidated in this one, which is known at its end. A position whose muted sale was attempted
/// may be liquidated later or never. So there are two: one before any such attempt, and one before the first attempt of those
/// that are known to be liquidated.
pub(super) struct OfCounterfactuals {
    blocks: u64,
    /// The last one before the first attempt at a muted sale.
    before_sales: Option<Checkpoint>,
    /// A later one, before the first attempt at a muted sale of a position that is liquidated so far.
    before_liquidated: Option<Checkpoint>,
}

impl OfCounterfactuals {
    /// Returns the next counterfactual run, at the last checkpoint that suits it.
    pub(super) fn next(&mut self, acting: BTreeSet<PositionKey>) -> Counterfactual {
        self.before_liquidated.take_if(|checkpoint| !checkpoint.suits(&acting));
        let last = self.before_liquidated.as_ref().or(self.before_sales.as_ref());
        Counterfactual::from(last.expect("there is one since before the first block"), acting)
    }

    /// Looks at the counterfactual run after a block.
    pub(super) fn look(&mut self, run: &Counterfactual) {
        if !is_due(run.blocks_done(), self.blocks) {
            return;
        }
        let muted = run.sales().muted();
        if muted.is_empty() {
            (self.before_sales, self.before_liquidated) = (None, None);
            self.before_sales = Some(run.checkpoint());
        } else if !run.trace().liquidations.iter().any(|liquidation| muted.contains(&liquidation.fact.key)) {
            self.before_liquidated = None;
            self.before_liquidated = Some(run.checkpoint());
        }
    }
}
