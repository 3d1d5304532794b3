//! From a checked scenario to the world before block 0: tokens, pools, farms, banks, agents, and what they are in.
//!
//! Initial positions are written, not traded: liquidity is minted at the pool's ratio, debt is booked, supply is
//! deposited; no swap, no gas, no price moved.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use bevy_ecs::system::SystemState;
use bevy_ecs::world::World;
use thiserror::Error;

use super::schema::{BaseFeeParams, Scenario};
use crate::agents::population::{Crowd, Spawner};
use crate::agents::{self, AgentDirectory};
use crate::chain::base_fee::Eip1559;
use crate::chain::clock::{BlockTimeParams, Clock};
use crate::chain::event::EventLog;
use crate::chain::gas::{BlockGas, gwei_to_units};
use crate::chain::ids::TokenId;
use crate::chain::ledger::Ledger;
use crate::chain::mempool::Mempool;
use crate::chain::state::ChainState;
use crate::chain::state::NamedAccounts;
use crate::chain::tokens::{Token, Tokens};
use crate::chain::venue::Venue;
use crate::chain::venues::Venues;
use crate::checks::names::EntityKind;
use crate::deployments::Deployed;
use crate::deployments::genesis::{Genesis, Settled, Settling, ShareDecimals, Staked, Unsettled, Whose};
use crate::deployments::liquidatable::LiquidatableList;
use crate::deployments::paths::Paths;
use crate::market::background::Demand;
use crate::market::correlation::Correlation;
use crate::market::foresight::Foresight;
use crate::market::gas_price::{GasPrices, GasUnit};
use crate::market::price::{PriceParams, PriceProcess};
use crate::market::series::params::ReplayParams;
use crate::market::series::{Least, Series};
use crate::market::shock::Shock;
use crate::market::{OutsidePrice, OutsidePrices};

/// Why a scenario that reads well cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the market cannot begin: {message}")]
pub struct GenesisError {
    /// What the scenario calls that which is at fault, and what that is; none if it is nothing by itself.
    pub about: Option<(EntityKind, String)>,
    /// What is wrong, in whole tokens.
    pub message: String,
}

fn fault(message: impl Into<String>) -> GenesisError {
    GenesisError { about: None, message: message.into() }
}

fn fault_of(kind: EntityKind, name: &str, message: impl Display) -> GenesisError {
    GenesisError { about: Some((kind, name.to_owned())), message: format!("{} `{name}`: {message}", kind.0) }
}

impl GenesisError {
    /// Returns the same, of a run with this seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { message: format!("with seed {seed}: {}", self.message), ..self }
    }
}

const CHECKED: &str = "the scenario was checked";

/// Builds the world as it is before block 0. Price files are found relative to `folder`.
///
/// # Errors
/// A price file that cannot be read any more, or debts that the lenders' supply does not carry.
pub fn world(scenario: &Scenario, folder: &Path, seed: u64) -> Result<World, GenesisError> {
    begin(scenario, folder, seed, Crowd::Whole)
}

/// Finds out whether [`world`] would fail. Blocks come at regular times, and of agents that hold nothing in a protocol
/// before the first block no more is made than the sum of what they hold.
///
/// # Errors
/// As of [`world`].
pub fn rehearse(scenario: &Scenario, folder: &Path, seed: u64) -> Result<(), GenesisError> {
    begin(scenario, folder, seed, Crowd::Staked).map(drop)
}

