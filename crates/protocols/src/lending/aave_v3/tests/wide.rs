//! Accounts that 128 bits cannot hold: the contract reckons them in 256, and their other reserves go on.
//!
//! Bob owes florins at a rate of thousands of times a year, and a year goes by. Expected numbers are the formulas of
//! aave-v3-core (`MathUtils`, `GenericLogic`, `ValidationLogic`, `LiquidationLogic`) worked out in Python, whose
//! integers have any width; the greatest amounts are found there by halving, with the contract's own comparison.

use super::*;

/// One second and a year.
const LATER: u64 = 1 + 365 * 24 * 60 * 60;

/// A base unit for a whole florin, so that what is wide need not be dear.
const CHEAP_FLORIN: [u128; 4] = [PRICES[0], PRICES[1], PRICES[2], 1];

/// 10^10 bitcoins, worth 3 x 10^22 base units.
const BITCOINS: u128 = 1_000_000_000_000_000_000;

fn wide(text: &str) -> U256 {
    text.parse().unwrap()
}

/// Returns a market in which florins cost so many rays a year at least.
fn dear_florins(base: u128) -> Market {
    let mut market = empty_market();
    let mut dear = *market.reserve(FLORIN).unwrap().params();
    dear.strategy.variable.base_ray = base * RAY;
    market.set_reserve_params(FLORIN, dear).unwrap();
    market.supply(ALICE, DOLLAR, 10_u128.pow(24), 1).unwrap();
    market
}

/// Returns such a market in which Bob owes so many of 10^31 florin units against bitcoins.
fn owing(base: u128, florins: u128) -> Market {
    let mut market = dear_florins(base);
    market.supply(ALICE, FLORIN, 10_u128.pow(31), 1).unwrap();
    market.supply(BOB, BITCOIN, BITCOINS, 1).unwrap();
    market.borrow(BOB, FLORIN, florins, &CHEAP_FLORIN, 1).unwrap();
    market
}

/// A debt of 131 bits under an index of 124.
fn wide_debt() -> Market {
    owing(5_000, 10_u128.pow(29))
}

/// A debt of 118 bits under an index of 137.
fn wide_index() -> Market {
    owing(100_000, 10_u128.pow(21))
}

/// A debt of 131 bits under an index of 137.
fn wide_both() -> Market {
    owing(100_000, 10_u128.pow(25))
}

/// Returns a market in which Bob has a claim of 132 bits on florins, used as collateral.
fn wide_claim() -> Market {
    let mut market = dear_florins(5_000);
    market.supply(BOB, FLORIN, 10_u128.pow(38), 1).unwrap();
    market.supply(ALICE, BITCOIN, BITCOINS, 1).unwrap();
    market.borrow(ALICE, FLORIN, 10_u128.pow(36), &CHEAP_FLORIN, 1).unwrap();
    market
}

#[test]
fn a_debt_or_an_index_beyond_128_bits_is_worth_what_the_contract_says() {
    let worth = [
        (wide_debt(), "2084584260457552944254", "11225259848629889063"),
        (wide_index(), "166671650911613485", "140395801397617976473801"),
        (wide_both(), "1666716509118634659707", "14039580139740740510"),
    ];
    for (market, debt_base, health_factor_wad) in worth {
        let data = market.account_data(BOB, &CHEAP_FLORIN, LATER).unwrap();
        assert_eq!(data.collateral_base.to_string(), "30000000000000000000000");
        assert_eq!(data.debt_base.to_string(), debt_base);
        assert_eq!(data.health_factor.as_wad(), wide(health_factor_wad));
        assert_eq!((data.ltv_bps, data.liquidation_threshold_bps), (7_300, 7_800));
    }
}

/// 10^38 florin units at an index of 96 bits; at the second price the worth is beyond 128 bits as well.
#[test]
fn a_claim_beyond_128_bits_is_worth_what_the_contract_says() {
    let mut market = wide_claim();
    let dear = [PRICES[0], PRICES[1], PRICES[2], 10_u128.pow(20)];
    market.borrow(BOB, DOLLAR, 10_u128.pow(20), &dear, LATER).unwrap();
    let worth = [
        (1, "4600000450000000000000", "354200034650000000"),
        (10_u128.pow(20), "460000045000000000000000000000000000000000", "35420003465000000000000000000000000000"),
    ];
    for (florin, collateral_base, health_factor_wad) in worth {
        let prices = [PRICES[0], PRICES[1], PRICES[2], florin];
        let data = market.account_data(BOB, &prices, LATER).unwrap();
        assert_eq!(data.collateral_base.to_string(), collateral_base);
        assert_eq!(data.debt_base.to_string(), "10000000000000000000000");
        assert_eq!(data.health_factor.as_wad(), wide(health_factor_wad));
    }
}

