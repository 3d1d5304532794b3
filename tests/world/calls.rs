//! Calls from one protocol to another: the callee is out of its place until it is done, and what it does in another
//! protocol's name is booked there and told by nobody.

use bevy_ecs::prelude::{ResMut, World};
use bevy_ecs::system::SystemState;
use plimsoll::chain::event::{Event, EventKind, EventLog, Inclusion, Revert};
use plimsoll::chain::families::Call;
use plimsoll::chain::families::amm::{AmmCall, Swap};
use plimsoll::chain::families::lending::LendingCall;
use plimsoll::chain::families::leveraged_farm::{LeverageCall, Strategy, WorkOrder};
use plimsoll::chain::forced_sales::{ForcedSale, ForcedSales, OtherSale};
use plimsoll::chain::ids::{
    AccountId, AgentId, BankId, DeploymentId, LendingId, PoolId, PositionKey, ProtocolId, TokenId, WorkerId,
};
use plimsoll::chain::ledger::Source;
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{Action, AmountIn};
use plimsoll::deployments::call::{CallContext, Received};
use plimsoll::deployments::deployed::ProtocolsMut;
use plimsoll::deployments::lending::LendingCell;
use plimsoll::deployments::{bank_of, lending_of, pool_of};
use plimsoll_protocols::amm::{Direction, Side};
use plimsoll_protocols::lending::Part;

use crate::common::market;

const POOL: DeploymentId = DeploymentId(0);
const OTHER: DeploymentId = DeploymentId(1);

const SCENARIO: &str = r#"Scenario(
    blocks: 1,
    block_time: "12 s",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(1)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed(2_000)),
    ],
    pools: [
        UniswapV2(name: "one", tokens: ("ETH", "USDC"), reserves: ("100", "200_000")),
        UniswapV2(name: "other", tokens: ("ETH", "USDC"), reserves: ("100", "200_000")),
    ],
)"#;

/// Lets `act` call protocols as account 0 of a world of two pools, with before-images kept or not.
fn with_context<R>(world: &mut World, keeps: bool, act: impl FnOnce(&mut CallContext) -> R) -> R {
    let mut state = SystemState::<(ResMut<ChainState>, ProtocolsMut, ResMut<EventLog>)>::new(world);
    let (mut chain, mut protocols, mut log) = state.get_mut(world).unwrap();
    let ChainState { clock, tokens, named, ledger, oracles, sales, .. } = &mut *chain;
    act(&mut CallContext {
        agent: AgentId(0),
        sender: AccountId(0),
        inclusion: Inclusion { priority_fee: 0, submitted: 0 },
        block: clock.block,
        now: clock.now(),
        tokens,
        named: *named,
        sales,
        ledger,
        oracles,
        log: &mut log,
        others: &mut protocols,
        received: Received::default(),
        flash: None,
        keeps,
        is_inner: false,
        touched: &mut Vec::new(),
    })
}

fn sale(usdc: u128) -> Call {
    let swap = Swap { direction: Side::OneForZero.into(), amount_in: AmountIn::Exact(usdc), least_out: 0 };
    Call::Amm(AmmCall::Swap(swap))
}

fn world() -> World {
    let mut world = market::world(SCENARIO);
    let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
    ledger.issue(Source::Genesis, AccountId(0), TokenId(0), 1_000_000_000);
    world
}

#[test]
fn a_call_into_a_protocol_that_is_being_called_is_refused() {
    let mut world = world();
    with_context(&mut world, false, |context| {
        let out = context.others.take(POOL).unwrap();
        assert_eq!(context.call(POOL, &sale(1_000_000)), Err(Revert::Reentrant));
        assert!(context.call(OTHER, &sale(1_000_000)).is_ok_and(|got| got > 0), "another one answers");
        context.others.put_back(POOL, out);
        assert!(context.call(POOL, &sale(1_000_000)).is_ok_and(|got| got > 0), "once it is back it answers");
    });
    assert_eq!(market::audit(&mut world), Ok(()));
}

