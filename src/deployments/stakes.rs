//! What agents may hold before the first block, family by family. Amounts are in smallest units.

use plimsoll_protocols::amm::{PerToken, TickRange};

use crate::chain::ids::{BankId, FarmId, IssuerId, LendingId, PoolId, WorkerId};

/// What an agent holds before the first block.
#[derive(Debug, Clone, PartialEq)]
pub enum Stake {
    /// Liquidity of a pool.
    Liquidity {
        /// Into which pool.
        pool: PoolId,
        /// Between which ticks; none for pools whose liquidity lies everywhere.
        range: Option<TickRange>,
        /// The most of each of its tokens that is put in.
        offered: PerToken,
    },
    /// Liquidity of a pool that is staked.
    Farm {
        /// The staking contract that holds it.
        farm: FarmId,
        /// The contract's market; 0 where there is one.
        market: u16,
        /// The pool whose liquidity tokens are staked.
        pool: PoolId,
        /// The most of each of the pool's tokens that is put in.
        offered: PerToken,
    },
    /// A claim on a lending market.
    Lend {
        /// Of which market.
        market: LendingId,
        /// The asset's place.
        asset: u8,
        /// How much of the asset.
        amount: u128,
    },
    /// A loan from a lending market.
    Loan {
        /// Of which market.
        market: LendingId,
        /// The place of the asset that is posted.
        collateral: u8,
        /// How much of it.
        posted: u128,
        /// The place of the asset that is owed.
        debt: u8,
        /// How much of it.
        owed: u128,
        /// What became of that.
        loan: LoanGoes,
    },
    /// A vault of an issuer.
    Vault {
        /// Of which issuer.
        issuer: IssuerId,
        /// The kind of vault, by its number.
        market: u16,
        /// Collateral locked.
        locked: u128,
        /// Stablecoin drawn.
        drawn: u128,
        /// Whether that is in the owner's wallet; else it is gone.
        kept: bool,
    },
    /// Supply of a bank; scaled where the scenario states the bank's utilisation.
    Supply {
        /// Of which bank.
        bank: BankId,
        /// How much of its base asset.
        amount: u128,
    },
    /// A leveraged position, in the bank's base asset.
    Position {
        /// Through which worker it farms.
        worker: WorkerId,
        /// What the owner has put in itself.
        equity: u128,
        /// What the bank has lent on top.
        debt: u128,
    },
}

/// What has become of a loan before the first block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoanGoes {
    /// It is gone.
    Away,
    /// It is in the borrower's wallet.
    IntoTheWallet,
    /// It was sold outside, and so much of the collateral's token is in the borrower's wallet.
    For(u128),
}
