//! `plimsoll compare`: scenarios and finished folders side by side.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use serde::Serialize;

use super::interrupt::Interrupt;
use super::progress::Progress;
use super::result::{figure, grouped, printed, table};
use super::simulator::{Reading, Scenario, Simulator};
use super::sweep::cores;
use super::{Outcome, Streams};
use crate::output::finished::{Finished, FinishedError};
use crate::output::manifest::{RunOptions, SCENARIO};
use crate::rows::csv::Line;
use crate::rows::json;
use crate::scenario::fields;
use crate::sweep::compare::{Comparison, Difference, compare as compare_rows};
use crate::sweep::row::{Row, figures, figures_of};
use crate::sweep::runner;
use crate::sweep::runs_csv::{self, RUNS};
use crate::sweep::seeds::Seeds;

/// Put scenarios and finished folders side by side: what differs in them, and in what came of them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(super) struct CompareArguments {
    /// Scenario files, which are run now, and folders that runs have left; each is compared with the first
    #[arg(required = true, num_args = 2..)]
    sides: Vec<PathBuf>,
    /// Run scenarios with these seeds [default: those of the first folder, or the file's]
    #[arg(long, value_name = "LIST")]
    seeds: Option<Seeds>,
    /// Make this many runs at a time [default: one per core]
    #[arg(long, value_name = "N", value_parser = super::number::jobs)]
    jobs: Option<NonZeroUsize>,
    /// Print every figure that differs, not only the ones that are mostly asked for
    #[arg(long)]
    all: bool,
    /// Print the differences as CSV and nothing else
    #[arg(long)]
    csv: bool,
    /// Print the differences as JSON and nothing else
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Show no progress bar
    #[arg(long, short)]
    quiet: bool,
}

const EXAMPLES: &str = "\
Examples:
  plimsoll compare output/leveraged_farm_crash-1 output/muted
  plimsoll compare scenarios/jumps.ron scenarios/calm_market.ron --seeds 1..20
  plimsoll compare output/leveraged_farm_crash-seeds my_variant.ron --csv
  plimsoll compare output/leveraged_farm_crash-seeds my_variant.ron --json

Where seeds agree, figures are compared seed by seed, with the same random draws.";

/// One of the two that are compared.
struct Side {
    name: String,
    rows: Vec<Row>,
    /// What its scenario says, field by field.
    says: Option<Vec<(String, String)>>,
}

/// Reads and runs what is to be compared, and prints how it differs.
pub(super) fn compare<S: Simulator>(
    arguments: &CompareArguments,
    interrupt: &Interrupt,
    streams: &mut Streams,
) -> Outcome {
    let mut sides = Vec::new();
    let mut scenarios = Vec::new();
    // Folders first: a scenario is run with their seeds.
    for (path, place) in arguments.sides.iter().zip(0..) {
        if path.is_dir() {
            match folder(path, streams) {
                Ok(side) => sides.push((place, side)),
                Err(error) => return streams.complain(Outcome::Refused, error),
            }
        } else {
            let Reading { messages, scenario } = S::read(path, streams.colour);
            for message in &messages {
                streams.say(message);
            }
            let Some(scenario) = scenario else { return Outcome::Refused };
            scenarios.push((place, path, scenario));
        }
    }
    let of_folders = sides.first().map(|(_, side)| side.rows.iter().map(|row| row.seed).collect::<Vec<_>>());
    for (place, path, scenario) in scenarios {
        let seeds = match (&arguments.seeds, &of_folders) {
            (Some(seeds), _) => seeds.iter().collect(),
            (None, Some(seeds)) => seeds.clone(),
            (None, None) => vec![scenario.seed()],
        };
        let progress = Progress::new(seeds.len() as u64, "runs", streams.shows_progress && !arguments.quiet);
        let rows = rows::<S>(&scenario, path, &seeds, arguments.jobs.unwrap_or_else(cores), &progress, interrupt);
        drop(progress);
        if rows.len() < seeds.len() {
            return streams.complain(Outcome::Interrupted, "interrupted; there is nothing to compare yet");
        }
        if let Some((seed, reason)) = rows.iter().find_map(|row| row.outcome.as_ref().err().map(|why| (row.seed, why)))
        {
            let message = format!("{}, seed {seed}: {reason}", path.display());
            if rows.iter().all(|row| row.outcome.is_err()) {
                return streams.complain(Outcome::Failed, message);
            }
            streams.say(format_args!("warning: {message}"));
        }
        let says = fields(scenario.text());
        sides.push((place, Side { name: path.display().to_string(), rows, says }));
    }
    sides.sort_by_key(|(place, _)| *place);
    let sides: Vec<Side> = sides.into_iter().map(|(_, side)| side).collect();
    let [first, others @ ..] = sides.as_slice() else { unreachable!("at least two were asked for") };
    if arguments.json {
        let text = json::indented(&others.iter().map(|other| difference(first, other)).collect::<Vec<_>>());
        return streams.result(&String::from_utf8_lossy(&text));
    }
    let told: String = others.iter().map(|other| told(first, other, arguments)).collect();
    let header = if arguments.csv { "side,figure,first,second,difference,low,high\n" } else { "" };
    streams.result(&format!("{header}{told}"))
}