fn begin(scenario: &Scenario, folder: &Path, seed: u64, crowd: Crowd) -> Result<World, GenesisError> {
    let mut world = World::new();
    let block_time = match crowd {
        Crowd::Whole => scenario.block_time,
        Crowd::Staked => BlockTimeParams::Regular(scenario.block_time.mean()),
    };
    let clock = Clock::of(block_time, scenario.start, scenario.blocks, seed);
    world.insert_resource(ChainState::new(clock));
    let mut builder = Builder { scenario, world: &mut world };
    builder.tokens();
    builder.prices(folder, seed)?;
    builder.chain(folder)?;
    protocols(scenario, &mut world)?;
    agents::init(&mut world);
    let mut spawner = Spawner::new(&mut world, crowd);
    for population in &scenario.agents {
        if let Err(error) = population.spawn(&mut spawner) {
            let why = world.resource::<ChainState>().tokens.beyond(error);
            return Err(fault_of(EntityKind::POPULATION, population.name(), why));
        }
    }
    let Spawner { stakes, min_profit, redrawn, mut own_capital, .. } = spawner;
    world.resource_mut::<AgentDirectory>().redrawn = redrawn;
    world.insert_resource(min_profit);
    let settled = settle(scenario, &mut world, &stakes)?;
    if crowd == Crowd::Whole {
        for (account, token, units) in settled.scaled {
            let agent = world.resource::<AgentDirectory>().agent(account).expect("stakes are agents'");
            own_capital.correct(agent, token, units);
        }
        own_capital.shrink();
        world.resource_mut::<AgentDirectory>().own_capital = Arc::new(own_capital);
        agents::begin_with(&mut world, &settled.positions);
    }
    Ok(world)
}

/// Puts the protocols into the world.
fn protocols(scenario: &Scenario, world: &mut World) -> Result<(), GenesisError> {
    let mut genesis = Genesis::new(world);
    let opened = scenario.lists.open(&mut genesis);
    opened.map_err(|Unsettled { whose, message }| match whose {
        Some(Whose::Named(kind, name)) => GenesisError { about: Some((kind, name)), message },
        _ => fault(message),
    })?;
    let mut directory = genesis.directory;
    let chain = world.resource::<ChainState>();
    directory.first_wallet = u32::try_from(chain.ledger.accounts()).expect("accounts are numbered in u32");
    let pools = directory.pools.iter().map(|named| world.get::<Deployed>(named.entity).expect(CHECKED).as_pool());
    directory.paths = Paths::new(chain.tokens.priced, pools);
    world.insert_resource(directory);
    Ok(())
}

/// Writes what agents are in before the first block.
fn settle(scenario: &Scenario, world: &mut World, stakes: &[Staked]) -> Result<Settled, GenesisError> {
    let mut state = SystemState::<Settling>::new(world);
    let settled = scenario.lists.settle(stakes, &mut state.get_mut(world).expect(CHECKED));
    match settled {
        Ok(settled) => Ok(settled),
        Err(Unsettled { whose: None, message }) => Err(fault(message)),
        Err(Unsettled { whose: Some(Whose::Named(kind, name)), message }) => {
            Err(GenesisError { about: Some((kind, name)), message })
        }
        Err(Unsettled { whose: Some(Whose::Agent(account)), message }) => {
            let agents = world.resource::<AgentDirectory>();
            let agent = agents.agent(account).expect("stakes are agents'");
            let (population, number) = (agents.population(agent), agents.agents[agent.index()].number);
            let about = Some((EntityKind::POPULATION, population.name.clone()));
            Err(GenesisError { about, message: format!("number {number} of `{}`: {message}", population.name) })
        }
    }
}

struct Builder<'a> {
    scenario: &'a Scenario,
    world: &'a mut World,
}

