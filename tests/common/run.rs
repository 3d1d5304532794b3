//! A run as `plimsoll run` makes it, with the folder that it leaves.

use std::fs;
use std::path::{Path, PathBuf};

use plimsoll::output::folder::OutputFolder;
use plimsoll::output::manifest::{Manifest, RunOptions, ScenarioStamp};
use plimsoll::scenario::{self, Checked};
use plimsoll::simulation::{Options, Simulation};
use tempfile::TempDir;

/// The folder of a finished run; it goes with the value.
pub struct Run {
    home: TempDir,
}

impl Run {
    /// Makes `blocks` blocks of a scenario, and writes everything.
    pub fn of(checked: &Checked, options: Options, blocks: u64) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let run = Self { home };
        let mut folder = OutputFolder::create(&run.folder(), false).expect("the folder is new");
        let mut simulation =
            Simulation::new(&checked.scenario, &checked.name, &checked.folder, options, Some(&mut folder))
                .expect("the market begins");
        (0..blocks).for_each(|_| simulation.step().expect("the tables can be written"));
        simulation.finish(Some(&mut folder)).expect("the audit holds");
        let stamp = ScenarioStamp { name: checked.name.clone(), path: String::new(), blake3: String::new() };
        let asked = RunOptions { blocks, audit: options.audit, exact: options.exact, ..RunOptions::default() };
        folder.finish(Manifest::new(stamp, options.seed, asked, String::new())).expect("the folder can be renamed");
        run
    }

    /// Makes a scenario file's own run, with its own seed.
    pub fn of_file(path: &Path) -> Self {
        let checked = scenario::read(path).unwrap_or_else(|mistakes| panic!("{}: {mistakes:?}", path.display()));
        Self::of(&checked, Options::seeded(checked.scenario.seed), checked.scenario.blocks)
    }

    /// Returns where the files are.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join("run")
    }

    /// Returns the files by name, the manifest not among them.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.folder()).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("the folder can be read").file_name().into_string().expect("names are text"))
            .filter(|name| name != "manifest.json")
            .collect();
        names.sort();
        names
            .into_iter()
            .map(|name| {
                let bytes = fs::read(self.folder().join(&name)).expect("the file is there");
                (name, bytes)
            })
            .collect()
    }
}
