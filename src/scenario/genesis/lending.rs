//! Lending markets, with what their founders supply.

use crate::chain::protocols::Deployed;
use smallvec::{SmallVec, smallvec};

use super::{Builder, GenesisError, fault};
use crate::chain::ids::{LendingId, TokenId};
use crate::chain::ledger::Source;
use crate::chain::lending::{Asset, LendingCell, LoanOrders};
use crate::chain::protocols::Named;
use crate::chain::state::ChainState;
use crate::math::{MathError, RAY, WAD};
use crate::protocol::lending::LendingMarket;
use crate::protocol::lending::aave_v3::{
    self, AccountMarket, CollateralParams, EModeId, FlashPremiums, KinkedRate, RateStrategy, ReserveStatus,
};
use crate::protocol::lending::compound_v2::{self, BlockClock, Comptroller, ComptrollerParams, PricedComptroller};
use crate::protocol::lending::morpho_blue::{AdaptiveCurve, InterestModel, Market, MarketParams, PricedMarket};
use crate::scenario::schema::{CompoundMarketParams, LendingParams, ReserveParams};

impl Builder<'_> {
    pub(super) fn lending(&mut self) -> Result<(), GenesisError> {
        for (params, index) in self.scenario.lending.iter().zip(0_u16..) {
            let feed = |name: &str| self.world.resource::<ChainState>().oracles.named(name);
            let assets = params.assets();
            let assets =
                assets.iter().map(|asset| Asset { token: self.token(&asset.token), feed: feed(&asset.oracle) });
            let assets: SmallVec<[Asset; 2]> = assets.collect();
            let market = self.market(params, &assets)?;
            let account = self.open();
            let (id, lost) = (LendingId(index), smallvec![0; assets.len()]);
            let protocol = self.directory.list_positions(params.name(), Vec::new());
            let mut cell = LendingCell { id, protocol, account, assets, market, orders: LoanOrders::default(), lost };
            self.founders_supply(params, &mut cell)?;
            let entity = self.world.spawn(Deployed::from(cell)).id();
            self.directory.lending.push(Named { name: params.name().to_owned(), entity });
        }
        Ok(())
    }

    fn market(&self, params: &LendingParams, assets: &[Asset]) -> Result<LendingMarket, GenesisError> {
        let start = self.scenario.start;
        let refused = |what: &dyn std::fmt::Display| fault(format!("lending market {}: {what}", params.name()));
        let decimals = |token: TokenId| self.world.resource::<ChainState>().tokens.get(token).decimals;
        match params {
            LendingParams::AaveV3 { reserves, flash_premium_bps, flash_premium_to_protocol_bps, .. } => {
                let treasury = self.world.resource::<ChainState>().named.treasury;
                let premiums =
                    FlashPremiums { total_bps: *flash_premium_bps, to_protocol_bps: *flash_premium_to_protocol_bps };
                let mut market = aave_v3::Market::new(treasury, premiums).map_err(|error| refused(&error))?;
                for (reserve, asset) in reserves.iter().zip(assets) {
                    let added = market.add_toxic_reserve(decimals(asset.token), reserve_params(reserve));
                    added.map_err(|error| refused(&error))?;
                }
                Ok(LendingMarket::AaveV3(Box::new(AccountMarket::new(market))))
            }
            LendingParams::MorphoBlue { lltv, fee, .. } => {
                let fee_recipient = self.world.resource::<ChainState>().named.treasury;
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
            LendingParams::CompoundV2 { markets, close_factor, incentive, protocol_seize_share, .. } => {
                let mut comptroller = Comptroller::new(ComptrollerParams {
                    close_factor_wad: share_wad(*close_factor),
                    liquidation_incentive_wad: share_wad(1.0 + incentive),
                    protocol_seize_share_wad: share_wad(*protocol_seize_share),
                });
                let decimals: Vec<u8> = assets.iter().map(|asset| decimals(asset.token)).collect();
                for (listed, decimals) in markets.iter().zip(&decimals) {
                    let params = compound_market(listed, *decimals).map_err(|error| refused(&error))?;
                    comptroller.list(params, 0).map_err(|error| refused(&error))?;
                }
                let clock = BlockClock { start, block_ms: self.scenario.block_time.mean().ms };
                let redeemer = self.world.resource::<ChainState>().named.locked;
                let market = PricedComptroller::new(comptroller, &decimals, clock, redeemer);
                let market = market.ok_or_else(|| refused(&"a token has more than 18 decimals"))?;
                Ok(LendingMarket::CompoundV2(Box::new(market)))
            }
        }
    }

    fn founders_supply(&mut self, params: &LendingParams, cell: &mut LendingCell) -> Result<(), GenesisError> {
        let founder = self.world.resource::<ChainState>().named.founder;
        for ((place, asset), listed) in (0_u8..).zip(params.assets()).zip(cell.assets.clone()) {
            let amount = self.units(listed.token, &asset.supplied);
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

/// Returns what governs a reserve; its parameters were checked, and a warning said where they are toxic.
fn reserve_params(params: &ReserveParams) -> aave_v3::ReserveParams {
    let is_collateral = params.threshold > 0.0;
    let rates = params.rates;
    let variable = KinkedRate {
        base_ray: share_ray(rates.base),
        slope_1_ray: share_ray(rates.slope_1),
        slope_2_ray: share_ray(rates.slope_2),
    };
    aave_v3::ReserveParams {
        collateral: CollateralParams {
            ltv_bps: bps(params.ltv),
            liquidation_threshold_bps: bps(params.threshold),
            liquidation_bonus_bps: if is_collateral { bps(1.0 + params.bonus) } else { 0 },
        },
        reserve_factor_bps: bps(params.reserve_factor),
        liquidation_protocol_fee_bps: bps(params.protocol_fee),
        strategy: RateStrategy {
            optimal_usage_ray: share_ray(rates.kink),
            variable,
            stable: variable,
            stable_excess_offset_ray: 0,
            optimal_stable_share_ray: 0,
        },
        supply_cap: params.supply_cap,
        borrow_cap: params.borrow_cap,
        emode: EModeId::NONE,
        status: ReserveStatus::Active,
        borrowing: params.borrowing,
        flash_loans: true,
    }
}

/// Returns how a market is set up. A cToken has 8 decimals and begins at a fiftieth of its underlying token, as deployed.
fn compound_market(params: &CompoundMarketParams, decimals: u8) -> Result<compound_v2::MarketParams, MathError> {
    let rates = params.rates;
    let above_kink = if rates.kink < 1.0 { rates.slope_2 / (1.0 - rates.kink) } else { 0.0 };
    let [base, slope, jump, kink] = [rates.base, rates.slope_1, above_kink, rates.kink].map(share_wad);
    Ok(compound_v2::MarketParams {
        collateral_factor_wad: share_wad(params.collateral_factor),
        reserve_factor_wad: share_wad(params.reserve_factor),
        initial_exchange_rate_wad: 2 * 10_u128.pow(8 + u32::from(decimals)),
        interest: compound_v2::InterestModel::jump_rate_v2(base, slope, jump, kink)?,
    })
}

/// Returns a share such as 0.825 in basis points; it was checked to be a whole number of them.
fn bps(share: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 6")]
    let bps = (share * 10_000.0).round() as u16;
    bps
}

/// Returns a share such as 0.04 in fixed point with 27 decimals, exact to its ninth decimal.
pub(super) fn share_ray(share: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked not to be below 0")]
    let billionths = (share * 1e9).round() as u128;
    billionths * (RAY / 1_000_000_000)
}

/// Returns a share such as 0.86 in fixed point with 18 decimals, exact to its ninth decimal.
pub(super) fn share_wad(share: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 1")]
    let billionths = (share * 1e9).round() as u128;
    billionths * (WAD / 1_000_000_000)
}
