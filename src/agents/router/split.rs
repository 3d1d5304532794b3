//! How much of an amount goes a second way.

use smallvec::smallvec;

use super::{Leg, Path, Plan};
use crate::agents::view::View;

/// Of an amount: the piece by which marginal prices are told.
const PIECE: u128 = 64;

/// How many second paths are tried: those that begin best.
const TRIED: usize = 3;

/// Parts into which the share is first divided, and how often the best part's neighbourhood is then narrowed to its
/// golden section: to 1/4 * 0.618^20, less than a fifty-thousandth of the amount.
const PARTS: u32 = 8;
const NARROWINGS: u32 = 20;

/// Returns the best plan of `base` and a path that shares no pool with it; none if every other path begins at a price no
/// better than the one at which `base` ends.
pub(super) fn beside<'a>(
    sees: &View,
    paths: &'a [Path],
    base: &'a Path,
    single: Option<Leg>,
    amount: u128,
) -> Option<Plan<'a>> {
    let piece = (amount / PIECE).max(1);
    // By what the last piece brings that goes the first way.
    let last =
        single.map_or(0, |all| all.out - base.quote(&sees.protocols, amount - piece, sees.clock.now()).unwrap_or(0));
    let mut others: Vec<(u128, &Path)> = Vec::new();
    for path in paths.iter().filter(|path| !path.meets(base)) {
        if let Some(begins) = path.quote(&sees.protocols, piece, sees.clock.now()).filter(|begins| *begins > last) {
            others.push((begins, path));
        }
    }
    // The sort is stable, and paths are in order.
    others.sort_by_key(|(begins, _)| std::cmp::Reverse(*begins));
    others.truncate(TRIED);
    let plans = others.into_iter().filter_map(|(_, other)| divided(sees, base, other, amount));
    plans.reduce(|best, plan| if plan.out() > best.out() { plan } else { best })
}

/// Returns the plan that divides an amount between two paths so that they bring most: the best of a few shares, then its
/// neighbourhood by golden section. What two pools bring of an amount is concave in its division.
fn divided<'a>(sees: &View, base: &'a Path, other: &'a Path, amount: u128) -> Option<Plan<'a>> {
    let plan = |share: f64| {
        let second = part(amount, share);
        let first = amount - second;
        if first == 0 || second == 0 {
            return None;
        }
        let (out, other_out) = (
            base.quote(&sees.protocols, first, sees.clock.now())?,
            other.quote(&sees.protocols, second, sees.clock.now())?,
        );
        let legs =
            smallvec![Leg { path: base, amount: first, out }, Leg { path: other, amount: second, out: other_out },];
        Some(Plan { legs })
    };
    let brings = |share: f64| plan(share).map_or(0, |plan| plan.out());
    let width = 1.0 / f64::from(PARTS);
    let shares = (1..PARTS).map(|part| f64::from(part) * width);
    let (_, middle) = shares
        .map(|share| (brings(share), share))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .filter(|(out, _)| *out > 0)?;
    plan(peak(middle - width, middle + width, brings))
}

/// Returns where a concave function is greatest between two places.
fn peak(low: f64, high: f64, height: impl Fn(f64) -> u128) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (low, high);
    let at = |low: f64, high: f64, part: f64| low + (high - low) * part;
    let (mut left, mut right) = (at(low, high, 1.0 - GOLDEN), at(low, high, GOLDEN));
    let (mut of_left, mut of_right) = (height(left), height(right));
    for _ in 0..NARROWINGS {
        if of_left >= of_right {
            (high, right, of_right) = (right, left, of_left);
            left = at(low, high, 1.0 - GOLDEN);
            of_left = height(left);
        } else {
            (low, left, of_left) = (left, right, of_right);
            right = at(low, high, GOLDEN);
            of_right = height(right);
        }
    }
    if of_left >= of_right { left } else { right }
}

/// Returns a part of an amount, rounded down.
fn part(amount: u128, share: f64) -> u128 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is not negative")]
    let part = (amount as f64 * share) as u128;
    part.min(amount)
}
