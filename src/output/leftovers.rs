//! What a killed process leaves under a hidden name, and how it is told from what a living one writes.
//!
//! Who writes under a hidden name holds a lock on it, which the system drops with the process. So a leftover is what can
//! be locked. That holds for other containers on the same disk too, whose numbers of processes mean nothing here; where
//! the system cannot lock a folder, leftovers stay.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::earlier::Earlier;
use super::manifest::MANIFEST;

/// What is written under a hidden name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A file or folder that is not whole yet.
    Partial,
    /// The folder of an earlier run, on its way out.
    Replaced,
}

impl Purpose {
    /// Returns the hidden name for something called `name`; `attempt` counts from 1.
    pub fn name(self, name: &str, attempt: u32) -> String {
        let suffix = if attempt == 1 { String::new() } else { format!("-{attempt}") };
        format!(".{name}{}{}{suffix}", self.infix(), std::process::id())
    }

    fn infix(self) -> &'static str {
        match self {
            Self::Partial => ".partial-",
            Self::Replaced => ".replaced-",
        }
    }

    /// Returns what a hidden name is for, and the name of what it is to become or has been.
    pub fn of(hidden: &OsStr) -> Option<(Self, &str)> {
        let hidden = hidden.to_str()?.strip_prefix('.')?;
        [Self::Partial, Self::Replaced].into_iter().find_map(|purpose| {
            let (name, process) = hidden.rsplit_once(purpose.infix())?;
            let is_process = process.starts_with(|first: char| first.is_ascii_digit())
                && process.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            (is_process && !name.is_empty()).then_some((purpose, name))
        })
    }
}

/// Holds what is being written under a hidden name, so that nobody takes it for a leftover.
#[derive(Debug)]
pub struct Claim {
    _lock: Option<File>,
}

/// Claims what was just created at `path`; nothing if another process was faster and has removed it as a leftover.
pub fn claim(path: &Path) -> Option<Claim> {
    let lock = match File::open(path).map(|file| (file.try_lock(), file)) {
        Ok((Ok(()), file)) => Some(file),
        Ok((Err(TryLockError::WouldBlock), _)) => return None,
        Ok((Err(TryLockError::Error(_)), _)) | Err(_) => None,
    };
    path.exists().then_some(Claim { _lock: lock })
}

/// Says whether no living process holds what is at `path`; not where that cannot be known.
pub fn is_abandoned(path: &Path) -> bool {
    lock(path).is_some()
}

/// Locks what is at `path`, if no living process holds it.
fn lock(path: &Path) -> Option<File> {
    File::open(path).ok().filter(|file| file.try_lock().is_ok())
}

/// Removes what killed processes left in `folder` for things whose names `is_meant`.
pub fn remove_in(folder: &Path, is_meant: impl Fn(&str) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let hidden = entry.file_name();
        let Some((purpose, name)) = Purpose::of(&hidden).filter(|(_, name)| is_meant(name)) else { continue };
        // An error leaves the leftover where it is, hidden and in nobody's way.
        let _ = remove(&entry.path(), purpose, &folder.join(name));
    }
}

/// Removes one leftover. A folder that is whole but for its name stays: its user was told where it is. So does what is on its
/// way out while nothing has taken its place.
fn remove(path: &Path, purpose: Purpose, target: &Path) -> io::Result<()> {
    let kind = fs::symlink_metadata(path)?.file_type();
    if kind.is_symlink() {
        return Ok(());
    }
    // Held until it is gone, so that a process that has just made it does not begin to write.
    let Some(_lock) = lock(path) else { return Ok(()) };
    if kind.is_file() {
        return fs::remove_file(path);
    }
    let is_wanted = match purpose {
        Purpose::Partial => path.join(MANIFEST).exists(),
        Purpose::Replaced => !target.exists(),
    };
    let left = Earlier::left(path)?;
    if is_wanted || !left.others.is_empty() { Ok(()) } else { left.remove().map_err(|(_, error)| error) }
}

/// Removes what this process was writing at `path`.
pub fn give_up(path: PathBuf) {
    // What was written has failed already; what stays is hidden, and goes with the next of its name.
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_name_says_what_it_is_for() {
        for (hidden, said) in [
            (".crash-1.partial-7", Some((Purpose::Partial, "crash-1"))),
            (".crash-1.replaced-7-2", Some((Purpose::Replaced, "crash-1"))),
            (".a.partial-1.partial-7", Some((Purpose::Partial, "a.partial-1"))),
            (".crash-1.partial-", None),
            (".crash-1.partial-seven", None),
            ("crash-1.partial-7", None),
            (".partial-7", None),
        ] {
            assert_eq!(Purpose::of(OsStr::new(hidden)), said, "{hidden}");
        }
        for purpose in [Purpose::Partial, Purpose::Replaced] {
            assert_eq!(Purpose::of(OsStr::new(&purpose.name("crash-1", 3))), Some((purpose, "crash-1")));
        }
    }

    #[test]
    fn what_is_claimed_is_not_abandoned_until_it_is_let_go() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".crash-1.partial-7");
        fs::create_dir(&path).unwrap();
        let held = claim(&path).expect("it is there");
        assert!(!is_abandoned(&path) && claim(&path).is_none());
        remove_in(home.path(), |name| name == "crash-1");
        assert!(path.exists());
        drop(held);
        remove_in(home.path(), |name| name == "crash");
        assert!(path.exists());
        remove_in(home.path(), |name| name == "crash-1");
        assert!(!path.exists() && claim(&path).is_none());
    }
}
