//! What holds after any calls.

use proptest::prelude::*;

use super::*;

/// Something that can be asked of a comptroller. Amounts are parts of what could be asked at most.
#[derive(Debug, Clone, Copy)]
enum Ask {
    Mint(Percent),
    Redeem(Percent),
    RedeemUnderlying(Percent),
    Borrow(Percent),
    Repay(Percent),
    RepayAll,
    Liquidate(MarketId, AccountId, Percent),
    Transfer(AccountId, Percent),
    ReduceReserves(Percent),
    Enter,
    Exit,
    Accrue,
}

/// An ask, the market and the account that it is about.
#[derive(Debug, Clone, Copy)]
struct Call(Ask, MarketId, AccountId);

/// A hundredth of the greatest that could succeed, so many times.
#[derive(Debug, Clone, Copy)]
struct Percent(u128);

impl Percent {
    fn of(self, greatest: u128) -> u128 {
        greatest / 100 * self.0 + greatest % 100 * self.0 / 100
    }
}

/// A comptroller, the prices, and what its markets should hold by the receipts.
#[derive(Debug, Clone)]
struct World {
    comptroller: Comptroller,
    prices: [u128; 3],
    block: u64,
    held: [u128; 3],
}

/// What a call came to: done, refused, or an error.
type Came = Result<Option<CompoundError>, CompoundError>;

/// Returns what a call came to, and books what moved.
fn book<R>(outcome: Result<Outcome<R>, CompoundError>, held: &mut u128, moved: impl Fn(&R) -> i128) -> Came {
    match outcome? {
        Outcome::Done(receipt) => {
            *held = held.checked_add_signed(moved(&receipt)).unwrap();
            Ok(None)
        }
        Outcome::Refused(why) => Ok(Some(why)),
    }
}

/// Repays a part of the most that can be repaid, as it is quoted.
fn liquidate_part(
    comptroller: &mut Comptroller,
    order: LiquidationOrder,
    part: Percent,
    prices: Prices<'_>,
    block: u64,
) -> Result<Outcome<Liquidated>, CompoundError> {
    let most = comptroller.max_liquidation(order, prices, block)?.0.amount;
    let order = LiquidationOrder { amount: part.of(most), ..order };
    let quoted = comptroller.quote_liquidation(order, prices, block);
    let done = comptroller.liquidate(order, prices, block);
    assert_eq!(done.and_then(Outcome::done), quoted);
    done
}

impl World {
    /// Three markets of 18, 6 and 8 decimals, in which three accounts supply, and borrow from one each.
    fn new() -> Self {
        let jump = |slope, jump| InterestModel::jump_rate_v2(WAD / 50, slope, jump, WAD * 8 / 10).unwrap();
        let market = |collateral_factor, reserve_factor, initial_exchange_rate_wad, interest| MarketParams {
            collateral_factor_wad: collateral_factor * WAD / 100,
            reserve_factor_wad: reserve_factor * WAD / 100,
            initial_exchange_rate_wad,
            interest,
        };
        let comptroller = comptroller(&[
            market(82, 20, 200_000_000 * WAD, jump(WAD * 18 / 100, 4 * WAD)),
            market(85, 7, WAD / 5_000, jump(WAD * 4 / 100, WAD)),
            market(70, 20, WAD / 50, InterestModel::white_paper(WAD / 50, WAD * 3 / 10)),
        ]);
        let mut world = Self { comptroller, prices: [0; 3], block: 0, held: [0; 3] };
        world.set_prices([100; 3]);
        for account in (0..3).map(AccountId) {
            for market in (0..3).map(MarketId) {
                world.call(Call(Ask::Mint(Percent(100)), market, account)).unwrap();
                world.call(Call(Ask::Enter, market, account)).unwrap();
            }
        }
        for number in 0..3_u8 {
            world.call(Call(Ask::Borrow(Percent(90)), MarketId(number), AccountId(number.into()))).unwrap();
        }
        world
    }

    /// Prices in percent of 1,800, 1 and 30,000 dollars.
    fn set_prices(&mut self, percents: [u128; 3]) {
        let full = [1_800 * WAD, 10_u128.pow(30), 3 * 10_u128.pow(32)];
        self.prices = [0, 1, 2].map(|market| full[market] / 100 * percents[market]);
    }

    /// Returns whom and what a call may touch.
    fn touched(&self, Call(ask, market, account): Call) -> ComptrollerBefore {
        let (other_market, other) = match ask {
            Ask::Liquidate(collateral, borrower, _) => (collateral, borrower),
            Ask::Transfer(to, _) => (market, to),
            _ => (market, account),
        };
        self.comptroller.before([market, other_market], [account, other]).unwrap()
    }

