//! Invariants of arbitrary calls by arbitrary users, the treasury among them.

use proptest::prelude::*;

use super::*;

/// Something that can be asked of a market.
#[derive(Debug, Clone, Copy)]
enum Call {
    Supply(UserId, ReserveId, u128),
    Withdraw(UserId, ReserveId, Withdrawal),
    Borrow(UserId, ReserveId, u128),
    Repay(UserId, ReserveId, u128),
    Liquidate(LiquidationCall, Payout),
    UseAsCollateral(UserId, ReserveId, bool),
    EMode(UserId, EModeId),
    MintToTreasury(ReserveId),
    Flash(ReserveId, u128),
}

/// What a call paid into a reserve and out of one.
#[derive(Debug, Default)]
struct Moved {
    paid_in: Option<(ReserveId, u128)>,
    paid_out: Option<(ReserveId, u128)>,
}

impl Moved {
    fn paid_in(reserve: ReserveId, amount: u128) -> Self {
        Self { paid_in: Some((reserve, amount)), paid_out: None }
    }

    fn paid_out(reserve: ReserveId, amount: u128) -> Self {
        Self { paid_in: None, paid_out: Some((reserve, amount)) }
    }
}

impl Call {
    fn make(self, market: &mut Market, prices: &[u128], now: u64) -> Result<Moved, AaveError> {
        Ok(match self {
            Self::Supply(user, reserve, amount) => {
                Moved::paid_in(reserve, market.supply(user, reserve, amount, now)?.amount)
            }
            Self::Withdraw(user, reserve, withdrawal) => {
                Moved::paid_out(reserve, market.withdraw(user, reserve, withdrawal, prices, now)?.amount)
            }
            Self::Borrow(user, reserve, amount) => {
                Moved::paid_out(reserve, market.borrow(user, reserve, amount, prices, now)?.amount)
            }
            Self::Repay(user, reserve, amount) => {
                Moved::paid_in(reserve, market.repay(user, reserve, amount, now)?.amount)
            }
            Self::Liquidate(call, payout) => {
                let liquidated = market.liquidate(call, payout, prices, now)?;
                let paid_out = (payout == Payout::Underlying).then_some((call.collateral, liquidated.seized));
                Moved { paid_in: Some((call.debt, liquidated.debt_repaid)), paid_out }
            }
            Self::UseAsCollateral(user, reserve, used) => {
                market.set_use_as_collateral(user, reserve, used, prices, now).map(|()| Moved::default())?
            }
            Self::EMode(user, emode) => market.set_emode(user, emode, prices, now).map(|()| Moved::default())?,
            Self::MintToTreasury(reserve) => market.mint_to_treasury(reserve, now).map(|_| Moved::default())?,
            Self::Flash(reserve, amount) => flash(market, reserve, amount, now)?,
        })
    }

    /// Returns the reserves and users that the call may change.
    fn touches(self) -> (Vec<ReserveId>, Vec<UserId>) {
        match self {
            Self::Supply(user, reserve, _)
            | Self::Withdraw(user, reserve, _)
            | Self::Borrow(user, reserve, _)
            | Self::Repay(user, reserve, _)
            | Self::UseAsCollateral(user, reserve, _) => (vec![reserve], vec![user]),
            Self::Liquidate(call, payout) => {
                let taker = if let Payout::Claim(user) = payout { user } else { call.user };
                (vec![call.collateral, call.debt], vec![call.user, taker, Market::TREASURY])
            }
            Self::EMode(user, _) => (vec![], vec![user]),
            Self::MintToTreasury(reserve) => (vec![reserve], vec![Market::TREASURY]),
            Self::Flash(reserve, _) => (vec![reserve], vec![]),
        }
    }
}

/// Takes a flash loan and pays it back, or does nothing.
fn flash(market: &mut Market, reserve: ReserveId, amount: u128, now: u64) -> Result<Moved, AaveError> {
    let before = market.before(&[reserve], &[]);
    let loan = market.flash_loan(reserve, amount)?;
    match market.repay_flash_loan(loan, now) {
        Ok(repaid) => Ok(Moved { paid_in: Some((reserve, repaid.amount)), paid_out: Some((reserve, amount)) }),
        Err(error) => {
            market.restore(before);
            Err(error)
        }
    }
}

fn user() -> impl Strategy<Value = UserId> {
    prop_oneof![1 => Just(Market::TREASURY), 9 => (1u32..4).prop_map(UserId)]
}

fn reserve() -> impl Strategy<Value = ReserveId> {
    (0u8..4).prop_map(ReserveId)
}

