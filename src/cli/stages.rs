//! `plimsoll stages`: prints what happens inside a block.

use std::fmt::Write;

use super::simulator::Simulator;
use super::{Outcome, Streams};

/// Prints each stage with its systems.
pub(super) fn stages<S: Simulator>(streams: &mut Streams) -> Outcome {
    let stages = S::stages();
    let width = stages.iter().map(|(stage, _)| stage.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (stage, systems) in &stages {
        let line = format!("{stage:width$}  {}", systems.join(", "));
        writeln!(text, "{}", line.trim_end()).expect("a string takes everything");
    }
    streams.result(&text)
}
