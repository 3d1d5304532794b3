//! What a run and its counterfactuals are watched for to tell causes: the prices that decide about liquidations, block
//! by block, and every liquidation.

use bevy_ecs::prelude::{Res, ResMut, Resource};

use super::exposed::Followed;
use crate::agents::view::View;
use crate::chain::event::{Event, EventKind, EventLog};
use crate::chain::forced_sales::OtherSale;
use crate::chain::ids::{AgentId, ProtocolId, TokenId};
use crate::chain::liquidation::{Liquidation, PriceSource, Prize};
use crate::deployments::positions::DebtAt;
use crate::deployments::positions::positions_of;

/// A price that decides about liquidations: what a token costs at the place that the protocol looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// What it is called: the collateral's symbol, and the pool's or the oracle's name.
    pub name: String,
    /// The token whose price it is.
    pub collateral: TokenId,
    /// The pool or oracle that the protocol reads.
    source: PriceSource,
}

/// A liquidation at its time's outside prices, in the numeraire.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// As the event log has it.
    pub fact: Liquidation,
    /// The block in which it executed.
    pub block: u64,
    /// The index in [`Trace::watched`] of the price that failed it.
    pub watched: usize,
    /// The sender of the transaction.
    pub liquidator: AgentId,
    /// What the liquidator got, in smallest units of the debt's token; nothing for a loss.
    pub prize: u128,
    /// What was seized, sold or not.
    pub collateral_numeraire: f64,
    /// What the liquidation sells, at once or by whoever got it.
    pub sold_numeraire: f64,
    /// Debt that was liquidated, repaid or not.
    pub debt_numeraire: f64,
    /// What was left unpaid.
    pub bad_debt_numeraire: f64,
    /// The collateral's price at the external venue.
    pub price_outside_numeraire: f64,
}

/// Prices and liquidations of a run, block by block: what counterfactuals are compared in.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Trace {
    /// The prices that liquidations depend on, in the order in which they were met.
    pub watched: Vec<Watched>,
    /// The watched prices before the first block, indexed as `watched`.
    pub start: Vec<f64>,
    /// The watched prices after each block, block by block.
    prices: Vec<f64>,
    /// Every liquidation, in order of execution.
    pub liquidations: Vec<Traced>,
    /// Paid to liquidators, each prize valued in its block.
    pub prizes_numeraire: f64,
    /// Gas of liquidators' transactions, reverted ones included.
    pub gas_paid_numeraire: f64,
    /// The highest share of all debt after any block that would not be paid in full by a liquidation, and that block.
    pub toxic: Option<(f64, u64)>,
    /// Closings that the scenario counts as forced sales too.
    also: Vec<OtherSale>,
    looks_for_toxic: bool,
}

impl Trace {
    /// Begins to watch, before the first block. What `also` names counts as a liquidation.
    pub fn open(sees: &View, also: &[OtherSale], looks_for_toxic: bool) -> Self {
        let mut trace = Self { also: also.to_vec(), looks_for_toxic, ..Self::default() };
        for protocol in (0..).map(ProtocolId).take(sees.protocols.directory.positions.len()) {
            for (collateral, source) in positions_of(sees, protocol, |positions| positions.priced()) {
                trace.watch(collateral, source, sees);
            }
        }
        trace.start = trace.watched.iter().map(|watched| watched.price(sees)).collect();
        trace
    }

    /// Goes on without looking for toxic debt, and forgets what was found.
    pub fn ignore_toxic(&mut self) {
        self.toxic = None;
        self.looks_for_toxic = false;
    }

    /// Adds a price to those that are recorded; does nothing if it is there.
    fn watch(&mut self, collateral: TokenId, source: PriceSource, sees: &View) {
        if self.number(collateral, source).is_none() {
            let place = match source {
                PriceSource::Pool { pool, .. } => sees.protocols.directory.pools[pool.index()].name.clone(),
                PriceSource::Oracle(feed) => format!("oracle {}", sees.oracles.feed(feed).name),
            };
            let name = format!("{} in {place}", sees.tokens.get(collateral).name);
            self.watched.push(Watched { name, collateral, source });
        }
    }

    /// Returns the index of a watched price; none if it is not watched.
    fn number(&self, collateral: TokenId, source: PriceSource) -> Option<usize> {
        self.watched.iter().position(|watched| watched.source == source && watched.collateral == collateral)
    }

