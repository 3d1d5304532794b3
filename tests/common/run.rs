//! A whole run, as `plimsoll run` makes it, with the files that it leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use plimsoll::output::folder::OutputFolder;
use plimsoll::output::manifest::{MANIFEST, Manifest, RunOptions, ScenarioStamp};
use plimsoll::scenario::{self, Checked};
use plimsoll::simulation::{Options, Simulation};
use tempfile::TempDir;

/// The data files that a run left, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A run, and the folder that it writes.
pub struct Run {
    /// The run.
    pub simulation: Simulation,
    options: Options,
    folder: OutputFolder,
    home: TempDir,
}

impl Run {
    /// Begins a run.
    pub fn begin(checked: &Checked, options: Options) -> Self {
        let (home, mut folder) = new_folder();
        let folder_for_run = Some(&mut folder);
        let simulation = Simulation::new(&checked.scenario, &checked.name, &checked.folder, options, folder_for_run)
            .expect("the market begins");
        Self { simulation, options, folder, home }
    }

    /// Returns a copy of the run, which writes a folder of its own.
    pub fn fork(&mut self) -> Self {
        let (home, mut folder) = new_folder();
        let simulation = self.simulation.fork(Some(&mut folder)).expect("the files can be copied");
        Self { simulation, options: self.options, folder, home }
    }

    /// Makes all blocks before this one that are left.
    pub fn run_to(&mut self, block: u64) {
        (self.simulation.blocks_done()..block).for_each(|_| self.simulation.step().expect("the audit holds"));
    }

    /// Makes the blocks that are left, and returns what the run leaves.
    pub fn finish(mut self, blocks: u64) -> Files {
        self.run_to(blocks);
        self.simulation.finish(Some(&mut self.folder)).expect("the audit holds");
        let stamp = ScenarioStamp { name: String::new(), path: String::new(), blake3: String::new() };
        let Options { seed, audit, exact, .. } = self.options;
        let asked = RunOptions { blocks, audit, exact, ..RunOptions::default() };
        let folder = self.folder.finish(Manifest::new(stamp, seed, asked, String::new())).expect("the folder is new");
        let files = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it is a file").path());
        let name = |path: &Path| path.file_name().expect("it has a name").to_string_lossy().into_owned();
        let mut files: Files = files.map(|path| (name(&path), fs::read(&path).expect("it can be read"))).collect();
        files.remove(MANIFEST).expect("every folder has a manifest");
        drop(self.home);
        files
    }
}

/// Makes a scenario file's own run, with its own seed, and returns what it leaves.
pub fn run_file(path: &Path) -> Files {
    let checked = scenario::read(path).unwrap_or_else(|mistakes| panic!("{}: {mistakes:?}", path.display()));
    Run::begin(&checked, Options::seeded(checked.scenario.seed)).finish(checked.scenario.blocks)
}

fn new_folder() -> (TempDir, OutputFolder) {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = OutputFolder::create(&home.path().join("run"), false).expect("the folder is new");
    (home, folder)
}
