//! How the tree lies: which module may use which, where a protocol may be named, and whether pages say what is there.

use std::fs;
use std::path::{Path, PathBuf};

mod floors;
mod names;
mod quotes;

/// Returns every Rust file below some folders of the workspace, by its path and with its text.
fn rust_files(folders: &[&str]) -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in folders {
        collect(&top.join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| (path.strip_prefix(top).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
    paths.into_iter().map(read).collect()
}
