//! What stands in the folder of an earlier run: what is this program's, and may go, and what is somebody's own.
//!
//! A file is this program's if the manifest lists it and it still has the digest that stands there. So are the manifest,
//! a report that says of itself that it is as it was written, the runs of a sweep likewise, and what a killed process
//! left half-written. All else is somebody's own, also what was edited since; links are not followed.

use std::fs::{self, DirEntry, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::leftovers::{Purpose, is_abandoned};
use super::manifest::{MANIFEST, TOOL, is_ours};

/// The page's file name in a run's folder.
pub const REPORT: &str = "report.html";

/// The folder of a sweep in which its runs have theirs.
pub const RUNS_FOLDER: &str = "runs";

/// How many of somebody's own files are named.
const NAMED: usize = 3;

/// Returns a page with a last line from which it can be told later that it is as it was written.
pub fn sealed(mut page: String) -> String {
    let seal = seal(page.as_bytes());
    page.push_str(&seal);
    page
}

fn seal(page: &[u8]) -> String {
    format!("<!-- {TOOL}, BLAKE3 of the lines above: {} -->\n", blake3::hash(page))
}

/// Says whether a page ends with the seal of what is before it.
fn is_sealed(page: &[u8]) -> bool {
    let above = page.len().saturating_sub(seal(&[]).len());
    page[above..] == *seal(&page[..above]).as_bytes()
}

/// What of a manifest says which files are this program's. Of any format; what cannot be read lists nothing.
#[derive(Debug, Default, Deserialize)]
struct Listed {
    #[serde(default)]
    files: Vec<Stamp>,
}

/// A file as the manifest lists it; while a sweep is under way, it may list one twice, as it was and as it will be.
#[derive(Debug, Deserialize)]
struct Stamp {
    name: String,
    blake3: String,
    bytes: u64,
}

impl Listed {
    fn of(folder: &Path) -> Self {
        let text = if is_ours(folder) { fs::read(folder.join(MANIFEST)).unwrap_or_default() } else { vec![] };
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Says whether this program writes a file of this name into the folder.
    fn may_be(&self, name: &str) -> bool {
        [MANIFEST, REPORT].contains(&name) || self.files.iter().any(|stamp| stamp.name == name)
    }

    /// Says whether a file of this name is listed, and if so whether it is as one of the digests says.
    fn says(&self, name: &str, path: &Path) -> io::Result<Standing> {
        let bytes = fs::symlink_metadata(path)?.len();
        let mut stamps = self.files.iter().filter(|stamp| stamp.name == name).peekable();
        if stamps.peek().is_none() {
            return Ok(Standing::Own);
        }
        let mut stamps = stamps.filter(|stamp| stamp.bytes == bytes).peekable();
        if stamps.peek().is_none() {
            return Ok(Standing::Edited);
        }
        let mut hasher = blake3::Hasher::new();
        io::copy(&mut File::open(path)?, &mut hasher)?;
        let digest = hasher.finalize().to_string();
        Ok(if stamps.any(|stamp| stamp.blake3 == digest) { Standing::Ours } else { Standing::Edited })
    }
}

/// Whose a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// This program wrote it as it is.
    Ours,
    /// This program wrote it, and somebody changed it.
    Edited,
    /// Somebody's own.
    Own,
}

/// What stands in a folder.
#[derive(Debug, Default)]
pub struct Earlier {
    /// What may go, in the order in which it goes: a folder after what is in it, a manifest after what it lists, so that
    /// what is left of a removal that ends early is still known.
    ours: Vec<Ours>,
    /// What is somebody's own, relative to the folder, in the words for an error.
    pub others: Vec<String>,
}

/// A thing that may go.
#[derive(Debug)]
enum Ours {
    File(PathBuf),
    Folder(PathBuf),
}

impl Earlier {
    /// Looks at the folder of a run, or of many.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        found.of_run(folder, "")?;
        Ok(found)
    }

    /// Looks at what a killed process left under a hidden name: the folder of a run that has no manifest yet, one that has,
    /// or one that holds the run that was to be replaced.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn left(folder: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        found.leftover(folder, "")?;
        Ok(found)
    }

    /// Removes what is ours, and nothing else: a folder into which something has come since stays.
    ///
    /// # Errors
    /// The file system refuses; what it was about is said beside.
    pub fn remove(self) -> Result<(), (PathBuf, io::Error)> {
        self.ours.into_iter().try_for_each(|ours| match ours {
            Ours::File(path) => fs::remove_file(&path).map_err(|error| (path, error)),
            Ours::Folder(path) => fs::remove_dir(&path).map_err(|error| (path, error)),
        })
    }

    /// Names a few of what is somebody's own, and how many more there are.
    pub fn named(&self) -> String {
        let named = self.others.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        match self.others.len().saturating_sub(NAMED) {
            0 => named,
            more => format!("{named} and {more} more"),
        }
    }

    /// Tells apart what is in the folder of a run, which is at `place` relative to where it was begun to look.
    fn of_run(&mut self, folder: &Path, place: &str) -> io::Result<()> {
        let listed = Listed::of(folder);
        let is_manifest_ours = is_ours(folder);
        for entry in entries(folder)? {
            let (path, kind) = (entry.path(), entry.file_type()?);
            let name = entry.file_name().to_string_lossy().into_owned();
            let at = format!("{place}{name}");
            if name == MANIFEST && kind.is_file() && is_manifest_ours {
                continue;
            }
            if name == RUNS_FOLDER && kind.is_dir() && place.is_empty() {
                self.runs(&path)?;
            } else if kind.is_file() {
                let standing = match Purpose::of(&entry.file_name()) {
                    Some((_, name)) if listed.may_be(name) && is_abandoned(&path) => Standing::Ours,
                    _ if name == REPORT && is_sealed(&fs::read(&path)?) => Standing::Ours,
                    _ if name == REPORT => Standing::Edited,
                    _ => listed.says(&name, &path)?,
                };
                match standing {
                    Standing::Ours => self.ours.push(Ours::File(path)),
                    Standing::Edited => self.others.push(format!("{at} (edited since)")),
                    Standing::Own => self.others.push(at),
                }
            } else {
                self.other(&at, &entry)?;
            }
        }
        if is_manifest_ours {
            self.ours.push(Ours::File(folder.join(MANIFEST)));
        }
        self.ours.push(Ours::Folder(folder.to_owned()));
        Ok(())
    }

    /// Tells apart what is among the runs of a sweep: a folder for each seed, and what a killed process left of one.
    fn runs(&mut self, folder: &Path) -> io::Result<()> {
        for entry in entries(folder)? {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let at = format!("{RUNS_FOLDER}/{name}");
            let is_folder = entry.file_type()?.is_dir();
            if is_folder && name.parse::<u64>().is_ok() && is_ours(&path) {
                self.of_run(&path, &format!("{at}/"))?;
            } else if is_folder && Purpose::of(&entry.file_name()).is_some() && is_abandoned(&path) {
                self.leftover(&path, &format!("{at}/"))?;
            } else {
                self.other(&at, &entry)?;
            }
        }
        self.ours.push(Ours::Folder(folder.to_owned()));
        Ok(())
    }

    /// Tells apart what is under a hidden name. A folder without a manifest is flat, and all in it is half-written.
    fn leftover(&mut self, folder: &Path, place: &str) -> io::Result<()> {
        if is_ours(folder) {
            return self.of_run(folder, place);
        }
        for entry in entries(folder)? {
            let (path, kind) = (entry.path(), entry.file_type()?);
            let at = format!("{place}{}", entry.file_name().to_string_lossy());
            if kind.is_dir() && is_ours(&path) {
                self.of_run(&path, &format!("{at}/"))?;
            } else if kind.is_file() {
                self.ours.push(Ours::File(path));
            } else {
                self.other(&at, &entry)?;
            }
        }
        self.ours.push(Ours::Folder(folder.to_owned()));
        Ok(())
    }

    /// Notes something of somebody's own.
    fn other(&mut self, at: &str, entry: &DirEntry) -> io::Result<()> {
        let kind = entry.file_type()?;
        let of_kind = if kind.is_dir() {
            "/"
        } else if kind.is_symlink() {
            " (a link)"
        } else {
            ""
        };
        self.others.push(format!("{at}{of_kind}"));
        Ok(())
    }
}

/// Returns what is in a folder, by name.
fn entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_the_page_as_it_was_written() {
        let page = sealed("<p>a crash</p>\n".to_owned());
        assert!(is_sealed(page.as_bytes()));
        for edited in [page.replace("crash", "thesis"), page.clone() + "mine\n", String::new(), "<p>mine</p>".into()] {
            assert!(!is_sealed(edited.as_bytes()), "{edited}");
        }
    }
}
