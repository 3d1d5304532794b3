//! `plimsoll run`: one run of one scenario, or one for each of many seeds.

use std::path::{Path, PathBuf};

use clap::Args;

use super::again::Again;
use super::interrupt::Interrupt;
use super::number;
use super::progress::Progress;
use super::report::and_report;
use super::result::result;
use super::simulator::{Reading, Scenario, Simulator};
use super::stopwatch::Stopwatch;
use super::sweep::{SweepArguments, sweep};
use super::{Outcome, Streams};
use crate::output::folder::OutputFolder;
use crate::output::manifest::{Manifest, RunOptions, SCENARIO, ScenarioStamp, Status};
use crate::output::summary::Summary;

/// Run a scenario and leave a folder of tables
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RunArguments {
    #[command(flatten)]
    asked: Asked,
    /// Let liquidations sell without moving the market, to see what their sales do
    #[arg(long)]
    mute_forced_sales: bool,
    /// Write a page about it too, report.html in its folder
    #[arg(long)]
    report: bool,
}

impl RunArguments {
    /// Returns what is asked of a folder, whose manifest says all else.
    fn again(&self) -> Result<Again<'_>, String> {
        let Self { asked, mute_forced_sales, report } = self;
        let changes_the_run = asked.seed.is_some() || asked.blocks.is_some() || asked.many.seeds.is_some();
        if changes_the_run || asked.audit || asked.exact || *mute_forced_sales || *report || asked.open {
            let folder = asked.file.display();
            return Err(format!(
                "a folder is run again as its manifest says; give its scenario to run it otherwise, {folder}/{SCENARIO}"
            ));
        }
        Ok(Again { folder: &asked.file, out: asked.out.as_deref(), force: asked.force, quiet: asked.quiet })
    }
}

/// What is asked of a run, or of a run and its counterfactuals.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub(super) struct Asked {
    /// The scenario file; to run, also the folder of a run, which is made again from what is in it and compared
    file: PathBuf,
    /// Use this seed instead of the file's
    #[arg(long, value_name = "N", conflicts_with = "seeds", value_parser = number::seed)]
    seed: Option<u64>,
    #[command(flatten)]
    pub(super) many: SweepArguments,
    /// Simulate this many blocks instead of the file's
    #[arg(long, value_name = "N", value_parser = number::blocks)]
    blocks: Option<u64>,
    /// Leave the tables in this folder
    #[arg(long, value_name = "DIR", help = OUT)]
    out: Option<PathBuf>,
    /// Replace the folder of an earlier run: removes what its manifest lists, and is refused where other files stand
    #[arg(long)]
    pub(super) force: bool,
    /// Open the page about it in a browser
    #[arg(long)]
    pub(super) open: bool,
    /// Prove after every block, not only the last, that nothing appeared or vanished
    #[arg(long)]
    audit: bool,
    /// Add columns with exact integers in smallest units
    #[arg(long)]
    exact: bool,
    /// Show no progress bar and no sparklines
    #[arg(long, short)]
    pub(super) quiet: bool,
}

const OUT: &str = "Leave the tables in this folder [default: output/<scenario>-<seed>, of many seeds \
                   output/<scenario>-seeds; of causes the same and -cascade]";

impl Asked {
    /// Reads the scenario, and says what there is to say about it.
    pub(super) fn read<S: Simulator>(&self, streams: &mut Streams) -> Option<S::Scenario> {
        let Reading { messages, scenario } = S::read(&self.file, streams.colour);
        for message in &messages {
            streams.say(message);
        }
        scenario
    }

    /// Returns name, path and digest of the scenario.
    pub(super) fn stamp(&self, scenario: &impl Scenario) -> ScenarioStamp {
        let name = self.file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        ScenarioStamp { name, path: self.file.display().to_string(), blake3: scenario.digest() }
    }

    /// Returns the options that the manifest tells.
    pub(super) fn options(&self, scenario: &impl Scenario) -> RunOptions {
        RunOptions {
            blocks: self.blocks.unwrap_or_else(|| scenario.blocks()),
            audit: self.audit,
            exact: self.exact,
            ..RunOptions::default()
        }
    }

    /// Returns the folder for what goes by this name.
    pub(super) fn target(&self, name: &str, options: &RunOptions) -> PathBuf {
        let ending = if options.cascade_depth.is_some() { "-cascade" } else { "" };
        self.out.clone().unwrap_or_else(|| Path::new("output").join(format!("{name}{ending}")))
    }
}

const EXAMPLES: &str = "\
Examples:
  plimsoll run scenarios/leveraged_farm_crash.ron
  plimsoll run scenarios/leveraged_farm_crash.ron --seed 7 --blocks 1000
  plimsoll run scenarios/leveraged_farm_crash.ron --out output/muted --mute-forced-sales --force
  plimsoll run scenarios/leveraged_farm_crash.ron --seeds 1..200
  plimsoll run scenarios/leveraged_farm_crash.ron --seeds 1..1000 --stop-when \"var_95 < 5 %\"
  plimsoll run output/leveraged_farm_crash-1

