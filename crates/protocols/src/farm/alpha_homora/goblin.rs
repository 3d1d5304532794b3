//! The goblin: it farms for all positions of one pair, with one stake.

use super::{BaseAndFarmed, GoblinError, Reinvested, Site, working_copy::WorkingCopy};
use crate::AccountId;
use crate::amm::{
    PoolToken, Side,
    uniswap_v2::{FEE_BPS, Pair, amount_out_down},
};
use crate::farm::staking_rewards::StakingRewards;
use plimsoll_math::{BPS, MathError, mul_div_down};

/// What a goblin's numbers are, apart from each position's share, which stands in the bank's row of the position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GoblinState {
    /// Sum of the positions' shares of the staked LP.
    pub total_share: u128,
    /// What the strategy that adds base alone has left over, in smallest units.
    pub dust_all_base: BaseAndFarmed,
    /// What the strategy that adds both tokens has left over, in smallest units.
    pub dust_two_sides: BaseAndFarmed,
}

/// Parameters of a goblin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoblinParams {
    /// Which of the pair's tokens is the bank's base.
    pub base_side: PoolToken,
    /// How much of its health a position may owe after work, in basis points.
    pub work_factor_bps: u16,
    /// How much of its health a position may owe before anybody may liquidate it, in basis points.
    pub kill_factor_bps: u16,
    /// What whoever calls reinvest gets of the reward, in basis points.
    pub reinvest_bounty_bps: u16,
}

/// A goblin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goblin {
    pub(super) state: GoblinState,
    pub(super) params: GoblinParams,
    pub(super) account: AccountId,
}

/// Where a goblin sells its reward for base.
#[derive(Debug)]
pub struct RewardMarket<'a> {
    /// A pair of the reward token and the base, of any fee.
    pub pair: &'a mut Pair,
    /// Which of its tokens is the base.
    pub base_side: PoolToken,
}

impl Goblin {
    /// Returns a goblin that will farm with `pair`, and is known to its farm as `account`.
    ///
    /// # Errors
    /// The pair's fee is not the one that the strategies' formulas hold for.
    pub fn new(account: AccountId, params: GoblinParams, pair: &Pair) -> Result<Self, GoblinError> {
        if pair.fee_bps() != FEE_BPS {
            return Err(GoblinError::PairFee { fee_bps: pair.fee_bps(), expected_bps: FEE_BPS });
        }
        Ok(Self { state: GoblinState::default(), params, account })
    }

    /// Returns the goblin's numbers.
    pub fn state(&self) -> &GoblinState {
        &self.state
    }

    /// Returns how the goblin is set up.
    pub fn params(&self) -> &GoblinParams {
        &self.params
    }

    /// Returns who the goblin is in its farm.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Returns the liquidity tokens that a share of the staked LP stands for, rounded **down** in favour of the others.
    ///
    /// # Errors
    /// The amount is beyond `u128`.
    pub fn share_to_lp_down(&self, share: u128, farm: &StakingRewards) -> Result<u128, GoblinError> {
        Ok(self.state.share_to_lp_down(share, farm.stake_of(self.account).balance)?)
    }

    /// Returns the base that a share of the staked LP would sell for, fee and price impact included. Each step rounds
    /// **down**, against the borrower.
    ///
    /// # Errors
    /// The pair is empty.
    pub fn health_down(&self, share: u128, farm: &StakingRewards, pair: &Pair) -> Result<u128, GoblinError> {
        let lp = self.share_to_lp_down(share, farm)?;
        health_of_lp_down(lp, pair, self.params.base_side)
    }

    /// Claims the reward, pays the caller a bounty, sells the rest for base and adds that to the stake. No share is
    /// given out for it, so every position's part grows.
    ///
    /// # Errors
    /// The farm does not hold the reward, or the rest is too small to be sold or to be added.
    pub fn reinvest(
        &mut self,
        farm: &mut StakingRewards,
        pair: &mut Pair,
        market: RewardMarket<'_>,
        now: u64,
    ) -> Result<Reinvested, GoblinError> {
        let RewardMarket { pair: market, base_side } = market;
        let mut site = Site { goblin: self, farm, pair };
        let mut copy = WorkingCopy::open(&site, now);
        let reward = copy.claim_reward()?;
        if reward == 0 {
            // The claim has settled the stake all the same.
            copy.close(&mut site);
            return Ok(Reinvested::default());
        }
        let bounty = mul_div_down(reward, site.goblin.params.reinvest_bounty_bps.into(), BPS)?;
        let reward_sold = reward.checked_sub(bounty).ok_or(MathError::BelowZero)?;
        let mut reward_pair = *market;
        let side = Side::paying(base_side.other());
        let base_bought = reward_pair.swap_exact_in(side, reward_sold, now)?.amount_out;
        let lp = copy.add_all_base(base_bought, 0)?;
        copy.stake(lp)?;

        let moves = copy.close(&mut site);
        *market = reward_pair;
        Ok(Reinvested { reward, bounty, reward_sold, base_bought, moves })
    }
}

impl GoblinState {
    /// Returns the liquidity tokens that a share of `staked` LP stands for, rounded **down**.
    pub(super) fn share_to_lp_down(&self, share: u128, staked: u128) -> Result<u128, MathError> {
        if self.total_share == 0 { Ok(share) } else { mul_div_down(share, staked, self.total_share) }
    }

    /// Returns the share that liquidity tokens added to `staked` LP are worth, rounded **down**.
    pub(super) fn lp_to_share_down(&self, lp: u128, staked: u128) -> Result<u128, MathError> {
        if self.total_share == 0 { Ok(lp) } else { mul_div_down(lp, self.total_share, staked) }
    }
}

/// Returns the base that liquidity tokens would sell for: their part of both reserves, the farmed part sold into what
/// is left of the pair. Each step rounds **down**.
pub(super) fn health_of_lp_down(lp: u128, pair: &Pair, base_side: PoolToken) -> Result<u128, GoblinError> {
    let (reserve_base, reserve_farmed) = pair.reserves().starting_with(base_side);
    let base = mul_div_down(lp, reserve_base, pair.total_supply())?;
    let farmed = mul_div_down(lp, reserve_farmed, pair.total_supply())?;
    if farmed == 0 {
        return Ok(base);
    }
    let rest_base = reserve_base.checked_sub(base).ok_or(MathError::BelowZero)?;
    let rest_farmed = reserve_farmed.checked_sub(farmed).ok_or(MathError::BelowZero)?;
    Ok(amount_out_down(farmed, rest_farmed, rest_base, FEE_BPS)? + base)
}
