//! What a run and its twins are watched for to tell causes: the prices that decide about liquidations, block by block,
//! and every liquidation.

use bevy_ecs::prelude::{Res, ResMut, Resource};

use super::recorder::pool_price;
use crate::agents::view::View;
use crate::chain::event::{Event, EventLog, KilledAt, LiquidatedAt, MakerAt, MakerDone, Order, What, WorkedAt};
use crate::chain::forced_sales::OtherSale;
use crate::chain::ids::{AccountId, AgentId, FeedId, GoblinId, LiquidationKey, PoolId, TokenId};
use crate::chain::liquidation_map::exposures;
use crate::math::Rad;

words! {
    /// What a row of `cascade.csv` is.
    pub enum SaleKind {
        /// A liquidator killed a position.
        Kill = "kill",
        /// A liquidator repaid a part of a loan.
        Liquidate = "liquidate",
        /// A keeper put a vault, or a part of it, on auction.
        Auction = "auction",
        /// The owner closed it, and the scenario counts that as a forced sale.
        Close = "close",
    }
}

/// A price that decides about liquidations: what a token costs at the place that the protocol looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// What it is called: the collateral's symbol, and the pool's or the oracle's name.
    pub name: String,
    /// The token that is priced.
    pub collateral: TokenId,
    /// Where.
    place: Place,
}

/// Where a protocol looks for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a pool, which tells the price of the other token if it is inverted.
    Pool { pool: PoolId, inverted: bool },
    /// At an oracle.
    Oracle(FeedId),
}

/// A liquidation, whatever the protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Liquidation {
    /// The block.
    pub block: u64,
    /// Whose.
    pub key: LiquidationKey,
    /// What it was.
    pub kind: SaleKind,
    /// Which of the watched prices decided.
    pub watched: usize,
    /// Who owned the position.
    pub owner: AccountId,
    /// Who liquidated it.
    pub liquidator: AgentId,
    /// The token in which it owed.
    pub debt_token: TokenId,
    /// What it owed, in smallest units.
    pub debt: u128,
    /// What was left unpaid of it.
    pub bad_debt: u128,
    /// What the liquidator got, in the same token.
    pub prize: u128,
    /// What was sold of the collateral, in smallest units.
    pub sold: u128,
    /// Worth of what was seized.
    pub collateral_numeraire: f64,
    /// Worth of what was sold.
    pub sold_numeraire: f64,
    /// What it owed, worth.
    pub debt_numeraire: f64,
    /// What was left unpaid, worth.
    pub bad_debt_numeraire: f64,
    /// The collateral's price at the external venue.
    pub price_outside_numeraire: f64,
    /// How the transaction came into the block.
    pub order: Order,
}

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Trace {
    /// What is watched.
    pub watched: Vec<Watched>,
    /// The watched prices before the first block.
    pub start: Vec<f64>,
    /// The watched prices after each block, block by block.
    prices: Vec<f64>,
    /// Every liquidation, in order.
    pub liquidations: Vec<Liquidation>,
    /// What liquidators got, worth at the time.
    pub prizes_numeraire: f64,
    /// What they paid for gas, in vain too.
    pub gas_paid_numeraire: f64,
    /// The highest share of all debt after any block that would not be paid in full by a liquidation, and that block.
    pub toxic: Option<(f64, u64)>,
    /// By goblin, which of the watched prices is its own.
    of_goblin: Vec<usize>,
    /// By lending market and asset, likewise.
    of_asset: Vec<Vec<usize>>,
    /// By Maker system and ilk, likewise.
    of_ilk: Vec<Vec<usize>>,
    /// What counts as a liquidation beside those.
    also: Vec<OtherSale>,
    looks_for_toxic: bool,
}

