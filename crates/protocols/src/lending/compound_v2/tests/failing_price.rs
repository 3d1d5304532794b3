//! Outside the bound, the key and the exact liquidity agree.

use proptest::prelude::*;

use super::*;

/// The state that decides about one account with one collateral and one debt.
#[derive(Debug, Clone, Copy)]
struct Pair {
    collateral_factor_wad: u128,
    exchange_rate_wad: u128,
    index_wad: u128,
    since_index_wad: u128,
    collateral_price: u128,
    debt_price: u128,
    principal: u128,
}

impl Pair {
    /// Returns the comptroller in which the borrower has so many cTokens.
    fn with_tokens(self, tokens: u128) -> Comptroller {
        let mut comptroller = comptroller(&[free(self.collateral_factor_wad, self.exchange_rate_wad), free(0, WAD)]);
        comptroller.markets[1].state.borrow_index_wad = self.index_wad;
        let debt = Position { tokens: 0, principal: self.principal, interest_index_wad: self.since_index_wad };
        comptroller.markets[1].positions.put(BORROWER, debt);
        comptroller.markets[0].positions.put(BORROWER, Position { tokens, ..Position::default() });
        for market in [FIRST, SECOND] {
            comptroller.enter_market(market, BORROWER).unwrap();
        }
        comptroller
    }

    /// Returns about the least number of cTokens that carry the debt.
    fn about_enough(self) -> Option<u128> {
        let owed = U256::product(self.principal, self.index_wad).div_down(self.since_index_wad).ok()?;
        let worth = owed.mul_div_down(self.debt_price, WAD).ok()?;
        let carried = U256::product(self.collateral_factor_wad, self.exchange_rate_wad).div_down(WAD).ok()?;
        let carried = carried.mul_div_down(self.collateral_price, WAD).ok()?;
        worth.checked_mul(WAD).ok()?.div_down(carried).ok()?.try_into_u128().ok()
    }

    fn prices(self) -> [u128; 2] {
        [self.collateral_price, self.debt_price]
    }
}

fn pair() -> impl Strategy<Value = Pair> {
    let bits = |least: u32, most: u32| {
        (any::<u128>(), least..most).prop_map(|(value, bits)| (value >> (128 - bits)) | 1 << (bits - 1))
    };
    (WAD / 100..=WAD, bits(45, 95), WAD..3 * WAD, WAD..3 * WAD, bits(30, 110), bits(30, 110), bits(1, 90)).prop_map(
        |(collateral_factor_wad, exchange_rate_wad, a, b, collateral_price, debt_price, principal)| Pair {
            collateral_factor_wad,
            exchange_rate_wad,
            index_wad: a.max(b),
            since_index_wad: a.min(b),
            collateral_price,
            debt_price,
            principal,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn outside_the_limits_the_exact_liquidity_agrees(
        pair in pair(),
        off in prop_oneof![-5_i128..=5, -1_000_000_i128..1_000_000],
    ) {
        let Some(tokens) = pair.about_enough().and_then(|tokens| tokens.checked_add_signed(off)) else {
            return Ok(());
        };
        prop_assume!(tokens > 0);
        let (comptroller, prices) = (pair.with_tokens(tokens), pair.prices());
        let healthy = comptroller.account_liquidity(BORROWER, Prices(&prices)).unwrap().is_healthy();
        let stands = comptroller.failing_key(BORROWER).unwrap();
        prop_assert_eq!((stands.collateral, stands.debt), (FIRST, SECOND));
        for least in [stands.scaled_debt * (1.0 - 1e-15), stands.scaled_debt / 2.0, 0.1] {
            let limits = comptroller.key_limits((FIRST, SECOND), Prices(&prices), least, 0).unwrap();
            prop_assert!(limits.holds_up_to <= limits.fails_above);
            prop_assert!(stands.key > limits.holds_up_to || healthy, "{tokens}: {stands:?} in {limits:?}");
            prop_assert!(stands.key <= limits.fails_above || !healthy, "{tokens}: {stands:?} in {limits:?}");
        }
    }
}

/// A debt of one unit that has grown by a half is still one unit: no shortfall, though the key is above the limit.
#[test]
fn without_the_bound_on_rounding_a_healthy_account_would_pass_for_failed() {
    let pair = Pair {
        collateral_factor_wad: WAD / 2,
        exchange_rate_wad: WAD,
        index_wad: 3 * WAD / 2,
        since_index_wad: WAD,
        collateral_price: WAD,
        debt_price: WAD,
        principal: 1,
    };
    let (comptroller, prices) = (pair.with_tokens(2), pair.prices());
    assert!(comptroller.account_liquidity(BORROWER, Prices(&prices)).unwrap().is_healthy());
    let key = comptroller.failing_key(BORROWER).unwrap().key;
    let without_rounding = 1.0 / 1.5;
    let limits = comptroller.key_limits((FIRST, SECOND), Prices(&prices), 1.0, 0).unwrap();
    assert!(key > without_rounding && key <= limits.fails_above && key > limits.holds_up_to);
}

#[test]
fn an_account_with_two_collaterals_has_no_key() {
    let mut comptroller = lent(40 * ETHER, 10 * ETHER);
    let stands = comptroller.failing_key(BORROWER).unwrap();
    assert!((stands.key - 0.5).abs() < 1e-12 && (stands.scaled_debt - 1e19).abs() < 1.0);
    assert_eq!(comptroller.failing_key(SUPPLIER), None);
    comptroller.mint(SECOND, BORROWER, 1, 0).unwrap();
    assert_eq!(comptroller.failing_key(BORROWER), None);
}
