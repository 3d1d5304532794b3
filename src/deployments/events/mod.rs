//! What `events.csv` says of each thing that happened: what each family has to say stands with it, and here is the list.

pub mod chain;
mod row;

pub use row::EventRow;

use super::view::View;
use super::{alpha_homora, amm, lending, maker, staking};
use crate::chain::event::What;
use crate::chain::ids::AccountId;
use crate::chain::liquidation::SaleKind;

/// The kinds of things that happen, each with what it means, family by family.
pub const KINDS: [&[(&str, &str)]; 6] = [
    amm::events::Kind::WORDS,
    alpha_homora::events::Kind::WORDS,
    staking::events::Kind::WORDS,
    lending::events::Kind::WORDS,
    maker::events::Kind::WORDS,
    chain::Kind::WORDS,
];

/// Fills in what happened. Returns whose position was liquidated, if one was that has no number of its own.
pub fn tell<'a>(row: &mut EventRow<'a>, sees: &'a View, what: &'a What) -> Option<AccountId> {
    match what {
        What::Swapped { pool, direction, traded } => amm::events::swapped(row, sees, (*pool, *direction), *traded),
        What::LiquidityAdded(at) => amm::events::liquidity_added(row, sees, at),
        What::LiquidityRemoved(at) => amm::events::liquidity_removed(row, sees, at),
        What::Sandwiched(at) => amm::events::sandwiched(row, sees, at),
        What::Worked(at) => alpha_homora::events::worked(row, sees, at),
        What::Reinvested(at) => alpha_homora::events::reinvested(row, sees, at),
        What::Deposited(at) => alpha_homora::events::deposited(row, sees, *at),
        What::Withdrawn(at) => alpha_homora::events::withdrawn(row, sees, *at),
        What::Staked(at) => staking::events::staked(row, sees, at),
        What::FarmFunded { farm, amount } => staking::events::farm_funded(row, sees, *farm, *amount),
        What::Lent(at) => lending::events::lent(row, sees, at),
        What::Vault(at) => return maker::events::done(row, sees, at),
        What::Liquidated(at) => match at.kind {
            SaleKind::Kill | SaleKind::Close => alpha_homora::events::killed(row, sees, at),
            SaleKind::Liquidate => return Some(lending::events::liquidated(row, sees, at)),
            SaleKind::Auction => return Some(maker::events::auctioned(row, sees, at)),
        },
        What::VenueTraded { token, bought, amount, numeraire } => {
            chain::venue_traded(row, sees, (*token, *amount), *bought, *numeraire);
        }
        What::SaleMuted { paid, got, .. } => chain::sale_muted(row, sees, *paid, *got),
        What::PricePublished { feed, price_wad } => chain::price_published(row, sees, *feed, *price_wad),
        What::Reverted { action, reason, .. } => chain::reverted(row, action, reason),
        What::Dropped { action, .. } => chain::dropped(row, action),
        What::Expired { action, .. } => row.tell(chain::Kind::Expire.word(), action),
        What::Replaced { action, .. } => row.tell(chain::Kind::Replace.word(), action),
    }
    if let What::Reverted { position, .. }
    | What::Dropped { position, .. }
    | What::Expired { position, .. }
    | What::Replaced { position, .. } = what
        && let Some(position) = position
    {
        alpha_homora::events::name_position(row, sees, *position);
    }
    None
}
