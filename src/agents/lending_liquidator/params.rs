//! What scenario files say of liquidators of loans.

use serde::Deserialize;

use super::LendingLiquidator;
use crate::agents::awake::Wake;
use crate::agents::borrower::BORROWS;
use crate::agents::population::{Activity, InitialBalances, Need, NewAgent, Population, PopulationParams};
use crate::agents::route::{Route, Through};
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::gas::GasSchedule;
use crate::chain::time::TimeSpan;
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::laws::{NOT_NEGATIVE, POSITIVE, SHARE};
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::Node;

/// A population of liquidators of loans, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LendingLiquidatorParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "crate::agents::one")]
    pub count: u32,
    /// The lending market whose positions it watches.
    pub market: String,
    /// The token that it seizes.
    pub collateral: String,
    /// The token that it repays.
    pub debt: String,
    /// What it repays with; flash loans by default.
    #[serde(default)]
    pub funds: Funds,
    /// When it sells what it seized; flash loans ask for at once.
    #[serde(default)]
    pub sells: Sells,
    /// Where it sells: `"a pool"`, `Router` for the best of all pools, or, by default, `Venue`.
    #[serde(default)]
    pub through: Through,
    /// By which share less than quoted pools may give until its transaction reverts, as in 0.01; by default as much as
    /// leaves what it owes.
    #[serde(default)]
    pub slippage: Option<f64>,
    /// It acts for a gain after gas above this, in whole numeraire tokens; 0 by default.
    #[serde(default = "crate::agents::nothing")]
    pub min_profit: Distribution,
    /// Probability of seeing a position that may be liquidated, per block and position; 1 by default.
    #[serde(default = "crate::agents::always")]
    pub attention: Distribution,
    /// Share of the gain after base fee that it offers as priority fee, 0 to 1, drawn for each transaction.
    pub bid_share: Distribution,
    /// Most positions it goes for in a block, the largest debts first; 1,000,000 by default.
    #[serde(default = "per_block")]
    pub per_block: u32,
    /// How much of a position it takes at a time; as much as the market allows by default.
    #[serde(default)]
    pub strategy: RepayStrategy,
    /// Whether it sends liquidations by a private relay, which leaves out what would revert, at no cost; by default they
    /// go by the mempool, where one that has become vain is taken back by a transaction that does nothing.
    #[serde(default)]
    pub revert_protection: bool,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

fn per_block() -> u32 {
    1_000_000
}

/// What a liquidator repays with.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub enum Funds {
    /// Flash loans of the market itself.
    #[default]
    FlashLoan,
    /// Its own: so many whole tokens of the debt.
    Own(Distribution),
}

/// When a liquidator sells what it seized.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Sells {
    /// In the same transaction.
    #[default]
    AtOnce,
    /// All that it holds, so long after it seized something.
    Later(TimeSpan),
    /// Never.
    Never,
}

/// How much of a position a liquidator takes at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum RepayStrategy {
    /// As much as the market allows.
    #[default]
    CloseFactor,
    /// Two liquidations in a row: the first as large as leaves the position unhealthy, so that the second may take the
    /// close factor of the rest (Qin, Zhou, Gamito, Jovanovic, Gervais 2021).
    TwoSteps,
}

impl PopulationParams for LendingLiquidatorParams {
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
        [
            Use::new(at.at("collateral"), EntityKind::TOKEN, &self.collateral),
            Use::new(at.at("debt"), EntityKind::TOKEN, &self.debt),
            Use::new(at.at("market"), EntityKind::LENDING, &self.market),
        ]
        .into_iter()
        .chain(self.through.uses(at))
        .collect()
    }

    fn check(&self, at: Node, check: &mut Check) {
        check.law(at, "min_profit", &self.min_profit, &NOT_NEGATIVE);
        check.law(at, "attention", &self.attention, &SHARE);
        check.law(at, "bid_share", &self.bid_share, &SHARE);
        check.field(at, "per_block", self.per_block, self.per_block > 0, "at least 1");
        match &self.funds {
            Funds::Own(law) => check.law(at, "funds", law, &POSITIVE),
            Funds::FlashLoan if self.sells != Sells::AtOnce => {
                let message = "a flash loan is paid back from the sale, in the same transaction";
                check.error(at.at("sells").place(), message, "expected `AtOnce`, or `funds: Own(...)`");
            }
            Funds::FlashLoan => check.flash_loans(at.at("funds"), &self.market, "expected `Own(...)`"),
        }
        check.lent_against(at, &self.market, (&self.collateral, &self.debt));
        self.through.check(at, (&self.collateral, &self.debt), self.slippage, check);
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        Some(("liquidate", gas.flash_loan + gas.liquidate + self.through.dearest(gas)))
    }

    fn does<'d>(&'d self, _declared: &Declared<'d>) -> Vec<Activity<'d>> {
        if let Sells::Later(_) = self.sells { self.through.trades() } else { vec![] }
    }

    fn needs(&self) -> Option<Need<'_>> {
        let Self { market, collateral, debt, .. } = self;
        Some(Need {
            activity: Activity { verb: BORROWS, of: vec![market, collateral, debt] },
            field: "market",
            message: format!("nothing to liquidate: nobody borrows `{debt}` against `{collateral}` from `{market}`"),
            expected: "expected a market with such borrowers",
        })
    }
}

impl Population for LendingLiquidatorParams {
    type Agent = LendingLiquidator;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<LendingLiquidator> {
        let cell = sees.protocols.lending_named(&self.market);
        let (seizes, repays) = (sees.tokens.named(&self.collateral), sees.tokens.named(&self.debt));
        let place = |token| cell.place_of(token).expect("checked: the market has the asset");
        let mut initial_balances = InitialBalances::new();
        if let Funds::Own(law) = &self.funds {
            initial_balances.push((repays, sees.tokens.units(repays, law.sample(dice))));
        }
        let min_profit = self.min_profit.sample(dice);
        let agent = LendingLiquidator {
            market: cell.id,
            to: cell.at,
            collateral: place(seizes),
            debt: place(repays),
            route: Route::new(sees, &self.through, self.slippage, seizes, repays),
            flash: self.funds == Funds::FlashLoan,
            sells: self.sells,
            strategy: self.strategy,
            min_profit,
            attention: self.attention.sample(dice),
            bid_share: self.bid_share.clone(),
            per_block: self.per_block as usize,
            revert_protection: self.revert_protection,
            pending: Vec::new(),
            waiting: 0,
            sale: None,
            seen: Vec::new(),
        };
        let min_profit = Some((cell.protocol, min_profit));
        NewAgent { initial_balances, min_profit, ..NewAgent::new(agent, Wake::WhenUnderwater) }
    }
}
