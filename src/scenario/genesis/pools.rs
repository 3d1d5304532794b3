//! Pools, with what their founders put in.

use super::{Builder, GenesisError, fault, token_id};
use crate::chain::ids::PoolId;
use crate::chain::ledger::{Ledger, Source};
use crate::chain::protocols::{Named, NamedAccounts, PoolCell};
use crate::protocol::amm::uniswap_v2::{Pair, ProtocolFee};
use crate::protocol::amm::{Amounts, Pool};
use crate::scenario::schema::PoolParams;

impl Builder<'_> {
    pub(super) fn pools(&mut self) -> Result<(), GenesisError> {
        let named = *self.world.resource::<NamedAccounts>();
        for (params, index) in self.scenario.pools.iter().zip(0_u16..) {
            let PoolParams::UniswapV2 { name, tokens, reserves, fee_bps, protocol_fee } = params;
            let ids = [self.token(&tokens.0), self.token(&tokens.1)];
            let held = Amounts { token_0: self.units(ids[0], &reserves.0), token_1: self.units(ids[1], &reserves.1) };
            let protocol_fee = if *protocol_fee { ProtocolFee::On } else { ProtocolFee::Off };
            let refused = |error| fault(format!("pool {name}: {error}"));
            let mut pair = Pair::new(*fee_bps, protocol_fee).map_err(refused)?;
            let minted = pair.mint(held, self.scenario.start).map_err(refused)?;
            let liquidity = token_id(self.scenario.tokens.len() + usize::from(index));
            let account = self.open();
            let mut ledger = self.world.resource_mut::<Ledger>();
            ledger.issue(Source::Genesis, account, ids[0], held.token_0);
            ledger.issue(Source::Genesis, account, ids[1], held.token_1);
            ledger.issue(Source::Shares, named.founder, liquidity, minted.liquidity);
            ledger.issue(Source::Shares, named.locked, liquidity, minted.locked);
            let pool = Pool::UniswapV2(pair);
            let cell =
                PoolCell { id: PoolId(index), account, tokens: ids.into(), liquidity, pool, volume: [0; 2].into() };
            let entity = self.world.spawn(cell).id();
            self.directory.pools.push(Named { name: name.clone(), entity });
        }
        Ok(())
    }
}