/// Reads the folder of a run or of many.
fn folder(path: &Path, streams: &mut Streams) -> Result<Side, FinishedError> {
    let finished = Finished::open(path)?;
    for warning in &finished.warnings {
        streams.say(format_args!("warning: {warning}"));
    }
    let rows = if finished.has_many_seeds {
        runs_csv::read(&finished.read(RUNS)?).map_err(|error| finished.unreadable(RUNS, error))?
    } else {
        let name = "summary.json";
        let (seed, figures) = figures_of(&finished.read(name)?).map_err(|error| finished.unreadable(name, error))?;
        vec![Row { seed, outcome: Ok(figures) }]
    };
    let text = finished.read(SCENARIO).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(Side { name: path.display().to_string(), rows, says: text.as_deref().and_then(fields) })
}

/// Runs a scenario with each of the seeds, and returns a row for each.
fn rows<S: Simulator>(
    scenario: &S::Scenario,
    path: &Path,
    seeds: &[u64],
    jobs: NonZeroUsize,
    progress: &Progress,
    interrupt: &Interrupt,
) -> Vec<Row> {
    let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let options = RunOptions { blocks: scenario.blocks(), ..RunOptions::default() };
    let one = |seed: u64, enough: &AtomicBool| {
        let run = || -> Result<Option<Row>, S::Error> {
            let mut simulation = S::new(scenario, &name, seed, options, None)?;
            for _ in 0..options.blocks {
                if interrupt.is_asked() || enough.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                simulation.step()?;
            }
            let summary = simulation.finish(None)?;
            Ok(Some(Row { seed, outcome: Ok(figures(&summary)) }))
        };
        run().unwrap_or_else(|error| Some(Row { seed, outcome: Err(error.to_string()) }))
    };
    let mut rows = Vec::new();
    runner::run(seeds, jobs, one, |row| {
        rows.push(row);
        progress.set(rows.len() as u64);
        ControlFlow::Continue(())
    });
    rows.sort_by_key(|row| row.seed);
    rows
}

fn told(first: &Side, second: &Side, arguments: &CompareArguments) -> String {
    let comparison = compare_rows(&first.rows, &second.rows);
    if arguments.csv {
        return as_csv(&second.name, &comparison);
    }
    let mut text = format!("{} and {}: {}\n\n", first.name, second.name, draws(first, second, &comparison));
    text += &scenarios(first, second);
    text += &outcomes(&comparison, arguments.all);
    text
}

fn draws(first: &Side, second: &Side, comparison: &Comparison) -> String {
    let runs = |side: &Side| side.rows.iter().filter(|row| row.outcome.is_ok()).count();
    match comparison.paired.as_slice() {
        [] => format!("no seed in common: means of {} and {} runs with other random draws", runs(first), runs(second)),
        [seed] => format!("seed {seed}, with the same random draws"),
        seeds => format!("{} seeds in common, each with the same random draws", seeds.len()),
    }
}

/// What differs between two sides, as `--json` prints it.
#[derive(Serialize)]
struct SideBySide<'a> {
    first: &'a str,
    second: &'a str,
    /// Seeds in common, whose figures are compared with the same random draws.
    seeds: Vec<u64>,
    /// Fields of the scenario: which, the first's, the second's. Unknown where a text is not there.
    scenario: Option<Vec<Differing>>,
    figures_equal: usize,
    figures: Vec<Difference>,
}

