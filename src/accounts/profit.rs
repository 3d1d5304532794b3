//! Profit and loss: who gained and who lost, kind by kind.

use serde::Serialize;

use super::books::Books;
use super::gains::{Gains, over_own_capital};
use super::liquidity::{KIND, LiquidityBooks};
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::ledger::Source;
use crate::deployments::valuation::{named_accounts, worth_of};

/// Who gained and who lost. What all agents earned and what the named accounts gained are together
/// `revaluation - revaluation_agents + rewards - gas_paid`: what prices did to all that nobody was drawn with, and what came
/// and went.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProfitAndLoss {
    /// By kind of agent, in the order of the kinds' first agents.
    pub by_kind: Vec<KindProfit>,
    /// The named accounts that are nobody's: the external venue and the like.
    pub accounts: Vec<AccountProfit>,
    /// What all kinds earned and all accounts gained: the left side of the identity.
    pub total_numeraire: f64,
    /// What the change of outside prices did to all that genesis issued.
    pub revaluation_numeraire: f64,
    /// What of that it did to what agents were drawn with: the sum of the kinds' revaluations.
    pub revaluation_agents_numeraire: f64,
    /// Farm rewards paid, each at its block's outside price.
    pub rewards_numeraire: f64,
    /// Fees paid for gas: what was bought at its block's outside price, what wallets paid for at the end's.
    pub gas_paid_numeraire: f64,
    /// The total less what it should be: rounding of floats and nothing else.
    pub difference_numeraire: f64,
}

/// What all agents of a kind gained, in whole numeraire tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct KindProfit {
    /// As in the column `kind` of `agents.csv`.
    pub kind: String,
    /// Agents of the kind, idle ones included.
    pub agents: u64,
    /// Worth at the start of what they were drawn with, before any leverage, loan or deposit, without money for gas.
    pub own_capital_numeraire: f64,
    /// The profit without the revaluation: trades, fees, rewards, interest, penalties, services, less gas.
    pub earned_numeraire: f64,
    /// What the change of outside prices did to what they were drawn with, money for gas included.
    pub revaluation_numeraire: f64,
    /// The sum of the two: worth at the end less worth at the start, after gas.
    pub profit_numeraire: f64,
    /// What they earned over their own capital; `null` where they have none.
    pub earned_ratio: Option<f64>,
    /// Farm rewards contained in `earned_numeraire`, paid and pending.
    pub rewards_numeraire: f64,
    /// Fees paid for gas, already taken off `earned_numeraire`.
    pub gas_paid_numeraire: f64,
}

/// Profit of an account that is no agent's, in whole numeraire tokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountProfit {
    /// The named account, or what protocols keep for nobody, as in `pool reserves`.
    pub account: String,
    /// Value at the end less value at the start, revaluation included.
    pub profit_numeraire: f64,
}

/// What became of the capital of a population of providers of liquidity: its profit is fees, impermanent loss, own trades
/// and revaluation, less gas.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Provided {
    /// As the scenario names it.
    pub population: String,
    /// Agents of the population, those that never provided included.
    pub agents: u64,
    /// Worth at the start of what they were drawn with, without money for gas.
    pub own_capital_numeraire: f64,
    /// Worth at the end less worth at the start, after gas.
    pub profit_numeraire: f64,
    /// Fees that the liquidity earned, collected or not.
    pub fees_earned_numeraire: f64,
    /// Worth of liquidity without fees less worth of holding what was put in.
    pub impermanent_loss_numeraire: f64,
    /// What holding the same at every moment, traded at outside prices, would have gained more.
    pub loss_versus_rebalancing_numeraire: f64,
    /// What their own swaps brought less what they cost.
    pub own_trades_numeraire: f64,
    /// What prices did to wallets and to holding what was put in.
    pub holding_revaluation_numeraire: f64,
    /// Fees paid for gas, already taken off `profit_numeraire`.
    pub gas_paid_numeraire: f64,
}

