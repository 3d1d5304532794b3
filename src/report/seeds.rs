//! The folder of many seeds as distributions.

use std::path::PathBuf;

use rayon::prelude::*;
use serde_json::Value;

use super::downsample;
use super::format::count;
use super::frame::Frame;
use super::page::{Page, Time};
use super::sections::{glossary, provenance, seeds as sections};
use super::source::{Said, at};
use crate::output::finished::{Finished, FinishedError};
use crate::output::manifest::SCENARIO;

/// Of so many kept runs at most, the tables are read.
const KEPT: usize = 200;

/// The most blocks of a fan.
const ROWS: usize = 500;

/// What is read of a kept run's `ticks.csv`: prices, and sums of debt.
const SUMS: [&str; 2] = ["liquidated_debt_numeraire", "bad_debt_numeraire"];

/// A sweep's folder, read.
#[derive(Debug)]
pub(super) struct Sweep {
    pub(super) finished: Finished,
    /// `summary.json`.
    pub(super) summary: Value,
    /// The fields of `scenario.ron` by path.
    pub(super) said: Said,
    /// `runs.csv`, of the runs that came to their end.
    pub(super) runs: Frame,
    /// None if the sweep was made without `--keep-runs`.
    pub(super) kept: Option<Kept>,
}

/// Prices of the kept runs at a few blocks.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Numbers of those blocks.
    pub(super) blocks: Vec<f64>,
    /// Pairs of block and seconds since the first block.
    pub(super) clock: Vec<[f64; 2]>,
    /// Unix seconds of the first block.
    pub(super) start: Option<f64>,
    /// Columns by name; of each, its values in every run at each of the blocks.
    pub(super) columns: Vec<(String, Vec<Vec<f64>>)>,
    /// How many runs were read, at most [`KEPT`].
    pub(super) runs: usize,
}

impl Sweep {
    /// Returns a column of `runs.csv`, over the runs that have it.
    pub(super) fn values(&self, name: &str) -> Vec<f64> {
        self.runs.get(name).map_or_else(Vec::new, |values| values.iter().copied().filter(|v| !v.is_nan()).collect())
    }

    /// Returns such a column, lowest first.
    pub(super) fn sorted(&self, name: &str) -> Vec<f64> {
        let mut values = self.values(name);
        values.sort_by(f64::total_cmp);
        values
    }

    pub(super) fn numeraire(&self) -> &str {
        self.summary["numeraire"].as_str().unwrap_or("numeraire")
    }
}

/// Returns the page.
///
/// # Errors
/// `runs.csv` or `summary.json` cannot be read.
pub(super) fn page(finished: Finished) -> Result<Page, FinishedError> {
    let summary: Value = serde_json::from_slice(&finished.read("summary.json")?)
        .map_err(|error| finished.unreadable("summary.json", error))?;
    let runs = Frame::read(&finished.read("runs.csv")?, |name| name != "failed")
        .map_err(|error| finished.unreadable("runs.csv", error))?;
    let text = finished.read(SCENARIO).map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into());
    let kept = kept(&finished, &runs);
    let keeps_runs = finished.path.join("runs").is_dir();
    let sweep = Sweep { finished, summary, said: Said::of(&text), runs, kept };
    let time = sweep.kept.as_ref().and_then(|kept| {
        let all = [*kept.blocks.first()?, *kept.blocks.last()?];
        let start = kept.start.filter(|_| sweep.said.is_dated());
        Some(Time { clock: kept.clock.clone(), start, all, ..Time::default() })
    });
    let mut parts = vec![
        sections::summary(&sweep),
        sections::prices(&sweep),
        sections::liquidations(&sweep),
        sections::causes(&sweep),
        sections::profit(&sweep),
        sections::blocks(&sweep),
        sections::runs(&sweep),
    ];
    parts.push(glossary::section());
    parts.push(provenance::section(&sweep.finished, &text, keeps_runs));
    Ok(Page {
        title: format!(
            "{}, seeds {}",
            sweep.finished.scenario.name,
            sweep.finished.seeds.as_deref().unwrap_or_default()
        ),
        subtitle: format!("{} runs. {}", count(at(&sweep.summary, &["runs"])), super::question(&text)),
        warnings: sweep.finished.warnings.clone(),
        time,
        sections: parts,
    })
}

/// Reads the kept runs at as many blocks as a fan has.
fn kept(finished: &Finished, runs: &Frame) -> Option<Kept> {
    let seeds = runs.get("seed")?;
    let path = |seed: &f64| finished.path.join("runs").join(format!("{seed:.0}")).join("ticks.csv");
    let paths: Vec<PathBuf> = seeds.iter().map(path).filter(|path| path.is_file()).take(KEPT).collect();
    let first = read(paths.first()?)?;
    let blocks = first.get("block")?;
    let edge = |name: &str, is_better: fn(f64, f64) -> f64, start: f64| {
        runs.get(name).map_or(start, |values| values.iter().copied().filter(|v| !v.is_nan()).fold(start, is_better))
    };
    let from = edge("liquidations_first_block", f64::min, f64::INFINITY);
    let to = edge("liquidations_last_block", f64::max, f64::NEG_INFINITY);
    let is_active: Vec<bool> = blocks.iter().map(|block| (from..=to).contains(block)).collect();
    let mut rows: Vec<usize> = downsample::ends(&is_active, ROWS).into_iter().map(|end| end - 1).collect();
    rows.insert(0, 0);
    rows.dedup();
    let sampled = |path: &PathBuf| {
        let frame = read(path)?;
        let column = |name: &String| {
            let values = frame.get(name)?;
            let values = if SUMS.contains(&name.as_str()) { so_far(values) } else { values.to_vec() };
            rows.iter().map(|row| values.get(*row).copied()).collect::<Option<Vec<f64>>>()
        };
        names(&first).iter().map(column).collect::<Option<Vec<_>>>()
    };
    let read: Vec<Vec<Vec<f64>>> = paths.par_iter().filter_map(sampled).collect();
    let times = first.get("time_s").unwrap_or_default();
    let clock = rows.iter().filter_map(|row| Some([blocks[*row], times.get(*row)? - times.first()?])).collect();
    let columns = names(&first).into_iter().enumerate().map(|(place, name)| {
        let of_blocks = (0..rows.len()).map(|row| read.iter().map(|run| run[place][row]).collect()).collect();
        (name, of_blocks)
    });
    let columns = columns.collect();
    Some(Kept {
        blocks: rows.iter().map(|row| blocks[*row]).collect(),
        clock,
        start: times.first().copied(),
        columns,
        runs: read.len(),
    })
}

fn read(path: &PathBuf) -> Option<Frame> {
    let is_wanted = |name: &str| {
        matches!(name, "block" | "time_s")
            || SUMS.contains(&name)
            || name.ends_with("_price")
            || name.ends_with("_price_outside_numeraire")
            || name.ends_with("_health_factor_p05")
    };
    Frame::read(&std::fs::read(path).ok()?, is_wanted).ok()
}

fn names(frame: &Frame) -> Vec<String> {
    frame.before("").into_iter().filter(|name| name != "block" && name != "time_s").collect()
}

fn so_far(values: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let add = |value: &f64| {
        sum += if value.is_nan() { 0.0 } else { *value };
        sum
    };
    values.iter().map(add).collect()
}
