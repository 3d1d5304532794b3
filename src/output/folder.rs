//! The folder of a run: complete or absent.
//!
//! Files are written into a hidden folder beside the final one, which takes its name when everything is there. A run
//! that fails removes the hidden folder; a process that is killed leaves it, and nothing under the final name. The next
//! run of that name removes it then.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use super::copies::{Recorded, SeriesStamp};
use super::earlier::Earlier;
use super::leftovers::{self, Claim, Purpose};
use super::manifest::{FileStamp, MANIFEST, Manifest, SCENARIO, is_ours};
use crate::rows::csv::Line;
use crate::rows::json;

/// Why a run's folder cannot be written. Nothing is left under the final name.
#[derive(Debug, Error)]
pub enum FolderError {
    /// A path without a last part, such as `..` or `/`.
    #[error("{} does not name a folder; give --out a name to create", .0.display())]
    Nameless(PathBuf),
    /// Something is under the final name, and `--force` was not given.
    #[error("{} exists; add --force to replace it, or choose another --out", .0.display())]
    Exists(PathBuf),
    /// There is something under the final name that this program did not write.
    #[error("{} was not written by plimsoll, and --force will not replace it; choose another --out", .0.display())]
    Foreign(PathBuf),
    /// What the earlier run did not leave stands among what it did.
    #[error("{} holds {others}, which no run left so; --force removes only what the folder's manifest lists, unchanged: \
        move the rest away and type the same again, or choose another --out", target.display())]
    Others {
        /// The folder, as given.
        target: PathBuf,
        /// A few of their names, and how many more there are.
        others: String,
    },
    /// The final name is a link, which is neither followed nor replaced.
    #[error("{} is a symbolic link, which is neither followed nor replaced; give the folder that it leads to, \
        --out {}, or choose another --out", target.display(), leads_to.display())]
    Link {
        /// The link, as given.
        target: PathBuf,
        /// What it leads to, whether that exists or not.
        leads_to: PathBuf,
    },
    /// No folder can be created beside the final name.
    #[error("cannot write into {}: {source}; choose another --out", parent.display())]
    Unwritable {
        /// The folder that the final name is in.
        parent: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// A verb, as in `create`.
        doing: &'static str,
        /// The file or folder it was tried on.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Everything was written, but the folder could not take its final name.
    #[error("cannot rename {} to {}: {source}; the files are whole where they are",
        partial.display(), target.display())]
    Rename {
        /// Where the finished files are.
        partial: PathBuf,
        /// The final name.
        target: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Returns what turns an error of the file system into one that says what was tried.
fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { doing, path, source }
}

/// Returns what turns an error about the folder above `target` into one that says so.
fn unwritable(target: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let parent = parent(target).to_owned();
    move |source| FolderError::Unwritable { parent, source }
}

/// Says whether a run may write its folder to `target`: before the run, so that nothing is simulated in vain.
///
/// # Errors
/// Something is there. `force` replaces what this program wrote, and nothing else; an empty folder is nothing.
pub fn check_target(target: &Path, force: bool) -> Result<(), FolderError> {
    let owned = || target.to_owned();
    let Some(name) = target.file_name() else { return Err(FolderError::Nameless(owned())) };
    // Without the slash behind it that would make the system follow a link.
    let bare = parent(target).join(name);
    let there = match fs::symlink_metadata(&bare) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        there => there.map_err(unwritable(target))?,
    };
    if there.is_symlink() {
        let leads_to = fs::read_link(&bare).map_err(failed("read", target))?;
        return Err(FolderError::Link { target: owned(), leads_to: target.with_file_name(leads_to) });
    }
    let is_empty = || fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if is_empty() {
        Ok(())
    } else if force {
        earlier(target).map(|_| ())
    } else {
        Err(FolderError::Exists(owned()))
    }
}

/// Looks at the folder of an earlier run, which may go as a whole.
fn earlier(target: &Path) -> Result<Earlier, FolderError> {
    if !is_ours(target) {
        return Err(FolderError::Foreign(target.to_owned()));
    }
    let earlier = Earlier::of(target).map_err(failed("read", target))?;
    if earlier.others.is_empty() {
        Ok(earlier)
    } else {
        Err(FolderError::Others { target: target.to_owned(), others: earlier.named() })
    }
}

/// Makes a folder that is filled under its own name, and the folders above it.
///
/// # Errors
/// The file system refuses.
pub fn make_folder(target: &Path) -> Result<(), FolderError> {
    fs::create_dir_all(target).map_err(unwritable(target))
}

