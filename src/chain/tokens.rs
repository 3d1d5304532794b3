//! What tokens there are.

use plimsoll_math::units_to_f64;

use super::ids::TokenId;
use super::ledger::{Ledger, SupplyTooLarge};

/// One token.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its symbol; liquidity and bank shares are called after their pool or bank.
    pub name: String,
    /// Decimals of its smallest unit: 6 where that is a millionth of a token.
    pub decimals: u8,
    /// Smallest units in a whole token: 10 to the power of its decimals.
    pub one: f64,
}

/// Every token of the run: the scenario's own first, then the shares of its pools and banks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tokens {
    /// Every token, by its id.
    pub list: Vec<Token>,
    /// How many of them are the scenario's own and have a price outside the chain.
    pub priced: usize,
    /// The token in which prices and profits are told.
    pub numeraire: TokenId,
    /// The token in which gas is paid.
    pub native: TokenId,
}

impl Tokens {
    /// Returns a token.
    pub fn get(&self, token: TokenId) -> &Token {
        &self.list[token.index()]
    }

    /// Returns the token of this name; scenarios are checked for it.
    pub fn named(&self, name: &str) -> TokenId {
        let index = self.list.iter().position(|token| token.name == name);
        let index = index.expect("checked: the scenario names only what it holds");
        TokenId(u16::try_from(index).expect("there are fewer than 2^16 tokens"))
    }

    /// Says of which token there would be too much, and how much, in whole tokens.
    pub fn beyond(&self, error: SupplyTooLarge) -> String {
        let SupplyTooLarge { token, supply, more } = error;
        let whole = |units| format!("{:.3e}", self.whole(token, units));
        format!(
            "there would be {} {}, and at most {} can be counted; lower the amount, or give the token fewer `decimals`",
            whole(supply.saturating_add(more)),
            self.get(token).name,
            whole(Ledger::MOST_SUPPLY),
        )
    }

    /// Returns an amount in whole tokens, for decisions and columns.
    pub fn whole(&self, token: TokenId, units: u128) -> f64 {
        units_to_f64(units, self.get(token).decimals)
    }

    /// Returns a number of whole tokens in smallest units, rounded down; zero below zero.
    pub fn units(&self, token: TokenId, whole: f64) -> u128 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a wish may")]
        let units = (whole * self.get(token).one) as u128;
        units
    }

    /// Returns the ids of the tokens that have a price outside the chain.
    pub fn priced(&self) -> impl Iterator<Item = TokenId> + use<> {
        (0..self.priced).map(|index| TokenId(u16::try_from(index).expect("there are fewer than 2^16 tokens")))
    }
}
