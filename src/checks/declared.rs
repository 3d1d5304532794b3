//! What a scenario declares, as others in it ask: which tokens a pool holds, what may be borrowed against what.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::ops::Deref;

use smallvec::SmallVec;

use crate::reader::piece::Node;

/// A token, as far as others rely on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeclaredToken<'d> {
    /// Its symbol, which others name it by.
    pub name: &'d str,
    /// A whole token has `10^decimals` smallest units.
    pub decimals: u8,
    /// Its price outside at the start, in the numeraire, if that could be read.
    pub start: Option<f64>,
}

/// What others may ask of a pool that the scenario lists.
pub trait DeclaredPool: Debug {
    /// Returns the name that others use.
    fn name(&self) -> &str;

    /// Returns its tokens' symbols, in the pool's order.
    fn tokens(&self) -> SmallVec<[&str; 3]>;

    /// Returns how many ticks apart ranges may end; none where liquidity lies at all prices.
    fn tick_spacing(&self) -> Option<i32> {
        None
    }

    /// Returns the swap fee of a constant-product pair in basis points; none of a pool of another kind.
    fn pair_fee_bps(&self) -> Option<u16> {
        None
    }
}

/// What others may ask of a lending market that the scenario lists.
pub trait DeclaredLending: Debug {
    /// Returns the name that others use.
    fn name(&self) -> &str;

    /// Returns its assets' tokens and oracles, in their places.
    fn names(&self) -> Vec<(&str, &str)>;

    /// Returns how much of a collateral's worth may be borrowed, and owed until it may be liquidated; none if the one is
    /// not lent against the other.
    fn limits(&self, collateral: &str, debt: &str) -> Option<(f64, f64)>;

    /// Says whether it gives flash loans.
    fn has_flash_loans(&self) -> bool;
}

/// A staking contract, as far as others rely on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredFarm<'d> {
    /// The name that others use.
    pub name: &'d str,
    /// The protocol, as scenario files write it.
    pub protocol: &'static str,
    /// The pools whose liquidity tokens are staked, by market.
    pub pools: Vec<&'d str>,
    /// The symbol of the token that it pays.
    pub reward: &'d str,
}

/// A kind of collateral against which vaults owe a stablecoin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeclaredVaults<'d> {
    /// The name that others use.
    pub name: &'d str,
    /// The collateral's symbol.
    pub token: &'d str,
    /// The oracle that prices the collateral.
    pub oracle: &'d str,
    /// The stablecoin's symbol.
    pub owes: &'d str,
    /// Worth of the collateral over debt below which a vault may be liquidated.
    pub liquidation_ratio: f64,
    /// Whether a bid in its auctions stands for longer than a transaction.
    pub bids_stand: bool,
}

/// A pool that borrowers of a bank farm, as far as others rely on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeclaredFarming<'d> {
    /// The name that others use.
    pub name: &'d str,
    /// The bank's name.
    pub bank: &'d str,
    /// The farmed pool's name.
    pub pool: &'d str,
    /// The name of the pool in which rewards are sold.
    pub reward_pool: &'d str,
    /// Debt over health up to which positions may be opened, and the leverage that it lets a small one have, unless it
    /// is impossible.
    pub most: Option<(f64, f64)>,
}

/// An oracle, as far as others rely on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeclaredOracle<'d> {
    /// The name that others use.
    pub name: &'d str,
    /// The symbol of the token that it prices.
    pub token: &'d str,
    /// Whether its prices are published by transactions.
    pub by_transaction: bool,
}

/// Something that others find by its name.
pub trait Named<'d> {
    /// Returns the name that others use.
    fn named(&self) -> &'d str;
}

macro_rules! named {
    ($($thing:ident)+) => {
        $(impl<'d> Named<'d> for $thing<'d> {
            fn named(&self) -> &'d str {
                self.name
            }
        })+
    };
}

named! { DeclaredToken DeclaredFarm DeclaredVaults DeclaredFarming DeclaredOracle }

impl<'d> Named<'d> for &'d dyn DeclaredPool {
    fn named(&self) -> &'d str {
        self.name()
    }
}

impl<'d> Named<'d> for &'d dyn DeclaredLending {
    fn named(&self) -> &'d str {
        self.name()
    }
}

/// Things of a kind, in the scenario's order, each to be found by its name.
#[derive(Debug)]
pub struct ByName<'d, T> {
    all: Vec<T>,
    /// Where in `all` a name stands first.
    first: BTreeMap<&'d str, usize>,
}

impl<T> Default for ByName<'_, T> {
    fn default() -> Self {
        Self { all: Vec::new(), first: BTreeMap::new() }
    }
}

