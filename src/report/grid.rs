//! A table that the page's script sorts, filters and pages through.

use std::collections::BTreeMap;

use serde::Serialize;

use super::html::escape;

/// A table.
#[derive(Debug, Default, Serialize)]
pub(super) struct Grid {
    /// Its name on the page.
    pub(super) id: String,
    /// Its columns, the first one being what links point to.
    pub(super) columns: Vec<Column>,
    /// The texts that columns of words have in common.
    pub(super) texts: Vec<String>,
}

/// A column.
#[derive(Debug, Serialize)]
pub(super) struct Column {
    /// What stands above it.
    pub(super) label: String,
    /// What is in it.
    pub(super) cells: Cells,
}

/// What is in a column.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Cells {
    /// Whole numbers.
    Counts(Vec<u64>),
    /// Numbers, in hundredths of what the column says.
    Hundredths(Vec<Option<i64>>),
    /// Texts, by their place in the table's list. A list of them becomes a filter.
    Words(Vec<usize>),
    /// Texts of their own.
    Texts(Vec<String>),
}

impl Grid {
    /// Returns what the script fills.
    pub(super) fn html(&self, caption: &str) -> String {
        let (id, caption) = (escape(&self.id), escape(caption));
        format!(
            "<div class=\"grid\" data-grid=\"{id}\"><p class=\"filters\"></p><p class=\"told\" role=\"status\"></p>\
             <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><caption>{caption}\
             </caption><thead></thead><tbody></tbody></table></div><p class=\"pager\"></p></div>\n"
        )
    }
}

/// Returns hundredths of a number.
pub(super) fn hundredths(value: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
    (!value.is_nan()).then_some((value * 100.0).round() as i64)
}

/// Texts, each held once.
#[derive(Debug, Default)]
pub(super) struct Texts(BTreeMap<String, usize>);

impl Texts {
    /// Returns a text's place.
    pub(super) fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.0.get(text) {
            return *place;
        }
        let next = self.0.len();
        self.0.insert(text.to_owned(), next);
        next
    }

    /// Returns the texts in their places.
    pub(super) fn list(self) -> Vec<String> {
        let mut placed: Vec<(usize, String)> = self.0.into_iter().map(|(text, place)| (place, text)).collect();
        placed.sort();
        placed.into_iter().map(|(_, text)| text).collect()
    }
}
