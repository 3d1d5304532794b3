//! From a checked scenario to the world before block 0: tokens, pools, farms, banks, agents, and what they are in.
//!
//! Initial positions are written, not traded: liquidity is minted at the pool's ratio, debt is booked, supply is
//! deposited; no swap, no gas, no price moved.

use std::path::Path;

use bevy_ecs::system::SystemState;
use bevy_ecs::world::World;
use thiserror::Error;

use super::schema::{BankParams, BaseFeeParams, FarmParams, InterestParams, PoolParams, Scenario};
use crate::agents::liquidator::Liquidator;
use crate::agents::population::{Spawner, Stake};
use crate::agents::{self, AgentDirectory};
use crate::chain::base_fee::Eip1559;
use crate::chain::clock::{Clock, Seed};
use crate::chain::event::EventLog;
use crate::chain::gas::{BlockGas, gwei_to_units};
use crate::chain::ids::{AccountId, AgentId, BankId, FarmId, GoblinId, PoolId, TokenId};
use crate::chain::ledger::{Ledger, Source};
use crate::chain::mempool::Mempool;
use crate::chain::protocols::{
    BankCell, Directory, FarmCell, GoblinCell, Named, NamedAccounts, PoolCell, Protocols, ProtocolsMut,
};
use crate::chain::tokens::{Token, Tokens};
use crate::chain::underwater::{LeastMargin, Underwater, reorder};
use crate::chain::venue::Venue;
use crate::chain::venues::Venues;
use crate::market::background::Demand;
use crate::market::correlation::Correlation;
use crate::market::gas_price::GasPrices;
use crate::market::price::{PriceParams, PriceProcess};
use crate::market::series::{Least, Series};
use crate::market::shock::Shock;
use crate::market::{Emissions, OutsidePrice, OutsidePrices};
use crate::math::{Decimal, WAD, mul_div_down};
use crate::protocol::amm::uniswap_v2::{Pair, ProtocolFee};
use crate::protocol::amm::{Amounts, Pool};
use crate::protocol::farm::alpha_homora::{Bank, GenesisPosition, Goblin, GoblinParams, InterestModel, Legs, Site};
use crate::protocol::farm::staking_rewards::StakingRewards;

/// Why a scenario that reads well cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the market cannot begin: {0}")]
pub struct GenesisError(String);

fn fault(what: impl Into<String>) -> GenesisError {
    GenesisError(what.into())
}

const CHECKED: &str = "the scenario was checked";

/// Decimals of a liquidity token, as in the contract.
const LIQUIDITY_DECIMALS: u8 = 18;

/// Builds the world as it is before block 0. Price files are found relative to `folder`.
///
/// # Errors
/// A price file that cannot be read any more, or debts that the lenders' supply does not carry.
pub fn world(scenario: &Scenario, folder: &Path, seed: u64) -> Result<World, GenesisError> {
    let mut world = World::new();
    world.insert_resource(Seed(seed));
    world.insert_resource(Clock::of(scenario.block_time, scenario.start, scenario.blocks, seed));
    world.insert_resource(scenario.chain.gas);
    let mut builder = Builder { scenario, world: &mut world, directory: Directory::default() };
    builder.tokens();
    builder.prices(folder, seed)?;
    builder.chain(folder)?;
    builder.pools()?;
    builder.farms()?;
    builder.banks()?;
    let directory = builder.directory;
    world.insert_resource(directory);
    agents::init(&mut world);
    let mut spawner = Spawner::new(&mut world);
    for population in &scenario.agents {
        population
            .spawn(&mut spawner)
            .map_err(|error| fault(format!("population `{}`: {error}", population.name())))?;
    }
    let stakes = spawner.stakes;
    let margins = least_margins(&mut world);
    world.insert_resource(margins);
    Opening::new(scenario, &mut world).stakes(&stakes)?;
    Ok(world)
}

struct Builder<'a> {
    scenario: &'a Scenario,
    world: &'a mut World,
    directory: Directory,
}