impl<'d, T: Named<'d>> FromIterator<T> for ByName<'d, T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let all: Vec<T> = things.into_iter().collect();
        let mut first = BTreeMap::new();
        for (index, thing) in all.iter().enumerate() {
            first.entry(thing.named()).or_insert(index);
        }
        Self { all, first }
    }
}

impl<T> Deref for ByName<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.all
    }
}

impl<T> ByName<'_, T> {
    /// Returns the first of this name; none if it is unknown or could not be read.
    pub fn find(&self, name: &str) -> Option<&T> {
        self.first.get(name).map(|index| &self.all[*index])
    }

    /// Returns the place of the first of this name among all.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.first.get(name).copied()
    }

    /// Returns the first of this name, to write.
    pub fn find_mut(&mut self, name: &str) -> Option<&mut T> {
        self.first.get(name).map(|index| &mut self.all[*index])
    }
}

/// What a scenario declares, as far as it could be read.
#[derive(Debug, Default)]
pub struct Declared<'d> {
    /// From one block to the next on average, in milliseconds; none if it could not be read.
    pub block_ms: Option<u64>,
    /// How long the run lasts on average, in milliseconds.
    pub length_ms: Option<u64>,
    /// How many blocks it has, and where that is said; none of a run without any.
    pub blocks: Option<(u64, Node<'d>)>,
    /// Its symbol; none if it could not be read.
    pub numeraire: Option<&'d str>,
    /// In the scenario's order, like the lists below.
    pub tokens: ByName<'d, DeclaredToken<'d>>,
    /// Those that could be read.
    pub pools: ByName<'d, &'d dyn DeclaredPool>,
    /// Whether `pools` is every pool of the scenario.
    pub has_all_pools: bool,
    /// Those that could be read.
    pub oracles: ByName<'d, DeclaredOracle<'d>>,
    /// Those that could be read.
    pub farms: ByName<'d, DeclaredFarm<'d>>,
    /// Those that could be read.
    pub lending: ByName<'d, &'d dyn DeclaredLending>,
    /// Kinds of collateral of stablecoins' issuers.
    pub vaults: ByName<'d, DeclaredVaults<'d>>,
    /// Pools that banks' borrowers farm.
    pub farming: ByName<'d, DeclaredFarming<'d>>,
    /// What follows from all of them, once somebody has asked.
    pub(crate) known: OnceCell<Known<'d>>,
}

/// What follows from everything that is declared.
#[derive(Debug)]
pub(crate) struct Known<'d> {
    all_pools: bool,
    /// Tokens with those that some pool trades them for.
    traded: BTreeMap<&'d str, BTreeSet<&'d str>>,
    /// Tokens that are lent or owed.
    lent: BTreeSet<&'d str>,
    /// Oracles whose prices a market reads.
    believed: BTreeSet<&'d str>,
}

