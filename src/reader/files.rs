//! Files that a scenario names: why one cannot be read, and which one was meant.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::diagnostic::did_you_mean;

/// Bytes that a scenario may have, with all that it includes: ten thousand populations of agents.
pub const SCENARIO_BYTES: u64 = 1 << 20;

/// Reads a file of at most so many bytes. Folders, devices and pipes are refused unopened: they may never end.
///
/// # Errors
/// Why it cannot be read, in words for a user.
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let about = fs::metadata(path).map_err(|error| reason(&error))?;
    if about.is_dir() {
        return Err("it is a folder, expected a file".to_owned());
    }
    if !about.is_file() {
        return Err("it is a device, a pipe or a socket, expected a file; write its contents to one".to_owned());
    }
    let mut bytes = Vec::new();
    if about.len() <= most {
        let file = File::open(path).map_err(|error| reason(&error))?;
        // A file that grows while it is read, or whose system does not know its length, ends here.
        file.take(most + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    }
    if about.len().max(bytes.len() as u64) > most {
        return Err(format!("it is larger than {} MiB", most >> 20));
    }
    Ok(bytes)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "time").unwrap();
        assert_eq!(read(&path, 4).unwrap(), b"time");
        File::create(&path).unwrap().set_len((2 << 20) + 1).unwrap();
        assert_eq!(read(&path, 2 << 20).unwrap_err(), "it is larger than 2 MiB");
        assert_eq!(read(&folder.path().join("b.csv"), 4).unwrap_err(), "there is no such file");
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), 4).unwrap_err(), "it is a folder, expected a file");
        #[cfg(unix)]
        for endless in ["/dev/zero", "/dev/null"] {
            assert!(read(Path::new(endless), 4).unwrap_err().starts_with("it is a device, a pipe"), "{endless}");
        }
        #[cfg(unix)]
        {
            let path = folder.path().join("socket");
            let _bound = std::os::unix::net::UnixListener::bind(&path).unwrap();
            assert!(read(&path, 4).unwrap_err().starts_with("it is a device, a pipe or a socket"));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_of_unknown_length_is_read_up_to_its_bound() {
        assert_eq!(read(Path::new("/proc/self/mountinfo"), 0).unwrap_err(), "it is larger than 0 MiB");
    }
}
