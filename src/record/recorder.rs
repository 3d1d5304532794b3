//! Fills the tables from the world while a run goes on.

use bevy_ecs::prelude::{Res, ResMut, Resource};

use super::amount::Amount;
use super::books::Books;
use super::csv::Steady;
use super::events::{Event as EventRow, EventKind};
use super::folder::{FolderError, OutputFolder};
use super::maps::{Drawn, Maps};
use super::summary::{PoolSummary, PricePath, Summary, TokenSummary, Waits};
use super::table::Table;
use super::ticks::{
    AssetTick, BankTick, BlockTick, GoblinTick, LendingTick, LiquidatableTick, OracleTick, PoolTick, Tick, TickNames,
    TokenTick,
};
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::event::{Event, EventLog, What};
use crate::chain::ids::{AgentId, TokenId};
use crate::chain::lending::{Asset, LendingCell};
use crate::chain::liquidation_map::{Liquidatable, exposures, liquidatable};
use crate::chain::mempool::Mempool;
use crate::chain::oracles::{Feed, wad_to_f64};
use crate::chain::protocols::{BankCell, GoblinCell, PoolCell};
use crate::chain::transaction::LendingCall;
use crate::chain::underwater::Level;
use crate::market::OutsidePrices;
use crate::protocol::amm::Direction;
use crate::protocol::farm::alpha_homora::PositionId;

/// Which of the tables that grow block by block are written.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct Wanted {
    /// Whether integer columns are added.
    pub exact: bool,
    /// Whether `events.csv` is written.
    pub events: bool,
    /// Whether it holds swaps that went through.
    pub swaps: bool,
    /// Falls of the price of which `ticks.csv` says what they would make liquidatable.
    pub liquidatable_at: Vec<f64>,
    /// When the liquidation map is drawn.
    pub map: Drawn,
    /// Whether `health_map.csv` is written.
    pub health: bool,
}

/// The tables that grow block by block, and the sums that the summary is made of.
#[derive(Debug, Resource)]
pub struct Recorder {
    ticks: Option<Table>,
    events: Option<Table>,
    swaps: bool,
    row: Tick,
    falls: Vec<f64>,
    liquidatable: Vec<Liquidatable>,
    /// What the tables of maps are made of; none without a folder.
    pub maps: Option<Maps>,
    /// The sums so far; the end of the run fills in the rest.
    pub summary: Summary,
    /// For how long liquidations waited for their block.
    waits: Waits,
    /// What went wrong with a file, if anything did.
    pub failed: Option<FolderError>,
}

impl Recorder {
    /// Opens the tables in a folder; without one, only the sums are kept.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn open(sees: &View, folder: Option<&mut OutputFolder>, wanted: Wanted) -> Result<Self, FolderError> {
        let directory = &sees.protocols.directory;
        let names = |list: &[crate::chain::protocols::Named]| list.iter().map(|named| named.name.clone()).collect();
        let names = TickNames {
            tokens: sees.tokens.priced().map(|token| sees.tokens.get(token).name.clone()).collect(),
            pools: names(&directory.pools),
            oracles: sees.oracles.0.iter().map(|feed| feed.name.clone()).collect(),
            lending: names(&directory.lending),
            assets: asset_names(sees),
            banks: names(&directory.banks),
            goblins: names(&directory.goblins),
            liquidatable: liquidatable_names(&names(&directory.goblins), &wanted.liquidatable_at),
        };
        let maps = (folder.is_some() && !directory.goblins.is_empty()).then(|| Maps::new(wanted.map, wanted.health));
        let (mut ticks, mut events) = (None, None);
        if let Some(folder) = folder {
            ticks = Some(Table::open_ticks(folder, &names, wanted.exact)?);
            if wanted.events {
                events = Some(Table::open::<EventRow>(folder, "events.csv", wanted.exact)?);
            }
        }
        let ticks_are_written = ticks.is_some();
        Ok(Self {
            ticks,
            events,
            swaps: wanted.swaps,
            row: Tick::default(),
            falls: if ticks_are_written { wanted.liquidatable_at } else { vec![] },
            liquidatable: Vec::new(),
            maps,
            summary: beginning(sees, &names),
            waits: Waits::default(),
            failed: None,
        })
    }

    /// Closes the tables.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn close(&mut self, folder: &mut OutputFolder) -> Result<(), FolderError> {
        for table in [self.ticks.take(), self.events.take()].into_iter().flatten() {
            table.close(folder)?;
        }
        Ok(())
    }

    /// Returns the sums, the run being over.
    pub fn summed(self) -> Summary {
        let mut summary = self.summary;
        summary.liquidations.waited_blocks_mean = self.waits.mean();
        summary.liquidations.waited_blocks_p95 = self.waits.p95();
        summary.block_space.base_fee_gwei_mean /= (summary.blocks as f64).max(1.0);
        summary
    }
}

