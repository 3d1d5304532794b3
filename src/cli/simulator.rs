//! What the command line needs from the floors below it.

use std::fmt::Display;
use std::path::Path;

use crate::record::folder::OutputFolder;
use crate::record::manifest::RunOptions;
use crate::record::summary::Summary;

/// What reading a scenario file gave.
#[derive(Debug)]
pub struct Reading<S> {
    /// Everything there is to say about the file, errors and warnings, ready for the terminal.
    pub messages: Vec<String>,
    /// The scenario, unless there were errors.
    pub scenario: Option<S>,
}

/// What the command line asks of a scenario that was read without errors.
pub trait Scenario {
    /// The seed in the file.
    fn seed(&self) -> u64;
    /// How many blocks the file asks for.
    fn blocks(&self) -> u64;
    /// BLAKE3 of the text with everything it includes, in hexadecimal digits.
    fn digest(&self) -> String;
}

/// One run.
pub trait Simulator: Sized {
    /// A scenario that was read without errors.
    type Scenario: Scenario;
    /// Why a run cannot go on.
    type Error: Display;

    /// Reads a scenario file; `colour` is for a terminal that shows it.
    fn read(path: &Path, colour: bool) -> Reading<Self::Scenario>;

    /// Every stage of a block in order, each with its systems in order.
    fn stages() -> Vec<(String, Vec<String>)>;

    /// Makes the world before the first block, and opens the run's files.
    ///
    /// # Errors
    /// A file cannot be written.
    fn new(
        scenario: Self::Scenario,
        scenario_name: &str,
        seed: u64,
        options: RunOptions,
        folder: &mut OutputFolder,
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
    fn finish(self, folder: &mut OutputFolder) -> Result<Summary, Self::Error>;
}
