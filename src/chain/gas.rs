//! What transactions cost.

use serde::Deserialize;

use super::transaction::Action;

/// Makes the schedule from one list: what each figure is of, its name in scenario files, and its default.
macro_rules! gas_schedule {
    ($(#[$about:meta])* struct $schedule:ident { $($(#[$doc:meta])* $name:ident: $gas:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $schedule {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Default for $schedule {
            fn default() -> Self {
                Self { $($name: $gas,)* }
            }
        }

        impl $schedule {
            /// Returns every figure with its name.
            pub fn figures(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

gas_schedule! {
    /// Gas used by each kind of action, the transaction's own 21,000 included. A scenario may state others.
    ///
    /// Where the figures come from:
    /// * swap and further hop: `BASE_SWAP_COST` and `COST_PER_EXTRA_HOP` of Uniswap's smart-order-router for V2 pools
    ///   (`v2-heuristic-gas-model.ts`), which they fitted to mined transactions;
    /// * liquidity in and out: no published measurement was found that separates them; charged 250,000 and 200,000, a mint
    ///   or burn with its transfers; a swap is charged alike in pools of every kind;
    /// * kill and reinvest: 400,000 and 600,000, the figures with which Alpha Homora's own risk page ("Alpha Homora's
    ///   Protocol Risks", 2020) sizes the prizes;
    /// * work: no published measurement was found; it swaps, mints liquidity and stakes as `reinvest` does and is charged
    ///   the same;
    /// * oracle update: no published measurement was found; a report of several signed observations to an aggregator, charged
    ///   150,000;
    /// * bank deposit and withdrawal: no published measurement was found; an ERC-20 mint or burn with a transfer and an
    ///   accrual, charged 120,000;
    /// * lending calls: no published measurement was found that separates them; charged 200,000 for supply and repayment,
    ///   250,000 for a withdrawal, 300,000 for a loan, 450,000 for a liquidation and 120,000 for a flash loan;
    /// * staking calls: no published measurement was found; charged 150,000 to put a stake in or take it back, 120,000 to claim;
    /// * Maker: no published measurement was found; charged 300,000 for a change of a vault, for the start of an auction and for
    ///   a purchase with its exit, 150,000 for a bid, a settlement and a new start, 120,000 for a flash mint;
    /// * cancel: a transaction's own 21,000, `G_transaction` of the Yellow Paper;
    /// * revert: no published measurement was found; the checks that fail here come early in the contracts, after the
    ///   transaction's own 21,000 and a few storage reads; charged 50,000.
    struct GasSchedule {
        /// A swap in a pool.
        swap: 135_000,
        /// Each further swap in the same transaction.
        further_swap: 50_000,
        /// Liquidity that is added to a pool.
        add_liquidity: 250_000,
        /// Liquidity that is removed from a pool, or what it earned.
        remove_liquidity: 200_000,
        /// Alpha Homora: open, change or close a position.
        work: 600_000,
        /// Alpha Homora: kill a position.
        kill: 400_000,
        /// Alpha Homora: reinvest a goblin's rewards.
        reinvest: 600_000,
        /// Alpha Homora: supply the bank.
        deposit: 120_000,
        /// Alpha Homora: withdraw from the bank.
        withdraw: 120_000,
        /// An oracle's update of a price.
        publish_price: 150_000,
        /// Lending: supply.
        supply: 200_000,
        /// Lending: withdraw a claim.
        withdraw_claim: 250_000,
        /// Lending: borrow.
        borrow: 300_000,
        /// Lending: repay.
        repay: 200_000,
        /// Lending: liquidate.
        liquidate: 450_000,
        /// Lending: take a flash loan and pay it back.
        flash_loan: 120_000,
        /// Staking: put a stake in.
        stake: 150_000,
        /// Staking: take a stake back.
        unstake: 150_000,
        /// Staking: claim what was earned.
        claim: 120_000,
        /// Maker: join, lock and draw.
        lock_and_draw: 300_000,
        /// Maker: wipe, free and exit.
        wipe_and_free: 300_000,
        /// Maker: start a Dutch auction.
        bark: 300_000,
        /// Maker: start an English auction.
        bite: 300_000,
        /// Maker: buy from a Dutch auction and exit the collateral.
        take: 300_000,
        /// Maker: start a Dutch auction anew.
        redo: 150_000,
        /// Maker: bid more.
        tend: 150_000,
        /// Maker: ask for less.
        dent: 150_000,
        /// Maker: settle an English auction and exit the collateral.
        deal: 150_000,
        /// Maker: take a flash mint and pay it back.
        flash_mint: 120_000,
        /// A transaction that does nothing: it takes back one that waits.
        cancel: 21_000,
        /// The most that a transaction uses which reverts.
        revert: 50_000,
    }
}

impl GasSchedule {
    /// Returns the gas of a transaction's actions.
    pub fn of(&self, actions: &[Action]) -> u64 {
        let mut swapped = false;
        let gas = actions.iter().map(|action| match action.swap() {
            Some(_) if std::mem::replace(&mut swapped, true) => self.further_swap,
            _ => action.gas(self),
        });
        gas.sum()
    }
}

/// The block's gas: what a unit costs, how much fits, how much is used, and what each action uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlockGas {
    /// Base fee, in the native token's smallest units per unit of gas.
    pub base_fee: u128,
    /// Most gas in a block; none for no limit.
    pub limit: Option<u64>,
    /// Gas used by the block's transactions so far.
    pub used: u64,
    /// Gas used in the block by everybody who is not simulated so far.
    pub background: u64,
    /// What each action uses.
    pub schedule: GasSchedule,
}

impl BlockGas {
    /// Returns how much gas the block has left.
    pub fn room(&self) -> u64 {
        let limit = self.limit.unwrap_or(u64::MAX);
        limit.saturating_sub(self.used).saturating_sub(self.background)
    }
}

/// Returns a price of `gwei` in the native token's smallest units, rounded to the nearest; a gwei is a billionth of a
/// whole token.
pub fn gwei_to_units(gwei: f64, native_decimals: u8) -> u128 {
    let units = (gwei.max(0.0) * libm::pow(10.0, f64::from(native_decimals) - 9.0)).round();
    // Float to integer saturates, and a saturated fee is one that nobody can pay.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded and not below zero")]
    let units = units as u128;
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gwei_is_a_billionth_of_a_token() {
        assert_eq!(gwei_to_units(30.0, 18), 30_000_000_000);
        assert_eq!(gwei_to_units(0.1, 18), 100_000_000);
        assert_eq!(gwei_to_units(-1.0, 18), 0);
    }
}