impl Builder<'_> {
    /// Lists the tokens: the scenario's own, then the liquidity of its pools and the shares of its banks.
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
        for PoolParams::UniswapV2 { name, .. } in &self.scenario.pools {
            list.push(token(name, LIQUIDITY_DECIMALS));
        }
        for BankParams::AlphaHomora { name, base, .. } in &self.scenario.banks {
            let decimals = list[..priced].iter().find(|token| token.name == *base).expect(CHECKED).decimals;
            list.push(token(name, decimals));
        }
        self.world.insert_resource(Ledger::new(list.len()));
        self.world.insert_resource(Tokens { list, priced, numeraire, native });
    }

    /// Starts every price outside the chain, and the venue that trades at it.
    fn prices(&mut self, folder: &Path, seed: u64) -> Result<(), GenesisError> {
        let tokens = self.world.resource::<Tokens>();
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
            let mut outside = OutsidePrice { token: token_id(index), process, shocks };
            let start = outside.advance(0);
            let book = self.scenario.venue.iter().find(|book| book.token == params.name);
            let book = Venue::new(book, params.decimals, numeraire_decimals, start);
            books.push(book.map_err(|error| fault(format!("the venue of {}: {error}", params.name)))?);
            prices.push(outside);
        }
        let names: Vec<&str> = self.scenario.tokens.iter().map(|token| token.name.as_str()).collect();
        let correlation = Correlation::new(&self.scenario.correlations, &names);
        self.world.insert_resource(correlation.map_err(|clash| fault(clash.to_string()))?);
        self.world.insert_resource(OutsidePrices(prices));
        self.world.insert_resource(Venues::new(books));
        Ok(())
    }

    /// Puts in what the block works with.
    fn chain(&mut self, folder: &Path) -> Result<(), GenesisError> {
        self.block_space(folder)?;
        let mut account = || self.world.resource_mut::<Ledger>().open_account();
        let named = NamedAccounts { founder: account(), locked: account(), treasury: account() };
        self.world.insert_resource(named);
        self.world.init_resource::<Mempool>();
        self.world.init_resource::<EventLog>();
        self.world.init_resource::<Underwater>();
        Ok(())
    }

    /// Puts in what gas costs, how much there is room for and who else wants it.
    fn block_space(&mut self, folder: &Path) -> Result<(), GenesisError> {
        let chain = &self.scenario.chain;
        let native = self.token(&chain.native);
        let decimals = self.world.resource::<Tokens>().get(native).decimals;
        let mut gas = BlockGas { limit: chain.gas_limit, ..BlockGas::default() };
        match &chain.base_fee {
            BaseFeeParams::Fixed(gwei) => gas.base_fee = gwei_to_units(*gwei, decimals),
            BaseFeeParams::Eip1559 { initial, target, change_denominator } => {
                gas.base_fee = gwei_to_units(*initial, decimals);
                let target = target.or(chain.gas_limit.map(|limit| limit / 2)).expect(CHECKED);
                self.world.insert_resource(Eip1559 { target, change_denominator: *change_denominator });
            }
            BaseFeeParams::Replay(params) => {
                let mut prices = GasPrices::new(load(Least::Zero, &params.replay(), folder)?, params.unit, decimals);
                gas.base_fee = prices.at(0);
                self.world.insert_resource(prices);
            }
        }
        self.world.insert_resource(gas);
        if let Some(params) = &chain.background {
            let watched = params.rises.as_ref().map(|rises| self.token(&rises.token));
            let watched = watched.map(|token| (token, self.world.resource::<Venues>().price(token)));
            self.world.insert_resource(Demand::new(params, watched, decimals));
        }
        Ok(())
    }

    fn pools(&mut self) -> Result<(), GenesisError> {
        let named = *self.world.resource::<NamedAccounts>();
        for (params, index) in self.scenario.pools.iter().zip(0_u16..) {
            let PoolParams::UniswapV2 { name, tokens, reserves, fee_bps, protocol_fee } = params;
            let ids = [self.token(&tokens.0), self.token(&tokens.1)];
            let held = Amounts { token_0: self.units(ids[0], &reserves.0), token_1: self.units(ids[1], &reserves.1) };
            let protocol_fee = if *protocol_fee { ProtocolFee::On } else { ProtocolFee::Off };
            let refused = |error| fault(format!("pool {name}: {error}"));
            let mut pair = Pair::new(*fee_bps, protocol_fee).map_err(refused)?;
            let minted = pair.mint(held, self.scenario.start).map_err(refused)?;
            let liquidity = token_id(self.scenario.tokens.len() + usize::from(index));
            let account = self.open();
            let mut ledger = self.world.resource_mut::<Ledger>();
            ledger.issue(Source::Genesis, account, ids[0], held.token_0);
            ledger.issue(Source::Genesis, account, ids[1], held.token_1);
            ledger.issue(Source::Shares, named.founder, liquidity, minted.liquidity);
            ledger.issue(Source::Shares, named.locked, liquidity, minted.locked);
            let pool = Pool::UniswapV2(pair);
            let cell = PoolCell { id: PoolId(index), account, tokens: ids, liquidity, pool, volume_1: 0 };
            let entity = self.world.spawn(cell).id();
            self.directory.pools.push(Named { name: name.clone(), entity });
        }
        Ok(())
    }

    fn farms(&mut self) -> Result<(), GenesisError> {
        let mut emissions = Vec::new();
        let clock = self.world.resource::<Clock>().clone();
        for (params, index) in self.scenario.farms.iter().zip(0..) {
            let FarmParams::StakingRewards { name, pool, reward, duration, emissions: funding } = params;
            let id = FarmId(index);
            let pool = find(&self.directory.pools, pool);
            let staked = self.world.get::<PoolCell>(self.directory.pools[pool].entity).expect(CHECKED).liquidity;
            let reward = self.token(reward);
            emissions.extend(funding.iter().map(|(at, amount)| (clock.block_at(*at), id, self.units(reward, amount))));
            let account = self.world.resource_mut::<Ledger>().open_account();
            let farm = StakingRewards::new(duration.ms / 1_000);
            let entity = self.world.spawn(FarmCell { id, account, staked, reward, farm }).id();
            self.directory.farms.push(Named { name: name.clone(), entity });
        }
        let rewards = emissions.iter().try_fold(0_u128, |sum, (.., amount)| sum.checked_add(*amount));
        if rewards.is_none_or(|rewards| rewards > Ledger::MOST_SUPPLY) {
            let most = Ledger::MOST_SUPPLY;
            return Err(fault(format!("the farms' `emissions` are together more than {most} smallest units")));
        }
        emissions.sort_by_key(|(block, ..)| std::cmp::Reverse(*block));
        self.world.insert_resource(Emissions(emissions));
        Ok(())
    }

    fn banks(&mut self) -> Result<(), GenesisError> {
        for (params, index) in self.scenario.banks.iter().zip(0_u16..) {
            let BankParams::AlphaHomora { name, base, goblins, .. } = params;
            let id = BankId(index);
            let base = self.token(base);
            let shares = token_id(self.scenario.tokens.len() + self.scenario.pools.len() + usize::from(index));
            let account = self.open();
            let bank = Bank::new(self.bank_params(params, base), self.scenario.start);
            let goblins = goblins.iter().map(|goblin| self.goblin(goblin, id, base)).collect::<Result<_, _>>()?;
            let entity = self.world.spawn(BankCell { id, account, base, shares, goblins, bank }).id();
            self.directory.banks.push(Named { name: name.clone(), entity });
        }
        Ok(())
    }

    fn bank_params(&self, params: &BankParams, base: TokenId) -> crate::protocol::farm::alpha_homora::BankParams {
        let BankParams::AlphaHomora { min_debt, reserve_bps, kill_bps, interest, .. } = params;
        crate::protocol::farm::alpha_homora::BankParams {
            min_debt: self.units(base, min_debt),
            reserve_bps: *reserve_bps,
            kill_bps: *kill_bps,
            interest: match interest {
                InterestParams::TripleSlope => InterestModel::TripleSlope,
                InterestParams::Constant(rate) => InterestModel::Constant { rate_per_second_wad: per_second(*rate) },
            },
        }
    }

    fn goblin(
        &mut self,
        params: &super::schema::GoblinParams,
        bank: BankId,
        base: TokenId,
    ) -> Result<GoblinId, GenesisError> {
        let id = GoblinId(u16::try_from(self.directory.goblins.len()).expect("there are fewer than 2^16 goblins"));
        let pool = find(&self.directory.pools, &params.pool);
        let farm = FarmId(u16_of(find(&self.directory.farms, &params.farm)));
        let reward_pool = PoolId(u16_of(find(&self.directory.pools, &params.reward_pool)));
        let account = self.open();
        let cell = self.world.get::<PoolCell>(self.directory.pools[pool].entity).expect(CHECKED);
        let goblin_params = GoblinParams {
            base_side: cell.side_of(base).expect(CHECKED),
            work_factor_bps: bps(params.work_factor),
            kill_factor_bps: bps(params.kill_factor),
            reinvest_bounty_bps: params.reinvest_bounty_bps,
        };
        let goblin = Goblin::new(account, goblin_params, cell.pool.uniswap_v2())
            .map_err(|error| fault(format!("goblin {}: {error}", params.name)))?;
        let pool = PoolId(u16_of(pool));
        let order = crate::chain::price_order::PriceOrder::default();
        let cell = GoblinCell { id, account, bank, pool, farm, reward_pool, goblin, order };
        let entity = self.world.spawn(cell).id();
        self.directory.goblins.push(Named { name: params.name.clone(), entity });
        Ok(id)
    }

    fn open(&mut self) -> AccountId {
        self.world.resource_mut::<Ledger>().open_account()
    }

    fn token(&self, name: &str) -> TokenId {
        let list = &self.world.resource::<Tokens>().list;
        token_id(list.iter().position(|token| token.name == name).expect(CHECKED))
    }

    fn units(&self, token: TokenId, amount: &Decimal) -> u128 {
        amount.to_units(self.world.resource::<Tokens>().get(token).decimals).expect(CHECKED)
    }
}