    /// Returns how many blocks were recorded.
    pub fn blocks(&self) -> u64 {
        self.prices.len().checked_div(self.watched.len()).unwrap_or(0) as u64
    }

    /// Returns a watched price after a block, in the pool's or oracle's unit.
    pub fn price(&self, watched: usize, block: u64) -> f64 {
        let block = usize::try_from(block).expect("a run's blocks fit memory");
        self.prices[block * self.watched.len() + watched]
    }

    /// Returns the lowest of a watched price before and after all blocks, and the block after which it was first so low.
    pub fn lowest(&self, watched: usize) -> (f64, Option<u64>) {
        let prices = (0..self.blocks()).map(|block| (self.price(watched, block), Some(block)));
        prices.fold((self.start[watched], None), |least, now| if now.0 < least.0 { now } else { least })
    }

    fn take_in(&mut self, event: &Event, sees: &View) {
        match &event.kind {
            EventKind::Liquidated(at) => {
                self.gas_paid_numeraire += sees.worth(sees.tokens.native, event.fee);
                self.prizes_numeraire += match at.prize {
                    Prize::Paid(prize) => sees.worth(at.debt_token, prize),
                    Prize::Seized => seized_worth(at, sees) - sees.worth(at.debt_token, at.repaid),
                };
                self.add(at, event, sees);
            }
            // Whoever names a position in vain wanted to liquidate it.
            EventKind::Reverted { position: Some(_), .. } => {
                self.gas_paid_numeraire += sees.worth(sees.tokens.native, event.fee);
            }
            EventKind::Worked(at) if self.also.contains(&at.sale) => {
                if let Some(closed) = &at.closed {
                    self.add(closed, event, sees);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, at: &Liquidation, event: &Event, sees: &View) {
        let (liquidator, _) = event.sender.expect("somebody sent the transaction");
        let (collateral, debt) = (seized_worth(at, sees), at.debt_whole * sees.venues.price(at.debt_token));
        self.liquidations.push(Traced {
            block: sees.clock.block,
            watched: self.number(at.collateral, at.price_source).expect("every price that decides is watched"),
            liquidator,
            prize: match at.prize {
                Prize::Paid(prize) => prize,
                Prize::Seized => sees.units_worth(at.debt_token, (collateral - debt).max(0.0)),
            },
            collateral_numeraire: collateral,
            sold_numeraire: sees.worth(at.collateral, at.sold),
            debt_numeraire: debt,
            bad_debt_numeraire: sees.worth(at.debt_token, at.bad_debt),
            price_outside_numeraire: sees.venues.price(at.collateral),
            fact: at.clone(),
        });
    }

    /// Follows the share of debt that a liquidation would not pay in full.
    fn look_for_toxic(&mut self, sees: &View) {
        let (mut toxic, mut all) = (0.0, 0.0);
        for followed in Followed::all(sees) {
            let mut add = |DebtAt { health_factor, debt, covered_from }| {
                toxic += if health_factor < covered_from { debt } else { 0.0 };
                all += debt;
            };
            followed.debts(sees, &mut add);
            followed.auctioned(sees, &mut add);
        }
        if all > 0.0 && self.toxic.is_none_or(|(most, _)| toxic / all > most) {
            self.toxic = Some((toxic / all, sees.clock.block));
        }
    }
}

/// Returns what the seized collateral is worth outside, in whole numeraire tokens.
fn seized_worth(at: &Liquidation, sees: &View) -> f64 {
    at.seized.iter().map(|(token, units)| sees.worth(*token, *units)).sum()
}

impl Watched {
    fn price(&self, sees: &View) -> f64 {
        match self.source {
            PriceSource::Pool { pool, inverted } => {
                let price = sees.protocols.pool(pool).price(sees);
                if inverted { 1.0 / price } else { price }
            }
            PriceSource::Oracle(feed) => sees.oracles.feed(feed).answer(),
        }
    }
}

/// Records the block's prices and liquidations; runs in the stage `record`.
pub fn trace_block(sees: View, log: Res<EventLog>, mut trace: ResMut<Trace>) {
    for event in &*log {
        trace.take_in(event, &sees);
    }
    for index in 0..trace.watched.len() {
        let price = trace.watched[index].price(&sees);
        trace.prices.push(price);
    }
    if trace.looks_for_toxic {
        trace.look_for_toxic(&sees);
    }
}
