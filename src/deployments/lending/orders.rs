//! A market's positions in the order in which they fail.
//!
//! Positions are kept apart by what they consist of: the set of assets that are collateral and the set that is owed. For
//! each such class, worths are told at reference prices and indices that the class keeps, and a position's key is its
//! debt over its weighted collateral there: a number that only its own calls change. When the worth of a unit of each
//! collateral has since changed by factors of at least `a`, and that of each debt by at most `b`, no position with a key
//! below `a / b` fails. With one collateral and one debt that is exact but for rounding, so accrual and prices touch
//! nobody; with several it is a sound bound, and a class whose bound has become loose takes new references.

use std::collections::BTreeMap;

use plimsoll_protocols::lending::Exposure;
use smallvec::SmallVec;

use super::LiquidationPrices;
use crate::chain::ids::AccountId;
use crate::chain::price_order::{Highest, Histogram, OrderPlace, PriceOrder, QUANTILES};

/// Sizes are debts in millionths of the numeraire at the reference.
const SIZES: f64 = 1e6;

/// What floats add to a bound, relatively.
const FLOAT_SLACK: f64 = 1e-9;

/// A class takes new references when this many candidates, and an eighth of its positions, turned out to be sound.
const LOOSE: usize = 64;

/// The assets that are collateral and those that are owed, a bit for each place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    collateral: u128,
    debt: u128,
}

impl Shape {
    fn of(exposure: &Exposure) -> Self {
        let bits = |side: &[(u8, f64)]| side.iter().fold(0_u128, |bits, (asset, _)| bits | 1 << asset);
        Self { collateral: bits(&exposure.collateral), debt: bits(&exposure.debt) }
    }

    /// Whether prices move all positions of the shape alike.
    fn is_simple(self) -> bool {
        self.collateral.is_power_of_two() && self.debt.is_power_of_two()
    }
}

fn places(bits: u128) -> impl Iterator<Item = usize> {
    // Each turn forgets the lowest bit that is set.
    let left = |bits: &u128| Some(bits & (bits - 1)).filter(|left| *left != 0);
    std::iter::successors((bits != 0).then_some(bits), left).map(|bits| bits.trailing_zeros() as usize)
}

/// Positions of one shape.
#[derive(Debug, Clone)]
struct Class {
    shape: Shape,
    reference: LiquidationPrices,
    order: PriceOrder,
}

/// Where a position stands in the order.
#[derive(Debug, Clone, Copy)]
pub struct LoanOrderPlace {
    /// How many classes there were.
    classes: usize,
    /// From 1; 0 if it owes nothing.
    class: u16,
    place: Option<OrderPlace>,
}

/// A market's positions.
#[derive(Debug, Clone, Default)]
pub struct LoanOrders {
    by_shape: BTreeMap<Shape, u16>,
    classes: Vec<Class>,
    /// By account: the number of its class, from 1; 0 for none.
    class_of: Vec<u16>,
}

impl LoanOrders {
    /// Returns how many positions owe something.
    pub fn open(&self) -> u32 {
        self.classes.iter().map(|class| class.order.open()).sum()
    }

    /// Returns the accounts whose positions owe something, ascending.
    pub fn accounts(&self) -> Vec<u32> {
        (0..).zip(&self.class_of).filter(|(_, class)| **class != 0).map(|(account, _)| account).collect()
    }

    /// Returns how many positions may be liquidated and are too small for anybody to do so.
    pub fn parked(&self) -> usize {
        self.classes.iter().map(|class| class.order.parked()).sum()
    }

    /// Whether there is a class for a position like this one.
    pub fn has_class(&self, exposure: &Exposure) -> bool {
        self.class(exposure).is_some()
    }

    /// Opens the class of positions like this one, which takes these prices as its reference.
    pub fn open_class(&mut self, exposure: &Exposure, reference: LiquidationPrices) {
        let shape = Shape::of(exposure);
        self.classes.push(Class { shape, reference, order: PriceOrder::default() });
        let number = u16::try_from(self.classes.len());
        self.by_shape.insert(shape, number.expect("there are fewer shapes than positions that scenarios draw"));
    }

    /// Puts a position where it belongs; takes it out if it owes nothing.
    pub fn set(&mut self, account: AccountId, exposure: &Exposure) {
        let number = self.class(exposure).expect("its class is opened before");
        let index = account.0 as usize;
        let was = self.class_of.get(index).copied().unwrap_or(0);
        if was != number && was != 0 {
            self.classes[usize::from(was) - 1].order.remove(account.0);
        }
        if was != number {
            if self.class_of.len() <= index {
                self.class_of.resize(index + 1, 0);
            }
            self.class_of[index] = number;
        }
        if number != 0 {
            self.classes[usize::from(number) - 1].set(account, exposure);
        }
    }

