//! Synthetix `StakingRewards`.

mod params;

pub use params::Params;
