//! What each call moved: every transfer between two parties by itself, so that a ledger can book them one by one.
//! Amounts are in smallest units.

/// Interest that a call counted before it did anything else. No token moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accrued {
    /// Average interest per second since interest was last counted, wad.
    pub borrow_rate_wad: u128,
    /// Added to what borrowers owe and lenders own, in smallest units of the loan token.
    pub interest: u128,
    /// Supply shares minted to the fee recipient.
    pub fee_shares: u128,
}

/// A supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplied {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Loan token from the lender to the market.
    pub assets: u128,
    /// Supply shares minted to the lender.
    pub shares: u128,
}

/// A withdrawal of supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Loan token from the market to the lender.
    pub assets: u128,
    /// Supply shares of the lender burnt.
    pub shares: u128,
}

/// A loan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borrowed {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Loan token from the market to the borrower.
    pub assets: u128,
    /// Debt shares that the borrower owes for it.
    pub shares: u128,
}

/// A repayment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repaid {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Loan token from the payer to the market.
    pub assets: u128,
    /// Debt shares that the borrower no longer owes.
    pub shares: u128,
}

/// Collateral posted. Interest is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollateralSupplied {
    /// Collateral token from the payer to the market.
    pub assets: u128,
}

/// Collateral taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollateralWithdrawn {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Collateral token from the market to the borrower.
    pub assets: u128,
}

/// A liquidation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquidated {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Collateral token from the market to the liquidator.
    pub seized_assets: u128,
    /// Loan token from the liquidator to the market.
    pub repaid_assets: u128,
    /// Debt shares repaid with it.
    pub repaid_shares: u128,
    /// Loan token that nobody owes any more, as no collateral is left for it: the lenders' loss, at once.
    pub bad_debt_assets: u128,
    /// Debt shares struck off with it.
    pub bad_debt_shares: u128,
}

/// A flash loan: from the contract to whoever asks, and back within the same transaction. It costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlashLoan {
    /// Smallest units of the token from the contract, and then back to it.
    pub assets: u128,
}
