//! What a user meets: the command line, scenario files and their mistakes, the files that runs leave.

#[cfg(feature = "cli")]
mod browser;
mod cascade;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod command;
mod record;
#[cfg(feature = "cli")]
mod report;
mod scenario_errors;
#[cfg(feature = "cli")]
mod sweep;
