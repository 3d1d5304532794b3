//! What a user meets: the command line, scenario files and their mistakes, the files that runs leave.

#[cfg(feature = "cli")]
mod browser;
mod cascade;
#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod command;
#[path = "../common/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test program shares what it needs")]
mod common;
mod mistyped;
#[cfg(feature = "cli")]
mod page;
mod page_times;
#[cfg(feature = "cli")]
mod readme;
mod record;
#[cfg(feature = "cli")]
mod report;
#[cfg(feature = "cli")]
mod run_again;
mod scenario_errors;
#[cfg(feature = "cli")]
mod sweep;
#[cfg(feature = "cli")]
mod warnings;
