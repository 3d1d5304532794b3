//! Liquidations by generation, and what each did to the price.

use super::super::chart::{Axis, Chart, Look, Series};
use super::super::format::{count, figure, percent, short, signed};
use super::super::html::{Cell, Mark, drawing, table};
use super::super::liquidations::{Liquidations, Part};
use super::super::source::{Run, at, list, word};
use super::Section;
use crate::output::finished::FinishedError;

/// Bars are joined until there are no more than these.
const BARS: u64 = 1_500;

/// Returns the section on liquidations over time.
pub(in super::super) fn over_time(run: &Run, liquidations: &Liquidations) -> Section {
    let mut section = Section::new("liquidations", "Liquidations, block by block");
    let Some((first, last)) = liquidations.span() else {
        section.say("Nothing was liquidated in this run.");
        return section;
    };
    let by_block = liquidations.by_block();
    let wide = if by_block.len() as u64 > BARS { (last - first + 1).div_ceil(BARS) } else { 1 };
    let unit = run.numeraire();
    let none = vec![Part::default(); liquidations.generations.len()];
    let mut at: Vec<f64> = Vec::new();
    let mut bars: Vec<Vec<Part>> = Vec::new();
    for (block, parts) in &by_block {
        let place = (block - block % wide) as f64;
        if at.last() != Some(&place) {
            at.push(place);
            bars.push(none.clone());
        }
        let held = bars.last_mut().expect("one was just put there");
        for (held, part) in held.iter_mut().zip(parts) {
            held.add(*part);
        }
    }
    let values = |generation: usize| bars.iter().map(|parts| parts[generation].debt).collect();
    let mut series: Vec<Series> = liquidations
        .generations
        .iter()
        .enumerate()
        .map(|(place, name)| Series::line(name, unit, liquidations.colour(place), values(place)).looks(Look::Stacked))
        .collect();
    let mut sum = 0.0;
    let all = bars.iter().map(|parts| {
        sum += parts.iter().map(|part| part.debt).sum::<f64>();
        sum
    });
    series.push(Series::line("all so far", unit, "ink", all.collect()).looks(Look::Stepped).on_the_right());
    let per = if wide == 1 { "per block".to_owned() } else { format!("per {wide} blocks") };
    section.charts.push(Chart {
        id: "liquidated".into(),
        title: format!("Debt liquidated {per} ({unit})"),
        note: "Bars are stacked by generation; the line is the sum so far, on the right scale.".into(),
        at,
        left: format!("{unit} {per}"),
        right: Some(format!("{unit}, all so far")),
        from_zero: true,
        series,
        ..Chart::default()
    });
    section.after = generations(run, liquidations);
    section
}

fn generations(run: &Run, liquidations: &Liquidations) -> String {
    let mut sums = vec![Part::default(); liquidations.generations.len()];
    for ((_, generation, _), part) in &liquidations.parts {
        sums[*generation].add(*part);
    }
    let most = sums.iter().map(|part| part.debt).sum::<f64>().max(f64::MIN_POSITIVE);
    let row = |(place, (name, part)): (usize, (&String, &Part))| {
        let class = format!("fill-{}", liquidations.colour(place));
        let share = part.debt / most;
        let bar = Mark { from: 0.0, to: share, top: 0.15, height: 0.7, class: &class };
        vec![
            Cell::text(name),
            Cell::number(count(part.count)),
            Cell::number(figure(part.debt)),
            Cell::Svg(drawing(&[bar], &format!("{} of the debt", percent(share)))),
            Cell::number(percent(share)),
            Cell::number(figure(part.bad_debt)),
        ]
    };
    let rows: Vec<Vec<Cell>> = liquidations.generations.iter().zip(&sums).enumerate().map(row).collect();
    let unit = run.numeraire();
    let header = ["", "liquidations", &format!("debt ({unit})"), "", "share", &format!("left unpaid ({unit})")];
    table("Liquidations by generation", &header, &rows)
}

/// A bar of a waterfall chart.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Step {
    pub(in super::super) name: String,
    pub(in super::super) class: String,
    /// How far the price moves; of the ends, where it is.
    pub(in super::super) by: f64,
    pub(in super::super) is_end: bool,
}

