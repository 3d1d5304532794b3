//! Outside the bound, the key and the exact health agree.

use proptest::prelude::*;

use super::*;

/// A market's state with these totals, and a loan to value.
fn state(lltv_wad: u128, borrowed: Totals) -> MarketState {
    MarketState { borrowed, supplied: borrowed, ..*market(lltv_wad, InterestModel::Free).state() }
}

/// Returns the least collateral that carries a debt, and some more or less.
fn about_enough(state: &MarketState, borrow_shares: u128, price_e36: U256, off: i128) -> Option<Position> {
    let owed = state.borrowed_assets_up(&Position { borrow_shares, ..Position::default() }).ok()?;
    let worth = U256::from(owed).mul_div_up(WAD, state.lltv_wad()).ok()?;
    let collateral = worth.checked_mul(PRICE_SCALE).ok()?.div_down(price_e36).ok()?.try_into_u128().ok()?;
    Some(Position { supply_shares: 0, borrow_shares, collateral: collateral.checked_add_signed(off)? })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn outside_the_limits_the_exact_health_agrees(
        lltv_wad in WAD / 100..WAD,
        borrowed in (any::<u128>(), 30u32..100, 1u128..100),
        share in (any::<u128>(), 0u32..100),
        price in (any::<u128>(), 0u32..100),
        off in prop_oneof![-5_i128..=5, -1_000_000_i128..1_000_000],
    ) {
        let assets = borrowed.0 >> borrowed.1;
        let borrowed = Totals { assets, shares: assets * 100_000 * borrowed.2 / 10 };
        let state = state(lltv_wad, borrowed);
        let borrow_shares = (share.0 >> share.1) % (borrowed.shares + 1);
        prop_assume!(borrow_shares > 0);
        let price_e36 = U256::product(price.0 >> price.1, 1_000_000);
        let Some(position) = about_enough(&state, borrow_shares, price_e36, off) else {
            return Ok(());
        };
        let healthy = state.health(&position, price_e36).unwrap().is_healthy();
        let key = state.failing_key(&position);
        for least in [borrow_shares, 1 << borrow_shares.ilog2(), 1] {
            let limits = state.key_limits(price_e36, least);
            prop_assert!(limits.holds_up_to <= limits.fails_above);
            prop_assert!(key > limits.holds_up_to || healthy, "{position:?} at {price_e36:?}: {key} in {limits:?}");
            prop_assert!(key <= limits.fails_above || !healthy, "{position:?} at {price_e36:?}: {key} in {limits:?}");
        }
    }
}

/// A debt of three units at par: within the band, so a narrower one would call it safe.
#[test]
fn without_the_bound_on_rounding_a_failed_position_would_pass_for_safe() {
    let state = state(WAD / 2, Totals { assets: 999_999, shares: 999_000_000_000 });
    let position = Position { borrow_shares: 2_100_000, collateral: 5, ..Position::default() };
    let health = state.health(&position, par()).unwrap();
    assert_eq!((health.borrowed, health.max_borrow), (3, U256::from(2)));
    let (key, limits) = (state.failing_key(&position), state.key_limits(par(), position.borrow_shares));
    assert!(limits.holds_up_to < key && key < limits.fails_above * 0.9, "{key} in {limits:?}");
}

#[test]
fn a_position_without_collateral_fails_first_and_one_without_debt_never() {
    let state = state(WAD / 2, Totals { assets: ETHER, shares: ETHER * VIRTUAL_SHARES });
    let bare = Position { borrow_shares: 1, ..Position::default() };
    let limits = state.key_limits(par(), 1);
    assert!(state.failing_key(&bare) > limits.fails_above);
    assert!(state.failing_key(&Position::default()) <= limits.holds_up_to);
}

#[test]
fn the_failing_price_is_where_health_turns() {
    let market = lent(4 * WAD / 5, 100 * ETHER, 100 * ETHER, 60 * ETHER);
    let position = market.position(BORROWER);
    let failing = market.state().failing_price(market.state().failing_key(&position));
    assert!((failing - 0.75).abs() < 1e-12, "{failing}");
    let at = |price: u128| market.state().is_liquidatable(&position, U256::from(price)).unwrap();
    assert!(at(PRICE_SCALE / 1_000 * 749) && !at(PRICE_SCALE / 1_000 * 751));
}
