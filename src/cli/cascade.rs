//! `plimsoll cascade`: a run and its counterfactual runs: what caused what.

use std::ops::ControlFlow;

use clap::Args;

use super::interrupt::Interrupt;
use super::number;
use super::progress::Progress;
use super::report::and_report;
use super::result::{figure, grouped, printed, result, table};
use super::run::{Asked, Plan, failed};
use super::simulator::{Scenario, Simulator};
use super::stopwatch::Stopwatch;
use super::sweep::sweep;
use super::{Outcome, Streams};
use crate::output::cascade::CascadeSummary;
use crate::output::folder::OutputFolder;
use crate::output::manifest::{Manifest, RunOptions, Status};
use crate::output::summary::Summary;

/// Run a scenario and its counterfactual runs, and say which liquidation brought which
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CascadeArguments {
    #[command(flatten)]
    asked: Asked,
    /// Tell this many generations apart instead of the file's number; each costs a run
    #[arg(long, value_name = "N", value_parser = number::depth)]
    depth: Option<u32>,
}

const EXAMPLES: &str = "\
Examples:
  plimsoll cascade scenarios/leveraged_farm_crash.ron
  plimsoll cascade scenarios/leveraged_farm_crash.ron --seed 7 --depth 12
  plimsoll cascade scenarios/leveraged_farm_crash.ron --seeds 1..50

Counterfactual 0 mutes every forced sale; each counterfactual after it lets those act that were liquidated so far.
The folder's files are described in output/README.md.";

/// Reads, runs, and prints what caused what.
pub(super) fn cascade<S: Simulator>(
    arguments: &CascadeArguments,
    interrupt: &Interrupt,
    streams: &mut Streams,
) -> Outcome {
    let asked = &arguments.asked;
    let Some(scenario) = asked.read::<S>(streams) else { return Outcome::Refused };
    let depth = arguments.depth.unwrap_or_else(|| scenario.cascade_depth());
    let options = RunOptions { cascade_depth: Some(depth), ..asked.options(&scenario) };
    if let Some(seeds) = &asked.many.seeds {
        return sweep::<S>(asked, seeds, &scenario, options, true, interrupt, streams);
    }
    let plan = Plan::new(asked, &scenario, options);
    let folder = match OutputFolder::create(&plan.target, asked.force) {
        Ok(folder) => folder,
        Err(error) => return streams.complain(Outcome::Refused, error),
    };
    let progress = Progress::new(blocks(&plan.options), "blocks", streams.shows_progress && !asked.quiet);
    let made = simulate::<S>(&scenario, &plan, folder, &progress, interrupt);
    drop(progress);
    match made {
        Ok(Some(summary)) => {
            let printed = streams.show(&plan.target, summary.blocks, asked.quiet, &told(&summary, &plan));
            and_report(printed, &plan.target, asked.open, streams)
        }
        Ok(None) => {
            streams.complain(Outcome::Interrupted, "interrupted before the last counterfactual; nothing was written")
        }
        Err((outcome, message)) => streams.complain(outcome, message),
    }
}

/// Returns how many blocks are made at most: of the run, counterfactual 0 without shocks, and one counterfactual more than
/// generations; of the run alone, if no causes are asked for.
pub(super) fn blocks(options: &RunOptions) -> u64 {
    options.blocks.saturating_mul(options.cascade_depth.map_or(1, |depth| u64::from(depth) + 3))
}

