//! What a user meets: the command line, scenario files and their mistakes, the files that runs leave.

mod browser;
mod cascade;
mod cli;
mod command;
mod record;
mod report;
mod scenario_errors;
mod sweep;