impl<'d> Declared<'d> {
    /// Returns the token of this symbol; none if it is unknown or could not be read.
    pub fn token(&self, name: &str) -> Option<DeclaredToken<'d>> {
        self.tokens.find(name).copied()
    }

    /// Returns the pool of this name; none if it is unknown or could not be read.
    pub fn pool(&self, name: &str) -> Option<&'d dyn DeclaredPool> {
        self.pools.find(name).copied()
    }

    /// Returns the oracle of this name; none if it is unknown or could not be read.
    pub fn oracle(&self, name: &str) -> Option<DeclaredOracle<'d>> {
        self.oracles.find(name).copied()
    }

    /// Returns the staking contract of this name; none if it is unknown or could not be read.
    pub fn farm(&self, name: &str) -> Option<&DeclaredFarm<'d>> {
        self.farms.find(name)
    }

    /// Returns the lending market of this name; none if it is unknown or could not be read.
    pub fn lending(&self, name: &str) -> Option<&'d dyn DeclaredLending> {
        self.lending.find(name).copied()
    }

    /// Returns a kind of collateral of a stablecoin's issuer.
    pub fn vaults(&self, name: &str) -> Option<DeclaredVaults<'d>> {
        self.vaults.find(name).copied()
    }

    /// Returns the farmed pool of this name; none if it is unknown or could not be read.
    pub fn farming(&self, name: &str) -> Option<DeclaredFarming<'d>> {
        self.farming.find(name).copied()
    }

    /// Whether a pool does not hold a token, as far as its tokens and that one are known.
    pub fn lacks(&self, pool: &dyn DeclaredPool, token: &str) -> bool {
        let tokens = pool.tokens();
        self.token(token).is_some() && self.knows(&tokens) && !tokens.contains(&token)
    }

    /// Whether all of these are tokens that could be read.
    pub fn knows(&self, tokens: &[&str]) -> bool {
        tokens.iter().all(|token| self.token(token).is_some())
    }

    /// Whether every pool and all its tokens could be read.
    pub fn knows_pools(&self) -> bool {
        self.known().all_pools
    }

    /// Whether a path of at most so many pools leads from one token to another.
    pub fn joined(&self, one: &str, other: &str, most_pools: usize) -> bool {
        let traded = &self.known().traded;
        let Some((one, _)) = traded.get_key_value(one) else { return one == other };
        let (mut reached, mut edge) = (BTreeSet::from([*one]), vec![*one]);
        for _ in 0..most_pools {
            if edge.iter().any(|token| *token == other || traded[token].contains(other)) {
                return true;
            }
            let next = edge.iter().flat_map(|token| &traded[token]).copied();
            edge = next.filter(|token| reached.insert(token)).collect();
        }
        false
    }

    /// Whether some pool trades a token, or something is borrowed against it or owed in it.
    pub fn feels(&self, token: &str) -> bool {
        self.known().traded.contains_key(token) || self.known().lent.contains(token)
    }

    /// Says whether a market reads this oracle's prices.
    pub fn believes(&self, oracle: &str) -> bool {
        self.known().believed.contains(oracle)
    }

    fn known(&self) -> &Known<'d> {
        self.known.get_or_init(|| {
            let mut known = Known {
                all_pools: self.has_all_pools,
                traded: BTreeMap::new(),
                lent: BTreeSet::new(),
                believed: BTreeSet::new(),
            };
            for pool in self.pools.iter() {
                let pool: &'d dyn DeclaredPool = *pool;
                let tokens = pool.tokens();
                known.all_pools &= self.knows(&tokens);
                for token in &tokens {
                    known.traded.entry(token).or_default().extend(tokens.iter().filter(|other| *other != token));
                }
            }
            for (asset, oracle) in self.lending.iter().copied().flat_map(|market| market.names()) {
                known.lent.insert(asset);
                known.believed.insert(oracle);
            }
            for vaults in &*self.vaults {
                known.lent.extend([vaults.token, vaults.owes]);
                known.believed.insert(vaults.oracle);
            }
            known
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A pool that counts how often somebody looks at it.
    #[derive(Debug)]
    struct Seen<'s> {
        name: String,
        tokens: [String; 2],
        looks: &'s Cell<usize>,
    }

    impl DeclaredPool for Seen<'_> {
        fn name(&self) -> &str {
            self.looks.set(self.looks.get() + 1);
            &self.name
        }

        fn tokens(&self) -> SmallVec<[&str; 3]> {
            self.looks.set(self.looks.get() + 1);
            self.tokens.iter().map(String::as_str).collect()
        }
    }

    /// Asks of a chain of so many pools what populations ask, once for each, and counts the looks at a pool.
    fn looks(pools: usize) -> usize {
        let looks = Cell::new(0);
        let pool = |at: usize| Seen {
            name: format!("p{at}"),
            tokens: [format!("t{at}"), format!("t{}", at + 1)],
            looks: &looks,
        };
        let pools: Vec<Seen> = (0..pools).map(pool).collect();
        let tokens = pools.iter().map(|pool| DeclaredToken { name: &pool.tokens[0], decimals: 18, start: None });
        let last = DeclaredToken { name: "end", decimals: 18, start: None };
        let declared = Declared {
            tokens: tokens.chain([last]).collect(),
            pools: pools.iter().map(|pool| pool as &dyn DeclaredPool).collect(),
            has_all_pools: true,
            ..Declared::default()
        };
        assert!(!declared.knows_pools(), "the last pool's second token is not known");
        for (at, pool) in pools.iter().enumerate() {
            assert_eq!(declared.pool(&pool.name).unwrap().tokens()[0], pool.tokens[0]);
            assert!(declared.feels(&pool.tokens[1]) && !declared.believes(&pool.name) && !declared.knows_pools());
            let (near, far) = (format!("t{}", at + 3), format!("t{}", at + 4));
            assert_eq!(declared.joined(&pool.tokens[0], &near, 3), at + 3 <= pools.len());
            assert!(!declared.joined(&pool.tokens[0], &far, 3));
        }
        looks.get()
    }

    #[test]
    fn questions_about_many_pools_cost_by_their_number() {
        let (few, many) = (looks(100), looks(1_000));
        assert!(many <= 10 * few + 10, "{few} looks at 100 pools, {many} at 1,000");
    }
}
