//! What scenario files say of borrowers.

use serde::Deserialize;
use smallvec::smallvec;

use super::{Borrower, Plan, State, WayIn};
use crate::agents::awake::Wake;
use crate::agents::population::{Activity, InitialBalances, NewAgent, Population, PopulationParams};
use crate::agents::route::{Route, Through};
use crate::agents::schedule::{Entry, Exit, check_stay};
use crate::agents::view::View;
use crate::chain::dice::Dice;
use crate::chain::distribution::Distribution;
use crate::chain::gas::GasSchedule;
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::laws::{ANY, Allowed, NOT_NEGATIVE, PART, POSITIVE, SHARE};
use crate::checks::names::{EntityKind, Use};
use crate::deployments::stakes::{LoanGoes, Stake};
use crate::reader::piece::Node;

/// A population of borrowers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BorrowerParams {
    /// Its name in the data files. Its agents' dice depend on it: under another name others are drawn.
    pub name: String,
    /// How many agents; 1 by default.
    #[serde(default = "crate::agents::one")]
    pub count: u32,
    /// The lending market that it borrows from.
    pub market: String,
    /// The token that it posts.
    pub collateral: String,
    /// The token that it owes.
    pub debt: String,
    /// What it posts is worth so much, in whole numeraire tokens; with `Leverage` or `Loops`, its own part of that.
    pub capital: Distribution,
    /// How much it owes.
    pub owes: Owes,
    /// What becomes of what it borrows, unless that is posted again; it is spent by default.
    #[serde(default)]
    pub proceeds: Proceeds,
    /// When it enters; before the first block by default.
    #[serde(default)]
    pub entry: Entry,
    /// Where it trades debt for collateral: `"a pool"`, `Router` for the best of all pools, or, by default, `Venue`.
    #[serde(default)]
    pub through: Through,
    /// By which share less than quoted pools may give until its transaction reverts, as in 0.01 for 1 %; by default it
    /// accepts anything.
    #[serde(default)]
    pub slippage: Option<f64>,
    /// What it does when its health is low; nothing by default.
    #[serde(default)]
    pub defence: Defence,
    /// Health factor below which it does that, 1 or more; 1.1 by default. At 1 it may be liquidated before it acts.
    #[serde(default = "act_below")]
    pub act_below: Distribution,
    /// Health factor that it wants to have then, above 1; 1.3 by default.
    #[serde(default = "target")]
    pub target: Distribution,
    /// Probability of looking at a block: with 1, the default, none is missed; near 0 it acts too late or never.
    #[serde(default = "crate::agents::always")]
    pub attention: Distribution,
    /// What it keeps in its wallet to top up or to repay with, as a share of what it posts; nothing by default.
    #[serde(default = "crate::agents::nothing")]
    pub spare: Distribution,
    /// Priority fee, in gwei per unit of gas; 1 by default.
    #[serde(default = "crate::agents::tip")]
    pub tip: Distribution,
    /// Whole native tokens on top of all else, to pay gas from: without enough it submits nothing. By default it buys gas
    /// as it uses it.
    #[serde(default)]
    pub gas_money: Option<Distribution>,
}

fn act_below() -> Distribution {
    Distribution::Fixed(1.1)
}

fn target() -> Distribution {
    Distribution::Fixed(1.3)
}

/// How much a borrower owes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub enum Owes {
    /// This part of what it posts, by worth: at most what the market lends against the collateral.
    LoanToValue(Distribution),
    /// What gives it this health factor: the nearer to 1, the sooner it may be liquidated.
    HealthFactor(Distribution),
    /// What makes its collateral so many times its own capital; the loan is posted again, by a flash loan.
    Leverage(Distribution),
    /// What it borrows by posting its loan again and again.
    Loops {
        /// The part that it borrows of what it has just posted, by worth.
        loan_to_value: Distribution,
        /// How often, 1 to 100: posted in all comes near capital / (1 - `loan_to_value`).
        times: u32,
    },
}

/// What becomes of a loan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Proceeds {
    /// At genesis it is gone; one taken by a transaction stays in the wallet.
    #[default]
    Spent,
    /// It stays in the wallet.
    Kept,
    /// It is sold for the token that is posted, which stays in the wallet: a short.
    Sold,
}

