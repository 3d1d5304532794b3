//! When agents come and go.

use serde::Deserialize;

use super::awake::Wake;
use super::view::View;
use crate::chain::dice::{Dice, Who};
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::reader::piece::Node;

/// How long an agent waits before it tries again what was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(TimeSpan);

/// The patience of every kind: no published figure was found; five minutes.
pub const PATIENCE: Patience = Patience(TimeSpan::seconds(300));

impl Patience {
    /// Returns when to try again, seen from this block.
    pub fn wake(self, sees: &View) -> Wake {
        Wake::At(sees.clock.block_after(self.0).max(sees.clock.block + 1))
    }
}

/// When an agent enters the market.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Entry {
    /// Before the first block, without a transaction.
    #[default]
    Genesis,
    /// By a transaction, at a moment drawn evenly between two times from the start of the run.
    Between(TimeSpan, TimeSpan),
}

/// When an agent leaves the market.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Exit {
    /// Never.
    #[default]
    Hold,
    /// By a transaction, at a moment drawn evenly between two times from the start of the run.
    Between(TimeSpan, TimeSpan),
    /// By a transaction, this long after entering; drawn evenly between two lengths.
    After(TimeSpan, TimeSpan),
}

impl Entry {
    /// Draws when an agent enters; none for genesis.
    pub fn wake(&self, sees: &View, dice: &mut Dice) -> Option<Wake> {
        match self {
            Self::Genesis => None,
            Self::Between(from, to) => Some(Wake::At(sees.clock.block_at(between(*from, *to, dice)))),
        }
    }
}

impl Exit {
    /// Draws when an agent that enters now leaves.
    pub fn drawn(&self, sees: &View, dice: &mut Dice) -> Wake {
        match self {
            Self::Hold => Wake::Never,
            Self::Between(from, to) => Wake::At(sees.clock.block_at(between(*from, *to, dice))),
            Self::After(from, to) => Wake::At(sees.clock.block_after(between(*from, *to, dice))),
        }
    }

    /// Draws when an agent that enters in this block leaves.
    pub fn wake(&self, sees: &View, who: Who) -> Wake {
        self.drawn(sees, &mut sees.dice(who))
    }
}

fn between(from: TimeSpan, to: TimeSpan, dice: &mut Dice) -> TimeSpan {
    let width = u128::from(to.ms.saturating_sub(from.ms));
    let offset = (u128::from(dice.bits()) * width) >> 64;
    TimeSpan { ms: from.ms + u64::try_from(offset).expect("it is below a width of 64 bits") }
}

/// Whether an agent never sends a transaction to come or to go.
pub fn stays(entry: Entry, exit: Exit) -> bool {
    entry == Entry::Genesis && exit == Exit::Hold
}

/// Checks the fields `entry` and `exit` of a population.
pub fn check_stay(at: Node, entry: Entry, exit: Exit, check: &mut Check) {
    let enters = match entry {
        Entry::Genesis => TimeSpan::default(),
        Entry::Between(from, to) => {
            check_window(at, "entry", from, to, check);
            from
        }
    };
    match exit {
        Exit::Hold => {}
        Exit::After(from, to) => check_window(at, "exit", from, to, check),
        Exit::Between(from, to) => {
            check_window(at, "exit", from, to, check);
            if to < enters {
                let message = format!("leaves by {to}, enters at {enters} or later");
                check.warning(at.at("exit").place(), message, "expected a time after `entry`");
            }
        }
    }
}

fn check_window(at: Node, field: &str, from: TimeSpan, to: TimeSpan, check: &mut Check) {
    let place = at.at(field).place();
    if from > to {
        check.error(place, format!("`{field}` is reversed"), format!("expected `\"{to}\", \"{from}\"`"));
    } else if check.is_late(from) {
        let message = format!("`{field}` begins at {from}, after the last block");
        check.warning(place, message, check.expect_early());
    }
}