/// Adds up who gained and who lost; the external venue's account takes the other side of all trades with it.
pub fn profit_and_loss(sees: &View, directory: &AgentDirectory, books: &Books, gains: &Gains) -> ProfitAndLoss {
    let prices: Vec<f64> = sees.tokens.priced().map(|token| sees.venues.price(token)).collect();
    let issued = |source| worth_of(&sees.tokens, &prices, |token| sees.ledger.issued(source, token) as f64);
    let by_kind = by_kind(directory, books, gains);
    let mut accounts: Vec<AccountProfit> = Vec::new();
    let mut account = |name: &str, profit_numeraire| {
        accounts.push(AccountProfit { account: name.to_owned(), profit_numeraire });
    };
    for (name, of) in named_accounts(sees.named) {
        account(name, gains.grown(|worth| worth.accounts[of.0 as usize]));
    }
    account("bank reserves", gains.grown(|worth| worth.bank_reserves));
    account("pool reserves", gains.grown(|worth| worth.pool_reserves));
    account("lending reserves", gains.grown(|worth| worth.lending_reserves));
    account("lending shortfall", gains.grown(|worth| worth.lending_shortfall));
    account("stablecoin reserves", gains.grown(|worth| worth.stablecoin_reserves));
    account("stablecoin shortfall", gains.grown(|worth| worth.stablecoin_shortfall));
    account("unpaid rewards", gains.grown(|worth| worth.unpaid_rewards));
    account("strategies' dust", gains.grown(|worth| worth.strategy_dust));
    account("unclaimed liquidity", gains.grown(|worth| worth.unclaimed_liquidity));
    account("external venue", -issued(Source::ExternalVenue));
    account("counterfactual venue", -issued(Source::CounterfactualVenue));
    let (revaluation, rewards) = (gains.revaluation_of_all(), issued(Source::Rewards));
    let bought = books.gas_debts(directory).map(|(_, debt)| debt).sum::<f64>();
    let gas = bought - issued(Source::Gas) - issued(Source::GasPurchase);
    let revaluation_agents = by_kind.iter().map(|kind| kind.revaluation_numeraire).sum::<f64>();
    let total = by_kind.iter().map(|kind| kind.earned_numeraire).sum::<f64>()
        + accounts.iter().map(|account| account.profit_numeraire).sum::<f64>();
    ProfitAndLoss {
        by_kind,
        accounts,
        total_numeraire: total,
        revaluation_numeraire: revaluation,
        revaluation_agents_numeraire: revaluation_agents,
        rewards_numeraire: rewards,
        gas_paid_numeraire: gas,
        difference_numeraire: total - (revaluation - revaluation_agents + rewards - gas),
    }
}

fn by_kind(directory: &AgentDirectory, books: &Books, gains: &Gains) -> Vec<KindProfit> {
    let mut kinds: Vec<KindProfit> = Vec::new();
    for (id, book) in books.agents.all() {
        let (kind, gain) = (directory.population(id).kind, gains.of(id));
        let index = kinds.iter().position(|known| known.kind == kind).unwrap_or_else(|| {
            kinds.push(KindProfit { kind: kind.to_owned(), ..KindProfit::default() });
            kinds.len() - 1
        });
        let row = &mut kinds[index];
        row.agents += 1;
        row.own_capital_numeraire += gain.own_capital;
        row.earned_numeraire += gain.earned;
        row.revaluation_numeraire += gain.revaluation;
        row.profit_numeraire += gain.profit();
        row.rewards_numeraire += book.rewards;
        row.gas_paid_numeraire += book.gas_paid;
    }
    for row in &mut kinds {
        row.earned_ratio = over_own_capital(row.earned_numeraire, row.own_capital_numeraire);
    }
    kinds
}

/// Adds up what became of the capital of each population of providers of liquidity.
pub fn provided(
    sees: &View,
    directory: &AgentDirectory,
    (books, liquidity): (&Books, &LiquidityBooks),
    gains: &Gains,
) -> Vec<Provided> {
    let mut rows: Vec<Provided> = Vec::new();
    for (id, book) in books.agents.all().filter(|(id, _)| directory.population(*id).kind == KIND) {
        let (population, account) = (&directory.population(id).name, directory.account(id));
        let index = rows.iter().position(|known| known.population == *population).unwrap_or_else(|| {
            rows.push(Provided { population: population.clone(), ..Provided::default() });
            rows.len() - 1
        });
        let (row, figures) = (&mut rows[index], liquidity.figures(id, account, sees).unwrap_or_default());
        let gain = gains.of(id);
        row.agents += 1;
        row.own_capital_numeraire += gain.own_capital;
        row.profit_numeraire += gain.profit();
        row.fees_earned_numeraire += figures.fees;
        row.impermanent_loss_numeraire += figures.impermanent_loss;
        row.loss_versus_rebalancing_numeraire += figures.loss_versus_rebalancing;
        row.own_trades_numeraire += figures.own_trades;
        row.holding_revaluation_numeraire += figures.revaluation;
        row.gas_paid_numeraire += book.gas_paid;
    }
    rows
}
