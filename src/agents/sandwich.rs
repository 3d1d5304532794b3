//! The best sandwich around a swap: exact quotes on copies of the pool, bracketed search, any kind of pool.
//!
//! The front-run goes the victim's way, the back-run sells what it bought. The larger the front-run, the less the victim
//! gets: the largest that leaves it what it asks for bounds the search. Without fees the bound is the optimum; fees, or
//! a victim that accepts anything, can put the optimum below.

use plimsoll_protocols::amm::{Direction, Pool};

/// A swap in a pool, as its transaction asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VictimSwap {
    pub(super) direction: Direction,
    /// In smallest units of what is paid.
    pub(super) amount_in: u128,
    /// The least that must come out, in smallest units of what is taken.
    pub(super) least_out: u128,
}

/// A front-run and what comes back of it, in smallest units of what the victim pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SandwichSize {
    pub(super) front: u128,
    pub(super) returned: u128,
}

impl SandwichSize {
    fn gain(self) -> f64 {
        self.returned as f64 - self.front as f64
    }
}

/// Halvings of the bracket after which a size is known to a billionth.
const PRECISION: u32 = 30;

/// The part of a bracket that each step of the golden section keeps.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Steps of the golden section: the gain is flat at its maximum, and a ten-thousandth of the size is beyond notice.
const STEPS: u32 = 24;

/// Returns the sandwich that gains most with a front-run of at most `capital`; none if none gains or the victim would
/// revert anyway.
pub(super) fn best(pool: &Pool, victim: &VictimSwap, capital: u128, now: u64) -> Option<SandwichSize> {
    let found = |front| attempt(pool, victim, front, now);
    let most = largest(most_room(pool, victim, now).min(capital), |front| found(front).is_some())?;
    let at_most = found(most)?;
    // At the bound the gain still rises, or the optimum lies below.
    let below = found(most - most / 1024)?;
    let best = if below.gain() > at_most.gain() { highest(most, found).unwrap_or(below) } else { at_most };
    (best.returned > best.front).then_some(best)
}

/// Runs a front-run and the victim on a copy, and quotes the way back; none if the victim or the front-run would revert.
fn attempt(pool: &Pool, victim: &VictimSwap, front: u128, now: u64) -> Option<SandwichSize> {
    let mut copy = pool.clone();
    let bought = run(&mut copy, victim, front, now)?;
    let returned = copy.amm().quote_exact_in(victim.direction.reversed(), bought, now).ok()?;
    Some(SandwichSize { front, returned })
}

/// Trades a front-run and the victim's swap, and returns what the front-run bought.
fn run(pool: &mut Pool, victim: &VictimSwap, front: u128, now: u64) -> Option<u128> {
    let bought = pool.amm_mut().swap_exact_in(victim.direction, front, now).ok()?.amount_out;
    let got = pool.amm_mut().swap_exact_in(victim.direction, victim.amount_in, now).ok()?.amount_out;
    (got >= victim.least_out).then_some(bought)
}

/// Trades a whole sandwich, so that the next one can be sized.
pub(super) fn apply(pool: &mut Pool, victim: &VictimSwap, front: u128, now: u64) -> Option<()> {
    let bought = run(pool, victim, front, now)?;
    pool.amm_mut().swap_exact_in(victim.direction.reversed(), bought, now).ok()?;
    Some(())
}

/// Returns a size that no front-run can exceed: the victim's mean price is no better than the marginal one before it.
fn most_room(pool: &Pool, victim: &VictimSwap, now: u64) -> u128 {
    let price = victim.least_out as f64 / victim.amount_in as f64;
    let depth = pool.amm().depth_to(victim.direction, price, now);
    // A billionth more: the depth is a float.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, as a bound may")]
    let units = (depth * (1.0 + 1e-9)) as u128;
    units.saturating_add(1)
}

/// Returns the largest size up to `most` that `fits`, to a billionth; none if even the smallest does not.
fn largest(most: u128, fits: impl Fn(u128) -> bool) -> Option<u128> {
    if most > 0 && fits(most) {
        return Some(most);
    }
    let (mut low, mut high) = (0, most);
    while high - low > 1 + (low >> PRECISION) {
        let middle = low + (high - low) / 2;
        if fits(middle) { low = middle } else { high = middle }
    }
    (low > 0).then_some(low)
}

/// Returns the best of the sizes up to `most`, by the golden section: the gain rises, then falls.
fn highest(most: u128, found: impl Fn(u128) -> Option<SandwichSize>) -> Option<SandwichSize> {
    let part = |of: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a whole amount")]
        let units = of as u128;
        found(units.clamp(1, most))
    };
    let (mut low, mut high) = (0.0, most as f64);
    let inner = |low: f64, high: f64| [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    let [at_left, at_right] = inner(low, high);
    let (mut left, mut right) = (part(at_left)?, part(at_right)?);
    for _ in 0..STEPS {
        if left.gain() > right.gain() {
            high = low + GOLDEN * (high - low);
            right = left;
            left = part(inner(low, high)[0])?;
        } else {
            low = high - GOLDEN * (high - low);
            left = right;
            right = part(inner(low, high)[1])?;
        }
    }
    Some(if left.gain() > right.gain() { left } else { right })
}
