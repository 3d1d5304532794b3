//! The `plimsoll` command.

use std::process::ExitCode;

use plimsoll::simulation::Simulation;

fn main() -> ExitCode {
    plimsoll::cli::main::<Simulation>()
}
