//! What transactions cost.

use serde::Deserialize;

use super::transaction::Action;

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
/// * revert: no published measurement was found; the checks that fail here come early in the contracts, after the
///   transaction's own 21,000 and a few storage reads; charged 50,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GasSchedule {
    /// A swap in a pool.
    pub swap: u64,
    /// Each further swap in the same transaction.
    pub further_swap: u64,
    /// Liquidity that is added to a pool.
    pub add_liquidity: u64,
    /// Liquidity that is removed from a pool, or what it earned.
    pub remove_liquidity: u64,
    /// Alpha Homora: open, change or close a position.
    pub work: u64,
    /// Alpha Homora: kill a position.
    pub kill: u64,
    /// Alpha Homora: reinvest a goblin's rewards.
    pub reinvest: u64,
    /// Alpha Homora: supply the bank.
    pub deposit: u64,
    /// Alpha Homora: withdraw from the bank.
    pub withdraw: u64,
    /// An oracle's update of a price.
    pub publish_price: u64,
    /// Lending: supply.
    pub supply: u64,
    /// Lending: withdraw a claim.
    pub withdraw_claim: u64,
    /// Lending: borrow.
    pub borrow: u64,
    /// Lending: repay.
    pub repay: u64,
    /// Lending: liquidate.
    pub liquidate: u64,
    /// Lending: take a flash loan and pay it back.
    pub flash_loan: u64,
    /// Staking: put a stake in.
    pub stake: u64,
    /// Staking: take a stake back.
    pub unstake: u64,
    /// Staking: claim what was earned.
    pub claim: u64,
    /// Maker: join, lock and draw.
    pub lock_and_draw: u64,
    /// Maker: wipe, free and exit.
    pub wipe_and_free: u64,
    /// Maker: start a Dutch auction.
    pub bark: u64,
    /// Maker: start an English auction.
    pub bite: u64,
    /// Maker: buy from a Dutch auction and exit the collateral.
    pub take: u64,
    /// Maker: start a Dutch auction anew.
    pub redo: u64,
    /// Maker: bid more.
    pub tend: u64,
    /// Maker: ask for less.
    pub dent: u64,
    /// Maker: settle an English auction and exit the collateral.
    pub deal: u64,
    /// Maker: take a flash mint and pay it back.
    pub flash_mint: u64,
    /// The most that a transaction uses which reverts.
    pub revert: u64,
}

impl Default for GasSchedule {
    fn default() -> Self {
        Self {
            swap: 135_000,
            further_swap: 50_000,
            add_liquidity: 250_000,
            remove_liquidity: 200_000,
            work: 600_000,
            kill: 400_000,
            reinvest: 600_000,
            deposit: 120_000,
            withdraw: 120_000,
            publish_price: 150_000,
            supply: 200_000,
            withdraw_claim: 250_000,
            borrow: 300_000,
            repay: 200_000,
            liquidate: 450_000,
            flash_loan: 120_000,
            stake: 150_000,
            unstake: 150_000,
            claim: 120_000,
            lock_and_draw: 300_000,
            wipe_and_free: 300_000,
            bark: 300_000,
            bite: 300_000,
            take: 300_000,
            redo: 150_000,
            tend: 150_000,
            dent: 150_000,
            deal: 150_000,
            flash_mint: 120_000,
            revert: 50_000,
        }
    }
}

impl GasSchedule {
    /// Returns every figure with its name.
    pub fn figures(&self) -> [(&'static str, u64); 30] {
        [
            ("swap", self.swap),
            ("further_swap", self.further_swap),
            ("add_liquidity", self.add_liquidity),
            ("remove_liquidity", self.remove_liquidity),
            ("work", self.work),
            ("kill", self.kill),
            ("reinvest", self.reinvest),
            ("deposit", self.deposit),
            ("withdraw", self.withdraw),
            ("publish_price", self.publish_price),
            ("supply", self.supply),
            ("withdraw_claim", self.withdraw_claim),
            ("borrow", self.borrow),
            ("repay", self.repay),
            ("liquidate", self.liquidate),
            ("flash_loan", self.flash_loan),
            ("stake", self.stake),
            ("unstake", self.unstake),
            ("claim", self.claim),
            ("lock_and_draw", self.lock_and_draw),
            ("wipe_and_free", self.wipe_and_free),
            ("bark", self.bark),
            ("bite", self.bite),
            ("take", self.take),
            ("redo", self.redo),
            ("tend", self.tend),
            ("dent", self.dent),
            ("deal", self.deal),
            ("flash_mint", self.flash_mint),
            ("revert", self.revert),
        ]
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
    /// Gas used in the block by everybody who is not simulated.
    pub background: u64,
    /// What each action uses.
    pub schedule: GasSchedule,
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