    /// Returns where a position stands, to put it back there.
    pub fn place(&self, account: AccountId) -> LoanOrderPlace {
        let class = self.class_of.get(account.0 as usize).copied().unwrap_or(0);
        let order = usize::from(class).checked_sub(1).map(|index| &self.classes[index].order);
        LoanOrderPlace { classes: self.classes.len(), class, place: order.map(|order| order.place(account.0)) }
    }

    /// Puts a position back where it stood, and closes classes that were opened since.
    pub fn restore(&mut self, account: AccountId, was: LoanOrderPlace) {
        if let Some(class) = self.class_of.get_mut(account.0 as usize) {
            let now = std::mem::replace(class, was.class);
            if now != was.class && now != 0 {
                self.classes[usize::from(now) - 1].order.remove(account.0);
            }
            if let Some(place) = was.place {
                self.classes[usize::from(was.class) - 1].order.restore(account.0, place);
            }
        }
        if self.classes.len() > was.classes {
            self.classes.truncate(was.classes);
            self.by_shape.retain(|_, number| usize::from(*number) <= was.classes);
        }
    }

    /// Returns the number of a position's class, from 1, if there is one; 0 for a position that owes nothing.
    fn class(&self, exposure: &Exposure) -> Option<u16> {
        let owes = exposure.debt.iter().any(|(_, units)| *units > 0.0);
        if owes { self.by_shape.get(&Shape::of(exposure)).copied() } else { Some(0) }
    }

    /// Calls `look` with every account that may have failed, class by class; it says whether the position was sound.
    /// Positions whose debt is worth more than `min_debt`, in whole numeraire tokens, are looked at again even if they were parked;
    /// without it, parked positions stay parked.
    pub fn candidates(
        &mut self,
        prices: &LiquidationPrices,
        min_debt: Option<f64>,
        exposure: impl Fn(AccountId) -> Exposure,
        mut look: impl FnMut(AccountId) -> Look,
    ) {
        let mut found = Vec::new();
        for class in &mut self.classes {
            class.candidates(prices, min_debt, &mut found);
            let mut sound = 0;
            for id in found.drain(..) {
                match look(AccountId(id)) {
                    Look::Sound => sound += 1,
                    Look::Failing => {}
                    Look::Unprofitable => class.order.park(id),
                }
            }
            if !class.shape.is_simple() && sound > LOOSE.max(class.order.open() as usize / 8) {
                class.take_reference(prices, &exposure);
            }
        }
    }

    /// Returns the accounts whose debt may be worth more, at these prices, than what may be owed against their collateral,
    /// ascending.
    pub fn failing(&self, prices: &LiquidationPrices) -> Vec<AccountId> {
        let mut found = Vec::new();
        for class in &self.classes {
            class.order.above(class.moved(prices) * (1.0 - FLOAT_SLACK), &mut found);
        }
        found.sort_unstable();
        found.into_iter().map(AccountId).collect()
    }

    /// Returns each class's debts by health factor at these prices.
    pub fn debt_histograms<'a>(&'a self, prices: &'a LiquidationPrices) -> impl Iterator<Item = DebtHistogram<'a>> {
        self.classes.iter().map(|class| DebtHistogram {
            shape: class.shape,
            histogram: class.order.histogram(),
            moved: class.moved(prices),
            scale: class.scale(prices),
        })
    }

    /// Returns, for each share of [`QUANTILES`], the health factor below which that share of the debt lies, and the debt in
    /// whole numeraire tokens. No factors where nothing is owed.
    pub fn health_factors(&self, prices: &LiquidationPrices) -> (Option<[f64; QUANTILES.len()]>, f64) {
        let debt: f64 = self.debt_histograms(prices).map(|histogram| histogram.debt()).sum();
        let factors = match &self.classes[..] {
            [class] => class.order.histogram().quantiles().map(|keys| keys.map(|key| class.moved(prices) / key)),
            _ => self.merged_quantiles(prices, debt),
        };
        (factors.filter(|_| debt > 0.0), debt)
    }

    /// Returns the quantiles of several classes, which prices move against each other.
    fn merged_quantiles(&self, prices: &LiquidationPrices, debt: f64) -> Option<[f64; QUANTILES.len()]> {
        let mut bins: Vec<(f64, f64)> = Vec::new();
        for histogram in self.debt_histograms(prices) {
            bins.extend(histogram.debts());
        }
        bins.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut below = bins.into_iter().scan(0.0, |below, (factor, debt)| {
            *below += debt;
            Some((factor, *below))
        });
        let mut last = below.next()?;
        Some(QUANTILES.map(|share| {
            while last.1 < share * debt {
                let Some(next) = below.next() else { break };
                last = next;
            }
            last.0
        }))
    }