impl Trace {
    /// Begins to watch, before the first block. What `also` names counts as a liquidation.
    pub fn open(sees: &View, also: &[OtherSale], looks_for_toxic: bool) -> Self {
        let mut trace = Self { also: also.to_vec(), looks_for_toxic, ..Self::default() };
        for goblin in sees.protocols.goblins() {
            let [_, collateral] = sees.legs(goblin.id);
            let inverted = sees.protocols.pool(goblin.pool).tokens[1] == collateral;
            let name = &sees.protocols.directory.pools[goblin.pool.index()].name;
            let index = trace.watch(collateral, Place::Pool { pool: goblin.pool, inverted }, name, sees);
            trace.of_goblin.push(index);
        }
        for market in sees.protocols.all_lending() {
            let assets = market.assets.iter().map(|asset| {
                let name = format!("oracle {}", sees.oracles.feed(asset.feed).name);
                trace.watch(asset.token, Place::Oracle(asset.feed), &name, sees)
            });
            let assets = assets.collect();
            trace.of_asset.push(assets);
        }
        for system in sees.protocols.makers() {
            let ilks = system
                .ilks
                .iter()
                .map(|ilk| trace.watch(ilk.gem, Place::Oracle(ilk.feed), &sees.oracles.feed(ilk.feed).name, sees));
            let ilks = ilks.collect();
            trace.of_ilk.push(ilks);
        }
        trace.start = trace.watched.iter().map(|watched| watched.price(sees)).collect();
        trace
    }

    /// Returns the number of a watched price; watches it if it is not.
    fn watch(&mut self, collateral: TokenId, place: Place, name: &str, sees: &View) -> usize {
        let same = |watched: &Watched| watched.place == place && watched.collateral == collateral;
        self.watched.iter().position(same).unwrap_or_else(|| {
            let name = format!("{} in {name}", sees.tokens.get(collateral).name);
            self.watched.push(Watched { name, collateral, place });
            self.watched.len() - 1
        })
    }

    /// Returns how many blocks were seen.
    pub fn blocks(&self) -> u64 {
        self.prices.len().checked_div(self.watched.len()).unwrap_or(0) as u64
    }

    /// Returns a watched price after a block.
    pub fn price(&self, watched: usize, block: u64) -> f64 {
        let block = usize::try_from(block).expect("a run's blocks fit memory");
        self.prices[block * self.watched.len() + watched]
    }

    /// Returns a watched price as a block found it.
    pub fn price_before(&self, watched: usize, block: u64) -> f64 {
        block.checked_sub(1).map_or(self.start[watched], |before| self.price(watched, before))
    }

    /// Returns the lowest of a watched price before and after all blocks, and the block after which it was first so low.
    pub fn lowest(&self, watched: usize) -> (f64, Option<u64>) {
        let prices = (0..self.blocks()).map(|block| (self.price(watched, block), Some(block)));
        prices.fold((self.start[watched], None), |least, now| if now.0 < least.0 { now } else { least })
    }

    fn take_in(&mut self, event: &Event, sees: &View) {
        let price = sees.worth(sees.tokens.native, event.fee);
        match &event.what {
            What::Killed(at) => {
                self.gas_paid_numeraire += price;
                self.kill(at, event, sees);
            }
            What::Liquidated(at) => {
                self.gas_paid_numeraire += price;
                self.liquidation(at, event, sees);
            }
            What::Maker(at) => {
                if let MakerDone::Auctioned { owner, lot, due, incentive, .. } = at.done {
                    self.gas_paid_numeraire += price;
                    self.auction(at, owner, (lot, due, incentive), event, sees);
                }
            }
            // Whoever names a position in vain wanted to liquidate it.
            What::Reverted { position: Some(_), .. } => self.gas_paid_numeraire += price,
            What::Worked(at) if at.closed && self.also.contains(&at.sale) => self.close(at, event, sees),
            _ => {}
        }
    }

