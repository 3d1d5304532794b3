//! Files that a scenario names.

use std::io;
use std::path::Path;

use super::diagnostic::did_you_mean;
use crate::market::price::ReplayParams;
use crate::market::series::{Least, Series};

/// What is wrong with a file, and what to type instead.
#[derive(Debug)]
pub(super) struct Faulty {
    /// What is wrong, with the file's own line if there is one.
    pub(super) message: String,
    /// What to type instead.
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

/// Says why a file cannot be read.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not allowed".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Returns the file of the same folder whose name is closest; what is alike in their extensions alone does not count.
pub(super) fn neighbour(path: &Path) -> Option<String> {
    let entries = std::fs::read_dir(super::include::folder_of(path).join(".")).ok()?;
    let mut names: Vec<String> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let wanted = path.file_name()?.to_str()?;
    names.retain(|name| name != wanted && did_you_mean(stem(wanted), [stem(name)]).is_some());
    names.sort_unstable();
    did_you_mean(wanted, names.iter().map(String::as_str))
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
