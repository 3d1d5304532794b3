//! Files of recorded prices that a scenario names.

use std::path::Path;

use crate::market::series::params::ReplayParams;
use crate::market::series::{Least, Series};
use crate::reader::files::neighbour;

/// What is wrong with a file, and what to type instead.
#[derive(Debug)]
pub(super) struct Faulty {
    /// What is wrong, with the file's own line if there is one.
    pub(super) message: String,
    /// What to type instead, where that is known.
    pub(super) help: Option<String>,
}

/// Reads recorded prices of at least `least`, relative to the folder of the scenario file that names them.
///
/// # Errors
/// Everything that is wrong with the file.
pub(super) fn replay(least: Least, folder: &Path, params: &ReplayParams) -> Result<Series, Vec<Faulty>> {
    let help = || (!folder.join(&params.file).is_file()).then(|| neighbour(&folder.join(&params.file))).flatten();
    Series::load_from(least, params, folder)
        .map_err(|errors| errors.into_iter().map(|error| Faulty { message: error.to_string(), help: help() }).collect())
}
