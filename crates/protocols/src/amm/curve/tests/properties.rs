//! What holds whatever is called.

use proptest::prelude::*;

use super::{
    calls::{Call, Ledger, Which, amount, call, two_of},
    *,
};
use plimsoll_math::WAD;

/// A pool of three coins of 18, 6 and 8 decimals, with whole coins up to a lopsided million.
pub(super) fn pool(fees: Fees) -> impl Strategy<Value = StableSwap<3>> {
    let whole = prop::array::uniform3(prop_oneof![1u128..100, 1_000u128..1_000_000]);
    (whole, 1u128..5_000).prop_map(move |(whole, amplification)| {
        let mut pool = empty(Template::ThreePool, [18, 6, 8], amplification, fees);
        pool.add_liquidity(units([18, 6, 8], whole), 0, 0).unwrap();
        pool
    })
}

proptest! {
    #[test]
    fn receipts_name_every_transfer_and_a_failed_call_changes_nothing(
        calls in prop::collection::vec((call(), 0u64..100_000), 1..30),
    ) {
        let (mut meta, mut base) = gusd(FEES);
        let mut ledger = Ledger::of(&meta, &base);
        let mut now = 0;
        for (call, seconds) in calls {
            now += seconds;
            let before = (meta, base, ledger);
            if call.make(&mut meta, &mut base, &mut ledger, now).is_err() {
                prop_assert_eq!((meta, base, ledger), before, "{:?}", call);
            }
            prop_assert_eq!(Ledger::of(&meta, &base), ledger, "{:?}", call);
        }
    }

    #[test]
    fn a_liquidity_token_is_never_worth_less(
        calls in prop::collection::vec(call(), 1..30),
    ) {
        let (mut meta, mut base) = gusd(FEES);
        for call in calls {
            // The price of a liquidity token follows the amplification.
            if matches!(call, Call::Ramp(..)) {
                continue;
            }
            let (before, supply) = (base.virtual_price(0), base.total_supply());
            let mut ledger = Ledger::of(&meta, &base);
            let done = call.make(&mut meta, &mut base, &mut ledger, 0);
            let (Ok(before), Ok(after), Ok(())) = (before, base.virtual_price(0), done) else { continue };
            // Where a coin is rare, the contract knows the invariant to some digits less.
            let scaled = base.scaled(&base.balances).unwrap();
            let (rarest, commonest) = (scaled.iter().min().unwrap(), scaled.iter().max().unwrap());
            if commonest / 10_000 < *rarest {
                let slack = 1 + 4 * WAD / supply.min(base.total_supply());
                prop_assert!(after + slack >= before, "{} to {} by {:?}", before, after, call);
            }
        }
    }

    #[test]
    fn a_quote_is_what_a_trade_gives(pool in pool(FEES), (coin_in, coin_out) in two_of(3), amount_in in amount()) {
        let quote = pool.quote_exact_in(coin_in, coin_out, amount_in, 0);
        let traded = pool.clone().exchange(coin_in, coin_out, amount_in, 0, 0);
        prop_assert_eq!(quote, traded.map(|traded| traded.amount_out));
        if let (Ok(view), Ok(quote)) = (pool.get_dy(coin_in, coin_out, amount_in, 0), quote) {
            prop_assert!(view.abs_diff(quote) <= 1);
        }
    }

    #[test]
    fn the_least_amount_buys_and_a_unit_less_does_not(
        pool in pool(FEES),
        (coin_in, coin_out) in two_of(3),
        part in 1u128..1_000_000,
    ) {
        let amount_out = (pool.balances()[coin_out] / 1_000_000 * part).max(1);
        if let Ok(paid) = pool.quote_exact_out(coin_in, coin_out, amount_out, 0) {
            prop_assert!(pool.quote_exact_in(coin_in, coin_out, paid, 0).unwrap() >= amount_out);
            let less = pool.quote_exact_in(coin_in, coin_out, paid - 1, 0);
            prop_assert!(less.is_err() || less.unwrap() < amount_out);
        } else {
            prop_assert!(part > 900_000);
        }
    }

    #[test]
    fn underlying_quotes_are_what_trades_give(
        (coin_in, coin_out) in two_of(4),
        whole in 1u128..200_000,
        now in 0u64..2_000,
    ) {
        let (mut meta, mut base) = gusd(FEES);
        base.exchange(0, 1, MILLION / 3, 0, 0).unwrap();
        let unit = units([2, 18, 6, 6], [1; 4]);
        let paid = whole * unit[coin_in];
        let quote = meta.quote_underlying_exact_in(&base, coin_in, coin_out, paid, now).unwrap();
        let least = meta.quote_underlying_exact_out(&base, coin_in, coin_out, quote, now).unwrap();
        prop_assert!(least <= paid);
        let bought = |paid| meta.quote_underlying_exact_in(&base, coin_in, coin_out, paid, now);
        prop_assert!(bought(least).unwrap() >= quote);
        prop_assert!(bought(least - 1).map_or(true, |bought| bought < quote));
        let traded = meta.exchange_underlying(&mut base, coin_in, coin_out, paid, 0, now).unwrap();
        prop_assert_eq!(traded.amount_out, quote);
    }
}

