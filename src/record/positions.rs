//! `positions.csv`: a row per position, written at the end of the run.

use super::amount::Amount;

words! {
    /// What became of a position.
    pub enum PositionFate {
        /// It is still there.
        Open = "open",
        /// Its owner closed it.
        Closed = "closed",
        /// It was killed.
        Killed = "killed",
    }
}

columns! {
    /// A leveraged position from its beginning to its end, or to the end of the run while it is open.
    pub struct Position<'a> {
        /// Its number in its bank.
        #[unit = ""]
        pub position: u64,
        /// Its bank.
        #[unit = ""]
        pub bank: &'a str,
        /// Its goblin.
        #[unit = ""]
        pub goblin: &'a str,
        /// Its owner's population.
        #[unit = ""]
        pub population: &'a str,
        /// Its owner's number in the population.
        #[unit = ""]
        pub agent: u32,
        /// The block in which it was opened; missing if it was there before the first block.
        #[unit = "block"]
        pub opened_block: Option<u64>,
        /// What its owner put in.
        #[unit = "numeraire"]
        pub equity_start_numeraire: f64,
        /// Assets over what its owner put in.
        #[unit = "ratio"]
        pub leverage_start_ratio: f64,
        /// The block in which it was closed or killed.
        #[unit = "block"]
        pub closed_block: Option<u64>,
        /// What became of it.
        #[unit = ""]
        pub fate: PositionFate,
        /// Its debt at the end, before anything was paid back.
        #[unit = "whole tokens of the bank's base asset"]
        pub debt_end: Amount,
        /// Its health factor at the end, before anything was paid back; missing without debt.
        #[unit = "ratio"]
        pub health_factor_end: Option<f64>,
        /// What closing or killing it left to its owner.
        #[unit = "whole tokens of the bank's base asset"]
        pub proceeds: Option<Amount>,
        /// What was left unpaid of its debt.
        #[unit = "whole tokens of the bank's base asset"]
        pub bad_debt: Amount,
        /// What its owner took out, or could, less what its owner put in, each at its time's outside prices; gas apart.
        #[unit = "numeraire"]
        pub profit_numeraire: f64,
    }
}
