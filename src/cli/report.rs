//! `plimsoll report`: a finished folder as a page.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use super::{Outcome, Streams};
use crate::report::{self, REPORT};

/// Write a page about a finished run, or many: report.html in its folder
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReportArguments {
    /// The folder that a run has left
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Open the page in a browser
    #[arg(long)]
    open: bool,
}

const EXAMPLES: &str = "\
Examples:
  plimsoll report output/leveraged_farm_crash-1
  plimsoll report output/leveraged_farm_crash-seeds --open

The page is one file that needs no network. `plimsoll run --report` and `plimsoll cascade` write it at once.";

/// Writes the page, and says where it is.
pub(super) fn report(arguments: &ReportArguments, streams: &mut Streams) -> Outcome {
    match write(&arguments.folder, arguments.open, true, streams) {
        Ok(path) => streams.result(&format!("The report is {}\n", path.display())),
        Err(outcome) => outcome,
    }
}

/// Writes the page of a folder and opens it if that is asked; what there is to warning is said where the folder is not fresh.
pub(super) fn write(
    folder: &Path,
    open: bool,
    prints_warnings: bool,
    streams: &mut Streams,
) -> Result<PathBuf, Outcome> {
    let written = match report::write(folder) {
        Ok(written) => written,
        Err(error @ report::ReportError::Unreadable(_)) => return Err(streams.complain(Outcome::Refused, error)),
        Err(error) => return Err(streams.complain(Outcome::Failed, error)),
    };
    for warning in written.warnings.iter().filter(|_| prints_warnings) {
        streams.say(format_args!("warning: {warning}"));
    }
    if open && let Err(error) = show(&written.path) {
        streams.say(format_args!("warning: cannot open a browser: {error}; open {} yourself", written.path.display()));
    }
    Ok(written.path)
}

/// Adds the page of a folder that was just written to what is printed about it.
pub(super) fn and_report(outcome: Outcome, folder: &Path, open: bool, streams: &mut Streams) -> Outcome {
    if outcome != Outcome::Done {
        if outcome == Outcome::Interrupted {
            streams.say(format_args!("no {REPORT}: it is about finished runs"));
        }
        return outcome;
    }
    match write(folder, open, false, streams) {
        Ok(path) => streams.result(&format!("The report is {}\n", path.display())),
        Err(outcome) => outcome,
    }
}

/// Asks the system to show a file in a browser.
fn show(page: &Path) -> io::Result<()> {
    let page = page.canonicalize()?;
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(target_os = "windows") {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut command = Command::new(program);
    command.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(|_| ()).map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))
}
