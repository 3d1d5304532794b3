//! How healthy positions are over time.

use std::collections::BTreeMap;

use super::super::chart::{Chart, Heat, HeatCell, Look, Series};
use super::super::source::Run;
use super::Section;
use crate::output::finished::FinishedError;

/// Returns the section on health factors.
///
/// # Errors
/// `health_map.csv` is there and is no table.
pub(in super::super) fn section(run: &Run) -> Result<Section, FinishedError> {
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
        note: "The stronger the colour, the more debt. Below the line at 1 it may be liquidated; the highest row holds all above.".into(),
        left: "health factor".into(),
        at: columns.clone(),
        heat: Some(Heat { columns, rows, unit: unit.to_owned(), cells }),
        ..Chart::default()
    })
}
