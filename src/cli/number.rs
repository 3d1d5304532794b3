//! Numbers as arguments: what was typed, what is expected, what to type instead.

use std::num::NonZeroUsize;

/// Reads a seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0, u64::MAX, "a seed, a whole number such as 7")
}

/// Reads how many blocks a run has.
pub(super) fn blocks(text: &str) -> Result<u64, String> {
    whole(text, 1, u64::MAX, "a whole number of blocks, 1 or more, such as 1000")
}

/// Reads how many generations are told apart.
pub(super) fn depth(text: &str) -> Result<u32, String> {
    let depth = whole(text, 1, 10_000, "a whole number of generations, 1 to 10000, such as 4")?;
    Ok(u32::try_from(depth).expect("at most 10,000"))
}

/// Reads how many runs are made at a time.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = whole(text, 1, u64::from(u16::MAX), "a whole number of runs at a time, 1 to 65535, such as 4")?;
    Ok(usize::try_from(jobs).ok().and_then(NonZeroUsize::new).expect("at least 1"))
}

fn whole(text: &str, least: u64, most: u64, expected: &str) -> Result<u64, String> {
    let allowed = |number: &u64| (least..=most).contains(number);
    if let Some(number) = text.parse().ok().filter(allowed) {
        return Ok(number);
    }
    let plain = text.replace(['_', ','], "");
    let float = plain.parse::<f64>().ok().filter(|number| number.fract() == 0.0 && (0.0..1e15).contains(number));
    let meant = plain.parse().ok().or(float.and_then(|number| format!("{number:.0}").parse().ok())).filter(allowed);
    Err(meant.map_or_else(|| format!("expected {expected}"), |meant| format!("expected {expected}; type {meant}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_and_what_to_type_is_said() {
        assert_eq!((seed("0"), blocks("5"), depth("3")), (Ok(0), Ok(5), Ok(3)));
        assert_eq!(jobs("2"), Ok(NonZeroUsize::new(2).unwrap()));
        assert_eq!(seed("abc"), Err("expected a seed, a whole number such as 7".to_owned()));
        assert!(blocks("1e3").unwrap_err().ends_with("1 or more, such as 1000; type 1000"));
        assert!(blocks("7_200").unwrap_err().ends_with("; type 7200"));
        assert!(blocks("0").unwrap_err().ends_with("such as 1000") && seed("-1").unwrap_err().ends_with("such as 7"));
        assert!(jobs("0").unwrap_err().starts_with("expected a whole number of runs at a time, 1 to 65535"));
        assert!(depth("1.5").unwrap_err().starts_with("expected a whole number of generations, 1 to 10000"));
    }
}
