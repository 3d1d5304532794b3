//! What leveraged farmers get from their farms, and what prices cost them.
//!
//! A worker stakes the liquidity of all its positions as one, and turns what that earns into more of it. So what a share
//! of the stake has brought is kept once for each worker, and a position costs something only where it changes.
//!
//! * *Rewards.* Of each harvest, what is left after the bounty, worth what it was outside in its block, goes by shares of
//!   the stake at that moment.
//! * *Impermanent loss.* The worth of the position's claim on the pool without fees, less that of holding what was put in:
//!   both tokens that went into the pool, those that rewards bought from then on. Of a pool of constant product, `x` and
//!   `y` put in are without fees at any later moment as much of both as the pool then has them, with the product `x y`. So
//!   at outside prices that the pool has as well, the loss is `2 sqrt(r) / (1 + r) - 1` times the worth of holding, `r`
//!   being the price over the one at entry. What is owed is no part of it: assets that a loan has paid for count whole, and
//!   the loan is apart. It is counted until the position is closed or liquidated, at that block's outside prices.

use std::collections::BTreeMap;

use serde::Serialize;

use super::agent_books::AgentBooks;
use crate::agents::AgentDirectory;
use crate::agents::fitting::unit;
use crate::agents::view::View;
use crate::chain::families::leveraged_farm::{ReinvestedAt, WorkedAt};
use crate::chain::ids::{AgentId, PositionKey, WorkerId};
use crate::chain::liquidation::Liquidation;

/// The agent kind whose positions are followed, as in `agents.csv`.
const KIND: &str = "Farmer";

/// An amount of a worker's base asset and of the token farmed with it, in smallest units.
type Both = [f64; 2];

/// What became of a farmer's positions, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FarmFigures {
    /// Its share of what was harvested, each at its block's outside price.
    pub rewards: f64,
    /// Worth of claims on the pool without fees less that of holding what was put in; not above zero but for rounding.
    pub impermanent_loss: f64,
}

/// What became of a population of leveraged farmers.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Farmed {
    /// As the scenario names it.
    pub population: String,
    /// Agents of the population, those that never farmed included.
    pub agents: u64,
    /// Farm rewards, paid and pending.
    pub rewards_numeraire: f64,
    /// Worth of their claims on pools without fees less that of holding what was put in; their loans are no part of it.
    pub impermanent_loss_numeraire: f64,
}

/// Liquidity of a pool of constant product, without the fees that it has earned.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Liquidity {
    /// Root of the product of both amounts, which trades do not change.
    units: f64,
    /// What went into the pool for it.
    put_in: Both,
}

/// What a share of a worker's stake has brought since the first block.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct PerShare {
    /// Rewards, in whole numeraire tokens.
    rewards: f64,
    /// What they became.
    liquidity: Liquidity,
}

/// A position with a share of its worker's stake.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Held {
    owner: AgentId,
    worker: WorkerId,
    share: f64,
    /// What a share had brought when this was last settled.
    settled: PerShare,
    liquidity: Liquidity,
}

/// What leveraged farms have brought to whom.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FarmBooks {
    workers: BTreeMap<WorkerId, PerShare>,
    positions: BTreeMap<PositionKey, Held>,
    farmers: BTreeMap<AgentId, FarmFigures>,
}

fn floats(amounts: [u128; 2]) -> Both {
    amounts.map(|amount| amount as f64)
}

/// Returns what a smallest unit of both of a worker's tokens is worth.
fn prices(sees: &View, worker: WorkerId) -> Both {
    sees.base_and_farmed(worker).map(|token| unit(sees, token))
}

fn dot(left: Both, right: Both) -> f64 {
    left[0] * right[0] + left[1] * right[1]
}

impl Liquidity {
    /// Liquidity that was just put in.
    fn of(put_in: Both) -> Self {
        Self { units: (put_in[0] * put_in[1]).sqrt(), put_in }
    }

    /// Adds other liquidity, so many times.
    fn add(&mut self, other: &Self, times: f64) {
        self.units += times * other.units;
        self.put_in[0] += times * other.put_in[0];
        self.put_in[1] += times * other.put_in[1];
    }

    /// Returns what it is worth more than holding what was put in would be, where it is a claim on so much, its fees
    /// included.
    fn beyond_holding(&self, claim: Both, prices: Both) -> f64 {
        let grown = (claim[0] * claim[1]).sqrt();
        let without_fees = if grown > 0.0 { self.units / grown } else { 1.0 };
        without_fees * dot(claim, prices) - dot(self.put_in, prices)
    }
}

impl PerShare {
    /// Adds what some others have grown by, so many times.
    fn add(&mut self, other: &Self, times: f64) {
        self.rewards += times * other.rewards;
        self.liquidity.add(&other.liquidity, times);
    }
}

impl Held {
    /// Takes in what its share has brought since it was settled; returns the rewards.
    fn settle(&mut self, now: &PerShare) -> f64 {
        let mut grown = *now;
        grown.add(&self.settled, -1.0);
        self.settled = *now;
        self.liquidity.add(&grown.liquidity, self.share);
        self.share * grown.rewards
    }
}

impl FarmBooks {
    /// Opens the books before the first block: what was put in is what positions have a claim on.
    pub fn open(sees: &View, directory: &AgentDirectory) -> Self {
        let mut books = Self::default();
        for at in sees.farm_shares() {
            let Some(owner) = directory.agent(at.owner) else { continue };
            let held = books.held(owner, at.key, at.worker);
            held.share = at.share as f64;
            held.liquidity = Liquidity::of(at.claim);
        }
        books
    }

