//! One run.

mod counterfactual;
mod fork;

use std::path::Path;

use bevy_ecs::prelude::{Query, Res, ResMut, World};
use bevy_ecs::system::SystemState;
use thiserror::Error;

pub use self::counterfactual::{Checkpoint, Counterfactual};
use crate::accounts::books::Books;
use crate::accounts::fate::AgentFate;
use crate::accounts::gains::{Beginning, Gains};
use crate::accounts::liquidity::LiquidityBooks;
use crate::accounts::out_of_gas_money::populations_out_of_gas_money;
use crate::accounts::profit::{profit_and_loss, provided};
use crate::accounts::trace::Trace;
use crate::agents::view::View;
use crate::agents::{AgentDirectory, Identity};
use crate::chain::audit::{AuditError, AuditEveryBlock, audit};
use crate::chain::forced_sales::{ForcedSale, ForcedSales, OtherSale};
use crate::chain::state::ChainState;
use crate::deployments::valuation::{Valuation, valuation};
use crate::market::OutsidePrices;
use crate::output::agents::write_agents;
use crate::output::folder::{FolderError, OutputFolder};
use crate::output::maps::MapSchedule;
use crate::output::positions::write_positions;
use crate::output::recorder::{Recorder, Wanted};
use crate::output::summary::Summary;
use crate::pipeline::Block;
use crate::scenario::genesis::{self, GenesisError};
use crate::scenario::schema::{EventsParams, MapParams, Scenario};

/// The options of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Of the run's dice; the scenario's own seed is not looked at.
    pub seed: u64,
    /// Whether every block is audited, or the end alone.
    pub audit: bool,
    /// Whether tables get columns of smallest units.
    pub exact: bool,
    /// Whether the swaps inside kills trade with the pools.
    pub forced_sales: ForcedSale,
}

impl Options {
    /// Returns the default options with this seed.
    pub fn seeded(seed: u64) -> Self {
        Self { seed, audit: false, exact: false, forced_sales: ForcedSale::Executed }
    }
}

/// Why a run cannot begin or go on. What it wrote so far is no finished folder.
#[derive(Debug, Error)]
pub enum RunError {
    /// The scenario asks for a market that cannot be.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// A data file cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The audit found that balances and claims differ, which is a bug.
    #[error("the audit failed: {0}")]
    Audit(#[from] AuditError),
}

/// One run of one scenario, block by block.
pub struct Simulation {
    world: World,
    block: Block,
    beginning: Beginning,
    writes: RecordWanted,
    audits: u64,
    blocks_executed: u64,
}

/// Which tables are written when the run ends.
#[derive(Debug, Clone, Copy)]
struct RecordWanted {
    agents: bool,
    positions: bool,
    exact: bool,
}

impl Simulation {
    /// Makes the world of the scenario called `name` before the first block, and opens the run's tables in `folder`, if
    /// there is one. Price files are found relative to `home`.
    ///
    /// # Errors
    /// The market cannot begin, or a file cannot be written.
    pub fn new(
        scenario: &Scenario,
        name: &str,
        home: &Path,
        options: Options,
        folder: Option<&mut OutputFolder>,
    ) -> Result<Self, RunError> {
        let mut world = genesis::world(scenario, home, options.seed)?;
        world.resource_mut::<ChainState>().sales = ForcedSales::from(options.forced_sales);
        world.insert_resource(AuditEveryBlock(options.audit));
        let record = &scenario.record;
        let wanted = Wanted {
            exact: options.exact,
            events: record.events != EventsParams::None,
            swaps: record.events == EventsParams::All,
            liquidatable_at: record.liquidatable_at.clone(),
            map: match &record.liquidation_map {
                MapParams::None => MapSchedule::Never,
                MapParams::FirstWorstLast => MapSchedule::FirstWorstLast,
                MapParams::At(moments) => {
                    let clock = &world.resource::<ChainState>().clock;
                    MapSchedule::After(moments.iter().map(|moment| clock.block_at(*moment)).collect())
                }
            },
            health: record.health_map,
        };
        let mut state = SystemState::<(View, Res<AgentDirectory>)>::new(&mut world);
        let (sees, directory) = state.get(&world).expect("genesis put in all that agents see");
        audit(&sees.tokens, &sees.ledger, &sees.protocols)?;
        let beginning = Beginning::of(&sees);
        let books = Books::open(&sees, &directory, record.positions && folder.is_some());
        let mut recorder = Recorder::open(&sees, world.resource::<OutsidePrices>(), folder, wanted)?;
        name.clone_into(&mut recorder.summary.scenario);
        let mut state = SystemState::<(View, Res<AgentDirectory>)>::new(&mut world);
        let (sees, directory) = state.get(&world).expect("genesis put in all that agents see");
        if let Some(liquidity) = LiquidityBooks::open(&sees, &directory) {
            world.insert_resource(liquidity);
        }
        world.insert_resource(books);
        world.insert_resource(recorder);
        let writes = RecordWanted { agents: record.agents, positions: record.positions, exact: options.exact };
        let block = Block::of(&mut world);
        Ok(Self { world, block, beginning, writes, audits: 1, blocks_executed: 0 })
    }

