//! What holds for every pool and every sequence of calls.

use proptest::prelude::*;

use super::*;
use crate::amm::Traded;
use plimsoll_math::mul_div_down;

/// Something that can be asked of a pool. Tokens are taken modulo the number of tokens, parts are of a balance or of
/// the supply in 2^20ths, and end at the greatest amount.
#[derive(Debug, Clone)]
enum Call {
    GivenIn(usize, usize, u128),
    GivenOut(usize, usize, u128),
    JoinExact([u128; MAX_TOKENS]),
    JoinToken(usize, u128),
    JoinAll(u128),
    ExitOne(usize, u128),
    ExitAll(u128),
    ExitExact([u128; MAX_TOKENS]),
}

/// What a call moved into the pool and out of it, and how the BPT changed.
#[derive(Debug, Default)]
struct Receipt {
    paid: PerToken,
    taken: PerToken,
    minted: u128,
    burned: u128,
}

impl From<Joined> for Receipt {
    fn from(joined: Joined) -> Self {
        let minted = joined.bpt + joined.locked + joined.protocol_fee;
        Self { paid: joined.paid, minted, ..Self::default() }
    }
}

impl From<Exited> for Receipt {
    fn from(exited: Exited) -> Self {
        Self { taken: exited.taken, minted: exited.protocol_fee, burned: exited.bpt, ..Self::default() }
    }
}

fn part(whole: u128, parts: u128) -> u128 {
    mul_div_down(whole, parts, 1 << 20).unwrap_or(u128::MAX)
}

impl Call {
    fn make(&self, pool: &mut WeightedPool) -> Result<Receipt, WeightedPoolError> {
        let (tokens, supply) = (pool.token_count(), pool.total_supply());
        let of = |token: usize, parts| part(pool.balances()[token % tokens], parts);
        let each = |parts: &[u128; MAX_TOKENS]| (0..tokens).map(|token| of(token, parts[token])).collect::<Vec<_>>();
        match *self {
            Self::GivenIn(token_in, token_out, parts) => {
                let amount = of(token_in, parts);
                Self::traded(pool, token_in, token_out, |pool, a, b| pool.swap_given_in(a, b, amount, 0))
            }
            Self::GivenOut(token_in, token_out, parts) => {
                let amount = of(token_out, parts);
                Self::traded(pool, token_in, token_out, |pool, a, b| pool.swap_given_out(a, b, amount, u128::MAX))
            }
            Self::JoinExact(ref parts) => {
                let amounts = each(parts);
                pool.join_exact_tokens(&amounts, 0).map(Receipt::from)
            }
            Self::JoinToken(token, parts) => {
                pool.join_token_for_exact_bpt(token % tokens, part(supply, parts), u128::MAX).map(Receipt::from)
            }
            Self::JoinAll(parts) => {
                let most = &[u128::MAX; MAX_TOKENS][..tokens];
                pool.join_all_tokens_for_exact_bpt(part(supply, parts), most).map(Receipt::from)
            }
            Self::ExitOne(token, parts) => {
                pool.exit_one_token(part(supply, parts), token % tokens, 0).map(Receipt::from)
            }
            Self::ExitAll(parts) => {
                pool.exit_proportional(part(supply, parts), &[0; MAX_TOKENS][..tokens]).map(Receipt::from)
            }
            Self::ExitExact(ref parts) => {
                let amounts = each(parts);
                pool.exit_exact_tokens(&amounts, u128::MAX).map(Receipt::from)
            }
        }
    }

    fn traded(
        pool: &mut WeightedPool,
        token_in: usize,
        token_out: usize,
        swap: impl Fn(&mut WeightedPool, usize, usize) -> Result<Traded, WeightedPoolError>,
    ) -> Result<Receipt, WeightedPoolError> {
        let (token_in, token_out) = (token_in % pool.token_count(), token_out % pool.token_count());
        let traded = swap(pool, token_in, token_out)?;
        let mut receipt = Receipt::default();
        receipt.paid[token_in] = traded.amount_in;
        receipt.taken[token_out] = traded.amount_out;
        Ok(receipt)
    }
}

fn parts() -> impl Strategy<Value = u128> {
    prop_oneof![0u128..1 << 20, 0u128..1 << 10, Just(0), Just(1 << 20), 0u128..1 << 23, any::<u128>()]
}

