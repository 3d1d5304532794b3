//! Lending markets, with what their founders supply.

use smallvec::SmallVec;

use super::{Builder, GenesisError, fault};
use crate::chain::ids::{LendingId, TokenId};
use crate::chain::ledger::{Ledger, Source};
use crate::chain::lending::{Asset, LendingCell, LoanOrders};
use crate::chain::oracles::Oracles;
use crate::chain::protocols::{Named, NamedAccounts};
use crate::chain::tokens::Tokens;
use crate::math::WAD;
use crate::protocol::lending::LendingMarket;
use crate::protocol::lending::morpho_blue::{AdaptiveCurve, InterestModel, Market, MarketParams, PricedMarket};
use crate::scenario::schema::LendingParams;

impl Builder<'_> {
    pub(super) fn lending(&mut self) -> Result<(), GenesisError> {
        for (params, index) in self.scenario.lending.iter().zip(0_u16..) {
            let feed = |name: &str| self.world.resource::<Oracles>().named(name);
            let assets = params.assets();
            let assets =
                assets.iter().map(|asset| Asset { token: self.token(&asset.token), feed: feed(&asset.oracle) });
            let assets: SmallVec<[Asset; 2]> = assets.collect();
            let market = self.market(params, &assets)?;
            let account = self.open();
            let mut cell = LendingCell { id: LendingId(index), account, assets, market, orders: LoanOrders::default() };
            self.founders_supply(params, &mut cell)?;
            let entity = self.world.spawn(cell).id();
            self.directory.lending.push(Named { name: params.name().to_owned(), entity });
        }
        Ok(())
    }

    fn market(&self, params: &LendingParams, assets: &[Asset]) -> Result<LendingMarket, GenesisError> {
        let start = self.scenario.start;
        let refused = |what: &dyn std::fmt::Display| fault(format!("lending market {}: {what}", params.name()));
        let decimals = |token: TokenId| self.world.resource::<Tokens>().get(token).decimals;
        match params {
            LendingParams::MorphoBlue { lltv, fee, .. } => {
                let fee_recipient = self.world.resource::<NamedAccounts>().treasury;
                let interest = InterestModel::AdaptiveCurve(AdaptiveCurve::default());
                let params = MarketParams { lltv_wad: share_wad(*lltv), interest, fee_recipient };
                let mut market = Market::new(params, start).map_err(|error| refused(&error))?;
                if *fee > 0.0 {
                    market.set_fee(share_wad(*fee), start).map_err(|error| refused(&error))?;
                }
                let market = PricedMarket::new(market, decimals(assets[0].token), decimals(assets[1].token));
                let market = market.ok_or_else(|| refused(&"a whole token has too many smallest units"))?;
                Ok(LendingMarket::MorphoBlue(Box::new(market)))
            }
        }
    }

    fn founders_supply(&mut self, params: &LendingParams, cell: &mut LendingCell) -> Result<(), GenesisError> {
        let founder = self.world.resource::<NamedAccounts>().founder;
        for ((place, asset), listed) in (0_u8..).zip(params.assets()).zip(cell.assets.clone()) {
            let amount = self.units(listed.token, &asset.supplied);
            if amount == 0 {
                continue;
            }
            let refused = |what: &dyn std::fmt::Display| fault(format!("lending market {}: {what}", params.name()));
            let mut ledger = self.world.resource_mut::<Ledger>();
            ledger.can_issue(listed.token, amount).map_err(|error| refused(&error))?;
            let market = cell.market.lending_mut();
            let taken = market.supply(founder, place, amount, self.scenario.start).map_err(|error| refused(&error))?;
            ledger.issue(Source::Genesis, cell.account, listed.token, taken);
        }
        Ok(())
    }
}

/// Returns a share such as 0.86 in fixed point with 18 decimals, exact to its ninth decimal.
fn share_wad(share: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 1")]
    let billionths = (share * 1e9).round() as u128;
    billionths * (WAD / 1_000_000_000)
}
