//! The liquidation map: what a fall of the price would make liquidatable, level by level.

use std::collections::BTreeMap;

use super::super::chart::{Axis, Chart, Look, Series};
use super::super::format::{count, figure};
use super::super::source::{Run, whole};
use super::Section;
use crate::output::finished::FinishedError;

/// The moments at which a map is drawn, and what a reader calls them.
const MOMENTS: [(&str, &str); 4] =
    [("first", "before"), ("worst", "in the worst block"), ("last", "after"), ("stated", "as asked")];

/// Custom properties of `report.css`, for the protocols' collaterals.
const COLOURS: [&str; 7] = ["blue", "orange", "green", "purple", "sky", "vermilion", "yellow"];

/// A point of a map: the fall, and debt and collateral that could then be liquidated.
type Point = [f64; 3];

/// Maps by moment and block, and then by protocol and collateral.
type Maps = BTreeMap<(String, u64), Markets>;

/// Maps of a block by protocol and collateral.
type Markets = BTreeMap<(String, String), Vec<Point>>;

/// Returns the section.
///
/// # Errors
/// `liquidation_map.csv` is there and is no table.
pub(in super::super) fn section(run: &Run) -> Result<Section, FinishedError> {
    let mut section = Section::new("map", "The liquidation map");
    let mut maps = Maps::new();
    run.each_row("liquidation_map.csv", |named, record| {
        let text = |name| named.text(record, name).to_owned();
        let point = ["fall_ratio", "debt_numeraire", "collateral_numeraire"].map(|name| named.number(record, name));
        let Some(block) = whole(named.text(record, "block")) else { return };
        let markets = maps.entry((text("moment"), block)).or_default();
        markets.entry((text("protocol"), text("collateral"))).or_default().push(point);
    })?;
    maps.retain(|_, markets| markets.values().flatten().any(|point| point[1] > 0.0));
    if maps.is_empty() {
        section.say("The run keeps no liquidation_map.csv: there is nothing that a fall of a price could liquidate.");
        return Ok(section);
    }
    section.say(
        "Each bar is the debt whose liquidation price lies in that per cent of the fall, by protocol and collateral; the line is \
         the share of all debt that a fall as deep would have made liquidatable.",
    );
    let mut ordered: Vec<_> = maps.iter().collect();
    let rank = |moment: &str| MOMENTS.iter().position(|(held, _)| *held == moment);
    ordered.sort_by_key(|((moment, block), _)| (rank(moment), *block));
    for (place, ((moment, block), markets)) in ordered.iter().enumerate() {
        let told = MOMENTS.iter().find(|(held, _)| held == moment).map_or("", |(_, told)| told);
        let when = format!("{told} (block {})", count(*block as f64));
        section.charts.extend(levels(run, place, &when, *block, markets));
    }
    section.charts.extend(insolvent(&ordered));
    Ok(section)
}

fn levels(run: &Run, place: usize, when: &str, block: u64, markets: &Markets) -> Option<Chart> {
    let falls: Vec<f64> = markets.values().next()?.iter().map(|point| point[0]).collect();
    let unit = run.numeraire();
    let prices = run.prices();
    let price = |token: &str| {
        let price = run.row(block as f64).and_then(|row| Some(prices.get(token)?[row]));
        price.map_or_else(String::new, |price| format!(" at {}", figure(price)))
    };
    let same: Vec<_> = markets.iter().filter(|(_, points)| points.len() == falls.len()).collect();
    let mut series: Vec<Series> = same
        .iter()
        .zip(COLOURS.iter().cycle())
        .map(|(((protocol, collateral), points), colour)| {
            let steps = (0..points.len()).map(|row| points[row][1] - if row == 0 { 0.0 } else { points[row - 1][1] });
            let label = format!("{collateral}{}, {protocol}", price(collateral));
            Series::line(label, unit, *colour, steps.map(|step| step.max(0.0)).collect()).looks(Look::Stacked)
        })
        .collect();
    series.retain(|one| one.values.iter().any(|debt| *debt > 0.0));
    let sum = |row: usize| same.iter().map(|(_, points)| points[row][1]).sum::<f64>();
    let all = sum(falls.len() - 1).max(f64::MIN_POSITIVE);
    let share = (0..falls.len()).map(|row| sum(row) / all).collect();
    series.push(Series::line("share of all debt, so far", "%", "ink", share).looks(Look::Stepped).on_the_right());
    Some(Chart {
        id: format!("map-{place}"),
        title: format!("Debt at each price level, {when} ({unit} per 1 % of fall)"),
        x: Axis::Fall,
        at: falls,
        left: unit.to_owned(),
        right: Some("share of all debt".to_owned()),
        from_zero: true,
        series,
        ..Chart::default()
    })
}

/// Returns which share of all debt a fall would leave without cover, at least: what insolvent positions of one market owe is
/// held against what all its liquidatable positions own.
fn insolvent(ordered: &[(&(String, u64), &Markets)]) -> Option<Chart> {
    let falls: Vec<f64> = ordered.first()?.1.values().next()?.iter().map(|point| point[0]).collect();
    let series = ordered.iter().zip(["blue", "vermilion", "green", "purple", "orange"]).filter_map(
        |(((moment, block), markets), colour)| {
            let told = MOMENTS.iter().find(|(held, _)| held == moment)?.1;
            let same = || markets.values().filter(|points| points.len() == falls.len());
            let all: f64 = same().map(|points| points[falls.len() - 1][1]).sum();
            let uncovered =
                |row: usize| same().map(|points| (points[row][1] - points[row][2]).max(0.0)).sum::<f64>() / all;
            let values: Vec<f64> = (0..falls.len()).map(uncovered).collect();
            Some(Series::line(format!("{told} (block {})", count(*block as f64)), "%", colour, values))
        },
    );
    Some(Chart {
        id: "insolvent-by-fall".into(),
        title: "Share of debt that a fall would leave insolvent, at least (%)".into(),
        note: "Debt that could be liquidated beyond what its collateral would sell for, if the price fell at once. A market's \
               positions are taken together, so that what is open already, position by position, is more."
            .into(),
        x: Axis::Fall,
        at: falls.clone(),
        left: "%".into(),
        from_zero: true,
        series: series.collect(),
        ..Chart::default()
    })
}
