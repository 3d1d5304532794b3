//! What a staking contract does when it is called.

use plimsoll_protocols::farm::{BlockTime, StakingError, StakingMoves};
use plimsoll_protocols::lending::Part;

use super::FarmCell;
use crate::chain::event::{EventKind, Revert};
use crate::chain::families::Call;
use crate::chain::families::staking::{StakedAt, StakingCall};
use crate::chain::ids::{AccountId, TokenId};
use crate::chain::ledger::Source;
use crate::deployments::call::{CallContext, no_such_call};

impl From<StakingError> for Revert {
    fn from(error: StakingError) -> Self {
        Self::refused("staking_refused", error)
    }
}

impl FarmCell {
    pub(super) fn answer(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        let Call::Staking(call) = call else { return no_such_call(call) };
        let now = BlockTime { number: cx.block, timestamp: cx.now };
        let (market, sender) = (call.market(), cx.sender);
        if cx.keeps {
            self.keep(market, sender);
        }
        let contract = self.contract.staking_mut();
        let moves = match *call {
            StakingCall::Stake { amount, .. } => {
                let amount = cx.resolve(amount);
                let staked = self.staked.get(usize::from(market));
                let markets = contract.markets();
                let token = *staked.ok_or(StakingError::UnknownMarket { market, markets })?;
                cx.ledger.can_pay(sender, token, amount)?;
                contract.stake(market, sender, amount, now)?
            }
            StakingCall::Unstake { part: Part::Exactly(amount), .. } => {
                contract.unstake(market, sender, amount, now)?
            }
            StakingCall::Unstake { part: Part::All, .. } => contract.exit(market, sender, now)?,
            StakingCall::Claim { .. } => contract.claim(market, sender, now)?,
        };

        let token = self.staked[usize::from(market)];
        self.book(cx, sender, token, moves)?;
        let StakingMoves { staked, unstaked, reward, .. } = moves;
        cx.tell(EventKind::Staked(Box::new(StakedAt { farm: self.id, market, call: *call, staked, unstaked, reward })));
        Ok(if unstaked > 0 { unstaked } else { reward })
    }

    /// Books what a call moved.
    fn book(
        &self,
        cx: &mut CallContext,
        account: AccountId,
        token: TokenId,
        moves: StakingMoves,
    ) -> Result<(), Revert> {
        let minted = moves.minted.saturating_add(moves.minted_to_developers);
        cx.ledger.can_issue(self.reward, minted)?;
        cx.ledger.issue(Source::Rewards, self.account, self.reward, moves.minted);
        cx.ledger.issue(Source::Rewards, cx.named.treasury, self.reward, moves.minted_to_developers);
        cx.pay(account, self.account, token, moves.staked);
        cx.pay(self.account, account, token, moves.unstaked);
        cx.pay(self.account, account, self.reward, moves.reward);
        Ok(())
    }
}
