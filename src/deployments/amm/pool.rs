//! A pool in the world: its state machine with its account and the tokens that it knows only by their places.

use plimsoll_protocols::amm::{Direction, Pool, PoolBefore, PoolToken};
use smallvec::SmallVec;

use crate::chain::event::Revert;
use crate::chain::ids::{AccountId, DeploymentId, PoolId, TokenId};
use crate::chain::state::ChainState;

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
    pub pool: Pool,
    /// What was paid into it by this block's swaps, in smallest units of each of its tokens.
    pub volume: SmallVec<[u128; 2]>,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<(PoolBefore, SmallVec<[u128; 2]>)>,
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

    /// Counts what a swap paid in.
    pub fn count_volume(&mut self, place: u8, amount: u128) {
        self.volume[usize::from(place)] += amount;
    }

    /// Returns which side of a pool of two a token is; none if the pool does not hold it.
    pub fn side_of(&self, token: TokenId) -> Option<PoolToken> {
        match self.place_of(token)? {
            0 => Some(PoolToken::Zero),
            _ => Some(PoolToken::One),
        }
    }
}