#[test]
fn a_copy_undoes_a_call_and_the_base_pool_with_it() {
    let (mut meta, mut base) = gusd(FEES);
    let before = (meta, base);
    meta.exchange_underlying(&mut base, 0, 2, 1_000, 0, 1_000).unwrap();
    assert_ne!((meta, base), before);
    (meta, base) = before;
    assert!(meta.exchange_underlying(&mut base, 0, 2, 1_000, u128::MAX, 1_000).is_err());
    assert_eq!((meta, base), before);
    let call = Call::RemoveOne(Which::Meta, 0, 0);
    assert!(call.make(&mut meta, &mut base, &mut Ledger::of(&before.0, &before.1), 0).is_err());
}

#[test]
fn what_cannot_be_is_said() {
    let mut pool = three_pool(FEES);
    assert_eq!(pool.exchange(1, 1, 7, 0, 0), Err(CurveError::SameCoin { coin: 1 }));
    assert_eq!(pool.exchange(0, 3, 7, 0, 0), Err(CurveError::NoSuchCoin { coin: 3, coins: 3 }));
    assert_eq!(pool.quote_exact_out(0, 1, 0, 0), Err(CurveError::NothingTaken));
    let beyond = CurveError::OutOfReach { coin: 1, asked: 1_000_000_000_000 };
    assert_eq!(pool.quote_exact_out(0, 1, 1_000_000_000_000, 0), Err(beyond));
    let total_supply = pool.total_supply();
    let refused = pool.remove_liquidity(total_supply + 1, [0; 3]);
    assert_eq!(refused, Err(CurveError::BeyondSupply { liquidity: total_supply + 1, total_supply }));
    let steep = Fees { fee: MAX_FEE + 1, admin_fee: 0 };
    assert_eq!(pool.set_fees(steep), Err(CurveError::FeeTooHigh { fee: MAX_FEE + 1, most: MAX_FEE }));
    let params = StableSwapParams { template: Template::Gusd, decimals: [18; 2], amplification: 1, fees: FEES };
    assert_eq!(StableSwap::new(&params), Err(CurveError::NeedsBasePool));
    let params = StableSwapParams { template: Template::Steth, decimals: [18, 19], ..params };
    assert_eq!(StableSwap::new(&params), Err(CurveError::TooManyDecimals { coin: 1, decimals: 19 }));
    let (mut meta, mut base) = gusd(FEES);
    let refused = meta.exchange_underlying(&mut base, 0, 4, 7, 0, 0);
    assert_eq!(refused, Err(CurveError::NoSuchCoin { coin: 4, coins: 4 }));
}
