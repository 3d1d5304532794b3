//! `ticks.csv`: a row per block, made of what is said of the block itself and of groups of columns.

use super::liquidatable::LiquidatableColumns;
use crate::deployments::columns::{GROUPS, Listed};
use crate::rows::csv::Steady;

/// What a fall of a price would make liquidatable stands last.
static LIQUIDATABLE: Listed = Listed::group::<LiquidatableColumns>();

/// Returns the groups that follow the block's own columns, in their order.
pub fn groups() -> impl Iterator<Item = &'static Listed> {
    GROUPS.iter().chain([&LIQUIDATABLE])
}

columns! {
    /// The block, without a prefix.
    #[derive(Default)]
    pub struct BlockColumns {
        /// The block's number; the first is 0.
        #[unit = ""]
        pub block: u64,
        /// The block's timestamp.
        #[unit = "Unix seconds"]
        pub time_s: u64,
        /// Base fee.
        #[unit = "gwei per unit of gas"]
        pub base_fee_gwei: Steady,
        /// Gas that the agents' transactions used.
        #[unit = "gas"]
        pub gas_used: u64,
        /// Gas that everybody else used.
        #[unit = "gas"]
        pub gas_used_background: u64,
        /// Transactions in the block, reverted ones included.
        #[unit = ""]
        pub transactions: u32,
        /// Transactions that reverted.
        #[unit = ""]
        pub reverts: u32,
        /// Transactions left waiting after the block.
        #[unit = ""]
        pub waiting: u32,
        /// Transactions that expired before the block.
        #[unit = ""]
        pub expired: u32,
        /// Positions liquidated in the block.
        #[unit = ""]
        pub liquidations: u32,
        /// Debt of the positions liquidated in the block.
        #[unit = "numeraire"]
        pub liquidated_debt_numeraire: f64,
        /// Realised: debt that liquidations of this block wrote off or left unpaid.
        #[unit = "numeraire"]
        pub bad_debt_numeraire: f64,
    }
}
