//! Fills the tables from the world while a run goes on.

use bevy_ecs::prelude::{Res, ResMut, Resource};

use super::event_rows::event_row;
use super::events::Event as EventRow;
use super::folder::{FolderError, OutputFolder};
use super::maps::{Drawn, Maps};
use super::summary::{PoolSummary, PricePath, Summary, TokenSummary, Waits};
use super::table::Table;
use super::tick_rows::{
    asset_tick, bank_tick, goblin_tick, ilk_tick, lending_tick, maker_tick, oracle_tick, pool_tick, ranges_tick,
    reserve_ticks,
};
use super::ticks::{BlockTick, LiquidatableTick, Tick, TickNames, TokenTick};
use crate::accounts::books::Books;
use crate::accounts::exposed::Exposed;
use crate::accounts::prices::pool_price;
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::event::{Event, EventLog, MakerAt, MakerDone, What};
use crate::chain::ids::TokenId;
use crate::chain::mempool::Mempool;
use crate::deployments::amm::PoolCell;
use crate::deployments::lending::{Asset, LendingCell};
use crate::deployments::liquidation_map::Liquidatable;
use crate::deployments::maker::MakerCell;
use crate::market::OutsidePrices;
use crate::math::Rad;
use crate::rows::csv::Steady;

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
        let names =
            |list: &[crate::deployments::directory::Named]| list.iter().map(|named| named.name.clone()).collect();
        let names = TickNames {
            tokens: sees.tokens.priced().map(|token| sees.tokens.get(token).name.clone()).collect(),
            pools: names(&directory.pools),
            reserves: reserve_names(sees),
            ranges: range_names(sees),
            oracles: sees.oracles.0.iter().map(|feed| feed.name.clone()).collect(),
            lending: names(&directory.lending),
            assets: asset_names(sees),
            makers: names(&directory.makers),
            ilks: sees.protocols.makers().flat_map(|cell| &cell.ilks).map(|ilk| ilk.name.clone()).collect(),
            banks: names(&directory.banks),
            goblins: names(&directory.goblins),
            liquidatable: liquidatable_names(sees, &wanted.liquidatable_at),
        };
        let has_positions = !directory.goblins.is_empty() || !directory.lending.is_empty();
        let maps = (folder.is_some() && has_positions).then(|| Maps::new(wanted.map, wanted.health));
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

    /// Returns the same without the tables: what a copy of the world can hold.
    pub fn without_tables(&self) -> Self {
        Self {
            ticks: None,
            events: None,
            swaps: self.swaps,
            row: Tick::default(),
            falls: self.falls.clone(),
            liquidatable: Vec::new(),
            maps: self.maps.clone(),
            summary: self.summary.clone(),
            waits: self.waits.clone(),
            failed: None,
        }
    }

    /// Goes on in `folder` with the tables of the recorder that this one was copied from, which begin there with what
    /// they hold so far.
    ///
    /// # Errors
    /// The file system refuses.
    ///
    /// # Panics
    /// If the other one has no tables: what they would hold so far was never written.
    pub fn fork_tables(&mut self, from: &mut Self, folder: &mut OutputFolder) -> Result<(), FolderError> {
        let ticks = from.ticks.as_mut().expect("a fork has a folder only where its run has one");
        self.ticks = Some(ticks.fork(folder)?);
        self.events = from.events.as_mut().map(|events| events.fork(folder)).transpose()?;
        Ok(())
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

/// Returns a name for each token of a pool beyond its second.
fn reserve_names(sees: &View) -> Vec<String> {
    let named = |cell: &PoolCell| {
        let pool = &sees.protocols.directory.pools[cell.id.index()].name;
        let name = |token: &TokenId| format!("{pool} {}", sees.tokens.get(*token).name);
        cell.tokens.iter().skip(2).map(name).collect::<Vec<_>>()
    };
    sees.protocols.pools().flat_map(named).collect()
}

/// Returns the names of the pools whose liquidity lies in ranges.
fn range_names(sees: &View) -> Vec<String> {
    let pools = sees.protocols.pools().filter(|cell| cell.pool.uniswap_v3().is_some());
    pools.map(|cell| sees.protocols.directory.pools[cell.id.index()].name.clone()).collect()
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

/// Returns what the columns of each fall of each price begin with.
fn liquidatable_names(sees: &View, falls: &[f64]) -> Vec<String> {
    let named = |exposed: Exposed| {
        let column = exposed.column(sees);
        // A thousandth of a percent is as fine as a name tells.
        falls.iter().map(move |fall| format!("{column} liquidatable at {}", (fall * 1e5).round() / 1e3))
    };
    Exposed::all(sees).into_iter().flat_map(named).collect()
}

/// Returns a summary as it is before the first block.
fn beginning(sees: &View, names: &TickNames) -> Summary {
    let path = |token| PricePath::new(sees.venues.price(token));
    let tokens = sees.tokens.priced().map(path).zip(&names.tokens);
    let pools = sees.protocols.pools().map(|cell| PricePath::new(pool_price(sees, cell))).zip(&names.pools);
    Summary {
        seed: sees.clock.seed,
        numeraire: sees.tokens.get(sees.tokens.numeraire).name.clone(),
        tokens: tokens.map(|(path, name)| TokenSummary { name: name.clone(), price_outside_numeraire: path }).collect(),
        pools: pools.map(|(price, name)| PoolSummary { name: name.clone(), price, volume_numeraire: 0.0 }).collect(),
        ..Summary::default()
    }
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
            price_fundamental_numeraire: outside.fundamental,
        }));
        for cell in sees.protocols.pools() {
            row.pools.push(pool_tick(sees, cell));
            row.reserves.extend(reserve_ticks(sees, cell));
            row.ranges.extend(ranges_tick(cell));
        }
        row.oracles.extend(sees.oracles.0.iter().map(|feed| oracle_tick(sees, feed)));
        for cell in sees.protocols.all_lending() {
            row.lending.push(lending_tick(sees, cell));
            row.assets.extend((0..).zip(&cell.assets).map(|(place, _)| asset_tick(sees, cell, place)));
        }
        for cell in sees.protocols.makers() {
            row.makers.push(maker_tick(sees, cell));
            row.ilks.extend(cell.maker.ilks().map(|number| ilk_tick(sees, cell, number)));
        }
        row.banks.extend(sees.protocols.banks().map(|cell| bank_tick(sees, cell)));
        row.goblins.extend(sees.protocols.goblins().map(|cell| goblin_tick(sees, cell)));
        if !self.falls.is_empty() {
            for exposed in Exposed::all(sees) {
                exposed.liquidatable(sees, &self.falls, &mut self.liquidatable);
                row.liquidatable.extend(
                    self.liquidatable
                        .iter()
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

/// Counts what became of vaults and auctions.
fn maker_tallied(at: &MakerAt, sees: &View, tick: &mut BlockTick, summary: &mut Summary) {
    let cell = sees.protocols.maker(at.system);
    let worth = |dai: f64| dai * sees.venues.price(cell.dai);
    let auctions = summary.auctions.get_or_insert_default();
    if let MakerDone::Sold(sold) = &at.done {
        auctions.add(sold, sees.worth(cell.ilk(at.ilk).gem, sold.lot));
        let bad_debt = worth(sold.shortfall().map_or(0.0, Rad::to_f64));
        tick.bad_debt_numeraire += bad_debt;
        summary.liquidations.bad_debt_numeraire += bad_debt;
    }
    auctions.net_surplus_dai = net_surplus(sees);
}

fn net_surplus(sees: &View) -> f64 {
    sees.protocols.makers().map(MakerCell::net_surplus).sum()
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
            What::Liquidated(at) => {
                let debt = at.debt_whole * sees.venues.price(at.debt_token);
                let bad_debt = sees.worth(at.debt_token, at.bad_debt);
                tick.liquidations += 1;
                tick.liquidated_debt_numeraire += debt;
                tick.bad_debt_numeraire += bad_debt;
                summary.liquidations.add(tick.block, debt, bad_debt);
                waits.add(event.waited);
                if at.auction.is_some() {
                    let auctions = summary.auctions.get_or_insert_default();
                    auctions.started += 1;
                    auctions.due_dai += at.debt_whole;
                    auctions.net_surplus_dai = net_surplus(sees);
                }
            }
            What::Sandwiched(at) => {
                summary.sandwiches.count += 1;
                summary.sandwiches.gained_numeraire += sees.sandwich_gained(at);
                summary.sandwiches.lost_numeraire += sees.sandwich_lost(at);
            }
            What::Maker(at) => maker_tallied(at, sees, &mut tick, summary),
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
