//! Which ways lead from one token to another: found once per run for the pairs that somebody asks for, since pools do
//! not come and go.

use std::sync::OnceLock;

use plimsoll_protocols::amm::Direction;
use smallvec::SmallVec;

use crate::chain::families::amm::Swap;
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::transaction::{Action, Actions, AmountIn};
use crate::deployments::amm::PoolCell;
use crate::deployments::deployed::Protocols;

/// Most hops of a path.
pub const MOST_HOPS: usize = 3;

/// One swap of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// In which pool.
    pub pool: PoolId,
    /// Which token goes in, and which comes out.
    pub direction: Direction,
}

impl Hop {
    /// Returns what an amount would buy now, in smallest units; none where the pool refuses, or pays nothing out.
    pub fn quote(self, protocols: &Protocols, amount: u128, now: u64) -> Option<u128> {
        let amm = protocols.pool(self.pool).pool.amm();
        amm.quote_exact_in(self.direction, amount, now).ok().filter(|out| *out > 0)
    }

    /// Returns the swap.
    pub fn swap(self, protocols: &Protocols, amount_in: AmountIn, least_out: u128) -> Action {
        Swap { direction: self.direction, amount_in, least_out }.of(protocols.directory.pools[self.pool.index()].at)
    }
}

/// Swaps in a row, each of what the one before paid out, each in another pool: what it would do is then what its hops
/// are quoted one by one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub SmallVec<[Hop; MOST_HOPS]>);

impl Path {
    /// Returns what an amount would buy now, in smallest units; none if some pool refuses.
    pub fn quote(&self, protocols: &Protocols, amount: u128, now: u64) -> Option<u128> {
        self.0.iter().try_fold(amount, |amount, hop| hop.quote(protocols, amount, now))
    }

    /// Adds its swaps; the last one reverts below `least_out`.
    pub fn trade(&self, protocols: &Protocols, amount: AmountIn, least_out: u128, actions: &mut Actions) {
        let last = self.0.len() - 1;
        for (place, hop) in self.0.iter().enumerate() {
            let amount_in = if place == 0 { amount } else { AmountIn::Received };
            actions.push(hop.swap(protocols, amount_in, if place == last { least_out } else { 0 }));
        }
    }

    /// Whether some pool is on both.
    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().any(|hop| other.0.iter().any(|theirs| theirs.pool == hop.pool))
    }

    /// Returns how many hops it begins with that the other begins with as well.
    pub fn common_hops(&self, other: &Self) -> usize {
        self.0.iter().zip(&other.0).take_while(|(one, other)| one == other).count()
    }
}

/// A pool, as a place where tokens meet.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Crossing {
    pool: PoolId,
    tokens: SmallVec<[TokenId; 2]>,
}

/// Every path of up to [`MOST_HOPS`] hops between two tokens that crosses no token and no pool twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths {
    tokens: usize,
    crossings: Vec<Crossing>,
    /// By the token that is paid, then by the one that is got; rows and paths come when they are first asked for.
    found: Vec<OnceLock<Row>>,
}

/// The paths from one token, by the token that they lead to.
type Row = Box<[OnceLock<Box<[Path]>>]>;

impl Paths {
    /// The paths through these pools, in the order of their ids, between the first so many tokens.
    pub fn new<'a>(tokens: usize, pools: impl IntoIterator<Item = &'a PoolCell>) -> Self {
        let crossings = pools.into_iter().map(|cell| Crossing { pool: cell.id, tokens: cell.tokens.clone() });
        let found = (0..tokens).map(|_| OnceLock::new()).collect();
        Self { tokens, crossings: crossings.collect(), found }
    }

    /// Returns the paths from one token to another, in the order of their hops, pool by pool: paths that begin alike
    /// follow each other.
    pub fn between(&self, from: TokenId, to: TokenId) -> &[Path] {
        let Some(row) = self.found.get(from.index()) else { return &[] };
        let row = row.get_or_init(|| (0..self.tokens).map(|_| OnceLock::new()).collect());
        let Some(found) = row.get(to.index()) else { return &[] };
        found.get_or_init(|| {
            let mut list = Vec::new();
            self.search(from, to, &mut SmallVec::from_slice(&[from]), &mut SmallVec::new(), &mut list);
            list.into_boxed_slice()
        })
    }

    /// Lists every way on from `here`, after `crossed` tokens by `hops`.
    fn search(
        &self,
        here: TokenId,
        to: TokenId,
        crossed: &mut SmallVec<[TokenId; 4]>,
        hops: &mut SmallVec<[Hop; MOST_HOPS]>,
        list: &mut Vec<Path>,
    ) {
        for crossing in &self.crossings {
            let Some(pays) = crossing.tokens.iter().position(|token| *token == here) else { continue };
            if hops.iter().any(|hop| hop.pool == crossing.pool) {
                continue;
            }
            for (takes, next) in crossing.tokens.iter().enumerate() {
                if crossed.contains(next) {
                    continue;
                }
                hops.push(Hop { pool: crossing.pool, direction: Direction { pays: place(pays), takes: place(takes) } });
                if *next == to {
                    list.push(Path(hops.clone()));
                } else if hops.len() < MOST_HOPS {
                    crossed.push(*next);
                    self.search(*next, to, crossed, hops, list);
                    crossed.pop();
                }
                hops.pop();
            }
        }
    }
}

fn place(index: usize) -> u8 {
    u8::try_from(index).expect("a pool holds few tokens")
}
