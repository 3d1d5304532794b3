//! Copies of all that a goblin touches, to work on. A call that errs throws them away.

use super::{BaseAndFarmed, GoblinError, GoblinMoves, Position, SaleVenue, Site, goblin::health_of_lp_down};
use super::{GoblinParams, GoblinState};
use crate::amm::{
    Amounts, Side, Traded,
    uniswap_v2::{Pair, PairError, router::Offer},
};
use crate::farm::staking_rewards::Seat;
use plimsoll_math::sum;

/// A goblin's state, its seat in the farm and its pair, with a record of what moved between them.
pub(super) struct WorkingCopy {
    pub(super) state: GoblinState,
    pub(super) pair: Pair,
    pub(super) moves: GoblinMoves,
    params: GoblinParams,
    seat: Seat,
    now: u64,
}

impl WorkingCopy {
    /// Returns copies of what is at the site.
    pub(super) fn open(site: &Site<'_>, now: u64) -> Self {
        Self {
            state: site.goblin.state,
            pair: *site.pair,
            moves: GoblinMoves::default(),
            params: site.goblin.params,
            seat: site.farm.seat(site.goblin.account),
            now,
        }
    }

    /// Writes the copies back to the site, and returns what moved.
    pub(super) fn close(self, site: &mut Site<'_>) -> GoblinMoves {
        site.goblin.state = self.state;
        *site.pair = self.pair;
        site.farm.write(site.goblin.account, self.seat);
        self.moves
    }

    /// Returns the base that a position would sell for, rounded **down**.
    pub(super) fn health_down(&self, position: &Position) -> Result<u128, GoblinError> {
        let lp = self.state.share_to_lp_down(position.goblin_share, self.seat.stake.balance)?;
        health_of_lp_down(lp, &self.pair, self.params.base_side)
    }

    /// Takes a position's liquidity tokens out of the farm, and returns how many they are.
    pub(super) fn unstake(&mut self, position: &mut Position) -> Result<u128, GoblinError> {
        if position.goblin_share == 0 {
            return Ok(0);
        }
        let lp = self.state.share_to_lp_down(position.goblin_share, self.seat.stake.balance)?;
        self.seat.withdraw(lp, self.now)?;
        self.moves.lp_unstaked += lp;
        self.state.total_share -= position.goblin_share;
        position.goblin_share = 0;
        Ok(lp)
    }

    /// Stakes liquidity tokens for a position, which gets a share of the staked LP for them.
    pub(super) fn stake_for(&mut self, position: &mut Position, lp: u128) -> Result<(), GoblinError> {
        if lp == 0 {
            return Ok(());
        }
        let share = self.state.lp_to_share_down(lp, self.seat.stake.balance)?;
        self.stake(lp)?;
        self.state.total_share = sum(self.state.total_share, share)?;
        position.goblin_share += share;
        Ok(())
    }

    /// Stakes liquidity tokens for nobody in particular.
    pub(super) fn stake(&mut self, lp: u128) -> Result<(), GoblinError> {
        self.seat.stake(lp, self.now)?;
        self.moves.lp_staked += lp;
        Ok(())
    }

    /// Takes the goblin's reward out of the farm, and returns it.
    pub(super) fn claim_reward(&mut self) -> Result<u128, GoblinError> {
        Ok(self.seat.get_reward(self.now)?)
    }

    /// Burns liquidity tokens, and returns what the pair gave for them.
    pub(super) fn remove_liquidity(&mut self, lp: u128) -> Result<BaseAndFarmed, GoblinError> {
        let burned = self.pair.burn(lp, self.now)?;
        let taken = self.base_and_farmed(burned.taken);
        self.moves.lp_burned += lp;
        self.moves.lp_protocol_fee += burned.protocol_fee;
        self.moves.burn_to_goblin = taken;
        Ok(taken)
    }

    /// Buys the farmed token with exactly so much base, and returns how much.
    pub(super) fn buy_farmed(&mut self, base: u128) -> Result<u128, GoblinError> {
        let trade = self.pair.swap_exact_in(self.paying_base(), base, self.now)?;
        self.moves.swap_from_goblin.base = trade.amount_in;
        self.moves.swap_to_goblin.farmed = trade.amount_out;
        Ok(trade.amount_out)
    }

    /// Pays exactly so much of the farmed token into the pair, and returns how much base it brought.
    pub(super) fn swap_farmed(&mut self, farmed: u128) -> Result<u128, GoblinError> {
        let trade = self.pair.swap_exact_in(self.paying_farmed(), farmed, self.now)?;
        self.moves.swap_from_goblin.farmed = trade.amount_in;
        self.moves.swap_to_goblin.base = trade.amount_out;
        Ok(trade.amount_out)
    }

    /// Sells exactly so much of the farmed token, and returns how much base it brought.
    pub(super) fn sell_farmed(&mut self, farmed: u128, venue: &mut dyn SaleVenue) -> Result<u128, GoblinError> {
        let amount_out = self.pair.quote_exact_in(self.paying_farmed(), farmed)?;
        self.sell(Traded { amount_in: farmed, amount_out }, venue)?;
        Ok(amount_out)
    }

    /// Sells as much of the farmed token as brings exactly so much base, and returns how much it took.
    pub(super) fn sell_farmed_for(
        &mut self,
        base: u128,
        most: u128,
        venue: &mut dyn SaleVenue,
    ) -> Result<u128, GoblinError> {
        let amount_in = self.pair.quote_exact_out(self.paying_farmed(), base)?;
        if amount_in > most {
            return Err(PairError::AboveMaximum { amount: amount_in, most }.into());
        }
        self.sell(Traded { amount_in, amount_out: base }, venue)?;
        Ok(amount_in)
    }

    /// Adds both tokens at the pool's ratio, and returns the liquidity tokens and what is left of each token.
    ///
    /// All of the farmed token is tried first, as the router does when the other one is ether.
    pub(super) fn add_liquidity(&mut self, desired: BaseAndFarmed) -> Result<(u128, BaseAndFarmed), GoblinError> {
        let first = self.params.base_side.other();
        let desired_amounts = Amounts::of(first, desired.farmed, desired.base);
        let offer = Offer { first, desired: desired_amounts, least: Amounts::default() };
        let minted = self.pair.add_liquidity(offer, self.now)?;
        let paid = self.base_and_farmed(minted.paid);
        self.moves.lp_minted += minted.liquidity;
        self.moves.lp_protocol_fee += minted.protocol_fee;
        self.moves.mint_from_goblin = paid;
        let left = BaseAndFarmed { base: desired.base - paid.base, farmed: desired.farmed - paid.farmed };
        Ok((minted.liquidity, left))
    }

    /// Returns the pair's reserves.
    pub(super) fn reserves(&self) -> BaseAndFarmed {
        self.base_and_farmed(self.pair.reserves())
    }

    fn sell(&mut self, sale: Traded, venue: &mut dyn SaleVenue) -> Result<(), GoblinError> {
        let side = self.paying_farmed();
        venue.fill(&mut self.pair, side, sale, self.now)?;
        self.moves.sold = sale;
        Ok(())
    }

    fn base_and_farmed(&self, amounts: Amounts) -> BaseAndFarmed {
        let (base, farmed) = amounts.starting_with(self.params.base_side);
        BaseAndFarmed { base, farmed }
    }

    fn paying_base(&self) -> Side {
        Side::paying(self.params.base_side)
    }

    fn paying_farmed(&self) -> Side {
        Side::paying(self.params.base_side.other())
    }
}
