//! The parts of the page, in its order.

pub(super) mod blocks;
pub(super) mod causes;
pub(super) mod events;
pub(super) mod glossary;
pub(super) mod health;
mod liquidators;
pub(super) mod map;
pub(super) mod markets;
mod parameters;
pub(super) mod positions;
pub(super) mod prices;
pub(super) mod profit;
pub(super) mod provenance;
pub(super) mod seeds;
pub(super) mod summary;

use super::chart::Chart;
use super::grid::Grid;
use super::html::{escape, prose};

/// A part of the page, with its own heading.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The element's id, which links lead to.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// Markup before the charts, escaped already.
    pub(super) before: String,
    /// Below `before`, in this order.
    pub(super) charts: Vec<Chart>,
    /// Markup behind the charts, escaped already.
    pub(super) after: String,
    /// Behind everything, if there is one.
    pub(super) grid: Option<Grid>,
}

impl Section {
    /// A section with a heading alone.
    pub(super) fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, ..Self::default() }
    }

    /// Adds a paragraph before the charts; escapes it, and marks what is between backticks as code.
    pub(super) fn say(&mut self, text: &str) {
        self.before.extend(["<p>", &prose(text), "</p>\n"]);
    }

    /// Returns the element's markup.
    pub(super) fn html(&self) -> String {
        let figures: String = self.charts.iter().map(Chart::figure).collect();
        let body = format!("{}{figures}{}", self.before, self.after);
        let body = if matches!(self.id, "glossary" | "provenance") { body } else { glossary::linked(&body) };
        format!(
            "<section id=\"{id}\" aria-labelledby=\"head-{id}\">\n<h2 id=\"head-{id}\">{}</h2>\n{body}</section>\n",
            escape(self.title),
            id = self.id,
        )
    }
}