/// Returns a name for each asset of each lending market.
fn asset_names(sees: &View) -> Vec<String> {
    let named = |cell: &LendingCell| {
        let market = &sees.protocols.directory.lending[cell.id.index()].name;
        let name = |asset: &Asset| format!("{market} {}", sees.tokens.get(asset.token).name);
        cell.assets.iter().map(name).collect::<Vec<_>>()
    };
    sees.protocols.all_lending().flat_map(named).collect()
}

/// Returns what the columns of each goblin and fall begin with.
fn liquidatable_names(goblins: &[String], falls: &[f64]) -> Vec<String> {
    let of_goblin = |goblin: &String| {
        let goblin = goblin.clone();
        // A thousandth of a percent is as fine as a name tells.
        falls.iter().map(move |fall| format!("{goblin} liquidatable at {}", (fall * 1e5).round() / 1e3))
    };
    goblins.iter().flat_map(of_goblin).collect()
}

/// Returns a summary as it is before the first block.
fn beginning(sees: &View, names: &TickNames) -> Summary {
    let path = |token| PricePath::new(sees.venues.price(token));
    let tokens = sees.tokens.priced().map(path).zip(&names.tokens);
    let pools = sees.protocols.pools().map(|cell| PricePath::new(pool_price(sees, cell))).zip(&names.pools);
    Summary {
        seed: sees.seed.0,
        numeraire: sees.tokens.get(sees.tokens.numeraire).name.clone(),
        tokens: tokens.map(|(path, name)| TokenSummary { name: name.clone(), price_outside_numeraire: path }).collect(),
        pools: pools.map(|(price, name)| PoolSummary { name: name.clone(), price, volume_numeraire: 0.0 }).collect(),
        ..Summary::default()
    }
}

/// Returns a pool's marginal price: whole tokens 1 per whole token 0.
pub(super) fn pool_price(sees: &View, cell: &PoolCell) -> f64 {
    let spot = cell.pool.amm().spot_price(Direction { pays: 0, takes: 1 });
    spot * sees.tokens.get(cell.tokens[0]).one / sees.tokens.get(cell.tokens[1]).one
}

/// Takes the block into the books, and writes its rows.
pub fn record_block(
    sees: View,
    log: Res<EventLog>,
    mempool: Res<Mempool>,
    outside: Res<OutsidePrices>,
    agents: Res<AgentDirectory>,
    mut books: ResMut<Books>,
    mut recorder: ResMut<Recorder>,
) {
    for event in &*log {
        books.take_in(event, &sees, &agents);
    }
    let written = recorder.tick(&sees, &log, &mempool, &outside).and(recorder.events(&sees, &log, &agents));
    if let Err(error) = written {
        recorder.failed.get_or_insert(error);
    }
}

impl Recorder {
    /// Writes the block's row of `ticks.csv`, and follows what the summary follows.
    fn tick(
        &mut self,
        sees: &View,
        log: &EventLog,
        mempool: &Mempool,
        outside: &OutsidePrices,
    ) -> Result<(), FolderError> {
        let row = &mut self.row;
        row.clear();
        row.block = block_tick(sees, log, mempool, &mut self.summary, &mut self.waits);
        row.tokens.extend(outside.0.iter().map(|outside| TokenTick {
            price_outside_numeraire: sees.venues.price(outside.token),
            price_fundamental_numeraire: outside.process.price(),
        }));
        row.pools.extend(sees.protocols.pools().map(|cell| pool_tick(sees, cell)));
        row.oracles.extend(sees.oracles.0.iter().map(|feed| oracle_tick(sees, feed)));
        for cell in sees.protocols.all_lending() {
            row.lending.push(lending_tick(sees, cell));
            row.assets.extend((0..).zip(&cell.assets).map(|(place, _)| asset_tick(sees, cell, place)));
        }
        row.banks.extend(sees.protocols.banks().map(|cell| bank_tick(sees, cell)));
        row.goblins.extend(sees.protocols.goblins().map(|cell| goblin_tick(sees, cell)));
        if !self.falls.is_empty() {
            for cell in sees.protocols.goblins() {
                let ground = sees.ground(cell);
                let unit = sees.worth(ground.bank.base, 1);
                liquidatable(exposures(cell, &ground), &self.falls, &mut self.liquidatable);
                row.liquidatable.extend(
                    self.liquidatable
                        .iter()
                        .map(|at| at.times(unit))
                        .map(|at| LiquidatableTick { debt_numeraire: at.debt, collateral_numeraire: at.collateral }),
                );
            }
        }
        if let Some(maps) = &mut self.maps {
            maps.look(sees, row.block.liquidated_debt_numeraire);
        }
        follow(row, &mut self.summary);
        self.ticks.as_mut().map_or(Ok(()), |table| table.tick(row))
    }