#[test]
fn other_assets_are_lent_up_to_the_last_unit_that_the_collateral_covers() {
    let most = [
        (wide_debt(), 198_154_157_395_424_470_557, "30000000000000000000074"),
        (wide_index(), 218_998_333_283_490_883_865, "30000000000000000000116"),
        (wide_both(), 202_332_834_908_813_653_402, "30000000000000000000010"),
    ];
    for (mut market, most, needed_base) in most {
        assert_eq!(market.max_borrow(BOB, DOLLAR, &CHEAP_FLORIN, LATER), Ok(most));
        let refused = market.borrow(BOB, DOLLAR, most + 1, &CHEAP_FLORIN, LATER);
        let said = format!("collateral worth {needed_base} is needed, worth 30000000000000000000000 is there");
        assert_eq!(refused.unwrap_err().to_string(), said);
        let borrowed = Borrowed { reserve: DOLLAR, amount: most, scaled: most };
        assert_eq!(market.borrow(BOB, DOLLAR, most, &CHEAP_FLORIN, LATER), Ok(borrowed));
    }
}

/// At 1 base unit a florin the claim covers 2.8 x 10^19 dollar units; at 10^20 more than 128 bits can say.
#[test]
fn a_claim_beyond_128_bits_covers_loans_of_other_assets() {
    let mut market = wide_claim();
    let most = 28_980_002_835_000_000_000;
    assert_eq!(market.max_borrow(BOB, DOLLAR, &CHEAP_FLORIN, LATER), Ok(most));
    let refused = market.borrow(BOB, DOLLAR, most + 1, &CHEAP_FLORIN, LATER).unwrap_err();
    assert_eq!(refused.contract_code(), Some(36));
    let dear = [PRICES[0], PRICES[1], PRICES[2], 10_u128.pow(20)];
    assert_eq!(market.max_borrow(BOB, DOLLAR, &dear, LATER), Ok(10_u128.pow(24)));
    market.borrow(BOB, DOLLAR, 10_u128.pow(24), &dear, LATER).unwrap();
}

#[test]
fn other_collateral_is_withdrawn_down_to_the_last_unit_that_keeps_the_health() {
    let most = [
        (wide_debt(), 910_915_202_544_549_019, "999999999999999994"),
        (wide_index(), 999_992_877_279_875_572, "999999999999869894"),
        (wide_both(), 928_772_798_755_613_903, "999999999999999992"),
    ];
    for (mut market, most, health_factor_wad) in most {
        let refused = market.withdraw(BOB, BITCOIN, Withdrawal::Exactly(most + 1), &CHEAP_FLORIN, LATER);
        let health_factor_wad = wide(health_factor_wad);
        assert_eq!(refused, Err(AaveError::UnhealthyPosition { health_factor_wad }));
        let withdrawn = Withdrawn { reserve: BITCOIN, amount: most, scaled: most, collateral: true };
        assert_eq!(market.withdraw(BOB, BITCOIN, Withdrawal::Exactly(most), &CHEAP_FLORIN, LATER), Ok(withdrawn));
    }
}

#[test]
fn an_account_that_is_wide_supplies_repays_and_chooses_its_collateral_elsewhere() {
    for mut market in [wide_debt(), wide_index(), wide_both()] {
        market.supply(BOB, ETHER, WEI, LATER).unwrap();
        market.borrow(BOB, DOLLAR, 100 * CENT, &CHEAP_FLORIN, LATER).unwrap();
        assert_eq!(market.repay(BOB, DOLLAR, u128::MAX, LATER).unwrap().amount, 100 * CENT);
        market.set_use_as_collateral(BOB, ETHER, false, &CHEAP_FLORIN, LATER).unwrap();
        market.set_use_as_collateral(BOB, ETHER, true, &CHEAP_FLORIN, LATER).unwrap();
        let refused = market.set_use_as_collateral(BOB, BITCOIN, false, &CHEAP_FLORIN, LATER);
        assert_eq!(refused.unwrap_err().contract_code(), Some(35));
        market.set_emode(BOB, STABLE, &CHEAP_FLORIN, LATER).unwrap();
        market.set_emode(BOB, EModeId::NONE, &CHEAP_FLORIN, LATER).unwrap();
    }
}

#[test]
fn a_claim_beyond_128_bits_ceases_to_be_collateral_and_is_it_again() {
    let mut market = wide_claim();
    market.set_use_as_collateral(BOB, FLORIN, false, &CHEAP_FLORIN, LATER).unwrap();
    assert_eq!(market.account_data(BOB, &CHEAP_FLORIN, LATER), Ok(AccountData::EMPTY));
    market.set_use_as_collateral(BOB, FLORIN, true, &CHEAP_FLORIN, LATER).unwrap();
    market.borrow(BOB, DOLLAR, 10_u128.pow(19), &CHEAP_FLORIN, LATER).unwrap();
    let refused = market.set_use_as_collateral(BOB, FLORIN, false, &CHEAP_FLORIN, LATER);
    assert_eq!(refused, Err(AaveError::UnhealthyPosition { health_factor_wad: U256::ZERO }));
}

