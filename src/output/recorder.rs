//! Fills the tables from the world while a run goes on.

use bevy_ecs::prelude::{Res, ResMut, Resource};
use plimsoll_math::Rad;

use super::event_rows::event_row;
use super::folder::{DataFile, FolderError, OutputFolder};
use super::maps::{MapSchedule, Maps};
use super::summary::{OracleSummary, PoolSummary, PricePath, Summary, TokenSummary, Waits};
use super::table::Table;
use super::ticks::{BlockColumns, groups};
use crate::accounts::books::Books;
use crate::accounts::insolvent_debt::Extremes;
use crate::accounts::price_gaps::PriceGap;
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::event::{Event, EventKind, EventLog};
use crate::chain::families::cdp::VaultAt;
use crate::chain::families::cdp::VaultDone;
use crate::chain::mempool::Mempool;
use crate::deployments::columns::{Moment, Row, Tracked};
use crate::deployments::events::EventRow;
use crate::market::OutsidePrices;
use crate::rows::csv::{Line, Steady};
use crate::rows::header::Header;

/// Which of the tables that grow block by block are written.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct Wanted {
    /// Whether tables have columns of smallest units (`--exact`).
    pub exact: bool,
    /// Whether `events.csv` is written.
    pub events: bool,
    /// Whether `events.csv` has swaps that went through.
    pub swaps: bool,
    /// Falls of the price of which `ticks.csv` says what they would make liquidatable.
    pub liquidatable_at: Vec<f64>,
    /// After which blocks `liquidation_map.csv` is drawn.
    pub map: MapSchedule,
    /// Whether `health_map.csv` is written.
    pub health: bool,
}

/// The tables that grow block by block, and the sums that the summary is made of.
#[derive(Debug, Resource)]
pub struct Recorder {
    ticks: Option<DataFile>,
    row: Row,
    fundamentals: Vec<f64>,
    falls: Vec<f64>,
    events: Option<Table>,
    swaps: bool,
    /// What the tables of maps are made of; none without a folder.
    pub maps: Option<Maps>,
    /// The sums so far; the end of the run fills in the rest.
    pub summary: Summary,
    /// For how long liquidations waited for their block.
    waits: Waits,
    /// How low and high prices went.
    extremes: Extremes,
    /// What went wrong with a file, if anything did.
    pub failed: Option<FolderError>,
}

impl Recorder {
    /// Opens the tables in a folder; without one, only the sums are kept.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn open(
        sees: &View,
        outside: &OutsidePrices,
        folder: Option<&mut OutputFolder>,
        wanted: Wanted,
    ) -> Result<Self, FolderError> {
        let fundamentals: Vec<f64> = outside.0.iter().map(|outside| outside.fundamental).collect();
        let at = Moment { sees, fundamentals: &fundamentals, falls: &wanted.liquidatable_at };
        let directory = &sees.protocols.directory;
        let has_positions = !directory.positions.is_empty();
        let maps = (folder.is_some() && has_positions).then(|| Maps::new(wanted.map, wanted.health));
        let (mut ticks, mut events, mut cells) = (None, None, None);
        if let Some(folder) = folder {
            let mut line = header(&at, wanted.exact);
            ticks.insert(folder.file("ticks.csv")?).rows(&mut line)?;
            cells = Some(line);
            if wanted.events {
                events = Some(Table::open::<EventRow>(folder, "events.csv", wanted.exact)?);
            }
        }
        Ok(Self {
            ticks,
            fundamentals,
            row: Row { cells, exact: wanted.exact, ..Row::default() },
            summary: beginning(sees),
            falls: wanted.liquidatable_at,
            events,
            swaps: wanted.swaps,
            maps,
            waits: Waits::default(),
            extremes: Extremes::default(),
            failed: None,
        })
    }

    /// Returns the same without the tables: what a copy of the world can hold.
    #[must_use]
    pub fn without_tables(&self) -> Self {
        Self {
            ticks: None,
            fundamentals: Vec::new(),
            row: Row { exact: self.row.exact, ..Row::default() },
            falls: self.falls.clone(),
            events: None,
            swaps: self.swaps,
            maps: self.maps.clone(),
            summary: self.summary.clone(),
            waits: self.waits.clone(),
            extremes: self.extremes.clone(),
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
        self.ticks = Some(folder.fork(ticks)?);
        self.row.cells.clone_from(&from.row.cells);
        self.events = from.events.as_mut().map(|events| events.fork(folder)).transpose()?;
        Ok(())
    }

    /// Closes the tables.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn close(&mut self, folder: &mut OutputFolder) -> Result<(), FolderError> {
        self.ticks.take().map_or(Ok(()), |file| folder.close(file))?;
        self.events.take().map_or(Ok(()), |table| table.close(folder))
    }

    /// Returns what was summed up for `summary.json`; the run is over.
    pub fn summed(self) -> Summary {
        let mut summary = self.summary;
        let pools = summary.pools.iter_mut().map(|pool| &mut pool.far_from_outside);
        let oracles = summary.oracles.iter_mut().map(|oracle| &mut oracle.far_from_outside);
        pools.chain(oracles).for_each(|gap| gap.close(summary.blocks));
        summary.liquidations.waited_blocks_mean = self.waits.mean();
        summary.liquidations.waited_blocks_p95 = self.waits.p95();
        summary.block_space.base_fee_gwei_mean /= (summary.blocks as f64).max(1.0);
        summary
    }
}