    /// Writes the block's rows of `events.csv`.
    fn events(&mut self, sees: &View, log: &EventLog, agents: &AgentDirectory) -> Result<(), FolderError> {
        let Some(table) = &mut self.events else { return Ok(()) };
        let trade = |event: &&Event| matches!(event.what, What::Swapped { .. } | What::VenueTraded { .. });
        for event in log.iter().filter(|event| self.swaps || !trade(event)) {
            table.row(&event_row(sees, agents, event))?;
        }
        Ok(())
    }
}

/// Follows prices, volumes and health into the summary.
fn follow(row: &Tick, summary: &mut Summary) {
    let block = row.block.block;
    for (token, tick) in summary.tokens.iter_mut().zip(&row.tokens) {
        token.price_outside_numeraire.follow(block, tick.price_outside_numeraire);
    }
    for (pool, tick) in summary.pools.iter_mut().zip(&row.pools) {
        pool.price.follow(block, tick.price);
        pool.volume_numeraire += tick.volume_numeraire;
    }
    for lowest in row.goblins.iter().filter_map(|goblin| goblin.health_factor_lowest) {
        summary.health_factor_lowest = Some(summary.health_factor_lowest.map_or(lowest, |least| least.min(lowest)));
    }
    summary.blocks = block + 1;
}

fn block_tick(sees: &View, log: &EventLog, mempool: &Mempool, summary: &mut Summary, waits: &mut Waits) -> BlockTick {
    let native = sees.tokens.get(sees.tokens.native);
    let mut tick = BlockTick {
        block: sees.clock.block,
        time_s: sees.clock.now(),
        base_fee_gwei: Steady(sees.gas.base_fee as f64 / (native.one / 1e9)),
        gas_used: sees.gas.used,
        gas_used_background: sees.gas.background,
        waiting: u32::try_from(mempool.waiting()).unwrap_or(u32::MAX),
        ..BlockTick::default()
    };
    for event in log {
        tick.transactions += u32::from(event.gas > 0);
        match &event.what {
            What::Reverted { reason, .. } => {
                tick.reverts += 1;
                *summary.reverts_by_reason.entry(reason.kind().to_owned()).or_default() += 1;
            }
            What::Killed(at) => {
                let base = sees.protocols.bank(at.bank).base;
                let (debt, bad_debt) = (sees.worth(base, at.receipt.debt), sees.worth(base, at.receipt.bad_debt));
                tick.liquidations += 1;
                tick.liquidated_debt_numeraire += debt;
                tick.bad_debt_numeraire += bad_debt;
                summary.liquidations.add(tick.block, debt, bad_debt);
                waits.add(event.waited);
            }
            What::Liquidated(at) => {
                let debt = sees.worth(at.debt, at.done.repaid);
                let bad_debt = sees.worth(at.debt, at.done.bad_debt + at.stranded);
                tick.liquidations += 1;
                tick.liquidated_debt_numeraire += debt;
                tick.bad_debt_numeraire += bad_debt;
                summary.liquidations.add(tick.block, debt, bad_debt);
                waits.add(event.waited);
            }
            What::Expired { .. } => tick.expired += 1,
            What::Replaced { .. } => summary.block_space.replaced += 1,
            _ => {}
        }
    }
    summary.transactions += u64::from(tick.transactions);
    summary.reverts += u64::from(tick.reverts);
    let space = &mut summary.block_space;
    space.expired += u64::from(tick.expired);
    space.add(tick.gas_used, tick.gas_used_background, tick.base_fee_gwei.0, tick.waiting.into());
    tick
}

fn amount(sees: &View, token: TokenId, units: u128) -> Amount {
    Amount { units, decimals: sees.tokens.get(token).decimals }
}