impl Builder<'_> {
    /// Lists the tokens: the scenario's own, then those that protocols mint for shares of them.
    fn tokens(&mut self) {
        let token = |name: &str, decimals: u8| Token {
            name: name.to_owned(),
            decimals,
            one: libm::pow(10.0, f64::from(decimals)),
        };
        let mut list: Vec<Token> =
            self.scenario.tokens.iter().map(|params| token(&params.name, params.decimals)).collect();
        let priced = list.len();
        let find = |name: &str| token_id(list.iter().position(|token| token.name == name).expect(CHECKED));
        let (numeraire, native) = (find(&self.scenario.numeraire), find(&self.scenario.chain.native));
        for share in self.scenario.lists.share_tokens() {
            let decimals = match share.decimals {
                ShareDecimals::Fixed(decimals) => decimals,
                ShareDecimals::Of(name) => list[..priced].iter().find(|of| of.name == name).expect(CHECKED).decimals,
            };
            list.push(token(share.name, decimals));
        }
        let mut chain = self.world.resource_mut::<ChainState>();
        chain.ledger = Ledger::new(list.len());
        chain.tokens = Tokens { list, priced, numeraire, native };
    }

    /// Starts every price outside the chain, and the venue that trades at it.
    fn prices(&mut self, folder: &Path, seed: u64) -> Result<(), GenesisError> {
        let tokens = &self.world.resource::<ChainState>().tokens;
        let numeraire_decimals = tokens.get(tokens.numeraire).decimals;
        let (mut prices, mut books) = (Vec::new(), Vec::new());
        for (params, index) in self.scenario.tokens.iter().zip(0..) {
            let series = match &params.price {
                PriceParams::Replay(replay) => Some(load(Least::AboveZero, replay, folder)?),
                _ => None,
            };
            let process = PriceProcess::new(&params.price, seed, &params.name, series);
            let shocks = self.scenario.shocks.iter().zip(0..).filter(|(shock, _)| shock.token() == params.name);
            let shocks = shocks.map(|(shock, index)| Shock::new(shock, seed, index)).collect();
            let fundamental = process.price();
            let mut outside = OutsidePrice { token: token_id(index), process, shocks, fundamental };
            let start = outside.advance(0);
            let book = self.scenario.venue.iter().find(|book| book.token == params.name);
            let book = Venue::new(book, params.decimals, numeraire_decimals, start);
            books.push(
                book.map_err(|error| fault_of(EntityKind::TOKEN, &params.name, format_args!("its venue: {error}")))?,
            );
            prices.push(outside);
        }
        let names: Vec<&str> = self.scenario.tokens.iter().map(|token| token.name.as_str()).collect();
        let correlation = Correlation::new(&self.scenario.correlations, &names);
        self.world.insert_resource(correlation.map_err(|clash| fault(clash.to_string()))?);
        let horizon = self.scenario.agents.iter().map(|agent| agent.params().foresight()).max().unwrap_or(0);
        self.world.insert_resource(OutsidePrices(prices, Foresight::new(horizon)));
        self.world.resource_mut::<ChainState>().venues = Venues::new(books);
        Ok(())
    }

    /// Puts in what the block works with.
    fn chain(&mut self, folder: &Path) -> Result<(), GenesisError> {
        self.block_space(folder)?;
        let mut account = || self.world.resource_mut::<ChainState>().ledger.open_account();
        let named = NamedAccounts { founder: account(), locked: account(), treasury: account() };
        self.world.resource_mut::<ChainState>().named = named;
        self.world.init_resource::<Mempool>();
        self.world.init_resource::<EventLog>();
        self.world.init_resource::<LiquidatableList>();
        Ok(())
    }

    /// Puts in what gas costs, how much there is room for and who else wants it.
    fn block_space(&mut self, folder: &Path) -> Result<(), GenesisError> {
        let chain = &self.scenario.chain;
        let native = self.token(&chain.native);
        let decimals = self.world.resource::<ChainState>().tokens.get(native).decimals;
        let mut gas = BlockGas { limit: chain.gas_limit, schedule: chain.gas, ..BlockGas::default() };
        match &chain.base_fee {
            BaseFeeParams::Fixed(gwei) => gas.base_fee = gwei_to_units(*gwei, decimals),
            BaseFeeParams::Eip1559 { initial, target, change_denominator } => {
                gas.base_fee = gwei_to_units(*initial, decimals);
                let target = target.or(chain.gas_limit.map(|limit| limit / 2)).expect(CHECKED);
                self.world.insert_resource(Eip1559 { target, change_denominator: *change_denominator });
            }
            BaseFeeParams::Steps(steps) => {
                let mut prices = GasPrices::new(Series::steps(steps), GasUnit::Gwei, decimals);
                gas.base_fee = prices.at(0);
                self.world.insert_resource(prices);
            }
            BaseFeeParams::Replay(params) => {
                let mut prices = GasPrices::new(load(Least::Zero, &params.replay(), folder)?, params.unit, decimals);
                gas.base_fee = prices.at(0);
                self.world.insert_resource(prices);
            }
        }
        self.world.resource_mut::<ChainState>().gas = gas;
        if let Some(params) = &chain.background {
            let watched = params.rises.as_ref().map(|rises| self.token(&rises.token));
            let watched = watched.map(|token| (token, self.world.resource::<ChainState>().venues.price(token)));
            self.world.insert_resource(Demand::new(params, watched, decimals));
        }
        Ok(())
    }

    fn token(&self, name: &str) -> TokenId {
        let list = &self.world.resource::<ChainState>().tokens.list;
        token_id(list.iter().position(|token| token.name == name).expect(CHECKED))
    }
}

