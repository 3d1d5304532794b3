//! Which forced sales act, and which only a counterfactual venue fills.
//!
//! A forced sale is the swap that a liquidation brings: inside Alpha Homora's `kill`, or a liquidator's or keeper's sale
//! of what it seized, in the same transaction or later ([`Action::Forced`]). A muted one fills at the price quoted just
//! before it, against the counterfactual venue's account, and leaves the reserves as they were; everything else about
//! the liquidation happens.
//!
//! [`Action::Forced`]: super::transaction::Action::Forced

use std::collections::BTreeSet;

use serde::Deserialize;

use super::ids::PositionKey;
use crate::protocol::amm::uniswap_v2::{Pair, PairError};
use crate::protocol::amm::{Side, Traded};
use crate::protocol::farm::alpha_homora::{IntoPair, SaleVenue};

/// Against whom a sale trades that somebody was forced to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForcedSale {
    /// The pool, whose price it moves.
    Executed,
    /// A counterfactual venue, at what the pool would pay: the pool stays as it is.
    Muted,
}

impl SaleVenue for ForcedSale {
    fn fill(&mut self, pair: &mut Pair, side: Side, sale: Traded, now: u64) -> Result<(), PairError> {
        match self {
            Self::Executed => IntoPair.fill(pair, side, sale, now),
            Self::Muted => {
                // The same checks, on a pair that nobody will see.
                let mut unseen = *pair;
                IntoPair.fill(&mut unseen, side, sale, now)
            }
        }
    }
}

/// Which forced sales act. In a run all do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForcedSales {
    /// The positions whose sales act; all by default.
    acting: Option<BTreeSet<PositionKey>>,
    /// What counts as a forced sale beside those of liquidations.
    also: Vec<OtherSale>,
}

/// Sales that are forced only if the scenario says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum OtherSale {
    /// What farmers sell when they close their positions of their own will.
    Closings,
    /// What farmers sell when they close their positions because their health is low.
    StopLosses,
}

impl ForcedSales {
    /// Lets the sales of these positions act and mutes all others.
    pub fn only(acting: BTreeSet<PositionKey>) -> Self {
        Self { acting: Some(acting), also: Vec::new() }
    }

    /// Takes these for forced sales as well.
    #[must_use]
    pub fn and(self, also: &[OtherSale]) -> Self {
        Self { also: also.to_vec(), ..self }
    }

    /// Says whether what a liquidation of this position sells acts.
    pub fn of(&self, key: PositionKey) -> ForcedSale {
        match &self.acting {
            Some(acting) if !acting.contains(&key) => ForcedSale::Muted,
            _ => ForcedSale::Executed,
        }
    }

    /// Says whether such a sale of this position, which its owner wants, acts.
    pub fn of_other(&self, sale: OtherSale, key: PositionKey) -> ForcedSale {
        if self.also.contains(&sale) { self.of(key) } else { ForcedSale::Executed }
    }
}

/// All sales act, or none.
impl From<ForcedSale> for ForcedSales {
    fn from(all: ForcedSale) -> Self {
        match all {
            ForcedSale::Executed => Self::default(),
            ForcedSale::Muted => Self::only(BTreeSet::new()),
        }
    }
}