/// Returns a waterfall as a table with drawings.
pub(in super::super) fn waterfall(caption: &str, unit: &str, steps: &[Step]) -> String {
    let mut level = 0.0;
    let spans: Vec<(f64, f64)> = steps
        .iter()
        .map(|step| {
            let from = if step.is_end { step.by } else { level };
            level = if step.is_end { step.by } else { level + step.by };
            (from, level)
        })
        .collect();
    let low = spans.iter().map(|(from, to)| from.min(*to)).fold(f64::INFINITY, f64::min);
    let high = spans.iter().map(|(from, to)| from.max(*to)).fold(f64::NEG_INFINITY, f64::max);
    let (low, room) = (low - 0.04 * (high - low), (1.08 * (high - low)).max(f64::MIN_POSITIVE));
    let place = |value: f64| (value - low) / room;
    let start = steps.first().map_or(f64::NAN, |step| step.by);
    let row = |(step, (from, to)): (&Step, &(f64, f64))| {
        let (from, to) = (place(*from), place(*to));
        let says = format!("{}: {}", step.name, figure(step.by));
        let mark = if step.is_end {
            Mark { from: to - 0.004, to: to + 0.004, top: 0.0, height: 1.0, class: &step.class }
        } else {
            Mark { from, to, top: 0.15, height: 0.7, class: &step.class }
        };
        let share = if step.is_end { String::new() } else { signed(percent(step.by / start)) };
        let by = if step.is_end { figure(step.by) } else { signed(figure(step.by)) };
        vec![Cell::text(&step.name), Cell::Svg(drawing(&[mark], &says)), Cell::number(by), Cell::number(share)]
    };
    let rows: Vec<Vec<Cell>> = steps.iter().zip(&spans).map(row).collect();
    table(caption, &["cause", "", unit, "of the start"], &rows)
}

/// Returns the section on what made the price fall.
///
/// # Errors
/// `contributions.csv` is there and is no table.
pub(in super::super) fn of_price(run: &Run) -> Result<Section, FinishedError> {
    let mut section = Section::new("causes", "What made the price fall");
    let cascade = &run.summary["cascade"];
    if !cascade.is_object() {
        section.say(
            "A single run cannot tell the share of a fall that the shock did from the share that the liquidations did. \
             `plimsoll cascade` runs the scenario beside its counterfactuals with the same random draws, and this section then shows \
             it.",
        );
        return Ok(section);
    }
    let mut prices: Vec<_> = list(cascade, "price_amplification").iter().collect();
    prices.retain(|price| at(price, &["lowest"]) < 0.999 * at(price, &["start"]));
    if prices.is_empty() {
        section.say("No price that decides about liquidations fell by more than 0.1 %.");
    }
    for price in prices {
        let name = word(price, "name");
        let block = count(at(price, &["lowest_block"]));
        section.before += &waterfall(
            &format!("{name}, from the start to its lowest at block {block}"),
            "price",
            &steps(price, &run.said.rest(name.split(" in ").next().unwrap_or_default())),
        );
        section.charts.extend(over_blocks(run, name)?);
    }
    section.after = figures(run);
    Ok(section)
}

/// Returns the steps from the start to the lowest price; what did nothing is left out.
fn steps(price: &serde_json::Value, rest: &str) -> Vec<Step> {
    let step = |name: &str, class: &str, by: f64| Step { name: name.into(), class: class.into(), by, is_end: false };
    let end = |name: &str, by: f64| Step { name: name.into(), class: "fill-ink".into(), by, is_end: true };
    let told = &price["at_lowest"];
    let mut steps = vec![
        end("before the first block", at(price, &["start"])),
        step(rest, "fill-shadow", at(told, &["rest"])),
        step("the shock", "fill-blue", at(told, &["shock"])),
    ];
    steps.retain(|step| step.is_end || step.by.abs() > 0.0);
    let generations: Vec<f64> = list(told, "generations").iter().filter_map(serde_json::Value::as_f64).collect();
    let last = generations.iter().rposition(|by| by.abs() > 0.0).map_or(0, |last| last + 1);
    for (place, by) in generations[..last].iter().enumerate() {
        steps.push(step(&format!("sales of generation {place}"), &format!("fill-generation-{}", place.min(7)), *by));
    }
    let deeper = at(told, &["deeper"]);
    if deeper.abs() > 0.0 {
        steps.push(step("deeper", "fill-generation-7", deeper));
    }
    steps.push(end("at its lowest", at(price, &["lowest"])));
    steps
}