    /// Returns the lowest of what `health` says of the accounts, asking it of those alone that may have it. No position's
    /// health factor is below what its key says, less rounding.
    pub fn lowest(&self, prices: &LiquidationPrices, mut health: impl FnMut(AccountId) -> Option<f64>) -> Option<f64> {
        let bounds = self.classes.iter().flat_map(|class| class.lowest_bounds(prices));
        let bounds: SmallVec<[(f64, AccountId); 32]> = bounds.collect();
        let (first, _) = (0..).zip(&bounds).min_by(|(_, a), (_, b)| a.0.total_cmp(&b.0))?;
        let mut lowest = health(bounds[first].1);
        for (_, (bound, account)) in (0..).zip(&bounds).filter(|(index, _)| *index != first) {
            if lowest.is_none_or(|lowest| *bound <= lowest) {
                lowest = health(*account).into_iter().chain(lowest).reduce(f64::min);
            }
        }
        lowest
    }
}

/// The debts of one class's positions by health factor, at the prices that it was asked with.
#[derive(Debug, Clone, Copy)]
pub struct DebtHistogram<'a> {
    shape: Shape,
    histogram: &'a Histogram,
    /// The greatest key that does not fail now: a position's health factor is that over its key, or more.
    moved: f64,
    /// What a unit of weight is worth now.
    scale: f64,
}

impl DebtHistogram<'_> {
    /// Returns all of the debt, in whole numeraire tokens.
    pub fn debt(&self) -> f64 {
        self.histogram.total() as f64 * self.scale
    }

    /// Returns health factors, lowest first, and the debt at each in whole numeraire tokens.
    pub fn debts(&self) -> impl Iterator<Item = (f64, f64)> {
        let (moved, scale) = (self.moved, self.scale);
        self.histogram.from_the_top().map(move |(key, weight)| (moved / key, weight as f64 * scale))
    }

    /// Whether these positions hold an asset as collateral, and do not owe it.
    pub fn falls_with(&self, asset: u8) -> bool {
        self.shape.collateral >> asset & 1 == 1 && self.shape.debt >> asset & 1 == 0
    }

    /// Returns the places of the assets that are collateral.
    pub fn collateral(&self) -> impl Iterator<Item = u8> {
        places(self.shape.collateral).map(|place| u8::try_from(place).expect("markets have at most 128 assets"))
    }
}

/// What a look at a candidate found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It may not be liquidated.
    Sound,
    /// It may be.
    Failing,
    /// It may be, and its debt is too small for anybody to liquidate it.
    Unprofitable,
}

impl Class {
    fn set(&mut self, account: AccountId, exposure: &Exposure) {
        let debt = self.reference.debt_worth(exposure);
        let key = debt / self.reference.weighted_collateral_worth(exposure);
        // No collateral at all fails at any price: the greatest key that can be counted.
        let key = if key.is_finite() { key } else { f64::MAX };
        let size = size_of(debt);
        self.order.set(account.0, key, size, size, key);
    }

    /// Returns by how much the worth of what all positions of the class have in common has changed, at least.
    fn moved(&self, prices: &LiquidationPrices) -> f64 {
        let shape = self.shape;
        let grown = |place: usize| prices.worth[place].collateral / self.reference.worth[place].collateral;
        let dearer = |place: usize| prices.worth[place].debt / self.reference.worth[place].debt;
        let least = places(shape.collateral).map(grown).fold(f64::INFINITY, f64::min);
        let most = places(shape.debt).map(dearer).fold(0.0, f64::max);
        // Without collateral, everything fails.
        if shape.collateral == 0 { 0.0 } else { least / most }
    }

    /// Returns what a unit of size is worth now, at least.
    fn scale(&self, prices: &LiquidationPrices) -> f64 {
        let dearer = |place: usize| prices.worth[place].debt / self.reference.worth[place].debt;
        places(self.shape.debt).map(dearer).fold(f64::INFINITY, f64::min) / SIZES
    }

    /// Returns what a market loses on its way to a position's health, in whole numeraire tokens: at most a smallest unit of
    /// each asset and a few grains of worth.
    fn lost(&self, prices: &LiquidationPrices) -> f64 {
        let assets = f64::from(self.shape.collateral.count_ones() + self.shape.debt.count_ones());
        2.0 * prices.units + (2.0 * assets + 4.0) * prices.rounding_unit
    }

