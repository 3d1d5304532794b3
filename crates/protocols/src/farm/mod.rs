//! Farms: what pays a reward for tokens that are locked in it, and what borrows to farm more.

pub mod alpha_homora;
pub mod staking_rewards;
