//! What agents see: the chain as the block found it, and the prices outside. Read-only by type.

use plimsoll_protocols::farm::BlockTime;

use crate::chain::dice::{Dice, Who};
use crate::chain::event::Sandwich;
use crate::chain::gas::gwei_to_units;
use crate::chain::ids::{AccountId, TokenId};
use crate::deployments::staking::FarmCell;
pub use crate::deployments::view::View;

impl View<'_, '_> {
    /// Returns an agent's dice in this block.
    pub fn dice(&self, who: Who) -> Dice {
        Dice::new(self.clock.seed, who, self.clock.block)
    }

    /// Returns what an account could claim from a staking contract now, in smallest units of its reward token.
    pub fn pending(&self, farm: &FarmCell, market: u16, account: AccountId) -> u128 {
        let now = BlockTime { number: self.clock.block, timestamp: self.clock.now() };
        farm.contract.staking().pending(market, account, now)
    }

    /// Returns what a sandwich took from its victim, in whole numeraire tokens.
    pub fn sandwich_lost(&self, at: &Sandwich) -> f64 {
        let bought = self.protocols.pool(at.pool).token_at(at.direction.takes);
        self.worth(bought, at.alone.saturating_sub(at.got))
    }

    /// Returns what a sandwich brought its searcher before gas, in whole numeraire tokens.
    pub fn sandwich_gained(&self, at: &Sandwich) -> f64 {
        let paid = self.protocols.pool(at.pool).token_at(at.direction.pays);
        self.worth(paid, at.returned) - self.worth(paid, at.paid)
    }

    /// Returns how many smallest units of a token are worth so much of the numeraire outside, rounded down.
    pub fn units_worth(&self, token: TokenId, numeraire: f64) -> u128 {
        self.tokens.units(token, numeraire / self.venues.price(token))
    }

    /// Returns what `gas` costs at the base fee, in whole numeraire tokens.
    pub fn gas_worth(&self, gas: u64) -> f64 {
        self.worth(self.tokens.native, self.gas.base_fee) * gas as f64
    }

    /// Returns the priority fee that spends so much of the numeraire on `gas`, in the native token's smallest units
    /// per unit of gas; zero for a loss.
    pub fn priority_fee(&self, numeraire: f64, gas: u64) -> u128 {
        self.units_worth(self.tokens.native, numeraire / gas as f64)
    }

    /// Returns a fee of so many gwei in the native token's smallest units.
    pub fn gwei(&self, gwei: f64) -> u128 {
        gwei_to_units(gwei, self.tokens.get(self.tokens.native).decimals)
    }
}
