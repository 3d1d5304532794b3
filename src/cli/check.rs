//! `plimsoll check`: says everything that is wrong with scenario files, and runs nothing.

use std::path::PathBuf;

use clap::Args;

use super::simulator::{Reading, Simulator};
use super::{Outcome, Streams};

/// Say everything that is wrong with scenario files, and run nothing
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The scenario files
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Checks every file, also after one that is wrong.
pub(super) fn check<S: Simulator>(arguments: &CheckArguments, streams: &mut Streams) -> Outcome {
    let mut outcome = Outcome::Done;
    for file in &arguments.files {
        let Reading { messages, scenario } = S::read(file, streams.colour);
        for message in &messages {
            streams.say(message);
        }
        if scenario.is_none() {
            outcome = Outcome::Refused;
        } else if streams.result(&format!("{}: fine\n", file.display())) == Outcome::Failed {
            return Outcome::Failed;
        }
    }
    outcome
}
