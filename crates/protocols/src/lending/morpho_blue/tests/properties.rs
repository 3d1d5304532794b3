//! What holds after any calls.

use proptest::prelude::*;

use super::*;

/// Something that can be asked of a market.
#[derive(Debug, Clone, Copy)]
enum Call {
    Supply(AccountId, Amount),
    Withdraw(AccountId, Amount),
    SupplyCollateral(AccountId, u128),
    WithdrawCollateral(AccountId, u128),
    Borrow(AccountId, Amount),
    Repay(AccountId, Amount),
    Liquidate(AccountId, LiquidationSize),
    LiquidateMost(AccountId),
    WithdrawPart(AccountId, Percent),
    WithdrawCollateralPart(AccountId, Percent),
    BorrowPart(AccountId, Percent),
    RepayPart(AccountId, Percent),
    LiquidatePart(AccountId, Percent),
    SetFee(u128),
    Accrue,
}

/// A hundredth of the greatest that could succeed, so many times.
#[derive(Debug, Clone, Copy)]
struct Percent(u128);

impl Percent {
    fn of(self, greatest: u128) -> u128 {
        greatest / 100 * self.0 + greatest % 100 * self.0 / 100
    }
}

/// What the market should hold by its receipts: loan token, then collateral.
type Held = [u128; 2];

impl Call {
    /// Calls, and books the receipt.
    fn make(self, market: &mut Market, price: U256, now: u64, held: &mut Held) -> Result<(), MorphoError> {
        match self.in_units(market, price, now)? {
            Self::Supply(who, amount) => held[0] += market.supply(who, amount, now)?.assets,
            Self::Withdraw(who, amount) => held[0] -= market.withdraw(who, amount, now)?.assets,
            Self::SupplyCollateral(who, assets) => held[1] += market.supply_collateral(who, assets)?.assets,
            Self::WithdrawCollateral(who, assets) => {
                held[1] -= market.withdraw_collateral(who, assets, price, now)?.assets;
            }
            Self::Borrow(who, amount) => held[0] -= market.borrow(who, amount, price, now)?.assets,
            Self::Repay(who, amount) => held[0] += market.repay(who, amount, now)?.assets,
            Self::Liquidate(who, size) => {
                let quoted = market.quote_liquidation(who, size, price, now);
                let done = market.liquidate(who, size, price, now);
                assert_eq!(done, quoted);
                held[0] += done?.repaid_assets;
                held[1] -= done?.seized_assets;
            }
            Self::SetFee(fee_wad) => {
                market.set_fee(fee_wad, now)?;
            }
            Self::Accrue => {
                market.accrue(now)?;
            }
            part => unreachable!("{part:?} was turned into units"),
        }
        Ok(())
    }

    /// Turns a part of what could be asked into units.
    fn in_units(self, market: &Market, price: U256, now: u64) -> Result<Self, MorphoError> {
        let has = market.position(self.named());
        Ok(match self {
            Self::WithdrawPart(who, part) => Self::Withdraw(who, Amount::Shares(part.of(has.supply_shares))),
            Self::WithdrawCollateralPart(who, part) => Self::WithdrawCollateral(who, part.of(has.collateral)),
            Self::BorrowPart(who, part) => {
                Self::Borrow(who, Amount::Assets(part.of(market.max_borrow(who, price, now)?)))
            }
            Self::RepayPart(who, part) => Self::Repay(who, Amount::Shares(part.of(has.borrow_shares))),
            Self::LiquidatePart(who, part) => {
                let (_, most) = market.max_liquidation(who, price, now)?;
                Self::Liquidate(who, LiquidationSize::SeizedAssets(part.of(most.seized_assets)))
            }
            Self::LiquidateMost(who) => Self::Liquidate(who, market.max_liquidation(who, price, now)?.0),
            units => units,
        })
    }

    /// Returns whom the call is about.
    fn named(self) -> AccountId {
        match self {
            Self::SetFee(_) | Self::Accrue => FEE_RECIPIENT,
            Self::Supply(who, _)
            | Self::Withdraw(who, _)
            | Self::SupplyCollateral(who, _)
            | Self::WithdrawCollateral(who, _)
            | Self::Borrow(who, _)
            | Self::Repay(who, _)
            | Self::Liquidate(who, _)
            | Self::LiquidateMost(who)
            | Self::WithdrawPart(who, _)
            | Self::WithdrawCollateralPart(who, _)
            | Self::BorrowPart(who, _)
            | Self::RepayPart(who, _)
            | Self::LiquidatePart(who, _) => who,
        }
    }
}

