//! `plimsoll check`: says everything that is wrong with scenario files, and runs nothing.

use std::path::PathBuf;

use clap::Args;

use super::simulator::{Reading, Scenario as _, Simulator};
use super::{Outcome, Streams};

/// Say everything that is wrong with scenario files, and run nothing
#[derive(Debug, Args)]
#[command(after_help = MEMORY)]
pub(super) struct CheckArguments {
    /// The scenario files
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

const MEMORY: &str = "\
More agents than the machine's memory holds are refused. PLIMSOLL_MEMORY_GIB=64 says how much there is, where it is not
what Linux says of the machine.";

/// Checks every file, also after one that is wrong.
pub(super) fn check<S: Simulator>(arguments: &CheckArguments, streams: &mut Streams) -> Outcome {
    let mut outcome = Outcome::Done;
    for file in &arguments.files {
        let Reading { messages, scenario } = S::read(file, streams.colour);
        for message in &messages {
            streams.say(message);
        }
        let Some(scenario) = scenario else {
            outcome = Outcome::Refused;
            continue;
        };
        if let Err(error) = S::rehearse(&scenario) {
            outcome = Outcome::Refused;
            match S::blame(&scenario, &error, streams.colour) {
                Some(message) => streams.say(message),
                None => streams.say(format_args!("error: {}: {error}", file.display())),
            }
        } else if streams.result(&format!("{}: fine, {}\n", file.display(), scenario.size())) == Outcome::Failed {
            return Outcome::Failed;
        }
    }
    outcome
}