/// Amounts from nothing to more than a market holds, as likely small as great.
fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![
        1 => (any::<u128>(), 30u32..128).prop_map(|(amount, shift)| amount >> shift),
        8 => (1u128..1_000, 6u32..22).prop_map(|(digits, zeros)| digits * 10_u128.pow(zeros)),
    ]
}

fn payout() -> impl Strategy<Value = Payout> {
    prop_oneof![Just(Payout::Underlying), user().prop_map(Payout::Claim)]
}

/// Liquidations of positions that are there from the start, and of any.
fn liquidation() -> impl Strategy<Value = LiquidationCall> {
    const KNOWN: [(UserId, ReserveId, ReserveId); 4] =
        [(BOB, ETHER, DOLLAR), (CAROL, BITCOIN, FLORIN), (ALICE, ETHER, BITCOIN), (ALICE, FLORIN, BITCOIN)];
    let position = prop_oneof![4 => prop::sample::select(&KNOWN[..]), 1 => (user(), reserve(), reserve())];
    (position, prop_oneof![amount(), Just(u128::MAX)])
        .prop_map(|((user, collateral, debt), debt_to_cover)| LiquidationCall { user, collateral, debt, debt_to_cover })
}

fn call() -> impl Strategy<Value = Call> {
    let withdrawal = prop_oneof![3 => amount().prop_map(Withdrawal::Exactly), 1 => Just(Withdrawal::All)];
    prop_oneof![
        6 => (user(), reserve(), amount()).prop_map(|(user, reserve, amount)| Call::Supply(user, reserve, amount)),
        3 => (user(), reserve(), withdrawal).prop_map(|(user, reserve, amount)| Call::Withdraw(user, reserve, amount)),
        6 => (user(), reserve(), amount()).prop_map(|(user, reserve, amount)| Call::Borrow(user, reserve, amount)),
        3 => (user(), reserve(), amount()).prop_map(|(user, reserve, amount)| Call::Repay(user, reserve, amount)),
        6 => (liquidation(), payout()).prop_map(|(call, payout)| Call::Liquidate(call, payout)),
        1 => (user(), reserve(), any::<bool>()).prop_map(|(user, id, used)| Call::UseAsCollateral(user, id, used)),
        1 => (user(), 0u8..3).prop_map(|(user, emode)| Call::EMode(user, EModeId(emode))),
        1 => reserve().prop_map(Call::MintToTreasury),
        1 => (reserve(), amount()).prop_map(|(reserve, amount)| Call::Flash(reserve, amount)),
    ]
}

/// A call, the seconds before it, and an asset's price that moves to so many percent of the usual before it.
fn step() -> impl Strategy<Value = (Call, u64, usize, u128)> {
    (call(), prop_oneof![0u64..100, 0u64..3_000_000], 0usize..4, 30u128..250)
}

/// Returns a market in which all assets are supplied and three users owe something.
fn lively_market() -> Market {
    let mut market = market();
    market.supply(ALICE, FLORIN, 50_000 * WEI, 1).unwrap();
    market.supply(ALICE, ETHER, 30 * WEI, 1).unwrap();
    market.supply(CAROL, BITCOIN, 200_000_000, 1).unwrap();
    market.borrow(CAROL, FLORIN, 30_000 * WEI, &PRICES, 1).unwrap();
    market.borrow(ALICE, BITCOIN, 100_000_000, &PRICES, 1).unwrap();
    market
}

