//! The folder of a sweep, which grows while it runs: what is in it is done, and the same command goes on from there.
//!
//! Each file is replaced as a whole, so that a process that is killed leaves the files of a moment before. The manifest has
//! a file's digest before the file has its name, and keeps the one before until the next: it lists what is there at any
//! moment, by which what was edited since is noticed, and `--force` knows what it may remove.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Sweep;
use super::row::Row;
use super::runs_csv::{self, RUNS, RunsError};
use super::seeds::Seeds;
use super::stop::StopRule;
use super::summary::SweepSummary;
use crate::output::copies::{Recorded, SeriesStamp};
use crate::output::earlier::{REPORT, RUNS_FOLDER};
use crate::output::folder::{FolderError, check_target, copied, make_folder, remove_earlier, replace_file};
use crate::output::leftovers;
use crate::output::manifest::{
    FORMAT, FileStamp, MANIFEST, RunOptions, SCENARIO, ScenarioStamp, Status, TOOL, first_format, is_ours,
};
use crate::rows::json;

/// `manifest.json` of a sweep: what made the folder, and what should be in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepManifest {
    tool: &'static str,
    version: &'static str,
    format: u32,
    /// `complete` if every seed was run or enough were, else `interrupted`.
    pub status: Status,
    /// Name, path and digest.
    pub scenario: ScenarioStamp,
    /// As asked for.
    pub seeds: Seeds,
    /// The rule of `--stop-when`, if there was one.
    pub stop_when: Option<StopRule>,
    /// Whether each run's folder is kept (`--keep-runs`).
    pub keep_runs: bool,
    /// The options of the command line that every run shares.
    pub options: RunOptions,
    /// The recorded series that all were made from, in the order of the scenario.
    pub series: Vec<SeriesStamp>,
    /// The data files, by name, without those of the runs.
    pub files: Vec<FileStamp>,
    /// When the latest process began, in UTC as RFC 3339 writes it.
    pub started_at: String,
    /// Seconds from this command's beginning to the manifest; earlier ones' time is not in it.
    pub wall_clock_s: f64,
}

impl SweepManifest {
    /// A sweep of this version of the program, before anything is done.
    pub fn new(scenario: ScenarioStamp, seeds: Seeds, options: RunOptions, started_at: String) -> Self {
        Self {
            tool: TOOL,
            version: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            status: Status::Interrupted,
            scenario,
            seeds,
            stop_when: None,
            keep_runs: false,
            options,
            series: Vec::new(),
            files: Vec::new(),
            started_at,
            wall_clock_s: 0.0,
        }
    }
}

/// Why a sweep cannot go on in the folder that is there.
#[derive(Debug, Error)]
pub enum SweepError {
    /// A file of the folder cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The folder is of another scenario, version or other options.
    #[error("{} holds runs of {held}, and this is {asked}; choose another --out, or add --force to replace them",
        target.display())]
    Other {
        /// The folder, as given.
        target: PathBuf,
        /// The option or property of the folder.
        held: String,
        /// The same of this command.
        asked: String,
    },
    /// The folder holds seeds that were not asked for.
    #[error("{} holds seed {seed} too, which is not among {asked}; ask for it as well, choose another --out, or add \
        --force to start anew", target.display())]
    Unasked {
        /// The folder, as given.
        target: PathBuf,
        /// The lowest of them.
        seed: u64,
        /// All that were asked for.
        asked: Seeds,
    },
    /// `runs.csv` is not as the manifest lists it.
    #[error("{} was edited since it was written, and is not gone on with; put it back as it was, or move it away and type \
        the same again, which makes its runs anew; or with --force, which makes all anew, or choose another --out",
        .0.display())]
    Edited(PathBuf),
    /// `runs.csv` cannot be read.
    #[error("cannot go on from {}: {source}; choose another --out, or add --force to start anew", path.display())]
    Unreadable {
        /// Of `runs.csv`, below the folder as given.
        path: PathBuf,
        /// Why it is no table of runs.
        source: RunsError,
    },
}

