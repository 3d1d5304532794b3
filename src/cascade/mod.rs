//! What caused what: a run beside its counterfactual twins, on the same dice.
//!
//! Twin 0 mutes every forced sale. Twin g + 1 lets those of A act, the positions liquidated in the twins up to g, so that
//! what is liquidated there for the first time, S of g + 1, is what those sales brought about. A twin that liquidates
//! nothing outside its A mutes nothing: it is the run. So once A holds every position that the run liquidates, the next
//! twin need not be run.
//!
//! A position is of the first generation whose twin liquidates it, however often it is liquidated in the run. One more twin 0,
//! without the scenario's shocks and on the same dice, tells the shocks from all the rest.

mod contributions;
mod figures;
mod tables;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

pub use contributions::Contributed;

use crate::chain::forced_sales::ForcedSales;
use crate::chain::ids::PositionKey;
use crate::record::folder::OutputFolder;
use crate::record::summary::Summary;
use crate::record::trace::Trace;
use crate::scenario::schema::Scenario;
use crate::simulation::{Options, RunError, Simulation, Twin};

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// What it is called.
    pub name: &'a str,
    /// Where its price files lie.
    pub home: &'a Path,
    /// How the run is made; its twins are made alike.
    pub options: Options,
    /// Blocks to do.
    pub blocks: u64,
    /// How many generations are told apart.
    pub depth: u32,
}

/// A run and its twins.
#[derive(Debug, Clone, PartialEq)]
pub struct Causes {
    /// What was seen in the run.
    pub run: Trace,
    /// What was seen in twin 0 without the scenario's shocks; none if it has no shocks.
    pub calm: Option<Trace>,
    /// What was seen in twin 0, 1, and on. The twin behind the last is the run, if `is_whole`.
    pub twins: Vec<Trace>,
    /// Positions first liquidated in each twin.
    pub generations: Vec<BTreeSet<PositionKey>>,
    /// Whether the twins came to their end: every position that the run liquidates is in one of the generations.
    pub is_whole: bool,
    /// How many generations are told apart.
    pub depth: usize,
}

/// Makes the run and its twins, writes what they leave, and returns the run's summary with its causes. `block_done` is told
/// of every block, of whichever run; where it breaks, nothing is returned.
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
    for _ in 0..blocks {
        simulation.step()?;
        if block_done().is_break() {
            return Ok(None);
        }
    }
    let (mut summary, mut world) = simulation.conclude(folder.as_deref_mut())?;
    let run = world.remove_resource::<Trace>().expect("the run was watched");
    let mut twin = |scenario: &Scenario, acting: BTreeSet<PositionKey>| {
        let mut twin = Twin::new(scenario, home, options, ForcedSales::only(acting), also)?;
        for _ in 0..blocks {
            twin.step();
            if block_done().is_break() {
                return Ok(None);
            }
        }
        twin.finish().map(Some)
    };
    let Some(mut causes) = follow(run, depth, |acting| twin(scenario, acting))? else { return Ok(None) };
    if !scenario.shocks.is_empty() {
        let without = Scenario { shocks: vec![], ..scenario.clone() };
        let Some(calm) = twin(&without, BTreeSet::new())? else { return Ok(None) };
        causes.calm = Some(calm);
    }
    summary.cascade = Some(causes.figures());
    if let Some(folder) = folder {
        causes.write(folder, &mut world, options.exact)?;
        folder.json("summary.json", &summary)?;
    }
    Ok(Some((summary, causes)))
}

/// Follows the run's causes from twin to twin.
fn follow(
    run: Trace,
    depth: u32,
    mut twin: impl FnMut(BTreeSet<PositionKey>) -> Result<Option<Trace>, RunError>,
) -> Result<Option<Causes>, RunError> {
    let depth = depth as usize;
    let of_run = keys(&run);
    let (mut acting, mut twins, mut generations) = (BTreeSet::new(), Vec::new(), Vec::new());
    while twins.len() <= depth && !of_run.is_subset(&acting) {
        let Some(trace) = twin(acting.clone())? else { return Ok(None) };
        let found: BTreeSet<PositionKey> = keys(&trace).difference(&acting).copied().collect();
        assert!(!found.is_empty(), "a twin that liquidates nothing else mutes nothing, and is the run");
        acting.extend(&found);
        twins.push(trace);
        generations.push(found);
    }
    generations.truncate(depth);
    let known: BTreeSet<PositionKey> = generations.iter().flatten().copied().collect();
    let is_whole = of_run.is_subset(&known);
    Ok(Some(Causes { run, calm: None, twins, generations, is_whole, depth }))
}

/// Returns the positions that were liquidated.
fn keys(trace: &Trace) -> BTreeSet<PositionKey> {
    trace.liquidations.iter().map(|liquidation| liquidation.fact.key).collect()
}

impl Causes {
    /// Returns what was seen in twin `g`; behind the last, that is the run.
    pub fn twin(&self, g: usize) -> &Trace {
        self.twins.get(g).unwrap_or(&self.run)
    }

    /// Returns a position's generation; none if it is behind those that are told apart.
    pub fn generation(&self, key: PositionKey) -> Option<usize> {
        self.generations.iter().position(|found| found.contains(&key))
    }
}
