//! The numbers of the contracts' own test suite, and what holds for all numbers.
//!
//! compound-finance/compound-protocol@4a8648e, `tests/`.

#[cfg(feature = "decisions")]
mod failing_price;
mod properties;

use super::*;
use plimsoll_math::U256;

const ETHER: u128 = WAD;
const SUPPLIER: AccountId = AccountId(0);
const BORROWER: AccountId = AccountId(1);
const LIQUIDATOR: AccountId = AccountId(2);

const FIRST: MarketId = MarketId(0);
const SECOND: MarketId = MarketId(1);

fn params() -> ComptrollerParams {
    ComptrollerParams {
        close_factor_wad: WAD / 2,
        liquidation_incentive_wad: 108 * WAD / 100,
        protocol_seize_share_wad: PROTOCOL_SEIZE_SHARE_WAD,
    }
}

/// A market that charges nothing.
fn free(collateral_factor_wad: u128, initial_exchange_rate_wad: u128) -> MarketParams {
    let interest = InterestModel::white_paper(0, 0);
    MarketParams { collateral_factor_wad, reserve_factor_wad: 0, initial_exchange_rate_wad, interest }
}

fn comptroller(markets: &[MarketParams]) -> Comptroller {
    let mut comptroller = Comptroller::new(params());
    for market in markets {
        comptroller.list(*market, 0).unwrap();
    }
    comptroller
}

/// Two markets at par, one of which `lent` was borrowed from against `supplied` of the other.
fn lent(supplied: u128, lent: u128) -> Comptroller {
    let mut comptroller = comptroller(&[free(WAD / 2, WAD), free(WAD / 2, WAD)]);
    comptroller.mint(SECOND, SUPPLIER, 100 * ETHER, 0).unwrap();
    comptroller.mint(FIRST, BORROWER, supplied, 0).unwrap();
    comptroller.enter_market(FIRST, BORROWER).unwrap();
    let done = comptroller.borrow(SECOND, BORROWER, lent, Prices(&[WAD, WAD]), 0).unwrap();
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
    comptroller
}

fn order(amount: u128) -> LiquidationOrder {
    LiquidationOrder { debt: SECOND, collateral: FIRST, liquidator: LIQUIDATOR, borrower: BORROWER, amount }
}

/// "jump rate tests" of Models/InterestRateModelTest.js: percent a year at percent of utilisation, within a hundredth.
/// The suite gives the slope for all of utilisation, this version's constructor takes it up to the kink.
#[test]
fn the_rate_bends_at_the_kink() {
    let points = [
        (100, 90, 10, 20, vec![(0, 10.0), (10, 12.0), (89, 27.8), (90, 28.0), (91, 29.0), (100, 38.0)]),
        (20, 90, 10, 20, vec![(0, 10.0), (10, 12.0), (100, 30.0)]),
        (0, 90, 10, 20, vec![(0, 10.0), (10, 12.0), (100, 28.0)]),
    ];
    let percent = |of: u128| of * WAD / 100;
    for (jump, kink, base, slope, expected) in points {
        let model =
            InterestModel::jump_rate_v2(percent(base), percent(slope) * kink / 100, percent(jump), percent(kink));
        for (utilization, yearly) in expected {
            let rate = model.unwrap().borrow_rate_wad(percent(utilization)).unwrap();
            let got = rate as f64 / 1e16 * BLOCKS_PER_YEAR as f64;
            assert!((got - yearly).abs() < 1e-2, "{got} for {yearly} at {utilization}");
        }
    }
    assert!(InterestModel::jump_rate_v2(WAD, WAD, WAD, 0).is_err());
}

