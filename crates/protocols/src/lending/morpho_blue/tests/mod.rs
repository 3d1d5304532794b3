//! The numbers of the contracts' own test suites, and what holds for all numbers.
//!
//! morpho-org/morpho-blue@55d2d99 (1.0.0), `test/forge/`; morpho-org/morpho-blue-irm@a1a87fd, `test/`.

#[cfg(feature = "decisions")]
mod failing_price;
mod interest;
mod properties;

use super::*;

const ETHER: u128 = WAD;
const LENDER: AccountId = AccountId(0);
const BORROWER: AccountId = AccountId(1);
const FEE_RECIPIENT: AccountId = AccountId(2);

/// A unit of collateral is worth a unit of the loan token.
fn par() -> U256 {
    U256::from(PRICE_SCALE)
}

fn market(lltv_wad: u128, interest: InterestModel) -> Market {
    Market::new(MarketParams { lltv_wad, interest, fee_recipient: FEE_RECIPIENT }, 0).unwrap()
}

/// A market as the suite sets it up, where `lent` of `supplied` are borrowed against `collateral`.
fn lent(lltv_wad: u128, supplied: u128, collateral: u128, lent: u128) -> Market {
    let mut market = market(lltv_wad, InterestModel::Utilization);
    market.supply(LENDER, Amount::Assets(supplied), 0).unwrap();
    market.supply_collateral(BORROWER, collateral).unwrap();
    market.borrow(BORROWER, Amount::Assets(lent), par(), 0).unwrap();
    market
}

/// `testSeizedAssetsRoundUp` of LiquidateIntegrationTest.sol.
#[test]
fn a_share_repaid_costs_a_unit_and_seizes_nothing() {
    let mut market = lent(3 * WAD / 4, 100 * ETHER, 400, 300);
    let price = par().checked_sub(WAD / 100).unwrap();
    let done = market.liquidate(BORROWER, LiquidationSize::RepaidShares(1), price, 0).unwrap();
    assert_eq!((done.seized_assets, done.repaid_assets), (0, 1));
}

/// `testBadDebtOverTotalBorrowAssets`: a share borrowed for nothing makes the debt round to more than all debts.
#[test]
fn bad_debt_is_no_more_than_all_debts() {
    let mut market = lent(4 * WAD / 5, ETHER, 10 * ETHER, ETHER);
    let trick = market.borrow(BORROWER, Amount::Shares(1), par(), 0).unwrap();
    assert_eq!(trick.assets, 0);
    let price = U256::from(PRICE_SCALE / 100);
    let done = market.liquidate(BORROWER, LiquidationSize::SeizedAssets(10 * ETHER), price, 0).unwrap();
    assert_eq!(done.bad_debt_assets, ETHER - done.repaid_assets);
    let state = market.state();
    assert_eq!((state.borrowed.shares, state.borrowed.assets), (0, 0));
    assert_eq!((state.supplied.assets, state.loan_held), (done.repaid_assets, done.repaid_assets));
}

/// `_liquidationIncentiveFactor` of BaseTest.sol: 1 / (1 - 0.3 * (1 - LLTV)), at most 1.15.
#[test]
fn the_riskier_the_loan_the_more_a_liquidator_takes() {
    let factor = |lltv_wad| market(lltv_wad, InterestModel::Free).state().liquidation_incentive_factor_wad();
    assert_eq!(factor(8 * WAD / 10), 1_063_829_787_234_042_553);
    assert_eq!(factor(86 * WAD / 100), 1_043_841_336_116_910_229);
    assert_eq!((factor(0), factor(WAD / 2)), (115 * WAD / 100, 115 * WAD / 100));
    let params = MarketParams { lltv_wad: WAD, interest: InterestModel::Free, fee_recipient: FEE_RECIPIENT };
    assert_eq!(Market::new(params, 0), Err(MorphoError::MaxLltvExceeded { lltv_wad: WAD }));
}

