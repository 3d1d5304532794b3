//! What providers of liquidity earn in fees, lose by prices, and lose against rebalancing.
//!
//! Worths are in whole numeraire tokens at outside prices. What a provider has is split so that the parts add up to its
//! profit, to the rounding of floats: `fees + impermanent loss + revaluation + own trades - gas`.
//!
//! * *Fees.* Where the pool keeps them apart (Uniswap V3), what is owed and what was collected, to the unit. Elsewhere what the
//!   pool's invariant per liquidity token has grown by since the liquidity came: of a claim of which the invariant has grown
//!   from `a` to `b`, the part `1 - a / b` of every token. The rest is the position without fees.
//! * *Impermanent loss.* The worth of the position without fees less the worth of holding what was put in.
//! * *Revaluation.* What prices did to that holding, and to the wallet.
//! * *Own trades.* What its own swaps brought less what they cost.
//! * *Loss versus rebalancing* (J. Milionis, C. Moallemi, T. Roughgarden, A. L. Zhang, arXiv 2208.06046): what somebody gains who
//!   holds at every moment what the position holds, trading at outside prices, less what the position gains without fees.
//!   With holdings `x` after a block and prices `p` in it, a block adds `p (x before - x after)`. It is kept once for each
//!   pool and range, per unit of liquidity: a provider costs nothing until it moves.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Res, ResMut, Resource};
use plimsoll_protocols::amm::{RangeKey, TickRange};
use smallvec::SmallVec;

use crate::agents::AgentDirectory;
use crate::agents::fitting::unit;
use crate::agents::view::View;
use crate::chain::event::{Event, EventKind, EventLog};
use crate::chain::families::amm::LiquidityAt;
use crate::chain::ids::{AccountId, AgentId, PoolId};

/// The agent kind whose liquidity is followed, as in `agents.csv`.
pub const KIND: &str = "LiquidityProvider";

/// An amount of each of a pool's tokens, in their places and in smallest units.
type Amounts = SmallVec<[f64; 2]>;

/// A pool, and the range of ticks where its liquidity has ranges.
type PoolRange = (PoolId, Option<TickRange>);

/// What became of a provider's capital, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Fees earned, in whole numeraire tokens: at prices of the block that collected them, the rest at prices now.
    pub fees: f64,
    /// Value of positions without fees less that of holding what was put in; not above zero but for rounding.
    pub impermanent_loss: f64,
    /// Loss versus rebalancing; above zero for a loss.
    pub loss_versus_rebalancing: f64,
    /// What its own swaps brought less what they cost.
    pub own_trades: f64,
    /// What prices did to the wallet and to holding what was put in.
    pub revaluation: f64,
}

impl Figures {
    /// Adds another provider's figures, part by part.
    pub fn add(&mut self, other: &Self) {
        self.fees += other.fees;
        self.impermanent_loss += other.impermanent_loss;
        self.loss_versus_rebalancing += other.loss_versus_rebalancing;
        self.own_trades += other.own_trades;
        self.revaluation += other.revaluation;
    }
}

/// Liquidity in one place per unit, while a provider has some there.
#[derive(Debug, Clone, PartialEq)]
struct Track {
    /// How many providers have liquidity there: a place is followed while there are any.
    providers: u32,
    /// Tokens that a unit held after the last block, in smallest units and the pool's order.
    holds: Amounts,
    /// What a unit has lost against rebalancing since then was first looked at.
    lost: f64,
    /// Units per liquidity token as the invariant has it; one where liquidity is no token.
    per_token: f64,
}

/// One provider's liquidity in one place, from its first addition to its last removal.
#[derive(Debug, Clone, PartialEq)]
struct Spell {
    place: PoolRange,
    /// Liquidity tokens, or liquidity units of a range.
    liquidity: u128,
    /// Units without fees: of the invariant as it was when they came; liquidity itself where fees are kept apart.
    units: f64,
    /// Tokens put in, in smallest units and the pool's order; a removal of a share takes that share off.
    put_in: Amounts,
    /// The track's `lost` up to which this provider's loss is counted.
    lost: f64,
}

