//! A table read back: columns by name, and none that must be there.

use std::collections::BTreeMap;

/// The columns of numbers of a table. What is no number is `NaN`.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
    rows: usize,
}

impl Frame {
    /// Reads the columns that are wanted.
    ///
    /// # Errors
    /// It is no table.
    pub(super) fn read(bytes: &[u8], is_wanted: impl Fn(&str) -> bool) -> Result<Self, csv::Error> {
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers()?.clone();
        let wanted: Vec<(usize, &str)> = header.iter().enumerate().filter(|(_, name)| is_wanted(name)).collect();
        let mut columns = vec![Vec::new(); wanted.len()];
        let mut rows = 0;
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record)? {
            for ((place, _), column) in wanted.iter().zip(&mut columns) {
                column.push(number(record.get(*place).unwrap_or_default()));
            }
            rows += 1;
        }
        Ok(Self { names: wanted.into_iter().map(|(_, name)| name.to_owned()).collect(), columns, rows })
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Returns a column's values; none without such a column.
    pub(super) fn get(&self, name: &str) -> Option<&[f64]> {
        let place = self.names.iter().position(|column| column == name)?;
        Some(&self.columns[place])
    }

    /// Returns what stands before `ending` in the columns' names, in their order.
    pub(super) fn before(&self, ending: &str) -> Vec<String> {
        self.names.iter().filter_map(|name| name.strip_suffix(ending)).map(str::to_owned).collect()
    }
}

/// Returns a cell's number; `NaN` if it has none.
pub(super) fn number(cell: &[u8]) -> f64 {
    std::str::from_utf8(cell).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

/// The cells of a table's row by their columns' names.
#[derive(Debug)]
pub(super) struct Named {
    places: BTreeMap<String, usize>,
}

impl Named {
    /// Reads the columns' places from a header.
    pub(super) fn new(header: &csv::StringRecord) -> Self {
        Self { places: header.iter().enumerate().map(|(place, name)| (name.to_owned(), place)).collect() }
    }

    /// Returns a cell; empty where there is no such column.
    pub(super) fn text<'a>(&self, record: &'a csv::ByteRecord, name: &str) -> &'a str {
        let cell = self.places.get(name).and_then(|place| record.get(*place)).unwrap_or_default();
        std::str::from_utf8(cell).unwrap_or_default()
    }

    /// Returns a cell's number; `NaN` if it is empty or there is no such column.
    pub(super) fn number(&self, record: &csv::ByteRecord, name: &str) -> f64 {
        number(self.text(record, name).as_bytes())
    }
}

/// Calls `each` with every row of a table.
///
/// # Errors
/// It is no table.
pub(super) fn each_row(bytes: &[u8], mut each: impl FnMut(&Named, &csv::ByteRecord)) -> Result<(), csv::Error> {
    let mut reader = csv::Reader::from_reader(bytes);
    let named = Named::new(reader.headers()?);
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        each(&named, &record);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name_and_may_be_missing() {
        let frame = Frame::read(b"block,a_price,b_price,word\n0,1.5,,x\n1,2,3,y\n", |name| name != "word").unwrap();
        assert_eq!((frame.rows(), frame.get("a_price")), (2, Some([1.5, 2.0].as_slice())));
        assert!(frame.get("b_price").unwrap()[0].is_nan());
        assert_eq!((frame.get("word"), frame.get("c_price")), (None, None));
        assert_eq!(frame.before("_price"), ["a", "b"]);
    }
}
