//! What is kept of each position while a run goes on: when it came and went, what was liquidated of it, how low its health
//! factor fell.
//!
//! A position costs something in the blocks in which something happens to it, and at the end. The health factor of one with
//! one collateral and one debt is a number of its own, which only its own calls change, times one that it shares with all
//! such positions of its market (price and index of the collateral over those of the debt): the lowest of the second
//! since the position last changed is found in a row of suffix minima, which a block adds one number to.

use std::collections::BTreeMap;

use plimsoll_protocols::lending::Exposure;
use serde::Serialize;
use smallvec::SmallVec;

use super::fate::PositionFate;
use super::lowest::LowestSince;
use crate::agents::view::View;
use crate::chain::event::{Event, EventKind};
use crate::chain::ids::{PositionKey, ProtocolId, TokenId};
use crate::chain::liquidation::{Liquidation, SaleKind};
use crate::deployments::positions::TokenAmounts;
use crate::deployments::positions::positions_of;

/// One collateral and one debt, by their places in their market.
type Pair = (u8, u8);

/// A position since it was opened. A run may have a million, so what few have is in [`Details`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PositionBook {
    /// What became of it; none if there is no position.
    pub fate: Option<PositionFate>,
    /// Whether its lowest health factor was seen only where something happened to it.
    pub is_sampled: bool,
    /// When it was opened, counted from 1; 0 before the first block.
    opened: u32,
    /// Its lowest health factor until it last changed; infinite where it had none.
    lowest: f64,
    /// Its collateral over its debt, in units of exposures.
    ratio: f64,
    /// The collateral and debt whose price ratio its health follows.
    pair: Pair,
    /// The moment from which on it has consisted of that, or of nothing.
    since: u32,
    /// Where in the list of details its own are, from 1; 0 without any.
    details: u32,
}

/// What only those positions have to which something happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// Its health factor before it was last liquidated.
    pub health_factor: Option<f64>,
    /// What was taken of it, in smallest units; an amount for each token.
    lost: SmallVec<[(u128, TokenId, Lost); 2]>,
    /// Of a leveraged farm.
    invested: Option<Box<Invested>>,
}

/// What is taken of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Collateral seized, summed over liquidations.
    Collateral,
    /// Debt that was liquidated, repaid or not.
    Debt,
    /// Debt left unpaid.
    BadDebt,
}

/// What the owner of a leveraged farm's position put in and got out.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Invested {
    /// What its owner put in, worth then in whole numeraire tokens, where that is known.
    pub equity: Option<f64>,
    /// Assets over `equity`, at the start.
    pub leverage: Option<f64>,
    /// What closing or killing it paid to its owner, in smallest units; missing while it is open.
    pub proceeds: Option<(TokenId, u128)>,
    /// All that, valued then in whole numeraire tokens.
    pub proceeds_value: f64,
}

impl Details {
    /// Returns what its owner put in and got out; nothing of what is no leveraged farm's.
    pub fn invested(&self) -> Invested {
        self.invested.as_deref().copied().unwrap_or_default()
    }

    /// Returns the same, to write.
    pub fn invested_mut(&mut self) -> &mut Invested {
        self.invested.get_or_insert_default()
    }

    /// Notes what its owner put in and what the position held then, worth in whole numeraire tokens.
    pub fn invest(&mut self, equity: f64, assets: f64) {
        let invested = self.invested_mut();
        (invested.equity, invested.leverage) = (Some(equity), Some(assets / equity));
    }

    /// Returns what was taken of it, in smallest units by token.
    pub fn lost(&self, what: Lost) -> TokenAmounts {
        let of_it = self.lost.iter().filter(|(_, _, lost)| *lost == what);
        of_it.map(|(units, token, _)| (*token, *units)).collect()
    }