/// "has a supply rate" of Tokens/cTokenTest.js, and "succeeds and saves updated values" of accrueInterestTest.js.
#[test]
fn interest_is_divided_between_suppliers_and_reserves() {
    let percent = |of: u128| of * WAD / 100;
    let to_kink = 45 * WAD / 100 * 95 / 100;
    let interest = InterestModel::jump_rate_v2(percent(5), to_kink, percent(225), percent(95)).unwrap();
    let params = MarketParams { reserve_factor_wad: percent(1), interest, ..free(0, WAD) };
    let mut state = MarketState::new(params, 0).unwrap();
    (state.total_borrows, state.total_supply) = (1, 1);
    let yearly = state.supply_rate_per_block_wad().unwrap() * BLOCKS_PER_YEAR;
    let expected = (percent(5) + to_kink + percent(225) / 20) * 99 / 100;
    assert!(yearly.abs_diff(expected) <= 100_000_000, "{yearly} for {expected}");

    let millionth = InterestModel::white_paper(WAD / 1_000_000 * BLOCKS_PER_YEAR, 0);
    let params = MarketParams { reserve_factor_wad: WAD / 10, interest: millionth, ..free(0, WAD) };
    let mut state = MarketState::new(params, 20_000_000).unwrap();
    (state.total_borrows, state.total_reserves) = (10_000 * ETHER, 100 * ETHER);
    let accrued = state.accrue(20_000_001).unwrap();
    assert_eq!((accrued.interest, accrued.to_reserves), (ETHER / 100, ETHER / 1_000));
    assert_eq!(state.borrow_index_wad, 1_000_001 * WAD / 1_000_000);
    assert_eq!((state.total_borrows, state.total_reserves), (1_000_001 * ETHER / 100, 100_001 * ETHER / 1_000));
    assert_eq!(state.accrual_block, 20_000_001);
}

/// "reverts if the interest rate is absurdly high" of accrueInterestTest.js.
#[test]
fn an_absurd_rate_reverts() {
    let interest = InterestModel::white_paper(WAD / 100_000 * BLOCKS_PER_YEAR, 0);
    let mut comptroller = comptroller(&[MarketParams { interest, ..free(0, WAD) }]);
    let absurd = CompoundError::RateAbsurdlyHigh { rate_wad: WAD / 100_000, max_wad: WAD / 200_000 };
    assert_eq!(comptroller.accrue(FIRST, 1), Err(absurd));
    assert_eq!(comptroller.mint(FIRST, SUPPLIER, 1, 1), Err(absurd));
    assert!(comptroller.accrue(FIRST, 0).is_ok());
}

/// Comptroller/accountLiquidityTest.js, "allows a borrow up to collateralFactor, but not more".
#[test]
fn collateral_carries_debts_up_to_its_factor() {
    let mut comptroller = comptroller(&[free(WAD / 2, WAD)]);
    let prices = Prices(&[WAD]);
    comptroller.mint(FIRST, BORROWER, 1_000_000, 0).unwrap();
    assert_eq!(comptroller.account_liquidity(BORROWER, prices), Ok(AccountLiquidity::default()));
    comptroller.enter_market(FIRST, BORROWER).unwrap();
    assert_eq!(comptroller.account_liquidity(BORROWER, Prices(&[])), Err(CompoundError::NoPrice { market: FIRST }));
    let liquidity = comptroller.account_liquidity(BORROWER, prices).unwrap();
    assert_eq!((liquidity.liquidity(), liquidity.shortfall()), (U256::from(500_000), U256::ZERO));
    let refused = comptroller.borrow(FIRST, BORROWER, 1_000_000, prices, 0).unwrap();
    let (borrowed, carried) = (U256::from(1_000_000), U256::from(500_000));
    assert_eq!(refused, Outcome::Refused(CompoundError::InsufficientLiquidity { borrowed, carried }));
    assert_eq!(comptroller.max_borrow(FIRST, BORROWER, prices, 0), Ok(500_000));
}

/// The same, "allows entering 3 markets, supplying to 2 and borrowing up to collateralFactor in the 3rd".
#[test]
fn collaterals_add_up() {
    let markets = [free(WAD / 2, WAD), free(666 * WAD / 1_000, WAD), free(0, WAD)];
    let mut comptroller = comptroller(&markets);
    let prices = Prices(&[3 * WAD, 2_718 * WAD / 1_000, WAD]);
    for (market, amount) in [(FIRST, 1_000_000), (SECOND, 1_000)] {
        comptroller.mint(market, BORROWER, amount, 0).unwrap();
    }
    comptroller.mint(MarketId(2), SUPPLIER, 10_000_000, 0).unwrap();
    for market in 0..3 {
        comptroller.enter_market(MarketId(market), BORROWER).unwrap();
    }
    let collateral = 1_500_000 + 1_810;
    assert_eq!(comptroller.account_liquidity(BORROWER, prices).unwrap().liquidity(), U256::from(collateral));
    assert_eq!(comptroller.max_borrow(MarketId(2), BORROWER, prices, 0), Ok(collateral));
    comptroller.borrow(MarketId(2), BORROWER, 1_810, prices, 0).unwrap();
    assert_eq!(comptroller.account_liquidity(BORROWER, prices).unwrap().liquidity(), U256::from(1_500_000));
}