/// `testAccrueInterestWithFees` of AccrueInterestIntegrationTest.sol, in round numbers.
#[test]
fn the_fee_is_a_part_of_the_interest() {
    let mut market = lent(WAD * 9 / 10, 100 * ETHER, 100 * ETHER, 50 * ETHER);
    market.set_fee(WAD / 5, 0).unwrap();
    let done = market.accrue(365 * 24 * 60 * 60).unwrap();
    // e^0.5 - 1 by three terms: 0.5 + 0.125 + 0.0208; a rate that is no whole number rounds down.
    assert!(done.interest.abs_diff(50 * ETHER * 645_833 / 1_000_000) < ETHER / 10_000, "{}", done.interest);
    let fees = market.position(FEE_RECIPIENT);
    assert_eq!(fees.supply_shares, done.fee_shares);
    let worth = market.state().supplied_assets_down(&fees).unwrap();
    assert!((done.interest / 5).abs_diff(worth) <= 1, "{worth} of {}", done.interest);
    assert_eq!(market.set_fee(WAD / 5, 0), Err(MorphoError::FeeAlreadySet { fee_wad: WAD / 5 }));
    let refused = MorphoError::MaxFeeExceeded { fee_wad: WAD, max_wad: MAX_FEE_WAD };
    assert_eq!(market.set_fee(WAD, 0), Err(refused));
}

#[test]
fn a_refusal_says_what_was_asked_and_what_there_is() {
    let mut market = lent(4 * WAD / 5, 100 * ETHER, 100 * ETHER, 70 * ETHER);
    let unchanged = market.clone();
    let max_borrow = U256::from(80 * ETHER);
    let refused = market.borrow(BORROWER, Amount::Assets(11 * ETHER), par(), 0);
    assert_eq!(refused, Err(MorphoError::InsufficientCollateral { borrowed: 81 * ETHER, max_borrow }));
    let refused = market.liquidate(BORROWER, LiquidationSize::SeizedAssets(1), par(), 0);
    assert_eq!(refused, Err(MorphoError::HealthyPosition { borrowed: 70 * ETHER, max_borrow }));
    let refused = market.withdraw(LENDER, Amount::Assets(40 * ETHER), 0);
    let lacking = MorphoError::InsufficientLiquidity { borrowed: 70 * ETHER, supplied: 60 * ETHER };
    assert_eq!(refused, Err(lacking));
    let refused = market.repay(BORROWER, Amount::Assets(71 * ETHER), 0);
    let (repaid, owed) = (71 * ETHER * VIRTUAL_SHARES, 70 * ETHER * VIRTUAL_SHARES);
    assert_eq!(refused, Err(MorphoError::InsufficientDebt { repaid, owed }));
    let refused = market.withdraw_collateral(BORROWER, 101 * ETHER, par(), 0);
    assert_eq!(refused, Err(MorphoError::CollateralExceeded { taken: 101 * ETHER, posted: 100 * ETHER }));
    assert_eq!(market.supply(LENDER, Amount::Shares(0), 0), Err(MorphoError::InconsistentInput));
    assert_eq!(market.supply_collateral(LENDER, 0), Err(MorphoError::ZeroAssets));
    assert_eq!(market, unchanged);
}

#[test]
fn a_flash_loan_is_limited_by_what_is_there() {
    assert_eq!(flash_loan(7, 7), Ok(FlashLoan { assets: 7 }));
    assert_eq!(flash_loan(8, 7), Err(MorphoError::FlashLoanExceeded { asked: 8, held: 7 }));
    assert_eq!(flash_loan(0, 7), Err(MorphoError::ZeroAssets));
}

#[test]
fn totals_at_the_edge_of_128_bits_convert_as_in_256() {
    let edge = Totals { assets: u128::MAX, shares: u128::MAX };
    assert_eq!((edge.to_assets_down(u128::MAX), edge.to_shares_down(1)), (Ok(u128::MAX - 999_999), Ok(1)));
    assert_eq!((edge.to_assets_up(1), edge.to_shares_up(1)), (Ok(1), Ok(2)));
    let refused = Err(MathError::TooWide { bits: 257, fits: 256 });
    assert_eq!((edge.to_assets_up(u128::MAX), edge.to_shares_down(u128::MAX)), (refused, refused));
}

#[test]
fn an_oracle_states_what_a_unit_is_worth() {
    let dollars_per_ether = price_e36_down(1_800_000_000, ETHER).unwrap();
    assert_eq!(dollars_per_ether.to_string(), "1800000000000000000000000000");
    assert_eq!(price_e36_down(1, 0), Err(MathError::DivisionByZero));
}