/// Makes the run, its counterfactuals and the folder; nothing if it was interrupted.
pub(super) fn simulate<S: Simulator>(
    scenario: &S::Scenario,
    plan: &Plan,
    mut folder: OutputFolder,
    progress: &Progress,
    interrupt: &Interrupt,
) -> Result<Option<Summary>, (Outcome, String)> {
    let stopwatch = Stopwatch::start();
    let mut manifest = Manifest::new(plan.stamp.clone(), plan.seed, plan.options, stopwatch.started_at());
    let mut done = 0;
    let mut block_done = || {
        done += 1;
        progress.set(done);
        if interrupt.is_asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let made = S::cascade(scenario, &plan.stamp.name, plan.seed, plan.options, Some(&mut folder), &mut block_done);
    let Some(summary) = made.map_err(|error| failed::<S>(scenario, &error))? else { return Ok(None) };
    manifest.series =
        folder.scenario(scenario.text(), scenario.series()).map_err(|error| (Outcome::Failed, error.to_string()))?;
    manifest.blocks = plan.options.blocks;
    manifest.wall_clock_s = stopwatch.seconds();
    folder.finish(manifest).map_err(|error| (Outcome::Failed, error.to_string()))?;
    Ok(Some(summary))
}

fn told(summary: &Summary, plan: &Plan) -> String {
    let run = result(summary, Status::Complete, plan.options.blocks, &plan.target);
    let Some(cascade) = &summary.cascade else { return run };
    let (before, files) = run.rsplit_once("\nThe files").expect("the last line says where the files are");
    let causes = [generations(cascade, &summary.numeraire), amplifications(cascade), sentences(cascade)].join("\n");
    format!("{before}\n{causes}\nThe files{files}")
}

/// Returns a row per generation: its liquidations, and what its sales did to each price at its lowest.
fn generations(cascade: &CascadeSummary, numeraire: &str) -> String {
    let (debt, bad) = (format!("debt ({numeraire})"), format!("left unpaid ({numeraire})"));
    let prices: Vec<String> =
        cascade.price_amplification.iter().map(|price| format!("price of {}", price.name)).collect();
    let mut header = vec!["cause", "liquidations", &debt, &bad];
    header.extend(prices.iter().map(String::as_str));
    let mut table = table(&header);
    let moved = |part: &dyn Fn(&crate::output::cascade::AtLowest) -> f64| {
        let prices = cascade.price_amplification.iter();
        prices.map(|price| figure(part(&price.at_lowest))).collect::<Vec<_>>()
    };
    let blank = || vec![String::new(); 3];
    let mut row = |name: &str, cells: Vec<String>, moved: Vec<String>| {
        table.add_row([vec![name.to_owned()], cells, moved].concat());
    };
    let starts = cascade.price_amplification.iter().map(|price| figure(price.start)).collect();
    row("before the first block", blank(), starts);
    row("outside prices and other trades", blank(), moved(&|at| at.rest));
    row("shocks", blank(), moved(&|at| at.shock));
    for (place, generation) in cascade.generations.iter().enumerate() {
        let is_last = place + 1 == cascade.generations.len();
        if generation.count == 0 && (place > 0 || is_last) {
            continue;
        }
        let name = if is_last { "deeper".to_owned() } else { format!("generation {}", generation.generation) };
        let cells = [generation.count as f64, generation.debt_numeraire, generation.bad_debt_numeraire];
        let cells = vec![grouped(cells[0]), figure(cells[1]), figure(cells[2])];
        row(&name, cells, moved(&|at| if is_last { at.deeper } else { at.generations[place] }));
    }
    let lowest = cascade.price_amplification.iter().map(|price| figure(price.lowest)).collect();
    row("at its lowest", blank(), lowest);
    printed(&table)
}

fn amplifications(cascade: &CascadeSummary) -> String {
    let times = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
    let mut table = table(&["amplification", "run over counterfactual 0"]);
    for price in &cascade.price_amplification {
        table.add_row([format!("fall of {}", price.name), times(price.amplification)]);
    }
    table.add_row(["liquidated debt".to_owned(), times(cascade.debt_amplification)]);
    table.add_row(["debt left unpaid".to_owned(), times(cascade.bad_debt_amplification)]);
    table.add_row(["branching ratio by count".to_owned(), times(cascade.branching_ratio_count)]);
    table.add_row(["branching ratio by value sold".to_owned(), times(cascade.branching_ratio_value)]);
    printed(&table)
}

/// Returns the sentences below the tables.
fn sentences(cascade: &CascadeSummary) -> String {
    let mut told = Vec::new();
    if cascade.generations.iter().all(|generation| generation.count == 0) {
        told.push("nothing was liquidated, so nothing was brought about".to_owned());
    }
    let (suppressed, sooner, late) = (&cascade.suppressed, &cascade.brought_forward, &cascade.delayed_by_full_blocks);
    told.push(format!(
        "{} liquidated in a counterfactual and not in the run; {} sooner than in counterfactual 0, by {} blocks on \
         average; {} delayed by full blocks, by {} on average",
        grouped(suppressed.count as f64),
        grouped(sooner.count as f64),
        figure(sooner.mean_blocks.unwrap_or(0.0)),
        grouped(late.count as f64),
        figure(late.mean_blocks.unwrap_or(0.0)),
    ));
    if !cascade.ended_within_depth {
        told.push(format!(
            "the causes do not end within {} generations; more --depth tells more of them apart",
            cascade.generations_asked
        ));
    }
    told.join("\n") + "\n"
}
