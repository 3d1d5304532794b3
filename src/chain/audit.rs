//! Nothing appears or vanishes: what protocols say they hold is what the ledger says they hold, claims sum to totals,
//! and balances sum to what the sources issued. All of it to the last unit.

use std::collections::BTreeSet;

use bevy_ecs::prelude::{Res, Resource};
use thiserror::Error;

use super::ids::{AccountId, TokenId};
use super::ledger::{Ledger, Source};
use super::state::ChainState;
use super::tokens::Tokens;
use crate::deployments::alpha_homora::{BankCell, GoblinCell};
use crate::deployments::amm::PoolCell;
use crate::deployments::deployed::Protocols;
use crate::deployments::lending::LendingCell;
use crate::deployments::maker::{AuctionKind, MakerCell};
use crate::deployments::staking::FarmCell;
use crate::math::Rad;

/// Two accounts of the same thing that differ: a bug.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what}: {says} says {said}, {against} says {found}")]
pub struct AuditError {
    what: String,
    says: &'static str,
    said: String,
    against: &'static str,
    found: String,
}

/// Whether every block is audited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Resource)]
pub struct AuditEveryBlock(pub bool);

/// Audits the block that has just been executed, if every block is to be.
pub fn audit_block(every: Res<AuditEveryBlock>, chain: Res<ChainState>, protocols: Protocols) {
    if every.0 {
        let ChainState { clock, tokens, ledger, .. } = &*chain;
        let outcome = audit(tokens, ledger, &protocols);
        outcome.unwrap_or_else(|error| panic!("the audit of block {} failed: {error}", clock.block));
    }
}

/// Audits everything.
///
/// # Errors
/// The first difference found.
pub fn audit(tokens: &Tokens, ledger: &Ledger, protocols: &Protocols) -> Result<(), AuditError> {
    let books = Books { tokens, ledger, protocols };
    books.sources()?;
    protocols.pools().try_for_each(|cell| books.pool(cell))?;
    protocols.farms().try_for_each(|cell| books.farm(cell))?;
    protocols.banks().try_for_each(|cell| books.bank(cell))?;
    protocols.goblins().try_for_each(|cell| books.goblin(cell))?;
    protocols.all_lending().try_for_each(|cell| books.lending(cell))?;
    protocols.makers().try_for_each(|cell| books.maker(cell))
}

struct Books<'a, 'w, 's> {
    tokens: &'a Tokens,
    ledger: &'a Ledger,
    protocols: &'a Protocols<'w, 's>,
}

