//! The contract's rules one by one; `properties.rs` has all other numbers.

#[cfg(feature = "decisions")]
mod failing;
mod properties;
mod wide;

use super::*;
use plimsoll_math::{MathError, RAY, U256};

const ETHER: ReserveId = ReserveId(0);
const DOLLAR: ReserveId = ReserveId(1);
const BITCOIN: ReserveId = ReserveId(2);
const FLORIN: ReserveId = ReserveId(3);
const STABLE: EModeId = EModeId(1);

const ALICE: UserId = UserId(1);
const BOB: UserId = UserId(2);
const CAROL: UserId = UserId(3);

const WEI: u128 = 1_000_000_000_000_000_000;
const CENT: u128 = 10_000;
/// Base units per whole token.
const PRICES: [u128; 4] = [180_000_000_000, 100_000_000, 3_000_000_000_000, 100_000_000];

fn params(ltv_bps: u16, liquidation_threshold_bps: u16, emode: EModeId) -> ReserveParams {
    let percent = RAY / 100;
    let rate = KinkedRate { base_ray: percent, slope_1_ray: 4 * percent, slope_2_ray: 75 * percent };
    ReserveParams {
        collateral: CollateralParams { ltv_bps, liquidation_threshold_bps, liquidation_bonus_bps: 10_500 },
        reserve_factor_bps: 1_000,
        liquidation_protocol_fee_bps: 1_000,
        strategy: RateStrategy {
            optimal_usage_ray: 80 * percent,
            variable: rate,
            stable: rate,
            stable_excess_offset_ray: 0,
            optimal_stable_share_ray: RAY,
        },
        supply_cap: None,
        borrow_cap: None,
        emode,
        status: ReserveStatus::Active,
        borrowing: true,
        flash_loans: true,
    }
}

/// Returns a market of four assets and three users beside the treasury.
fn empty_market() -> Market {
    let mut market = Market::new(AccountId(9), FlashPremiums { total_bps: 9, to_protocol_bps: 3_000 }).unwrap();
    let limits = CollateralParams { ltv_bps: 9_300, liquidation_threshold_bps: 9_500, liquidation_bonus_bps: 10_100 };
    assert_eq!(market.add_emode(limits), Ok(STABLE));
    let reserves = [
        (18, params(8_000, 8_250, EModeId::NONE)),
        (6, params(7_700, 8_000, STABLE)),
        (8, params(7_300, 7_800, EModeId::NONE)),
        (18, params(6_300, 7_700, STABLE)),
    ];
    for (decimals, params) in reserves {
        market.add_reserve(decimals, params).unwrap();
    }
    for (user, account) in [(ALICE, 1), (BOB, 2), (CAROL, 3)] {
        assert_eq!(market.enter(AccountId(account)), user);
    }
    market
}

/// Returns a market in which Alice lends dollars and Bob has borrowed 1,400 of them against an ether.
fn market() -> Market {
    let mut market = empty_market();
    market.supply(ALICE, DOLLAR, 1_000_000 * CENT, 1).unwrap();
    market.supply(BOB, ETHER, WEI, 1).unwrap();
    market.borrow(BOB, DOLLAR, 140_000 * CENT, &PRICES, 1).unwrap();
    market
}

fn prices_with_ether_at(dollars: u128) -> [u128; 4] {
    [dollars * 100_000_000, PRICES[1], PRICES[2], PRICES[3]]
}

fn call(debt_to_cover: u128) -> LiquidationCall {
    LiquidationCall { user: BOB, collateral: ETHER, debt: DOLLAR, debt_to_cover }
}

