//! What liquidators took for liquidations, and what they paid for gas.

use std::collections::BTreeMap;

use super::super::format::{count, figure, signed};
use super::super::html::{Cell, table};
use super::super::source::{Run, whole};
use crate::output::finished::FinishedError;

/// What a population of liquidators did. Values in whole numeraire tokens, at outside prices of their blocks.
#[derive(Debug, Clone, Copy, Default)]
struct Results {
    priced: u32,
    /// Those in a token or a block without a price.
    unpriced: u32,
    /// Of those that are priced.
    prizes: f64,
    gas: f64,
    reverts: f64,
}

impl Results {
    /// Returns a figure that prizes are part of, and says how many of them have no price.
    fn told(&self, figure: String) -> String {
        match (self.priced, self.unpriced) {
            (_, 0) => figure,
            (0, _) => "not priced".to_owned(),
            (_, some) => format!("{figure} ({some} not priced)"),
        }
    }
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
            let amount = named.number(record, amount);
            if amount == 0.0 { 0.0 } else { amount * price }
        };
        let prize = match text("kind") {
            "kill" => worth("token_out", "prize"),
            "liquidate" | "take" | "deal" => worth("token_out", "amount_out") - worth("token_in", "amount_in"),
            _ => return,
        };
        let results = populations.entry(text("population").to_owned()).or_default();
        if prize.is_finite() {
            results.priced += 1;
            results.prizes += prize;
        } else {
            results.unpriced += 1;
        }
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
            count(f64::from(results.priced + results.unpriced)),
            count(results.reverts),
            results.told(figure(results.prizes)),
            figure(results.gas),
            results.told(signed(figure(net))),
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
