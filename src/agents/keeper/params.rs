//! What scenario files say of keepers.

use serde::Deserialize;

use super::{GasPrice, Keeper};
use crate::agents::awake::Wake;
use crate::agents::lending_liquidator::{Funds, Sells};
use crate::agents::population::{Activity, InitialBalances, Need, NewAgent, Population, PopulationParams};
use crate::agents::route::{Route, Through};
use crate::agents::vault_owner::OWES_IN_VAULTS;
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::gas::GasSchedule;
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::laws::{Allowed, NOT_NEGATIVE, SHARE};
use crate::checks::names::Use;
use crate::deployments::maker::ILK;
use crate::deployments::maker::ilk_named;
use crate::reader::piece::Node;

/// A population of keepers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeeperParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
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
    /// Share of what the sale brings that it wants to keep, 0 to 1, as in 0.05; 0 by default. With 1 it pays nothing.
    #[serde(default = "crate::agents::nothing")]
    pub discount: Distribution,
    /// Share of what it would pay that it opens an English auction with, where nobody has bid: all of it by default;
    /// with 0 it bids a smallest unit, 10^-45 dai.
    #[serde(default = "crate::agents::always")]
    pub opens_at: Distribution,
    /// Whether it bids in English auctions where somebody else has; it does by default.
    #[serde(default = "yes")]
    pub outbids: bool,
    /// It acts for a gain after gas above this, in whole numeraire tokens; 0 by default.
    #[serde(default = "crate::agents::nothing")]
    pub min_profit: Distribution,
    /// Probability of seeing an auction or an unsafe vault, per block and each; 1 by default.
    #[serde(default = "crate::agents::always")]
    pub attention: Distribution,
    /// Whether it starts auctions, as by default; else it only bids.
    #[serde(default = "yes")]
    pub starts: bool,
    /// Priority fee over the base fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "crate::agents::tip")]
    pub tip: Distribution,
    /// Keepers among them whose gas price is fixed; none by default.
    #[serde(default)]
    pub fixed_gas: Option<FixedGasParams>,
    /// Most transactions that it sends in a block; 100 by default.
    #[serde(default = "per_block")]
    pub per_block: u32,
    /// Whether what it sends about auctions and vaults goes by a private relay, which leaves out what would revert, at no
    /// cost; by default it goes by the mempool, where what has become vain is taken back by a transaction that does nothing.
    #[serde(default)]
    pub revert_protection: bool,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

/// Keepers that pay a fixed gas price, and fall silent when the base fee has passed it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedGasParams {
    /// Probability that a keeper is one of them, 0 to 1.
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

impl PopulationParams for KeeperParams {
    fn name(&self) -> &str {
        &self.name
    }

    fn count(&self) -> u32 {
        self.count
    }

    fn gas_money(&self) -> Option<&Distribution> {
        self.gas_money.as_ref()
    }

    fn uses<'a, 'd>(&'d self, at: Node<'a>) -> Vec<Use<'a, 'd>> {
        let ilk = Use::new(at.at("ilk"), ILK, &self.ilk);
        self.through.uses(at).into_iter().chain([ilk]).collect()
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.gas_law(at, "tip", &self.tip);
        check.law(at, "discount", &self.discount, &Allowed { most: 1.0, ..NOT_NEGATIVE });
        check.law(at, "opens_at", &self.opens_at, &SHARE);
        check.law(at, "min_profit", &self.min_profit, &NOT_NEGATIVE);
        check.law(at, "attention", &self.attention, &SHARE);
        check.field(at, "per_block", self.per_block, self.per_block > 0, "at least 1");
        if let Some(fixed) = &self.fixed_gas {
            let node = at.at("fixed_gas");
            check.field(node, "share", fixed.share, (0.0..=1.0).contains(&fixed.share), "a probability, 0 to 1");
            check.law(node, "price", &fixed.price, &NOT_NEGATIVE);
        }
        let vaults = check.declared.vaults(&self.ilk);
        let english = vaults.is_some_and(|vaults| vaults.bids_stand);
        match &self.funds {
            Funds::Own(law) => check.law(at, "funds", law, &NOT_NEGATIVE),
            Funds::FlashLoan if english => {
                let message = "a bid in an English auction stands for longer than a transaction";
                check.error(
                    at.at("funds").place(),
                    message,
                    "expected dai of its own, as in `funds: Own(Fixed(50_000))`",
                );
            }
            Funds::FlashLoan if self.sells != Sells::AtOnce => {
                let message = "a flash mint is paid back from the sale, in the same transaction";
                check.error(at.at("sells").place(), message, "expected `AtOnce`, or `funds: Own(...)`");
            }
            Funds::FlashLoan => {}
        }
        if let Some(vaults) = vaults {
            self.through.check(at, (vaults.token, vaults.owes), None, check);
        }
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        let minted = if self.funds == Funds::FlashLoan { gas.flash_mint } else { 0 };
        Some(("take", (minted + gas.take + self.through.dearest(gas)).max(gas.bark)))
    }

    fn does<'d>(&'d self, _declared: &Declared<'d>) -> Vec<Activity<'d>> {
        if let Sells::Later(_) = self.sells { self.through.trades() } else { vec![] }
    }

    fn needs(&self) -> Option<Need<'_>> {
        Some(Need {
            activity: Activity::of(OWES_IN_VAULTS, &self.ilk),
            field: "ilk",
            message: format!("nothing to auction: nobody owes in vaults of `{}`", self.ilk),
            expected: "expected an ilk with vault owners",
        })
    }
}

impl Population for KeeperParams {
    type Agent = Keeper;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Keeper> {
        let (cell, ilk) = ilk_named(&sees.protocols, &self.ilk);
        let mut initial_balances = InitialBalances::new();
        if let Funds::Own(law) = &self.funds {
            initial_balances.push((cell.dai, sees.tokens.units(cell.dai, law.sample(dice))));
        }
        let tip = sees.gwei(self.tip.sample(dice));
        // Both dice are thrown whatever comes of it, so that another share leaves everything else as it is.
        let gas = self.fixed_gas.as_ref().map_or(GasPrice::Follows { tip }, |fixed| {
            let (throw, price) = (dice.uniform(), sees.gwei(fixed.price.sample(dice)));
            if throw < fixed.share { GasPrice::Fixed(price) } else { GasPrice::Follows { tip } }
        });
        let agent = Keeper {
            of: (cell.id, ilk),
            to: cell.at,
            gas_of_selling: if self.through == Through::Venue { 0 } else { sees.gas.schedule.swap },
            route: Route::new(sees, &self.through, None, cell.ilk(ilk).gem, cell.dai),
            flash: self.funds == Funds::FlashLoan,
            sells: self.sells,
            discount: self.discount.sample(dice),
            opens_at: self.opens_at.sample(dice),
            outbids: self.outbids,
            min_profit: self.min_profit.sample(dice),
            attention: self.attention.sample(dice),
            gas,
            per_block: self.per_block as usize,
            revert_protection: self.revert_protection,
            starts: self.starts,
            pending: Vec::new(),
            waiting: 0,
            offered: 0,
            sale: None,
        };
        NewAgent { initial_balances, ..NewAgent::new(agent, Wake::WhenUnderwater) }
    }
}
