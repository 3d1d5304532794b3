//! What each call moved. Amounts are smallest units of the reserve's asset and move between the market and whoever
//! pays or gets; scaled units are claims and debts, which only the market keeps.

use super::{HealthFactor, ReserveId, UserId};

/// A supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplied {
    /// The reserve whose asset moved.
    pub reserve: ReserveId,
    /// From the supplier to the market.
    pub amount: u128,
    /// Claim created for it, scaled.
    pub scaled: u128,
    /// Whether the claim is used as collateral now.
    pub collateral: bool,
}

/// A withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    /// The reserve whose asset moved.
    pub reserve: ReserveId,
    /// From the market to the supplier.
    pub amount: u128,
    /// Claim destroyed for it, scaled.
    pub scaled: u128,
    /// Whether what is left of the claim is used as collateral.
    pub collateral: bool,
}

/// A loan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borrowed {
    /// The reserve whose asset moved.
    pub reserve: ReserveId,
    /// From the market to the borrower.
    pub amount: u128,
    /// Debt created for it, scaled.
    pub scaled: u128,
}

/// A repayment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repaid {
    /// The reserve whose asset moved.
    pub reserve: ReserveId,
    /// From whoever repays to the market.
    pub amount: u128,
    /// Debt destroyed for it, scaled.
    pub scaled: u128,
    /// Debt that is left, in smallest units.
    pub debt_left: u128,
}

/// A liquidation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Liquidated {
    /// The borrower.
    pub user: UserId,
    /// Before the liquidation.
    pub health_factor: HealthFactor,
    /// The reserve of the debt.
    pub debt: ReserveId,
    /// From the liquidator to the market, in the debt's asset.
    pub debt_repaid: u128,
    /// Debt destroyed for it, scaled.
    pub scaled_repaid: u128,
    /// Debt of this asset that is left, in smallest units.
    pub debt_left: u128,
    /// The reserve of the collateral.
    pub collateral: ReserveId,
    /// What the liquidator got, in smallest units of the collateral's asset: the asset from the market, or a claim.
    pub seized: u128,
    /// Claim of the user that it took, scaled: destroyed, or moved to the liquidator.
    pub scaled_seized: u128,
    /// The claim's new holder, if the liquidator took a claim; else the asset went from the market to the liquidator.
    pub claim_to: Option<UserId>,
    /// What the treasury got of the liquidator's bonus: a claim worth so many smallest units. No asset moved.
    pub protocol_fee: u128,
    /// That claim, scaled.
    pub scaled_protocol_fee: u128,
}

/// The treasury's due turned into a claim. No asset moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MintedToTreasury {
    /// What the claim is worth, in smallest units.
    pub amount: u128,
    /// Claim created, scaled.
    pub scaled: u128,
}

/// A flash loan paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlashRepaid {
    /// The reserve whose asset moved.
    pub reserve: ReserveId,
    /// From the borrower to the market: the loan and the premium.
    pub amount: u128,
    /// The premium. The treasury's part is added to its due, the rest to the suppliers' index; no claim is created.
    pub premium: u128,
    /// The treasury's part of the premium.
    pub premium_to_protocol: u128,
}