    /// Adds an amount to those of its token.
    fn lose(&mut self, what: Lost, token: TokenId, units: u128) {
        if units == 0 {
            return;
        }
        match self.lost.iter_mut().find(|(_, held, lost)| (*held, *lost) == (token, what)) {
            Some((sum, _, _)) => *sum = sum.saturating_add(units),
            None => self.lost.push((units, token, what)),
        }
    }
}

/// The positions of one market of a protocol.
#[derive(Debug, Clone, Default, PartialEq)]
struct Market {
    protocol: ProtocolId,
    /// Within the protocol.
    number: u16,
    /// Indexed by the position's number.
    books: Vec<PositionBook>,
    /// For each pair that a position has consisted of: how its price over its index went.
    lowest: BTreeMap<Pair, LowestSince>,
}

/// What is kept of every position that ever owed something.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PositionBooks {
    /// Ordered by protocol, then market.
    markets: Vec<Market>,
    /// Indexed by `ProtocolId`: where its markets begin in `markets`.
    first: Vec<usize>,
    /// Positions whose numbers are those of others now.
    over: Vec<(PositionKey, PositionBook)>,
    details: Vec<Details>,
    /// Whether lowest health factors are followed and details kept, which `positions.csv` alone asks for.
    follows: bool,
}

impl PositionBook {
    const NONE: Self = Self {
        fate: None,
        is_sampled: false,
        opened: 0,
        lowest: f64::INFINITY,
        ratio: 0.0,
        pair: (0, 0),
        since: 0,
        details: 0,
    };

    /// Returns the block in which it was opened; none if it was there before the first.
    pub fn opened(&self) -> Option<u64> {
        self.opened.checked_sub(1).map(u64::from)
    }

    /// Returns the block in which it was closed or liquidated; none while it is open.
    pub fn closed(&self) -> Option<u64> {
        let is_over = matches!(self.fate, Some(PositionFate::Closed | PositionFate::Liquidated));
        is_over.then(|| u64::from(self.since) - 1)
    }
}

impl PositionBooks {
    /// Opens the books before the first block. Health factors are followed and details kept where somebody asks for them.
    pub fn open(sees: &View, follows: bool) -> Self {
        let mut books = Self { follows, ..Self::default() };
        for (protocol, names) in (0..).map(ProtocolId).zip(&sees.protocols.directory.positions) {
            books.first.push(books.markets.len());
            for market in 0..u16::try_from(names.markets.len().max(1)).expect("markets are numbered in u16") {
                books.markets.push(Market { protocol, number: market, ..Market::default() });
                for position in positions_of(sees, protocol, |positions| positions.standing(market)) {
                    let key = PositionKey { protocol, market, position };
                    books.book_mut(key).fate = Some(PositionFate::Open);
                    books.begin_to_follow(key, 0, sees);
                }
            }
        }
        books.look(0, sees);
        books
    }

    fn market_mut(&mut self, key: PositionKey) -> &mut Market {
        &mut self.markets[self.first[key.protocol.index()] + usize::from(key.market)]
    }

    fn book_mut(&mut self, key: PositionKey) -> &mut PositionBook {
        let books = &mut self.market_mut(key).books;
        let index = key.position as usize;
        if books.len() <= index {
            books.resize(index + 1, PositionBook::NONE);
        }
        &mut books[index]
    }

    /// Returns a position's details, made empty if it has none; none where `positions.csv` is not asked for.
    pub fn details_mut(&mut self, key: PositionKey) -> Option<&mut Details> {
        if !self.follows {
            return None;
        }
        let next = u32::try_from(self.details.len() + 1).expect("positions are numbered in u32");
        let book = self.book_mut(key);
        if book.details == 0 {
            book.details = next;
        }
        let index = book.details as usize;
        if index > self.details.len() {
            self.details.push(Details::default());
        }
        Some(&mut self.details[index - 1])
    }

    /// Returns a position's details; none of one that nothing happened to.
    pub fn details(&self, book: &PositionBook) -> Option<&Details> {
        self.details.get((book.details as usize).checked_sub(1)?)
    }