    fn kill(&mut self, at: &KilledAt, event: &Event, sees: &View) {
        let receipt = &at.receipt;
        let seized = receipt.moves.burn_to_goblin;
        let row = Seizure {
            key: LiquidationKey::of_bank(at.bank, receipt.position),
            kind: SaleKind::Kill,
            goblin: at.goblin,
            owner: receipt.owner,
            amounts: [receipt.debt, receipt.bad_debt, receipt.prize],
            seized: [seized.base, seized.farmed],
            sold: receipt.moves.sold.amount_in,
            order: at.order,
        };
        let base = sees.protocols.bank(at.bank).base;
        self.prizes_numeraire += sees.worth(base, receipt.prize);
        self.add(row, event, sees);
    }

    fn liquidation(&mut self, at: &LiquidatedAt, event: &Event, sees: &View) {
        let (liquidator, _) = event.sender.expect("somebody sent the transaction");
        let bad_debt = at.done.bad_debt + at.stranded;
        let (repaid, seized) = (sees.worth(at.debt, at.done.repaid), sees.worth(at.collateral, at.done.seized));
        self.prizes_numeraire += seized - repaid;
        self.liquidations.push(Liquidation {
            block: sees.clock.block,
            key: LiquidationKey::of_lending(at.market, at.call.borrower),
            kind: SaleKind::Liquidate,
            watched: self.of_asset[at.market.index()][usize::from(at.call.collateral)],
            owner: at.call.borrower,
            liquidator,
            debt_token: at.debt,
            debt: at.done.repaid,
            bad_debt,
            prize: sees.units_worth(at.debt, (seized - repaid).max(0.0)),
            sold: at.done.seized,
            collateral_numeraire: seized,
            sold_numeraire: seized,
            debt_numeraire: repaid,
            bad_debt_numeraire: sees.worth(at.debt, bad_debt),
            price_outside_numeraire: sees.venues.price(at.collateral),
            order: at.order,
        });
    }

    fn auction(
        &mut self,
        at: &MakerAt,
        owner: AccountId,
        (lot, due, incentive): (u128, Rad, Rad),
        event: &Event,
        sees: &View,
    ) {
        let (liquidator, _) = event.sender.expect("somebody sent the transaction");
        let cell = sees.protocols.maker(at.system);
        let gem = cell.ilk(at.ilk).gem;
        let dai = |rad: Rad| rad.to_wad_down().unwrap_or(u128::MAX);
        self.prizes_numeraire += sees.worth(cell.dai, dai(incentive));
        self.liquidations.push(Liquidation {
            block: sees.clock.block,
            key: LiquidationKey::of_maker((at.system, at.ilk), owner),
            kind: SaleKind::Auction,
            watched: self.of_ilk[at.system.index()][usize::from(at.ilk.0)],
            owner,
            liquidator,
            debt_token: cell.dai,
            debt: dai(due),
            // What an auction leaves unpaid is known when it is over.
            bad_debt: 0,
            prize: dai(incentive),
            sold: lot,
            collateral_numeraire: sees.worth(gem, lot),
            sold_numeraire: sees.worth(gem, lot),
            debt_numeraire: sees.worth(cell.dai, dai(due)),
            bad_debt_numeraire: 0.0,
            price_outside_numeraire: sees.venues.price(gem),
            order: at.order,
        });
    }

    fn close(&mut self, at: &WorkedAt, event: &Event, sees: &View) {
        let receipt = &at.receipt;
        let seized = receipt.moves.burn_to_goblin;
        let Some((_, owner)) = event.sender else { return };
        let row = Seizure {
            key: LiquidationKey::of_bank(at.bank, receipt.position),
            kind: SaleKind::Close,
            goblin: at.goblin,
            owner,
            amounts: [receipt.debt_before, 0, 0],
            seized: [seized.base, seized.farmed],
            sold: receipt.moves.sold.amount_in,
            order: at.order,
        };
        self.add(row, event, sees);
    }