#[test]
fn a_call_in_a_protocols_name_is_booked_there_and_not_told() {
    let mut world = world();
    let holder = pool_of(&world, PoolId(0)).account;
    let got = with_context(&mut world, false, |context| {
        let got = context.call_from(holder, OTHER, &sale(1_000_000)).unwrap();
        assert_eq!((context.sender, context.log.len()), (AccountId(0), 0));
        context.call(OTHER, &sale(1_000_000)).unwrap();
        assert_eq!(context.log.len(), 1, "the sender's own call is told");
        got
    });
    let ledger = &world.resource::<ChainState>().ledger;
    assert_eq!(ledger.balance(holder, TokenId(1)), 100 * 10_u128.pow(18) + got);
    assert_eq!(ledger.balance(holder, TokenId(0)), 199_999_000_000);
}

#[test]
fn what_calls_did_while_before_images_were_kept_is_undone_protocol_by_protocol() {
    let mut world = world();
    let pools = |world: &World| [0, 1].map(|id| pool_of(world, PoolId(id)).pool.clone());
    let before = pools(&world);
    with_context(&mut world, true, |context| {
        context.ledger.begin();
        for to in [POOL, OTHER, POOL] {
            context.call(to, &sale(1_000_000)).unwrap();
        }
        assert_eq!(context.touched[..], [POOL, OTHER, POOL]);
        context.ledger.roll_back();
        context.ledger.commit();
        context.roll_back();
    });
    assert_eq!(pools(&world), before);
    assert_eq!(market::audit(&mut world), Ok(()));
}

/// Three lending markets and two banks, each with a goblin; the sender is the one trader.
const WIDE: &str = r#"Scenario(
    blocks: 10,
    block_time: "1 h",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(1)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed(2_000)),
        (name: "UNI", decimals: 18, price: Fixed(20)),
    ],
    pools: [
        UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("100", "200_000")),
        UniswapV2(name: "rewards", tokens: ("UNI", "USDC"), reserves: ("5_000", "100_000")),
    ],
    oracles: [
        (name: "ETH", token: "ETH", sources: [(1, Outside)]),
        (name: "USDC", token: "USDC", sources: [(1, Outside)]),
    ],
    farms: [StakingRewards(name: "farm", pool: "pool", reward: "UNI")],
    lending: [
        AaveV3(name: "aave", reserves: [
            (token: "ETH", oracle: "ETH", supplied: "10", ltv: 0.8, threshold: 0.825, bonus: 0.05),
            (token: "USDC", oracle: "USDC", supplied: "20_000", ltv: 0.77, threshold: 0.8, bonus: 0.05),
        ]),
        MorphoBlue(name: "morpho", lltv: 0.86, loan: (token: "USDC", oracle: "USDC", supplied: "20_000"),
                   collateral: (token: "ETH", oracle: "ETH")),
        CompoundV2(name: "compound", markets: [
            (token: "ETH", oracle: "ETH", supplied: "10", collateral_factor: 0.8),
            (token: "USDC", oracle: "USDC", supplied: "20_000", collateral_factor: 0.75),
        ]),
    ],
    banks: [
        AlphaHomora(
            name: "bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope,
            goblins: [(
                name: "goblin", pool: "pool", farm: "farm", reward_pool: "rewards", work_factor: 0.87, kill_factor: 0.92,
            )],
        ),
        AlphaHomora(
            name: "other bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope,
            goblins: [(
                name: "other goblin", pool: "pool", farm: "farm", reward_pool: "rewards", work_factor: 0.87,
                kill_factor: 0.92,
            )],
        ),
    ],
    agents: [
        Trader(name: "trader", pool: "pool", size: Fixed(1), capital: Fixed(20_000), gas_money: Fixed(9)),
        Borrower(name: "one", market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(9_000), owes: LoanToValue(Fixed(0.5))),
        Borrower(name: "two", market: "compound", collateral: "ETH", debt: "USDC", capital: Fixed(9_000), owes: LoanToValue(Fixed(0.5))),
    ],
)"#;

/// Sends actions of the trader's; says what kind of reason they reverted for, if they did.
fn sent(world: &mut World, actions: &[Action]) -> Option<&'static str> {
    let events = market::sent(world, 0, actions);
    match &events[..] {
        [Event { kind: EventKind::Reverted { reason, .. }, .. }] => Some(reason.kind()),
        _ => None,
    }
}

