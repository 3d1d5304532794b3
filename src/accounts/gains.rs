//! What each agent gained, and how much of that prices did to what it was drawn with.

use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::ids::{AgentId, TokenId};
use crate::chain::ledger::Source;
use crate::deployments::valuation::{Valuation, valuation};

/// Valuation and prices before the first block, which profits are measured from.
#[derive(Debug, Clone, PartialEq)]
pub struct Beginning {
    /// Claims of every account at outside prices.
    pub worth: Valuation,
    /// By priced token: what a smallest unit is worth outside, in whole numeraire tokens.
    unit: Vec<f64>,
    /// By priced token: smallest units that genesis issued.
    supply: Vec<f64>,
}

impl Beginning {
    /// Values the world as genesis left it.
    pub fn of(sees: &View) -> Self {
        Self {
            worth: valuation(sees, &sees.protocols),
            unit: unit(sees),
            supply: sees.tokens.priced().map(|token| sees.ledger.issued(Source::Genesis, token) as f64).collect(),
        }
    }
}

/// Returns by priced token what a smallest unit is worth outside, in whole numeraire tokens.
fn unit(sees: &View) -> Vec<f64> {
    sees.tokens.priced().map(|token| sees.venues.price(token) / sees.tokens.get(token).one).collect()
}

/// What an agent gained, in whole numeraire tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gain {
    /// Worth at the start of what it was drawn with, before any leverage, loan or deposit, without money for gas.
    pub own_capital: f64,
    /// The rest of its profit: trades, fees, rewards, interest, penalties, services, less gas.
    pub earned: f64,
    /// What the change of outside prices did to what it was drawn with, money for gas included.
    pub revaluation: f64,
}

impl Gain {
    /// Returns what its claims are worth at the end less what they were worth at the start, after gas.
    pub fn profit(&self) -> f64 {
        self.earned + self.revaluation
    }
}

/// Returns a figure over own capital; none where that is not above 0.
pub fn over_own_capital(figure: f64, own_capital: f64) -> Option<f64> {
    (own_capital > 0.0).then(|| figure / own_capital)
}

/// What was gained between the beginning and now.
#[derive(Debug)]
pub struct Gains<'a> {
    beginning: &'a Beginning,
    now: &'a Valuation,
    directory: &'a AgentDirectory,
    native: TokenId,
    /// By priced token: by how much a smallest unit is worth more than at the beginning.
    change: Vec<f64>,
}

impl<'a> Gains<'a> {
    /// Measures from the beginning to `now`, what claims are worth in the world that `sees` shows.
    pub fn new(sees: &View, directory: &'a AgentDirectory, beginning: &'a Beginning, now: &'a Valuation) -> Self {
        let change = unit(sees).iter().zip(&beginning.unit).map(|(end, start)| end - start).collect();
        Self { beginning, now, directory, native: sees.tokens.native, change }
    }

    /// Returns what an agent gained.
    pub fn of(&self, agent: AgentId) -> Gain {
        let Self { beginning, now, .. } = self;
        let (own, account) = (&self.directory.own_capital, self.directory.account(agent).0 as usize);
        let of_gas_money = own.gas_money(agent) * self.change[self.native.index()];
        let revaluation = own.worth(agent, &self.change) + of_gas_money;
        let profit = now.accounts[account] - beginning.worth.accounts[account];
        Gain { own_capital: own.worth(agent, &beginning.unit), earned: profit - revaluation, revaluation }
    }

    /// Returns by how much a valuation's figure has grown.
    pub fn grown(&self, figure: impl Fn(&Valuation) -> f64) -> f64 {
        figure(self.now) - figure(&self.beginning.worth)
    }

    /// Returns what the change of outside prices did to all that genesis issued.
    pub fn revaluation_of_all(&self) -> f64 {
        self.beginning.supply.iter().zip(&self.change).map(|(units, change)| units * change).sum()
    }
}