    /// Watches the run for what [`Trace`] keeps; before its first block. What `also` names counts as a liquidation.
    pub fn watch(&mut self, also: &[OtherSale]) {
        watch(&mut self.world, also, true);
        self.block = Block::of(&mut self.world);
    }

    /// Makes one block.
    ///
    /// # Errors
    /// A file cannot be written.
    ///
    /// # Panics
    /// If every block is audited and one fails: a bug.
    pub fn step(&mut self) -> Result<(), RunError> {
        self.block.run(&mut self.world);
        self.blocks_executed += 1;
        self.audits += u64::from(self.world.resource::<AuditEveryBlock>().0);
        match self.world.resource_mut::<Recorder>().failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Returns how many blocks are behind it, those before a checkpoint included.
    pub fn blocks_done(&self) -> u64 {
        self.world.resource::<ChainState>().clock.block
    }

    /// Returns how many blocks this run has made itself: a fork has made none of those before it.
    pub fn blocks_executed(&self) -> u64 {
        self.blocks_executed
    }

    /// Returns the world, for tests and experiments to read.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Returns the world, to look at with queries of one's own.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Returns what everybody's claims are worth now.
    pub fn worth(&mut self) -> Valuation {
        let mut state = SystemState::<View>::new(&mut self.world);
        let sees = state.get(&self.world).expect("genesis put in all that agents see");
        valuation(&sees, &sees.protocols)
    }

    /// Audits the end, writes the tables that are written there and `summary.json`, and closes the run's files.
    ///
    /// # Errors
    /// The audit fails, which is a bug, or a file cannot be written.
    pub fn finish(self, mut folder: Option<&mut OutputFolder>) -> Result<Summary, RunError> {
        let (summary, _) = self.conclude(folder.as_deref_mut())?;
        if let Some(folder) = folder {
            folder.json("summary.json", &summary)?;
        }
        Ok(summary)
    }

    /// As [`Simulation::finish`], without writing `summary.json`; returns the world as well.
    ///
    /// # Errors
    /// As there.
    pub fn conclude(mut self, mut folder: Option<&mut OutputFolder>) -> Result<(Summary, World), RunError> {
        let mut recorder = self.world.remove_resource::<Recorder>().expect("it was put in");
        if let Some(folder) = folder.as_deref_mut() {
            recorder.close(folder)?;
        }
        let blocks = self.blocks_done();
        // The tables of the end tell of the last block, as the last row of `ticks.csv` does.
        self.world.resource_mut::<ChainState>().clock.look_back();
        let mut state = SystemState::<(Query<&Identity>, ResMut<Books>)>::new(&mut self.world);
        let (identities, mut books) = state.get_mut(&mut self.world).expect("the books are open");
        for identity in &identities {
            books.out_of_gas_money(identity.id, identity.out_of_gas_money);
            books.priced_out(identity.id, identity.priced_out);
        }
        let mut state = SystemState::<Ended>::new(&mut self.world);
        let (sees, directory, mut books, liquidity) = state.get_mut(&mut self.world).expect("genesis put in all of it");
        audit(&sees.tokens, &sees.ledger, &sees.protocols)?;
        let mut now = valuation(&sees, &sees.protocols);
        books.close(&sees, &directory, &now);
        books.charge_gas(&directory, &mut now);
        let maps = recorder.maps.take();
        let mut summary = recorder.summed();
        summary.blocks = blocks;
        summary.insolvent_debt.count(&sees);
        summary.out_of_gas_money = populations_out_of_gas_money(&directory, &books);
        summary.agents_priced_out = books.count_fate(AgentFate::PricedOut);
        summary.agents_redrawn = directory.redrawn;
        summary.audits_passed = self.audits + 1;
        summary.positions = books.positions.count();
        let (liquidity, gains) = (liquidity.as_deref(), Gains::new(&sees, &directory, &self.beginning, &now));
        summary.profit_and_loss = profit_and_loss(&sees, &directory, &books, &gains);
        summary.liquidity_providers =
            liquidity.map_or_else(Vec::new, |liquidity| provided(&sees, &directory, (&books, liquidity), &gains));
        summary.leveraged_farmers = books.farms.by_population(&directory, &books.agents);
        if let Some(folder) = folder {
            if let Some(maps) = maps {
                maps.write(folder, &sees)?;
            }
            if self.writes.agents {
                write_agents(folder, &sees, &directory, (&books, liquidity), &gains, self.writes.exact)?;
            }
            if self.writes.positions {
                write_positions(folder, &sees, &directory, &books.positions, self.writes.exact)?;
            }
        }
        Ok((summary, self.world))
    }
}

/// What is read of the world after the last block.
type Ended<'w, 's> = (View<'w, 's>, Res<'w, AgentDirectory>, ResMut<'w, Books>, Option<Res<'w, LiquidityBooks>>);

/// Adds the trace that `plimsoll cascade` compares; before the first block.
fn watch(world: &mut World, also: &[OtherSale], looks_for_toxic: bool) {
    let mut state = SystemState::<View>::new(world);
    let sees = state.get(world).expect("genesis put in all that agents see");
    let trace = Trace::open(&sees, also, looks_for_toxic);
    world.insert_resource(trace);
    world.resource_mut::<ChainState>().sales.keep_attempts(also);
}

#[cfg(test)]
mod tests {
    use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings};

    use super::*;
    use crate::pipeline;
    use crate::scenario::read_text;

    const SCENARIO: &str = r#"Scenario(
        blocks: 30,
        block_time: "1 h",
        numeraire: "USDC",
        chain: (native: "ETH", base_fee: Fixed(10)),
        tokens: [
            (name: "USDC", decimals: 6, price: Fixed(1)),
            (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 2)),
        ],
        pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))],
        agents: [
            Trader(name: "traders", count: 5, pool: "pool", size: Exponential(mean: 900), capital: Fixed(9_000)),
            Arbitrageur(name: "arbitrageurs", count: 2, pool: "pool", capital: Fixed(90_000), bid_share: Uniform(0, 1)),
        ],
    )"#;

    fn simulation() -> Simulation {
        let checked = read_text("shuffled", SCENARIO, Path::new(".")).unwrap();
        Simulation::new(&checked.scenario, "shuffled", Path::new("."), Options::seeded(1), None).unwrap()
    }

    /// The order that is checked, shuffled as far as it allows, does what the block does.
    #[test]
    fn shuffling_what_has_no_order_changes_nothing() {
        let mut plain = simulation();
        (0..30).for_each(|_| plain.step().unwrap());
        let plain = plain.finish(None).unwrap();
        assert!(plain.transactions > 100);
        for seed in 0..5 {
            let mut shuffled = simulation();
            let mut block = pipeline::checked(shuffled.world());
            block.set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: LogLevel::Error,
                shuffle_seed: Some(seed),
                ..ScheduleBuildSettings::default()
            });
            (0..30).for_each(|_| block.run(shuffled.world_mut()));
            assert_eq!(shuffled.finish(None).unwrap(), plain);
        }
    }
}