fn pool_tick(sees: &View, cell: &PoolCell) -> PoolTick {
    let amm = cell.pool.amm();
    let paid = cell.tokens.iter().zip(&cell.volume).filter(|(_, paid)| **paid > 0);
    PoolTick {
        price: pool_price(sees, cell),
        reserve_0: amount(sees, cell.tokens[0], amm.balance(0)),
        reserve_1: amount(sees, cell.tokens[1], amm.balance(1)),
        volume_numeraire: paid.map(|(token, paid)| sees.worth(*token, *paid)).sum(),
    }
}

fn oracle_tick(sees: &View, feed: &Feed) -> OracleTick {
    let price = feed.answer();
    OracleTick { price_numeraire: price, error_ratio: price / sees.venues.price(feed.token) - 1.0 }
}

fn lending_tick(sees: &View, cell: &LendingCell) -> LendingTick {
    let level = cell.level(&sees.oracles, &sees.tokens, sees.clock.now());
    let (quantiles, debt) = cell.orders.health_factors(&level, QUANTILES);
    let prices = cell.prices(&sees.oracles);
    let health = |account| cell.lending().health(account, &prices, sees.clock.now()).ok();
    let factors = cell.orders.leaders().filter_map(health).map(|health| health.factor);
    let lowest = factors.reduce(f64::min);
    let quantiles = quantiles.zip(lowest).map(|(quantiles, lowest)| quantiles.map(|at| Some(at.max(lowest))));
    let [p01, p05, p25, p50] = quantiles.unwrap_or_default();
    LendingTick {
        open_loans: cell.orders.open(),
        debt_numeraire: debt,
        health_factor_lowest: lowest,
        health_factor_p01: p01,
        health_factor_p05: p05,
        health_factor_p25: p25,
        health_factor_p50: p50,
        parked: u32::try_from(cell.orders.parked()).unwrap_or(u32::MAX),
    }
}

fn asset_tick(sees: &View, cell: &LendingCell, place: u8) -> AssetTick {
    let totals = cell.lending().totals(place, sees.clock.now());
    let token = cell.asset(place).token;
    AssetTick {
        supplied: amount(sees, token, totals.supplied),
        borrowed: amount(sees, token, totals.borrowed),
        idle: amount(sees, token, totals.idle),
        utilisation_ratio: if totals.supplied == 0 { 0.0 } else { totals.borrowed as f64 / totals.supplied as f64 },
        borrow_rate_ratio: totals.borrow_rate,
        supply_rate_ratio: totals.supply_rate,
    }
}

fn bank_tick(sees: &View, cell: &BankCell) -> BankTick {
    let books = cell.books_at(sees.clock.now());
    let rate = cell.bank.params().interest.rate_per_second_wad(books.debt_value, books.balance).unwrap_or(0);
    BankTick {
        debt: amount(sees, cell.base, books.debt_value),
        idle: amount(sees, cell.base, books.balance),
        reserve: amount(sees, cell.base, books.reserve),
        utilisation_ratio: books.debt_value as f64 / (books.debt_value as f64 + books.balance as f64),
        borrow_rate_ratio: rate as f64 / 1e18 * 365.0 * 86_400.0,
    }
}

/// Debt shares at which quantiles of health are read.
const QUANTILES: [f64; 4] = [0.01, 0.05, 0.25, 0.5];

fn goblin_tick(sees: &View, cell: &GoblinCell) -> GoblinTick {
    let ground = sees.ground(cell);
    let owed = ground.books.debt_value_down(cell.order.histogram().total()).unwrap_or(0);
    let level = Level::of(&cell.goblin, &ground);
    let quantiles = cell.order.histogram().keys_above(QUANTILES).map(|keys| keys.map(|key| level.health_factor(key)));
    let kill_factor = f64::from(cell.goblin.params().kill_factor_bps) / 10_000.0;
    let mut lowest: Option<f64> = None;
    for id in cell.order.leaders(|least, greatest| level.reach(least, greatest)).map(PositionId) {
        if let Some((debt, health)) = ground.debt_and_health(&cell.goblin, id) {
            let factor = kill_factor * health as f64 / debt as f64;
            lowest = Some(lowest.map_or(factor, |least| least.min(factor)));
        }
    }
    // A bin's middle may lie below the lowest health in it.
    let quantiles = quantiles.zip(lowest).map(|(quantiles, lowest)| quantiles.map(|at| Some(at.max(lowest))));
    let [p01, p05, p25, p50] = quantiles.unwrap_or_default();
    GoblinTick {
        open_positions: cell.order.open(),
        debt: amount(sees, ground.bank.base, owed),
        health_factor_lowest: lowest,
        health_factor_p01: p01,
        health_factor_p05: p05,
        health_factor_p25: p25,
        health_factor_p50: p50,
        parked: u32::try_from(cell.order.parked()).unwrap_or(u32::MAX),
    }
}

