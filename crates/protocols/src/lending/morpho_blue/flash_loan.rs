//! Loans that are back before the transaction ends.

use super::{FlashLoan, MorphoError};

/// Lends `assets` of the `held` that the contract holds of a token, over all markets, for the rest of a call. It is
/// free, and asks for no collateral; the state of no market changes.
///
/// # Errors
/// The amount is zero, or more than is held.
pub fn flash_loan(assets: u128, held: u128) -> Result<FlashLoan, MorphoError> {
    if assets == 0 {
        return Err(MorphoError::ZeroAssets);
    }
    if assets > held {
        return Err(MorphoError::FlashLoanExceeded { asked: assets, held });
    }
    Ok(FlashLoan { assets })
}