/// What a borrower does when its health is low.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Defence {
    /// Nothing.
    #[default]
    Sleep,
    /// Posts more from its wallet.
    TopUp,
    /// Repays from its wallet.
    Repay,
    /// Sells collateral and repays, by a flash loan.
    Deleverage,
    /// Sells what its debt asks for, and takes out the rest.
    StopLoss,
}

/// Somebody borrows from a lending market: its name, the collateral and the debt.
pub const BORROWS: &str = "borrows";

/// What one borrower posts of its own, posts in all, and owes, in whole numeraire tokens.
struct Sizes {
    own: f64,
    posted: f64,
    owed: f64,
}

impl Owes {
    fn sizes(&self, capital: f64, threshold: f64, dice: &mut Dice) -> (Sizes, WayIn) {
        let plain = |owed| (Sizes { own: capital, posted: capital, owed }, WayIn::Plain { sells: false });
        match self {
            Self::LoanToValue(law) => plain(capital * law.sample(dice)),
            Self::HealthFactor(law) => plain(capital * threshold / law.sample(dice)),
            Self::Leverage(law) => {
                let leverage = law.sample(dice);
                let sizes = Sizes { own: capital, posted: capital * leverage, owed: capital * (leverage - 1.0) };
                (sizes, WayIn::Flash)
            }
            Self::Loops { loan_to_value, times } => {
                let (loan_to_value, times) = (loan_to_value.sample(dice), *times);
                let (mut posted, mut last) = (capital, capital);
                for _ in 0..times {
                    last *= loan_to_value;
                    posted += last;
                }
                (Sizes { own: capital, posted, owed: posted - capital }, WayIn::Loops { loan_to_value, times })
            }
        }
    }
}

impl PopulationParams for BorrowerParams {
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
        check.gas_law(at, "tip", &self.tip);
        check.law(at, "capital", &self.capital, &POSITIVE);
        check.law(at, "attention", &self.attention, &SHARE);
        check.law(at, "spare", &self.spare, &NOT_NEGATIVE);
        check.law(at, "act_below", &self.act_below, &Allowed { least: 1.0, ..ANY });
        check.law(at, "target", &self.target, &Allowed { least: 1.0, above: true, ..ANY });
        check_stay(at, self.entry, Exit::Hold, check);
        check.lent_against(at, &self.market, (&self.collateral, &self.debt));
        self.through.check(at, (&self.collateral, &self.debt), self.slippage, check);
        self.check_owes(at, check);
        if matches!(self.defence, Defence::Deleverage | Defence::StopLoss) {
            check.flash_loans(at.at("defence"), &self.market, "expected `Sleep`, `TopUp` or `Repay`");
        }
        if matches!(self.owes, Owes::Leverage(_)) && self.entry != Entry::Genesis {
            check.flash_loans(at.at("owes"), &self.market, "expected `Loops(...)`, or an entry at genesis");
        }
    }

    fn dearest(&self, gas: &GasSchedule) -> Option<(&'static str, u64)> {
        (!self.is_idle()).then_some(("borrow", gas.supply + gas.borrow + self.through.dearest(gas)))
    }

    fn does<'d>(&'d self, _declared: &Declared<'d>) -> Vec<Activity<'d>> {
        vec![Activity { verb: BORROWS, of: vec![&self.market, &self.collateral, &self.debt] }]
    }
}

impl Population for BorrowerParams {
    type Agent = Borrower;

