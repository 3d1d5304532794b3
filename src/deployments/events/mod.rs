//! What `events.csv` says of each thing that happened: what each family has to say stands with it, and here is the list.

pub mod chain;
mod row;

use super::view::View;
use super::{alpha_homora, amm, lending, maker, staking};
use crate::chain::event::EventKind;
use crate::chain::ids::AccountId;
pub use row::EventRow;

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
pub fn tell<'a>(row: &mut EventRow<'a>, sees: &'a View, kind: &'a EventKind) -> Option<AccountId> {
    match kind {
        EventKind::Swapped { pool, direction, traded } => amm::events::swapped(row, sees, (*pool, *direction), *traded),
        EventKind::LiquidityAdded(at) => amm::events::liquidity_added(row, sees, at),
        EventKind::LiquidityRemoved(at) => amm::events::liquidity_removed(row, sees, at),
        EventKind::Sandwiched(at) => amm::events::sandwiched(row, sees, at),
        EventKind::Worked(at) => alpha_homora::events::worked(row, sees, at),
        EventKind::Reinvested(at) => alpha_homora::events::reinvested(row, sees, at),
        EventKind::Deposited(at) => alpha_homora::events::deposited(row, sees, *at),
        EventKind::Withdrawn(at) => alpha_homora::events::withdrawn(row, sees, *at),
        EventKind::Staked(at) => staking::events::staked(row, sees, at),
        EventKind::FarmFunded { farm, amount } => staking::events::farm_funded(row, sees, *farm, *amount),
        EventKind::Lent(at) => lending::events::lent(row, sees, at),
        EventKind::Vault(at) => return maker::events::done(row, sees, at),
        EventKind::Liquidated(at) => {
            let kept_by = sees.protocols.directory.positions[at.key.protocol.index()].kept_by;
            return sees.protocols.deployment(kept_by).tell_liquidation(row, sees, at);
        }
        EventKind::VenueTraded { token, bought, amount, numeraire } => {
            chain::venue_traded(row, sees, (*token, *amount), *bought, *numeraire);
        }
        EventKind::SaleMuted { paid, got, .. } => chain::sale_muted(row, sees, *paid, *got),
        EventKind::PricePublished { feed, price_wad } => chain::price_published(row, sees, *feed, *price_wad),
        EventKind::NoEffect { action } => row.tell(chain::Kind::NoEffect.word(), action),
        EventKind::Reverted { action, reason, .. } => chain::reverted(row, action, reason),
        EventKind::Dropped { action, .. } => chain::dropped(row, action),
        EventKind::Expired { action, .. } => row.tell(chain::Kind::Expire.word(), action),
        EventKind::Replaced { action, .. } => row.tell(chain::Kind::Replace.word(), action),
    }
    if let EventKind::Reverted { position, .. }
    | EventKind::Dropped { position, .. }
    | EventKind::Expired { position, .. }
    | EventKind::Replaced { position, .. } = kind
        && let Some((to, position)) = position
    {
        sees.protocols.deployment(*to).name_position(row, sees, *position);
    }
    None
}
