//! Profit and loss: who gained and who lost, kind by kind.

use std::collections::BTreeMap;

use serde::Serialize;

use super::books::Books;
use super::liquidity::{KIND, LiquidityBooks};
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::ids::{AgentId, TokenId};
use crate::chain::ledger::Source;
use crate::chain::state::NamedAccounts;
use crate::deployments::valuation::{Valuation, named_claims, valuation, worth_of};

/// Who gained and who lost. The profits of all agents and named accounts together are
/// `revaluation + rewards - gas`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProfitAndLoss {
    /// By kind of agent, in the order of the kinds' first agents.
    pub by_kind: Vec<KindProfit>,
    /// The named accounts that are nobody's: the external venue and the like.
    pub accounts: Vec<AccountProfit>,
    /// Profits of all kinds and accounts: the left side of the identity.
    pub total_numeraire: f64,
    /// What a change of outside prices did to what everybody held.
    pub revaluation_numeraire: f64,
    /// Farm rewards paid, each at its block's outside price.
    pub rewards_numeraire: f64,
    /// Fees paid for gas, each at its block's outside price.
    pub gas_paid_numeraire: f64,
    /// The total less what it should be: rounding of floats and nothing else.
    pub difference_numeraire: f64,
}

/// Profit of all agents of a kind, in whole numeraire tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct KindProfit {
    /// As in the column `agent_kind`.
    pub kind: String,
    /// Agents of the kind, idle ones included.
    pub agents: u64,
    /// Worth at the end less worth at the start, after gas.
    pub profit_numeraire: f64,
    /// What the change of outside prices alone did to the wallets they started with.
    pub wallet_revaluation_numeraire: f64,
    /// Farm rewards contained in `profit_numeraire`.
    pub rewards_numeraire: f64,
    /// Fees paid for gas, already taken off `profit_numeraire`.
    pub gas_paid_numeraire: f64,
}

/// Profit of an account that is no agent's, in whole numeraire tokens.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountProfit {
    /// The named account, or what protocols keep for nobody, as in `pool reserves`.
    pub account: String,
    /// Value at the end less value at the start.
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
    /// Value of all that they held before the first block.
    pub value_start_numeraire: f64,
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

/// Valuation and prices before the first block, which profits are measured from.
#[derive(Debug, Clone, PartialEq)]
pub struct Beginning {
    /// Claims of every account at outside prices.
    pub worth: Valuation,
    /// Outside prices by token, in the numeraire per whole token.
    prices: Vec<f64>,
    /// By token: smallest units that genesis issued.
    supply: Vec<f64>,
    /// By kind of agent, and by token: smallest units in their wallets.
    wallets: BTreeMap<&'static str, Vec<f64>>,
}

impl Beginning {
    /// Values the world as genesis left it.
    pub fn of(sees: &View, directory: &AgentDirectory) -> Self {
        let mut wallets = BTreeMap::<_, Vec<f64>>::new();
        for id in (0..).map(AgentId).take(directory.agents.len()) {
            let held = wallets.entry(directory.population(id).kind).or_insert_with(|| vec![0.0; sees.tokens.priced]);
            let holdings = sees.ledger.holdings(directory.account(id));
            held.iter_mut().zip(holdings).for_each(|(sum, units)| *sum += *units as f64);
        }
        Self {
            wallets,
            worth: valuation(sees, &sees.protocols),
            prices: prices(sees),
            supply: sees.tokens.priced().map(|token| sees.ledger.issued(Source::Genesis, token) as f64).collect(),
        }
    }
}

fn prices(sees: &View) -> Vec<f64> {
    sees.tokens.priced().map(|token| sees.venues.price(token)).collect()
}

