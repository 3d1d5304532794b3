//! What caused what: a run beside counterfactual runs, on the same dice.
//!
//! Counterfactual 0 mutes every forced sale. Counterfactual g + 1 lets those of A act, the positions liquidated in the
//! counterfactuals up to g, so that what is liquidated there for the first time, S of g + 1, is what those sales brought
//! about. A counterfactual that liquidates nothing outside its A mutes nothing: it is the run. So once A holds every position
//! that the run liquidates, the next one need not be run.
//!
//! A position is of the first generation whose counterfactual liquidates it, however often it is liquidated in the run. One
//! more counterfactual 0, without the scenario's shocks, tells the shocks from all the rest.
//!
//! Each goes on from a checkpoint of the one before it (`checkpoints.rs`), and counterfactual 0 from one of the run: before
//! the first attempt at a forced sale that the two treat otherwise, they are the same.

mod checkpoints;
mod contributions;
mod figures;
mod tables;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use self::checkpoints::OfRun;
pub use self::contributions::Contributed;
use crate::accounts::trace::Trace;
use crate::chain::forced_sales::ForcedSales;
use crate::chain::ids::PositionKey;
use crate::output::folder::OutputFolder;
use crate::output::summary::Summary;
use crate::scenario::schema::Scenario;
use crate::simulation::{Counterfactual, Options, RunError, Simulation};

/// What to run, and how far to follow causes.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Read and checked.
    pub scenario: &'a Scenario,
    /// The scenario's name in the output.
    pub name: &'a str,
    /// The folder that recorded series are relative to.
    pub home: &'a Path,
    /// How the run is made; counterfactual runs are made alike.
    pub options: Options,
    /// How long every run is.
    pub blocks: u64,
    /// The most generations told apart; what is behind them is `deeper`.
    pub depth: u32,
}

/// Traces of a run and its counterfactuals.
#[derive(Debug, Clone, PartialEq)]
pub struct Causes {
    /// Every forced sale acts.
    pub run: Trace,
    /// What was seen in counterfactual 0 without the scenario's shocks; none if it has no shocks.
    pub no_shock: Option<Trace>,
    /// What was seen in counterfactual 0, 1, and on. The one behind the last is the run, if `is_whole`.
    pub counterfactuals: Vec<Trace>,
    /// Positions first liquidated in each counterfactual.
    pub generations: Vec<BTreeSet<PositionKey>>,
    /// Whether the counterfactuals came to their end: every position that the run liquidates is in one of the generations.
    pub is_whole: bool,
    /// The most generations told apart.
    pub depth: usize,
    /// Blocks executed in all runs together; those before a checkpoint count once.
    pub blocks_executed: u64,
}

/// Makes the run and its counterfactuals, writes what they leave, and returns the run's summary with its causes. `block_done`
/// is told of every block that is made, of whichever run; where it breaks, nothing is returned.
///
/// # Errors
/// As of a run.
pub fn cascade(
    question: Question,
    folder: Option<&mut OutputFolder>,
    mut block_done: impl FnMut() -> ControlFlow<()>,
) -> Result<Option<(Summary, Causes)>, RunError> {
    let Question { scenario, name, home, options, blocks, depth } = question;
    let mut folder = folder;
    let also = &scenario.cascade.mute;
    let mut simulation = Simulation::new(scenario, name, home, options, folder.as_deref_mut())?;
    simulation.watch(also);
    let mut checkpoints = OfRun::begin(&simulation, blocks);
    while simulation.blocks_done() < blocks {
        simulation.step()?;
        if block_done().is_break() {
            return Ok(None);
        }
        checkpoints.look(&simulation);
    }
    let mut blocks_executed = simulation.blocks_executed();
    let (mut summary, mut world) = simulation.conclude(folder.as_deref_mut())?;
    let run = world.remove_resource::<Trace>().expect("the run was watched");
    let mut finish = |mut counterfactual: Counterfactual, look: &mut dyn FnMut(&Counterfactual)| {
        while counterfactual.blocks_done() < blocks {
            counterfactual.step();
            if block_done().is_break() {
                return Ok(None);
            }
            look(&counterfactual);
        }
        blocks_executed += counterfactual.blocks_executed();
        counterfactual.finish().map(Some)
    };
    let mut no_shock = None;
    if !scenario.shocks.is_empty() {
        let counterfactual = if let Some(checkpoint) = checkpoints.before_shocks() {
            Counterfactual::from(checkpoint, BTreeSet::new()).without_shocks()
        } else {
            let mut without = scenario.clone();
            without.shocks.clear();
            Counterfactual::new(&without, home, options, ForcedSales::only(BTreeSet::new()), also)?
        };
        let Some(trace) = finish(counterfactual, &mut |_| ())? else { return Ok(None) };
        no_shock = Some(trace);
    }
    let mut checkpoints = checkpoints.counterfactuals();
    let counterfactual = |acting| {
        let next = checkpoints.next(acting);
        finish(next, &mut |counterfactual| checkpoints.look(counterfactual))
    };
    let Some(mut causes) = follow(run, depth, counterfactual)? else { return Ok(None) };
    (causes.no_shock, causes.blocks_executed) = (no_shock, blocks_executed);
    summary.cascade = Some(causes.figures());
    if let Some(folder) = folder {
        causes.write(folder, &mut world, options.exact)?;
        folder.json("summary.json", &summary)?;
    }
    Ok(Some((summary, causes)))
}

/// Follows the run's causes from one counterfactual to the next.
fn follow(
    run: Trace,
    depth: u32,
    mut counterfactual: impl FnMut(BTreeSet<PositionKey>) -> Result<Option<Trace>, RunError>,
) -> Result<Option<Causes>, RunError> {
    let depth = depth as usize;
    let of_run = keys(&run);
    let (mut acting, mut counterfactuals, mut generations) = (BTreeSet::new(), Vec::new(), Vec::new());
    while counterfactuals.len() <= depth && !of_run.is_subset(&acting) {
        let Some(trace) = counterfactual(acting.clone())? else { return Ok(None) };
        let found: BTreeSet<PositionKey> = keys(&trace).difference(&acting).copied().collect();
        assert!(!found.is_empty(), "a counterfactual that liquidates nothing else mutes nothing, and is the run");
        acting.extend(&found);
        counterfactuals.push(trace);
        generations.push(found);
    }
    generations.truncate(depth);
    let known: BTreeSet<PositionKey> = generations.iter().flatten().copied().collect();
    let is_whole = of_run.is_subset(&known);
    Ok(Some(Causes { run, no_shock: None, counterfactuals, generations, is_whole, depth, blocks_executed: 0 }))
}

fn keys(trace: &Trace) -> BTreeSet<PositionKey> {
    trace.liquidations.iter().map(|liquidation| liquidation.fact.key).collect()
}

impl Causes {
    /// Returns what was seen in counterfactual `g`; behind the last, that is the run.
    pub fn counterfactual(&self, g: usize) -> &Trace {
        self.counterfactuals.get(g).unwrap_or(&self.run)
    }

    /// Returns a position's generation; none if it is behind those that are told apart.
    pub fn generation(&self, key: PositionKey) -> Option<usize> {
        self.generations.iter().position(|found| found.contains(&key))
    }
}
