//! Prices: outside, told by oracles and in pools, with what was liquidated on them.

use std::collections::BTreeMap;

use super::super::chart::{Chart, Circle, Look, Series};
use super::super::liquidations::{Liquidations, Part};
use super::super::source::{Run, Thing, whole};
use super::Section;
use crate::output::finished::FinishedError;

/// The most circles in a chart: the largest liquidations.
const CIRCLES: usize = 400;

/// Custom properties of `report.css` for pools.
const POOLS: [&str; 4] = ["green", "sky", "purple", "yellow"];

/// What counterfactual 0 says of each price that decides: `ETH in ETH/USDC`.
type Counterfactuals = BTreeMap<String, Vec<f64>>;

/// Returns the section.
///
/// # Errors
/// A table is there and is none.
pub(in super::super) fn section(run: &Run, liquidations: &Liquidations) -> Result<Section, FinishedError> {
    let mut section = Section::new("prices", "Prices");
    if run.ticks.rows() == 0 {
        section.say("The run keeps no ticks.csv, so there are no prices over time to draw.");
        return Ok(section);
    }
    let counterfactuals = counterfactuals(run)?;
    let mut shown = Vec::new();
    for token in run.tokens() {
        if let Some(chart) = of_token(run, &token, liquidations, &counterfactuals, &mut shown) {
            section.charts.push(chart);
        }
    }
    for pool in run.pools() {
        let Some(price) = run.of(&pool, "price").filter(|_| !shown.contains(&pool.prefix)) else { continue };
        let unit = run.said.tokens(&pool.name).get(1).cloned().unwrap_or_default();
        let chart = Chart {
            id: format!("pool-price-{}", pool.prefix),
            title: format!("Price in pool {}{}", pool.name, of_unit(&unit)),
            left: unit.clone(),
            series: vec![Series::line(format!("pool {}", pool.name), &unit, "green", price.to_vec())],
            ..Chart::default()
        };
        section.charts.push(run.over_blocks(chart));
    }
    Ok(section)
}

fn of_unit(unit: &str) -> String {
    if unit.is_empty() { String::new() } else { format!(" ({unit})") }
}

/// Reads the prices of counterfactual 0, where every forced sale is muted.
fn counterfactuals(run: &Run) -> Result<Counterfactuals, FinishedError> {
    let mut counterfactuals = Counterfactuals::new();
    let rows = run.ticks.rows();
    run.each_row("contributions.csv", |named, record| {
        let Some(row) = whole(named.text(record, "block")).and_then(|block| run.row(block as f64)) else { return };
        let name = named.text(record, "price_of");
        if !counterfactuals.contains_key(name) {
            counterfactuals.insert(name.to_owned(), vec![f64::NAN; rows]);
        }
        let values = counterfactuals.get_mut(name).expect("it was just put there");
        values[row] = named.number(record, "price_counterfactual_0");
    })?;
    Ok(counterfactuals)
}

/// Returns the chart of a token whose price moves.
fn of_token(
    run: &Run,
    token: &Thing,
    liquidations: &Liquidations,
    counterfactuals: &Counterfactuals,
    shown: &mut Vec<String>,
) -> Option<Chart> {
    let outside = run.of(token, "price_outside_numeraire")?;
    let moves = |values: &[f64]| values.iter().any(|value| value.to_bits() != values[0].to_bits());
    let unit = run.numeraire();
    let mut series = vec![Series::line("outside", unit, "outside", outside.to_vec()).looks(Look::Heavy)];
    for oracle in run.things("_error_ratio", "oracles") {
        let Some(told) = run.of(&oracle, "price_numeraire") else { continue };
        if run.said.told_by(&oracle.name).unwrap_or(&oracle.name) == token.name {
            let label = if oracle.name == token.name { "oracle".to_owned() } else { format!("oracle {}", oracle.name) };
            series.push(Series::line(label, unit, "orange", told.to_vec()).looks(Look::Stepped));
        }
    }
    for pool in run.pools() {
        let Some(price) = run.of(&pool, "price") else { continue };
        let tokens = run.said.tokens(&pool.name);
        let is_ours = tokens.first() == Some(&token.name) && tokens.get(1).is_some_and(|quote| quote == unit);
        if is_ours {
            let colour = POOLS[shown.len() % POOLS.len()];
            series.push(Series::line(format!("pool {}", pool.name), unit, colour, price.to_vec()).looks(Look::Thin));
            shown.push(pool.prefix);
        }
    }
    let marked = series.last().map(|series| series.values.clone())?;
    if !series.iter().any(|series| moves(&series.values)) {
        return None;
    }
    let ours: Vec<_> =
        counterfactuals.iter().filter(|(name, _)| name.split(" in ").next() == Some(&token.name)).collect();
    for (name, values) in &ours {
        let whose = if ours.len() > 1 { format!("{name}, ") } else { String::new() };
        let label = format!("{whose}no forced sales (counterfactual 0)");
        series.push(Series::line(label, unit, "shadow", (*values).clone()).looks(Look::Dashed));
    }
    let marks = circles(run, liquidations, &token.name, &marked);
    let sized = if marks.is_empty() {
        ""
    } else {
        " Circles are liquidations, their area the debt; where they follow each other within 1 % of the run, the \
         blocks are shaded."
    };
    let shadow = if series.iter().any(|series| series.look == Look::Dashed) {
        "The dashed line is the same run with every forced sale muted: the gap is what the liquidations did."
    } else {
        ""
    };
    let chart = Chart {
        id: format!("price-{}", token.prefix),
        title: format!("Price of {} ({unit})", token.name),
        note: format!("{shadow}{sized}").trim().to_owned(),
        left: unit.to_owned(),
        series,
        marks,
        marks_are: format!("debt liquidated ({unit})"),
        names_rules: true,
        ..Chart::default()
    };
    Some(run.over_blocks(chart))
}

/// Returns a circle for each block and generation, on the line of `prices`.
fn circles(run: &Run, liquidations: &Liquidations, token: &str, prices: &[f64]) -> Vec<Circle> {
    let parts = liquidations.parts.iter().filter(|((_, _, of), _)| of == token);
    let mut largest: Vec<(&(u64, usize, String), &Part)> = parts.filter(|(_, part)| part.debt > 0.0).collect();
    largest.sort_by(|a, b| b.1.debt.total_cmp(&a.1.debt));
    largest.truncate(CIRCLES);
    let circle = |((block, generation, _), part): &(&(u64, usize, String), &Part)| {
        let row = run.row(*block as f64)?;
        Some(Circle(*block as f64, prices[row], part.debt, liquidations.colour(*generation)))
    };
    largest.iter().filter_map(circle).collect()
}
