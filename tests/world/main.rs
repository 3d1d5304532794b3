//! Worlds of a few agents and protocols, stepped or called by hand.

#[path = "../common/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test program shares what it needs")]
mod common;

mod audit;
mod block_space;
mod calls;
mod chain;
mod earned;
mod farms;
mod fates;
mod gas_money;
mod gas_pool;
mod insolvency;
mod liquidity;
mod loan_order;
mod loans;
mod maker;
mod oracles;
mod positions;
mod price_order;
mod staking;
mod vault_order;
