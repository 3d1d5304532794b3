//! `plimsoll run --seeds`: one run for each of many seeds.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::distribution::distribution;
use super::interrupt::Interrupt;
use super::number;
use super::progress::Progress;
use super::report::and_report;
use super::run::Asked;
use super::simulator::{Scenario as _, Simulator};
use super::stopwatch::Stopwatch;
use super::{Outcome, Streams};
use crate::output::folder::{FolderError, OutputFolder};
use crate::output::manifest::{Manifest, RunOptions, ScenarioStamp};
use crate::output::summary::Summary;
use crate::sweep::Sweep;
use crate::sweep::folder::{SweepFolder, SweepManifest};
use crate::sweep::row::{Row, figures};
use crate::sweep::runner;
use crate::sweep::seeds::Seeds;
use crate::sweep::stop::StopRule;
use crate::sweep::summary::SweepSummary;

/// What a process that is killed loses at most, beside the runs that it was making.
const BETWEEN_SAVES: Duration = Duration::from_secs(2);

/// With how many seeds a market is tried to begin before it is said that it cannot.
const TRIES: usize = 10;

const STOP_WHEN: &str = "\
Run no more seeds once a figure's 95 % interval is narrow enough: \"var_95 < 5 %\", \"mean of liquidations_count < 10\"; \
asked after every 50 seeds";

/// What is asked of many seeds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many seeds")]
pub(super) struct SweepArguments {
    /// Make a run for each of these, such as 1..200 or 1..3,8; the same command goes on where it was stopped
    #[arg(long, value_name = "LIST")]
    pub(super) seeds: Option<Seeds>,
    /// Make this many runs at a time [default: one per core]
    #[arg(long, value_name = "N", requires = "seeds", value_parser = number::jobs)]
    jobs: Option<NonZeroUsize>,
    /// Keep the tables of every run, in a folder for each under runs/
    #[arg(long, requires = "seeds")]
    keep_runs: bool,
    #[arg(long, value_name = "FIGURE < WIDTH", requires = "seeds", help = STOP_WHEN)]
    stop_when: Option<StopRule>,
}

/// Makes the runs and prints how their figures are distributed; `reports` says whether there is a page about them too.
pub(super) fn sweep<S: Simulator>(
    asked: &Asked,
    seeds: &Seeds,
    scenario: &S::Scenario,
    options: RunOptions,
    reports: bool,
    interrupt: &Interrupt,
    streams: &mut Streams,
) -> Outcome {
    let stopwatch = Stopwatch::start();
    let many = &asked.many;
    let plan = Plan::<S> { scenario, stamp: asked.stamp(scenario), options };
    if let Err(message) = plan.check(many, seeds) {
        return streams.complain(Outcome::Refused, message);
    }
    let target = asked.target(&format!("{}-seeds", plan.stamp.name), &options);
    let mut manifest = SweepManifest::new(plan.stamp.clone(), seeds.clone(), plan.options, stopwatch.started_at());
    (manifest.stop_when, manifest.keep_runs) = (many.stop_when.clone(), many.keep_runs);
    let (folder, done) = match SweepFolder::open(&target, asked.force, &manifest) {
        Ok(opened) => opened,
        Err(error) => return streams.complain(Outcome::Refused, error),
    };

    let mut sweep = Sweep::new(seeds.clone(), many.stop_when.clone(), done);
    let progress = Progress::new(seeds.count(), "runs", streams.shows_progress && !asked.quiet);
    let running = Running {
        plan: &plan,
        folder: &folder,
        keep_runs: many.keep_runs,
        interrupt,
        progress: &progress,
        unwritable: OnceLock::new(),
    };
    let made = running.run_all(&mut sweep, many.jobs.unwrap_or_else(cores));
    drop(progress);
    let summary = SweepSummary::of(&plan.stamp.name, &sweep);
    manifest.wall_clock_s = stopwatch.seconds();
    // What is done is kept even where a run's own tables could not be.
    let finished = folder.finish(&sweep, &summary, manifest, (scenario.text(), scenario.series()));
    let finished = finished.map_err(|error| error.to_string());
    if let Err(error) = made.and(finished) {
        let folder = folder.path().display();
        let goes_on =
            format_args!("{error}; {folder} holds what was saved before, and the same command goes on from there");
        return streams.complain(Outcome::Failed, goes_on);
    }
    let printed = streams.result(&distribution(&summary, &sweep, folder.path()));
    let outcome = outcome(&sweep, &summary).unwrap_or(printed);
    if reports { and_report(outcome, folder.path(), asked.open, streams) } else { outcome }
}

/// Returns how a sweep ended, unless all was well.
fn outcome(sweep: &Sweep, summary: &SweepSummary) -> Option<Outcome> {
    if !sweep.is_over() {
        return Some(Outcome::Interrupted);
    }
    (summary.failed > 0 || summary.runs == 0).then_some(Outcome::Failed)
}

/// Returns how many threads the machine has to give.
pub(super) fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// What every run of a sweep shares.
struct Plan<'a, S: Simulator> {
    scenario: &'a S::Scenario,
    stamp: ScenarioStamp,
    options: RunOptions,
}

