//! Maker: vaults by ilk, and auctions of their collateral.

pub mod columns;
mod deployment;
pub mod events;
mod liquidatable;
mod open;
mod params;
pub(super) mod positions;
mod system;

pub(super) use liquidatable::find_liquidatable;
pub use params::Params;
pub use system::{AuctionKind, ELSEWHERE, IlkCell, MakerCell, dai_up, exposure_of, level_of};
