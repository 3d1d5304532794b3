//! What is written at the end of a run: who gained and who lost, agent by agent and position by position.

use std::collections::BTreeMap;

use super::agents::{Agent as AgentRow, AgentFate};
use super::amount::Amount;
use super::books::{Books, PositionBook, PositionEnd};
use super::folder::{FolderError, OutputFolder};
use super::liquidity::{KIND, LiquidityBooks};
use super::positions::{Position as PositionRow, PositionFate};
use super::summary::{AccountProfit, KindProfit, PositionCounts, ProfitAndLoss, Provided};
use super::table::Table;
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::ids::{AgentId, TokenId};
use crate::chain::ledger::Source;
use crate::chain::protocols::NamedAccounts;
use crate::chain::worth::{Worth, named_claims, worth, worth_of};

/// What was so before the first block.
#[derive(Debug, Clone, PartialEq)]
pub struct Beginning {
    /// What everybody's claims were worth.
    pub worth: Worth,
    /// Outside prices.
    prices: Vec<f64>,
    /// By token: smallest units that genesis issued.
    supply: Vec<f64>,
    /// By kind of agent, and by token: smallest units in their wallets.
    wallets: BTreeMap<&'static str, Vec<f64>>,
}

impl Beginning {
    /// Looks at the world before the first block.
    pub fn of(sees: &View, directory: &AgentDirectory) -> Self {
        let mut wallets = BTreeMap::<_, Vec<f64>>::new();
        for id in (0..).map(AgentId).take(directory.agents.len()) {
            let held = wallets.entry(directory.population(id).kind).or_insert_with(|| vec![0.0; sees.tokens.priced]);
            let holdings = sees.ledger.holdings(directory.account(id));
            held.iter_mut().zip(holdings).for_each(|(sum, units)| *sum += *units as f64);
        }
        Self {
            wallets,
            worth: worth(&sees.tokens, &sees.ledger, &sees.venues, &sees.protocols, sees.clock.now()),
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
    now: &Worth,
) -> ProfitAndLoss {
    let prices = prices(sees);
    let issued = |source| worth_of(&sees.tokens, &prices, |token| sees.ledger.issued(source, token) as f64);
    let mut by_kind = by_kind(directory, books, now);
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
    account("strategies' dust", now.goblin_dust - beginning.worth.goblin_dust);
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

fn by_kind(directory: &AgentDirectory, books: &Books, now: &Worth) -> Vec<KindProfit> {
    let mut kinds: Vec<KindProfit> = Vec::new();
    for (id, book) in (0..).map(AgentId).zip(&books.agents) {
        let kind = directory.population(id).kind;
        let index = kinds.iter().position(|known| known.kind == kind).unwrap_or_else(|| {
            kinds.push(KindProfit { kind: kind.to_owned(), ..KindProfit::default() });
            kinds.len() - 1
        });
        let row = &mut kinds[index];
        row.agents += 1;
        row.profit_numeraire += now.accounts[directory.account(id).0 as usize] - book.worth_start;
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
    now: &Worth,
) -> Vec<Provided> {
    let mut rows: Vec<Provided> = Vec::new();
    for (id, book) in (0..).map(AgentId).zip(&books.agents).filter(|(id, _)| directory.population(*id).kind == KIND) {
        let (population, account) = (&directory.population(id).name, directory.account(id));
        let index = rows.iter().position(|known| known.population == *population).unwrap_or_else(|| {
            rows.push(Provided { population: population.clone(), ..Provided::default() });
            rows.len() - 1
        });
        let (row, figures) = (&mut rows[index], liquidity.figures(id, account, sees).unwrap_or_default());
        row.agents += 1;
        row.worth_start_numeraire += book.worth_start;
        row.profit_numeraire += now.accounts[account.0 as usize] - book.worth_start;
        row.fees_earned_numeraire += figures.fees;
        row.impermanent_loss_numeraire += figures.impermanent_loss;
        row.loss_versus_rebalancing_numeraire += figures.loss_versus_rebalancing;
        row.own_trades_numeraire += figures.own_trades;
        row.holding_revaluation_numeraire += figures.revaluation;
        row.gas_paid_numeraire += book.gas_paid;
    }
    rows
}

impl Books {
    /// Counts the agents that a thing became of.
    pub fn count_fate(&self, fate: AgentFate) -> u64 {
        self.agents.iter().filter(|book| book.fate == fate).count() as u64
    }

    /// Counts what became of positions.
    pub fn count_positions(&self) -> PositionCounts {
        let mut counts = PositionCounts { opened: self.positions.len() as u64, ..PositionCounts::default() };
        for book in &self.positions {
            match book.end {
                PositionEnd::Open => counts.open += 1,
                PositionEnd::Over { fate: PositionFate::Killed, .. } => counts.killed += 1,
                PositionEnd::Over { .. } => counts.closed += 1,
            }
        }
        counts
    }
}

/// Writes `agents.csv`.
///
/// # Errors
/// The file system refuses.
pub fn write_agents(
    folder: &mut OutputFolder,
    sees: &View,
    directory: &AgentDirectory,
    (books, liquidity): (&Books, Option<&LiquidityBooks>),
    now: &Worth,
    exact: bool,
) -> Result<(), FolderError> {
    let mut table = Table::open::<AgentRow>(folder, "agents.csv", exact)?;
    for (id, book) in (0..).map(AgentId).zip(&books.agents) {
        let population = directory.population(id);
        let account = directory.account(id);
        let worth_end = now.accounts[account.0 as usize];
        let provided = liquidity.and_then(|liquidity| liquidity.figures(id, account, sees));
        table.row(&AgentRow {
            agent: id.0,
            population: &population.name,
            number: directory.agents[id.index()].number,
            kind: population.kind,
            entered_block: book.entered,
            left_block: book.left,
            worth_start_numeraire: book.worth_start,
            worth_end_numeraire: worth_end,
            profit_numeraire: worth_end - book.worth_start,
            rewards_numeraire: book.rewards,
            lost_to_sandwiches_numeraire: book.lost,
            gas_paid_numeraire: book.gas_paid,
            gas_share_ratio: (book.worth_start > 0.0).then(|| book.gas_paid / book.worth_start),
            transactions: book.transactions.into(),
            reverts: book.reverts.into(),
            expired: book.expired.into(),
            gave_up: book.gave_up.into(),
            leverage_ratio: book.leverage,
            fees_earned_numeraire: provided.map(|provided| provided.fees),
            impermanent_loss_numeraire: provided.map(|provided| provided.impermanent_loss),
            loss_versus_rebalancing_numeraire: provided.map(|provided| provided.loss_versus_rebalancing),
            own_trades_numeraire: provided.map(|provided| provided.own_trades),
            holding_revaluation_numeraire: provided.map(|provided| provided.revaluation),
            fate: book.fate,
        })?;
    }
    table.close(folder)
}

/// Writes `positions.csv`.
///
/// # Errors
/// The file system refuses.
pub fn write_positions(
    folder: &mut OutputFolder,
    sees: &View,
    directory: &AgentDirectory,
    books: &Books,
    exact: bool,
) -> Result<(), FolderError> {
    let mut table = Table::open::<PositionRow>(folder, "positions.csv", exact)?;
    for book in &books.positions {
        table.row(&position_row(sees, directory, book))?;
    }
    table.close(folder)
}

fn position_row<'a>(sees: &'a View, directory: &'a AgentDirectory, book: &PositionBook) -> PositionRow<'a> {
    let cell = sees.protocols.bank(book.bank);
    let goblin = sees.protocols.goblin(book.goblin);
    let names = &sees.protocols.directory;
    let amount = |units| Amount { units, decimals: sees.tokens.get(cell.base).decimals };
    let kill_factor = f64::from(goblin.goblin.params().kill_factor_bps) / 10_000.0;
    let factor = |health: u128, debt: u128| (debt > 0).then(|| kill_factor * health as f64 / debt as f64);
    let mut row = PositionRow {
        position: book.position.0.into(),
        bank: &names.banks[book.bank.index()].name,
        goblin: &names.goblins[usize::from(book.goblin.0)].name,
        population: &directory.population(book.owner).name,
        agent: directory.agents[book.owner.index()].number,
        opened_block: book.opened,
        equity_start_numeraire: book.equity_start,
        leverage_start_ratio: book.leverage_start,
        closed_block: None,
        fate: PositionFate::Open,
        debt_end: amount(0),
        health_factor_end: None,
        proceeds: None,
        bad_debt: amount(0),
        profit_numeraire: 0.0,
    };
    match book.end {
        PositionEnd::Over { fate, block, debt, health, proceeds, worth, bad_debt } => {
            row.closed_block = Some(block);
            row.fate = fate;
            row.debt_end = amount(debt);
            row.health_factor_end = health;
            row.proceeds = Some(amount(proceeds));
            row.bad_debt = amount(bad_debt);
            row.profit_numeraire = worth - book.equity_start;
        }
        PositionEnd::Open => {
            let position = cell.bank.position(book.position).expect("the books hold positions of the bank");
            let owes = sees.ground(goblin).debt_and_health(&goblin.goblin, book.position);
            let debt = owes.map_or(0, |(debt, _)| debt);
            row.debt_end = amount(debt);
            row.health_factor_end = owes.and_then(|(debt, health)| factor(health, debt));
            row.profit_numeraire = sees.assets_worth(position) - sees.worth(cell.base, debt) - book.equity_start;
        }
    }
    row
}
