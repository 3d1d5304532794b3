//! Claims on lending markets and loans from them, before the first block.

use bevy_ecs::system::SystemState;

use super::opening::{Opening, Writing};
use super::{CHECKED, GenesisError, fault};
use crate::agents::population::Stake;
use crate::chain::ids::{AgentId, LendingId, TokenId};
use crate::chain::ledger::Source;

/// A loan at genesis, in smallest units.
#[derive(Debug, Clone, Copy)]
struct Loan {
    market: LendingId,
    collateral: (u8, u128),
    debt: (u8, u128),
    kept: bool,
}

impl Opening<'_> {
    /// Writes claims, then loans.
    pub(super) fn lending(&mut self, stakes: &[(AgentId, Stake)]) -> Result<(), GenesisError> {
        let mut state = SystemState::<Writing>::new(self.world);
        let mut writing = state.get_mut(self.world).expect(CHECKED);
        for (agent, stake) in stakes {
            if let Stake::Lend { market, asset, amount } = stake {
                writing.supply(*agent, *market, (*asset, *amount))?;
            }
        }
        for (agent, stake) in stakes {
            if let Stake::Loan { market, collateral, posted, debt, owed, kept } = *stake {
                let loan = Loan { market, collateral: (collateral, posted), debt: (debt, owed), kept };
                writing.lend(*agent, loan)?;
            }
        }
        Ok(())
    }
}

impl Writing<'_, '_> {
    fn supply(&mut self, agent: AgentId, market: LendingId, (asset, amount): (u8, u128)) -> Result<(), GenesisError> {
        let (now, account) = (self.chain.clock.now(), self.agents.account(agent));
        let cell = self.protocols.lending(market);
        let token = cell.asset(asset).token;
        self.chain.ledger.can_issue(token, amount).map_err(|error| fault(error.to_string()))?;
        let taken = cell.market.lending_mut().supply(account, asset, amount, now);
        let pays = cell.account;
        let taken = taken.map_err(|error| self.refused(agent, error))?;
        self.chain.ledger.issue(Source::Genesis, pays, token, taken);
        Ok(())
    }

    /// Posts a loan's collateral and books its debt.
    fn lend(&mut self, agent: AgentId, loan: Loan) -> Result<(), GenesisError> {
        let Loan { market, collateral, debt: (asset, owed), kept } = loan;
        if collateral.1 > 0 {
            self.supply(agent, market, collateral)?;
        }
        if owed == 0 {
            return Ok(());
        }
        let (now, account) = (self.chain.clock.now(), self.agents.account(agent));
        let cell = self.protocols.lending(market);
        let (token, prices) = (cell.asset(asset).token, cell.prices(&self.chain.oracles));
        let idle = cell.lending().totals(asset, now).idle;
        let given = cell.market.lending_mut().borrow(account, asset, owed, &prices, now);
        let pays = cell.account;
        let given = match given {
            Ok(given) => given,
            Err(_) if idle < owed => return Err(self.drained(agent, market, token)),
            Err(error) => return Err(self.refused(agent, error)),
        };
        self.protocols.lending(market).reorder(account, &self.chain.oracles, &self.chain.tokens, now);
        if kept {
            self.chain.ledger.transfer(pays, account, token, given).expect("the market's state say so");
        } else {
            self.chain.ledger.retire(Source::Genesis, pays, token, given).expect("the market's state say so");
        }
        Ok(())
    }

    fn drained(&self, agent: AgentId, market: LendingId, token: TokenId) -> GenesisError {
        let name = &self.protocols.directory.lending[market.index()].name;
        let token = &self.chain.tokens.get(token).name;
        self.refused(
            agent,
            format!(
                "the lending market `{name}` has no {token} left to lend before the first block; raise its `supplied`, \
                 or its lenders' `supply` or `count`, or lower the borrowers' `capital`, `count` or what they owe"
            ),
        )
    }
}