/// Writes a file beside its final name and gives it that name, in place of what had it.
///
/// # Errors
/// The file system refuses; what was there stays, and nothing half-written.
pub fn replace_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<FileStamp, FolderError> {
    leftovers::remove_in(folder, |of| of == name);
    let partial = folder.join(Purpose::Partial.name(name, 1));
    let mut file = File::create(&partial).map_err(failed("create", &partial))?;
    let claim = leftovers::claim(&partial);
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write", &folder.join(name)));
    let written = written.and_then(|()| fs::rename(&partial, folder.join(name)).map_err(failed("rename", &partial)));
    drop(claim);
    if let Err(error) = written {
        leftovers::give_up(partial);
        return Err(error);
    }
    sync_folder(folder);
    Ok(FileStamp::of(name, bytes))
}

/// Removes what an earlier run left at `target`, if it is there.
///
/// # Errors
/// Something else stands in it, and then nothing is removed; or the file system refuses.
pub fn remove_earlier(target: &Path) -> Result<(), FolderError> {
    if !is_ours(target) {
        return Ok(());
    }
    earlier(target)?.remove().map_err(|(path, error)| failed("remove", &path)(error))
}

/// Returns the bytes of a series for its copy.
///
/// # Errors
/// It is not as it was when the scenario was read.
pub fn copied(recorded: &Recorded) -> Result<Vec<u8>, FolderError> {
    recorded.bytes().map_err(|reason| failed("copy", &recorded.path)(io::Error::other(reason)))
}

/// A run's folder while it is written: hidden beside its final name, and removed if it is dropped unfinished.
#[derive(Debug)]
pub struct OutputFolder {
    target: PathBuf,
    partial: PathBuf,
    _claim: Claim,
    force: bool,
    open_files: usize,
    closed: Vec<FileStamp>,
    keep: bool,
}

impl OutputFolder {
    /// Makes the hidden folder that will become `target`, and the folders above it; removes what a killed process left of
    /// one.
    ///
    /// # Errors
    /// As [`check_target`], or the folder above cannot be written to.
    pub fn create(target: &Path, force: bool) -> Result<Self, FolderError> {
        check_target(target, force)?;
        let name = target.file_name().expect("the target was checked to have a name");
        leftovers::remove_in(parent(target), |of| *name == *of);
        Self::begin(target, force)
    }

    /// Makes the hidden folder of one of many runs, which replaces what an earlier process left of it. Leftovers are not
    /// looked for: their owner does so once.
    ///
    /// # Errors
    /// As [`check_target`], or the folder above cannot be written to.
    pub fn of_many(target: &Path) -> Result<Self, FolderError> {
        check_target(target, true)?;
        Self::begin(target, true)
    }

    fn begin(target: &Path, force: bool) -> Result<Self, FolderError> {
        fs::create_dir_all(parent(target)).map_err(unwritable(target))?;
        let (partial, claim) = create_beside(target, Purpose::Partial)?;
        Ok(Self {
            target: target.to_owned(),
            partial,
            _claim: claim,
            force,
            open_files: 0,
            closed: Vec::new(),
            keep: false,
        })
    }

