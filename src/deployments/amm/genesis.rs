//! Pools before the first block, with what their founders and providers put in.

use plimsoll_protocols::amm::{Deposit, PerToken, TickRange};
use smallvec::SmallVec;

use super::{PoolCell, Traded, Volume};
use crate::chain::ids::{AccountId, PoolId, TokenId};
use crate::chain::ledger::Source;
use crate::checks::names::EntityKind;
use crate::deployments::PoolParams;
use crate::deployments::genesis::{Genesis, Settling, Staked, Unsettled};
use crate::deployments::stakes::Stake;
use crate::deployments::written::Written;

/// Opens the pools.
pub(super) fn open(list: &[PoolParams], genesis: &mut Genesis) -> Result<(), Unsettled> {
    let (named, start) = (genesis.chain().named, genesis.chain().clock.start);
    for (params, id) in list.iter().zip((0..).map(PoolId)) {
        let tokens: SmallVec<[TokenId; 2]> = params.tokens().into_iter().map(|name| genesis.token(name)).collect();
        let traded: Vec<Traded> = tokens.iter().map(|token| traded(genesis, *token)).collect();
        let opened = params.open(&traded, named.founder, start);
        let opened = opened.map_err(|error| Unsettled::about(EntityKind::POOL, params.name(), error))?;
        let (liquidity, account) = (genesis.next_share(), genesis.open_account());
        let chain = genesis.chain_mut();
        let (ledger, counted) = (&mut chain.ledger, &chain.tokens);
        let refused = |error| Unsettled::about(EntityKind::POOL, params.name(), counted.beyond(error));
        ledger.can_issue(liquidity, opened.moved.liquidity.saturating_add(opened.moved.locked)).map_err(refused)?;
        for (token, amount) in tokens.iter().zip(&opened.moved.amounts) {
            ledger.can_issue(*token, *amount).map_err(refused)?;
        }
        for (token, amount) in tokens.iter().zip(&opened.moved.amounts) {
            ledger.issue(Source::Genesis, account, *token, *amount);
        }
        if opened.pool.amm().total_supply().is_some() {
            ledger.issue(Source::Shares, named.founder, liquidity, opened.moved.liquidity);
            ledger.issue(Source::Shares, named.locked, liquidity, opened.moved.locked);
        }
        let (at, volume) = (genesis.next_address(), Volume::none(tokens.len()));
        let pool = Written::new(opened.pool);
        let cell = PoolCell { at, id, account, tokens, liquidity, pool, volume, undo: Vec::new() };
        let named = genesis.deploy(params.name(), cell);
        genesis.directory.pools.push(named);
    }
    Ok(())
}

fn traded(genesis: &Genesis, token: TokenId) -> Traded {
    let chain = genesis.chain();
    Traded { decimals: chain.tokens.get(token).decimals, price: chain.venues.price(token) }
}

/// Puts in what providers begin with.
pub(super) fn settle(stakes: &[Staked], settling: &mut Settling) -> Result<(), Unsettled> {
    for Staked { account, stake } in stakes {
        if let Stake::Liquidity { pool, range, offered } = stake {
            let (shares, minted) = settling.provide(*account, *pool, *range, offered)?;
            if let Some(shares) = shares {
                settling.chain.ledger.issue(Source::Shares, *account, shares, minted);
            }
        }
    }
    Ok(())
}

impl Settling<'_, '_> {
    /// Puts liquidity into a pool, and returns its liquidity token, if it has one, and how much came; nobody has that yet.
    pub(in crate::deployments) fn provide(
        &mut self,
        owner: AccountId,
        pool: PoolId,
        range: Option<TickRange>,
        offered: &PerToken,
    ) -> Result<(Option<TokenId>, u128), Unsettled> {
        let chain = &mut *self.chain;
        let (now, ledger) = (chain.clock.now(), &mut chain.ledger);
        let cell = self.protocols.pool(pool);
        for (token, amount) in cell.tokens.iter().zip(offered) {
            let issued = ledger.can_issue(*token, *amount);
            issued.map_err(|error| Unsettled::of(owner, chain.tokens.beyond(error)))?;
        }
        let deposit = Deposit { owner, range, offered: offered.clone(), least_liquidity: 1 };
        let moved = cell.pool.amm_mut().add_liquidity(&deposit, now);
        let moved = moved.map_err(|error| Unsettled::of(owner, error))?;
        for (token, amount) in cell.tokens.iter().zip(&moved.amounts) {
            ledger.issue(Source::Genesis, cell.account, *token, *amount);
        }
        let shares = cell.pool.amm().total_supply().map(|_| cell.liquidity);
        if let Some(shares) = shares {
            ledger.issue(Source::Shares, chain.named.treasury, shares, moved.protocol_fee);
        }
        Ok((shares, moved.liquidity))
    }
}
