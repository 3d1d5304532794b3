//! Maker: vaults by ilk, and auctions of their collateral.

mod calls;
pub mod columns;
mod deployment;
pub mod events;
mod genesis;
mod liquidatable;
mod open;
mod params;
mod positions;
mod system;

use crate::checks::names::EntityKind;
pub use params::Params;
pub use system::{
    AuctionKind, ELSEWHERE, IlkCell, MakerCell, dai_up, exposure_of, ilk_named, liquidation_prices, prices_at,
};

/// A kind of collateral, with the terms on which it is taken.
pub const ILK: EntityKind = EntityKind("ilk");