fn some_parts() -> impl Strategy<Value = [u128; MAX_TOKENS]> {
    prop::array::uniform8(prop_oneof![Just(0), 0u128..1 << 18, parts()])
}

fn call() -> impl Strategy<Value = Call> {
    let token = 0..MAX_TOKENS;
    prop_oneof![
        (token.clone(), token.clone(), 0u128..1 << 18).prop_map(|(a, b, parts)| Call::GivenIn(a, b, parts)),
        (token.clone(), token.clone(), parts()).prop_map(|(a, b, parts)| Call::GivenIn(a, b, parts)),
        (token.clone(), token.clone(), parts()).prop_map(|(a, b, parts)| Call::GivenOut(a, b, parts)),
        some_parts().prop_map(Call::JoinExact),
        (token.clone(), parts()).prop_map(|(token, parts)| Call::JoinToken(token, parts)),
        parts().prop_map(Call::JoinAll),
        (token, parts()).prop_map(|(token, parts)| Call::ExitOne(token, parts)),
        parts().prop_map(Call::ExitAll),
        some_parts().prop_map(Call::ExitExact),
    ]
}

/// Returns pools of two to eight tokens of any decimals and weights, of which at least a whole one of each is there.
fn any_pool(protocol_fee_wad: impl Strategy<Value = u64>) -> impl Strategy<Value = WeightedPool> {
    let token = (0u8..=18, 0u64..1_000, 1u128..10_u128.pow(12));
    let fees = (MIN_SWAP_FEE_WAD..=MAX_SWAP_FEE_WAD, protocol_fee_wad);
    (prop::collection::vec(token, 2..=MAX_TOKENS), fees).prop_map(|(tokens, (swap_fee_wad, protocol_fee_wad))| {
        let sum: u64 = tokens.iter().map(|token| token.1 + 1).sum();
        let spare = 10_u64.pow(18) - MIN_WEIGHT_WAD * tokens.len() as u64;
        let weight = |parts: u64| MIN_WEIGHT_WAD + spare / sum * (parts + 1);
        let mut params = WeightedPoolParams { tokens: Vec::new(), swap_fee_wad, protocol_fee_wad };
        for (decimals, parts, _) in &tokens {
            params.tokens.push(TokenParams { decimals: *decimals, weight_wad: weight(*parts) });
        }
        params.tokens[0].weight_wad += spare % sum;
        let balances = tokens.iter().map(|(decimals, _, whole)| whole * 10_u128.pow((*decimals).into()));
        let mut pool = WeightedPool::new(&params).unwrap();
        pool.initialize(&balances.collect::<Vec<_>>()).unwrap();
        pool
    })
}

