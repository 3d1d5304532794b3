//! What a sweep prints at its end: how its figures are distributed, on one screen.

use std::fmt::Write;
use std::path::Path;

use super::result::{INSOLVENT, figure, grouped, printed, table};
use crate::sweep::Sweep;
use crate::sweep::sample::{LIQUIDATED_DEBT, sample};
use crate::sweep::statistics::Estimate;
use crate::sweep::summary::SweepSummary;

/// Bars of a histogram.
const BARS: usize = 10;

/// Cells of a histogram's longest bar.
const LONGEST: usize = 40;

/// Returns the text: how many runs, their figures, the risk of debt, a picture of liquidated debt, and where the files
/// are.
pub(super) fn distribution(summary: &SweepSummary, sweep: &Sweep, folder: &Path) -> String {
    let mut sections = vec![beginning(summary, sweep)];
    if summary.runs > 0 {
        sections.extend([figures(summary), risks(summary), histogram(summary, sweep)]);
    }
    sections.push(format!("The files are in {}\n", folder.display()));
    sections.retain(|section| !section.is_empty());
    sections.join("\n")
}

fn beginning(summary: &SweepSummary, sweep: &Sweep) -> String {
    let done = summary.runs + summary.failed;
    let seeds = sweep.seeds();
    let runs = match summary.stopped_after {
        Some(after) => format!("enough after {} of {} runs", grouped(after as f64), grouped(seeds.count() as f64)),
        None if sweep.is_over() => format!("{} runs", grouped(done as f64)),
        None => format!(
            "interrupted after {} of {} runs; the same command goes on",
            grouped(done as f64),
            grouped(seeds.count() as f64)
        ),
    };
    let mut text = format!("{}, seeds {seeds}: {runs}\n", summary.scenario);
    if let Some((seed, reason)) = sweep.rows().find_map(|row| row.outcome.as_ref().err().map(|why| (row.seed, why))) {
        writeln!(text, "{} failed; seed {seed}: {reason}", grouped(summary.failed as f64))
            .expect("a string takes everything");
    }
    text
}

/// Says whether a figure is worth its row on the screen; `summary.json` has all of them.
pub(super) fn is_shown(name: &str) -> bool {
    let is_count_or_debt = ["liquidations_", "insolvent_debt_"].iter().any(|beginning| name.starts_with(beginning))
        && !name.ends_with("_block");
    let is_trough = name.starts_with("pools_") && name.ends_with("_price_lowest");
    let is_profit = name.starts_with("profit_and_loss_by_kind_")
        && ["_earned_numeraire", "_revaluation_numeraire", "_profit_numeraire", "_earned_ratio"]
            .iter()
            .any(|ending| name.ends_with(ending));
    let is_cause = name.starts_with("cascade_")
        && (name.contains("amplification") || name.contains("ratio"))
        && !["_start", "_lowest", "_block", "_counterfactual_0"].iter().any(|ending| name.ends_with(ending))
        && !name.contains("_at_lowest_");
    is_count_or_debt || is_trough || is_profit || is_cause
}

fn figures(summary: &SweepSummary) -> String {
    let mut table = table(&["figure", "5 %", "median", "95 %", "mean"]);
    for (name, said) in summary.figures.iter().filter(|(name, _)| is_shown(name)) {
        table.add_row([
            name.clone(),
            figure(said.p05.estimate),
            figure(said.median.estimate),
            figure(said.p95.estimate),
            figure(said.mean.estimate),
        ]);
    }
    printed(&table)
}

fn risks(summary: &SweepSummary) -> String {
    let header = format!("risk ({})", summary.numeraire.as_deref().unwrap_or("numeraire"));
    let mut table = table(&[&header, "estimate", "its 95 % interval"]);
    let (insolvent, liquidated) = (&summary.net_insolvent_debt_numeraire, &summary.liquidated_debt_numeraire);
    for (name, estimate) in [
        ("VaR: net insolvent debt that one run in twenty exceeds", insolvent.var_95),
        ("CVaR: net insolvent debt in the worst 5 % of runs", insolvent.cvar_95),
        ("LaR: liquidated debt that one run in twenty exceeds", liquidated.lar_95),
        ("liquidated debt in the worst 5 % of runs", liquidated.cvar_95),
    ] {
        if let Some(estimate) = estimate {
            table.add_row([name.to_owned(), figure(estimate.estimate), interval(&estimate)]);
        }
    }
    printed(&table) + INSOLVENT
}

fn interval(estimate: &Estimate) -> String {
    format!("{} to {}", figure(estimate.low), figure(estimate.high))
}

/// Returns a picture of liquidated debt: how many runs in each tenth between the lowest and the highest.
fn histogram(summary: &SweepSummary, sweep: &Sweep) -> String {
    let values = sample(sweep.rows(), LIQUIDATED_DEBT);
    let (low, high) =
        values.iter().fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
    let step = (high - low) / BARS as f64;
    if !(step.is_finite() && step > 0.0) {
        return String::new();
    }
    let edge = |bar: usize| low + step * bar as f64;
    let mut runs = [0; BARS];
    for value in &values {
        let bar = (1..BARS).rev().find(|bar| edge(*bar) <= *value).unwrap_or(0);
        runs[bar] += 1;
    }
    let fullest = runs.into_iter().max().expect("there are bars");
    let header = format!("liquidated debt ({}) from", summary.numeraire.as_deref().unwrap_or("numeraire"));
    let mut table = table(&[&header, "to", "runs"]);
    for (bar, runs) in runs.into_iter().enumerate() {
        let drawn = "█".repeat((runs * LONGEST).div_ceil(fullest));
        table.add_row([figure(edge(bar)), figure(edge(bar + 1)), grouped(runs as f64), drawn]);
    }
    printed(&table)
}