/// Bitcoin falls to 300 dollars, where all 10^8 dollars that Bob owes may be repaid, and to 2,600, where half.
#[test]
fn other_debts_are_liquidated_for_other_collateral() {
    let fallen = [
        (300, "112252059999742463", 10_000, 34_833_333_333_333, 166_666_666_667),
        (2_600, "972851186664434678", 5_000, 2_009_615_384_615, 9_615_384_615),
    ];
    for (dollars, health_factor_wad, close_factor_bps, seized, protocol_fee) in fallen {
        let mut market = wide_debt();
        market.borrow(BOB, DOLLAR, 10_u128.pow(14), &CHEAP_FLORIN, LATER).unwrap();
        let call = LiquidationCall { user: BOB, collateral: BITCOIN, debt: DOLLAR, debt_to_cover: u128::MAX };
        let refused = market.liquidate(call, Payout::Underlying, &CHEAP_FLORIN, LATER).unwrap_err();
        assert_eq!(refused.contract_code(), Some(45));
        let prices = [PRICES[0], PRICES[1], dollars * 100_000_000, 1];
        let quote = market.quote_liquidation(call, &prices, LATER).unwrap();
        assert_eq!(quote.close_factor_bps, close_factor_bps);
        let liquidated = market.liquidate(call, Payout::Underlying, &prices, LATER).unwrap();
        assert_eq!(liquidated.health_factor.as_wad(), wide(health_factor_wad));
        assert_eq!(liquidated.debt_repaid, 10_u128.pow(10) * close_factor_bps);
        assert_eq!((liquidated.seized, liquidated.protocol_fee), (seized, protocol_fee));
    }
}

/// A loan worth 2^128 base units and more is refused by what covers it, not by its width.
#[test]
fn a_loan_worth_more_than_128_bits_is_weighed() {
    let mut market = wide_debt();
    let prices = [PRICES[0], u128::MAX, PRICES[2], 1];
    let refused = market.borrow(BOB, DOLLAR, 10_u128.pow(20), &prices, LATER).unwrap_err();
    assert_eq!(refused.contract_code(), Some(36));
}

/// 144 bits of debt at a price of 128.
#[test]
fn a_worth_beyond_256_bits_before_its_division_reverts_as_in_the_contract() {
    let mut market = owing(100_000, 10_u128.pow(29));
    let too_wide = AaveError::Math(MathError::TooWide { bits: 257, fits: 256 });
    let prices = [PRICES[0], PRICES[1], PRICES[2], u128::MAX];
    assert_eq!(market.account_data(BOB, &prices, LATER), Err(too_wide));
    assert_eq!(market.borrow(BOB, DOLLAR, 1, &prices, LATER), Err(too_wide));
    assert_eq!(market.withdraw(BOB, BITCOIN, Withdrawal::Exactly(1), &prices, LATER), Err(too_wide));
}

/// `toUint128` of the contract's `_updateIndexes`.
#[test]
fn an_index_beyond_128_bits_cannot_be_stored_and_its_own_reserve_stands_still() {
    let (mut market, before) = (wide_index(), wide_index());
    let too_wide = AaveError::Math(MathError::TooWide { bits: 137, fits: 128 });
    assert_eq!(market.repay(BOB, FLORIN, 1, LATER), Err(too_wide));
    assert_eq!(market.supply(ALICE, FLORIN, 1, LATER), Err(too_wide));
    assert_eq!(market.withdraw(ALICE, FLORIN, Withdrawal::Exactly(1), &CHEAP_FLORIN, LATER), Err(too_wide));
    assert_eq!(market, before);
}

/// The health of 14.04 is 0.14 where bitcoin costs a hundredth.
#[cfg(feature = "decisions")]
#[test]
fn a_ratio_of_prices_tells_of_an_index_beyond_128_bits_too() {
    let market = wide_both();
    let failing = market.failing_ratio(BOB).unwrap().expect("one collateral and one debt");
    for (bitcoin, fails) in [(PRICES[2], false), (PRICES[2] / 100, true)] {
        let prices = [PRICES[0], PRICES[1], bitcoin, 1];
        let ratio = market.price_ratio(BITCOIN, FLORIN, &prices, LATER).unwrap();
        assert_eq!(ratio.tells(&failing), Some(fails));
        assert_eq!(market.account_data(BOB, &prices, LATER).unwrap().health_factor.is_liquidatable(), fails);
    }
}
