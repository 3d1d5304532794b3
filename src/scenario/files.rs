//! Files of recorded prices that a scenario names.

use std::path::Path;
use std::sync::Arc;

use super::seen_from;
use crate::market::series::params::ReplayParams;
use crate::market::series::{Least, SERIES_BYTES, Series};
use crate::output::copies::{COPIED_BYTES, Recorded, SeriesStamp};
use crate::output::manifest::FileStamp;
use crate::reader::files::{self, neighbour};
use crate::reader::piece::Node;
use crate::reader::whole::Instead;

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

/// Returns the series that are named at these places, each once, and the names that stand there in the scenario of a run's
/// folder.
pub(super) fn recorded(named: &[(Node, String)], folder: &Path) -> (Vec<Recorded>, Vec<Instead>) {
    let (mut series, mut instead): (Vec<Recorded>, Vec<Instead>) = (Vec::new(), Vec::new());
    for (node, file) in named {
        let path = node.file.folder.join(file);
        let path = path.canonicalize().unwrap_or(path);
        let known = series.iter().position(|recorded| recorded.path == path);
        let place = known.unwrap_or_else(|| {
            let stamp = stamp(&path, series.len() + 1, seen_from(folder, &node.file.folder, file));
            series.push(Recorded { stamp, path });
            series.len() - 1
        });
        let text = format!("{:?}", series[place].stamp.name);
        instead.push(Instead { source: Arc::clone(&node.file.source), span: node.tree.span.clone(), text });
    }
    (series, instead)
}

/// Returns what a manifest says of a series, the scenario's number `number` from 1.
fn stamp(path: &Path, number: usize, from: String) -> SeriesStamp {
    // What cannot be read any more has another digest, and is found out when it is copied.
    let FileStamp { blake3, bytes, .. } = FileStamp::of("", &files::read(path, SERIES_BYTES).unwrap_or_default());
    let copied = bytes <= COPIED_BYTES;
    let name = if copied { copys_name(path, number) } else { path.display().to_string() };
    SeriesStamp { name, from, blake3, bytes, copied }
}

/// Returns the name of a copy: the file's own behind its number. A copy of a copy is called what the copy is.
fn copys_name(path: &Path, number: usize) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let own = name.strip_prefix("series_").and_then(|rest| rest.split_once('_'));
    let own = own.filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit())).map_or(&*name, |(_, own)| own);
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
    format!("series_{number}_{}", own.chars().map(plain).collect::<String>())
}
