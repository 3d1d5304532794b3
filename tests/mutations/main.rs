//! Broken scenarios: whatever is done to those of this repository, a check ends soon, without a panic, and each thing
//! that it says has a place.
//!
//! `PLIMSOLL_MUTANTS=100000 cargo test --release --test mutations -- --nocapture` checks as many, and
//! `PLIMSOLL_FIRST_MUTANT=7` begins with the seventh: a mutant is a function of its number.

mod mutant;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use mutant::{Mutant, Originals};
use plimsoll::reader::diagnostic::Diagnostic;
use plimsoll::scenario::{genesis, read_text};

/// How long a check may take. Without optimisation, and beside other tests, it takes longer.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 2 });
/// Of more agents than this the beginning of the market is not tried: drawing them takes time by their number.
const MOST_AGENTS: u64 = 5_000;
/// Faults after which no more are looked for.
const ENOUGH: usize = 20;

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// It was accepted, and its market can begin.
    Fine,
    /// It was refused, with a place.
    Refused,
    /// A fault of the check.
    Fault(String),
}

fn check(mutant: &Mutant) -> Found {
    let checked = match read_text(&mutant.name, &mutant.text, &mutant.folder) {
        Ok(checked) => checked,
        Err(mistakes) => return mistakes.iter().find_map(placeless).map_or(Found::Refused, Found::Fault),
    };
    if let Some(fault) = checked.warnings.iter().find_map(placeless) {
        return Found::Fault(fault);
    }
    let agents: u64 = checked.scenario.agents.iter().map(|agent| u64::from(agent.params().count())).sum();
    if agents > MOST_AGENTS {
        return Found::Fine;
    }
    match genesis::rehearse(&checked.scenario, &checked.folder, checked.scenario.seed) {
        Ok(()) => Found::Fine,
        Err(error) => placeless(&checked.diagnostic(&error)).map_or(Found::Refused, Found::Fault),
    }
}

/// Says what is wrong with a message: it has no place, or one outside of its file. A scenario without any text has none,
/// and that there are more mistakes is said of none.
fn placeless(said: &Diagnostic) -> Option<String> {
    let (text, span) = (&said.place.source.text, &said.place.span);
    let is_of_none = said.message.starts_with("there may be more than") || said.message == "no scenario here";
    let is_inside = span.start <= span.end && text.get(span.clone()).is_some();
    if !is_inside || text.is_empty() && !is_of_none {
        return Some(format!("a message without a place: {said}"));
    }
    let is_shown = !said.render(true).is_empty() && !said.to_string().is_empty();
    (!is_shown).then(|| format!("a message that cannot be shown: {said:?}"))
}

/// Checks mutants from `first` on, in a thread of their own, and tells of each.
fn checker(first: u64, most: u64, tell: Sender<(u64, Found)>) {
    thread::spawn(move || {
        let originals = Originals::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
        for number in first..most {
            let mutant = originals.mutant(number);
            let found = catch_unwind(AssertUnwindSafe(|| check(&mutant)));
            let found = found.unwrap_or_else(|_| Found::Fault("a panic".to_owned()));
            if tell.send((number, found)).is_err() {
                return;
            }
        }
    });
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is {text}")))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long a check takes is what is asked")]
fn a_broken_scenario_is_answered_soon_and_at_a_place() {
    let first = number("PLIMSOLL_FIRST_MUTANT", 0);
    let most = first + number("PLIMSOLL_MUTANTS", 2_000);
    let begun = Instant::now();
    let (mut next, mut fine, mut slowest, mut faults) = (first, 0, (Duration::ZERO, first), Vec::new());
    let (mut teller, mut told) = mpsc::channel();
    checker(first, most, teller.clone());
    let mut since = Instant::now();
    while next < most && faults.len() < ENOUGH {
        match told.recv_timeout(LONGEST) {
            Ok((number, found)) => {
                slowest = slowest.max((since.elapsed(), number));
                match found {
                    Found::Fine => fine += 1,
                    Found::Refused => {}
                    Found::Fault(fault) => faults.push((number, fault)),
                }
                next = number + 1;
            }
            Err(RecvTimeoutError::Timeout) => {
                faults.push((next, format!("no answer within {LONGEST:?}")));
                next += 1;
                // The thread that hangs is left to itself, and another goes on.
                (teller, told) = mpsc::channel();
                checker(next, most, teller.clone());
            }
            Err(RecvTimeoutError::Disconnected) => unreachable!("a sender is kept"),
        }
        since = Instant::now();
    }
    drop(teller);
    println!(
        "{} mutants in {:.1?}: {fine} fine, {} faults; the slowest, {}, took {:.1?}",
        next - first,
        begun.elapsed(),
        faults.len(),
        slowest.1,
        slowest.0,
    );
    let originals = Originals::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    for (number, fault) in &faults {
        println!("mutant {number}: {fault}\n{}\n", originals.mutant(*number));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
