//! `manifest.json`: what made a folder, and what should be in it. The only file of a run that holds clock times.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::copies::SeriesStamp;

/// The manifest's file name in a run's folder.
pub const MANIFEST: &str = "manifest.json";

/// The file with the scenario's text, includes first; it names copies of recorded series.
pub const SCENARIO: &str = "scenario.ron";

/// What `tool` says in the folders of this program.
pub const TOOL: &str = "plimsoll";

/// The format of the folders that this version of the program writes and reads. It rises when a column or a word has another
/// name or meaning.
pub const FORMAT: u32 = 4;

/// The format of folders whose manifest says none.
pub fn first_format() -> u32 {
    1
}

/// What made a folder, and what should be in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Manifest {
    tool: &'static str,
    version: &'static str,
    format: u32,
    /// `complete`, or `interrupted` before the last block.
    pub status: Status,
    /// Name, path and digest.
    pub scenario: ScenarioStamp,
    /// Of the run's dice.
    pub seed: u64,
    /// Blocks done, fewer than asked for if it was interrupted.
    pub blocks: u64,
    /// The options of the command line but for the seed.
    pub options: RunOptions,
    /// The recorded series that it was made from, in the order of the scenario.
    pub series: Vec<SeriesStamp>,
    /// Every data file, by name.
    pub files: Vec<FileStamp>,
    /// When the run began, in UTC as RFC 3339 writes it.
    pub started_at: String,
    /// Seconds from the command's beginning to the manifest.
    pub wall_clock_s: f64,
}

impl Manifest {
    /// A run of this version of the program, before its files are known.
    pub fn new(scenario: ScenarioStamp, seed: u64, options: RunOptions, started_at: String) -> Self {
        Self {
            tool: TOOL,
            version: env!("CARGO_PKG_VERSION"),
            format: FORMAT,
            status: Status::Complete,
            scenario,
            seed,
            blocks: 0,
            options,
            series: Vec::new(),
            files: Vec::new(),
            started_at,
            wall_clock_s: 0.0,
        }
    }
}

/// Whether a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every block was done.
    Complete,
    /// It was stopped; the files are whole up to the last block done.
    Interrupted,
    /// Of many seeds: all were tried, and some failed.
    Incomplete,
}

/// Which scenario a folder is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioStamp {
    /// The file's name without its ending.
    pub name: String,
    /// Its file, as the command line gave it.
    pub path: String,
    /// BLAKE3 of its text with every `include` in it and the digests of its recorded series, in hexadecimal digits.
    pub blake3: String,
}

/// The options of the command line that change what a run leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOptions {
    /// How many blocks were asked for.
    pub blocks: u64,
    /// Whether every block was audited, not only the last.
    pub audit: bool,
    /// Whether the tables have columns in smallest units.
    pub exact: bool,
    /// Whether liquidations sold against the counterfactual venue instead of the market.
    pub mute_forced_sales: bool,
    /// How many generations of causes were told apart, if causes were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cascade_depth: Option<u32>,
}

/// A data file's name, digest and size.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileStamp {
    /// Relative to the folder.
    pub name: String,
    /// BLAKE3 of its bytes, in hexadecimal digits.
    pub blake3: String,
    /// Size in bytes.
    pub bytes: u64,
}

impl FileStamp {
    /// Of a file of this name with these bytes.
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), blake3: blake3::hash(bytes).to_string(), bytes: bytes.len() as u64 }
    }
}

/// Says whether a folder's manifest is this program's: then `--force` may replace what it lists.
pub fn is_ours(folder: &Path) -> bool {
    #[derive(Deserialize)]
    struct Tool {
        tool: String,
    }
    let text = std::fs::read(folder.join(MANIFEST)).unwrap_or_default();
    serde_json::from_slice::<Tool>(&text).is_ok_and(|manifest| manifest.tool == TOOL)
}
