//! Net insolvent debt of a run: what liquidations have left unpaid, and what nothing covers of the debts that are open.
//!
//! Open debt is counted exactly wherever it is counted, and costs something for each position that may be short of
//! collateral. It is counted at the end of the run; and for the highest, after every block in which a price outside was
//! lower or higher than ever before in the run or a liquidation left something unpaid, after each of the first 256 blocks,
//! and later at distances of a 128th to a 256th of the run so far. So a calm block costs a look at the prices.

use serde::Serialize;

use crate::agents::view::View;
use crate::chain::ids::ProtocolId;
use crate::deployments::positions::positions_of;

/// Debt that nobody will pay as things stand, of all protocols, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct InsolventDebt {
    /// Realised: written off or left unpaid by liquidations, each at its block's outside prices.
    pub realised_numeraire: f64,
    /// Open at the end: of each account and protocol, and of each auction that runs, the debt beyond what its collateral is
    /// worth at outside prices, without what is realised.
    pub open_numeraire: f64,
    /// Net insolvent debt: realised and open.
    pub net_numeraire: f64,
    /// The highest net insolvent debt over the run.
    pub net_highest_numeraire: f64,
    /// The block after which it was highest; `null` if it never was above 0.
    pub net_highest_block: Option<u64>,
    /// Insolvent positions at the end: those that owe more than their collateral is worth, auctions that run among them.
    pub positions: u64,
}

/// The lowest and the highest price outside of each priced token so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extremes(Vec<(f64, f64)>);

impl Extremes {
    /// Takes in the block's prices, and says whether one is lower or higher than ever before.
    fn are_passed(&mut self, sees: &View) -> bool {
        self.0.resize(sees.tokens.priced, (f64::INFINITY, f64::NEG_INFINITY));
        let mut are_passed = false;
        for (token, (lowest, highest)) in sees.tokens.priced().zip(&mut self.0) {
            let price = sees.venues.price(token);
            are_passed |= price < *lowest || price > *highest;
            (*lowest, *highest) = (lowest.min(price), highest.max(price));
        }
        are_passed
    }
}

/// So many blocks of the run have a look each; later ones are a 128th to a 256th of the run so far apart.
const EVERY: u64 = 256;

/// Says whether open debt is counted after a block whatever happened in it.
fn is_regular(block: u64) -> bool {
    block < EVERY || block.is_multiple_of(1 << (block * 2 / EVERY).ilog2())
}

impl InsolventDebt {
    /// Adds what the block's liquidations left unpaid, in whole numeraire tokens, and counts open debt where that is due.
    pub fn follow(&mut self, realised: f64, extremes: &mut Extremes, sees: &View) {
        self.realised_numeraire += realised;
        let are_passed = extremes.are_passed(sees);
        if are_passed || realised > 0.0 || is_regular(sees.clock.block) {
            self.count(sees);
        }
    }

    /// Counts open debt after the block.
    pub fn count(&mut self, sees: &View) {
        (self.open_numeraire, self.positions) = (0.0, 0);
        for protocol in (0..).map(ProtocolId).take(sees.protocols.directory.positions.len()) {
            let open = positions_of(sees, protocol, |positions| positions.open_shortfall());
            self.open_numeraire += open.numeraire;
            self.positions += open.positions;
        }
        self.net_numeraire = self.realised_numeraire + self.open_numeraire;
        if self.net_numeraire > self.net_highest_numeraire {
            (self.net_highest_numeraire, self.net_highest_block) = (self.net_numeraire, Some(sees.clock.block));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_looks_are_a_128th_to_a_256th_of_the_run_apart() {
        let looks: Vec<u64> = (0..1_000_000).filter(|block| is_regular(*block)).collect();
        assert!(looks.iter().take(256).copied().eq(0..256));
        for pair in looks.windows(2).skip(256) {
            let share = pair[0] / (pair[1] - pair[0]);
            assert!((128..=256).contains(&share), "{pair:?}");
        }
        assert!(looks.len() < 256 + 128 * 13, "{}", looks.len());
    }
}