    /// Returns a position, settled up to now and with nothing in it if it is new.
    fn held(&mut self, owner: AgentId, key: PositionKey, worker: WorkerId) -> &mut Held {
        let now = *self.workers.entry(worker).or_default();
        let new = Held { owner, worker, share: 0.0, settled: now, liquidity: Liquidity::default() };
        let held = self.positions.entry(key).or_insert(new);
        self.farmers.entry(owner).or_default().rewards += held.settle(&now);
        held
    }

    /// Takes in what an owner did to a position.
    pub fn worked(&mut self, owner: AgentId, at: &WorkedAt, sees: &View) {
        if let Some(sold) = &at.closed {
            return self.ended(sold, sees);
        }
        let held = self.held(owner, at.key, at.worker);
        held.share = at.share as f64;
        held.liquidity.add(&Liquidity::of(floats(at.added)), 1.0);
    }

    /// Takes in that a position was closed or liquidated; nothing of what is no leveraged farm's.
    pub fn ended(&mut self, at: &Liquidation, sees: &View) {
        let Some(Held { owner, worker, .. }) = self.positions.get(&at.key).copied() else { return };
        let held = *self.held(owner, at.key, worker);
        self.positions.remove(&at.key);
        let tokens = sees.base_and_farmed(worker);
        let of = |token| at.seized.iter().find(|(seized, _)| *seized == token).map_or(0, |(_, units)| *units);
        let loss = held.liquidity.beyond_holding(floats(tokens.map(of)), prices(sees, worker));
        self.farmers.entry(owner).or_default().impermanent_loss += loss;
    }

    /// Takes in that a worker's rewards became liquidity. Without any share, that is nobody's.
    pub fn reinvested(&mut self, at: &ReinvestedAt, sees: &View) {
        if at.shares == 0 {
            return;
        }
        let reward = sees.protocols.farm(sees.protocols.worker(at.worker).farm).reward;
        let harvest = PerShare { rewards: sees.worth(reward, at.sold), liquidity: Liquidity::of(floats(at.added)) };
        self.workers.entry(at.worker).or_default().add(&harvest, 1.0 / at.shares as f64);
    }

    /// Settles all positions that are left, as if they were closed; the run is over.
    pub fn close(&mut self, sees: &View) {
        for at in sees.farm_shares() {
            let Some(Held { owner, worker, .. }) = self.positions.get(&at.key).copied() else { continue };
            let held = *self.held(owner, at.key, worker);
            let loss = held.liquidity.beyond_holding(at.claim, prices(sees, worker));
            self.farmers.entry(owner).or_default().impermanent_loss += loss;
        }
        self.positions.clear();
    }

    /// Returns what became of a farmer's positions; none of one that never had any.
    pub fn figures(&self, agent: AgentId) -> Option<&FarmFigures> {
        self.farmers.get(&agent)
    }

    /// Returns every farmer that had a position, by id.
    pub fn farmers(&self) -> impl Iterator<Item = (AgentId, &FarmFigures)> {
        self.farmers.iter().map(|(agent, figures)| (*agent, figures))
    }

    /// Adds up what became of each population of leveraged farmers.
    pub fn by_population(&self, directory: &AgentDirectory, agents: &AgentBooks) -> Vec<Farmed> {
        let mut rows: Vec<Farmed> = Vec::new();
        for (id, book) in agents.all().filter(|(id, _)| directory.population(*id).kind == KIND) {
            let population = &directory.population(id).name;
            if rows.last().is_none_or(|row| row.population != *population) {
                rows.push(Farmed { population: population.clone(), ..Farmed::default() });
            }
            let row = rows.last_mut().expect("it was just pushed");
            row.agents += 1;
            row.rewards_numeraire += book.rewards;
            row.impermanent_loss_numeraire += self.figures(id).map_or(0.0, |figures| figures.impermanent_loss);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2,000 and 1 at a price of 2,000, which becomes `r` times that; half of what is there then are fees.
    #[test]
    fn without_fees_the_loss_is_that_of_a_constant_product() {
        for r in [0.01_f64, 0.25, 0.5, 1.0, 1.7, 4.0, 900.0] {
            let liquidity = Liquidity::of([2_000.0, 1.0]);
            let claim = [2.0 * 2_000.0 * r.sqrt(), 2.0 / r.sqrt()];
            let (prices, holding) = ([1.0, 2_000.0 * r], 2_000.0 * (1.0 + r));
            let expected = (2.0 * r.sqrt() / (1.0 + r) - 1.0) * holding;
            let told = liquidity.beyond_holding(claim, prices);
            assert!((told - expected).abs() <= 1e-12 * holding, "{r}: {told} is not {expected}");
        }
    }

    #[test]
    fn a_share_gets_what_came_while_it_was_there() {
        let (mut worker, mut early) = (PerShare::default(), None);
        let mut got = [0.0; 2];
        for step in 0..4 {
            let harvest = PerShare { rewards: 30.0, liquidity: Liquidity::of([4.0, 9.0]) };
            let shares = if step < 2 { 10.0 } else { 30.0 };
            worker.add(&harvest, 1.0 / shares);
            if step == 1 {
                let held = Held {
                    owner: AgentId(0),
                    worker: WorkerId(0),
                    share: 20.0,
                    settled: worker,
                    liquidity: Liquidity::default(),
                };
                early = Some(held);
            }
        }
        let mut late = early.expect("it came");
        got[0] += late.settle(&worker);
        got[1] += late.settle(&worker);
        assert!((got[0] - 40.0).abs() < 1e-12 && got[1] == 0.0, "{got:?}");
        assert!((late.liquidity.units - 8.0).abs() < 1e-12, "{late:?}");
    }
}
