//! Sets of seeds, as the command line writes them: `1..200`, `5`, `1..3,8`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// So many seeds at most: their rows are kept in memory.
const MOST: u64 = 1_000_000;

/// Seeds in ascending order, each once. Both ends of a range belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeds {
    /// First and last seed of each range; ranges ascend and neither touch nor overlap.
    ranges: Vec<(u64, u64)>,
}

/// Why a text names no seeds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SeedsError {
    /// Nothing between two commas, or nothing at all.
    #[error("a seed or a range is missing; write seeds as 1..200, as 5, or as 1..3,8")]
    Empty,
    /// Neither a number nor two with `..` between them.
    #[error("{0:?} is neither a seed nor a range; write seeds as 1..200, as 5, or as 1..3,8")]
    NotSeeds(String),
    /// A range whose first seed is above its last.
    #[error("{first}..{last} runs backwards; write {last}..{first}")]
    Reversed {
        /// Before the dots.
        first: u64,
        /// After the dots.
        last: u64,
    },
    /// More than a million seeds.
    #[error("more than {MOST} seeds; ask for fewer")]
    TooMany,
}

impl Seeds {
    /// Returns a set of these seeds, which ascend.
    pub fn of(seeds: impl Iterator<Item = u64>) -> Self {
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for seed in seeds {
            match ranges.last_mut() {
                Some((_, last)) if last.checked_add(1) == Some(seed) => *last = seed,
                _ => ranges.push((seed, seed)),
            }
        }
        Self { ranges }
    }

    /// Returns the seeds, lowest first, each once.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.ranges.iter().flat_map(|&(first, last)| first..=last)
    }

    /// Returns how many seeds there are.
    pub fn count(&self) -> u64 {
        self.ranges.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// Says whether a seed lies in one of the ranges.
    pub fn contains(&self, seed: u64) -> bool {
        self.ranges.iter().any(|&(first, last)| (first..=last).contains(&seed))
    }

    /// Joins ranges that touch or overlap.
    fn from_ranges(mut ranges: Vec<(u64, u64)>) -> Result<Self, SeedsError> {
        ranges.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::new();
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        let sum = joined.iter().try_fold(0_u64, |sum, (first, last)| sum.checked_add((last - first).checked_add(1)?));
        if sum.is_none_or(|sum| sum > MOST) { Err(SeedsError::TooMany) } else { Ok(Self { ranges: joined }) }
    }
}

impl FromStr for Seeds {
    type Err = SeedsError;

    fn from_str(text: &str) -> Result<Self, SeedsError> {
        Self::from_ranges(text.split(',').map(|part| range(part.trim())).collect::<Result<_, _>>()?)
    }
}

/// Reads `5` or `1..200`.
fn range(part: &str) -> Result<(u64, u64), SeedsError> {
    if part.is_empty() {
        return Err(SeedsError::Empty);
    }
    let seed = |text: &str| text.trim().parse::<u64>().map_err(|_| SeedsError::NotSeeds(part.to_owned()));
    let Some((first, last)) = part.split_once("..") else { return seed(part).map(|seed| (seed, seed)) };
    let (first, last) = (seed(first)?, seed(last)?);
    if first > last { Err(SeedsError::Reversed { first, last }) } else { Ok((first, last)) }
}

impl fmt::Display for Seeds {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (place, (first, last)) in self.ranges.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            if first == last { write!(f, "{comma}{first}")? } else { write!(f, "{comma}{first}..{last}")? }
        }
        Ok(())
    }
}

impl serde::Serialize for Seeds {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_both_ends_and_every_seed_once() {
        for (text, seeds, told) in [
            ("5", vec![5], "5"),
            ("1..3", vec![1, 2, 3], "1..3"),
            ("1..3,8", vec![1, 2, 3, 8], "1..3,8"),
            (" 8, 2..3 ,1..2", vec![1, 2, 3, 8], "1..3,8"),
            ("7..7", vec![7], "7"),
            ("18446744073709551615", vec![u64::MAX], "18446744073709551615"),
        ] {
            let parsed: Seeds = text.parse().unwrap();
            assert_eq!(parsed.iter().collect::<Vec<_>>(), seeds, "{text}");
            assert_eq!((parsed.count(), parsed.to_string().as_str()), (seeds.len() as u64, told));
        }
    }

    #[test]
    fn what_names_no_seeds_is_refused_and_says_what_to_write() {
        for (text, told) in [
            ("", "missing"),
            ("1,,2", "missing"),
            ("1..", "1..200"),
            ("1-3", "1..200"),
            ("-1", "neither"),
            ("3..1", "write 1..3"),
            ("0..18446744073709551615", "fewer"),
            ("1..18446744073709551615", "fewer"),
        ] {
            let error = text.parse::<Seeds>().unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