fn units() -> impl Strategy<Value = u128> {
    (any::<u128>(), 60u32..128).prop_map(|(units, shift)| units >> shift)
}

fn amount() -> impl Strategy<Value = Amount> {
    prop_oneof![
        units().prop_map(Amount::Assets),
        units().prop_map(|units| Amount::Shares(units.saturating_mul(VIRTUAL_SHARES))),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let who = || (0u32..4).prop_map(AccountId);
    let part = || (1u128..=101).prop_map(Percent);
    let size = prop_oneof![
        units().prop_map(LiquidationSize::SeizedAssets),
        units().prop_map(|units| LiquidationSize::RepaidShares(units.saturating_mul(VIRTUAL_SHARES))),
    ];
    prop_oneof![
        3 => (who(), amount()).prop_map(|(who, amount)| Call::Supply(who, amount)),
        1 => (who(), amount()).prop_map(|(who, amount)| Call::Withdraw(who, amount)),
        1 => (who(), part()).prop_map(|(who, part)| Call::WithdrawPart(who, part)),
        3 => (who(), units()).prop_map(|(who, assets)| Call::SupplyCollateral(who, assets)),
        1 => (who(), units()).prop_map(|(who, assets)| Call::WithdrawCollateral(who, assets)),
        1 => (who(), part()).prop_map(|(who, part)| Call::WithdrawCollateralPart(who, part)),
        1 => (who(), amount()).prop_map(|(who, amount)| Call::Borrow(who, amount)),
        6 => (who(), part()).prop_map(|(who, part)| Call::BorrowPart(who, part)),
        1 => (who(), amount()).prop_map(|(who, amount)| Call::Repay(who, amount)),
        2 => (who(), part()).prop_map(|(who, part)| Call::RepayPart(who, part)),
        2 => (who(), part()).prop_map(|(who, part)| Call::LiquidatePart(who, part)),
        1 => (who(), size).prop_map(|(who, size)| Call::Liquidate(who, size)),
        2 => who().prop_map(Call::LiquidateMost),
        1 => (0..=MAX_FEE_WAD).prop_map(Call::SetFee),
        1 => Just(Call::Accrue),
    ]
}

fn model() -> impl Strategy<Value = InterestModel> {
    prop_oneof![
        Just(InterestModel::Free),
        Just(InterestModel::Utilization),
        Just(InterestModel::AdaptiveCurve(AdaptiveCurve::default())),
    ]
}

/// Says of a market whatever must be true.
fn audit(market: &Market, held: Held) -> Result<(), TestCaseError> {
    let state = market.state();
    let claims = |of: fn(&Position) -> u128| market.positions().map(|(_, position)| of(position)).sum::<u128>();
    prop_assert_eq!(claims(|position| position.supply_shares), state.supplied.shares);
    prop_assert_eq!(claims(|position| position.borrow_shares), state.borrowed.shares);
    prop_assert_eq!(claims(|position| position.collateral), state.collateral_held);
    prop_assert_eq!([state.loan_held, state.collateral_held], held);
    prop_assert!(state.borrowed.assets <= state.supplied.assets);
    prop_assert!(state.loan_held >= state.liquidity());
    Ok(())
}

proptest! {
    #[test]
    fn claims_sum_to_totals_a_failed_call_changes_nothing_and_any_call_can_be_undone(
        lltv_wad in WAD / 10..WAD,
        model in model(),
        calls in prop::collection::vec((call(), 0u64..10_000_000, 1u128..400), 1..40),
    ) {
        let mut market = market(lltv_wad, model);
        let (mut now, mut held) = (0, [0, 0]);
        let begun = (0..4).map(AccountId).flat_map(|who| {
            [Call::Supply(who, Amount::Assets(1 << 64)), Call::SupplyCollateral(who, 1 << 66)]
        });
        for call in begun {
            call.make(&mut market, par(), now, &mut held).unwrap();
        }
        for (call, seconds, percent) in calls {
            now += seconds;
            let price = U256::from(PRICE_SCALE / 100 * percent);
            let (before, then) = (market.before(call.named()), market.clone());
            let done = call.make(&mut market, price, now, &mut held);
            prop_assert!(done.is_ok() || market == then, "{call:?}: {done:?}");
            audit(&market, held)?;
            let after = market.clone();
            market.restore(&before);
            prop_assert_eq!(&market, &then, "{:?}", call);
            market = after;
        }
    }

    #[test]
    fn coming_and_going_gains_nothing(
        lent in (1u128 << 20..1 << 90, 1u128 << 10..1 << 90),
        years in 0u64..3,
        amount in amount(),
    ) {
        let mut market = lent_out(lent, years);
        let now = market.state().last_update;
        if let Ok(supplied) = market.supply(LENDER, amount, now)
            && let Ok(withdrawn) = market.withdraw(LENDER, Amount::Shares(supplied.shares.max(1)), now)
        {
            prop_assert!(withdrawn.assets <= supplied.assets);
        }
        let price = U256::MAX.div_down(market.position(BORROWER).collateral).unwrap();
        if let Ok(borrowed) = market.borrow(BORROWER, amount, price, now)
            && let Ok(repaid) = market.repay(BORROWER, Amount::Shares(borrowed.shares.max(1)), now)
        {
            prop_assert!(repaid.assets >= borrowed.assets);
        }
    }

    #[test]
    fn the_most_that_can_be_borrowed_is_lent_and_a_unit_more_is_not(
        lent in (1u128 << 20..1 << 90, 1u128 << 10..1 << 90),
        years in 0u64..3,
        percent in 50u128..1_000,
        later in 0u64..1_000_000,
    ) {
        let mut market = lent_out(lent, years);
        let now = market.state().last_update + later;
        let price = U256::from(PRICE_SCALE / 100 * percent);
        let most = market.max_borrow(BORROWER, price, now).unwrap();
        let unchanged = market.clone();
        prop_assert!(market.borrow(BORROWER, Amount::Assets(most + 1), price, now).is_err());
        prop_assert_eq!(&market, &unchanged);
        prop_assert!(most == 0 || market.borrow(BORROWER, Amount::Assets(most), price, now).is_ok());
    }

    /// What the views say of a time is what a call at that time finds.
    #[test]
    fn a_view_of_a_time_is_what_the_time_brings(
        lent in (1u128 << 20..1 << 90, 1u128 << 10..1 << 90),
        later in 0u64..100_000_000,
    ) {
        let mut market = lent_out(lent, 1);
        let now = market.state().last_update + later;
        let (state, health) = (market.state_at(now).unwrap(), market.health(BORROWER, par(), now).unwrap());
        let rate = market.state().borrow_rate_wad(now).unwrap();
        let accrued = market.accrue(now).unwrap();
        prop_assert_eq!(&state, market.state());
        prop_assert_eq!(health, market.state().health(&market.position(BORROWER), par()).unwrap());
        prop_assert!(later == 0 || accrued.borrow_rate_wad == rate);
        prop_assert!(state.supply_rate_wad(now).unwrap() <= state.borrow_rate_wad(now).unwrap());
    }
}

/// A market in which some was lent, some years ago.
fn lent_out((supplied, part): (u128, u128), years: u64) -> Market {
    let mut market = lent(WAD / 2, supplied, supplied, (part % (supplied / 2)).max(1));
    market.set_fee(WAD / 10, 0).unwrap();
    market.accrue(years * 31_536_000).unwrap();
    market
}

/// Someone who owes nothing can be lent what LLTV allows, however the debt's shares round.
#[test]
fn the_most_is_what_lltv_allows() {
    let mut market = lent(4 * WAD / 5, 1_000 * ETHER, 100 * ETHER, ETHER);
    market.supply_collateral(AccountId(7), 100 * ETHER).unwrap();
    assert_eq!(market.max_borrow(AccountId(7), par(), 0), Ok(80 * ETHER));
    assert_eq!(market.max_borrow(BORROWER, par(), 0), Ok(79 * ETHER));
    assert_eq!(market.max_borrow(AccountId(8), par(), 0), Ok(0));
}