/// What makes runs equal: what a manifest must say for its folder to be gone on with.
#[derive(Debug, Deserialize)]
struct Provenance {
    version: String,
    #[serde(default = "first_format")]
    format: u32,
    scenario: ScenarioStamp,
    keep_runs: bool,
    options: RunOptions,
    #[serde(default)]
    files: Vec<FileStamp>,
}

impl Provenance {
    /// Returns the first difference to what is asked for, in words: what is held, what is asked.
    fn differs(&self, asked: &SweepManifest) -> Option<(String, String)> {
        let options = |options: &RunOptions, keep_runs: bool| {
            let flags = [
                (options.audit, " --audit"),
                (options.exact, " --exact"),
                (options.mute_forced_sales, " --mute-forced-sales"),
                (keep_runs, " --keep-runs"),
            ];
            let flags = flags.into_iter().filter(|(given, _)| *given).map(|(_, flag)| flag);
            let depth = options.cascade_depth.map(|depth| format!(" --depth {depth}"));
            let blocks = format!("--blocks {}", options.blocks);
            std::iter::once(blocks).chain(flags.map(str::to_owned)).chain(depth).collect::<String>()
        };
        let scenario = |stamp: &ScenarioStamp| format!("{} with digest {:.12}", stamp.path, stamp.blake3);
        let is_other_options = self.options != asked.options || self.keep_runs != asked.keep_runs;
        if self.format != asked.format {
            Some((format!("format {}", self.format), format!("format {}", asked.format)))
        } else if self.version != asked.version {
            Some((format!("plimsoll {}", self.version), format!("plimsoll {}", asked.version)))
        } else if self.scenario.blake3 != asked.scenario.blake3 {
            Some((scenario(&self.scenario), scenario(&asked.scenario)))
        } else if is_other_options {
            Some((options(&self.options, self.keep_runs), options(&asked.options, asked.keep_runs)))
        } else {
            None
        }
    }
}

/// The folder of a sweep, which is readable after every save.
#[derive(Debug)]
pub struct SweepFolder {
    target: PathBuf,
    /// As long as the sweep is under way, with the files as they are.
    manifest: Mutex<SweepManifest>,
}

impl SweepFolder {
    /// Makes the folder, or finds it; returns it with the rows in it. What a killed process left half-written is removed.
    ///
    /// # Errors
    /// Something else is there, or nothing can be. `force` replaces what this program wrote.
    pub fn open(target: &Path, force: bool, asked: &SweepManifest) -> Result<(Self, Vec<Row>), SweepError> {
        let mut manifest = asked.clone();
        let rows = match check_target(target, force) {
            Err(FolderError::Exists(_)) => {
                let rows;
                (rows, manifest.files) = held(target, asked)?;
                let is_ours = |name: &str| manifest.files.iter().any(|stamp| stamp.name == name);
                leftovers::remove_in(target, |name| [MANIFEST, REPORT].contains(&name) || is_ours(name));
                leftovers::remove_in(&target.join(RUNS_FOLDER), |name| name.parse::<u64>().is_ok());
                rows
            }
            result => {
                result?;
                remove_earlier(target)?;
                vec![]
            }
        };
        make_folder(target)?;
        replace_file(target, MANIFEST, &json::indented(&manifest))?;
        Ok((Self { target: target.to_owned(), manifest: Mutex::new(manifest) }, rows))
    }

    /// Returns the folder's path.
    pub fn path(&self) -> &Path {
        &self.target
    }

    /// Returns where the folder of a seed's run is, if it is kept.
    pub fn of_run(&self, seed: u64) -> PathBuf {
        self.target.join(RUNS_FOLDER).join(seed.to_string())
    }

