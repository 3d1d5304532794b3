//! `report.html`: a finished folder as a page that people look at.
//!
//! The page is a function of the folder's data files and of what its manifest says but for the clock: equal folders give
//! equal pages on any machine. It is not among the data files, and the manifest does not list it, since it can be made
//! again at any time. It is one file: the data are an island of JSON in it, the charts are drawn by uPlot, which is
//! embedded, and a content security policy lets nothing else in. Its last line is a digest of the others, by which
//! `--force` knows it from a page that somebody has written on.

mod chart;
mod distributions;
mod downsample;
mod events;
mod format;
mod frame;
mod grid;
mod html;
mod liquidations;
mod packed;
mod page;
mod sections;
mod seeds;
mod source;

use std::path::{Path, PathBuf};

use thiserror::Error;

pub use crate::output::earlier::REPORT;
use crate::output::earlier::sealed;
use crate::output::finished::{Finished, FinishedError};
use crate::output::folder::{FolderError, replace_file};
use chart::Rule;
use liquidations::Liquidations;
use page::{Page, Time};
use sections::summary;
use source::Run;

/// Liquidations are shaded together if no pause between them is longer than the run over this.
const PAUSE: f64 = 100.0;

/// Why no report was written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The folder is of no finished run, or a file of it cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FinishedError),
    /// The page cannot be written into the folder.
    #[error(transparent)]
    Unwritable(#[from] FolderError),
}

/// The page that was written, and what to know before its figures are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `report.html` in the folder as given.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What should be known before its figures are believed; the page says it too.
    pub warnings: Vec<String>,
}

/// Writes the report of a finished folder into it, in place of an earlier one.
///
/// # Errors
/// It is no finished folder, one of its tables cannot be read, or the file system refuses.
pub fn write(folder: &Path) -> Result<Written, ReportError> {
    let finished = Finished::open(folder)?;
    let warnings = finished.warnings.clone();
    let page = if finished.has_many_seeds { seeds::page(finished)? } else { of_run(finished)? };
    let stamp = replace_file(folder, REPORT, sealed(page.html()).as_bytes())?;
    Ok(Written { path: folder.join(REPORT), bytes: stamp.bytes, warnings })
}

fn of_run(finished: Finished) -> Result<Page, FinishedError> {
    let run = Run::open(finished)?;
    let liquidations = Liquidations::of(&run)?;
    let sections = vec![
        summary::section(&run),
        sections::prices::section(&run, &liquidations)?,
        sections::causes::over_time(&run, &liquidations),
        sections::causes::of_price(&run)?,
        sections::health::section(&run)?,
        sections::map::section(&run)?,
        sections::positions::section(&run)?,
        sections::profit::section(&run)?,
        sections::markets::section(&run),
        sections::blocks::section(&run),
        sections::events::section(&run)?,
        sections::glossary::section(),
        sections::provenance::section(&run.finished, &run.text, false),
    ];
    let name = &run.finished.scenario.name;
    let muted = if run.finished.options.mute_forced_sales { ", forced sales muted" } else { "" };
    let seed = run.finished.seed.map(|seed| format!("seed {seed}")).unwrap_or_default();
    let blocks = format::count(source::at(&run.summary, &["blocks"]));
    Ok(Page {
        title: format!("{name}, {seed}{muted}"),
        subtitle: format!("{blocks} blocks. {}", question(&run.text)),
        warnings: run.finished.warnings.clone(),
        time: time(&run, &liquidations),
        sections,
    })
}

/// Returns what a scenario asks in its first comment.
fn question(text: &str) -> String {
    let lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    let comment = lines.map_while(|line| line.strip_prefix("//")).map(str::trim);
    let comment = comment.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    comment.find('?').map_or_else(String::new, |end| comment[..=end].to_owned())
}

/// Returns what charts over blocks have in common.
fn time(run: &Run, liquidations: &Liquidations) -> Option<Time> {
    let last = source::at(&run.summary, &["blocks"]) - 1.0;
    let all = match run.blocks() {
        [first, .., last] => [*first, *last],
        [only] => [*only, *only],
        [] if last >= 0.0 => [0.0, last],
        [] => return None,
    };
    let cascade = liquidations.span().map(|(first, last)| [first as f64, last as f64]);
    let clock = source::clock(run);
    let rules = rules(run, &clock).into_iter().filter(|rule| (all[0]..=all[1]).contains(&rule.at)).collect();
    let times = run.ticks.get("time_s").filter(|_| run.said.is_dated());
    let start = times.and_then(|times| times.first()).copied();
    let stretches = liquidations.stretches((all[1] - all[0]) / PAUSE);
    Some(Time { clock, start, all, cascade, stretches, rules })
}

/// Returns where shocks begin and end, and where the price is lowest, or highest if it rose more.
fn rules(run: &Run, clock: &[[f64; 2]]) -> Vec<Rule> {
    let block = |seconds: f64| {
        clock.windows(2).find(|pair| pair[1][1] >= seconds).map(|pair| {
            let [from, to] = [pair[0], pair[1]];
            (from[0] + (to[0] - from[0]) * (seconds - from[1]) / (to[1] - from[1]).max(f64::MIN_POSITIVE)).round()
        })
    };
    let duration = |path: String| {
        let text = run.said.get(&path)?.trim_matches('"');
        humantime::parse_duration(text).ok().map(|duration| duration.as_secs_f64())
    };
    let mut rules = Vec::new();
    for shock in run.said.below("shocks.").filter_map(|(path, _)| path.strip_suffix(".start")) {
        let Some(start) = duration(format!("shocks.{shock}.start")) else { continue };
        let ramp = duration(format!("shocks.{shock}.ramp")).unwrap_or(0.0);
        let what = run.said.get(&format!("shocks.{shock}")).unwrap_or("shock").to_lowercase();
        let ends = [(start, "begins"), (start + ramp, "ends")];
        for (seconds, word) in ends.into_iter().take(if ramp > 0.0 { 2 } else { 1 }) {
            rules.extend(block(seconds).map(|at| Rule { at, label: format!("{what} {word}") }));
        }
    }
    let (at, label) = summary::highest(run).map_or_else(
        || (summary::deepest(run).map_or(f64::NAN, |fall| fall.block), "lowest"),
        |rise| (rise.block, "highest"),
    );
    if at.is_finite() {
        rules.push(Rule { at, label: label.to_owned() });
    }
    rules
}
