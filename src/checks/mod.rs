//! What checks of a scenario share: a list of what was found, what may be said of numbers, amounts and laws, and what
//! the scenario declares. Who says a thing checks it: a pool its reserves, a population its laws.

pub mod amounts;
pub mod declared;
pub mod laws;
mod lending;
pub mod names;
mod plausible;
mod ranges;

use std::fmt::Display;

use crate::chain::time::TimeSpan;
use crate::reader::diagnostic::{Diagnostic, Place};
use crate::reader::piece::Node;
use declared::Declared;

/// What a check may ask of the whole scenario, and what the checks have found.
#[derive(Debug)]
pub struct Check<'d> {
    /// What it declares, as far as that could be read.
    pub declared: Declared<'d>,
    /// Errors and warnings, in the order in which they were found.
    pub out: Vec<Diagnostic>,
}

impl<'d> Check<'d> {
    /// A check of nothing yet, of a scenario that declares these.
    pub fn new(declared: Declared<'d>) -> Self {
        Self { declared, out: Vec::new() }
    }

    /// Adds an error: the scenario cannot run.
    pub fn error(&mut self, place: Place, message: impl Into<String>, expected: impl Into<String>) {
        self.out.push(Diagnostic::error(place, message).expected(expected));
    }

    /// Adds a warning: the scenario runs, but hardly as meant.
    pub fn warning(&mut self, place: Place, message: impl Into<String>, expected: impl Into<String>) {
        self.out.push(Diagnostic::warning(place, message).expected(expected));
    }

    /// Adds an error about a field's value unless `fine`; `expected` completes "expected ...".
    pub fn field(&mut self, node: Node, field: &str, value: impl Display, fine: bool, expected: &str) {
        if !fine {
            self.error(node.at(field).place(), format!("`{field}` is {value}"), format!("expected {expected}"));
        }
    }

    /// Adds an error if a field has more than 10,000 basis points.
    pub fn bps(&mut self, node: Node, field: &str, bps: u16) {
        self.field(node, field, bps, bps <= 10_000, "at most 10000 basis points, which is all of it");
    }

    /// Refuses a time that is none, such as one between two moments.
    pub fn some_time(&mut self, node: Node, field: &str, time: TimeSpan, such_as: &str) {
        self.field(node, field, time, time.ms > 0, &format!("more, such as `\"{such_as}\"`"));
    }

    /// Says whether a time comes after the last block; never where the run's length is unknown.
    pub fn is_late(&self, moment: TimeSpan) -> bool {
        self.declared.length_ms.is_some_and(|length| length > 0 && moment.ms >= length)
    }

    /// Returns the words that ask for a time before the last block.
    pub fn expect_early(&self) -> String {
        let length = TimeSpan { ms: self.declared.length_ms.unwrap_or_default() };
        format!("expected less than the run's {length}")
    }
}