fn event_row<'a>(sees: &'a View, agents: &'a AgentDirectory, event: &'a Event) -> EventRow<'a> {
    let (kind, action) = kind_and_action(&event.what);
    let mut row = EventRow::new(sees.clock.block, sees.clock.now(), kind, action);
    if let Some((agent, _)) = event.sender {
        name_sender(&mut row, agents, agent);
    }
    if event.gas > 0 {
        row.gas_used = Some(event.gas);
        row.fee_native = Some(amount(sees, sees.tokens.native, event.fee));
    }
    let thrown_away = matches!(event.what, What::Expired { .. } | What::Replaced { .. });
    row.waited_blocks = (event.gas > 0 || thrown_away).then_some(event.waited);
    if let Some((bank, position)) = event.position() {
        row.bank = Some(&sees.protocols.directory.banks[bank.index()].name);
        row.position = Some(position.0.into());
    }
    fill(&mut row, sees, &event.what);
    if let What::Liquidated(at) = &event.what
        && let Some(borrower) = agents.agent(at.call.borrower)
    {
        let listed = agents.agents[borrower.index()];
        row.borrower_population = Some(&agents.populations[usize::from(listed.population)].name);
        row.borrower = Some(listed.number);
    }
    row
}

fn name_sender<'a>(row: &mut EventRow<'a>, agents: &'a AgentDirectory, agent: AgentId) {
    let listed = agents.agents[agent.index()];
    let population = &agents.populations[usize::from(listed.population)];
    row.population = Some(&population.name);
    row.agent = Some(listed.number);
    row.agent_kind = Some(population.kind);
}

fn kind_and_action(what: &What) -> (EventKind, &'static str) {
    match what {
        What::Swapped { .. } => (EventKind::Swap, "swap"),
        What::VenueTraded { bought: true, .. } => (EventKind::VenueBuy, "venue_buy"),
        What::VenueTraded { bought: false, .. } => (EventKind::VenueSell, "venue_sell"),
        What::SaleMuted { .. } => (EventKind::MutedSale, "muted_sale"),
        What::Worked(at) if at.opened => (EventKind::Open, "work"),
        What::Worked(at) if at.closed => (EventKind::Close, "work"),
        What::Worked(_) => (EventKind::Adjust, "work"),
        What::Killed(_) => (EventKind::Kill, "kill"),
        What::Reinvested(..) => (EventKind::Reinvest, "reinvest"),
        What::Deposited(..) => (EventKind::Deposit, "deposit"),
        What::Withdrawn(..) => (EventKind::Withdraw, "withdraw"),
        What::FarmFunded { .. } => (EventKind::FundFarm, "fund_farm"),
        What::Lent(at) => (lending_kind(&at.call), at.call.name()),
        What::Liquidated(_) => (EventKind::Liquidate, "liquidate"),
        What::PricePublished { .. } => (EventKind::PublishPrice, "publish_price"),
        What::Reverted { action, .. } => (EventKind::Revert, action),
        What::Dropped { action, .. } => (EventKind::Drop, action),
        What::Expired { action, .. } => (EventKind::Expire, action),
        What::Replaced { action, .. } => (EventKind::Replace, action),
    }
}

fn lending_kind(call: &LendingCall) -> EventKind {
    match call {
        LendingCall::Supply { .. } => EventKind::Supply,
        LendingCall::Withdraw { .. } => EventKind::WithdrawClaim,
        LendingCall::Borrow { .. } | LendingCall::FlashLoan { .. } => EventKind::Borrow,
        LendingCall::Repay { .. } | LendingCall::RepayFlashLoan => EventKind::Repay,
        LendingCall::Liquidate { .. } => EventKind::Liquidate,
    }
}