/// One agent's liquidity and what it has brought so far.
#[derive(Debug, Clone, Default, PartialEq)]
struct Provider {
    figures: Figures,
    spells: Vec<Spell>,
    /// By priced token: what is in its wallet and what it put in, in smallest units, since the last of its transactions.
    basket: Vec<f64>,
    /// By priced token: what a smallest unit was worth then.
    marked: Vec<f64>,
}

/// What every provider of liquidity has earned and lost.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct LiquidityBooks {
    tracks: BTreeMap<PoolRange, Track>,
    providers: BTreeMap<AgentId, Provider>,
}

/// Brings every provider up to the end of the block; runs in the stage `record`.
pub fn record_liquidity(
    sees: View,
    log: Res<EventLog>,
    agents: Res<AgentDirectory>,
    mut books: ResMut<LiquidityBooks>,
) {
    books.look(&sees);
    for event in &*log {
        books.take_in(event, &sees);
    }
    books.close_block(&log, &sees, &agents);
}

/// Returns what a smallest unit of each priced token is worth.
fn units(sees: &View) -> Vec<f64> {
    sees.tokens.priced().map(|token| unit(sees, token)).collect()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn floats(amounts: &[u128]) -> Amounts {
    amounts.iter().map(|amount| *amount as f64).collect()
}

impl LiquidityBooks {
    /// Opens the books before the first block; none where nobody provides liquidity.
    pub fn open(sees: &View, directory: &AgentDirectory) -> Option<Self> {
        let ids = (0..).map(AgentId).take(directory.agents.len());
        let ids: Vec<AgentId> = ids.filter(|id| directory.population(*id).kind == KIND).collect();
        let mut books = Self::default();
        for id in &ids {
            books.providers.insert(*id, Provider::default());
        }
        for cell in sees.protocols.pools() {
            match cell.pool.amm().concentrated() {
                Some(pool) => {
                    for (RangeKey { owner, range }, liquidity) in pool.positions() {
                        books.found(sees, directory.agent(owner), (cell.id, Some(range)), liquidity);
                    }
                }
                None => {
                    for id in &ids {
                        let held = sees.ledger.balance(directory.account(*id), cell.liquidity);
                        books.found(sees, Some(*id), (cell.id, None), held);
                    }
                }
            }
        }
        for id in &ids {
            books.settle(*id, directory.account(*id), sees);
        }
        (!ids.is_empty()).then_some(books)
    }

    /// Takes in what is there before the first block: what was put in is what it holds.
    fn found(&mut self, sees: &View, owner: Option<AgentId>, place: PoolRange, liquidity: u128) {
        let Some(owner) = owner.filter(|owner| liquidity > 0 && self.providers.contains_key(owner)) else { return };
        let track = self.track(place, sees);
        let units = liquidity as f64 * track.per_token;
        let put_in = track.holds.iter().map(|held| held * units).collect();
        let spell = Spell { place, liquidity, units, put_in, lost: track.lost };
        track.providers += 1;
        self.provider(owner).spells.push(spell);
    }

    /// Returns the track of a place, which begins now if nobody had liquidity there.
    fn track(&mut self, place: PoolRange, sees: &View) -> &mut Track {
        self.tracks.entry(place).or_insert_with(|| {
            let holds = sees.protocols.pool(place.0).pool.amm().mix(place.1, sees.clock.now());
            let mut track = Track { providers: 0, holds, lost: 0.0, per_token: 1.0 };
            track.count_tokens(place.0, sees);
            track
        })
    }

    /// Returns a provider's liquidity in a place, its loss versus rebalancing counted up to now.
    fn spell(&mut self, agent: AgentId, place: PoolRange, sees: &View) -> (&mut Figures, &mut Spell, &mut Track) {
        self.track(place, sees);
        let track = self.tracks.get_mut(&place).expect("it was just made");
        let provider = self.providers.get_mut(&agent).expect("it was asked before");
        let found = provider.spells.iter().position(|spell| spell.place == place).unwrap_or_else(|| {
            let put_in = SmallVec::from_elem(0.0, track.holds.len());
            provider.spells.push(Spell { place, liquidity: 0, units: 0.0, put_in, lost: track.lost });
            track.providers += 1;
            provider.spells.len() - 1
        });
        let spell = &mut provider.spells[found];
        provider.figures.loss_versus_rebalancing += spell.units * (track.lost - spell.lost);
        spell.lost = track.lost;
        (&mut provider.figures, spell, track)
    }

    /// Forgets a provider's liquidity in a place if there is none left, and the place with it if it was the last.
    fn forget(&mut self, agent: AgentId, place: PoolRange) {
        let spells = &mut self.provider(agent).spells;
        let before = spells.len();
        spells.retain(|spell| spell.liquidity > 0);
        let left = u32::try_from(before - spells.len()).expect("one or none");
        if let Some(track) = self.tracks.get_mut(&place) {
            track.providers -= left;
            if track.providers == 0 {
                self.tracks.remove(&place);
            }
        }
    }

    /// Looks at what a unit of liquidity holds in each place now.
    fn look(&mut self, sees: &View) {
        for (place, track) in &mut self.tracks {
            let cell = sees.protocols.pool(place.0);
            let holds = cell.pool.amm().mix(place.1, sees.clock.now());
            if holds.iter().any(|held| held.is_nan()) {
                continue; // The pool is empty: what was there last counts.
            }
            let gave = track.holds.iter().zip(&holds).map(|(before, after)| before - after);
            let worth = gave.zip(&cell.tokens).map(|(gave, token)| gave * unit(sees, *token));
            track.lost += worth.sum::<f64>();
            track.holds = holds;
            track.count_tokens(place.0, sees);
        }
    }

    fn take_in(&mut self, event: &Event, sees: &View) {
        let Some((agent, _)) = event.sender else { return };
        if !self.providers.contains_key(&agent) {
            return;
        }
        match &event.kind {
            EventKind::LiquidityAdded(at) => self.added(agent, at, sees),
            EventKind::LiquidityRemoved(at) => self.removed(agent, at, sees),
            EventKind::Swapped { pool, direction, traded } => {
                let cell = sees.protocols.pool(*pool);
                let worth = |place, amount| sees.worth(cell.token_at(place), amount);
                let brought = worth(direction.takes, traded.amount_out) - worth(direction.pays, traded.amount_in);
                self.provider(agent).figures.own_trades += brought;
            }
            _ => {}
        }
    }

    fn provider(&mut self, agent: AgentId) -> &mut Provider {
        self.providers.get_mut(&agent).expect("it was asked before")
    }

    fn added(&mut self, agent: AgentId, at: &LiquidityAt, sees: &View) {
        let (paid, prices) = (floats(&at.moved.amounts), prices(sees, at.pool));
        let (figures, spell, track) = self.spell(agent, (at.pool, at.range), sees);
        let units = at.moved.liquidity as f64 * track.per_token;
        // What trades of the same block moved after it came.
        figures.loss_versus_rebalancing += dot(&prices, &paid) - units * dot(&prices, &track.holds);
        spell.liquidity += at.moved.liquidity;
        spell.units += units;
        spell.put_in.iter_mut().zip(paid).for_each(|(sum, paid)| *sum += paid);
    }

    fn removed(&mut self, agent: AgentId, at: &LiquidityAt, sees: &View) {
        let (taken, prices) = (floats(&at.moved.amounts), prices(sees, at.pool));
        let (figures, spell, track) = self.spell(agent, (at.pool, at.range), sees);
        if at.moved.liquidity == 0 {
            figures.fees += dot(&prices, &taken);
            self.forget(agent, (at.pool, at.range));
            return;
        }
        let part = at.moved.liquidity as f64 / spell.liquidity as f64;
        let (units, held) = (spell.units * part, dot(&prices, &spell.put_in) * part);
        let grown = 1.0 - units / (at.moved.liquidity as f64 * track.per_token);
        let taken = dot(&prices, &taken);
        let fees = if at.moved.fees.is_empty() { taken * grown } else { dot(&prices, &floats(&at.moved.fees)) };
        spell.liquidity -= at.moved.liquidity;
        spell.units -= units;
        spell.put_in.iter_mut().for_each(|put_in| *put_in *= 1.0 - part);
        figures.fees += fees;
        figures.impermanent_loss += taken - fees - held;
        // What trades of the same block had not moved yet when it went.
        figures.loss_versus_rebalancing += units * dot(&prices, &track.holds) - (taken - fees);
        self.forget(agent, (at.pool, at.range));
    }

    /// Counts what prices did to those whose transactions were in the block, and what they hold from now on.
    fn close_block(&mut self, log: &EventLog, sees: &View, agents: &AgentDirectory) {
        for (agent, account) in log.iter().filter_map(|event| event.sender) {
            if self.providers.contains_key(&agent) {
                debug_assert_eq!(agents.account(agent), account);
                self.settle(agent, account, sees);
            }
        }
    }

    fn settle(&mut self, agent: AgentId, account: AccountId, sees: &View) {
        let prices = units(sees);
        let mut basket: Vec<f64> =
            sees.ledger.holdings(account)[..prices.len()].iter().map(|held| *held as f64).collect();
        let spells = self.provider(agent).spells.clone();
        for spell in &spells {
            let tokens = &sees.protocols.pool(spell.place.0).tokens;
            tokens.iter().zip(&spell.put_in).for_each(|(token, put_in)| basket[token.index()] += put_in);
        }
        let provider = self.provider(agent);
        provider.figures.revaluation += provider.revaluation(&prices);
        provider.basket = basket;
        provider.marked = prices;
    }

    /// Returns what became of a provider's capital until now; none for another agent.
    pub fn figures(&self, agent: AgentId, account: AccountId, sees: &View) -> Option<Figures> {
        let provider = self.providers.get(&agent)?;
        let mut figures = provider.figures;
        figures.revaluation += provider.revaluation(&units(sees));
        for spell in &provider.spells {
            let track = &self.tracks[&spell.place];
            let prices = prices(sees, spell.place.0);
            let (position, fees) = spell.worth(track, account, sees, &prices);
            figures.fees += fees;
            figures.impermanent_loss += position - dot(&prices, &spell.put_in);
            figures.loss_versus_rebalancing += spell.units * (track.lost - spell.lost);
        }
        Some(figures)
    }
}

/// Returns what a smallest unit of each of a pool's tokens is worth.
fn prices(sees: &View, pool: PoolId) -> Amounts {
    sees.protocols.pool(pool).tokens.iter().map(|token| unit(sees, *token)).collect()
}

impl Track {
    /// Counts how many units a liquidity token stands for.
    fn count_tokens(&mut self, pool: PoolId, sees: &View) {
        let amm = sees.protocols.pool(pool).pool.amm();
        if let (Some(size), Some(supply @ 1..)) = (amm.size(sees.clock.now()), amm.total_supply()) {
            self.per_token = size / supply as f64;
        }
    }
}

impl Provider {
    /// Returns what prices did to what it holds since the last of its transactions.
    fn revaluation(&self, prices: &[f64]) -> f64 {
        dot(&self.basket, prices) - dot(&self.basket, &self.marked)
    }
}

impl Spell {
    /// Returns what it is worth now without fees, and what it earned that is not collected.
    fn worth(&self, track: &Track, account: AccountId, sees: &View, prices: &[f64]) -> (f64, f64) {
        let (id, range) = self.place;
        let cell = sees.protocols.pool(id);
        let amm = cell.pool.amm();
        if let (Some(pool), Some(range)) = (amm.concentrated(), range) {
            let key = RangeKey { owner: account, range };
            let (held, fees) = (pool.value_of(key), pool.fees_owed(key));
            let worth = |token_0: u128, token_1: u128| token_0 as f64 * prices[0] + token_1 as f64 * prices[1];
            return (worth(held.token_0, held.token_1), worth(fees.token_0, fees.token_1));
        }
        let share = self.liquidity as f64 / amm.total_supply().unwrap_or(0) as f64;
        let claim: f64 = (0..).zip(prices).map(|(place, price)| amm.provided(place) as f64 * share * price).sum();
        let part = self.units / (self.liquidity as f64 * track.per_token);
        (claim * part, claim * (1.0 - part))
    }
}