/// Comptroller/liquidateCalculateAmountSeizeTest.js: exchange rate, prices, incentive and repayment, all wad.
#[test]
fn what_is_seized_is_worth_the_incentive_as_much() {
    let cases: [[u128; 5]; 5] = [
        [WAD, WAD, WAD, WAD, WAD],
        [2 * WAD, WAD, WAD, WAD, WAD],
        [2 * WAD, 2 * WAD, 142 * WAD / 100, 13 * WAD / 10, 245 * WAD / 100],
        [2_789 * WAD / 1_000, 5_230_480_842_000_000_000, 77_132 * WAD / 100, 13 * WAD / 10, 1_000_245 * WAD / 100],
        [
            7_009_232_529_961_056_000_000_000,
            2_527_872_631_724_044_500_000_000,
            2_617_711_209_324_258_500_000_000,
            1_179_713_989_619_784_000,
            7_790_468_414_639_561_000_000_000,
        ],
    ];
    for [exchange_rate, debt_price, collateral_price, incentive, repay] in cases {
        let mut comptroller = comptroller(&[free(0, exchange_rate), free(0, WAD)]);
        comptroller.params.liquidation_incentive_wad = incentive;
        let collateral = comptroller.state(FIRST).unwrap();
        let prices = [collateral_price, debt_price];
        let ratio = comptroller.tokens_per_debt_wad(collateral, &order(repay), Prices(&prices)).unwrap();
        let tokens = ratio.mul_div_down(repay, WAD).unwrap().try_into_u128().unwrap() as f64;
        let worth = repay as f64 * incentive as f64 * debt_price as f64 / collateral_price as f64;
        assert!((tokens - worth / exchange_rate as f64).abs() < 1e7, "{tokens} of {worth}");
    }
}

/// Tokens/liquidateTest.js: 2.8 % of what is seized is burnt, and its worth stays as reserves. The suite forces the
/// figures 10, 40 and an exchange rate of a fifth; here they follow from the prices.
#[test]
fn the_protocol_keeps_a_part_of_what_is_seized() {
    let mut comptroller = comptroller(&[free(WAD / 2, WAD / 5), free(WAD / 2, WAD)]);
    comptroller.params.liquidation_incentive_wad = WAD;
    comptroller.mint(SECOND, SUPPLIER, 100 * ETHER, 0).unwrap();
    comptroller.mint(FIRST, BORROWER, 40 * ETHER, 0).unwrap();
    comptroller.enter_market(FIRST, BORROWER).unwrap();
    comptroller.borrow(SECOND, BORROWER, 20 * ETHER, Prices(&[WAD, WAD]), 0).unwrap();
    let prices = Prices(&[WAD, 8 * WAD / 10 + 1]);
    let healthy = comptroller.liquidate(order(10 * ETHER), prices, 0).unwrap();
    assert!(matches!(healthy, Outcome::Refused(CompoundError::InsufficientShortfall { .. })));
    let prices = Prices(&[WAD * 10 / 8, 10 * WAD / 8 + 1]);
    let done = comptroller.liquidate(order(10 * ETHER), prices, 0).unwrap().done().unwrap();
    // Ten at par are fifty cTokens, but for the wei that made the shortfall.
    assert_eq!((done.repaid, done.debt_after), (10 * ETHER, 10 * ETHER));
    assert_eq!(done.seized_tokens() / 1_000, 50 * ETHER / 1_000);
    assert_eq!(done.tokens_burnt, done.seized_tokens() * 28 / 1_000);
    assert_eq!(done.to_reserves, done.tokens_burnt / 5);
    assert_eq!(comptroller.state(FIRST).unwrap().total_reserves, done.to_reserves);
    assert_eq!(comptroller.position(FIRST, LIQUIDATOR).unwrap().tokens, done.tokens_to_liquidator);
    assert_eq!(comptroller.position(FIRST, BORROWER).unwrap().tokens, done.tokens_after);
}