/// Whether positions sum to the reserves' totals, and claims are covered by what is there and what is owed, but for so
/// many smallest units.
fn books_close(market: &Market, now: u64, roundings: u128) -> Result<(), TestCaseError> {
    for (number, reserve) in market.reserves().iter().enumerate() {
        let id = ReserveId(u8::try_from(number).unwrap());
        let state = reserve.state();
        let supplied: u128 = market.positions().iter().map(|position| position.scaled_supply(id)).sum();
        let owed: u128 = market.positions().iter().map(|position| position.scaled_debt(id)).sum();
        prop_assert_eq!((supplied, owed), (state.scaled_supply, state.scaled_debt));
        let claims = reserve.total_supply(now).unwrap();
        let covered = state.available + reserve.total_debt(now).unwrap();
        prop_assert!(claims <= covered + roundings, "{} of {} covered, reserve {}", covered, claims, number);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn books_close_receipts_tell_all_and_whatever_fails_or_is_undone_changes_nothing(
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut market = lively_market();
        let (mut now, mut prices) = (1, PRICES);
        let mut held: Vec<u128> = market.reserves().iter().map(|reserve| reserve.state().available).collect();
        for (roundings, (call, seconds, asset, percent)) in (1..).zip(steps) {
            now += seconds;
            prices[asset] = PRICES[asset] * percent / 100;
            let (before, (reserves, users)) = (market.clone(), call.touches());
            let image = market.before(&reserves, &users);
            let Ok(moved) = call.make(&mut market, &prices, now) else {
                prop_assert_eq!(&market, &before, "failed: {:?}", call);
                continue;
            };
            let after = market.clone();
            market.restore(image);
            prop_assert_eq!(&market, &before, "undone: {:?}", call);
            market = after;
            if let Some((reserve, amount)) = moved.paid_in {
                held[usize::from(reserve.0)] += amount;
            }
            if let Some((reserve, amount)) = moved.paid_out {
                held[usize::from(reserve.0)] -= amount;
            }
            let available: Vec<u128> = market.reserves().iter().map(|reserve| reserve.state().available).collect();
            prop_assert_eq!(&available, &held, "{:?}", call);
            books_close(&market, now, 4 * roundings)?;
        }
    }

    #[test]
    fn a_quote_is_what_a_liquidation_does(
        steps in prop::collection::vec(step(), 0..10),
        liquidation in liquidation(),
        payout in payout(),
        percent in 20u128..110,
    ) {
        let (market, prices, now) = after(steps, percent);
        let quoted = market.quote_liquidation(liquidation, &prices, now);
        let mut liquidated = market.clone();
        match (liquidated.liquidate(liquidation, payout, &prices, now), quoted) {
            (Ok(receipt), Ok(quote)) => {
                prop_assert_eq!((receipt.debt_repaid, receipt.seized), (quote.debt_repaid, quote.seized));
                prop_assert!(receipt.protocol_fee <= quote.protocol_fee);
                prop_assert!(quote.debt_repaid <= quote.user_debt);
                prop_assert!(quote.seized + quote.protocol_fee <= quote.user_collateral);
            }
            (done, Err(refused)) => prop_assert_eq!(done, Err(refused)),
            (Err(_), Ok(_)) => {}
        }
    }

    /// What fits 128 bits is the same on the contract's 256; `tests/wide.rs` has what does not fit.
    #[test]
    fn accounts_are_worth_the_same_on_both_widths(steps in prop::collection::vec(step(), 0..20), percent in 20u128..200) {
        let (market, prices, now) = after(steps, percent);
        for position in market.positions() {
            let narrow = market.evaluate_on::<u128>(position, None, &prices, now);
            prop_assert!(narrow.is_ok());
            prop_assert_eq!(market.evaluate_on::<U256>(position, None, &prices, now), narrow);
        }
    }

    #[test]
    fn the_most_that_may_be_borrowed_is_the_most_that_is_lent(
        steps in prop::collection::vec(step(), 0..10),
        user in user(),
        reserve in reserve(),
        percent in 80u128..200,
    ) {
        let (market, prices, now) = after(steps, percent);
        let most = market.max_borrow(user, reserve, &prices, now).unwrap();
        if most > 0 {
            prop_assert!(market.clone().borrow(user, reserve, most, &prices, now).is_ok());
        }
        prop_assert!(market.clone().borrow(user, reserve, most + 1, &prices, now).is_err());
    }

    #[test]
    fn a_round_trip_gains_no_more_than_its_roundings(
        steps in prop::collection::vec(step(), 0..10),
        reserve in reserve(),
        amount in amount(),
    ) {
        let (mut market, prices, now) = after(steps, 100);
        let user = market.enter(AccountId(7));
        if market.supply(user, reserve, amount, now).is_ok()
            && let Ok(back) = market.withdraw(user, reserve, Withdrawal::All, &prices, now)
        {
            let index_ray = market.reserve(reserve).unwrap().state().liquidity_index_ray;
            prop_assert!(back.amount.abs_diff(amount) <= index_ray.div_ceil(RAY));
        }
    }
}

/// Returns the market after these calls, those that succeed, and prices of which ether's is so many percent.
fn after(steps: Vec<(Call, u64, usize, u128)>, percent: u128) -> (Market, [u128; 4], u64) {
    let (mut market, mut prices, mut now) = (lively_market(), PRICES, 1);
    for (call, seconds, asset, percent) in steps {
        now += seconds;
        prices[asset] = PRICES[asset] * percent / 100;
        let _ = call.make(&mut market, &prices, now);
    }
    prices[0] = PRICES[0] * percent / 100;
    (market, prices, now)
}