/// aave/aave-v3-core@724a9ef, `test-suites/liquidity-indexes.spec.ts` and `pool-simple-flashloan.spec.ts`: 0.8 of one
/// ether lent twice, for 9 basis points, of which 30 % are the treasury's.
#[test]
fn a_flash_loan_pays_the_suppliers_and_the_treasury() {
    let mut market = empty_market();
    market.supply(ALICE, ETHER, WEI, 1).unwrap();
    let (premium, to_protocol) = (720_000_000_000_000, 216_000_000_000_000);
    for round in 1..=2 {
        let loan = market.flash_loan(ETHER, WEI / 10 * 8).unwrap();
        assert_eq!((loan.amount(), loan.premium()), (WEI / 10 * 8, premium));
        assert_eq!(market.reserve(ETHER).unwrap().state().available, WEI / 10 * 2 + (round - 1) * premium);
        let repaid = market.repay_flash_loan(loan, 1).unwrap();
        assert_eq!((repaid.premium, repaid.premium_to_protocol), (premium, to_protocol));
        if round == 1 {
            let index_ray = RAY + (premium - to_protocol) * 1_000_000_000;
            assert_eq!(market.reserve(ETHER).unwrap().state().liquidity_index_ray, index_ray);
        }
    }
    let reserve = market.reserve(ETHER).unwrap();
    assert_eq!(reserve.state().liquidity_rate_ray, 0);
    assert_eq!(reserve.state().available, WEI + 2 * premium);
    assert!(reserve.total_supply(1).unwrap().abs_diff(WEI + 2 * premium) <= 1);
}

#[test]
fn half_of_a_debt_close_to_healthy_and_all_of_a_worse_one_may_be_repaid() {
    let debt = 140_000 * CENT;
    for (dollars, close_factor_bps, repaid) in [(1_650, 5_000, debt / 2), (1_600, 10_000, debt)] {
        let quote = market().quote_liquidation(call(u128::MAX), &prices_with_ether_at(dollars), 1).unwrap();
        assert_eq!((quote.close_factor_bps, quote.debt_repaid), (close_factor_bps, repaid), "{dollars} dollars");
    }
    let refused = market().liquidate(call(1), Payout::Underlying, &prices_with_ether_at(1_700), 1);
    let health_factor_wad = U256::from(1_001_785_714_285_714_286);
    assert_eq!(refused, Err(AaveError::HealthyPosition { health_factor_wad }));
}

/// 700 dollars at 1,650 dollars an ether and a bonus of 5 %, a tenth of which is the treasury's.
#[test]
fn a_liquidator_gets_the_bonus_less_the_treasurys_part() {
    let mut market = market();
    let liquidated = market.liquidate(call(u128::MAX), Payout::Underlying, &prices_with_ether_at(1_650), 1).unwrap();
    let taken = 445_454_545_454_545_454;
    let fee = 2_121_212_121_212_121;
    assert_eq!((liquidated.seized, liquidated.protocol_fee), (taken - fee, fee));
    assert_eq!((liquidated.debt_repaid, liquidated.debt_left), (70_000 * CENT, 70_000 * CENT));
    assert_eq!(market.supplied(Market::TREASURY, ETHER, 1), Ok(fee));
    assert_eq!(market.supplied(BOB, ETHER, 1), Ok(WEI - taken));
    assert_eq!(market.reserve(ETHER).unwrap().state().available, WEI - taken + fee);
}

#[test]
fn a_claim_that_is_too_small_is_seized_whole_and_less_is_repaid() {
    let mut market = market();
    let prices = prices_with_ether_at(1_000);
    let liquidated = market.liquidate(call(u128::MAX), Payout::Claim(CAROL), &prices, 1).unwrap();
    assert_eq!(liquidated.debt_repaid, 952_380_952);
    assert_eq!(liquidated.seized + liquidated.protocol_fee, WEI);
    assert_eq!(market.supplied(CAROL, ETHER, 1), Ok(liquidated.seized));
    assert!(market.position(CAROL).unwrap().uses_as_collateral(ETHER));
    let bob = market.position(BOB).unwrap();
    assert!(!bob.uses_as_collateral(ETHER) && bob.is_borrowing_any());
    assert_eq!(market.account_data(BOB, &prices, 1).unwrap().health_factor.as_wad(), U256::ZERO);
}

