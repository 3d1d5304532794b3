//! A table that the page's script sorts, filters and pages through.

use std::collections::BTreeMap;

use serde::Serialize;

use super::html::escape;

/// A table that `assets/grid.js` fills, filters and sorts.
#[derive(Debug, Default, Serialize)]
pub(super) struct Grid {
    /// The element's id.
    pub(super) id: String,
    /// Its columns, the first one being what links point to.
    pub(super) columns: Vec<Column>,
    /// The texts that columns of words have in common.
    pub(super) texts: Vec<String>,
}

/// A column's name and values.
#[derive(Debug, Serialize)]
pub(super) struct Column {
    pub(super) label: String,
    /// One for each row.
    pub(super) cells: Cells,
}

/// Values of a column, packed for the page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cells {
    /// Whole numbers.
    Counts(Vec<u64>),
    /// Numbers, in hundredths of what the column says.
    Hundredths(Vec<Option<i64>>),
    /// Texts, by their place in the table's list. A list of them becomes a filter.
    Words(Vec<usize>),
    /// A text for each row.
    Texts(Vec<String>),
}

impl Grid {
    /// Returns the element that the script fills.
    pub(super) fn html(&self, caption: &str) -> String {
        let (id, caption) = (escape(&self.id), escape(caption));
        format!(
            "<div class=\"grid\" data-grid=\"{id}\"><p class=\"filters\"></p><p class=\"told\" role=\"status\"></p>\
             <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><caption>{caption}\
             </caption><thead></thead><tbody></tbody></table></div><p class=\"pager\"></p></div>\n"
        )
    }
}

/// Returns a number in hundredths, rounded to the nearest; none of `NaN`.
pub(super) fn hundredths(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
    (!value.is_nan()).then_some((value * 100.0).round() as i64)
}

/// Distinct texts, with the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Texts(BTreeMap<String, usize>);

impl Texts {
    /// Returns a text's index, which is new if the text is.
    pub(super) fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.0.get(text) {
            return *place;
        }
        let next = self.0.len();
        self.0.insert(text.to_owned(), next);
        next
    }

    /// Returns the texts by index.
    pub(super) fn list(self) -> Vec<String> {
        let mut placed: Vec<(usize, String)> = self.0.into_iter().map(|(text, place)| (place, text)).collect();
        placed.sort();
        placed.into_iter().map(|(_, text)| text).collect()
    }
}