fn header(at: &Moment, exact: bool) -> Line {
    let mut header = Header::new(exact);
    header.bare::<BlockColumns>();
    for group in groups() {
        (group.header)(at, &mut header);
    }
    header.end()
}

/// Returns a summary as it is before the first block.
fn beginning(sees: &View) -> Summary {
    let tokens = sees.tokens.priced().map(|token| TokenSummary {
        name: sees.tokens.get(token).name.clone(),
        price_outside_numeraire: PricePath::new(sees.venues.price(token)),
    });
    let pools = sees.protocols.pools().zip(&sees.protocols.directory.pools).map(|(cell, named)| PoolSummary {
        name: named.name.clone(),
        price: PricePath::new(cell.price(sees)),
        volume_numeraire: 0.0,
        far_from_outside: PriceGap::default(),
    });
    let oracles = sees.oracles.0.iter();
    let oracles = oracles.map(|feed| OracleSummary { name: feed.name.clone(), far_from_outside: PriceGap::default() });
    Summary {
        seed: sees.clock.seed,
        numeraire: sees.tokens.get(sees.tokens.numeraire).name.clone(),
        tokens: tokens.collect(),
        pools: pools.collect(),
        oracles: oracles.collect(),
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
    books.positions.follow(&sees);
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
        let block = block_columns(sees, log, mempool, &mut self.summary, &mut self.waits);
        self.row.begin();
        self.row.push(&block);
        self.fundamentals.clear();
        self.fundamentals.extend(outside.0.iter().map(|outside| outside.fundamental));
        let at = Moment { sees, fundamentals: &self.fundamentals, falls: &self.falls };
        for group in groups() {
            (group.observe)(&at, &mut self.row);
        }
        if let Some(maps) = &mut self.maps {
            maps.look(sees, block.liquidated_debt_numeraire);
        }
        follow(&at, &mut self.row.tracked, &mut self.summary);
        self.summary.insolvent_debt.follow(block.bad_debt_numeraire, &mut self.extremes, sees);
        let (Some(file), Some(cells)) = (&mut self.ticks, &mut self.row.cells) else { return Ok(()) };
        cells.end();
        file.rows(cells)
    }

    /// Writes the block's rows of `events.csv`.
    fn events(&mut self, sees: &View, log: &EventLog, agents: &AgentDirectory) -> Result<(), FolderError> {
        let Some(table) = &mut self.events else { return Ok(()) };
        let trade = |event: &&Event| matches!(event.kind, EventKind::Swapped { .. } | EventKind::VenueTraded { .. });
        for event in log.iter().filter(|event| self.swaps || !trade(event)) {
            table.row(&event_row(sees, agents, event))?;
        }
        Ok(())
    }
}

