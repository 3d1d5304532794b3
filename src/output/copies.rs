//! Recorded series beside the tables that were made from them, so that a run can be made again from its folder.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::manifest::FileStamp;
use crate::reader::files;

/// Bytes up to which a series is copied into the folder of a run; a larger one is named where it lies.
pub const COPIED_BYTES: u64 = 16 << 20;

/// A series as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesStamp {
    /// What the folder's scenario calls it: its copy in the folder, or where it lies.
    pub name: String,
    /// Its file, relative to the folder of the scenario that was run.
    pub from: String,
    /// BLAKE3 of its bytes, in hexadecimal digits.
    pub blake3: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Whether the folder has a copy.
    pub copied: bool,
}

/// A series that a scenario names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What the manifest says of it.
    pub stamp: SeriesStamp,
    /// Where it lies.
    pub path: PathBuf,
}

impl Recorded {
    /// Reads it once more for a copy.
    ///
    /// # Errors
    /// It is not as it was when the scenario was read, or cannot be read any more.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        let bytes = files::read(&self.path, COPIED_BYTES)?;
        let is_as_before = FileStamp::of("", &bytes).blake3 == self.stamp.blake3;
        is_as_before.then_some(bytes).ok_or_else(|| "it was changed while the run was made".to_owned())
    }
}
