//! What the command line needs from the floors below it, and how [`Simulation`] gives it.

use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::Path;

use crate::cascade::{Question, cascade};
use crate::chain::forced_sales::ForcedSale;
use crate::market::price::PriceParams;
use crate::output::copies::Recorded;
use crate::output::folder::OutputFolder;
use crate::output::manifest::RunOptions;
use crate::output::summary::Summary;
use crate::pipeline;
use crate::scenario::schema::{self, BaseFeeParams};
use crate::scenario::{self, Checked, genesis};
use crate::simulation::{Options, RunError, Simulation};

/// What reading a scenario file gave.
#[derive(Debug)]
pub struct Reading<S> {
    /// Everything there is to say about the file, errors and warnings, ready for the terminal.
    pub messages: Vec<String>,
    /// None if there were errors.
    pub scenario: Option<S>,
}

/// What the command line asks of a scenario that was read without errors.
pub trait Scenario {
    /// Returns the seed in the file.
    fn seed(&self) -> u64;
    /// Returns how many blocks the file asks for.
    fn blocks(&self) -> u64;
    /// How many generations of causes the file asks for.
    fn cascade_depth(&self) -> u32;
    /// All that the file and those it includes say, in one text.
    fn text(&self) -> &str;
    /// Says how much there is in it, and what that takes of the machine.
    fn size(&self) -> String;
    /// BLAKE3 of the text with everything it includes, in hexadecimal digits.
    fn digest(&self) -> String;
    /// The recorded series that the text names.
    fn series(&self) -> &[Recorded] {
        &[]
    }
}

/// A run, as commands drive it block by block.
pub trait Simulator: Sized {
    /// Read without errors.
    type Scenario: Scenario + Sync;
    /// Why a run could not go on.
    type Error: Display;

    /// Reads a scenario file; `colour` is for a terminal that shows it.
    fn read(path: &Path, colour: bool) -> Reading<Self::Scenario>;

    /// Every stage of a block in order, each with its systems in order.
    fn stages() -> Vec<(String, Vec<String>)>;

    /// Finds out whether the market can begin: the last of the checks. It is tried with the scenario's seed and with as
    /// many others as cost little, since what is drawn may fit with one and not with another.
    ///
    /// # Errors
    /// The market cannot begin.
    fn rehearse(scenario: &Self::Scenario) -> Result<(), Self::Error>;

    /// Returns what is wrong with a scenario whose market cannot begin, where, and what to type instead, ready for the
    /// terminal; none if the machine or this program is to blame.
    fn blame(scenario: &Self::Scenario, error: &Self::Error, colour: bool) -> Option<String>;

    /// Says whether a file cannot be written: then no other run fares better.
    fn is_of_the_disk(_error: &Self::Error) -> bool {
        false
    }

    /// Makes the world before the first block, and opens the run's files if there is a folder for them.
    ///
    /// # Errors
    /// The market cannot begin, or a file cannot be written.
    fn new(
        scenario: &Self::Scenario,
        scenario_name: &str,
        seed: u64,
        options: RunOptions,
        folder: Option<&mut OutputFolder>,
    ) -> Result<Self, Self::Error>;

    /// Makes one block.
    ///
    /// # Errors
    /// A file cannot be written.
    fn step(&mut self) -> Result<(), Self::Error>;

    /// Audits the end, writes what is written there, and closes the run's files; `summary.json` too.
    ///
    /// # Errors
    /// A file cannot be written.
    fn finish(self, folder: Option<&mut OutputFolder>) -> Result<Summary, Self::Error>;

    /// Makes a whole run and its counterfactuals, and writes what they leave; nothing is returned where `block_done`, which
    /// is told of every block, breaks.
    ///
    /// # Errors
    /// As of a run.
    fn cascade(
        scenario: &Self::Scenario,
        scenario_name: &str,
        seed: u64,
        options: RunOptions,
        folder: Option<&mut OutputFolder>,
        block_done: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Summary>, Self::Error>;
}

impl Scenario for Checked {
    fn seed(&self) -> u64 {
        self.scenario.seed
    }

