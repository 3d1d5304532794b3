//! What a scenario declares, as others in it ask: which tokens a pool holds, what may be borrowed against what.

use std::fmt::Debug;

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
    pub tokens: Vec<DeclaredToken<'d>>,
    /// Those that could be read.
    pub pools: Vec<&'d dyn DeclaredPool>,
    /// Whether `pools` is every pool of the scenario.
    pub has_all_pools: bool,
    /// Those that could be read.
    pub oracles: Vec<DeclaredOracle<'d>>,
    /// Those that could be read.
    pub farms: Vec<DeclaredFarm<'d>>,
    /// Those that could be read.
    pub lending: Vec<&'d dyn DeclaredLending>,
    /// Kinds of collateral of stablecoins' issuers.
    pub vaults: Vec<DeclaredVaults<'d>>,
    /// Pools that banks' borrowers farm.
    pub farming: Vec<DeclaredFarming<'d>>,
}

impl<'d> Declared<'d> {
    /// Returns the token of this symbol; none if it is unknown or could not be read.
    pub fn token(&self, name: &str) -> Option<DeclaredToken<'d>> {
        self.tokens.iter().find(|token| token.name == name).copied()
    }

    /// Returns the pool of this name; none if it is unknown or could not be read.
    pub fn pool(&self, name: &str) -> Option<&'d dyn DeclaredPool> {
        self.pools.iter().find(|pool| pool.name() == name).copied()
    }

    /// Returns the oracle of this name; none if it is unknown or could not be read.
    pub fn oracle(&self, name: &str) -> Option<DeclaredOracle<'d>> {
        self.oracles.iter().find(|oracle| oracle.name == name).copied()
    }

    /// Returns the staking contract of this name; none if it is unknown or could not be read.
    pub fn farm(&self, name: &str) -> Option<&DeclaredFarm<'d>> {
        self.farms.iter().find(|farm| farm.name == name)
    }

    /// Returns the lending market of this name; none if it is unknown or could not be read.
    pub fn lending(&self, name: &str) -> Option<&'d dyn DeclaredLending> {
        self.lending.iter().find(|market| market.name() == name).copied()
    }

    /// Returns a kind of collateral of a stablecoin's issuer.
    pub fn vaults(&self, name: &str) -> Option<DeclaredVaults<'d>> {
        self.vaults.iter().find(|vaults| vaults.name == name).copied()
    }

    /// Returns the farmed pool of this name; none if it is unknown or could not be read.
    pub fn farming(&self, name: &str) -> Option<DeclaredFarming<'d>> {
        self.farming.iter().find(|farming| farming.name == name).copied()
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
        self.has_all_pools && self.pools.iter().all(|pool| self.knows(&pool.tokens()))
    }

    /// Whether some pool trades a token, or something is borrowed against it or owed in it.
    pub fn feels(&self, token: &str) -> bool {
        let traded = self.pools.iter().any(|pool| pool.tokens().contains(&token));
        let lent = self.lending.iter().any(|market| market.names().iter().any(|(asset, _)| *asset == token));
        traded || lent || self.vaults.iter().any(|vaults| [vaults.token, vaults.owes].contains(&token))
    }

    /// Says whether a market reads this oracle's prices.
    pub fn believes(&self, oracle: &str) -> bool {
        let lent = self.lending.iter().any(|market| market.names().iter().any(|(_, told)| *told == oracle));
        lent || self.vaults.iter().any(|vaults| vaults.oracle == oracle)
    }
}