    /// Takes an event of the block into the books; the block is done.
    pub fn take_in(&mut self, event: &Event, sees: &View) {
        if let EventKind::Liquidated(at) = &event.kind {
            self.liquidated(at, sees);
        } else if let Some(key) = event.changes() {
            self.changed(key, sees);
        } else if let Some((key, token, units)) = event.loses()
            && let Some(details) = self.details_mut(key)
        {
            details.lose(Lost::BadDebt, token, units);
        }
    }

    /// Takes in that an owner has changed a position.
    fn changed(&mut self, key: PositionKey, sees: &View) {
        let stands = positions_of(sees, key.protocol, |positions| positions.stands(key.market, key.position));
        let is_open = self.book_mut(key).fate == Some(PositionFate::Open);
        if is_open {
            self.go_on(key, stands, PositionFate::Closed, sees);
        } else if stands {
            self.begin(key, sees);
        }
    }

    fn liquidated(&mut self, at: &Liquidation, sees: &View) {
        let is_open = self.book_mut(at.key).fate == Some(PositionFate::Open);
        // Opened in the same block, and gone at its end.
        if !is_open && self.book_mut(at.key).closed() != Some(sees.clock.block) {
            self.begin(at.key, sees);
        }
        let book = self.book_mut(at.key);
        book.lowest = at.health_factor.map_or(book.lowest, |health| health.min(book.lowest));
        if let Some(details) = self.details_mut(at.key) {
            details.health_factor = at.health_factor;
            for (token, units) in &at.seized {
                details.lose(Lost::Collateral, *token, *units);
            }
            details.lose(Lost::Debt, at.debt_token, at.debt);
            details.lose(Lost::BadDebt, at.debt_token, at.bad_debt);
            if at.kind == SaleKind::Kill {
                let invested = details.invested_mut();
                invested.proceeds = Some((at.debt_token, at.returned));
                invested.proceeds_value = sees.worth(at.debt_token, at.returned);
            }
        }
        let stands = !at.is_over
            && positions_of(sees, at.key.protocol, |positions| positions.stands(at.key.market, at.key.position));
        self.go_on(at.key, stands, PositionFate::Liquidated, sees);
    }

    /// Opens the book of a position that was opened in this block.
    fn begin(&mut self, key: PositionKey, sees: &View) {
        let was = std::mem::replace(self.book_mut(key), PositionBook::NONE);
        if was.fate.is_some() {
            self.over.push((key, was));
        }
        let moment = moment(sees);
        let book = self.book_mut(key);
        (book.fate, book.opened) = (Some(PositionFate::Open), moment);
        self.begin_to_follow(key, moment, sees);
    }

    /// Takes in that a position consists of something else from this block on, or of nothing.
    fn go_on(&mut self, key: PositionKey, stands: bool, fate: PositionFate, sees: &View) {
        let moment = moment(sees);
        let market = self.market_mut(key);
        let book = &mut market.books[key.position as usize];
        book.lowest = book.lowest.min(lowest_of(book, &market.lowest));
        if stands {
            self.begin_to_follow(key, moment, sees);
        } else if book.fate == Some(PositionFate::Open) {
            (book.fate, book.since, book.ratio) = (Some(fate), moment, 0.0);
        }
    }

    /// Notes what a position consists of from this block's end on.
    fn begin_to_follow(&mut self, key: PositionKey, moment: u32, sees: &View) {
        if !self.follows {
            return;
        }
        let PositionKey { protocol, market, position } = key;
        let (pair, health_factor) = positions_of(sees, protocol, |positions| {
            let pair = positions.exposure(market, position).and_then(|exposure| pair_of(&exposure));
            // What cannot be followed is looked at.
            (pair, if pair.is_none() { positions.holding(market, position).health_factor } else { None })
        });
        let of = self.market_mut(key);
        let book = &mut of.books[position as usize];
        book.since = moment;
        if let Some((pair, ratio)) = pair {
            (book.pair, book.ratio) = (pair, ratio);
            of.lowest.entry(pair).or_default();
        } else {
            (book.ratio, book.is_sampled) = (0.0, true);
            book.lowest = health_factor.map_or(book.lowest, |health| health.min(book.lowest));
        }
    }