    fn blocks(&self) -> u64 {
        self.scenario.blocks
    }

    fn cascade_depth(&self) -> u32 {
        self.scenario.cascade.depth
    }

    fn text(&self) -> &str {
        &self.whole
    }

    fn size(&self) -> String {
        Checked::size(self)
    }

    fn digest(&self) -> String {
        blake3::hash(self.resolved.as_bytes()).to_string()
    }

    fn series(&self) -> &[Recorded] {
        &self.series
    }
}

/// With so many other seeds than the scenario's own it is tried whether a market begins, at most.
const MOST_REHEARSED: u64 = 15;

/// So many agents are drawn for that at most.
const MOST_DRAWN: u64 = 20_000;

/// Returns with how many other seeds it is tried whether a market begins: few where agents are many or a recorded series is
/// read each time.
fn others_to_rehearse(scenario: &schema::Scenario) -> usize {
    let agents: u64 = scenario.agents.iter().map(|population| u64::from(population.params().count())).sum();
    let is_recorded = scenario.tokens.iter().any(|token| matches!(token.price, PriceParams::Replay(_)))
        || matches!(scenario.chain.base_fee, BaseFeeParams::Replay(_));
    let most = if is_recorded { 2 } else { MOST_REHEARSED };
    usize::try_from(most.min(MOST_DRAWN / agents.max(1))).expect("it is at most 15")
}

impl Simulator for Simulation {
    type Scenario = Checked;
    type Error = RunError;

    fn read(path: &Path, colour: bool) -> Reading<Checked> {
        let (messages, scenario) = match scenario::read(path) {
            Ok(checked) => (checked.warnings.clone(), Some(checked)),
            Err(mistakes) => (mistakes, None),
        };
        Reading { messages: messages.iter().map(|message| message.render(colour)).collect(), scenario }
    }

    fn stages() -> Vec<(String, Vec<String>)> {
        pipeline::stages()
    }

    fn rehearse(checked: &Checked) -> Result<(), RunError> {
        let Checked { scenario, folder, .. } = checked;
        genesis::rehearse(scenario, folder, scenario.seed)?;
        for seed in (1..).filter(|seed| *seed != scenario.seed).take(others_to_rehearse(scenario)) {
            genesis::rehearse(scenario, folder, seed).map_err(|error| error.with_seed(seed))?;
        }
        Ok(())
    }

    fn blame(checked: &Checked, error: &RunError, colour: bool) -> Option<String> {
        let RunError::Genesis(error) = error else { return None };
        Some(checked.diagnostic(error).render(colour))
    }

    fn is_of_the_disk(error: &RunError) -> bool {
        matches!(error, RunError::Folder(_))
    }

    fn new(
        checked: &Checked,
        scenario_name: &str,
        seed: u64,
        options: RunOptions,
        folder: Option<&mut OutputFolder>,
    ) -> Result<Self, RunError> {
        Simulation::new(&checked.scenario, scenario_name, &checked.folder, of_run(seed, options), folder)
    }

    fn step(&mut self) -> Result<(), RunError> {
        Simulation::step(self)
    }

    fn finish(self, folder: Option<&mut OutputFolder>) -> Result<Summary, RunError> {
        Simulation::finish(self, folder)
    }

    fn cascade(
        checked: &Checked,
        scenario_name: &str,
        seed: u64,
        options: RunOptions,
        folder: Option<&mut OutputFolder>,
        block_done: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Summary>, RunError> {
        let question = Question {
            scenario: &checked.scenario,
            name: scenario_name,
            home: &checked.folder,
            options: of_run(seed, options),
            blocks: options.blocks,
            depth: options.cascade_depth.unwrap_or(checked.scenario.cascade.depth),
        };
        Ok(cascade(question, folder, block_done)?.map(|(summary, _)| summary))
    }
}

fn of_run(seed: u64, options: RunOptions) -> Options {
    let forced_sales = if options.mute_forced_sales { ForcedSale::Muted } else { ForcedSale::Executed };
    Options { seed, audit: options.audit, exact: options.exact, forced_sales }
}