fn load(least: Least, replay: &crate::market::price::ReplayParams, folder: &Path) -> Result<Series, GenesisError> {
    Series::load_from(least, replay, folder)
        .map_err(|errors| fault(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
}

fn find(list: &[Named], name: &str) -> usize {
    list.iter().position(|named| named.name == name).expect(CHECKED)
}

fn token_id(index: usize) -> TokenId {
    TokenId(u16_of(index))
}

fn u16_of(index: usize) -> u16 {
    u16::try_from(index).expect("there are fewer than 2^16 of each")
}

/// Returns a share such as 0.87 in basis points; it was checked to be a whole number of them.
fn bps(share: f64) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be between 0 and 1")]
    let bps = (share * 10_000.0).round() as u16;
    bps
}

/// Returns a yearly rate per second, wad, rounded down, for a year of 365 days as in the contract.
fn per_second(rate: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked not to be below 0")]
    let per_year = (rate * WAD as f64) as u128;
    per_year / (365 * 86_400)
}

/// Returns, for each bank, the least gain for which one of its liquidators acts.
fn least_margins(world: &mut World) -> LeastMargin {
    let mut margins = vec![None; world.resource::<Directory>().banks.len()];
    for liquidator in world.query::<&Liquidator>().iter(world) {
        let margin: &mut Option<f64> = &mut margins[liquidator.bank().index()];
        *margin = Some(margin.map_or(liquidator.margin, |least| least.min(liquidator.margin)));
    }
    LeastMargin(margins)
}

/// Writes what agents are in before the first block.
struct Opening<'a> {
    scenario: &'a Scenario,
    world: &'a mut World,
}

