//! How healthy positions are over time, and what a fall of the price would liquidate.

use std::collections::BTreeMap;

use super::super::chart::{Axis, Chart, Heat, HeatCell, Look, Series};
use super::super::format::count;
use super::super::source::Run;
use super::Section;
use crate::output::finished::FinishedError;

/// The moments at which a liquidation map is drawn, what a reader calls them, and their colours.
const MOMENTS: [(&str, &str, &str); 3] =
    [("first", "before", "blue"), ("worst", "in the worst block", "vermilion"), ("last", "after", "green")];

/// Liquidation maps by protocol and collateral, and then by moment and block: the fall, the debt, the collateral.
type Maps = BTreeMap<(String, String), BTreeMap<(String, u64), Vec<[f64; 3]>>>;

/// Returns the section on health factors.
///
/// # Errors
/// `health_map.csv` is there and is no table.
pub(in super::super) fn over_time(run: &Run) -> Result<Section, FinishedError> {
    let mut section = Section::new("health", "The health of positions");
    section.say("A position may be liquidated when its health factor is below 1.");
    let mut protocols: BTreeMap<String, Vec<[f64; 3]>> = BTreeMap::new();
    run.each_row("health_map.csv", |named, record| {
        let cell = ["block", "health_factor_from", "debt_numeraire"].map(|name| named.number(record, name));
        protocols.entry(named.text(record, "protocol").to_owned()).or_default().push(cell);
    })?;
    for (protocol, cells) in &protocols {
        section.charts.extend(heat(run, protocol, cells));
    }
    for thing in run.things("_health_factor_lowest", "") {
        let quantiles = [
            ("health_factor_lowest", "the least healthy", "vermilion", Look::Line),
            ("health_factor_p05", "5 % of the debt is below", "orange", Look::Line),
            ("health_factor_p25", "25 % of the debt is below", "sky", Look::Line),
            ("health_factor_p50", "half of the debt is below", "blue", Look::Line),
        ];
        let series = quantiles.iter().filter_map(|(column, label, colour, look)| {
            Some(Series::line(*label, "", *colour, run.of(&thing, column)?.to_vec()).looks(*look))
        });
        let chart = Chart {
            id: format!("health-{}", thing.prefix),
            title: format!("Health factors in {}", thing.name),
            note: "Quantiles are weighed by debt.".into(),
            left: "health factor".into(),
            series: series.collect(),
            ..Chart::default()
        };
        section.charts.push(run.over_blocks(chart));
    }
    if section.charts.is_empty() {
        section.say("The run has no positions with debt.");
    }
    Ok(section)
}

/// Returns the heat map of a protocol; nothing if nobody ever owed anything.
fn heat(run: &Run, protocol: &str, cells: &[[f64; 3]]) -> Option<Chart> {
    let sorted = |place: usize| {
        let mut values: Vec<f64> = cells.iter().map(|cell| cell[place]).filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    let (mut columns, steps) = (sorted(0), sorted(1));
    let step = steps.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min).min(0.05);
    let low = *steps.first()?;
    let rows_up_to = |health: f64| ((health - low) / step).round();
    let high = steps.last()?.min(2.5);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is whole, positive and small")]
    let place = |health: f64| rows_up_to(health.min(high)) as usize;
    let rows: Vec<f64> = (0..=place(high) + 1).map(|row| ((low + row as f64 * step) * 1e6).round() / 1e6).collect();
    let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for [block, health, debt] in cells {
        let column = columns.partition_point(|held| held < block);
        *sums.entry((column, place(*health))).or_default() += debt;
    }
    let last = run.blocks().last().copied().unwrap_or(*columns.last()?);
    columns.push(last + 1.0);
    let unit = run.numeraire();
    let cells = sums.into_iter().map(|((column, row), debt)| HeatCell(column, row, debt)).collect();
    Some(Chart {
        id: format!("heat-{}", crate::rows::header::prefix(protocol, "protocol")),
        title: format!("How much debt sits at which health factor, {protocol} ({unit})"),
        note: "Darker is more debt. Below the line at 1 it may be liquidated; the highest row holds all above.".into(),
        left: "health factor".into(),
        at: columns.clone(),
        heat: Some(Heat { columns, rows, unit: unit.to_owned(), cells }),
        ..Chart::default()
    })
}

/// Returns the section on the liquidation map.
///
/// # Errors
/// `liquidation_map.csv` is there and is no table.
pub(in super::super) fn map(run: &Run) -> Result<Section, FinishedError> {
    let mut section = Section::new("map", "The liquidation map");
    let mut markets: Maps = BTreeMap::new();
    run.each_row("liquidation_map.csv", |named, record| {
        let text = |name| named.text(record, name).to_owned();
        let point = ["fall_ratio", "debt_numeraire", "collateral_numeraire"].map(|name| named.number(record, name));
        let Some(block) = super::super::source::whole(named.text(record, "block")) else { return };
        let maps = markets.entry((text("protocol"), text("collateral"))).or_default();
        maps.entry((text("moment"), block)).or_default().push(point);
    })?;
    if markets.is_empty() {
        section.say("The run keeps no liquidation_map.csv: there is nothing that a fall of a price could liquidate.");
        return Ok(section);
    }
    section.say("How much debt a further fall of the price would make liquidatable at once.");
    let unit = run.numeraire();
    for (place, ((protocol, collateral), maps)) in markets.iter().enumerate() {
        let falls: Vec<f64> =
            maps.values().next().map_or_else(Vec::new, |points| points.iter().map(|p| p[0]).collect());
        let mut series: Vec<Series> = Vec::new();
        for (moment, told, colour) in MOMENTS {
            for ((_, block), points) in maps.iter().filter(|((held, _), _)| held == moment) {
                let label = format!("{told} (block {})", count(*block as f64));
                series.push(Series::line(label, unit, colour, points.iter().map(|point| point[1]).collect()));
            }
        }
        for (((_, block), points), colour) in
            maps.iter().filter(|((moment, _), _)| moment == "stated").zip(["purple", "sky", "orange", "yellow"])
        {
            let label = format!("block {}", count(*block as f64));
            series.push(Series::line(label, unit, colour, points.iter().map(|point| point[1]).collect()));
        }
        series.retain(|series| series.values.len() == falls.len());
        section.charts.push(Chart {
            id: format!("map-{place}"),
            title: format!("Debt that a fall of {collateral} would make liquidatable, {protocol} ({unit})"),
            x: Axis::Fall,
            at: falls,
            left: unit.to_owned(),
            from_zero: true,
            series,
            ..Chart::default()
        });
    }
    Ok(section)
}
