//! Why a comptroller or a market refuses.

use thiserror::Error;

use super::MarketId;
use crate::AccountId;
use plimsoll_math::{MathError, U256};

/// What a call did that did not revert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<Receipt> {
    /// What was asked.
    Done(Receipt),
    /// Not what was asked: the contract returned an error code. The interest that was counted first stays.
    Refused(CompoundError),
}

impl<Receipt> Outcome<Receipt> {
    /// Returns the receipt, or why there is none, for callers that do not mind the difference to a revert.
    ///
    /// # Errors
    /// The call was refused.
    pub fn done(self) -> Result<Receipt, CompoundError> {
        match self {
            Self::Done(receipt) => Ok(receipt),
            Self::Refused(why) => Err(why),
        }
    }
}

/// Why a call was refused or reverted. The contract's own word is in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CompoundError {
    /// "`MARKET_NOT_LISTED`".
    #[error("there is no market {}", market.0)]
    NoMarket {
        /// The market that was named.
        market: MarketId,
    },
    /// No more markets can be listed.
    #[error("there are {greatest} markets already")]
    TooManyMarkets {
        /// The greatest number of markets.
        greatest: usize,
    },
    /// A market's factor is above one.
    #[error("a factor of {factor_wad} is above one")]
    FactorAboveOne {
        /// The factor, wad.
        factor_wad: u128,
    },
    /// "could not calculate block delta".
    #[error("at block {block}, the market knows of {accrual_block}")]
    BeforeAccrual {
        /// The block of the call.
        block: u64,
        /// The block up to which interest is counted.
        accrual_block: u64,
    },
    /// "borrow rate is absurdly high".
    #[error("interest of {rate_wad} per block is above {max_wad}")]
    RateAbsurdlyHigh {
        /// Interest per block, wad.
        rate_wad: u128,
        /// The greatest interest per block, wad.
        max_wad: u128,
    },
    /// "`PRICE_ERROR`".
    #[error("market {} has no price", market.0)]
    NoPrice {
        /// As the call names it.
        market: MarketId,
    },
    /// "`SNAPSHOT_ERROR`", or `..EXCHANGE_RATE_READ_FAILED`: what the suppliers own would be below zero.
    #[error("reserves of {reserves} are more than the {cash} held and {borrows} lent")]
    ReservesExceedAssets {
        /// Smallest units of the underlying held.
        cash: u128,
        /// Smallest units lent.
        borrows: u128,
        /// Smallest units in the reserves.
        reserves: u128,
    },
    /// "`INSUFFICIENT_LIQUIDITY`": the account would have a shortfall.
    #[error("debts worth {borrowed} would be more than the {carried} that the collateral carries")]
    InsufficientLiquidity {
        /// What all debts, and what is asked, would be worth.
        borrowed: U256,
        /// What the collateral carries.
        carried: U256,
    },
    /// "`INSUFFICIENT_SHORTFALL`": the account has none.
    #[error("debts worth {borrowed} are within the {carried} that the collateral carries")]
    InsufficientShortfall {
        /// What all debts are worth.
        borrowed: U256,
        /// What the collateral carries.
        carried: U256,
    },
    /// "`TOO_MUCH_REPAY`".
    #[error("{repay} to repay, at most {max_close} at once")]
    TooMuchRepay {
        /// Smallest units to repay.
        repay: u128,
        /// The close factor of the debt.
        max_close: u128,
    },
    /// "`TOKEN_INSUFFICIENT_CASH`".
    #[error("{asked} asked, {cash} held")]
    InsufficientCash {
        /// Smallest units asked for.
        asked: U256,
        /// Smallest units that the market holds.
        cash: u128,
    },
    /// "`..NEW_TOTAL_SUPPLY_CALCULATION_FAILED`".
    #[error("{tokens} cTokens to burn, {total_supply} exist")]
    BeyondSupply {
        /// cTokens to burn.
        tokens: U256,
        /// cTokens that exist.
        total_supply: u128,
    },
    /// "`REDEEM_NEW_ACCOUNT_BALANCE_CALCULATION_FAILED`", "`TRANSFER_NOT_ENOUGH`".
    #[error("{tokens} cTokens asked, {held} held")]
    InsufficientTokens {
        /// cTokens to burn or to transfer.
        tokens: U256,
        /// cTokens that the account holds.
        held: u128,
    },
    /// "redeemTokens zero".
    #[error("{amount} of the underlying is worth less than a cToken")]
    RedeemTokensZero {
        /// Smallest units of the underlying asked for.
        amount: u128,
    },
    /// "`REPAY_BORROW_NEW_ACCOUNT_BORROW_BALANCE_CALCULATION_FAILED`".
    #[error("{repay} to repay, {owed} owed")]
    RepayExceedsDebt {
        /// Smallest units to repay.
        repay: u128,
        /// Smallest units that the account owes.
        owed: u128,
    },
    /// "`REPAY_BORROW_NEW_TOTAL_BALANCE_CALCULATION_FAILED`".
    #[error("{repay} to repay, all accounts owe {total}")]
    RepayExceedsTotal {
        /// Smallest units to repay.
        repay: u128,
        /// Smallest units that all accounts owe.
        total: u128,
    },
    /// "`LIQUIDATE_LIQUIDATOR_IS_BORROWER`".
    #[error("account {} cannot liquidate itself", account.0)]
    LiquidatorIsBorrower {
        /// As the call names it.
        account: AccountId,
    },
    /// "`LIQUIDATE_CLOSE_AMOUNT_IS_ZERO`".
    #[error("nothing is repaid")]
    CloseAmountZero,
    /// "`LIQUIDATE_SEIZE_TOO_MUCH`".
    #[error("{seize} cTokens to seize, {held} held")]
    SeizeTooMuch {
        /// cTokens to seize.
        seize: U256,
        /// cTokens that the borrower holds.
        held: u128,
    },
    /// "`TRANSFER_NOT_ALLOWED`": to oneself.
    #[error("account {} cannot transfer to itself", account.0)]
    SelfTransfer {
        /// As the call names it.
        account: AccountId,
    },
    /// "`REDUCE_RESERVES_VALIDATION`".
    #[error("{asked} to take from reserves of {reserves}")]
    InsufficientReserves {
        /// Smallest units asked for.
        asked: u128,
        /// Smallest units in the reserves.
        reserves: u128,
    },
    /// "`EXIT_MARKET_BALANCE_OWED`".
    #[error("{owed} is still owed in the market")]
    BalanceOwed {
        /// Smallest units owed.
        owed: u128,
    },
    /// An overflow, a difference below zero or a division by zero.
    #[error(transparent)]
    Math(#[from] MathError),
}

impl CompoundError {
    /// Returns the kind of reason, by which reverts are counted.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InsufficientShortfall { .. } => "healthy",
            Self::InsufficientCash { .. } => "insufficient_idle",
            _ => "market_refused",
        }
    }
}
