//! Files that a scenario names: why one cannot be read, and which one was meant.

use std::io;
use std::path::Path;

use super::diagnostic::did_you_mean;

/// Returns a file system error in words for a user.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not allowed".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Returns the file of the same folder whose name is closest; what is alike in their extensions alone does not count.
pub fn neighbour(path: &Path) -> Option<String> {
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