/// Fills in the cells that belong to the row's kind.
fn fill<'a>(row: &mut EventRow<'a>, sees: &'a View, what: &'a What) {
    let directory = &sees.protocols.directory;
    let name = |token: TokenId| sees.tokens.get(token).name.as_str();
    let mut moved = |paid: Option<(TokenId, u128)>, got: Option<(TokenId, u128)>| {
        row.token_in = paid.map(|(token, _)| name(token));
        row.amount_in = paid.map(|(token, units)| amount(sees, token, units));
        row.token_out = got.map(|(token, _)| name(token));
        row.amount_out = got.map(|(token, units)| amount(sees, token, units));
    };
    match what {
        What::Swapped { pool, direction, traded } => {
            let cell = sees.protocols.pool(*pool);
            let (paid, got) = (cell.token_at(direction.pays), cell.token_at(direction.takes));
            moved(Some((paid, traded.amount_in)), Some((got, traded.amount_out)));
            row.pool = Some(&directory.pools[pool.index()].name);
        }
        What::VenueTraded { token, bought, amount, numeraire } => {
            let (token, cash) = ((*token, *amount), (sees.tokens.numeraire, *numeraire));
            if *bought { moved(Some(cash), Some(token)) } else { moved(Some(token), Some(cash)) }
        }
        What::SaleMuted { paid, got, .. } => moved(Some(*paid), Some(*got)),
        What::Worked(at) => {
            let base = sees.protocols.bank(at.bank).base;
            moved(Some((base, at.receipt.base_from_user)), Some((base, at.receipt.base_to_user)));
            row.goblin = Some(&directory.goblins[usize::from(at.goblin.0)].name);
            row.debt = Some(amount(sees, base, at.receipt.debt_after));
        }
        What::Killed(at) => {
            let [base, farmed] = sees.legs(at.goblin);
            let moves = &at.receipt.moves;
            moved(Some((farmed, moves.swap_from_goblin.farmed)), Some((base, moves.swap_to_goblin.base)));
            row.goblin = Some(&directory.goblins[usize::from(at.goblin.0)].name);
            row.debt = Some(amount(sees, base, at.receipt.debt));
            row.bad_debt = Some(amount(sees, base, at.receipt.bad_debt));
            row.prize = Some(amount(sees, base, at.receipt.prize));
            row.left = Some(amount(sees, base, at.receipt.left));
        }
        What::Reinvested(goblin, receipt) => {
            let farm = sees.protocols.farm(sees.protocols.goblin(*goblin).farm);
            let base = sees.legs(*goblin)[0];
            moved(Some((farm.reward, receipt.reward_sold)), Some((base, receipt.base_bought)));
            row.goblin = Some(&directory.goblins[usize::from(goblin.0)].name);
            row.farm = Some(&directory.farms[farm.id.index()].name);
            row.prize = Some(amount(sees, farm.reward, receipt.bounty));
        }
        What::Deposited(bank, receipt) => {
            let cell = sees.protocols.bank(*bank);
            moved(Some((cell.base, receipt.value)), Some((cell.shares, receipt.share)));
            row.bank = Some(&directory.banks[bank.index()].name);
        }
        What::Withdrawn(bank, receipt) => {
            let cell = sees.protocols.bank(*bank);
            moved(Some((cell.shares, receipt.share)), Some((cell.base, receipt.value)));
            row.bank = Some(&directory.banks[bank.index()].name);
        }
        What::FarmFunded { farm, amount } => {
            moved(Some((sees.protocols.farm(*farm).reward, *amount)), None);
            row.farm = Some(&directory.farms[farm.index()].name);
        }
        What::Lent(at) => {
            let cell = sees.protocols.lending(at.market);
            let legs = Some((cell.asset(at.asset).token, at.amount));
            match at.call {
                LendingCall::Supply { .. } | LendingCall::Repay { .. } => moved(legs, None),
                _ => moved(None, legs),
            }
            row.market = Some(&directory.lending[at.market.index()].name);
        }
        What::Liquidated(at) => {
            moved(Some((at.debt, at.done.repaid)), Some((at.collateral, at.done.seized)));
            row.market = Some(&directory.lending[at.market.index()].name);
            row.health_factor = Some(at.health_factor);
            row.debt = Some(amount(sees, at.debt, at.done.debt_left));
            row.bad_debt = Some(amount(sees, at.debt, at.done.bad_debt + at.stranded));
        }
        What::PricePublished { feed, price_wad } => {
            row.oracle = Some(&sees.oracles.feed(*feed).name);
            row.price_numeraire = Some(wad_to_f64(*price_wad));
        }
        What::Reverted { reason, .. } => row.reason = Some(reason.kind()),
        What::Dropped { .. } => row.reason = Some("cannot_pay_gas"),
        What::Expired { .. } | What::Replaced { .. } => {}
    }
}
