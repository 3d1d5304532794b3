//! How much memory the machine has.

use std::fs;
use std::path::Path;

/// The environment variable that says how many GiB there are, whatever the machine says of itself.
pub(super) const VARIABLE: &str = "PLIMSOLL_MEMORY_GIB";

/// Returns how many bytes of memory a run may take: what [`VARIABLE`] says, or what Linux says that the machine has, or
/// its control group where that is less. None where nobody says.
pub(super) fn memory() -> Option<u64> {
    stated(std::env::var(VARIABLE).ok().as_deref()).or_else(|| {
        let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
        let group = fs::read_to_string(Path::new("/sys/fs/cgroup/memory.max")).ok();
        let group = group.and_then(|text| text.trim().parse().ok());
        [machine, group].into_iter().flatten().min()
    })
}

fn stated(gibibytes: Option<&str>) -> Option<u64> {
    let gibibytes: f64 = gibibytes?.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    let bytes = (gibibytes * f64::from(1 << 30)) as u64;
    (gibibytes > 0.0).then_some(bytes)
}

/// Reads the line `MemTotal` of `/proc/meminfo`.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1 << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stated_counts_in_gibibytes() {
        assert_eq!(stated(Some("1.5")), Some(3 << 29));
        assert_eq!([stated(None), stated(Some("much")), stated(Some("0"))], [None; 3]);
    }

    #[test]
    fn what_linux_says_counts_in_kibibytes() {
        assert_eq!(total("MemTotal:       16314264 kB\nMemFree:         1 kB\n"), Some(16_314_264 << 10));
        assert_eq!(total("MemFree: 1 kB\n"), None);
    }
}
