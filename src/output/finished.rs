//! A finished folder, read back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::copies::SeriesStamp;
use super::manifest::{FORMAT, MANIFEST, RunOptions, SCENARIO, ScenarioStamp, Status, TOOL, first_format};
use crate::market::series::SERIES_BYTES;
use crate::reader::files::{self, SCENARIO_BYTES};

/// Why a run's folder cannot be read back.
#[derive(Debug, Error)]
pub enum FinishedError {
    /// It has no manifest, or another program's.
    #[error("{} is not the folder of a run: it has no {MANIFEST} of plimsoll", .0.display())]
    Foreign(PathBuf),
    /// It was left by a version whose tables say other things.
    #[error("{} has format {held}, and this version of plimsoll reads format {FORMAT}: make it again from its {SCENARIO}, or \
        read it with plimsoll {version}", path.display())]
    Format {
        /// The folder, as given.
        path: PathBuf,
        /// Its manifest's format.
        held: u32,
        /// The version of plimsoll that wrote it.
        version: String,
    },
    /// It was stopped before its end.
    #[error("{} is not finished: the run was interrupted after block {blocks}; run it again with --force, or for many \
        seeds with the same command", path.display())]
    Interrupted {
        /// The folder, as given.
        path: PathBuf,
        /// Blocks done before it was stopped.
        blocks: u64,
    },
    /// A file that is needed is missing or is no table of ours.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// Below the folder as given.
        path: PathBuf,
        /// The system's or the parser's message.
        reason: String,
    },
}

/// The fields of a manifest that are read back, of one run or of many.
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
    #[serde(default)]
    series: Vec<SeriesStamp>,
    files: Vec<File>,
}

/// A data file as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct File {
    /// Relative to the folder.
    pub name: String,
    /// BLAKE3 of its bytes when it was written, in hexadecimal digits.
    pub blake3: String,
    /// Its size when it was written.
    #[serde(default)]
    pub bytes: u64,
}

/// The folder of a run, or of many, that came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The folder.
    pub path: PathBuf,
    /// Name, path and digest of the scenario.
    pub scenario: ScenarioStamp,
    /// The version of plimsoll that wrote it.
    pub version: String,
    /// Of one run; none of many.
    pub seed: Option<u64>,
    /// Ranges of seeds, of many; none of one run.
    pub seeds: Option<String>,
    /// Whether it is a sweep's folder.
    pub has_many_seeds: bool,
    /// The options of the command line but for seeds.
    pub options: RunOptions,
    /// The recorded series that it was made from.
    pub series: Vec<SeriesStamp>,
    /// In the manifest's order.
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
        let text = files::read(&path.join(MANIFEST), SCENARIO_BYTES).map_err(|_| foreign())?;
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
        if stamp.status == Status::Incomplete {
            warnings.push(format!("some seeds of {} failed, and are in no figure; runs.csv says why", path.display()));
        }
        let version = env!("CARGO_PKG_VERSION");
        if stamp.version != version {
            warnings.push(format!("{} was made by plimsoll {}, and this is {version}", path.display(), stamp.version));
        }
        for file in &stamp.files {
            let held = path.join(&file.name);
            match digest(&held) {
                Ok(digest) if digest == file.blake3 => {}
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
            series: stamp.series,
            files: stamp.files,
            warnings,
        })
    }

    /// Reads one of its files: of at most as many bytes as the manifest says, or as a series may have.
    ///
    /// # Errors
    /// The file system refuses, or it is larger.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, FinishedError> {
        let path = self.path.join(name);
        let listed = self.files.iter().find(|file| file.name == name).map_or(0, |file| file.bytes);
        files::read(&path, listed.max(SERIES_BYTES)).map_err(|reason| FinishedError::Unreadable { path, reason })
    }

    /// Returns an error about one of its files, to be told with its path.
    pub fn unreadable(&self, name: &str, reason: impl ToString) -> FinishedError {
        FinishedError::Unreadable { path: self.path.join(name), reason: reason.to_string() }
    }
}

/// Returns the digest of a file, whatever its size; devices and pipes, which may never end, have none.
fn digest(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut fs::File::open(path)?, &mut hasher)?;
    Ok(hasher.finalize().to_string())
}
