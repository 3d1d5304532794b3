//! What scenario files say of keepers.

use serde::Deserialize;

use super::{GasPrice, Keeper};
use crate::agents::awake::Wake;
use crate::agents::loan_liquidator::{Funds, Sells};
use crate::agents::population::{Drawn, Population, Purse};
use crate::agents::route::{Route, Through};
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;

/// A population of keepers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeeperParams {
    /// What the population is called.
    pub name: String,
    /// How many.
    #[serde(default = "crate::agents::one")]
    pub count: u32,
    /// The ilk whose auctions it watches.
    pub ilk: String,
    /// What it buys with: its own dai, or dai minted for the transaction, which only Dutch auctions allow.
    #[serde(default)]
    pub funds: Funds,
    /// When it sells what it bought; flash mints ask for at once.
    #[serde(default)]
    pub sells: Sells,
    /// Where it sells collateral for dai: `"a pool"`, `Router` for the best of all pools, or, by default, `Venue`.
    #[serde(default)]
    pub through: Through,
    /// Share of what the sale brings that it wants to keep, as in 0.05.
    #[serde(default = "crate::agents::margin")]
    pub discount: Distribution,
    /// Share of what it would pay that it opens an English auction with, where nobody has bid: all of it by default; with 0
    /// it bids a smallest unit, 10^-45 dai.
    #[serde(default = "crate::agents::always")]
    pub opens_at: Distribution,
    /// Whether it bids in English auctions where somebody else has.
    #[serde(default = "yes")]
    pub outbids: bool,
    /// Least gain after gas that it acts for, in the numeraire.
    #[serde(default = "crate::agents::margin")]
    pub margin: Distribution,
    /// Probability of seeing an auction or an unsafe vault, per block and each.
    #[serde(default = "crate::agents::always")]
    pub attention: Distribution,
    /// Whether it starts auctions; else it only bids.
    #[serde(default = "yes")]
    pub starts: bool,
    /// Priority fee over the base fee, in gwei per unit of gas.
    #[serde(default = "crate::agents::tip")]
    pub tip: Distribution,
    /// Keepers among them whose gas price is fixed; none by default.
    #[serde(default)]
    pub fixed_gas: Option<FixedGasParams>,
    /// Most transactions that it sends in a block.
    #[serde(default = "per_block")]
    pub per_block: u32,
    /// Whole native tokens to pay gas from.
    #[serde(default = "crate::agents::gas_money")]
    pub gas_money: Distribution,
}

/// Keepers that pay a fixed gas price, and fall silent when the base fee has passed it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedGasParams {
    /// Probability that a keeper is one of them.
    pub share: f64,
    /// What it pays in all, in gwei per unit of gas.
    pub price: Distribution,
}

fn yes() -> bool {
    true
}

fn per_block() -> u32 {
    100
}

impl Population for KeeperParams {
    type Agent = Keeper;

    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn draw(&self, sees: &View, dice: &mut Dice) -> Drawn<Keeper> {
        let (cell, ilk) = sees.protocols.ilk_named(&self.ilk);
        let mut purse = Purse::new();
        if let Funds::Own(law) = &self.funds {
            purse.push((cell.dai, sees.tokens.units(cell.dai, law.sample(dice))));
        }
        let tip = sees.gwei(self.tip.sample(dice));
        // Both dice are thrown whatever comes of it, so that another share leaves everything else as it is.
        let gas = self.fixed_gas.as_ref().map_or(GasPrice::Follows { tip }, |fixed| {
            let (throw, price) = (dice.uniform(), sees.gwei(fixed.price.sample(dice)));
            if throw < fixed.share { GasPrice::Fixed(price) } else { GasPrice::Follows { tip } }
        });
        let agent = Keeper {
            of: (cell.id, ilk),
            gas_of_selling: if self.through == Through::Venue { 0 } else { sees.gas.schedule.swap },
            route: Route::new(sees, &self.through, None, cell.ilk(ilk).gem, cell.dai),
            flash: self.funds == Funds::FlashLoan,
            sells: self.sells,
            discount: self.discount.sample(dice),
            opens_at: self.opens_at.sample(dice),
            outbids: self.outbids,
            margin: self.margin.sample(dice),
            attention: self.attention.sample(dice),
            gas,
            per_block: self.per_block as usize,
            starts: self.starts,
            pending: Vec::new(),
            waiting: 0,
            offered: 0,
            sale: None,
        };
        let gas_money = self.gas_money.sample(dice);
        Drawn { agent, purse, gas_money, first: Wake::WhenUnderwater, stake: None }
    }
}