/// Returns the chart of the contributions to a price over time.
fn over_blocks(run: &Run, name: &str) -> Result<Option<Chart>, FinishedError> {
    let mut generations = 0;
    let mut rows: Vec<(usize, Vec<f64>)> = Vec::new();
    run.each_row("contributions.csv", |named, record| {
        let Some(row) = run.row(named.number(record, "block")).filter(|_| named.text(record, "price_of") == name)
        else {
            return;
        };
        let mut values = vec![named.number(record, "shock")];
        let more = (0..8).map(|place| named.number(record, &format!("generation_{place}")));
        values.extend(more.take_while(|value| !value.is_nan()));
        generations = values.len();
        rows.push((row, values));
    })?;
    if rows.is_empty() {
        return Ok(None);
    }
    let column = |place: usize| {
        let mut values = vec![f64::NAN; run.ticks.rows()];
        for (row, parts) in &rows {
            values[*row] = parts.get(place).copied().unwrap_or(f64::NAN);
        }
        values
    };
    let mut series = vec![Series::line("the shock", "", "blue", column(0))];
    for place in 1..generations {
        let values = column(place);
        if values.iter().any(|value| value.abs() > 0.0) {
            let label = format!("sales of generation {}", place - 1);
            series.push(Series::line(label, "", format!("generation-{}", place - 1), values));
        }
    }
    let chart = Chart {
        id: format!("contributions-{}", crate::rows::header::prefix(name, "price")),
        title: format!("What moved {name}, block by block (in the price's unit)"),
        note: "Each line is what one cause had done to the price by then; with the outside price and the start they sum to it."
            .into(),
        left: "price moved by".into(),
        x: Axis::Block,
        series,
        ..Chart::default()
    };
    Ok(Some(run.over_blocks(chart)))
}

/// Returns the table of what else is known of the causes.
fn figures(run: &Run) -> String {
    let cascade = &run.summary["cascade"];
    let times = |name: &str| {
        let times = at(cascade, &[name]);
        if times.is_finite() { format!("{times:.2}") } else { "–".into() }
    };
    let number = |path: &[&str]| count(at(cascade, path));
    let unit = run.numeraire();
    let rows: Vec<(String, String, &str)> = vec![
        ("liquidated debt, run over counterfactual 0".into(), times("debt_amplification"), "amplification"),
        (
            "debt left unpaid, run over counterfactual 0".into(),
            times("bad_debt_amplification"),
            "none where counterfactual 0 leaves none",
        ),
        (
            "branching ratio by count".into(),
            times("branching_ratio_count"),
            "brought about by another's sale, per liquidation",
        ),
        ("branching ratio by value sold".into(), times("branching_ratio_value"), ""),
        ("deepest generation".into(), number(&["depth"]), ""),
        ("blocks to quiet".into(), number(&["blocks_to_quiet"]), "from the first liquidation to the last"),
        ("suppressed".into(), number(&["suppressed", "count"]), "liquidated in a counterfactual and not in the run"),
        ("brought forward".into(), number(&["brought_forward", "count"]), "liquidated sooner than in counterfactual 0"),
        (
            "delayed by full blocks".into(),
            number(&["delayed_by_full_blocks", "count"]),
            "their transactions waited for room",
        ),
        (
            format!("liquidators' profit ({unit})"),
            short(at(cascade, &["liquidators_profit_numeraire"])),
            "prizes less gas, at the prices of their time",
        ),
        (
            "toxic share at most".into(),
            percent(at(cascade, &["toxic_debt_ratio_highest"])),
            "of all debt: what a liquidation would not have repaid in full",
        ),
    ];
    let row =
        |(name, value, note): &(String, String, &str)| vec![Cell::text(name), Cell::number(value), Cell::text(*note)];
    table("Figures of the cascade", &["", "", ""], &rows.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_nothing_is_no_step_of_a_fall() {
        let price = serde_json::json!({
            "start": 1.0, "lowest": 0.87,
            "at_lowest": { "rest": -0.104, "shock": 0.0, "generations": [-0.026, 0.0], "deeper": 0.0 },
        });
        let names: Vec<String> = steps(&price, "all other trades").into_iter().map(|step| step.name).collect();
        assert_eq!(names, ["before the first block", "all other trades", "sales of generation 0", "at its lowest"]);
    }
}
