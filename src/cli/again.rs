//! `plimsoll run FOLDER`: the run of a folder made again from what is in it, and compared with it file by file.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::cascade;
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::run::{self, Plan};
use super::simulator::{Reading, Scenario, Simulator};
use super::{Outcome, Streams};
use crate::output::finished::Finished;
use crate::output::folder::{FolderError, OutputFolder, remove_earlier};
use crate::output::manifest::{SCENARIO, ScenarioStamp, Status};

/// Bytes of a line that are compared: rows of tables are far shorter.
const LONGEST_LINE: u64 = 1 << 20;

/// Letters of a line that are shown.
const SHOWN: usize = 120;

/// What is asked of a folder that is run again.
#[derive(Debug)]
pub(super) struct Again<'a> {
    /// The folder.
    pub(super) folder: &'a Path,
    /// Where what is made now is to stay; by default it stays where it differs alone.
    pub(super) out: Option<&'a Path>,
    /// Whether what is there may be replaced.
    pub(super) force: bool,
    /// Whether no progress is shown.
    pub(super) quiet: bool,
}

/// Makes the run again, compares, and says what came of it.
pub(super) fn again<S: Simulator>(asked: &Again, interrupt: &Interrupt, streams: &mut Streams) -> Outcome {
    let then = match Finished::open(asked.folder) {
        Ok(then) => then,
        Err(error) => return streams.complain(Outcome::Refused, error),
    };
    for warning in &then.warnings {
        streams.say(format_args!("warning: {warning}"));
    }
    let Some(seed) = then.seed else { return streams.complain(Outcome::Refused, of_many(&then)) };
    let Reading { messages, scenario } = S::read(&asked.folder.join(SCENARIO), streams.colour);
    for message in &messages {
        streams.say(message);
    }
    let Some(scenario) = scenario else { return Outcome::Refused };
    if let Some(other) = other_series(&then, &scenario) {
        return streams.complain(Outcome::Refused, other);
    }
    let target = asked.out.map_or_else(|| beside(asked.folder), Path::to_owned);
    let plan = Plan { stamp: stamp(&then, &scenario), seed, options: then.options, target };
    match made::<S>(&scenario, &plan, asked, interrupt, streams) {
        Ok(true) => compared(&then, &plan.target, asked, streams),
        Ok(false) => {
            // What an interruption leaves is compared with nothing, and goes as it would without a comparison.
            let _ = remove_earlier(&plan.target);
            streams.complain(Outcome::Interrupted, "interrupted before the last block; nothing was compared")
        }
        Err((outcome, message)) => streams.complain(outcome, message),
    }
}

/// Says why the folder of a sweep is not run again, and what to type.
fn of_many(then: &Finished) -> String {
    let (folder, seeds) = (then.path.display(), then.seeds.clone().unwrap_or_default());
    let first = seeds.split(['.', ',']).next().unwrap_or_default();
    format!(
        "{folder} is of many seeds: run again a run that --keep-runs kept, as in {folder}/runs/{first}, or all of them, as \
         in plimsoll run {folder}/{SCENARIO} --seeds {seeds}"
    )
}

/// Names a series that is another than the run was made from.
fn other_series(then: &Finished, scenario: &impl Scenario) -> Option<String> {
    let mut pairs = then.series.iter().zip(scenario.series());
    let (was, is) = pairs.find(|(was, is)| was.blake3 != is.stamp.blake3)?;
    Some(format!(
        "{} is not what the run was made from: its BLAKE3 is {:.12}..., that of {} was {:.12}...; put that file there",
        then.path.join(&was.name).display(),
        is.stamp.blake3,
        was.from,
        was.blake3
    ))
}

/// The scenario goes by the name that it had: that stands in `summary.json`.
fn stamp(then: &Finished, scenario: &impl Scenario) -> ScenarioStamp {
    let path = then.path.join(SCENARIO).display().to_string();
    ScenarioStamp { name: then.scenario.name.clone(), path, blake3: scenario.digest() }
}

/// Returns the folder beside one in which its run is made again.
fn beside(folder: &Path) -> PathBuf {
    let named =
        if folder.file_name().is_some() { folder.to_owned() } else { folder.canonicalize().unwrap_or_default() };
    let name = named.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    named.with_file_name(format!("{name}-again"))
}