/// A field of two scenarios that say something else of it, or nothing.
#[derive(Serialize)]
struct Differing {
    field: String,
    first: Option<String>,
    second: Option<String>,
}

fn difference<'a>(first: &'a Side, second: &'a Side) -> SideBySide<'a> {
    let Comparison { paired, equal, differences } = compare_rows(&first.rows, &second.rows);
    SideBySide {
        first: &first.name,
        second: &second.name,
        seeds: paired,
        scenario: differing(first, second),
        figures_equal: equal,
        figures: differences,
    }
}

/// Returns the fields that differ; nothing if a text is not there.
fn differing(first: &Side, second: &Side) -> Option<Vec<Differing>> {
    let (a, b) = (first.says.as_ref()?, second.says.as_ref()?);
    let value = |says: &[(String, String)], path: &str| {
        says.iter().find(|(known, _)| known == path).map(|(_, value)| value.clone())
    };
    let new = b.iter().filter(|(path, _)| !a.iter().any(|(known, _)| known == path));
    let fields = a.iter().chain(new).map(|(path, _)| Differing {
        field: path.clone(),
        first: value(a, path),
        second: value(b, path),
    });
    Some(fields.filter(|field| field.first != field.second).collect())
}

/// Returns the fields in which the scenarios differ.
fn scenarios(first: &Side, second: &Side) -> String {
    let Some(fields) = differing(first, second) else {
        return "a scenario's text is not there, so that only what came of it is compared\n\n".to_owned();
    };
    let told = |value: Option<String>| value.map_or_else(|| "-".to_owned(), |value| short(&value));
    let mut table = table(&["in the scenario", "first", "second"]);
    let any = !fields.is_empty();
    for Differing { field, first, second } in fields {
        table.add_row([field, told(first), told(second)]);
    }
    if any { printed(&table) + "\n" } else { "the scenarios say the same\n\n".to_owned() }
}

/// Returns the first letters of a value, of `LONGEST` at most.
fn short(value: &str) -> String {
    const LONGEST: usize = 48;
    if value.chars().count() <= LONGEST {
        value.to_owned()
    } else {
        value.chars().take(LONGEST - 1).collect::<String>() + "…"
    }
}

/// Returns the table of figures that differ.
fn outcomes(comparison: &Comparison, all: bool) -> String {
    let is_shown = |difference: &&Difference| all || super::distribution::is_shown(&difference.figure);
    let shown: Vec<&Difference> = comparison.differences.iter().filter(is_shown).collect();
    let several = comparison.paired.len() > 1;
    let mut header = vec!["what came of it", "first", "second", "second less first", "of the first"];
    if several {
        header.push("95 % interval");
    }
    let mut table = table(&header);
    for difference in &shown {
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), figure);
        let by = difference.difference.map(|difference| difference.estimate);
        let share = by.zip(difference.first.filter(|first| *first != 0.0));
        let mut cells = vec![
            difference.figure.clone(),
            number(difference.first),
            number(difference.second),
            number(by),
            share.map_or_else(|| "-".to_owned(), |(by, first)| format!("{:+.1} %", 100.0 * by / first.abs())),
        ];
        if several {
            let interval =
                |by: crate::sweep::statistics::Estimate| format!("{} to {}", figure(by.low), figure(by.high));
            cells.push(difference.difference.map_or_else(|| "-".to_owned(), interval));
        }
        table.add_row(cells);
    }
    let mut text = if shown.is_empty() { String::new() } else { printed(&table) + "\n" };
    let hidden = comparison.differences.len() - shown.len();
    let figures = comparison.differences.len() + comparison.equal;
    write!(text, "{} of {} figures differ", grouped(comparison.differences.len() as f64), grouped(figures as f64))
        .expect("a string takes everything");
    if hidden > 0 {
        write!(text, "; --all shows {hidden} more").expect("a string takes everything");
    }
    text + "\n"
}

fn as_csv(side: &str, comparison: &Comparison) -> String {
    let mut line = Line::default();
    for difference in &comparison.differences {
        line.text(side);
        line.text(&difference.figure);
        let by = difference.difference;
        for value in
            [difference.first, difference.second, by.map(|by| by.estimate), by.map(|by| by.low), by.map(|by| by.high)]
        {
            line.float(value.unwrap_or(f64::NAN));
        }
        line.end();
    }
    String::from_utf8_lossy(line.as_bytes()).into_owned()
}