    /// Returns the positions that may have the class's lowest health factor, each with what it is not below.
    fn lowest_bounds(&self, prices: &LiquidationPrices) -> impl Iterator<Item = (f64, AccountId)> {
        let (moved, scale, lost) = (self.moved(prices), self.scale(prices), self.lost(prices));
        self.order.highest().map(move |Highest { id, key, least }| {
            let lost = lost / (power_of_two(least) * scale);
            (moved / key * (1.0 - FLOAT_SLACK - lost) - lost, AccountId(id))
        })
    }

    /// Lists the positions whose key is above the limit that rounding leaves: relative to the debt, most for the smallest.
    fn candidates(&mut self, prices: &LiquidationPrices, min_debt: Option<f64>, found: &mut Vec<u32>) {
        let moved = self.moved(prices);
        let scale = self.scale(prices);
        let lost = self.lost(prices);
        if let Some(min_debt) = min_debt {
            self.order.unpark(at_least(min_debt / (scale * SIZES)));
        }
        let limit = |least: u128, _: u128| moved * (1.0 - FLOAT_SLACK - lost / (power_of_two(least) * scale)).max(0.0);
        self.order.candidates(limit, found);
        found.sort_unstable();
    }

    fn take_reference(&mut self, prices: &LiquidationPrices, exposure: impl Fn(AccountId) -> Exposure) {
        self.reference = prices.clone();
        for id in self.order.ids() {
            self.set(AccountId(id), &exposure(AccountId(id)));
        }
    }
}

/// Returns a power of two as a float, without the cost of converting any number.
fn power_of_two(power: u128) -> f64 {
    f64::from_bits(u64::from(1023 + power.ilog2()) << 52)
}

/// Returns a debt's size; even the smallest has one.
fn size_of(debt: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a debt may")]
    let size = (debt * SIZES) as u128;
    size.max(1)
}

/// Returns the size of a debt, so that what is unparked may be too much but never too little.
fn at_least(debt: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as the least debt may")]
    let size = (debt * SIZES * (1.0 - FLOAT_SLACK)) as u128;
    size
}

#[cfg(test)]
mod tests {
    use plimsoll_protocols::lending::Indices;
    use proptest::prelude::*;

    use super::*;

    fn prices(worth: [f64; 3]) -> LiquidationPrices {
        let worth = worth.into_iter().map(|unit| Indices { collateral: 0.8 * unit, debt: unit });
        LiquidationPrices { worth: worth.collect(), rounding_unit: 0.0, units: 0.0 }
    }

    /// What the first two assets are posted as collateral, and what is owed of the third.
    fn exposure((first, second, owed): (u32, u32, u32)) -> Exposure {
        let posted = [(0, f64::from(first)), (1, f64::from(second))].into_iter().filter(|(_, units)| *units > 0.0);
        Exposure { collateral: posted.collect(), debt: [(2, f64::from(owed))].into_iter().collect() }
    }

    proptest! {
        /// However prices have moved since, no leader that is not asked has a lower health factor, and where each position has
        /// one collateral, nobody at all.
        #[test]
        fn the_lowest_health_factor_is_that_of_all_leaders(
            positions in prop::collection::vec((0_u32..5, 0_u32..3, 1_u32..1_000_000), 1..60),
            moved in [0.3_f64..3.0, 0.3_f64..3.0, 0.9_f64..1.1],
        ) {
            let (reference, now) = (prices([1.0; 3]), prices(moved));
            let exposures: Vec<Exposure> =
                positions.iter().map(|(first, second, owed)| exposure((first * owed, second * owed, *owed))).collect();
            let mut orders = LoanOrders::default();
            for (account, exposure) in (0..).map(AccountId).zip(&exposures) {
                if !orders.has_class(exposure) {
                    orders.open_class(exposure, reference.clone());
                }
                orders.set(account, exposure);
            }
            let health = |of: &Exposure| now.weighted_collateral_worth(of) / now.debt_worth(of);
            let lowest = orders.lowest(&now, |account| Some(health(&exposures[account.0 as usize])));
            let leaders: Vec<f64> = orders.classes.iter().flat_map(|class| class.order.highest())
                .map(|top| health(&exposures[top.id as usize])).collect();
            prop_assert_eq!(lowest, leaders.into_iter().reduce(f64::min));
            let simple = positions.iter().all(|(first, second, _)| *first == 0 || *second == 0);
            let sweep = exposures.iter().map(health).reduce(f64::min).unwrap();
            prop_assert!(!simple || (lowest.unwrap() - sweep).abs() <= 1e-9 * sweep, "{lowest:?} for {sweep}");
        }
    }
}
