//! Finds the best way from one token to another through the run's pools, by exact quotes: one path of up to three hops,
//! or two that share no pool.
//!
//! What counts is what comes out less the gas of every hop beyond the first, at the base fee. Of equal paths the one of
//! fewer hops is taken, then the one whose pools come first. A second path takes a part where that brings more than its
//! gas: the best path beside the few that begin at a better price than the best one ends at, each with the part at which
//! both together bring most. Ignores: what else the block holds, and what splitting over three paths would bring.

mod split;

use smallvec::SmallVec;

use super::view::View;
use crate::chain::ids::TokenId;
pub use crate::deployments::paths::{Hop, MOST_HOPS, Path};

/// A path and what goes through it, in smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg<'a> {
    /// The swaps, one after the other.
    pub path: &'a Path,
    /// What is paid into the first.
    pub amount: u128,
    /// What is quoted to come out of the last.
    pub out: u128,
}

/// How an amount is traded best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<'a> {
    /// One leg, or two that share no pool.
    pub legs: SmallVec<[Leg<'a>; 2]>,
}

impl Plan<'_> {
    /// Returns what comes out of all legs.
    pub fn out(&self) -> u128 {
        self.legs.iter().map(|leg| leg.out).fold(0, u128::saturating_add)
    }

    /// Returns how many swaps it takes.
    pub fn hops(&self) -> usize {
        self.legs.iter().map(|leg| leg.path.0.len()).sum()
    }
}

/// Returns how `amount` of one token is best traded for another in this block's pools, in smallest units; none if no
/// path takes it.
pub fn best<'a>(sees: &'a View, from: TokenId, to: TokenId, amount: u128) -> Option<Plan<'a>> {
    let paths = sees.protocols.directory.paths.between(from, to);
    let hop = hop_cost(sees, to);
    let single = best_single(sees, paths, amount, hop);
    if paths.len() < 2 {
        return single.map(Leg::alone);
    }
    // What no path takes whole, two may.
    let base = single.map(|leg| leg.path).or_else(|| Some(best_single(sees, paths, amount / 2, hop)?.path))?;
    let split = split::beside(sees, paths, base, single, amount);
    let pays = |plan: &Plan| single.is_none_or(|single| plan.is_worth(hop) > Leg::alone(single).is_worth(hop));
    split.filter(pays).or_else(|| single.map(Leg::alone))
}

impl<'a> Leg<'a> {
    fn alone(self) -> Plan<'a> {
        Plan { legs: SmallVec::from_slice(&[self]) }
    }
}

impl Plan<'_> {
    /// Returns what comes out, and what hops cost that it has not: it sorts plans of up to two legs by what they bring.
    fn is_worth(&self, hop: u128) -> u128 {
        net(self.out(), self.hops(), hop)
    }
}

/// Returns what a further hop costs in smallest units of a token, at the base fee.
pub fn hop_cost(sees: &View, token: TokenId) -> u128 {
    sees.units_worth(token, sees.gas_worth(sees.gas.schedule.further_swap))
}

/// Returns what comes out, with the cost of the hops that are spared: no plan has more than two paths.
fn net(out: u128, hops: usize, hop: u128) -> u128 {
    out.saturating_add(hop.saturating_mul((2 * MOST_HOPS - hops) as u128))
}

/// Returns the path that brings most for an amount after the gas of its hops. Paths that begin alike follow each other,
/// so that what their first hops bring is asked once.
fn best_single<'a>(sees: &View, paths: &'a [Path], amount: u128, hop: u128) -> Option<Leg<'a>> {
    let mut best: Option<Leg> = None;
    let mut outs = [None; MOST_HOPS];
    let mut before: Option<&Path> = None;
    for path in paths {
        let known = before.map_or(0, |before| path.common_hops(before));
        for place in known..path.0.len() {
            let paid = if place == 0 { Some(amount) } else { outs[place - 1] };
            outs[place] = paid.and_then(|paid| path.0[place].quote(&sees.protocols, paid, sees.clock.now()));
        }
        before = Some(path);
        let Some(out) = outs[path.0.len() - 1] else { continue };
        let worth = |leg: &Leg| net(leg.out, leg.path.0.len(), hop);
        let leg = Leg { path, amount, out };
        let is_better = |best: &Leg| {
            worth(&leg) > worth(best) || (worth(&leg) == worth(best) && leg.path.0.len() < best.path.0.len())
        };
        if best.as_ref().is_none_or(is_better) {
            best = Some(leg);
        }
    }
    best
}