/// The checks of `liquidateBorrowFresh`, in their order.
#[test]
fn a_liquidation_is_refused_for_the_first_reason_and_reverts_for_want_of_collateral() {
    let mut comptroller = lent(40 * ETHER, 20 * ETHER);
    let fallen = Prices(&[WAD / 2, WAD]);
    let mut ask = |order| comptroller.liquidate(order, fallen, 0);
    let too_much = CompoundError::TooMuchRepay { repay: 10 * ETHER + 1, max_close: 10 * ETHER };
    assert_eq!(ask(order(10 * ETHER + 1)), Ok(Outcome::Refused(too_much)));
    let own = LiquidationOrder { liquidator: BORROWER, ..order(0) };
    assert_eq!(ask(own), Ok(Outcome::Refused(CompoundError::LiquidatorIsBorrower { account: BORROWER })));
    assert_eq!(ask(order(0)), Ok(Outcome::Refused(CompoundError::CloseAmountZero)));
    let other = LiquidationOrder { collateral: SECOND, ..order(ETHER) };
    let seize = U256::from(108 * ETHER / 100);
    assert_eq!(ask(other), Err(CompoundError::SeizeTooMuch { seize, held: 0 }));
    assert!(matches!(ask(order(10 * ETHER)), Ok(Outcome::Done(_))));
}

/// Liquidators take cTokens worth more than they repay, so what is left of the debt is worth more than what is left.
#[test]
fn what_liquidations_leave_without_collateral_is_bad_debt() {
    let mut comptroller = lent(40 * ETHER, 20 * ETHER);
    let prices = Prices(&[WAD / 4, WAD]);
    assert_eq!(comptroller.bad_debt(BORROWER, Prices(&[WAD / 2, WAD])), Ok(U256::ZERO));
    assert_eq!(comptroller.bad_debt(BORROWER, prices), Ok(U256::from(10 * ETHER)));
    let (most, _) = comptroller.max_liquidation(order(0), prices, 0).unwrap();
    let done = comptroller.liquidate(most, prices, 0).unwrap().done().unwrap();
    // Ten of collateral pay for 9.26; a part of the last cToken remains.
    assert_eq!((done.repaid / (ETHER / 100), done.tokens_after / 10), (925, 0));
    let bad_debt = comptroller.bad_debt(BORROWER, prices).unwrap();
    assert!(bad_debt > U256::from(1_074 * ETHER / 100) && bad_debt <= U256::from(done.debt_after));
}

/// What fails without a revert keeps the interest, and the market that the borrower was made to enter.
#[test]
fn a_refused_call_keeps_the_interest_that_it_counted() {
    let mut comptroller = lent(40 * ETHER, 20 * ETHER);
    comptroller.markets[1].state.params.interest = InterestModel::white_paper(WAD, 0);
    let (prices, counted) = (Prices(&[WAD, WAD]), comptroller.state_at(SECOND, 1_000).unwrap());
    assert!(counted.total_borrows > 20 * ETHER);
    let reverted = comptroller.repay(SECOND, BORROWER, RepayAmount::Exactly(30 * ETHER), 1_000);
    let owed = counted.total_borrows;
    assert_eq!(reverted, Err(CompoundError::RepayExceedsDebt { repay: 30 * ETHER, owed }));
    assert_eq!(comptroller.state(SECOND).unwrap().total_borrows, 20 * ETHER);
    let refused = comptroller.borrow(SECOND, LIQUIDATOR, ETHER, prices, 1_000).unwrap();
    let lacking = CompoundError::InsufficientLiquidity { borrowed: U256::from(ETHER), carried: U256::ZERO };
    assert_eq!(refused, Outcome::Refused(lacking));
    assert_eq!(comptroller.state(SECOND), Ok(&counted));
    assert!(comptroller.has_entered(SECOND, LIQUIDATOR));
}