    fn add(&mut self, row: Seizure, event: &Event, sees: &View) {
        let [base, farmed] = sees.legs(row.goblin);
        let [debt, bad_debt, prize] = row.amounts;
        let (liquidator, _) = event.sender.expect("somebody sent the transaction");
        self.liquidations.push(Liquidation {
            block: sees.clock.block,
            key: row.key,
            kind: row.kind,
            watched: self.of_goblin[usize::from(row.goblin.0)],
            owner: row.owner,
            liquidator,
            debt_token: base,
            debt,
            bad_debt,
            prize,
            sold: row.sold,
            collateral_numeraire: sees.worth(base, row.seized[0]) + sees.worth(farmed, row.seized[1]),
            sold_numeraire: sees.worth(farmed, row.sold),
            debt_numeraire: sees.worth(base, debt),
            bad_debt_numeraire: sees.worth(base, bad_debt),
            price_outside_numeraire: sees.venues.price(farmed),
            order: row.order,
        });
    }

    /// Follows the share of debt that a liquidation would not pay in full.
    fn look_for_toxic(&mut self, sees: &View) {
        let (mut toxic, mut all) = (0.0, 0.0);
        for goblin in sees.protocols.goblins() {
            let ground = sees.ground(goblin);
            let base = ground.bank.base;
            let kill_bps = f64::from(ground.bank.bank.params().kill_bps);
            let kill_factor = f64::from(goblin.goblin.params().kill_factor_bps);
            // What a kill leaves of the health pays the debt as long as the health factor is at least this.
            let least = kill_factor / (10_000.0 - kill_bps);
            let unit = sees.worth(base, 1);
            let positions = exposures(goblin, &ground);
            toxic += positions.take_while(|held| held.health_factor < least).map(|held| held.debt * unit).sum::<f64>();
            let owed = ground.books.debt_value_down(goblin.order.histogram().total()).unwrap_or(0);
            all += owed as f64 * unit;
        }
        for market in sees.protocols.all_lending() {
            let level = market.level(&sees.oracles, &sees.tokens, sees.clock.now());
            let lending = market.lending();
            for heap in market.orders.heaps(&level) {
                // What is seized for a debt is worth 1 + bonus of it: it is there as long as the health factor is this.
                let covered = |asset: u8| lending.threshold(asset) * (1.0 + lending.bonus(asset));
                let least = heap.collateral().map(covered).fold(f64::INFINITY, f64::min);
                toxic += heap.debts().take_while(|held| held.0 < least).map(|held| held.1).sum::<f64>();
                all += heap.debts().map(|held| held.1).sum::<f64>();
            }
        }
        if all > 0.0 && self.toxic.is_none_or(|(most, _)| toxic / all > most) {
            self.toxic = Some((toxic / all, sees.clock.block));
        }
    }
}

/// What a leveraged farm's receipt says of a liquidation.
struct Seizure {
    key: LiquidationKey,
    kind: SaleKind,
    goblin: GoblinId,
    owner: AccountId,
    /// Debt, bad debt and prize, in smallest units of the base asset.
    amounts: [u128; 3],
    /// The base asset and the farmed token that its liquidity gave.
    seized: [u128; 2],
    /// Farmed token sold.
    sold: u128,
    order: Order,
}

impl Watched {
    fn price(&self, sees: &View) -> f64 {
        match self.place {
            Place::Pool { pool, inverted } => {
                let price = pool_price(sees, sees.protocols.pool(pool));
                if inverted { 1.0 / price } else { price }
            }
            Place::Oracle(feed) => sees.oracles.feed(feed).answer(),
        }
    }
}

/// Watches the block.
pub fn trace_block(sees: View, log: Res<EventLog>, mut trace: ResMut<Trace>) {
    for event in &*log {
        trace.take_in(event, &sees);
    }
    for index in 0..trace.watched.len() {
        let price = trace.watched[index].price(&sees);
        trace.prices.push(price);
    }
    if trace.looks_for_toxic {
        trace.look_for_toxic(&sees);
    }
}
