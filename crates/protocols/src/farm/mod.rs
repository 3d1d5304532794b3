//! Farms: what pays a reward for tokens that are locked in it, and what borrows to farm more.

pub mod alpha_homora;
pub mod masterchef;
mod staking;
pub mod staking_rewards;

pub use staking::{BlockTime, Staking, StakingError, StakingMoves};
