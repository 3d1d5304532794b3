//! Circles: from a token through two or three pools back to it.

use smallvec::SmallVec;

use super::round::{Round, Step};
use crate::agents::router::{Hop, MOST_HOPS};
use crate::agents::view::View;
use crate::chain::ids::TokenId;
use crate::deployments::amm::PoolCell;

/// Returns every circle through two or three pools in their order, both ways round: for each pool the token that it is
/// paid in. Each is paid what the one before pays out; no token comes twice.
pub fn circles<T: Copy + PartialEq>(pools: &[&[T]]) -> Vec<SmallVec<[T; MOST_HOPS]>> {
    let mut found = vec![SmallVec::new()];
    for (place, pool) in pools.iter().enumerate() {
        // Between this pool and the one before, around the circle.
        let before = pools[(place + pools.len() - 1) % pools.len()];
        let shared = || pool.iter().copied().filter(|token| before.contains(token));
        let longer = found.iter().flat_map(|tokens: &SmallVec<[T; MOST_HOPS]>| {
            shared().filter(|token| !tokens.contains(token)).map(|token| {
                let mut tokens = tokens.clone();
                tokens.push(token);
                tokens
            })
        });
        found = longer.collect();
    }
    found
}

/// Returns the token that circles begin and end with: the numeraire if some circle passes it, else the first's first.
pub fn start<T: Copy + PartialEq>(circles: &[SmallVec<[T; MOST_HOPS]>], numeraire: T) -> Option<T> {
    let passed = circles.iter().any(|tokens| tokens.contains(&numeraire));
    if passed { Some(numeraire) } else { circles.first().map(|tokens| tokens[0]) }
}

/// Returns the rounds through these pools, both ways, and the token that they begin and end with.
pub(super) fn rounds(sees: &View, cells: &[&PoolCell]) -> (TokenId, Vec<Round>) {
    let tokens: Vec<&[TokenId]> = cells.iter().map(|cell| &cell.tokens[..]).collect();
    let circles = circles(&tokens);
    let start = start(&circles, sees.tokens.numeraire).expect("checked: the pools make a circle");
    let mut rounds: Vec<Round> = Vec::new();
    for circle in circles {
        let next = |place: usize| circle[(place + 1) % circle.len()];
        let hop = |(place, cell): (usize, &&PoolCell)| Hop {
            pool: cell.id,
            direction: cell.direction(circle[place], next(place)).expect("the pool holds both"),
        };
        let hops: Vec<Hop> = cells.iter().enumerate().map(hop).collect();
        let Some(first) = circle.iter().position(|token| *token == start) else { continue };
        let forwards = (0..hops.len()).map(|place| hops[(first + place) % hops.len()]);
        let back = |hop: Hop| Hop { direction: hop.direction.reversed(), ..hop };
        for way in [forwards.clone().collect(), forwards.rev().map(back).collect::<Vec<Hop>>()] {
            let round = Round::of(&way.into_iter().map(Step::Swap).collect::<Vec<_>>());
            if !rounds.contains(&round) {
                rounds.push(round);
            }
        }
    }
    (start, rounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_pass_every_pool_and_no_token_twice() {
        let found = |pools: &[&[char]]| -> Vec<String> { circles(pools).iter().map(|c| c.iter().collect()).collect() };
        assert_eq!(found(&[&['a', 'b'], &['b', 'a']]), ["ab", "ba"]);
        assert_eq!(found(&[&['a', 'b'], &['b', 'c'], &['c', 'a']]), ["abc"]);
        assert_eq!(found(&[&['a', 'b'], &['b', 'c'], &['c', 'd']]), [""; 0]);
        assert_eq!(found(&[&['a', 'b', 'c'], &['c', 'a', 'd']]), ["ac", "ca"]);
        assert_eq!(found(&[&['a', 'b'], &['b', 'c']]), [""; 0], "one token in common is no circle");
    }

    #[test]
    fn they_start_from_the_numeraire_where_they_can() {
        let circles = circles(&[&['a', 'b'][..], &['b', 'c'], &['c', 'a']]);
        assert_eq!(start(&circles, 'c'), Some('c'));
        assert_eq!(start(&circles, 'z'), Some('a'));
    }
}