/// Follows prices, volumes and health into the summary, and forgets what was tracked.
fn follow(at: &Moment, tracked: &mut Tracked, summary: &mut Summary) {
    let block = at.clock.block;
    for (summary, token) in summary.tokens.iter_mut().zip(at.tokens.priced()) {
        summary.price_outside_numeraire.follow(block, at.venues.price(token));
    }
    for (pool, price, volume) in tracked.pools.drain(..) {
        let pool = &mut summary.pools[pool.index()];
        pool.price.follow(block, price);
        pool.volume_numeraire += volume;
    }
    for (pool, cell) in summary.pools.iter_mut().zip(at.protocols.pools()) {
        let outside = at.venues.price(cell.tokens[0]) / at.venues.price(cell.tokens[1]);
        pool.far_from_outside.follow(block, pool.price.end, outside);
    }
    for (oracle, feed) in summary.oracles.iter_mut().zip(&at.oracles.0) {
        oracle.far_from_outside.follow(block, feed.answer(), at.venues.price(feed.token));
    }
    for lowest in tracked.health_factors.drain(..) {
        summary.health_factor_lowest = Some(summary.health_factor_lowest.map_or(lowest, |least| least.min(lowest)));
    }
    summary.blocks = block + 1;
}

/// Counts what became of vaults and auctions.
fn vault_tallied(at: &VaultAt, sees: &View, tick: &mut BlockColumns, summary: &mut Summary) {
    let auctions = summary.auctions.get_or_insert_default();
    if let VaultDone::Sold(sold) = &at.done {
        auctions.add(sold, sees.worth(sold.collateral, sold.lot));
        tick.bad_debt_numeraire += sold.shortfall().map_or(0.0, Rad::to_f64) * sees.venues.price(sold.stablecoin);
    }
    auctions.net_surplus_stablecoin = sees.protocols.net_surplus();
}

fn block_columns(
    sees: &View,
    log: &EventLog,
    mempool: &Mempool,
    summary: &mut Summary,
    waits: &mut Waits,
) -> BlockColumns {
    let native = sees.tokens.get(sees.tokens.native);
    let mut tick = BlockColumns {
        block: sees.clock.block,
        time_s: sees.clock.now(),
        base_fee_gwei: Steady(sees.gas.base_fee as f64 / (native.one / 1e9)),
        gas_used: sees.gas.used,
        gas_used_background: sees.gas.background,
        waiting: u32::try_from(mempool.waiting()).unwrap_or(u32::MAX),
        ..BlockColumns::default()
    };
    for event in log {
        tick.transactions += u32::from(event.gas > 0);
        match &event.kind {
            EventKind::Reverted { reason, .. } => {
                tick.reverts += 1;
                *summary.reverts_by_reason.entry(reason.kind().to_owned()).or_default() += 1;
            }
            EventKind::Liquidated(at) => {
                let debt = at.debt_whole * sees.venues.price(at.debt_token);
                tick.liquidations += 1;
                tick.liquidated_debt_numeraire += debt;
                tick.bad_debt_numeraire += sees.worth(at.debt_token, at.bad_debt);
                summary.liquidations.add(tick.block, debt);
                waits.add(event.waited);
                if at.auction.is_some() {
                    let auctions = summary.auctions.get_or_insert_default();
                    auctions.started += 1;
                    auctions.due_stablecoin += at.debt_whole;
                    auctions.net_surplus_stablecoin = sees.protocols.net_surplus();
                }
            }
            EventKind::Sandwiched(at) => {
                summary.sandwiches.count += 1;
                summary.sandwiches.gained_numeraire += sees.sandwich_gained(at);
                summary.sandwiches.lost_numeraire += sees.sandwich_lost(at);
            }
            EventKind::Vault(at) => vault_tallied(at, sees, &mut tick, summary),
            EventKind::Expired { .. } => tick.expired += 1,
            EventKind::Replaced { .. } => summary.block_space.replaced += 1,
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
