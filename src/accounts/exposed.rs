//! What is exposed to a fall of one price: a market's positions that have one token as collateral.

use crate::agents::view::View;
use crate::chain::ids::{PositionKey, ProtocolId};
use crate::deployments::liquidation_map::{AtRisk, liquidatable};
use crate::deployments::positions::positions_of;
use crate::deployments::positions::{Collateral, DebtAt};

/// Positions of a market that fail when the price of one collateral does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposed {
    /// Where the positions are.
    pub protocol: ProtocolId,
    /// The collateral, and the market of the protocol that takes it.
    pub collateral: Collateral,
}

impl Exposed {
    /// Returns all that is exposed to something, by protocol and market.
    pub fn all(sees: &View) -> Vec<Self> {
        let of = |protocol| {
            let collaterals = positions_of(sees, protocol, |positions| positions.collaterals());
            collaterals.into_iter().map(move |collateral| Self { protocol, collateral })
        };
        protocols(sees).flat_map(of).collect()
    }

    /// Returns the name of its market as the scenario has it.
    pub fn market<'a>(&self, sees: &'a View) -> &'a str {
        name(sees, self.protocol, self.collateral.market)
    }

    /// Returns what begins the names of its columns.
    pub fn column(&self, sees: &View) -> String {
        let names = &sees.protocols.directory.positions[self.protocol.index()];
        if names.markets.is_empty() {
            // One market, of several collaterals.
            return format!("{} {}", names.protocol, sees.tokens.get(self.collateral.token).name);
        }
        self.market(sees).to_owned()
    }

    /// Fills in what each fall, ascending, would make liquidatable, in the numeraire.
    pub fn liquidatable(&self, sees: &View, falls: &[f64], out: &mut Vec<AtRisk>) {
        let Collateral { market, place, law, .. } = self.collateral;
        let (held, unit) = positions_of(sees, self.protocol, |positions| positions.exposures(market, place));
        liquidatable(held.into_iter(), law, falls, out);
        for at in out {
            *at = at.times(unit);
        }
    }
}

/// A market whose positions' health is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// Where the positions are.
    pub protocol: ProtocolId,
    /// The market's number within the protocol: 0 where it has one.
    pub market: u16,
}

impl Followed {
    /// Returns every market of every protocol, in the scenario's order.
    pub fn all(sees: &View) -> Vec<Self> {
        let markets = |protocol: ProtocolId| {
            let names = &sees.protocols.directory.positions[protocol.index()].markets;
            (0_u16..).take(names.len().max(1)).map(move |market| Self { protocol, market })
        };
        protocols(sees).flat_map(markets).collect()
    }

    /// Returns the market's name as the scenario has it.
    pub fn name<'a>(&self, sees: &'a View) -> &'a str {
        name(sees, self.protocol, self.market)
    }

    /// Calls `add` with the debt at every health factor.
    pub fn debts(&self, sees: &View, mut add: impl FnMut(DebtAt)) {
        positions_of(sees, self.protocol, |positions| positions.debts(self.market, &mut add));
    }

    /// Calls `add` with the debt of every auction that runs.
    pub fn auctioned(&self, sees: &View, mut add: impl FnMut(DebtAt)) {
        positions_of(sees, self.protocol, |positions| positions.auctioned(self.market, &mut add));
    }
}

fn protocols(sees: &View) -> impl Iterator<Item = ProtocolId> {
    (0..).map(ProtocolId).take(sees.protocols.directory.positions.len())
}

/// Returns the name of a market; of a protocol that has one, its own.
fn name<'a>(sees: &'a View, protocol: ProtocolId, market: u16) -> &'a str {
    let (name, of) = sees.protocols.directory.names_of(PositionKey { protocol, market, position: 0 });
    of.unwrap_or(name)
}
