//! Distributions: possible, and never outside what a property may be.

use super::Check;
use crate::chain::distribution::Distribution;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::format::apart;
use crate::reader::piece::Node;

/// The range that all values of a distribution must be in.
#[derive(Debug, Clone, PartialEq)]
pub struct Allowed {
    /// The lower bound.
    pub least: f64,
    /// The upper bound.
    pub most: f64,
    /// Whether it must be above `least` at least sometimes.
    pub above: bool,
    /// Whether `most` itself is excluded.
    pub below: bool,
    /// The reason for `most`, to be told with a mistake.
    pub why: Option<String>,
}

const FREE: Allowed = Allowed { least: f64::NEG_INFINITY, most: f64::INFINITY, above: false, below: false, why: None };
/// No bounds.
pub const ANY: Allowed = FREE;
/// 0 or more.
pub const NOT_NEGATIVE: Allowed = Allowed { least: 0.0, ..FREE };
/// 1 or more.
pub const AT_LEAST_ONE: Allowed = Allowed { least: 1.0, ..FREE };
/// More than 0.
pub const POSITIVE: Allowed = Allowed { least: 0.0, above: true, ..FREE };
/// A share or a probability: 0 to 1, both included.
pub const SHARE: Allowed = Allowed { least: 0.0, most: 1.0, ..FREE };
/// A share between 0 and 1, neither included.
pub const PART: Allowed = Allowed { least: 0.0, most: 1.0, above: true, below: true, why: None };

impl Allowed {
    fn in_words(&self) -> String {
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        match (self.least.is_finite(), self.most.is_finite()) {
            (true, true) if self.above && self.below => format!("between {} and {}{why}", self.least, self.most),
            (true, true) => format!("{} to {}{why}", self.least, self.most),
            (true, false) if self.above => format!("more than {}", self.least),
            _ => format!("{} or more", self.least),
        }
    }

    fn clamped(&self, law: Node) -> String {
        let most = if self.most.is_finite() { self.most.to_string() } else { "1000000".to_owned() };
        format!("cut it to a range: `Clamped(law: {}, min: {}, max: {most})`", law.text(), self.least)
    }
}

impl Check<'_> {
    /// Refuses a property's law if it is impossible or may leave what is allowed.
    pub fn law(&mut self, owner: Node, field: &str, law: &Distribution, allowed: &Allowed) {
        let node = owner.at(field);
        if let Some(fault) = law.fault() {
            let (message, expected) = apart(&fault);
            let mistake = Diagnostic::error(node.place(), format!("`{field}` is impossible: {message}"));
            self.out.push(expected.map_or(mistake.clone(), |expected| mistake.expected(expected)));
            return;
        }
        let (low, high) = law.support();
        let message = if low < allowed.least && low.is_finite() {
            format!("`{field}` can be {low}")
        } else if low < allowed.least {
            format!("`{field}` can fall below {}", allowed.least)
        } else if high > allowed.most && high.is_finite() || allowed.below && high >= allowed.most {
            format!("`{field}` can be {high}")
        } else if high > allowed.most {
            format!("`{field}` has no upper limit")
        } else if allowed.above && high <= allowed.least {
            format!("`{field}` is {high}")
        } else {
            return;
        };
        let unbounded = low < allowed.least && low.is_infinite() || high > allowed.most && high.is_infinite();
        let mistake = Diagnostic::error(node.place(), message).expected(format!("expected {}", allowed.in_words()));
        self.out.push(mistake.help(unbounded.then(|| allowed.clamped(node))));
    }
}
