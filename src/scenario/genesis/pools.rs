//! Pools, with what their founders put in.

use crate::deployments::deployed::Deployed;
use smallvec::SmallVec;

use super::{Builder, GenesisError, fault, token_id};
use crate::chain::ids::{PoolId, TokenId};
use crate::chain::ledger::Source;
use crate::chain::state::ChainState;
use crate::deployments::amm::PoolCell;
use crate::deployments::amm::Traded;
use crate::deployments::directory::Named;

impl Builder<'_> {
    pub(super) fn pools(&mut self) -> Result<(), GenesisError> {
        let named = self.world.resource::<ChainState>().named;
        for (params, index) in self.scenario.pools.iter().zip(0_u16..) {
            let tokens: SmallVec<[TokenId; 2]> = params.tokens().into_iter().map(|name| self.token(name)).collect();
            let traded: Vec<Traded> = tokens.iter().map(|token| self.traded(*token)).collect();
            let opened = params.open(&traded, named.founder, self.scenario.start);
            let opened = opened.map_err(|error| fault(format!("pool {}: {error}", params.name())))?;
            let liquidity = token_id(self.scenario.tokens.len() + usize::from(index));
            let account = self.open();
            let ledger = &mut self.world.resource_mut::<ChainState>().into_inner().ledger;
            for (token, amount) in tokens.iter().zip(&opened.moved.amounts) {
                ledger.issue(Source::Genesis, account, *token, *amount);
            }
            if opened.pool.amm().total_supply().is_some() {
                ledger.issue(Source::Shares, named.founder, liquidity, opened.moved.liquidity);
                ledger.issue(Source::Shares, named.locked, liquidity, opened.moved.locked);
            }
            let volume = SmallVec::from_elem(0, tokens.len());
            let cell =
                PoolCell { id: PoolId(index), account, tokens, liquidity, pool: opened.pool, volume, undo: Vec::new() };
            let entity = self.world.spawn(Deployed::from(cell)).id();
            self.directory.pools.push(Named { name: params.name().to_owned(), entity });
        }
        Ok(())
    }

    fn traded(&self, token: TokenId) -> Traded {
        let decimals = self.world.resource::<ChainState>().tokens.get(token).decimals;
        Traded { decimals, price: self.world.resource::<ChainState>().venues.price(token) }
    }
}