#[test]
fn what_is_lent_out_cannot_be_withdrawn_or_borrowed() {
    let mut market = market();
    let available = 860_000 * CENT;
    let withdrawn = market.withdraw(ALICE, DOLLAR, Withdrawal::Exactly(available + 1), &PRICES, 1);
    assert_eq!(withdrawn, Err(AaveError::InsufficientLiquidity { asked: available + 1, available }));
    market.supply(CAROL, BITCOIN, 100_000_000, 1).unwrap();
    assert_eq!(market.max_borrow(CAROL, DOLLAR, &PRICES, 1), Ok(available));
    let borrowed = market.borrow(CAROL, DOLLAR, available + 1, &PRICES, 1);
    assert_eq!(borrowed, Err(AaveError::InsufficientLiquidity { asked: available + 1, available }));
    market.borrow(CAROL, DOLLAR, available, &PRICES, 1).unwrap();
    assert_eq!(market.reserve(DOLLAR).unwrap().usage_ray(1), Ok(RAY));
    assert_eq!(market.reserve(DOLLAR).unwrap().state().variable_borrow_rate_ray, RAY / 100 * 80);
}

#[test]
fn caps_count_what_would_be_there() {
    let mut market = market();
    let mut capped = *market.reserve(DOLLAR).unwrap().params();
    (capped.supply_cap, capped.borrow_cap) = (Some(10_001), Some(1_500));
    market.set_reserve_params(DOLLAR, capped).unwrap();
    let (supplied, cap) = (1_000_101 * CENT, 1_000_100 * CENT);
    let refused = market.supply(CAROL, DOLLAR, 101 * CENT, 1);
    assert_eq!(refused, Err(AaveError::SupplyCapExceeded { supplied, cap }));
    market.supply(CAROL, DOLLAR, 100 * CENT, 1).unwrap();
    market.supply(CAROL, BITCOIN, 100_000_000, 1).unwrap();
    assert_eq!(market.max_borrow(CAROL, DOLLAR, &PRICES, 1), Ok(10_000 * CENT));
    let refused = market.borrow(CAROL, DOLLAR, 10_001 * CENT, &PRICES, 1);
    assert_eq!(refused, Err(AaveError::BorrowCapExceeded { borrowed: 150_001 * CENT, cap: 150_000 * CENT }));
}

#[test]
fn collateral_without_loans_leaves_last() {
    let mut market = market();
    market.supply(BOB, BITCOIN, 100_000_000, 1).unwrap();
    let mut zero = *market.reserve(ETHER).unwrap().params();
    zero.collateral.ltv_bps = 0;
    market.set_reserve_params(ETHER, zero).unwrap();
    let kept = market.withdraw(BOB, BITCOIN, Withdrawal::Exactly(1), &PRICES, 1);
    assert_eq!(kept, Err(AaveError::ZeroLtv));
    assert_eq!(market.set_use_as_collateral(BOB, BITCOIN, false, &PRICES, 1), Err(AaveError::ZeroLtv));
    market.withdraw(BOB, ETHER, Withdrawal::All, &PRICES, 1).unwrap();
    assert!(!market.supply(BOB, ETHER, WEI, 1).unwrap().collateral);
    let refused = market.set_use_as_collateral(BOB, ETHER, true, &PRICES, 1);
    assert_eq!(refused, Err(AaveError::NotUsableAsCollateral { reserve: ETHER }));
}

#[test]
fn an_efficiency_mode_lends_more_of_its_own_and_nothing_else() {
    let mut market = empty_market();
    market.supply(ALICE, DOLLAR, 1_000_000 * CENT, 1).unwrap();
    market.supply(ALICE, ETHER, WEI, 1).unwrap();
    market.supply(BOB, FLORIN, 1_000 * WEI, 1).unwrap();
    assert_eq!(market.max_borrow(BOB, DOLLAR, &PRICES, 1), Ok(630_000_000));
    market.set_emode(BOB, STABLE, &PRICES, 1).unwrap();
    assert_eq!(market.max_borrow(BOB, DOLLAR, &PRICES, 1), Ok(930_000_000));
    assert_eq!(market.max_borrow(BOB, ETHER, &PRICES, 1), Ok(0));
    let refused = market.borrow(BOB, ETHER, 1, &PRICES, 1);
    assert_eq!(refused, Err(AaveError::InconsistentEMode { emode: STABLE }));
    market.borrow(BOB, DOLLAR, 930_000_000, &PRICES, 1).unwrap();
    let refused = market.set_emode(BOB, EModeId::NONE, &PRICES, 1);
    assert_eq!(refused.unwrap_err().contract_code(), Some(35));
    assert_eq!(market.set_emode(BOB, EModeId(2), &PRICES, 1).unwrap_err().contract_code(), Some(58));
    market.borrow(ALICE, ETHER, WEI / 10, &PRICES, 1).unwrap();
    assert_eq!(market.set_emode(ALICE, STABLE, &PRICES, 1), Err(AaveError::InconsistentEMode { emode: STABLE }));
}

