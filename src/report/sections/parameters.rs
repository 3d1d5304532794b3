//! What the scenario sets for its markets, beside what came of them.

use super::super::format::{figure, percent};
use super::super::html::{Cell, table};
use super::super::source::Run;

/// The scenario's lists of what lends, and of what it leans on.
const LISTS: [&str; 4] = ["lending", "banks", "stablecoins", "vaults"];

/// Columns of the tables over time that say what came of a market; whether each is a ratio.
const OUTCOMES: [(&str, &str, bool); 5] = [
    ("_debt_numeraire", "debt at the end", false),
    ("_utilisation_ratio", "utilisation at the end", true),
    ("_borrow_rate_ratio", "borrow rate at the end", true),
    ("_health_factor_lowest", "lowest health factor at the end", false),
    ("_health_factor_p50", "health factor that half of the debt is below at the end", false),
];

/// Returns the table; nothing without such a market.
pub(super) fn beside_the_outcome(run: &Run) -> String {
    let set = LISTS.iter().flat_map(|list| {
        let fields = run.said.below(list).filter_map(|(path, value)| Some((path.strip_prefix('.')?, value)));
        fields.filter(|(path, _)| path.rsplit('.').next() != Some("name")).map(|(path, value)| {
            vec![
                Cell::text(path.replace('.', ", ").replace('_', " ")),
                Cell::text("set"),
                Cell::number(value.replace('"', "")),
            ]
        })
    });
    let set: Vec<Vec<Cell>> = set.collect();
    if set.is_empty() {
        return String::new();
    }
    let outcomes = OUTCOMES.iter().flat_map(|(ending, told, is_ratio)| {
        run.things(ending, "").into_iter().filter_map(move |thing| {
            let last = run.of(&thing, &ending[1..])?.iter().rev().copied().find(|value| value.is_finite())?;
            let value = if *is_ratio { percent(last) } else { figure(last) };
            Some(vec![Cell::text(format!("{}, {told}", thing.name)), Cell::text("came of it"), Cell::number(value)])
        })
    });
    let rows: Vec<Vec<Cell>> = set.into_iter().chain(outcomes).collect();
    format!(
        "<details class=\"folded\"><summary>What the scenario sets for its markets, beside what came of them</summary>{}</details>\n",
        table("Parameters and outcome", &["", "", ""], &rows)
    )
}
