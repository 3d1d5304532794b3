//! What each call moved: every transfer between two parties by itself, so that a ledger can book them one by one.
//! Amounts are in smallest units.

/// Interest that a call counted in a market before it did anything else. No token moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accrued {
    /// Interest per block since the last accrual, wad.
    pub borrow_rate_per_block_wad: u128,
    /// Added to what borrowers owe, in smallest units of the underlying.
    pub interest: u128,
    /// The part of it that belongs to the reserves, not to the suppliers.
    pub to_reserves: u128,
}

/// A supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minted {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Underlying from the supplier to the market.
    pub amount: u128,
    /// cTokens minted to the supplier.
    pub tokens: u128,
}

/// A supply taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redeemed {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// cTokens of the supplier burnt.
    pub tokens: u128,
    /// Underlying from the market to the supplier.
    pub amount: u128,
}

/// A loan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borrowed {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Underlying from the market to the borrower.
    pub amount: u128,
    /// What the borrower owes now.
    pub debt_after: u128,
}

/// A repayment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repaid {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Underlying from the payer to the market.
    pub amount: u128,
    /// What the borrower owes now.
    pub debt_after: u128,
}

/// A liquidation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquidated {
    /// Interest counted first in the debt's market.
    pub debt_accrued: Accrued,
    /// Interest counted first in the collateral's market; nothing if that is the same.
    pub collateral_accrued: Accrued,
    /// Underlying of the debt from the liquidator to the debt's market.
    pub repaid: u128,
    /// What the borrower owes now in that market.
    pub debt_after: u128,
    /// The collateral's cTokens from the borrower to the liquidator.
    pub tokens_to_liquidator: u128,
    /// The collateral's cTokens of the borrower burnt for the protocol's share.
    pub tokens_burnt: u128,
    /// Underlying of the collateral that the burnt cTokens stood for: it stays in the market, as reserves.
    pub to_reserves: u128,
    /// The collateral's cTokens that the borrower has left.
    pub tokens_after: u128,
}

impl Liquidated {
    /// Returns the collateral's cTokens that the borrower lost.
    pub fn seized_tokens(&self) -> u128 {
        self.tokens_to_liquidator + self.tokens_burnt
    }
}

/// cTokens that changed hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transferred {
    /// cTokens from the one account to the other.
    pub tokens: u128,
}

/// Reserves paid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservesReduced {
    /// Interest accrued up to this call, before it took effect.
    pub accrued: Accrued,
    /// Underlying from the market to its owner.
    pub amount: u128,
}
