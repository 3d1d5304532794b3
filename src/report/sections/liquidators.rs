//! What liquidators took for liquidations, and what they paid for gas.

use std::collections::BTreeMap;

use super::super::format::{count, figure, signed};
use super::super::html::{Cell, table};
use super::super::source::{Run, whole};
use crate::output::finished::FinishedError;

/// What a population of liquidators did. Values in whole numeraire tokens, at outside prices of their blocks.
#[derive(Debug, Clone, Copy, Default)]
struct Results {
    count: f64,
    prizes: f64,
    gas: f64,
    reverts: f64,
}

/// Returns the table by population; nothing where nobody liquidates.
///
/// # Errors
/// A table is there and is none.
pub(super) fn results(run: &Run) -> Result<String, FinishedError> {
    let mut populations: BTreeMap<String, Results> = BTreeMap::new();
    let prices = run.prices();
    run.each_row("events.csv", |named, record| {
        let text = |name| named.text(record, name);
        let worth = |token: &str, amount: &str| {
            let row = whole(named.text(record, "block")).and_then(|block| run.row(block as f64));
            let price = row.and_then(|row| Some(prices.get(named.text(record, token))?[row])).unwrap_or(f64::NAN);
            let value = named.number(record, amount) * price;
            if value.is_finite() { value } else { 0.0 }
        };
        let prize = match text("kind") {
            "kill" => worth("token_out", "prize"),
            "liquidate" | "take" | "deal" => worth("token_out", "amount_out") - worth("token_in", "amount_in"),
            _ => return,
        };
        let results = populations.entry(text("population").to_owned()).or_default();
        results.count += 1.0;
        results.prizes += prize;
    })?;
    run.each_row("agents.csv", |named, record| {
        if let Some(results) = populations.get_mut(named.text(record, "population")) {
            let value = |name| Some(named.number(record, name)).filter(|value| value.is_finite()).unwrap_or(0.0);
            results.gas += value("gas_paid_numeraire");
            results.reverts += value("reverts");
        }
    })?;
    if populations.is_empty() {
        return Ok(String::new());
    }
    let row = |(name, results): (&String, &Results)| {
        let net = results.prizes - results.gas;
        let cells = [
            count(results.count),
            count(results.reverts),
            figure(results.prizes),
            figure(results.gas),
            signed(figure(net)),
        ];
        std::iter::once(Cell::text(name)).chain(cells.map(Cell::number)).collect()
    };
    let rows: Vec<Vec<Cell>> = populations.iter().map(row).collect();
    let header = ["", "liquidations and purchases", "reverts", "prizes and discounts", "gas", "net of gas"];
    Ok(table(
        &format!(
            "Liquidators' results net of gas ({}, at outside prices, before what selling the collateral costs)",
            run.numeraire()
        ),
        &header,
        &rows,
    ))
}