impl Books<'_, '_, '_> {
    /// Balances sum to what the sources issued.
    fn sources(&self) -> Result<(), AuditError> {
        for index in 0..self.ledger.tokens() {
            let token = TokenId(u16::try_from(index).expect("there are fewer than 2^16 tokens"));
            let issued: i128 = Source::ALL.iter().map(|source| self.ledger.issued(*source, token)).sum();
            let total = self.ledger.total(token).and_then(|total| i128::try_from(total).ok());
            let what = || format!("supply of {}", self.name(token));
            same(what, ("the sources", Some(issued)), ("the sum of balances", total))?;
        }
        Ok(())
    }

    fn pool(&self, cell: &PoolCell) -> Result<(), AuditError> {
        let amm = cell.pool.amm();
        for (place, token) in (0..).zip(&cell.tokens) {
            self.holds(cell.account, *token, amm.balance(place))?;
        }
        if let Some(pool) = cell.pool.uniswap_v3() {
            let what = || format!("active liquidity of {}", self.protocols.directory.pools[cell.id.index()].name);
            same(what, ("the pool", pool.liquidity()), ("the sum of positions", pool.liquidity_of_positions()))?;
        }
        amm.total_supply().map_or(Ok(()), |supply| self.supply(cell.liquidity, supply))
    }

    fn farm(&self, cell: &FarmCell) -> Result<(), AuditError> {
        let totals = cell.farm.totals();
        self.holds(cell.account, cell.staked, totals.total_supply)?;
        self.holds(cell.account, cell.reward, totals.reward_balance)?;
        let stakes: u128 = cell.farm.stakes().map(|(_, stake)| stake.balance).sum();
        let what = || format!("stakes of {}", self.protocols.directory.farms[cell.id.index()].name);
        same(what, ("the total", totals.total_supply), ("the sum of stakes", stakes))
    }

    fn bank(&self, cell: &BankCell) -> Result<(), AuditError> {
        let books = cell.bank.books();
        self.holds(cell.account, cell.base, books.balance)?;
        self.supply(cell.shares, books.total_supply)?;
        let owed: u128 = cell.bank.positions().iter().map(|position| position.debt_share).sum();
        let what = || format!("debt shares of {}", self.protocols.directory.banks[cell.id.index()].name);
        same(what, ("the bank", books.debt_share), ("the sum of positions", owed))
    }

    fn goblin(&self, cell: &GoblinCell) -> Result<(), AuditError> {
        let (pool, bank) = (self.protocols.pool(cell.pool), self.protocols.bank(cell.bank));
        let (books, base_side) = (cell.goblin.books(), cell.goblin.params().base_side);
        let dust = [books.dust_all_base, books.dust_two_sides];
        self.holds(cell.account, pool.token(base_side), dust.iter().map(|legs| legs.base).sum())?;
        self.holds(cell.account, pool.token(base_side.other()), dust.iter().map(|legs| legs.farmed).sum())?;
        let positions = bank.bank.positions().iter().filter(|position| position.goblin == cell.id);
        let shares: u128 = positions.map(|position| position.goblin_share).sum();
        let what = || format!("shares of {}", self.protocols.directory.goblins[usize::from(cell.id.0)].name);
        same(what, ("the goblin", books.total_share), ("the sum of positions", shares))?;
        let positions = bank.bank.positions().iter().filter(|position| position.goblin == cell.id);
        let owed: u128 = positions.map(|position| position.debt_share).sum();
        let what = || format!("histogram of {}", self.protocols.directory.goblins[usize::from(cell.id.0)].name);
        same(what, ("the price order", cell.order.histogram().total()), ("the sum of positions", owed))
    }

    fn lending(&self, cell: &LendingCell) -> Result<(), AuditError> {
        for (place, asset) in (0..).zip(&cell.assets) {
            self.holds(cell.account, asset.token, cell.lending().held(place))?;
        }
        let name = &self.protocols.directory.lending[cell.id.index()].name;
        let what = || format!("claims and debts of {name}");
        same(what, ("the market", Ok(())), ("the sum of positions", cell.lending().claims_sum()))
    }

    /// What the adapters hold, and the vat's sums: all dai is the debt, all sin the vice, what vaults owe the rest.
    fn maker(&self, cell: &MakerCell) -> Result<(), AuditError> {
        let (maker, books) = (&cell.maker, cell.maker.books());
        for token in cell.ilks.iter().map(|ilk| ilk.gem).collect::<BTreeSet<_>>() {
            let of_token = maker.ilks().zip(&cell.ilks).filter(|(_, ilk)| ilk.gem == token);
            let held = of_token.map(|(number, _)| maker.gem_held(number).expect(LISTED)).sum();
            self.holds(cell.account, token, held)?;
        }
        let name = &self.protocols.directory.makers[cell.id.index()].name;
        let outside = cell.dai_minted().ok();
        let minted = self.ledger.issued(Source::Stablecoins, cell.dai);
        same(|| format!("dai of {name}"), ("the system", outside), ("the ledger", Some(minted)))?;
        let inside = maker.purses().map(|(_, purse)| purse.dai);
        let dai = sum(inside.chain([books.vow.dai, books.pot.dai, books.vat.joined_dai]));
        same(|| format!("debt of {name}"), ("the vat", Some(books.vat.debt)), ("the sum of dai", dai))?;
        let sin = sum([books.vow.sin, books.vat.genesis_sin]);
        same(|| format!("vice of {name}"), ("the vat", Some(books.vat.vice)), ("the sum of sin", sin))?;
        let mut owed = Some(books.vat.vice);
        for (number, ilk) in maker.ilks().zip(&cell.ilks) {
            let ilk_books = maker.ilk_books(number).expect(LISTED);
            let (mut art, mut gem) = (0, 0);
            for (_, vault) in maker.positions(number).expect(LISTED) {
                art += vault.art;
                gem += vault.ink + vault.gem;
            }
            let lots: u128 = match ilk.auctions {
                AuctionKind::Dutch => maker.sales(number).expect(LISTED).map(|(_, sale)| sale.lot).sum(),
                AuctionKind::English => maker.bids(number).expect(LISTED).map(|(_, bid)| bid.lot).sum(),
            };
            let what = |kind: &str| format!("{kind} of {}", ilk.name);
            same(|| what("normalised debt"), ("the vat", ilk_books.total_art), ("the sum of vaults", art))?;
            let (joined, counted) = (ilk_books.joined_gem, gem + lots);
            same(|| what("collateral"), ("the vat", joined), ("vaults and auctions", counted))?;
            owed = owed.and_then(|owed| owed.checked_add(Rad::product(art, ilk_books.rate)).ok());
        }
        same(|| format!("what {name} is owed"), ("the vat", Some(books.vat.debt)), ("the sum of vaults and vice", owed))
    }

    fn holds(&self, account: AccountId, token: TokenId, stated: u128) -> Result<(), AuditError> {
        let what = || format!("{} of account {}", self.name(token), account.0);
        same(what, ("the protocol", stated), ("the ledger", self.ledger.balance(account, token)))
    }

    fn supply(&self, token: TokenId, stated: u128) -> Result<(), AuditError> {
        let what = || format!("supply of {}", self.name(token));
        same(what, ("the protocol", Some(stated)), ("the ledger", self.ledger.total(token)))
    }

    fn name(&self, token: TokenId) -> &str {
        &self.tokens.get(token).name
    }
}

const LISTED: &str = "an ilk of the scenario is one of the system";

/// Returns the sum; none if it does not fit.
fn sum(parts: impl IntoIterator<Item = Rad>) -> Option<Rad> {
    parts.into_iter().try_fold(Rad::ZERO, |sum, part| sum.checked_add(part).ok())
}

/// Compares what two sides say of the same thing.
fn same<T: PartialEq + std::fmt::Debug>(
    what: impl FnOnce() -> String,
    (says, said): (&'static str, T),
    (against, found): (&'static str, T),
) -> Result<(), AuditError> {
    if said == found {
        return Ok(());
    }
    let (said, found) = (format!("{said:?}"), format!("{found:?}"));
    Err(AuditError { what: what(), says, said, against, found })
}