#[test]
fn a_refusal_says_what_was_asked_and_what_there_is() {
    let mut comptroller = lent(40 * ETHER, 20 * ETHER);
    let prices = Prices(&[WAD, WAD]);
    let dry = CompoundError::InsufficientCash { asked: U256::from(81 * ETHER), cash: 80 * ETHER };
    let redeem = RedeemAmount::Underlying(81 * ETHER);
    assert_eq!(comptroller.redeem(SECOND, SUPPLIER, redeem, prices, 0), Ok(Outcome::Refused(dry)));
    let lacking = CompoundError::InsufficientTokens { tokens: U256::from(ETHER), held: 0 };
    let redeem = RedeemAmount::Tokens(ETHER);
    assert_eq!(comptroller.redeem(SECOND, LIQUIDATOR, redeem, prices, 0), Ok(Outcome::Refused(lacking)));
    assert_eq!(comptroller.transfer(SECOND, LIQUIDATOR, SUPPLIER, ETHER, prices), Err(lacking));
    let own = CompoundError::SelfTransfer { account: SUPPLIER };
    assert_eq!(comptroller.transfer(SECOND, SUPPLIER, SUPPLIER, ETHER, prices), Err(own));
    let needed =
        CompoundError::InsufficientLiquidity { borrowed: U256::from(40 * ETHER), carried: U256::from(20 * ETHER) };
    assert_eq!(comptroller.transfer(FIRST, BORROWER, SUPPLIER, 40 * ETHER, prices), Err(needed));
    assert_eq!(comptroller.exit_market(FIRST, BORROWER, prices), Err(needed));
    let owing = CompoundError::BalanceOwed { owed: 20 * ETHER };
    assert_eq!(comptroller.exit_market(SECOND, BORROWER, prices), Err(owing));
    let poor = CompoundError::InsufficientReserves { asked: 1, reserves: 0 };
    assert_eq!(comptroller.reduce_reserves(SECOND, 1, 0), Ok(Outcome::Refused(poor)));
    let none = CompoundError::NoMarket { market: MarketId(2) };
    assert_eq!(comptroller.mint(MarketId(2), SUPPLIER, 1, 0), Err(none));
    let above = CompoundError::FactorAboveOne { factor_wad: WAD + 1 };
    assert_eq!(comptroller.list(free(WAD + 1, WAD), 0), Err(above));
    assert_eq!(
        CompoundError::BeforeAccrual { block: 0, accrual_block: 3 }.to_string(),
        "at block 0, the market knows of 3"
    );
}

/// cTokens that are worth far more than one unit round an amount of underlying away: the contract does not pay then.
#[test]
fn underlying_worth_no_token_is_not_paid() {
    let mut comptroller = comptroller(&[free(WAD / 2, 200_000_000 * WAD)]);
    comptroller.mint(FIRST, SUPPLIER, ETHER, 0).unwrap();
    let refused = comptroller.redeem(FIRST, SUPPLIER, RedeemAmount::Underlying(1), Prices(&[WAD]), 0);
    assert_eq!(refused, Err(CompoundError::RedeemTokensZero { amount: 1 }));
    let done = comptroller.redeem(FIRST, SUPPLIER, RedeemAmount::Underlying(399_999_999), Prices(&[WAD]), 0);
    assert_eq!(done.unwrap().done().unwrap().tokens, 1);
}

/// An exchange rate beyond 128 bits, as when a single cToken is left to own what is lent.
#[test]
fn a_token_that_owns_a_fortune_is_weighed_exactly() {
    let mut comptroller = comptroller(&[free(WAD / 2, WAD)]);
    comptroller.mint(FIRST, SUPPLIER, 1, 0).unwrap();
    comptroller.markets[0].state.total_borrows = u128::MAX / 2;
    comptroller.enter_market(FIRST, SUPPLIER).unwrap();
    let carried = comptroller.account_liquidity(SUPPLIER, Prices(&[WAD])).unwrap().carried;
    assert_eq!(carried, U256::from(1 << 126));
    let minted = comptroller.mint(FIRST, SUPPLIER, u128::MAX, 0);
    assert_eq!(minted, Err(CompoundError::Math(plimsoll_math::MathError::TooWide { bits: 129, fits: 128 })));
}