/// Adds up who gained and who lost. What all of them gained is what prices did to what was there at the start, plus the
/// rewards that were paid, less gas; the external venue's account takes the other side of all trades with it.
pub fn profit_and_loss(
    sees: &View,
    directory: &AgentDirectory,
    books: &Books,
    named: NamedAccounts,
    beginning: &Beginning,
    now: &Valuation,
) -> ProfitAndLoss {
    let prices = prices(sees);
    let issued = |source| worth_of(&sees.tokens, &prices, |token| sees.ledger.issued(source, token) as f64);
    let mut by_kind = by_kind(directory, books, &beginning.worth, now);
    for kind in &mut by_kind {
        let held = &beginning.wallets[kind.kind.as_str()];
        let at = |prices: &[f64]| worth_of(&sees.tokens, prices, |token: TokenId| held[token.index()]);
        kind.wallet_revaluation_numeraire = at(&prices) - at(&beginning.prices);
    }
    let mut accounts: Vec<AccountProfit> = Vec::new();
    let mut account = |name: &str, profit| {
        accounts.push(AccountProfit { account: name.to_owned(), profit_numeraire: profit });
    };
    for ((name, end), (_, start)) in named_claims(named, now).into_iter().zip(named_claims(named, &beginning.worth)) {
        account(name, end - start);
    }
    account("bank reserves", now.bank_reserves - beginning.worth.bank_reserves);
    account("pool reserves", now.pool_reserves - beginning.worth.pool_reserves);
    account("lending reserves", now.lending_reserves - beginning.worth.lending_reserves);
    account("lending shortfall", now.lending_shortfall - beginning.worth.lending_shortfall);
    account("stablecoin reserves", now.stablecoin_reserves - beginning.worth.stablecoin_reserves);
    account("stablecoin shortfall", now.stablecoin_shortfall - beginning.worth.stablecoin_shortfall);
    account("unpaid rewards", now.unpaid_rewards - beginning.worth.unpaid_rewards);
    account("strategies' dust", now.strategy_dust - beginning.worth.strategy_dust);
    account("unclaimed liquidity", now.unclaimed_liquidity - beginning.worth.unclaimed_liquidity);
    account("external venue", -issued(Source::ExternalVenue));
    account("counterfactual venue", -issued(Source::CounterfactualVenue));
    let at = |prices: &[f64]| worth_of(&sees.tokens, prices, |token: TokenId| beginning.supply[token.index()]);
    let revaluation = at(&prices) - at(&beginning.prices);
    let (rewards, gas) = (issued(Source::Rewards), -issued(Source::Gas));
    let total = by_kind.iter().map(|kind| kind.profit_numeraire).sum::<f64>()
        + accounts.iter().map(|account| account.profit_numeraire).sum::<f64>();
    ProfitAndLoss {
        by_kind,
        accounts,
        total_numeraire: total,
        revaluation_numeraire: revaluation,
        rewards_numeraire: rewards,
        gas_paid_numeraire: gas,
        difference_numeraire: total - (revaluation + rewards - gas),
    }
}

fn by_kind(directory: &AgentDirectory, books: &Books, start: &Valuation, now: &Valuation) -> Vec<KindProfit> {
    let mut kinds: Vec<KindProfit> = Vec::new();
    for (id, book) in books.agents.all() {
        let (kind, account) = (directory.population(id).kind, directory.account(id).0 as usize);
        let index = kinds.iter().position(|known| known.kind == kind).unwrap_or_else(|| {
            kinds.push(KindProfit { kind: kind.to_owned(), ..KindProfit::default() });
            kinds.len() - 1
        });
        let row = &mut kinds[index];
        row.agents += 1;
        row.profit_numeraire += now.accounts[account] - start.accounts[account];
        row.rewards_numeraire += book.rewards;
        row.gas_paid_numeraire += book.gas_paid;
    }
    kinds
}

/// Adds up what became of the capital of each population of providers of liquidity.
pub fn provided(
    sees: &View,
    directory: &AgentDirectory,
    (books, liquidity): (&Books, &LiquidityBooks),
    (start, now): (&Valuation, &Valuation),
) -> Vec<Provided> {
    let mut rows: Vec<Provided> = Vec::new();
    for (id, book) in books.agents.all().filter(|(id, _)| directory.population(*id).kind == KIND) {
        let (population, account) = (&directory.population(id).name, directory.account(id));
        let index = rows.iter().position(|known| known.population == *population).unwrap_or_else(|| {
            rows.push(Provided { population: population.clone(), ..Provided::default() });
            rows.len() - 1
        });
        let (row, figures) = (&mut rows[index], liquidity.figures(id, account, sees).unwrap_or_default());
        row.agents += 1;
        let (value_start, value_end) = (start.accounts[account.0 as usize], now.accounts[account.0 as usize]);
        row.value_start_numeraire += value_start;
        row.profit_numeraire += value_end - value_start;
        row.fees_earned_numeraire += figures.fees;
        row.impermanent_loss_numeraire += figures.impermanent_loss;
        row.loss_versus_rebalancing_numeraire += figures.loss_versus_rebalancing;
        row.own_trades_numeraire += figures.own_trades;
        row.holding_revaluation_numeraire += figures.revaluation;
        row.gas_paid_numeraire += book.gas_paid;
    }
    rows
}
