//! The positions that are open at the end: which of them are at risk, and what they consist of.

use std::collections::BTreeMap;

use super::super::format::{count, figure, percent, short};
use super::super::frame::number;
use super::super::html::{Cell, Mark, drawing, table};
use super::super::source::Run;
use super::Section;
use crate::output::finished::FinishedError;

/// So many positions are shown: those that owe most of those at risk.
const SHOWN: usize = 15;

/// A position is at risk if its price is so near to its liquidation price, a share of itself.
const NEAR: f64 = 0.3;

/// A position that is open and owes something.
#[derive(Debug, Clone, Default)]
struct Open {
    name: String,
    owner: String,
    collateral: String,
    debt: String,
    /// In whole numeraire tokens, at the last outside prices.
    worth: f64,
    health_factor: f64,
    liquidation_price: f64,
    /// The fall of the price that takes the health factor to 1: below 0 where it is there already.
    fall: f64,
}

/// Returns the section.
///
/// # Errors
/// `positions.csv` is there and is no table.
pub(in super::super) fn section(run: &Run) -> Result<Section, FinishedError> {
    let mut section = Section::new("positions", "Open positions");
    let prices: BTreeMap<String, f64> =
        run.prices().into_iter().filter_map(|(token, prices)| Some((token, *prices.last()?))).collect();
    let mut open: Vec<Open> = Vec::new();
    let mut sums: [BTreeMap<String, f64>; 2] = Default::default();
    run.each_row("positions.csv", |named, record| {
        let text = |name| named.text(record, name).to_owned();
        if text("fate") != "open" {
            return;
        }
        let mut worths = [0.0; 2];
        for ((cell, sums), worth) in ["collateral", "debt"].iter().zip(&mut sums).zip(&mut worths) {
            for (token, amount) in amounts(named.text(record, cell)) {
                let value = amount * prices.get(token).copied().unwrap_or(f64::NAN);
                if value.is_finite() {
                    *worth += value;
                    *sums.entry(token.to_owned()).or_default() += value;
                }
            }
        }
        if worths[1] <= 0.0 {
            return;
        }
        let health_factor = named.number(record, "health_factor");
        // The collateral of a leveraged farm falls as the square root of the price.
        let is_farm = named.number(record, "leverage_start_ratio").is_finite();
        let ratio = if is_farm { health_factor * health_factor } else { health_factor };
        let market = text("market");
        let place = if market.is_empty() { text("protocol") } else { market };
        open.push(Open {
            name: format!("{place} {}", text("position")),
            owner: format!("{} {}", text("population"), text("agent")),
            collateral: told(named.text(record, "collateral")),
            debt: told(named.text(record, "debt")),
            worth: worths[1],
            health_factor,
            liquidation_price: named.number(record, "liquidation_price"),
            fall: 1.0 - 1.0 / ratio,
        });
    })?;
    if open.is_empty() {
        section.say("No position that owes anything is open at the end.");
        return Ok(section);
    }
    section.before += &at_risk(open, run.numeraire());
    section.before += &composition(&sums, run.numeraire());
    Ok(section)
}

/// Returns the tokens and amounts of a cell such as `ETH 1.25; WBTC 0.5`.
fn amounts(cell: &str) -> impl Iterator<Item = (&str, f64)> {
    cell.split("; ").filter_map(|part| part.rsplit_once(' ')).map(|(token, amount)| (token, number(amount.as_bytes())))
}

fn told(cell: &str) -> String {
    amounts(cell).map(|(token, amount)| format!("{} {token}", figure(amount))).collect::<Vec<_>>().join(", ")
}

/// Returns the table of those that owe most within a fall, nearest first; of the nearest where none is within it.
fn at_risk(mut open: Vec<Open>, unit: &str) -> String {
    let near = open.iter().filter(|position| position.fall <= NEAR);
    let (many, debt) = near.fold((0_u32, 0.0), |(many, debt), position| (many + 1, debt + position.worth));
    if many > 0 {
        open.retain(|position| position.fall <= NEAR);
        open.sort_by(|a, b| b.worth.total_cmp(&a.worth).then(a.name.cmp(&b.name)));
        open.truncate(SHOWN);
    }
    open.sort_by(|a, b| a.fall.total_cmp(&b.fall).then(a.name.cmp(&b.name)));
    open.truncate(SHOWN);
    let near = percent(NEAR).replace(".0\u{a0}", " ");
    let told = if many > 0 {
        format!(
            "The largest positions within a fall of {near}, nearest first, at the end: {} of {}, which owe {} {unit}",
            open.len(),
            count(f64::from(many)),
            short(debt)
        )
    } else {
        format!("No position is within a fall of {near} of its liquidation at the end; the nearest")
    };
    let row = |position: &Open| {
        vec![
            Cell::text(&position.name),
            Cell::text(&position.owner),
            Cell::number(&position.collateral),
            Cell::number(&position.debt),
            Cell::number(figure(position.worth)),
            Cell::number(figure(position.health_factor)),
            Cell::number(figure(position.liquidation_price)),
            Cell::number(percent(position.fall)),
        ]
    };
    let debt = format!("debt ({unit})");
    let header = ["", "owner", "collateral", "debt", &debt, "health factor", "liquidation price", "fall until then"];
    table(&told, &header, &open.iter().map(row).collect::<Vec<_>>())
}

fn composition([collateral, debt]: &[BTreeMap<String, f64>; 2], unit: &str) -> String {
    let all = |sums: &BTreeMap<String, f64>| sums.values().sum::<f64>().max(f64::MIN_POSITIVE);
    let rows = [("collateral", collateral, "fill-green"), ("debt", debt, "fill-vermilion")].into_iter().flat_map(
        |(what, sums, class)| {
            sums.iter().filter(|(_, sum)| **sum > 0.0).map(move |(token, sum)| {
                let share = sum / all(sums);
                let bar = Mark { from: 0.0, to: share, top: 0.15, height: 0.7, class };
                let says = format!("{} of the {what} is {token}", percent(share));
                vec![
                    Cell::text(format!("{what} in {token}")),
                    Cell::Svg(drawing(&[bar], &says)),
                    Cell::number(figure(*sum)),
                    Cell::number(percent(share)),
                ]
            })
        },
    );
    table("What collateral and debt consist of, at the end", &["", "", unit, "share"], &rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_amounts_is_read_as_it_is_written() {
        assert_eq!(amounts("ETH 1.25; WBTC 0.5").collect::<Vec<_>>(), [("ETH", 1.25), ("WBTC", 0.5)]);
        assert_eq!((amounts("").count(), told("ETH 1.25; WBTC 0.5")), (0, "1.250 ETH, 0.500 WBTC".to_owned()));
    }
}