    /// Writes the rows there are.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn save(&self, sweep: &Sweep) -> Result<(), FolderError> {
        self.put(vec![(RUNS, rows_of(sweep))]).map(|_| ())
    }

    /// Writes rows, summary and manifest.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn finish(
        &self,
        sweep: &Sweep,
        summary: &SweepSummary,
        mut manifest: SweepManifest,
        (scenario, series): (&str, &[Recorded]),
    ) -> Result<(), FolderError> {
        self.remove_runs_beyond(sweep)?;
        manifest.status = match sweep.is_over() {
            false => Status::Interrupted,
            true if summary.failed > 0 => Status::Incomplete,
            true => Status::Complete,
        };
        let mut files = vec![
            (RUNS, rows_of(sweep)),
            (SCENARIO, scenario.as_bytes().to_vec()),
            ("summary.json", json::indented(summary)),
        ];
        for recorded in series.iter().filter(|recorded| recorded.stamp.copied) {
            files.push((&recorded.stamp.name, copied(recorded)?));
        }
        manifest.series = series.iter().map(|recorded| recorded.stamp.clone()).collect();
        manifest.files = self.put(files)?;
        replace_file(&self.target, MANIFEST, &json::indented(&manifest))?;
        Ok(())
    }

    /// Writes data files, after their digests are in the manifest beside those that they had.
    fn put(&self, files: Vec<(&str, Vec<u8>)>) -> Result<Vec<FileStamp>, FolderError> {
        let mut manifest = self.manifest.lock().expect("nobody panics while holding it");
        let stamps: Vec<FileStamp> = files.iter().map(|(name, bytes)| FileStamp::of(name, bytes)).collect();
        manifest.files.extend(stamps.iter().cloned());
        replace_file(&self.target, MANIFEST, &json::indented(&*manifest))?;
        for (name, bytes) in &files {
            replace_file(&self.target, name, bytes)?;
        }
        manifest.files.retain(|stamp| stamps.iter().all(|new| new.name != stamp.name));
        manifest.files.extend(stamps.iter().cloned());
        Ok(stamps)
    }

    /// Removes the folders of runs that were made while it turned out that there were enough.
    fn remove_runs_beyond(&self, sweep: &Sweep) -> Result<(), FolderError> {
        if sweep.stopped_after().is_none() {
            return Ok(());
        }
        let last = sweep.rows().last().map_or(0, |row| row.seed);
        let beyond = sweep.seeds().iter().filter(|seed| *seed > last);
        beyond.map(|seed| self.of_run(seed)).try_for_each(|folder| remove_earlier(&folder))
    }
}

/// Returns the rows of a folder that may be gone on with, and the files that it holds.
fn held(target: &Path, asked: &SweepManifest) -> Result<(Vec<Row>, Vec<FileStamp>), SweepError> {
    let owned = || target.to_owned();
    if !is_ours(target) {
        return Err(FolderError::Foreign(owned()).into());
    }
    let text = fs::read(target.join(MANIFEST)).unwrap_or_default();
    let made: Provenance = serde_json::from_slice(&text).map_err(|_| FolderError::Exists(owned()))?;
    if let Some((held, asked)) = made.differs(asked) {
        return Err(SweepError::Other { target: owned(), held, asked });
    }
    // A process that was killed early has left no rows.
    let path = target.join(RUNS);
    let Ok(bytes) = fs::read(&path) else { return Ok((vec![], made.files)) };
    if !made.files.contains(&FileStamp::of(RUNS, &bytes)) {
        return Err(SweepError::Edited(path));
    }
    let rows = runs_csv::read(&bytes).map_err(|source| SweepError::Unreadable { path, source })?;
    match rows.iter().find(|row| !asked.seeds.contains(row.seed)) {
        Some(row) => Err(SweepError::Unasked { target: owned(), seed: row.seed, asked: asked.seeds.clone() }),
        None => Ok((rows, made.files)),
    }
}

fn rows_of(sweep: &Sweep) -> Vec<u8> {
    runs_csv::write(&sweep.rows().collect::<Vec<_>>())
}