fn load(least: Least, replay: &ReplayParams, folder: &Path) -> Result<Series, GenesisError> {
    Series::load_from(least, replay, folder)
        .map_err(|errors| fault(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
}

fn token_id(index: usize) -> TokenId {
    TokenId(u16_of(index))
}

fn u16_of(index: usize) -> u16 {
    u16::try_from(index).expect("there are fewer than 2^16 of each")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::Identity;
    use crate::scenario::read_text;

    const CROWDED: &str = r#"Scenario(
        blocks: 9, block_time: Poisson("12 s"), numeraire: "USDC", chain: (native: "ETH", base_fee: Fixed(30)),
        tokens: [
            (name: "USDC", decimals: 6, price: Fixed(1)),
            (name: "ETH", decimals: 18, price: Fixed(2_000)),
        ],
        pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))],
        oracles: [
            (name: "ether", token: "ETH", sources: [(1, Outside)]),
            (name: "dollar", token: "USDC", sources: [(1, Outside)]),
        ],
        lending: [AaveV3(name: "aave", reserves: [
            (token: "ETH", oracle: "ether", ltv: 0.8, threshold: 0.825, bonus: 0.05),
            (token: "USDC", oracle: "dollar", supplied: "1_000_000"),
        ])],
        agents: [
            Trader(name: "traders", count: 3_000, pool: "pool", size: Fixed(5), capital: Fixed(900), gas_money: Fixed(1)),
            Borrower(
                name: "borrowers", count: 20, market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(1_000),
                owes: LoanToValue(Fixed(0.5)),
            ),
        ],
    )"#;

    /// A rehearsal finds what each token sums to and what is owed, and makes nobody who only has a wallet.
    #[test]
    fn a_rehearsal_makes_nobody_beyond_those_who_hold_something() {
        let checked = read_text("crowded", CROWDED, Path::new("")).unwrap_or_else(|said| panic!("{said:#?}"));
        let begin = |crowd| {
            let mut world = begin(&checked.scenario, Path::new(""), 1, crowd).unwrap();
            let agents = world.query::<&Identity>().iter(&world).count();
            let ledger = &world.resource::<ChainState>().ledger;
            let totals: Vec<Option<u128>> = (0..2).map(|token| ledger.total(TokenId(token))).collect();
            (agents, ledger.accounts(), totals)
        };
        let (whole, rehearsed) = (begin(Crowd::Whole), begin(Crowd::Staked));
        assert_eq!((whole.0, rehearsed.0), (3_020, 0));
        assert_eq!(whole.1 - rehearsed.1, 3_000, "twenty borrowers have accounts, and three thousand traders none");
        assert_eq!(whole.2, rehearsed.2);
    }
}