#[test]
fn addresses_tokens_and_workers_that_are_not_there_are_refused() {
    let mut world = market::world(WIDE);
    world.resource_mut::<ChainState>().sales = ForcedSales::from(ForcedSale::Muted);
    let [aave, bank] = [lending_of(&world, LendingId(0)).at, bank_of(&world, BankId(0)).at];
    let swap =
        |pays, takes| Swap { direction: Direction { pays, takes }, amount_in: AmountIn::Exact(1_000), least_out: 0 };
    let forced = |action: Action| action.forced(PositionKey { protocol: ProtocolId(0), market: 0, position: 1 });
    let work = |worker| {
        let strategy = Strategy::Add { farmed: 0, least_liquidity: 0 };
        let (value, sale) = (1_000_000, OtherSale::Closings);
        let order = WorkOrder { worker, position: None, value, loan: 0, max_return: 0, strategy, sale };
        LeverageCall::Work(Box::new(order)).of(bank)
    };
    for (action, reason) in [
        (swap(1, 0).of(DeploymentId(99)), "no_contract"),
        (swap(1, 0).of(aave), "no_such_call"),
        (swap(1, 7).of(POOL), "no_asset"),
        (forced(swap(1, 0).of(DeploymentId(99))), "no_contract"),
        (forced(swap(1, 0).of(aave)), "no_such_call"),
        (forced(swap(7, 0).of(POOL)), "no_asset"),
        (work(WorkerId(1)), "bank_refused"),
        (work(WorkerId(99)), "bank_refused"),
    ] {
        assert_eq!(sent(&mut world, std::slice::from_ref(&action)), Some(reason), "{action:?}");
    }
    assert_eq!(sent(&mut world, &[work(WorkerId(0))]), None, "its own worker serves it");
    assert_eq!(market::audit(&mut world), Ok(()));
}

/// Whatever may be asked of a market: as of its last accrual, and a year later, when interest counted in between shows.
fn state(cell: &LendingCell) -> String {
    let (lending, later) = (cell.lending(), 1_700_000_000);
    let places = (0_u8..).zip(&cell.assets).map(|(place, _)| place);
    let assets: Vec<_> = places
        .map(|place| (lending.held(place), lending.totals(place, later), lending.indices(place, later)))
        .collect();
    format!("{assets:?} {:?} {:?}", lending.accounts().collect::<Vec<_>>(), cell.orders)
}

/// Also where the contract would keep the interest that it has counted, or a row that it has opened.
#[test]
fn a_refused_call_to_a_lending_market_leaves_it_as_it_was() {
    let mut world = market::world(WIDE);
    market::at_block(&mut world, 5);
    let borrow = |asset| LendingCall::Borrow { asset, amount: 1_000 };
    let supply = |asset| LendingCall::Supply { asset, amount: AmountIn::Exact(0) };
    let withdraw = |asset| LendingCall::Withdraw { asset, part: Part::Exactly(1) };
    for market in (0..3).map(LendingId) {
        let at = lending_of(&world, market).at;
        let mut refused = 0;
        for call in [0, 1, 9].into_iter().flat_map(|asset| [borrow(asset), supply(asset), withdraw(asset)]) {
            let before = state(lending_of(&world, market));
            if sent(&mut world, &[call.of(at)]).is_some() {
                assert_eq!(state(lending_of(&world, market)), before, "{market:?}: {call:?}");
                refused += 1;
            }
        }
        assert!(refused > 6, "{market:?} refused {refused} of 9");
    }
}

#[test]
fn a_transaction_that_tells_nothing_says_that_it_went_through_and_pays_its_gas() {
    let mut world = market::world(WIDE);
    let at = lending_of(&world, LendingId(0)).at;
    // The premium of 5 basis points of 1,000 smallest units rounds to 1.
    let loan =
        [LendingCall::FlashLoan { asset: 1, amount: 1_000 }, LendingCall::RepayFlashLoan].map(|call| call.of(at));
    let events = market::sent(&mut world, 0, &loan);
    let [Event { kind: EventKind::NoEffect { action }, gas, fee, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((*action, *gas), ("repay_flash_loan", 120_000));
    assert!(*fee > 0);
    assert_eq!(market::audit(&mut world), Ok(()));
}
