//! What is exposed to a fall of one price: a goblin's positions, or a market's loans on one collateral.

use crate::agents::view::View;
use crate::chain::ids::{GoblinId, LendingId, TokenId};
use crate::deployments::liquidation_map::{Exposure, Falls, Liquidatable, exposures, liquidatable, loan_exposures};

/// Positions that fail when one price falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposed {
    /// A goblin's, to the farmed token's price in the base asset.
    Goblin(GoblinId),
    /// A market's, to the oracle's price of one collateral.
    Loans {
        /// The market.
        market: LendingId,
        /// The collateral's place among the market's assets.
        asset: u8,
    },
}

impl Exposed {
    /// Returns all that is exposed to something, in the order of the scenario: goblins, then each market's collaterals.
    pub fn all(sees: &View) -> Vec<Self> {
        let goblins = sees.protocols.goblins().map(|cell| Self::Goblin(cell.id));
        let loans = sees.protocols.all_lending().flat_map(|cell| {
            let places = (0_u8..).zip(&cell.assets).map(|(place, _)| place);
            let posted = places.filter(|place| cell.lending().threshold(*place) > 0.0);
            posted.map(|asset| Self::Loans { market: cell.id, asset }).collect::<Vec<_>>()
        });
        goblins.chain(loans).collect()
    }

    /// Returns the name of the goblin or the market.
    pub fn protocol<'a>(self, sees: &'a View) -> &'a str {
        match self {
            Self::Goblin(goblin) => &sees.protocols.directory.goblins[usize::from(goblin.0)].name,
            Self::Loans { market, .. } => &sees.protocols.directory.lending[market.index()].name,
        }
    }

    /// Returns the token whose price falls.
    pub fn collateral(self, sees: &View) -> TokenId {
        match self {
            Self::Goblin(goblin) => sees.legs(goblin)[1],
            Self::Loans { market, asset } => sees.protocols.lending(market).asset(asset).token,
        }
    }

    /// Returns what begins the names of its columns.
    pub fn column(self, sees: &View) -> String {
        match self {
            Self::Goblin(_) => self.protocol(sees).to_owned(),
            Self::Loans { .. } => format!("{} {}", self.protocol(sees), sees.tokens.get(self.collateral(sees)).name),
        }
    }

    /// Fills in what each fall, ascending, would make liquidatable, in the numeraire.
    pub fn liquidatable(self, sees: &View, falls: &[f64], out: &mut Vec<Liquidatable>) {
        match self {
            Self::Goblin(goblin) => {
                let cell = sees.protocols.goblin(goblin);
                let ground = sees.ground(cell);
                liquidatable(exposures(cell, &ground), Falls::AsSquareRoot, falls, out);
                let unit = sees.worth(ground.bank.base, 1);
                for at in out {
                    *at = at.times(unit);
                }
            }
            Self::Loans { market, asset } => {
                let cell = sees.protocols.lending(market);
                let level = cell.level(&sees.oracles, &sees.tokens, sees.clock.now());
                let held: Vec<Exposure> = loan_exposures(cell, &level, asset);
                liquidatable(held.into_iter(), Falls::AsPrice, falls, out);
            }
        }
    }
}

/// Positions whose health is followed: a goblin's, or all of a market's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// A goblin's.
    Goblin(GoblinId),
    /// All of a market's.
    Market(LendingId),
}

impl Followed {
    /// Returns every goblin, then every market.
    pub fn all(sees: &View) -> Vec<Self> {
        let goblins = sees.protocols.goblins().map(|cell| Self::Goblin(cell.id));
        goblins.chain(sees.protocols.all_lending().map(|cell| Self::Market(cell.id))).collect()
    }

    /// Returns the name of the goblin or the market.
    pub fn protocol<'a>(self, sees: &'a View) -> &'a str {
        match self {
            Self::Goblin(goblin) => &sees.protocols.directory.goblins[usize::from(goblin.0)].name,
            Self::Market(market) => &sees.protocols.directory.lending[market.index()].name,
        }
    }

    /// Calls `add` with every health factor and the debt at it, in the numeraire.
    pub fn debts(self, sees: &View, mut add: impl FnMut(f64, f64)) {
        match self {
            Self::Goblin(goblin) => {
                let cell = sees.protocols.goblin(goblin);
                let ground = sees.ground(cell);
                let unit = sees.worth(ground.bank.base, 1);
                exposures(cell, &ground).for_each(|held| add(held.health_factor, held.debt * unit));
            }
            Self::Market(market) => {
                let cell = sees.protocols.lending(market);
                let level = cell.level(&sees.oracles, &sees.tokens, sees.clock.now());
                let debts = cell.orders.heaps(&level).flat_map(|heap| heap.debts().collect::<Vec<_>>());
                debts.for_each(|(health_factor, debt)| add(health_factor, debt));
            }
        }
    }
}