    /// Opens a data file.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn file(&mut self, name: &str) -> Result<DataFile, FolderError> {
        let path = self.partial.join(name);
        let file = File::create_new(&path).map_err(failed("create", &path))?;
        self.open_files += 1;
        let hashing = Hashing { file, hasher: blake3::Hasher::new(), bytes: 0 };
        Ok(DataFile { name: name.to_owned(), path, to: BufWriter::with_capacity(1 << 16, hashing) })
    }

    /// Opens a data file that begins with what `file`, of another folder, holds so far.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn fork(&mut self, file: &mut DataFile) -> Result<DataFile, FolderError> {
        file.to.flush().map_err(failed("write", &file.path))?;
        let mut fork = self.file(&file.name)?;
        let (from, to) = (file.to.get_ref(), fork.to.get_mut());
        let mut written = File::open(&file.path).map_err(failed("read", &file.path))?;
        io::copy(&mut written, &mut to.file).map_err(failed("write", &fork.path))?;
        (to.hasher, to.bytes) = (from.hasher.clone(), from.bytes);
        Ok(fork)
    }

    /// Flushes a data file to the disk and notes its digest for the manifest.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn close(&mut self, file: DataFile) -> Result<(), FolderError> {
        self.closed.push(file.close()?);
        self.open_files -= 1;
        Ok(())
    }

    /// Writes a data file of JSON.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn json(&mut self, name: &str, content: &impl Serialize) -> Result<(), FolderError> {
        let mut file = self.file(name)?;
        file.write(&json::indented(content))?;
        self.close(file)
    }

    /// Writes a data file of text.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn text(&mut self, name: &str, content: &str) -> Result<(), FolderError> {
        let mut file = self.file(name)?;
        file.write(content.as_bytes())?;
        self.close(file)
    }

    /// Writes the scenario's text and copies of the series that it names; returns what the manifest says of them.
    ///
    /// # Errors
    /// The file system refuses, or a series is not as it was any more.
    pub fn scenario(&mut self, text: &str, series: &[Recorded]) -> Result<Vec<SeriesStamp>, FolderError> {
        self.text(SCENARIO, text)?;
        for recorded in series.iter().filter(|recorded| recorded.stamp.copied) {
            let bytes = copied(recorded)?;
            let mut file = self.file(&recorded.stamp.name)?;
            file.write(&bytes)?;
            self.close(file)?;
        }
        Ok(series.iter().map(|recorded| recorded.stamp.clone()).collect())
    }

    /// Writes the manifest and gives the folder its name, which it returns.
    ///
    /// # Errors
    /// The file system refuses. If all is written but the name cannot be taken, the hidden folder stays.
    pub fn finish(mut self, mut manifest: Manifest) -> Result<PathBuf, FolderError> {
        assert_eq!(self.open_files, 0, "every data file is closed before its folder is finished");
        self.closed.sort();
        manifest.files = std::mem::take(&mut self.closed);
        let path = self.partial.join(MANIFEST);
        let mut file = File::create_new(&path).map_err(failed("create", &path))?;
        file.write_all(&json::indented(&manifest)).and_then(|()| file.sync_all()).map_err(failed("write", &path))?;
        sync_folder(&self.partial);

        self.keep = true;
        self.take_name()?;
        sync_folder(parent(&self.target));
        Ok(self.target.clone())
    }

    /// Renames the hidden folder to the target, and what it replaces out of the way.
    fn take_name(&self) -> Result<(), FolderError> {
        let taken = |source| {
            let (partial, target) = (self.partial.clone(), self.target.clone());
            FolderError::Rename { partial, target, source }
        };
        check_target(&self.target, self.force)
            .map_err(|since_the_run_began| taken(io::Error::other(since_the_run_began)))?;
        if fs::symlink_metadata(&self.target).is_err() {
            return fs::rename(&self.partial, &self.target).map_err(taken);
        }
        let (aside, _claim) = create_beside(&self.target, Purpose::Replaced)?;
        let old = aside.join("old");
        fs::rename(&self.target, &old).map_err(taken)?;
        if let Err(source) = fs::rename(&self.partial, &self.target) {
            // What was there comes back; if even that fails, it is whole in the hidden folder.
            let _ = fs::rename(&old, &self.target).and_then(|()| fs::remove_dir(&aside));
            return Err(taken(source));
        }
        remove_earlier(&old)?;
        if old.exists() {
            fs::remove_dir(&old).map_err(failed("remove", &old))?;
        }
        fs::remove_dir(&aside).map_err(failed("remove", &aside))
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if !self.keep {
            // The run has failed already; a folder that stays is hidden and in nobody's way.
            let _ = fs::remove_dir_all(&self.partial);
        }
    }
}

/// A data file while it is written; its digest is taken on the way to the disk.
#[derive(Debug)]
pub struct DataFile {
    name: String,
    path: PathBuf,
    to: BufWriter<Hashing>,
}

impl DataFile {
    /// Writes the rows of `line` and clears it.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn rows(&mut self, line: &mut Line) -> Result<(), FolderError> {
        self.write(line.as_bytes())?;
        line.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), FolderError> {
        self.to.write_all(bytes).map_err(|source| failed("write", &self.path)(source))
    }

    fn close(self) -> Result<FileStamp, FolderError> {
        let path = self.path;
        let hashing = self.to.into_inner().map_err(|error| failed("write", &path)(error.into_error()))?;
        hashing.file.sync_all().map_err(failed("write", &path))?;
        Ok(FileStamp { name: self.name, blake3: hashing.hasher.finalize().to_string(), bytes: hashing.bytes })
    }
}

/// A file, with the BLAKE3 digest and the size of what went into it.
#[derive(Debug)]
struct Hashing {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hasher.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Returns the folder above, which is the current one for a bare name.
fn parent(target: &Path) -> &Path {
    target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a hidden folder beside `target` that no other process uses, whatever machines and containers share the disk.
fn create_beside(target: &Path, purpose: Purpose) -> Result<(PathBuf, Claim), FolderError> {
    let name = target.file_name().expect("the target was checked to have a name").to_string_lossy();
    let mut attempt = 1;
    loop {
        let path = parent(target).join(purpose.name(&name, attempt));
        match fs::create_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(target)(error)),
            Ok(()) => {
                if let Some(claim) = leftovers::claim(&path) {
                    return Ok((path, claim));
                }
            }
        }
        attempt += 1;
    }
}

/// Asks the system to keep a folder's entries through a power cut, where it can be asked.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
