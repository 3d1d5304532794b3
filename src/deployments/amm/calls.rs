//! What a pool does when it is called.

use plimsoll_protocols::amm::{Deposit, Withdrawal};

use super::PoolCell;
use crate::chain::event::{EventKind, Revert};
use crate::chain::families::Call;
use crate::chain::families::amm::{AmmCall, LiquidityAt, LiquidityCall, LiquidityOrder, Swap};
use crate::chain::ledger::Source;
use crate::deployments::call::{CallContext, no_such_call};

impl PoolCell {
    pub(super) fn answer(&mut self, cx: &mut CallContext, call: &Call) -> Result<u128, Revert> {
        if cx.keeps {
            self.keep();
        }
        match call {
            Call::Amm(AmmCall::Swap(swap)) => self.swap(cx, *swap),
            Call::Amm(AmmCall::Liquidity(order)) => self.liquidity(cx, order),
            other => no_such_call(other),
        }
    }

    fn swap(&mut self, cx: &mut CallContext, swap: Swap) -> Result<u128, Revert> {
        let Swap { direction, amount_in, least_out: least } = swap;
        let amount = cx.resolve(amount_in);
        let (paid, taken) = self.tokens_of(direction)?;
        cx.ledger.can_pay(cx.sender, paid, amount)?;
        if least > 0 {
            let out = self.pool.amm().quote_exact_in(direction, amount, cx.now)?;
            if out < least {
                return Err(Revert::Slippage { out, least });
            }
        }
        let traded = self.pool.amm_mut().swap_exact_in(direction, amount, cx.now)?;

        self.volume.add(cx.block, direction.pays, traded.amount_in);
        cx.pay(cx.sender, self.account, paid, traded.amount_in);
        cx.pay(self.account, cx.sender, taken, traded.amount_out);
        cx.tell(EventKind::Swapped { pool: self.id, direction, traded });
        Ok(traded.amount_out)
    }

    /// Adds or removes liquidity; returns the liquidity that came, or nothing: several tokens come out.
    fn liquidity(&mut self, cx: &mut CallContext, order: &LiquidityOrder) -> Result<u128, Revert> {
        let (owner, range) = (cx.sender, order.range);
        match &order.call {
            LiquidityCall::Add { offered, least_liquidity } => {
                let (offered, least_liquidity) = (offered.clone(), *least_liquidity);
                self.add_liquidity(cx, Deposit { owner, range, offered, least_liquidity })
            }
            LiquidityCall::AddUpTo { most, least_liquidity } => {
                let held = self.tokens.iter().zip(most);
                let offered = held.map(|(token, most)| cx.ledger.balance(owner, *token).min(*most)).collect();
                let least_liquidity = *least_liquidity;
                self.add_liquidity(cx, Deposit { owner, range, offered, least_liquidity })
            }
            LiquidityCall::Remove { liquidity, least } => {
                let (liquidity, least) = (*liquidity, least.clone());
                self.remove_liquidity(cx, &Withdrawal { owner, range, liquidity, least })?;
                Ok(0)
            }
        }
    }

    fn add_liquidity(&mut self, cx: &mut CallContext, deposit: Deposit) -> Result<u128, Revert> {
        for (token, offered) in self.tokens.iter().zip(&deposit.offered) {
            cx.ledger.can_pay(cx.sender, *token, *offered)?;
        }
        let moved = self.pool.amm_mut().add_liquidity(&deposit, cx.now)?;
        let shares = moved.liquidity.saturating_add(moved.locked).saturating_add(moved.protocol_fee);
        cx.ledger.can_issue(self.liquidity, shares)?;

        for (token, amount) in self.tokens.iter().zip(&moved.amounts) {
            cx.ledger.transfer(cx.sender, self.account, *token, *amount).expect("the provider was asked before");
        }
        if self.pool.amm().total_supply().is_some() {
            cx.ledger.issue(Source::Shares, cx.sender, self.liquidity, moved.liquidity);
            cx.ledger.issue(Source::Shares, cx.named.locked, self.liquidity, moved.locked);
            cx.ledger.issue(Source::Shares, cx.named.treasury, self.liquidity, moved.protocol_fee);
        }
        let liquidity = moved.liquidity;
        cx.tell(EventKind::LiquidityAdded(Box::new(LiquidityAt { pool: self.id, range: deposit.range, moved })));
        Ok(liquidity)
    }

    fn remove_liquidity(&mut self, cx: &mut CallContext, withdrawal: &Withdrawal) -> Result<(), Revert> {
        let has_shares = self.pool.amm().total_supply().is_some();
        if has_shares {
            cx.ledger.can_pay(cx.sender, self.liquidity, withdrawal.liquidity)?;
        }
        let moved = self.pool.amm_mut().remove_liquidity(withdrawal, cx.now)?;

        for (token, amount) in self.tokens.iter().zip(&moved.amounts) {
            cx.pay(self.account, cx.sender, *token, *amount);
        }
        if has_shares {
            let retired = cx.ledger.retire(Source::Shares, cx.sender, self.liquidity, moved.liquidity);
            retired.expect("the provider was asked before");
            cx.ledger.issue(Source::Shares, cx.named.treasury, self.liquidity, moved.protocol_fee);
        }
        cx.tell(EventKind::LiquidityRemoved(Box::new(LiquidityAt { pool: self.id, range: withdrawal.range, moved })));
        Ok(())
    }
}
