//! Which forced sales act, and which only a counterfactual venue fills.
//!
//! A forced sale is the swap that a liquidation brings: inside the call that liquidates, or a liquidator's or keeper's sale
//! of what it seized, in the same transaction or later ([`Action::Forced`]). A muted one fills at the price quoted just
//! before it, against the counterfactual venue's account, and leaves the reserves as they were; everything else about
//! the liquidation happens.
//!
//! Two worlds that differ only in which sales act are the same until the first attempt at a sale that acts in one of them
//! alone. An attempt counts even if it fails: where it fails muted, it may succeed if it acts. So whoever asks about causes
//! has attempts kept.
//!
//! [`Action::Forced`]: super::transaction::Action::Forced

use std::collections::BTreeSet;

use serde::Deserialize;

use super::ids::PositionKey;

/// Against whom a sale trades that somebody was forced to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForcedSale {
    /// The pool, whose price it moves.
    Executed,
    /// A counterfactual venue, at what the pool would pay: the pool stays as it is.
    Muted,
}

/// Which forced sales act. In a run all do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForcedSales {
    /// The positions whose sales act; all by default.
    acting: Option<BTreeSet<PositionKey>>,
    /// What counts as a forced sale beside those of liquidations.
    also: Vec<OtherSale>,
    /// Attempts at forced sales, where they are kept.
    attempts: Option<Attempts>,
}

/// Attempts at forced sales.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Attempts {
    /// What counts as one beside those of liquidations.
    also: Vec<OtherSale>,
    /// The positions whose sales were attempted, each with whether those acted.
    of: BTreeSet<(PositionKey, bool)>,
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
        Self { acting: Some(acting), ..Self::default() }
    }

    /// Takes these for forced sales as well.
    #[must_use]
    pub fn and(self, also: &[OtherSale]) -> Self {
        Self { also: also.to_vec(), ..self }
    }

    /// Keeps attempts from now on; what `also` names counts as a forced sale.
    pub fn keep_attempts(&mut self, also: &[OtherSale]) {
        self.attempts = Some(Attempts { also: also.to_vec(), of: BTreeSet::new() });
    }

    /// Says whether what a liquidation of this position is about to sell acts.
    pub fn attempt(&mut self, key: PositionKey) -> ForcedSale {
        let sale = self.of(key);
        if let Some(attempts) = &mut self.attempts {
            attempts.note(key, sale);
        }
        sale
    }

    /// Says whether what this position is about to sell, because its owner wants to, acts.
    pub fn attempt_other(&mut self, other: OtherSale, key: PositionKey) -> ForcedSale {
        let sale = if self.also.contains(&other) { self.of(key) } else { ForcedSale::Executed };
        if let Some(attempts) = self.attempts.as_mut().filter(|attempts| attempts.also.contains(&other)) {
            attempts.note(key, sale);
        }
        sale
    }

    fn of(&self, key: PositionKey) -> ForcedSale {
        match &self.acting {
            Some(acting) if !acting.contains(&key) => ForcedSale::Muted,
            _ => ForcedSale::Executed,
        }
    }

    /// Says whether no forced sale was attempted so far, as far as attempts are kept.
    pub fn is_untried(&self) -> bool {
        self.attempts.as_ref().is_none_or(|attempts| attempts.of.is_empty())
    }

    /// Returns the positions whose attempted sales were muted.
    pub fn muted(&self) -> BTreeSet<PositionKey> {
        let attempted = self.attempts.iter().flat_map(|attempts| &attempts.of);
        attempted.filter(|(_, acted)| !acted).map(|(key, _)| *key).collect()
    }

    /// Says whether all would have been the same so far if the sales of these positions alone had acted.
    pub fn suits(&self, acting: &BTreeSet<PositionKey>) -> bool {
        let mut attempted = self.attempts.iter().flat_map(|attempts| &attempts.of);
        attempted.all(|(key, acted)| *acted == acting.contains(key))
    }

    /// Lets the sales of these positions act and mutes all others, of whatever kind attempts are kept.
    ///
    /// # Panics
    /// If that does not suit what was attempted so far: a bug.
    pub fn let_act(&mut self, acting: BTreeSet<PositionKey>) {
        assert!(self.suits(&acting), "a counterfactual run begins before the first sale that it treats otherwise");
        self.acting = Some(acting);
        self.also = self.attempts.as_ref().map_or_else(Vec::new, |attempts| attempts.also.clone());
    }
}

impl Attempts {
    fn note(&mut self, key: PositionKey, sale: ForcedSale) {
        self.of.insert((key, sale == ForcedSale::Executed));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::ids::ProtocolId;

    fn key(position: u32) -> PositionKey {
        PositionKey { protocol: ProtocolId(0), market: 0, position }
    }

    #[test]
    fn a_world_suits_who_treats_all_attempts_as_it_did() {
        let acting = |positions: &[u32]| positions.iter().copied().map(key).collect::<BTreeSet<_>>();
        let mut sales = ForcedSales::only(acting(&[1, 2]));
        sales.keep_attempts(&[OtherSale::StopLosses]);
        assert!(sales.suits(&acting(&[9])), "nothing was attempted yet");
        assert_eq!((sales.attempt(key(1)), sales.attempt(key(3))), (ForcedSale::Executed, ForcedSale::Muted));
        assert!(sales.suits(&acting(&[1])) && sales.suits(&acting(&[1, 9])));
        assert!(!sales.suits(&acting(&[])) && !sales.suits(&acting(&[1, 3])));
        assert_eq!(sales.muted(), acting(&[3]));

        // Of what owners want to sell, only what was named counts.
        assert_eq!(sales.attempt_other(OtherSale::Closings, key(4)), ForcedSale::Executed);
        assert!(sales.suits(&acting(&[1])));
        assert_eq!(sales.attempt_other(OtherSale::StopLosses, key(5)), ForcedSale::Executed);
        assert!(!sales.suits(&acting(&[1])));
        sales.let_act(acting(&[1, 5]));
        assert_eq!(sales.attempt_other(OtherSale::StopLosses, key(6)), ForcedSale::Muted);
    }

    #[test]
    #[should_panic(expected = "before the first sale that it treats otherwise")]
    fn whoever_treats_an_attempt_otherwise_comes_too_late() {
        let mut sales = ForcedSales::default();
        sales.keep_attempts(&[]);
        sales.attempt(key(1));
        sales.let_act(BTreeSet::new());
    }
}
