//! What is done to a scenario: bytes, words, brackets and numbers changed, dropped, doubled and swapped.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use plimsoll::chain::dice::{Dice, Who};

/// Numbers that are hardly meant, and words that stand where a number does.
const EXTREMES: [&str; 24] = [
    "0",
    "-1",
    "1",
    "2",
    "0.5",
    "-0.0",
    "1e-320",
    "1e-9",
    "1e9",
    "1e18",
    "1e308",
    "1e999",
    "255",
    "256",
    "65_536",
    "4_294_967_295",
    "18_446_744_073_709_551_615",
    "340_282_366_920_938_463_463_374_607_431_768_211_455",
    "999_999_999_999_999_999_999_999_999_999_999_999_999_999",
    "NaN",
    "inf",
    "1e3",
    "0,8",
    "1 000",
];
/// Texts that are hardly meant.
const TEXTS: [&str; 12] = [
    "\"\"",
    "\"=1\"",
    "\"\\u{0}\"",
    "\"1e3\"",
    "\"1,000\"",
    "\"-5\"",
    "\"0 s\"",
    "\"1000000 years\"",
    "\"é\"",
    "'x'",
    "None",
    "\"340282366920938463463374607431768211455\"",
];
const BRACKETS: [&str; 8] = ["(", ")", "[", "]", "{", "}", "/*", "\""];

/// A scenario of this repository, changed.
pub(crate) struct Mutant {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) folder: PathBuf,
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "---- {} ----\n{}\n----", self.name, self.text)
    }
}

/// The scenarios of this repository.
pub(crate) struct Originals {
    folder: PathBuf,
    /// Names and texts, in the order of the names.
    files: Vec<(String, String)>,
}

impl Originals {
    pub(crate) fn of(folder: &Path) -> Self {
        let paths = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut paths: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|ending| ending == "ron")).collect();
        paths.sort_unstable();
        let read = |path: PathBuf| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        };
        Self { folder: folder.to_owned(), files: paths.into_iter().map(read).collect() }
    }

    /// Returns the mutant of this number: one change in most, up to three in others.
    pub(crate) fn mutant(&self, number: u64) -> Mutant {
        let mut dice = Dice::new(1, Who::new("mutant", number), 0);
        let (name, text) = &self.files[below(&mut dice, self.files.len())];
        let (_, other) = &self.files[below(&mut dice, self.files.len())];
        let mut text = text.clone();
        for _ in 0..1 + below(&mut dice, 6) / 4 + below(&mut dice, 6) / 5 {
            text = change(&text, other, &mut dice);
        }
        Mutant { name: format!("{name}-{number}"), text, folder: self.folder.clone() }
    }
}

/// Returns a number below `end`; 0 if that is 0.
fn below(dice: &mut Dice, end: usize) -> usize {
    usize::try_from(dice.bits() % end.max(1) as u64).unwrap()
}

fn one_of<'t>(dice: &mut Dice, from: &[&'t str]) -> &'t str {
    from[below(dice, from.len())]
}

fn change(text: &str, other: &str, dice: &mut Dice) -> String {
    let words = words(text);
    let (one, next) = (below(dice, words.len()), below(dice, words.len()));
    let Some(word) = words.get(one).cloned() else { return other.to_owned() };
    let numbers: Vec<&Range<usize>> =
        words.iter().filter(|word| text[(*word).clone()].starts_with(char::is_numeric)).collect();
    let texts: Vec<&Range<usize>> = words.iter().filter(|word| text[(*word).clone()].starts_with('"')).collect();
    match below(dice, 18) {
        0 => flip(text, dice),
        1 => replace(text, piece(text, dice), ""),
        2 => {
            let piece = piece(text, dice);
            let twice = text[piece.clone()].repeat(2);
            replace(text, piece, &twice)
        }
        3 => swap(text, word, words[next].clone()),
        4 => replace(text, word, ""),
        5 => {
            let twice = format!("{0} {0}", &text[word.clone()]);
            replace(text, word, &twice)
        }
        6 => replace(text, word, one_of(dice, &BRACKETS)),
        7..12 if !numbers.is_empty() => {
            let number = numbers[below(dice, numbers.len())].clone();
            replace(text, number, one_of(dice, &EXTREMES))
        }
        12 | 13 if !texts.is_empty() => {
            let quoted = texts[below(dice, texts.len())].clone();
            replace(text, quoted, one_of(dice, &TEXTS))
        }
        14 | 15 if numbers.len() > 1 => {
            let (one, next) = (below(dice, numbers.len()), below(dice, numbers.len()));
            swap(text, numbers[one].clone(), numbers[next].clone())
        }
        _ => {
            let foreign = self::words(other);
            let foreign = foreign.get(below(dice, foreign.len())).map_or("", |word| &other[word.clone()]);
            replace(text, word, foreign)
        }
    }
}

/// Splits a text into words, numbers, texts in quotes and single signs; comments are none of them.
fn words(text: &str) -> Vec<Range<usize>> {
    let (mut at, mut found) = (0, Vec::new());
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ if first.is_alphanumeric() => {
                rest.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        if !first.is_whitespace() && !rest.starts_with("//") {
            found.push(at..at + length);
        }
        at += length;
    }
    found
}

/// Returns up to 60 bytes of a text, between characters.
fn piece(text: &str, dice: &mut Dice) -> Range<usize> {
    let start = text.floor_char_boundary(below(dice, text.len()));
    start..text.ceil_char_boundary((start + 1 + below(dice, 60)).min(text.len()))
}

fn replace(text: &str, span: Range<usize>, with: &str) -> String {
    [&text[..span.start], with, &text[span.end..]].concat()
}

fn swap(text: &str, one: Range<usize>, other: Range<usize>) -> String {
    let (first, last) = if one.start <= other.start { (one, other) } else { (other, one) };
    if first.end > last.start {
        return text.to_owned();
    }
    [&text[..first.start], &text[last.clone()], &text[first.end..last.start], &text[first], &text[last.end..]].concat()
}

/// Changes one bit of a byte, or the whole of it; what is no text then is replaced by the sign for that.
fn flip(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = below(dice, bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte = if dice.chance(0.5) { *byte ^ 1 << below(dice, 8) } else { u8::try_from(below(dice, 256)).unwrap() };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
