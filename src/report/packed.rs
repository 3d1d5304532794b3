//! Columns of numbers in few letters: rounded to whole steps, and written as the differences from value to value.
//!
//! A column is an `exponent` and `words`: a word is a whole number in base 64, five bits in a letter, the lowest first, of
//! which the sixth says that more follow. Word 0 repeats the word before as often as the next word says; word 1 is a value
//! that is missing; a greater one, less 2, is the difference from the last value that is known, in steps of ten to the
//! power of the exponent: twice the difference, or, of a negative one, twice its size less 1. `assets/format.js` reads it.

use serde::Serializer;
use serde::ser::SerializeStruct;

/// So many digits of the largest value of a column are kept, and as many decimals of the others.
const DIGITS: i32 = 7;

/// Whole numbers below this are kept as they are.
const WHOLE: f64 = 1e12;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Serializes a column; what is not finite is missing.
pub(super) fn packed<S: Serializer>(values: &[f64], to: S) -> Result<S::Ok, S::Error> {
    let exponent = exponent(values);
    let mut column = to.serialize_struct("Column", 2)?;
    column.serialize_field("exponent", &exponent)?;
    column.serialize_field("words", &words(values, exponent))?;
    column.end()
}

/// Returns the power of ten that a step is.
fn exponent(values: &[f64]) -> i32 {
    let most =
        values.iter().copied().filter(|value| value.is_finite()).fold(0.0, |most: f64, value| most.max(value.abs()));
    let is_whole = values.iter().all(|value| !value.is_finite() || value.fract() == 0.0);
    if most == 0.0 || (is_whole && most < WHOLE) {
        return 0;
    }
    let written = format!("{most:e}");
    let power: i32 = written.rsplit('e').next().and_then(|power| power.parse().ok()).expect("it is written so");
    power + 1 - DIGITS
}

fn words(values: &[f64], exponent: i32) -> String {
    let scale: f64 = format!("1e{}", exponent.abs()).parse().expect("a power of ten is a number");
    let mut text = Vec::new();
    let (mut sum, mut last, mut times) = (0_i64, 0_u64, 0_u64);
    for value in values {
        let code = if value.is_finite() {
            let steps = if exponent < 0 { value * scale } else { value / scale };
            #[expect(clippy::cast_possible_truncation, reason = "it has at most as many digits as `WHOLE`")]
            let steps = steps.round() as i64;
            let step = steps - sum;
            sum = steps;
            2 * step.unsigned_abs() + 2 - u64::from(step < 0)
        } else {
            1
        };
        if code == last {
            times += 1;
            continue;
        }
        repeat(&mut text, last, times);
        word(&mut text, code);
        (last, times) = (code, 0);
    }
    repeat(&mut text, last, times);
    text.into_iter().map(char::from).collect()
}

/// Writes a word again and again: as it is, where that is shorter.
fn repeat(text: &mut Vec<u8>, code: u64, times: u64) {
    match times {
        0 => {}
        1 => word(text, code),
        _ => {
            word(text, 0);
            word(text, times);
        }
    }
}

fn word(text: &mut Vec<u8>, mut value: u64) {
    loop {
        let more = if value < 32 { 0 } else { 32 };
        text.push(LETTERS[usize::try_from(value % 32 + more).expect("it is below 64")]);
        value /= 32;
        if more == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn column(values: &[f64]) -> Value {
        packed(values, serde_json::value::Serializer).unwrap()
    }

    #[test]
    fn a_column_is_differences_of_whole_steps() {
        // 5, then 1 up twice and 2 down: 2 * 5 + 2, 2 * 1 + 2 and again, 2 * 2 + 1.
        assert_eq!(column(&[5.0, 6.0, 7.0, 5.0]), json!({ "exponent": 0, "words": "MEEF" }));
        let blocks: Vec<f64> = (0..14_400).map(f64::from).collect();
        assert_eq!(column(&blocks), json!({ "exponent": 0, "words": "CEA+hO" }), "one up, 14,398 times again");
        assert_eq!(column(&[f64::NAN, f64::INFINITY, 0.0]), json!({ "exponent": 0, "words": "BBC" }), "missing");
        assert_eq!(column(&[]), json!({ "exponent": 0, "words": "" }));
    }

    #[test]
    fn seven_digits_of_the_largest_are_kept() {
        assert_eq!(column(&[1_023.194_43])["exponent"], -3);
        assert_eq!(column(&[1_023_194_430.5])["exponent"], 3);
        assert_eq!(column(&[0.25, -0.000_1])["exponent"], -7);
        assert_eq!(column(&[30_000_001.0])["exponent"], 0, "whole numbers stay what they are");
    }
}