    fn draw(&self, sees: &View, dice: &mut Dice) -> NewAgent<Borrower> {
        let cell = sees.protocols.lending_named(&self.market);
        let (posts, owes) = (sees.tokens.named(&self.collateral), sees.tokens.named(&self.debt));
        let place = |token| cell.place_of(token).expect("checked: the market has the asset");
        let (collateral, debt) = (place(posts), place(owes));
        let capital = self.capital.sample(dice);
        let (sizes, way_in) = self.owes.sizes(capital, cell.lending().threshold(collateral), dice);
        let (posted, owed) = (sees.units_worth(posts, sizes.posted), sees.units_worth(owes, sizes.owed));
        let (own, tip) = (sees.units_worth(posts, sizes.own), sees.gwei(self.tip.sample(dice)));
        let entry = self.entry.wake(sees, dice);
        let sells = self.proceeds == Proceeds::Sold;
        let way_in = if let WayIn::Plain { .. } = way_in { WayIn::Plain { sells } } else { way_in };
        let plan = Plan {
            route: Route::new(sees, &self.through, self.slippage, owes, posts),
            own,
            loan: owed,
            way_in,
            defence: self.defence,
            act_below: self.act_below.sample(dice),
            target: self.target.sample(dice),
            attention: self.attention.sample(dice),
            tip,
            state: if entry.is_some() { State::Outside } else { State::Open },
        };
        let mut initial_balances = InitialBalances::new();
        let spare = sizes.posted * self.spare.sample(dice);
        match self.defence {
            Defence::TopUp => initial_balances.push((posts, sees.units_worth(posts, spare))),
            Defence::Repay => initial_balances.push((owes, sees.units_worth(owes, spare))),
            Defence::Sleep | Defence::Deleverage | Defence::StopLoss => {}
        }
        let first = entry.unwrap_or_else(|| match self.defence {
            Defence::Sleep => Wake::Never,
            _ => Wake::At(dice.blocks_until(plan.attention) - 1),
        });
        let leverage = Some(sizes.posted / (sizes.posted - sizes.owed));
        let stake = if entry.is_some() {
            initial_balances.push((posts, own));
            None
        } else {
            let loan = match (plan.way_in, self.proceeds) {
                (WayIn::Plain { .. }, Proceeds::Kept) => LoanGoes::IntoTheWallet,
                (WayIn::Plain { .. }, Proceeds::Sold) => LoanGoes::For(sees.units_worth(posts, sizes.owed)),
                _ => LoanGoes::Away,
            };
            let stake = Stake::Loan { market: cell.id, collateral, posted, debt, owed, loan };
            Some((stake, smallvec![(posts, own)]))
        };
        let plan = (!self.is_idle()).then(|| Box::new(plan));
        let agent = Borrower { market: cell.id, to: cell.at, collateral, debt, plan };
        NewAgent { initial_balances, stake, leverage, ..NewAgent::new(agent, first) }
    }
}

impl BorrowerParams {
    /// Whether it never sends a transaction.
    fn is_idle(&self) -> bool {
        self.entry == Entry::Genesis && self.defence == Defence::Sleep
    }

    /// What a population owes must be within what its market lends against its collateral.
    fn check_owes(&self, at: Node, check: &mut Check) {
        let most = check.declared.lending(&self.market).and_then(|market| market.limits(&self.collateral, &self.debt));
        let at_most = |most: f64, what: &str| {
            let why = format!("the market lends {what} against `{}`", self.collateral);
            Allowed { least: 0.0, most, why: Some(why), ..ANY }
        };
        let (ltv, threshold) = most.unwrap_or((f64::INFINITY, f64::INFINITY));
        match &self.owes {
            Owes::LoanToValue(law) => check.law(at, "owes", law, &at_most(ltv, &format!("up to {ltv}"))),
            Owes::HealthFactor(law) => {
                let least = if ltv.is_finite() && ltv > 0.0 { threshold / ltv } else { 1.0 };
                // What is drawn is rounded, and the market's limit is exact.
                let why = Some(format!("the market lends up to {ltv} of the collateral's worth"));
                check.law(at, "owes", law, &Allowed { least: least - 1e-9, why, ..ANY });
            }
            Owes::Leverage(law) => {
                let most = if ltv < 1.0 { 1.0 / (1.0 - ltv) } else { f64::INFINITY };
                let what = format!("up to {ltv}, which is {most:.4} times own capital");
                check.law(at, "owes", law, &Allowed { least: 1.0, ..at_most(most, &what) });
            }
            Owes::Loops { loan_to_value, times } => {
                check.law(at, "owes", loan_to_value, &at_most(ltv.min(PART.most), &format!("up to {ltv}")));
                let fine = (1..=100).contains(times);
                check.field(at.at("owes"), "times", times, fine, "1 to 100 loops");
            }
        }
    }
}