proptest! {
    #[test]
    fn receipts_tell_all_and_a_failed_call_changes_nothing(
        mut pool in any_pool(0..=MAX_PROTOCOL_FEE_WAD),
        calls in prop::collection::vec(call(), 1..20),
    ) {
        for call in calls {
            let before = pool;
            match call.make(&mut pool) {
                Err(_) => prop_assert_eq!(pool, before, "{:?}", call),
                Ok(Receipt { paid, taken, minted, burned }) => {
                    for token in 0..pool.token_count() {
                        let moved = before.balances()[token] + paid[token] - taken[token];
                        prop_assert_eq!(pool.balances()[token], moved, "{:?}", call);
                    }
                    prop_assert_eq!(pool.total_supply(), before.total_supply() + minted - burned, "{:?}", call);
                    let after = pool;
                    pool.restore(before.holdings());
                    prop_assert_eq!(pool, before);
                    pool = after;
                }
            }
        }
    }

    /// But for the margins of error of the powers, which are a few 10^-14.
    #[test]
    fn a_bpt_is_never_worth_less(mut pool in any_pool(Just(0)), calls in prop::collection::vec(call(), 1..20)) {
        for call in calls {
            let before = pool.invariant().unwrap() as f64 / pool.total_supply() as f64;
            if call.make(&mut pool).is_ok() {
                let Ok(invariant) = pool.invariant() else { break };
                let after = invariant as f64 / pool.total_supply() as f64;
                // What is left of a pool may be so little that its invariant has few digits.
                let digits = 1e-12 + 1e2 / invariant as f64;
                prop_assert!(after >= before * (1.0 - digits), "{:?}: {} {}", call, before, after);
            }
        }
    }

    #[test]
    fn there_and_back_gains_nothing(
        pool in any_pool(Just(0)),
        tokens in (0..8usize, 0..8usize),
        parts in 1u128..1 << 18,
    ) {
        let (there, back) = (tokens.0 % pool.token_count(), tokens.1 % pool.token_count());
        let mut pool = pool;
        let amount = part(pool.balances()[there], parts);
        if let Ok(first) = pool.swap_given_in(there, back, amount, 0)
            && let Ok(second) = pool.swap_given_in(back, there, first.amount_out, 0)
        {
            prop_assert!(second.amount_out <= amount);
        }
    }

    #[test]
    fn joining_and_leaving_gains_nothing(
        pool in any_pool(Just(0)),
        amounts in some_parts(),
        token in 0..8usize,
        parts in parts(),
    ) {
        let (tokens, supply) = (pool.token_count(), pool.total_supply());
        let (token, bpt) = (token % tokens, part(supply, parts));
        let amounts = pool.balances().iter().zip(amounts).map(|(balance, parts)| part(*balance, parts));
        let amounts: Vec<u128> = amounts.collect();
        let mut exact = pool;
        if let Ok(joined) = exact.join_exact_tokens(&amounts, 0)
            && let Ok(exited) = exact.exit_exact_tokens(&amounts, u128::MAX)
        {
            prop_assert!(exited.bpt >= joined.bpt);
        }
        let mut one = pool;
        if let Ok(joined) = one.join_token_for_exact_bpt(token, bpt, u128::MAX)
            && let Ok(exited) = one.exit_one_token(bpt, token, 0)
        {
            prop_assert!(exited.taken[token] <= joined.paid[token]);
        }
        let mut all = pool;
        if let Ok(joined) = all.join_all_tokens_for_exact_bpt(bpt, &[u128::MAX; MAX_TOKENS][..tokens]) {
            let exited = all.exit_proportional(bpt, &[0; MAX_TOKENS][..tokens]).unwrap();
            prop_assert!(exited.taken.iter().zip(joined.paid).all(|(taken, paid)| *taken <= paid));
        }
    }

    #[test]
    fn the_largest_amounts_are_taken_and_no_more(pool in any_pool(Just(0)), tokens in (0..8usize, 1..8usize)) {
        let token_in = tokens.0 % pool.token_count();
        let token_out = (token_in + 1 + tokens.1 % (pool.token_count() - 1)) % pool.token_count();
        let most_in = pool.largest_amount_in(token_in).unwrap();
        let within = |quote| {
            !matches!(quote, Err(WeightedPoolError::MaxInRatio { .. } | WeightedPoolError::MaxOutRatio { .. }))
        };
        prop_assert!(within(pool.quote_given_in(token_in, token_out, most_in)));
        prop_assert!(!within(pool.quote_given_in(token_in, token_out, most_in + 1)));
        let most_out = pool.largest_amount_out(token_out).unwrap();
        prop_assert!(within(pool.quote_given_out(token_in, token_out, most_out)));
        prop_assert!(!within(pool.quote_given_out(token_in, token_out, most_out + 1)));
    }

    /// Tokens of no decimals are reckoned in more than 128 bits, and ratios do not change by that.
    #[test]
    fn amounts_beyond_128_bits_are_exact(
        balances in (1u128 << 80..1 << 111, 1u128 << 80..1 << 111),
        parts in 1u128..1 << 18,
        percent in 1u64..=99,
    ) {
        let [narrow, wide] = [18, 0].map(|decimals| {
            let mut pool = WeightedPool::new(&params([(decimals, percent), (decimals, 100 - percent)], 0)).unwrap();
            pool.holdings.balances[..2].copy_from_slice(&[balances.0, balances.1]);
            pool
        });
        let amount = part(balances.0, parts);
        prop_assert_eq!(narrow.quote_given_in(0, 1, amount).ok(), wide.quote_given_in(0, 1, amount).ok());
        let amount = part(balances.1, parts);
        prop_assert_eq!(narrow.quote_given_out(0, 1, amount).ok(), wide.quote_given_out(0, 1, amount).ok());
    }
}
