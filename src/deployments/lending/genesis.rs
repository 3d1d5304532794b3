//! Lending markets before the first block: what founders and lenders supply, and what borrowers owe.

use std::collections::BTreeMap;

use smallvec::{SmallVec, smallvec};

use super::{Asset, LendingCell, LoanOrders};
use crate::chain::ids::{AccountId, LendingId, TokenId};
use crate::chain::ledger::Source;
use crate::checks::names::EntityKind;
use crate::deployments::LendingParams;
use crate::deployments::genesis::{Genesis, Settling, Staked, Unsettled};
use crate::deployments::stakes::{LoanGoes, Stake};

/// Opens the markets.
pub(super) fn open(list: &[LendingParams], genesis: &mut Genesis) -> Result<(), Unsettled> {
    for (params, id) in list.iter().zip((0..).map(LendingId)) {
        let refused = |why: String| Unsettled::about(EntityKind::LENDING, params.name(), why);
        let chain = genesis.chain();
        let asset = |(token, oracle): (&str, &str)| Asset {
            token: chain.tokens.named(token),
            feed: chain.oracles.named(oracle),
        };
        let assets: SmallVec<[Asset; 2]> = params.names().into_iter().map(asset).collect();
        let decimals: Vec<u8> = assets.iter().map(|asset| chain.tokens.get(asset.token).decimals).collect();
        let market = params.open(&decimals, chain).map_err(refused)?;
        let (account, at) = (genesis.open_account(), genesis.next_address());
        let protocol = genesis.directory.list_positions(at, params.name(), Vec::new());
        let (orders, lost) = (LoanOrders::default(), smallvec![0; assets.len()]);
        let (stranded, undo) = (BTreeMap::new(), Vec::new());
        let mut cell = LendingCell { at, id, protocol, account, assets, market, orders, lost, stranded, undo };
        founders_supply(params, &mut cell, genesis).map_err(refused)?;
        let named = genesis.deploy(params.name(), cell);
        genesis.directory.lending.push(named);
    }
    Ok(())
}

fn founders_supply(params: &LendingParams, cell: &mut LendingCell, genesis: &mut Genesis) -> Result<(), String> {
    let (founder, start) = (genesis.chain().named.founder, genesis.chain().clock.start);
    for ((place, supplied), listed) in (0_u8..).zip(params.supplied()).zip(cell.assets.clone()) {
        let amount = genesis.units(listed.token, &supplied);
        if amount == 0 {
            continue;
        }
        let chain = genesis.chain_mut();
        let ledger = &mut chain.ledger;
        ledger.can_issue(listed.token, amount).map_err(|error| chain.tokens.beyond(error))?;
        let taken = cell.market.lending_mut().supply(founder, place, amount, start);
        ledger.issue(Source::Genesis, cell.account, listed.token, taken.map_err(|error| error.to_string())?);
    }
    Ok(())
}

/// A loan at genesis, in smallest units.
#[derive(Debug, Clone, Copy)]
struct Loan {
    market: LendingId,
    collateral: (u8, u128),
    debt: (u8, u128),
    goes: LoanGoes,
}

/// Writes claims, then loans.
pub(super) fn settle(stakes: &[Staked], settling: &mut Settling) -> Result<(), Unsettled> {
    for Staked { account, stake } in stakes {
        if let Stake::Lend { market, asset, amount } = stake {
            settling.supply(*account, *market, (*asset, *amount))?;
        }
    }
    for Staked { account, stake } in stakes {
        if let Stake::Loan { market, collateral, posted, debt, owed, loan: goes } = *stake {
            settling.lend(*account, Loan { market, collateral: (collateral, posted), debt: (debt, owed), goes })?;
        }
    }
    Ok(())
}

impl Settling<'_, '_> {
    fn supply(&mut self, account: AccountId, market: LendingId, (asset, amount): (u8, u128)) -> Result<(), Unsettled> {
        let chain = &mut *self.chain;
        let (now, ledger) = (chain.clock.now(), &mut chain.ledger);
        let cell = self.protocols.lending(market);
        let token = cell.asset(asset).token;
        ledger.can_issue(token, amount).map_err(|error| Unsettled::of(account, chain.tokens.beyond(error)))?;
        let taken = cell.market.lending_mut().supply(account, asset, amount, now);
        let taken = taken.map_err(|error| Unsettled::of(account, error))?;
        ledger.issue(Source::Genesis, cell.account, token, taken);
        Ok(())
    }

    /// Posts a loan's collateral and books its debt.
    fn lend(&mut self, account: AccountId, loan: Loan) -> Result<(), Unsettled> {
        let Loan { market, collateral, debt: (asset, owed), goes } = loan;
        if collateral.1 > 0 {
            self.supply(account, market, collateral)?;
        }
        if owed == 0 {
            return Ok(());
        }
        let now = self.chain.clock.now();
        let cell = self.protocols.lending(market);
        let (token, prices) = (cell.asset(asset).token, cell.prices(&self.chain.oracles));
        let idle = cell.lending().totals(asset, now).idle;
        let given = match cell.market.lending_mut().borrow(account, asset, owed, &prices, now) {
            Ok(given) => given,
            Err(_) if idle < owed => return Err(self.drained(account, market, token)),
            Err(error) => return Err(Unsettled::of(account, error)),
        };
        cell.reorder(account, &self.chain.oracles, &self.chain.tokens, now);
        let (pays, posted) = (cell.account, cell.asset(collateral.0).token);
        let chain = &mut *self.chain;
        match goes {
            LoanGoes::IntoTheWallet => {
                chain.ledger.transfer(pays, account, token, given).expect("the market's state says so");
            }
            LoanGoes::Away | LoanGoes::For(_) => {
                chain.ledger.retire(Source::Genesis, pays, token, given).expect("the market's state says so");
            }
        }
        if let LoanGoes::For(bought) = goes {
            let issued = chain.ledger.can_issue(posted, bought);
            issued.map_err(|error| Unsettled::of(account, chain.tokens.beyond(error)))?;
            chain.ledger.issue(Source::Genesis, account, posted, bought);
        }
        Ok(())
    }

    fn drained(&self, account: AccountId, market: LendingId, token: TokenId) -> Unsettled {
        let name = &self.protocols.directory.lending[market.index()].name;
        let token = &self.chain.tokens.get(token).name;
        Unsettled::of(
            account,
            format!(
                "the lending market `{name}` has no {token} left to lend before the first block; raise its `supplied`, \
                 or its lenders' `supply` or `count`, or lower the borrowers' `capital`, `count` or what they owe"
            ),
        )
    }
}