impl<'a> Opening<'a> {
    fn new(scenario: &'a Scenario, world: &'a mut World) -> Self {
        Self { scenario, world }
    }

    fn stakes(&mut self, stakes: &[(AgentId, Stake)]) -> Result<(), GenesisError> {
        let mut state = SystemState::<(Protocols, bevy_ecs::prelude::Res<AgentDirectory>)>::new(self.world);
        let supplies = {
            let (protocols, _) = state.get(self.world).expect(CHECKED);
            let banks = self.scenario.banks.iter().zip(0..);
            banks.map(|(params, index)| Supply::of(params, BankId(index), stakes, &protocols)).collect::<Vec<_>>()
        };
        let mut state = SystemState::<Writing>::new(self.world);
        let mut writing = state.get_mut(self.world).expect(CHECKED);
        for (agent, stake) in stakes {
            if let Stake::Supply { bank, amount } = stake {
                let amount = supplies[bank.index()].scaled(*amount)?;
                writing.deposit(*agent, *bank, amount)?;
            }
        }
        supplies.iter().try_for_each(|supply| supply.carries_debt(&writing))?;
        for (agent, stake) in stakes {
            if let Stake::Position { goblin, equity, debt } = stake {
                writing.open(*agent, *goblin, *equity, *debt)?;
            }
        }
        Ok(())
    }
}