    /// Follows what health factors have in common to the end of the block; its events are in the books.
    pub fn follow(&mut self, sees: &View) {
        self.look(moment(sees), sees);
    }

    fn look(&mut self, moment: u32, sees: &View) {
        for of in self.markets.iter_mut().filter(|of| !of.lowest.is_empty()) {
            let prices = positions_of(sees, of.protocol, |positions| positions.liquidation_prices(of.number));
            let Some(prices) = prices else { continue };
            for (pair, lowest) in &mut of.lowest {
                lowest.push(moment, prices.collateral_over_debt(pair.0, pair.1));
            }
        }
    }

    /// Returns every position that there was, by key, and those with one key by when they were opened; with its lowest
    /// health factor, if it had any.
    pub fn all(&self) -> impl Iterator<Item = (PositionKey, PositionBook, Option<f64>)> {
        let mut over = self.over.clone();
        over.sort_unstable_by_key(|(key, book)| (*key, book.opened));
        let mut over = over.into_iter().peekable();
        self.markets
            .iter()
            .flat_map(|of| (0..).zip(&of.books).map(move |(position, book)| (of, position, book)))
            .flat_map(move |(of, position, book)| {
                let key = PositionKey { protocol: of.protocol, market: of.number, position };
                let mut rows = Vec::new();
                while let Some((key, book)) = over.next_if(|(other, _)| *other == key) {
                    rows.push((key, book, finite(book.lowest)));
                }
                if book.fate.is_some() {
                    rows.push((key, *book, finite(book.lowest.min(lowest_of(book, &of.lowest)))));
                }
                rows
            })
    }

    /// Counts positions by fate.
    pub fn count(&self) -> PositionCounts {
        let mut counts = PositionCounts::default();
        let books = self.markets.iter().flat_map(|of| &of.books).chain(self.over.iter().map(|(_, book)| book));
        for fate in books.filter_map(|book| book.fate) {
            counts.opened += 1;
            match fate {
                PositionFate::Open => counts.open += 1,
                PositionFate::Closed => counts.closed += 1,
                PositionFate::Liquidated => counts.liquidated += 1,
            }
        }
        counts
    }
}

/// Positions by fate, of all protocols.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PositionCounts {
    /// There before the first block, or opened since.
    pub opened: u64,
    /// Repaid or emptied by their owners.
    pub closed: u64,
    /// Liquidated until no collateral was left, or no debt.
    pub liquidated: u64,
    /// Open after the last block.
    pub open: u64,
}

/// Returns the number of this block among the moments at which something is seen; before the first block is 0.
fn moment(sees: &View) -> u32 {
    u32::try_from(sees.clock.block + 1).expect("a run has fewer than 2^32 blocks")
}

/// Returns which collateral and which debt an exposure consists of, and how much of the one there is over the other;
/// none of several, and none of the same asset.
fn pair_of(exposure: &Exposure) -> Option<(Pair, f64)> {
    match (exposure.collateral.as_slice(), exposure.debt.as_slice()) {
        ([(posted, collateral)], [(owed, debt)]) => Some(((*posted, *owed), collateral / debt)),
        _ => None,
    }
}

/// Returns the lowest health factor of a position since it last changed; infinite where it was not followed.
fn lowest_of(book: &PositionBook, lowest: &BTreeMap<Pair, LowestSince>) -> f64 {
    let since = lowest.get(&book.pair).and_then(|lowest| lowest.since(book.since));
    since.filter(|_| book.ratio > 0.0).map_or(f64::INFINITY, |least| least * book.ratio)
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
