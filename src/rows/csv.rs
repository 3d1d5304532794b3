//! Lines of comma-separated values (RFC 4180), written into one buffer that is used again for every row.
//!
//! UTF-8, LF, a point as decimal mark, `true` and `false`; an empty cell is a missing value.

/// Rows of cells as bytes. Cells are appended in order; [`Line::end`] closes a row.
#[derive(Debug, Clone, Default)]
pub struct Line {
    bytes: Vec<u8>,
    /// The last number that [`Line::steady`] wrote, and its text.
    steady: Option<(u64, String)>,
}

impl Line {
    /// Returns what was written since the last [`Line::clear`].
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets what was written and keeps the room for it.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Appends cells that a line has written before.
    pub fn again(&mut self, cells: &[u8]) {
        self.bytes.extend_from_slice(cells);
    }

    /// Appends an empty cell, which stands for a missing value.
    pub fn missing(&mut self) {
        self.bytes.push(b',');
    }

    /// Appends an integer in decimal digits.
    pub fn integer(&mut self, value: impl itoa::Integer) {
        self.raw(itoa::Buffer::new().format(value));
    }

    /// Appends a float as the shortest decimal that reads back to the same `f64`: `0.1`, `-3`, `6.02e23`.
    /// What is not a number, or infinite, is missing.
    pub fn float(&mut self, value: f64) {
        // Nothing and one of something are the most frequent numbers in a table. Nothing has no sign.
        if value == 0.0 {
            self.raw("0");
        } else if value.to_bits() == 1.0_f64.to_bits() {
            self.raw("1");
        } else if value.is_finite() {
            let mut buffer = zmij::Buffer::new();
            let digits = buffer.format_finite(value);
            self.raw(digits.strip_suffix(".0").unwrap_or(digits));
        } else {
            self.missing();
        }
    }

    /// Appends a float as [`Line::float`] does, at next to no cost where it is the one of the last time: one column's.
    pub fn steady(&mut self, value: f64) {
        if let Some((_, text)) = self.steady.as_ref().filter(|(bits, _)| *bits == value.to_bits()) {
            self.bytes.extend_from_slice(text.as_bytes());
            return;
        }
        let from = self.bytes.len();
        self.float(value);
        self.steady = Some((value.to_bits(), String::from_utf8_lossy(&self.bytes[from..]).into_owned()));
    }

    /// Appends a text, in quotes where it needs them. An empty text cannot be told from a missing value.
    pub fn text(&mut self, text: &str) {
        if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            for part in text.split_inclusive('"') {
                self.bytes.push(b'"');
                self.bytes.extend_from_slice(part.as_bytes());
            }
            self.bytes.extend_from_slice(if text.ends_with('"') { b"\"\"," } else { b"\"," });
        } else {
            self.raw(text);
        }
    }

    /// Ends the row with a line feed.
    pub fn end(&mut self) {
        let comma = self.bytes.last_mut().expect("a row has at least one cell");
        *comma = b'\n';
    }

    /// Appends a cell that holds no comma, quote or line break.
    #[inline]
    fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(b',');
    }
}

/// Returns a finite float as [`Line::float`] writes it.
pub fn shortest(value: f64) -> String {
    let mut line = Line::default();
    line.float(value);
    let text = line.as_bytes().strip_suffix(b",").unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// A value that fills one column, or two where exact integers are asked for.
pub trait Cell {
    /// Whether `--exact` adds a column of smallest units beside this one, named `..._units`.
    const HAS_UNITS: bool = false;

    /// Appends the names of the columns that a cell called `name` fills.
    fn names(name: &str, exact: bool, line: &mut Line) {
        line.text(name);
        if exact && Self::HAS_UNITS {
            line.text(&format!("{name}_units"));
        }
    }

    /// Appends the value as one cell, or two if `exact` and the type has smallest units.
    fn write(&self, exact: bool, line: &mut Line);
}

macro_rules! integer_cells {
    ($($integer:ty),*) => {$(
        impl Cell for $integer {
            fn write(&self, _exact: bool, line: &mut Line) {
                // Most counts are of what did not happen.
                if *self == 0 { line.raw("0") } else { line.integer(*self) }
            }
        }
    )*};
}

integer_cells!(i32, u32, u64, i64);

impl Cell for f64 {
    fn write(&self, _exact: bool, line: &mut Line) {
        line.float(*self);
    }
}

/// A number that hardly ever changes from row to row. A table has one such column at most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Steady(pub f64);

impl Cell for Steady {
    fn write(&self, _exact: bool, line: &mut Line) {
        line.steady(self.0);
    }
}

impl Cell for bool {
    fn write(&self, _exact: bool, line: &mut Line) {
        line.raw(if *self { "true" } else { "false" });
    }
}

impl Cell for &str {
    fn write(&self, _exact: bool, line: &mut Line) {
        line.text(self);
    }
}

impl Cell for String {
    fn write(&self, _exact: bool, line: &mut Line) {
        line.text(self);
    }
}

impl<T: Cell> Cell for Option<T> {
    const HAS_UNITS: bool = T::HAS_UNITS;

    fn write(&self, exact: bool, line: &mut Line) {
        if let Some(value) = self {
            return value.write(exact, line);
        }
        line.missing();
        if exact && Self::HAS_UNITS {
            line.missing();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads rows as another writer's reader does.
    fn read(line: &Line) -> Vec<Vec<String>> {
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let rows = reader.records().map(|row| row.unwrap());
        rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn floats_are_the_shortest_decimals_and_what_is_no_number_is_missing() {
        let mut line = Line::default();
        for float in
            [0.1, 3.0, 0.0, 1.0, -0.0, 1e-7, 123_456_789.125, 6.02e23, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
        {
            line.float(float);
        }
        line.end();
        assert_eq!(line.as_bytes(), b"0.1,3,0,1,0,1e-7,123456789.125,6.02e+23,,,\n");
    }

    #[test]
    fn a_steady_number_is_written_as_any_other() {
        let (mut steady, mut plain) = (Line::default(), Line::default());
        for float in [30.0, 30.0, 0.1, 0.1, -0.0, 0.0, f64::NAN, f64::NAN, 30.0] {
            steady.steady(float);
            plain.float(float);
        }
        assert_eq!(steady.as_bytes(), plain.as_bytes());
    }

    #[test]
    fn the_widest_integers_are_exact() {
        let mut line = Line::default();
        u64::MAX.write(false, &mut line);
        i64::MIN.write(false, &mut line);
        line.integer(u128::MAX);
        true.write(false, &mut line);
        None::<u32>.write(false, &mut line);
        line.end();
        assert_eq!(
            line.as_bytes(),
            b"18446744073709551615,-9223372036854775808,340282366920938463463374607431768211455,true,\n"
        );
    }

    proptest! {
        #[test]
        fn every_float_reads_back(bits: u64) {
            let float = f64::from_bits(bits);
            prop_assume!(float.is_finite());
            let mut line = Line::default();
            line.float(float);
            line.end();
            let back: f64 = read(&line)[0][0].parse().unwrap();
            prop_assert_eq!(back.to_bits(), bits);
        }

        #[test]
        fn every_text_reads_back(texts in prop::collection::vec("[a\",\n\r é]{0,8}", 2..5)) {
            let mut line = Line::default();
            for text in &texts {
                line.text(text);
            }
            line.end();
            prop_assert_eq!(read(&line), [texts]);
        }
    }
}