/// What a bank is supplied with and owed at genesis, in smallest units.
struct Supply {
    bank: BankId,
    name: String,
    drawn: u128,
    debt: u128,
    /// What is supplied in the end: as drawn, or what the stated utilisation asks for.
    wanted: u128,
}

impl Supply {
    fn of(params: &BankParams, id: BankId, stakes: &[(AgentId, Stake)], protocols: &Protocols) -> Self {
        let BankParams::AlphaHomora { name, utilisation, .. } = params;
        // What saturates here is refused when it is supplied or borrowed.
        let (mut drawn, mut debt_of_bank) = (0_u128, 0_u128);
        for (_, stake) in stakes {
            match stake {
                Stake::Supply { bank, amount } if *bank == id => drawn = drawn.saturating_add(*amount),
                Stake::Position { goblin, debt, .. } if protocols.goblin(*goblin).bank == id => {
                    debt_of_bank = debt_of_bank.saturating_add(*debt);
                }
                _ => {}
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an amount over a share of one")]
        let wanted = utilisation
            .filter(|_| debt_of_bank > 0)
            .map_or(drawn, |utilisation| (debt_of_bank as f64 / utilisation).ceil() as u128);
        Self { bank: id, name: name.clone(), drawn, debt: debt_of_bank, wanted }
    }

    /// Returns what one lender supplies of what it drew.
    fn scaled(&self, amount: u128) -> Result<u128, GenesisError> {
        if self.wanted == self.drawn {
            return Ok(amount);
        }
        mul_div_down(amount, self.wanted, self.drawn).map_err(|error| fault(format!("bank {}: {error}", self.name)))
    }

    fn carries_debt(&self, writing: &Writing) -> Result<(), GenesisError> {
        let base = writing.protocols.bank_ref(self.bank).base;
        let whole = |units| writing.tokens.whole(base, units);
        let supplied = writing.ledger.balance(writing.protocols.bank_ref(self.bank).account, base);
        if supplied < self.debt {
            let name = &writing.tokens.get(base).name;
            return Err(fault(format!(
                "the farmers of bank {} borrow {:.0} {name} before the first block, and its lenders supply {:.0}; \
                 raise the lenders' `supply` or `count`, lower the farmers' `capital` or `leverage`, or state the \
                 bank's `utilisation` to have supplies scaled to the debt",
                self.name,
                whole(self.debt),
                whole(supplied),
            )));
        }
        Ok(())
    }
}

/// What genesis writes.
#[derive(bevy_ecs::system::SystemParam)]
struct Writing<'w, 's> {
    clock: bevy_ecs::prelude::Res<'w, Clock>,
    tokens: bevy_ecs::prelude::Res<'w, Tokens>,
    agents: bevy_ecs::prelude::Res<'w, AgentDirectory>,
    named: bevy_ecs::prelude::Res<'w, NamedAccounts>,
    ledger: bevy_ecs::prelude::ResMut<'w, Ledger>,
    protocols: ProtocolsMut<'w, 's>,
    farmers: bevy_ecs::prelude::Query<'w, 's, &'static mut crate::agents::farmer::Farmer>,
}

impl Writing<'_, '_> {
    fn refused(&self, agent: AgentId, error: impl std::fmt::Display) -> GenesisError {
        let listed = self.agents.agents[agent.index()];
        let population = &self.agents.populations[usize::from(listed.population)].name;
        fault(format!("number {} of `{population}`: {error}", listed.number))
    }

    fn deposit(&mut self, agent: AgentId, bank: BankId, amount: u128) -> Result<(), GenesisError> {
        let now = self.clock.now();
        let cell = self.protocols.bank(bank);
        self.ledger.can_issue(cell.base, amount).map_err(|error| fault(format!("the bank's lenders: {error}")))?;
        let receipt = cell.bank.deposit(amount, now);
        let (account, base, shares) = (cell.account, cell.base, cell.shares);
        let receipt = receipt.map_err(|error| self.refused(agent, error))?;
        self.ledger.issue(Source::Genesis, account, base, receipt.value);
        self.ledger.issue(Source::Shares, self.agents.account(agent), shares, receipt.share);
        Ok(())
    }

    /// Opens a leveraged position: half of it in each token at the pool's ratio.
    fn open(&mut self, agent: AgentId, goblin: GoblinId, equity: u128, debt: u128) -> Result<(), GenesisError> {
        let (now, owner) = (self.clock.now(), self.agents.account(agent));
        let at = self.protocols.leveraged_farm(goblin);
        let base_side = at.goblin.goblin.params().base_side;
        let (reserve, other) = at.pool.pool.amm().reserves().starting_with(base_side);
        let base = equity.midpoint(debt);
        let amounts = mul_div_down(base, other, reserve).map(|farmed| Legs { base, farmed });
        let receipt = amounts.map_err(Into::into).and_then(|amounts| {
            let opening = GenesisPosition { owner, goblin, debt, amounts };
            let (goblin, farm) = (&mut at.goblin.goblin, &mut at.farm.farm);
            at.bank.bank.open_at_genesis(opening, &mut Site { goblin, farm, pair: at.pool.pool.uniswap_v2_mut() }, now)
        });
        let receipt = match receipt {
            Ok(receipt) => receipt,
            Err(error) => return Err(self.refused(agent, error)),
        };
        let row = *at.bank.bank.position(receipt.position).expect("it was just written");
        reorder(&mut at.goblin.order, receipt.position, row, at.pool, at.farm, &at.goblin.goblin);
        let (base, farmed) = (at.pool.token(base_side), at.pool.token(base_side.other()));
        self.ledger.retire(Source::Genesis, at.bank.account, base, receipt.debt).expect("the bank's books say so");
        self.ledger.issue(Source::Genesis, at.pool.account, base, receipt.used.base);
        self.ledger.issue(Source::Genesis, at.pool.account, farmed, receipt.used.farmed);
        self.ledger.issue(Source::Shares, at.farm.account, at.pool.liquidity, receipt.lp_staked);
        self.ledger.issue(Source::Shares, self.named.treasury, at.pool.liquidity, receipt.lp_protocol_fee);
        let entity = self.agents.agents[agent.index()].entity;
        self.farmers.get_mut(entity).expect("positions belong to farmers").opened_at_genesis(receipt.position);
        Ok(())
    }
}