#[test]
fn frozen_reserves_pay_out_and_paused_ones_do_not() {
    let mut market = market();
    let mut halted = *market.reserve(DOLLAR).unwrap().params();
    halted.status = ReserveStatus::Frozen;
    market.set_reserve_params(DOLLAR, halted).unwrap();
    assert_eq!(market.supply(ALICE, DOLLAR, 1, 2), Err(AaveError::Frozen { reserve: DOLLAR }));
    assert_eq!(market.borrow(BOB, DOLLAR, 1, &PRICES, 2), Err(AaveError::Frozen { reserve: DOLLAR }));
    market.repay(BOB, DOLLAR, CENT, 2).unwrap();
    market.withdraw(ALICE, DOLLAR, Withdrawal::Exactly(CENT), &PRICES, 2).unwrap();
    halted.status = ReserveStatus::Paused;
    market.set_reserve_params(DOLLAR, halted).unwrap();
    let paused = AaveError::Paused { reserve: DOLLAR };
    assert_eq!(market.repay(BOB, DOLLAR, CENT, 2), Err(paused));
    assert_eq!(market.flash_loan(DOLLAR, CENT), Err(paused));
    assert_eq!(market.liquidate(call(1), Payout::Underlying, &prices_with_ether_at(1_000), 2), Err(paused));
}

#[test]
fn a_market_that_is_missing_something_says_what() {
    let mut market = market();
    assert_eq!(market.supply(UserId(9), DOLLAR, 1, 1), Err(AaveError::NoUser { user: UserId(9) }));
    assert_eq!(market.supply(BOB, ReserveId(9), 1, 1), Err(AaveError::NoReserve { reserve: ReserveId(9) }));
    assert_eq!(market.account_data(BOB, &PRICES[..1], 1), Err(AaveError::NoPrice { reserve: DOLLAR }));
    assert_eq!(market.supply(BOB, DOLLAR, 1, 0), Err(AaveError::Math(MathError::BelowZero)));
    let worthless = [0, 1, 1, 1];
    let call = market.liquidate(call(1), Payout::Underlying, &worthless, 1);
    assert_eq!(call, Err(AaveError::Math(MathError::DivisionByZero)));
}

#[test]
fn parameters_with_which_a_loan_could_not_be_liquidated_are_refused() {
    let refused = |change: fn(&mut ReserveParams)| {
        let mut params = params(8_000, 8_250, EModeId::NONE);
        change(&mut params);
        empty_market().add_reserve(18, params).unwrap_err()
    };
    assert!(matches!(refused(|params| params.collateral.ltv_bps = 8_251), ParamsError::LtvAboveThreshold { .. }));
    assert!(matches!(refused(|params| params.collateral.liquidation_bonus_bps = 10_000), ParamsError::Bonus { .. }));
    let steep = refused(|params| params.collateral.liquidation_bonus_bps = 12_500);
    assert_eq!(steep, ParamsError::ThresholdTimesBonus { threshold_bps: 8_250, bonus_bps: 12_500 });
    assert_eq!(refused(|params| params.reserve_factor_bps = 10_001), ParamsError::MoreThanWhole { bps: 10_001 });
    assert_eq!(refused(|params| params.emode = EModeId(7)), ParamsError::NoEMode { emode: EModeId(7) });
    assert!(matches!(refused(|params| params.strategy.optimal_usage_ray = 0), ParamsError::OptimalUsage { .. }));
    let mut market = market();
    let unused = CollateralParams::default();
    let without = ReserveParams { collateral: unused, ..*market.reserve(ETHER).unwrap().params() };
    let refused = market.set_reserve_params(ETHER, without);
    assert_eq!(refused, Err(ParamsError::SuppliersPresent { scaled_supply: WEI }));
}