The folder's files are described in output/README.md.";

/// Reads, runs, and prints what happened.
pub(super) fn run<S: Simulator>(arguments: &RunArguments, interrupt: &Interrupt, streams: &mut Streams) -> Outcome {
    let asked = &arguments.asked;
    if asked.file.is_dir() {
        return match arguments.again() {
            Ok(again) => super::again::again::<S>(&again, interrupt, streams),
            Err(message) => streams.complain(Outcome::Refused, message),
        };
    }
    let Some(scenario) = asked.read::<S>(streams) else { return Outcome::Refused };
    let options = RunOptions { mute_forced_sales: arguments.mute_forced_sales, ..asked.options(&scenario) };
    let reports = arguments.report || asked.open;
    if let Some(seeds) = &asked.many.seeds {
        return sweep::<S>(asked, seeds, &scenario, options, reports, interrupt, streams);
    }
    let plan = Plan::new(asked, &scenario, options);
    let folder = match OutputFolder::create(&plan.target, asked.force) {
        Ok(folder) => folder,
        Err(error) => return streams.complain(Outcome::Refused, error),
    };
    let progress = Progress::new(plan.options.blocks, "blocks", streams.shows_progress && !asked.quiet);
    match simulate::<S>(&scenario, &plan, folder, &progress, interrupt) {
        Ok(Finished { summary, status, target }) => {
            drop(progress);
            let text = result(&summary, status, plan.options.blocks, &target);
            let printed = streams.show(&target, summary.blocks, asked.quiet, &text);
            let outcome = if status == Status::Interrupted { Outcome::Interrupted } else { printed };
            if reports { and_report(outcome, &target, asked.open, streams) } else { outcome }
        }
        Err((outcome, message)) => {
            drop(progress);
            streams.complain(outcome, message)
        }
    }
}

/// What the arguments and the scenario together ask for.
pub(super) struct Plan {
    pub(super) stamp: ScenarioStamp,
    pub(super) seed: u64,
    pub(super) options: RunOptions,
    pub(super) target: PathBuf,
}

impl Plan {
    pub(super) fn new(asked: &Asked, scenario: &impl Scenario, options: RunOptions) -> Self {
        let stamp = asked.stamp(scenario);
        let seed = asked.seed.unwrap_or_else(|| scenario.seed());
        Self { target: asked.target(&format!("{}-{seed}", stamp.name), &options), options, stamp, seed }
    }
}

/// Returns how a run failed, and what to tell the user.
pub(super) fn failed<S: Simulator>(scenario: &S::Scenario, error: &S::Error) -> (Outcome, String) {
    match S::blame(scenario, error, false) {
        Some(message) => (Outcome::Refused, message.trim_start_matches("error: ").to_owned()),
        None => (Outcome::Failed, error.to_string()),
    }
}

/// A run whose folder is complete.
pub(super) struct Finished {
    summary: Summary,
    pub(super) status: Status,
    target: PathBuf,
}

/// Makes the blocks and the folder; an error is how it ended and what to tell the user, and leaves no folder.
pub(super) fn simulate<S: Simulator>(
    scenario: &S::Scenario,
    plan: &Plan,
    mut folder: OutputFolder,
    progress: &Progress,
    interrupt: &Interrupt,
) -> Result<Finished, (Outcome, String)> {
    let stopwatch = Stopwatch::start();
    let mut manifest = Manifest::new(plan.stamp.clone(), plan.seed, plan.options, stopwatch.started_at());
    let failed = |error: S::Error| self::failed::<S>(scenario, &error);
    let mut simulation =
        S::new(scenario, &plan.stamp.name, plan.seed, plan.options, Some(&mut folder)).map_err(failed)?;
    while manifest.blocks < plan.options.blocks && !interrupt.is_asked() {
        simulation.step().map_err(failed)?;
        manifest.blocks += 1;
        progress.set(manifest.blocks);
    }
    let summary = simulation.finish(Some(&mut folder)).map_err(failed)?;
    manifest.series =
        folder.scenario(scenario.text(), scenario.series()).map_err(|error| (Outcome::Failed, error.to_string()))?;

    let is_complete = manifest.blocks == plan.options.blocks;
    let status = if is_complete { Status::Complete } else { Status::Interrupted };
    manifest.status = status;
    manifest.wall_clock_s = stopwatch.seconds();
    let target = folder.finish(manifest).map_err(|error| (Outcome::Failed, error.to_string()))?;
    Ok(Finished { summary, status, target })
}