    /// Makes a call, and books its receipt.
    fn call(&mut self, Call(ask, market, account): Call) -> Came {
        let Self { comptroller, prices, block, held } = self;
        let (prices, block, held) = (Prices(prices), *block, &mut held[usize::from(market.0)]);
        let position = comptroller.position(market, account)?;
        let paid = |amount: u128| amount.cast_signed();
        match ask {
            Ask::Mint(part) => {
                let amount = part.of([ETHER * 100, 200_000_000_000, 1_000_000_000][usize::from(market.0)]);
                book(comptroller.mint(market, account, amount, block), held, |done| paid(done.amount))
            }
            Ask::Redeem(part) => {
                let amount = RedeemAmount::Tokens(part.of(position.tokens));
                let done = comptroller.redeem(market, account, amount, prices, block);
                book(done, held, |done| -paid(done.amount))
            }
            Ask::RedeemUnderlying(part) => {
                let worth = comptroller.state_at(market, block)?.supply_balance_down(&position)?;
                let amount = RedeemAmount::Underlying(part.of(worth));
                let done = comptroller.redeem(market, account, amount, prices, block);
                book(done, held, |done| -paid(done.amount))
            }
            Ask::Borrow(part) => {
                let amount = part.of(comptroller.max_borrow(market, account, prices, block)?);
                let done = comptroller.borrow(market, account, amount, prices, block);
                book(done, held, |done| -paid(done.amount))
            }
            Ask::Repay(part) => {
                let amount = part.of(comptroller.borrow_balance_at(market, account, block)?);
                let done = comptroller.repay(market, account, RepayAmount::Exactly(amount), block);
                book(done, held, |done| paid(done.amount))
            }
            Ask::RepayAll => {
                let done = comptroller.repay(market, account, RepayAmount::All, block);
                book(done, held, |done| paid(done.amount))
            }
            Ask::Liquidate(collateral, borrower, part) => {
                let order = LiquidationOrder { debt: market, collateral, liquidator: account, borrower, amount: 0 };
                let done = liquidate_part(comptroller, order, part, prices, block);
                book(done, held, |done| paid(done.repaid))
            }
            Ask::Transfer(to, part) => {
                comptroller.transfer(market, account, to, part.of(position.tokens), prices).map(|_| None)
            }
            Ask::ReduceReserves(part) => {
                let amount = part.of(comptroller.state_at(market, block)?.total_reserves);
                book(comptroller.reduce_reserves(market, amount, block), held, |done| -paid(done.amount))
            }
            Ask::Enter => comptroller.enter_market(market, account).map(|()| None),
            Ask::Exit => comptroller.exit_market(market, account, prices).map(|()| None),
            Ask::Accrue => comptroller.accrue(market, block).map(|_| None),
        }
    }

    /// Returns what a refused call leaves: interest counted, and a borrower's market entered.
    fn after_refusal(mut self, Call(ask, market, account): Call) -> Comptroller {
        self.comptroller.accrue(market, self.block).unwrap();
        match ask {
            Ask::Liquidate(collateral, ..) => {
                self.comptroller.accrue(collateral, self.block).unwrap();
            }
            Ask::Borrow(_) => self.comptroller.enter_market(market, account).unwrap(),
            _ => {}
        }
        self.comptroller
    }

    /// Says of the markets whatever must be true.
    fn audit(&self) -> Result<(), TestCaseError> {
        for (id, state) in self.comptroller.markets() {
            let positions = || self.comptroller.positions(id).unwrap().map(|(_, position)| position);
            prop_assert_eq!(state.cash, self.held[usize::from(id.0)]);
            prop_assert_eq!(positions().map(|position| position.tokens).sum::<u128>(), state.total_supply);
            let debts: u128 = positions().map(|position| state.borrow_balance_down(position).unwrap()).sum();
            // The index and each debt are rounded by themselves, so the sums part, by a part of 10^18 at each accrual.
            let tolerance = [10_000_000, 100, 100][usize::from(id.0)];
            prop_assert!(debts.abs_diff(state.total_borrows) <= tolerance);
        }
        Ok(())
    }
}

fn call() -> impl Strategy<Value = Call> {
    let market = || (0u8..3).prop_map(MarketId);
    let account = || (0u32..4).prop_map(AccountId);
    let part = || (0u128..=101).prop_map(Percent);
    let ask = prop_oneof![
        2 => part().prop_map(Ask::Mint),
        1 => part().prop_map(Ask::Redeem),
        1 => part().prop_map(Ask::RedeemUnderlying),
        5 => part().prop_map(Ask::Borrow),
        1 => part().prop_map(Ask::Repay),
        1 => Just(Ask::RepayAll),
        5 => (market(), account(), part()).prop_map(|(market, borrower, part)| Ask::Liquidate(market, borrower, part)),
        1 => (account(), part()).prop_map(|(to, part)| Ask::Transfer(to, part)),
        1 => part().prop_map(Ask::ReduceReserves),
        1 => Just(Ask::Enter),
        1 => Just(Ask::Exit),
        1 => Just(Ask::Accrue),
    ];
    (ask, market(), account()).prop_map(|(ask, market, account)| Call(ask, market, account))
}

