//! The command line: one file per subcommand.
//!
//! Standard output carries results, standard error progress and complaints. A run that fails leaves nothing; see
//! [`Outcome`] for the exit codes.

mod again;
mod cascade;
mod check;
mod compare;
mod distribution;
mod interrupt;
mod number;
mod progress;
mod report;
mod result;
mod run;
pub mod simulator;
mod sparklines;
mod stages;
mod stopwatch;
mod sweep;
mod validate;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use interrupt::Interrupt;
use simulator::Simulator;

/// Simulates leveraged farming, liquidation and arbitrage in DeFi markets, block by block, exact to the last unit.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  plimsoll check scenarios/*.ron
  plimsoll run scenarios/leveraged_farm_crash.ron
  plimsoll run scenarios/leveraged_farm_crash.ron --seed 7 --audit
  plimsoll run scenarios/leveraged_farm_crash.ron --seeds 1..200
  plimsoll run output/leveraged_farm_crash-1
  plimsoll validate D2 --short
  plimsoll cascade scenarios/leveraged_farm_crash.ron
  plimsoll compare output/leveraged_farm_crash-1 output/leveraged_farm_crash-2
  plimsoll report output/leveraged_farm_crash-1 --open
  plimsoll stages

Exit codes: 0 done, 1 failed while running or not reproduced, 2 bad usage or bad scenario, 130 interrupted.";

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArguments),
    Cascade(cascade::CascadeArguments),
    Check(check::CheckArguments),
    Validate(validate::ValidateArguments),
    Compare(compare::CompareArguments),
    Report(report::ReportArguments),
    /// Print what happens inside a block, in order
    Stages,
}

/// A process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    Done = 0,
    /// A run or a file failed.
    Failed = 1,
    /// The command or the scenario is wrong; nothing was run and nothing written.
    Refused = 2,
    /// It was stopped; the files are whole up to a block.
    Interrupted = 130,
}

/// Standard output and error of a command.
struct Streams<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    /// Whether `err` is a terminal that progress bars are shown on.
    shows_progress: bool,
    /// Whether `err` is coloured.
    colour: bool,
    /// How many columns `out` has, if it is a terminal.
    columns: Option<usize>,
}

impl Streams<'_> {
    /// Prints a result. A reader that has gone away, as `head` does, is no failure.
    fn result(&mut self, text: &str) -> Outcome {
        match self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
            Ok(()) => Outcome::Done,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::Done,
            Err(error) => self.complain(Outcome::Failed, format_args!("cannot print the result: {error}")),
        }
    }

    /// Prints what a finished run looks like, where somebody can see it, and then its result.
    fn show(&mut self, folder: &Path, blocks: u64, quiet: bool, text: &str) -> Outcome {
        let seen = self
            .columns
            .filter(|_| !quiet)
            .map_or_else(String::new, |width| sparklines::sparklines(folder, blocks, width));
        let gap = if seen.is_empty() { "" } else { "\n" };
        self.result(&format!("{seen}{gap}{text}"))
    }

    /// Says what is wrong, and how the command ended.
    fn complain(&mut self, outcome: Outcome, message: impl std::fmt::Display) -> Outcome {
        self.say(format_args!("error: {message}"));
        outcome
    }

    /// Says something beside the result. If nobody can hear it, nothing is left to be done about it.
    fn say(&mut self, message: impl std::fmt::Display) {
        let _ = writeln!(self.err, "{message}");
    }
}

/// Runs the command of the process's arguments.
pub fn main<S: Simulator>() -> ExitCode {
    let mut streams = Streams {
        out: &mut io::stdout(),
        err: &mut io::stderr(),
        shows_progress: io::stderr().is_terminal(),
        colour: shows_colour(&io::stderr()),
        columns: columns(),
    };
    ExitCode::from(dispatch::<S>(std::env::args_os(), Interrupt::on_signal, &mut streams) as u8)
}

/// Does what `arguments` say, the program's name first, and writes to `out` and `err`.
pub fn run_with<S: Simulator>(
    arguments: impl IntoIterator<Item = OsString>,
    interrupt: &Interrupt,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Outcome {
    dispatch::<S>(
        arguments,
        || interrupt.clone(),
        &mut Streams { out, err, shows_progress: false, colour: false, columns: None },
    )
}

fn dispatch<S: Simulator>(
    arguments: impl IntoIterator<Item = OsString>,
    interrupt: impl FnOnce() -> Interrupt,
    streams: &mut Streams,
) -> Outcome {
    match Arguments::try_parse_from(arguments) {
        Ok(Arguments { command: Command::Run(arguments) }) => run::run::<S>(&arguments, &interrupt(), streams),
        Ok(Arguments { command: Command::Cascade(arguments) }) => {
            cascade::cascade::<S>(&arguments, &interrupt(), streams)
        }
        Ok(Arguments { command: Command::Check(arguments) }) => check::check::<S>(&arguments, streams),
        Ok(Arguments { command: Command::Validate(arguments) }) => validate::validate(&arguments, streams),
        Ok(Arguments { command: Command::Compare(arguments) }) => {
            compare::compare::<S>(&arguments, &interrupt(), streams)
        }
        Ok(Arguments { command: Command::Report(arguments) }) => report::report(&arguments, streams),
        Ok(Arguments { command: Command::Stages }) => stages::stages::<S>(streams),
        Err(error) if error.use_stderr() => {
            streams.say(styled(&error, streams.colour).trim_end());
            Outcome::Refused
        }
        Err(help) => streams.result(&styled(&help, shows_colour(&io::stdout()))),
    }
}

/// Returns how wide the terminal is that shows the results, if one does.
fn columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(io::stdout())?;
    Some(usize::from(width.0))
}

/// Says whether a stream shows colours, and the user has not asked for none (no-color.org).
fn shows_colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Returns the argument parser's message, for standard error.
fn styled(message: &clap::Error, colour: bool) -> String {
    let text = message.render();
    if colour { text.ansi().to_string() } else { text.to_string() }
}
