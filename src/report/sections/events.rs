//! The table of events.

use super::super::events::Table;
use super::super::format::count;
use super::super::source::Run;
use super::Section;
use crate::output::finished::FinishedError;

/// Returns the section.
///
/// # Errors
/// A table is there and is none.
pub(in super::super) fn section(run: &Run) -> Result<Section, FinishedError> {
    let mut section = Section::new("events", "Events");
    let table = Table::of(run)?;
    if table.rows == 0 {
        section.say("The run keeps no events, or nothing happened in it.");
        return Ok(section);
    }
    section.say(&format!(
        "{} rows, made of {} events. Liquidations are rows of their own; of everything else in a block, what the same \
         population did in the same place is one row. Of too many, liquidations and the largest stay; events.csv has all. \
         Every point of a chart leads to its block here.",
        count(table.rows as f64),
        count(table.of as f64)
    ));
    section.after = table.grid.html("Events");
    section.grid = Some(table.grid);
    Ok(section)
}