fn percents() -> impl Strategy<Value = [u128; 3]> {
    prop::array::uniform3(30u128..170)
}

proptest! {
    #[test]
    fn claims_sum_to_totals_and_what_fails_changes_interest_at_most(
        calls in prop::collection::vec((call(), 0u64..100_000, percents()), 1..40),
    ) {
        let mut world = World::new();
        for (call, blocks, percents) in calls {
            world.block += blocks;
            world.set_prices(percents);
            let (then, before) = (world.clone(), world.touched(call));
            match world.call(call) {
                Ok(None) => {}
                Ok(Some(_)) => prop_assert_eq!(&world.comptroller, &then.clone().after_refusal(call), "{:?}", call),
                Err(why) => prop_assert_eq!(&world.comptroller, &then.comptroller, "{:?}: {}", call, why),
            }
            world.audit()?;
            let after = world.comptroller.clone();
            world.comptroller.restore(&before);
            prop_assert_eq!(&world.comptroller, &then.comptroller, "{:?}", call);
            world.comptroller = after;
        }
    }

    #[test]
    fn coming_and_going_gains_nothing(
        calls in prop::collection::vec((call(), 0u64..100_000), 0..10),
        market in (0u8..3).prop_map(MarketId),
        amount in (any::<u128>(), 50u32..128).prop_map(|(amount, shift)| amount >> shift),
    ) {
        let mut world = World::new();
        for (call, blocks) in calls {
            world.block += blocks;
            let _ = world.call(call);
        }
        let (mut comptroller, block, prices) = (world.comptroller, world.block, Prices(&world.prices));
        let guest = AccountId(9);
        let minted = comptroller.mint(market, guest, amount, block).unwrap().done().unwrap();
        let all = RedeemAmount::Tokens(minted.tokens);
        let redeemed = comptroller.redeem(market, guest, all, prices, block).unwrap().done().unwrap();
        prop_assert!(redeemed.amount <= amount);
    }

    #[test]
    fn the_most_that_can_be_asked_is_done_and_a_unit_more_is_not(
        calls in prop::collection::vec((call(), 0u64..100_000), 0..10),
        percents in percents(),
        Call(_, market, account) in call(),
        (collateral, borrower) in ((0u8..3).prop_map(MarketId), (0u32..4).prop_map(AccountId)),
    ) {
        let mut world = World::new();
        for (call, blocks) in calls {
            world.block += blocks;
            let _ = world.call(call);
        }
        world.set_prices(percents);
        let World { comptroller, block, .. } = world;
        let prices = Prices(&world.prices);
        let borrow = |amount| comptroller.clone().borrow(market, account, amount, prices, block).unwrap().done();
        let most = comptroller.max_borrow(market, account, prices, block).unwrap();
        prop_assert!(borrow(most + 1).is_err() && (most == 0 || borrow(most).is_ok()));

        let order = LiquidationOrder { debt: market, collateral, liquidator: account, borrower, amount: 0 };
        if let Ok((order, quoted)) = comptroller.max_liquidation(order, prices, block) {
            let liquidate = |order| comptroller.clone().liquidate(order, prices, block).and_then(Outcome::done);
            prop_assert_eq!(liquidate(order), Ok(quoted));
            let beyond = LiquidationOrder { amount: order.amount + 1, ..order };
            prop_assert!(liquidate(beyond).is_err());
        }
    }

    /// What the views say of a block is what calls at that block find.
    #[test]
    fn a_view_of_a_block_is_what_the_block_brings(
        calls in prop::collection::vec((call(), 0u64..100_000), 0..10),
        later in 0u64..1_000_000,
        account in (0u32..4).prop_map(AccountId),
    ) {
        let mut world = World::new();
        for (call, blocks) in calls {
            world.block += blocks;
            let _ = world.call(call);
        }
        let (mut comptroller, block, prices) = (world.comptroller, world.block + later, Prices(&world.prices));
        let seen = comptroller.account_liquidity_at(account, prices, block);
        let owed = comptroller.borrow_balance_at(FIRST, account, block);
        if (0..3).map(MarketId).all(|market| comptroller.accrue(market, block).is_ok()) {
            prop_assert_eq!(seen, comptroller.account_liquidity(account, prices));
            let position = comptroller.position(FIRST, account).unwrap();
            prop_assert_eq!(owed.unwrap(), comptroller.state(FIRST).unwrap().borrow_balance_down(&position).unwrap());
        }
    }
}