impl<S: Simulator> Plan<'_, S> {
    /// Says whether runs have the figure that is to decide when there are enough.
    fn check(&self, many: &SweepArguments, seeds: &Seeds) -> Result<(), String> {
        let Some(rule) = &many.stop_when else { return Ok(()) };
        let mut reason = String::new();
        for seed in seeds.iter().take(TRIES) {
            match self.run(seed, 0, None, || false) {
                Ok(summary) => {
                    let columns: Vec<String> = summary.iter().flat_map(figures).map(|(name, _)| name).collect();
                    return rule.check(&columns).map_err(|error| error.to_string());
                }
                Err(error) => reason = error.to_string(),
            }
        }
        Err(reason)
    }

    /// Makes a run of so many blocks, or gives up when `is_vain`.
    fn run(
        &self,
        seed: u64,
        blocks: u64,
        mut folder: Option<&mut OutputFolder>,
        is_vain: impl Fn() -> bool,
    ) -> Result<Option<Summary>, S::Error> {
        if self.options.cascade_depth.is_some() {
            let options = RunOptions { blocks, ..self.options };
            let mut block_done = || if is_vain() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            return S::cascade(self.scenario, &self.stamp.name, seed, options, folder, &mut block_done);
        }
        let mut simulation = S::new(self.scenario, &self.stamp.name, seed, self.options, folder.as_deref_mut())?;
        for _ in 0..blocks {
            if is_vain() {
                return Ok(None);
            }
            simulation.step()?;
        }
        simulation.finish(folder).map(Some)
    }
}

/// A sweep that is under way.
struct Running<'a, S: Simulator> {
    plan: &'a Plan<'a, S>,
    folder: &'a SweepFolder,
    keep_runs: bool,
    interrupt: &'a Interrupt,
    progress: &'a Progress,
    /// Why a run's tables could not be written, which ends the sweep.
    unwritable: OnceLock<String>,
}

/// Why there is no outcome of a run.
enum Unmade {
    /// The run failed, and others may not.
    Failed(String),
    /// Its tables cannot be written.
    Unwritable(String),
}

impl From<FolderError> for Unmade {
    fn from(error: FolderError) -> Self {
        Self::Unwritable(error.to_string())
    }
}

impl<S: Simulator> Running<'_, S> {
    /// Makes the runs that are missing, and saves the rows every now and then.
    fn run_all(&self, sweep: &mut Sweep, jobs: NonZeroUsize) -> Result<(), String> {
        let missing = sweep.missing();
        let mut saved = Ok(());
        let mut since_save = Stopwatch::start();
        let take = |row| {
            sweep.take(row);
            self.progress.set(sweep.rows().count() as u64);
            if since_save.passed() > BETWEEN_SAVES {
                saved = self.folder.save(sweep).map_err(|error| error.to_string());
                since_save = Stopwatch::start();
            }
            if saved.is_err() || sweep.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        runner::run(&missing, jobs, |seed, enough| self.row(seed, enough), take);
        self.unwritable.get().map_or(saved, |error| Err(error.clone()))
    }

    /// Makes one run; nothing if it was not waited for.
    fn row(&self, seed: u64, enough: &AtomicBool) -> Option<Row> {
        let is_vain = || enough.load(Ordering::Relaxed) || self.interrupt.is_asked();
        if is_vain() {
            return None;
        }
        let made = if self.keep_runs { self.kept(seed, is_vain) } else { self.unkept(seed, is_vain) };
        let outcome = match made {
            Ok(summary) => Ok(figures(&summary?)),
            Err(Unmade::Failed(reason)) => Err(if reason.is_empty() { "failed".into() } else { reason }),
            Err(Unmade::Unwritable(reason)) => {
                // The first is told; the others are of the same disk.
                let _ = self.unwritable.set(reason);
                enough.store(true, Ordering::Relaxed);
                return None;
            }
        };
        Some(Row { seed, outcome })
    }

    fn unkept(&self, seed: u64, is_vain: impl Fn() -> bool) -> Result<Option<Summary>, Unmade> {
        self.plan.run(seed, self.plan.options.blocks, None, is_vain).map_err(|error| unmade::<S>(&error))
    }

    /// Makes a run that leaves its tables, in place of those that a killed process may have left.
    fn kept(&self, seed: u64, is_vain: impl Fn() -> bool) -> Result<Option<Summary>, Unmade> {
        let stopwatch = Stopwatch::start();
        let Plan { stamp, options, .. } = self.plan;
        let mut manifest = Manifest::new(stamp.clone(), seed, *options, stopwatch.started_at());
        let mut folder = OutputFolder::of_many(&self.folder.of_run(seed))?;
        let summary = self.plan.run(seed, options.blocks, Some(&mut folder), is_vain);
        let Some(summary) = summary.map_err(|error| unmade::<S>(&error))? else { return Ok(None) };
        manifest.series = folder.scenario(self.plan.scenario.text(), self.plan.scenario.series())?;
        manifest.blocks = summary.blocks;
        manifest.wall_clock_s = stopwatch.seconds();
        folder.finish(manifest)?;
        Ok(Some(summary))
    }
}

fn unmade<S: Simulator>(error: &S::Error) -> Unmade {
    if S::is_of_the_disk(error) { Unmade::Unwritable(error.to_string()) } else { Unmade::Failed(error.to_string()) }
}
