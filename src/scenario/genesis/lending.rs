//! Lending markets, with what their founders supply.

use crate::deployments::deployed::Deployed;
use smallvec::{SmallVec, smallvec};

use super::{Builder, GenesisError, fault};
use crate::chain::ids::LendingId;
use crate::chain::ledger::Source;
use crate::chain::state::ChainState;
use crate::deployments::LendingParams;
use crate::deployments::directory::{Named, PositionsOf};
use crate::deployments::lending::{Asset, LendingCell, LoanOrders};

impl Builder<'_> {
    pub(super) fn lending(&mut self) -> Result<(), GenesisError> {
        for (params, index) in self.scenario.lending.iter().zip(0_u16..) {
            let feed = |name: &str| self.world.resource::<ChainState>().oracles.named(name);
            let names = params.names().into_iter();
            let assets = names.map(|(token, oracle)| Asset { token: self.token(token), feed: feed(oracle) });
            let assets: SmallVec<[Asset; 2]> = assets.collect();
            let chain = self.world.resource::<ChainState>();
            let decimals: Vec<u8> = assets.iter().map(|asset| chain.tokens.get(asset.token).decimals).collect();
            let market = params.open(&decimals, chain);
            let market = market.map_err(|error| fault(format!("lending market {}: {error}", params.name())))?;
            let account = self.open();
            let (id, lost) = (LendingId(index), smallvec![0; assets.len()]);
            let kept_by = PositionsOf::Lending(id);
            let protocol = self.directory.list_positions(kept_by, params.name(), Vec::new());
            let mut cell = LendingCell {
                id,
                protocol,
                account,
                assets,
                market,
                orders: LoanOrders::default(),
                lost,
                undo: Vec::new(),
            };
            self.founders_supply(params, &mut cell)?;
            let entity = self.world.spawn(Deployed::from(cell)).id();
            self.directory.lending.push(Named { name: params.name().to_owned(), entity });
        }
        Ok(())
    }

    fn founders_supply(&mut self, params: &LendingParams, cell: &mut LendingCell) -> Result<(), GenesisError> {
        let founder = self.world.resource::<ChainState>().named.founder;
        for ((place, supplied), listed) in (0_u8..).zip(params.supplied()).zip(cell.assets.clone()) {
            let amount = self.units(listed.token, &supplied);
            if amount == 0 {
                continue;
            }
            let refused = |what: &dyn std::fmt::Display| fault(format!("lending market {}: {what}", params.name()));
            let ledger = &mut self.world.resource_mut::<ChainState>().into_inner().ledger;
            ledger.can_issue(listed.token, amount).map_err(|error| refused(&error))?;
            let market = cell.market.lending_mut();
            let taken = market.supply(founder, place, amount, self.scenario.start).map_err(|error| refused(&error))?;
            ledger.issue(Source::Genesis, cell.account, listed.token, taken);
        }
        Ok(())
    }
}
