//! A pool in the world: its state machine with its account and the tokens that it knows only by their places.

use plimsoll_protocols::amm::{Direction, Pool, PoolBefore, PoolToken};
use smallvec::SmallVec;

use crate::chain::event::Revert;
use crate::chain::ids::{AccountId, DeploymentId, PoolId, TokenId};
use crate::chain::state::ChainState;
use crate::deployments::written::Written;

/// A pool.
#[derive(Debug, Clone)]
pub struct PoolCell {
    /// The address that calls to it name.
    pub at: DeploymentId,
    /// Its place among the scenario's pools.
    pub id: PoolId,
    /// The account that holds its reserves.
    pub account: AccountId,
    /// Its tokens, in their places.
    pub tokens: SmallVec<[TokenId; 2]>,
    /// Its liquidity token.
    pub liquidity: TokenId,
    /// The contract's state.
    pub pool: Written<Pool>,
    /// What was paid into it by the swaps of the last block that had any.
    pub volume: Volume,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<(PoolBefore, Volume)>,
}

/// What a block's swaps paid into a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    block: u64,
    /// In smallest units of each of the pool's tokens.
    paid: SmallVec<[u128; 2]>,
}

impl Volume {
    /// Nothing, into a pool of so many tokens.
    pub fn none(tokens: usize) -> Self {
        Self { block: 0, paid: SmallVec::from_elem(0, tokens) }
    }

    /// Counts what a swap of a block paid in; what earlier blocks paid is forgotten.
    pub fn add(&mut self, block: u64, place: u8, amount: u128) {
        if self.block != block {
            self.block = block;
            self.paid.fill(0);
        }
        self.paid[usize::from(place)] += amount;
    }

    /// Returns what was paid in a block, the last one, in smallest units of each of the pool's tokens; nothing at all if no
    /// swap was in it.
    pub fn of(&self, block: u64) -> &[u128] {
        if self.block == block { &self.paid } else { &[] }
    }
}

impl PoolCell {
    /// Returns the token in a place.
    pub fn token_at(&self, place: u8) -> TokenId {
        self.tokens[usize::from(place)]
    }

    /// Returns the tokens that go in and come out of a trade.
    ///
    /// # Errors
    /// The pool has fewer tokens.
    #[inline]
    pub fn tokens_of(&self, direction: Direction) -> Result<(TokenId, TokenId), Revert> {
        let token = |asset: u8| self.tokens.get(usize::from(asset)).copied().ok_or(Revert::NoAsset { asset });
        Ok((token(direction.pays)?, token(direction.takes)?))
    }

    /// Returns the place of a token; none if the pool does not hold it.
    pub fn place_of(&self, token: TokenId) -> Option<u8> {
        (0_u8..).zip(&self.tokens).find(|(_, held)| **held == token).map(|(place, _)| place)
    }

    /// Returns the way from one token to another; none if the pool does not hold both, or they are one.
    pub fn direction(&self, pays: TokenId, takes: TokenId) -> Option<Direction> {
        let direction = Direction { pays: self.place_of(pays)?, takes: self.place_of(takes)? };
        (direction.pays != direction.takes).then_some(direction)
    }

    /// Returns which token of the run a side of a pool of two is.
    pub fn token(&self, token: PoolToken) -> TokenId {
        match token {
            PoolToken::Zero => self.tokens[0],
            PoolToken::One => self.tokens[1],
        }
    }

    /// Returns the marginal price before fees, in whole tokens of the second place per whole token of the first.
    pub fn price(&self, chain: &ChainState) -> f64 {
        let spot = self.pool.amm().spot_price(Direction { pays: 0, takes: 1 }, chain.clock.now());
        spot * chain.tokens.get(self.tokens[0]).one / chain.tokens.get(self.tokens[1]).one
    }

    /// Returns a number that stands as long as a block's row says the same of the pool; none where that changes although
    /// nobody writes the pool: by time, or in the block after one with swaps.
    #[inline]
    pub fn revision(&self, block: u64) -> Option<u64> {
        let stands = self.volume.of(block).is_empty() && !self.pool.amm().price_moves_with_time();
        stands.then(|| self.pool.times())
    }

    /// Returns which side of a pool of two a token is; none if the pool does not hold it.
    pub fn side_of(&self, token: TokenId) -> Option<PoolToken> {
        match self.place_of(token)? {
            0 => Some(PoolToken::Zero),
            _ => Some(PoolToken::One),
        }
    }
}
