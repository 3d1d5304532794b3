//! What a draft declares, as agents and protocols ask.

use smallvec::SmallVec;

use super::super::draft::Draft;
use super::super::pools::deployed_spacing;
use super::super::schema::{BankParams, LendingParams, PoolParams, ReserveParams};
use super::farming::highest_leverage;
use super::names::Names;
use crate::chain::maker::AuctionKind;
use crate::checks::declared::{
    Declared, DeclaredFarming, DeclaredLending, DeclaredOracle, DeclaredPool, DeclaredToken, DeclaredVaults,
};
use crate::market::oracle::PublishParams;

/// Returns what a draft declares.
pub(super) fn declared<'d>(draft: &'d Draft, names: &Names) -> Declared<'d> {
    let block_time = draft.block_time.as_ref().map(|time| time.value.mean().ms);
    let duration = draft.duration.as_ref().map(|duration| (duration.value.ms, duration.node));
    let blocks = draft.blocks.as_ref().map(|blocks| (blocks.value, blocks.node));
    let of_blocks = || Some(blocks?.0.saturating_mul(block_time?));
    let of_duration = || Some((duration?.0.div_ceil(block_time?.max(1)), duration?.1));
    let tokens = draft.tokens.iter().map(|token| &token.value);
    let oracles = draft.oracles.iter().map(|oracle| &oracle.value);
    let issuers = draft.stablecoins.iter().map(|issuer| &issuer.value);
    let vaults = issuers.flat_map(|issuer| {
        issuer.ilks().iter().map(|ilk| DeclaredVaults {
            name: &ilk.name,
            token: &ilk.token,
            oracle: &ilk.oracle,
            owes: issuer.dai(),
            liquidation_ratio: ilk.liquidation_ratio,
            bids_stand: ilk.auctions.kind() == AuctionKind::English,
        })
    });
    Declared {
        length_ms: duration.map(|(length, _)| length).or_else(of_blocks),
        blocks: blocks.or_else(of_duration).filter(|(blocks, _)| *blocks > 0),
        numeraire: draft.numeraire.as_ref().map(|name| name.value.as_str()),
        tokens: tokens.map(|token| DeclaredToken { name: &token.name, decimals: token.decimals }).collect(),
        pools: draft.pools.iter().map(|pool| &pool.value as &dyn DeclaredPool).collect(),
        has_all_pools: names.pools() == Some(draft.pools.len()),
        oracles: oracles
            .map(|oracle| DeclaredOracle {
                name: &oracle.name,
                token: &oracle.token,
                by_transaction: oracle.publish == PublishParams::Transaction,
            })
            .collect(),
        lending: draft.lending.iter().map(|market| &market.value as &dyn DeclaredLending).collect(),
        vaults: vaults.collect(),
        farming: draft.banks.iter().flat_map(|bank| farming(&bank.value)).collect(),
    }
}

fn farming(bank: &BankParams) -> impl Iterator<Item = DeclaredFarming<'_>> {
    let BankParams::AlphaHomora { name: bank, goblins, .. } = bank;
    goblins.iter().map(move |goblin| DeclaredFarming {
        name: &goblin.name,
        bank,
        pool: &goblin.pool,
        reward_pool: &goblin.reward_pool,
        most: Some(goblin.work_factor).filter(|factor| *factor < 1.0).map(|factor| (factor, highest_leverage(factor))),
    })
}

impl DeclaredPool for PoolParams {
    fn name(&self) -> &str {
        self.name()
    }

    fn tokens(&self) -> SmallVec<[&str; 3]> {
        self.tokens()
    }

    fn tick_spacing(&self) -> Option<i32> {
        let Self::UniswapV3 { fee_pips, tick_spacing, .. } = self else { return None };
        Some(tick_spacing.or(deployed_spacing(*fee_pips)).filter(|spacing| *spacing > 0).unwrap_or(1))
    }
}

impl DeclaredLending for LendingParams {
    fn name(&self) -> &str {
        self.name()
    }

    fn names(&self) -> Vec<(&str, &str)> {
        self.names()
    }

    fn limits(&self, collateral: &str, debt: &str) -> Option<(f64, f64)> {
        match self {
            Self::AaveV3 { reserves, .. } => {
                let find = |token: &str| reserves.iter().find(|reserve| reserve.token == token);
                let (ReserveParams { ltv, threshold, .. }, debt) = (find(collateral)?, find(debt)?);
                (*threshold > 0.0 && debt.borrowing).then_some((*ltv, *threshold))
            }
            Self::MorphoBlue { loan, collateral: posted, lltv, .. } => {
                (loan.token == debt && posted.token == collateral).then_some((*lltv, *lltv))
            }
            Self::CompoundV2 { markets, .. } => {
                let find = |token: &str| markets.iter().find(|market| market.token == token);
                let (factor, _) = (find(collateral)?.collateral_factor, find(debt)?);
                (factor > 0.0).then_some((factor, factor))
            }
        }
    }

    fn has_flash_loans(&self) -> bool {
        !matches!(self, Self::CompoundV2 { .. })
    }
}
