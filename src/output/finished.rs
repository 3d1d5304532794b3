//! A finished folder, read back.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::manifest::{FORMAT, MANIFEST, RunOptions, SCENARIO, ScenarioStamp, Status, TOOL, first_format};

/// Why a folder cannot be read back.
#[derive(Debug, Error)]
pub enum FinishedError {
    /// There is no manifest of this program in it.
    #[error("{} is not the folder of a run: it has no {MANIFEST} of plimsoll", .0.display())]
    Foreign(PathBuf),
    /// It was left by a version whose tables say other things.
    #[error("{} has format {held}, and this version of plimsoll reads format {FORMAT}: make it again from its {SCENARIO}, or \
        read it with plimsoll {version}", path.display())]
    Format {
        /// The folder.
        path: PathBuf,
        /// Its format.
        held: u32,
        /// The version that left it.
        version: String,
    },
    /// It was stopped before its end.
    #[error("{} is not finished: the run was interrupted after block {blocks}; run it again with --force, or for many \
        seeds with the same command", path.display())]
    Interrupted {
        /// The folder.
        path: PathBuf,
        /// Blocks done.
        blocks: u64,
    },
    /// A file that is needed cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// What a manifest says, of a run or of many.
#[derive(Debug, Deserialize)]
struct Stamp {
    tool: String,
    version: String,
    #[serde(default = "first_format")]
    format: u32,
    status: Status,
    scenario: ScenarioStamp,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    seeds: Option<String>,
    #[serde(default)]
    blocks: u64,
    #[serde(default)]
    options: RunOptions,
    files: Vec<File>,
}

/// A data file, as the manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// BLAKE3 of its bytes when it was written, in hexadecimal digits.
    pub blake3: String,
}

/// A finished folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Where it is.
    pub path: PathBuf,
    /// What made it.
    pub scenario: ScenarioStamp,
    /// Which version of the program made it.
    pub version: String,
    /// The seed of a run.
    pub seed: Option<u64>,
    /// The seeds asked for, of many.
    pub seeds: Option<String>,
    /// Whether it holds many seeds.
    pub has_many_seeds: bool,
    /// What else the command line asked for.
    pub options: RunOptions,
    /// The data files.
    pub files: Vec<File>,
    /// What should be known before its figures are believed.
    pub warnings: Vec<String>,
}

impl Finished {
    /// Reads the manifest and compares the files with it.
    ///
    /// # Errors
    /// It is no folder of a finished run. What was made by another version or edited since is a warning, not an error.
    pub fn open(path: &Path) -> Result<Self, FinishedError> {
        let foreign = || FinishedError::Foreign(path.to_owned());
        let text = fs::read(path.join(MANIFEST)).map_err(|_| foreign())?;
        let stamp: Stamp = serde_json::from_slice(&text).map_err(|_| foreign())?;
        if stamp.tool != TOOL {
            return Err(foreign());
        }
        if stamp.format != FORMAT {
            return Err(FinishedError::Format { path: path.to_owned(), held: stamp.format, version: stamp.version });
        }
        if stamp.status == Status::Interrupted {
            return Err(FinishedError::Interrupted { path: path.to_owned(), blocks: stamp.blocks });
        }
        let mut warnings = Vec::new();
        let version = env!("CARGO_PKG_VERSION");
        if stamp.version != version {
            warnings.push(format!("{} was made by plimsoll {}, and this is {version}", path.display(), stamp.version));
        }
        for file in &stamp.files {
            let held = path.join(&file.name);
            match fs::read(&held) {
                Ok(bytes) if blake3::hash(&bytes).to_string() == file.blake3 => {}
                Ok(_) => warnings.push(format!("{} was edited since the run", held.display())),
                Err(_) => warnings.push(format!("{} is missing", held.display())),
            }
        }
        Ok(Self {
            path: path.to_owned(),
            scenario: stamp.scenario,
            version: stamp.version,
            seed: stamp.seed,
            has_many_seeds: stamp.seeds.is_some(),
            seeds: stamp.seeds,
            options: stamp.options,
            files: stamp.files,
            warnings,
        })
    }

    /// Reads one of its files.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, FinishedError> {
        let path = self.path.join(name);
        fs::read(&path).map_err(|error| FinishedError::Unreadable { path, reason: error.to_string() })
    }

    /// Returns an error about one of its files.
    pub fn unreadable(&self, name: &str, reason: impl ToString) -> FinishedError {
        FinishedError::Unreadable { path: self.path.join(name), reason: reason.to_string() }
    }
}
