//! Amounts: in whole smallest units, and within what a chain can count.

use plimsoll_math::{Decimal, DecimalError};

use super::Check;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Node;

/// With more decimals a `u128` holds fewer than 340 million whole tokens.
pub const MOST_DECIMALS: u8 = 30;

impl Check<'_> {
    /// Returns an amount in smallest units; a token that is not known is no second mistake.
    pub fn amount(&mut self, node: Node, amount: Decimal, token: &str) -> Option<u128> {
        let token = self.declared.token(token).filter(|token| token.decimals <= MOST_DECIMALS)?;
        let error = match amount.to_units(token.decimals) {
            Ok(units) => return Some(units),
            Err(error) => error,
        };
        let (name, decimals) = (token.name, token.decimals);
        let expected = match error {
            DecimalError::TooFine { .. } => format!("expected at most {decimals} decimals"),
            _ => format!("expected at most {} of `{name}`", u128::MAX / 10_u128.pow(decimals.into())),
        };
        let message = match error {
            DecimalError::TooFine { .. } => format!("{amount} is finer than `{name}`, which has {decimals} decimals"),
            _ => format!("{amount} of `{name}` is more than a chain can count"),
        };
        self.out.push(Diagnostic::error(node.place(), message).expected(expected));
        None
    }

    /// Reads an amount as [`Check::amount`] does, and refuses 0 as well.
    pub fn positive_amount(&mut self, node: Node, amount: Decimal, token: &str) -> Option<u128> {
        let units = self.amount(node, amount, token)?;
        if units == 0 {
            self.error(node.place(), "this amount is 0", "expected more than 0");
        }
        (units > 0).then_some(units)
    }
}
