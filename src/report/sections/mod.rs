//! The parts of the page, in its order.

pub(super) mod blocks;
pub(super) mod causes;
pub(super) mod events;
pub(super) mod health;
pub(super) mod markets;
pub(super) mod prices;
pub(super) mod profit;
pub(super) mod provenance;
pub(super) mod seeds;
pub(super) mod summary;

use super::chart::Chart;
use super::grid::Grid;
use super::html::escape;

/// A part of the page.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Its name in links.
    pub(super) id: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// What stands in it before its charts.
    pub(super) before: String,
    /// Its charts.
    pub(super) charts: Vec<Chart>,
    /// What stands in it behind them.
    pub(super) after: String,
    /// Its table, if it has one.
    pub(super) grid: Option<Grid>,
}

impl Section {
    /// A section without anything in it.
    pub(super) fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, ..Self::default() }
    }

    /// Adds a paragraph before the charts.
    pub(super) fn say(&mut self, text: &str) {
        self.before.extend(["<p>", &escape(text), "</p>\n"]);
    }

    /// Returns it as it stands on the page.
    pub(super) fn html(&self) -> String {
        let figures: String = self.charts.iter().map(Chart::figure).collect();
        format!(
            "<section id=\"{id}\" aria-labelledby=\"head-{id}\">\n<h2 id=\"head-{id}\">{}</h2>\n{}{figures}{}</section>\n",
            escape(self.title),
            self.before,
            self.after,
            id = self.id,
        )
    }
}