/// Makes the run, or the run and its counterfactuals; says whether it came to its end.
fn made<S: Simulator>(
    scenario: &S::Scenario,
    plan: &Plan,
    asked: &Again,
    interrupt: &Interrupt,
    streams: &Streams,
) -> Result<bool, (Outcome, String)> {
    let folder = OutputFolder::create(&plan.target, asked.force).map_err(refused)?;
    let blocks = cascade::blocks(&plan.options);
    let progress = Progress::new(blocks, "blocks", streams.shows_progress && !asked.quiet);
    if plan.options.cascade_depth.is_some() {
        cascade::simulate::<S>(scenario, plan, folder, &progress, interrupt).map(|summary| summary.is_some())
    } else {
        let finished = run::simulate::<S>(scenario, plan, folder, &progress, interrupt)?;
        Ok(finished.status == Status::Complete)
    }
}

fn refused(error: FolderError) -> (Outcome, String) {
    (Outcome::Refused, error.to_string())
}

/// Compares what was made with the folder, and removes it if it is equal and nobody asked for it.
fn compared(then: &Finished, target: &Path, asked: &Again, streams: &mut Streams) -> Outcome {
    let now = match Finished::open(target) {
        Ok(now) => now,
        Err(error) => return streams.complain(Outcome::Failed, error),
    };
    let digest = |of: &Finished, name: &str| {
        of.files.iter().find(|file| file.name == name).map(|file| file.blake3.clone()).unwrap_or_default()
    };
    let mut names: Vec<&str> = then.files.iter().chain(&now.files).map(|file| file.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let differ: Vec<&str> = names.iter().copied().filter(|name| digest(then, name) != digest(&now, name)).collect();
    if let Some(first) = differ.first() {
        let told = not_reproduced(then, &now, first, [differ.len(), names.len()]);
        return streams.complain(Outcome::Failed, told);
    }
    if asked.out.is_none()
        && let Err(error) = remove_earlier(target)
    {
        return streams.complain(Outcome::Failed, error);
    }
    let folder = then.path.display();
    streams.result(&format!("{folder} is reproduced: {} files, each with its digest\n", names.len()))
}

/// Says which of the files differ, and where the first does.
fn not_reproduced(then: &Finished, now: &Finished, first: &str, [differ, of]: [usize; 2]) -> String {
    let mut told =
        format!("{} is not reproduced: {differ} of {of} files differ, the first is {first}", then.path.display());
    let write = match first_line(&then.path.join(first), &now.path.join(first)) {
        Ok(Some(Line { number, then, now })) => write!(told, ", in line {number}\n  then: {then}\n  now:  {now}"),
        Ok(None) => write!(told, ", of which no line differs: the digest in the manifest is another"),
        Err(error) => write!(told, ", which cannot be compared: {error}"),
    };
    write.expect("a string can be written to");
    if then.version != now.version {
        let versions = format!("it was made by plimsoll {}, and this is {}", then.version, now.version);
        write!(told, "\n{versions}").expect("a string can be written to");
    }
    write!(told, "\nwhat was made now is in {}", now.path.display()).expect("a string can be written to");
    told
}

/// A line in which two files differ.
struct Line {
    /// From 1.
    number: u64,
    then: String,
    now: String,
}

/// Returns the first line in which two files differ; a file that has ended has an empty one.
fn first_line(then: &Path, now: &Path) -> io::Result<Option<Line>> {
    let mut files = [BufReader::new(File::open(then)?), BufReader::new(File::open(now)?)];
    for number in 1.. {
        let [mut then, mut now] = [Vec::new(), Vec::new()];
        for (file, line) in files.iter_mut().zip([&mut then, &mut now]) {
            file.by_ref().take(LONGEST_LINE).read_until(b'\n', line)?;
        }
        if then != now {
            return Ok(Some(Line { number, then: shown(&then, &now), now: shown(&now, &then) }));
        }
        if then.is_empty() {
            break;
        }
    }
    Ok(None)
}

/// Returns what is shown of a line: from a little before where it differs from another.
fn shown(line: &[u8], other: &[u8]) -> String {
    let equal = line.iter().zip(other).take_while(|(one, other)| one == other).count();
    let from = line[..equal].iter().rposition(|byte| *byte == b'\n' || *byte == b' ').map_or(0, |at| at + 1);
    let from = from.max(equal.saturating_sub(SHOWN / 2));
    let text = String::from_utf8_lossy(&line[from..]);
    let cut: String = text.trim_end().chars().take(SHOWN).collect();
    let (before, behind) =
        (if from > 0 { "..." } else { "" }, if cut.len() < text.trim_end().len() { "..." } else { "" });
    format!("{before}{cut}{behind}")
}
