//! Calls from one protocol to another: the callee is out of its place until it is done, and what it does in another
//! protocol's name is booked there and told by nobody.

use bevy_ecs::prelude::{ResMut, World};
use bevy_ecs::system::SystemState;
use plimsoll::chain::event::{EventLog, Inclusion, Revert};
use plimsoll::chain::families::Call;
use plimsoll::chain::families::amm::{AmmCall, Swap};
use plimsoll::chain::ids::{AccountId, AgentId, DeploymentId, PoolId, TokenId};
use plimsoll::chain::ledger::Source;
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::AmountIn;
use plimsoll::deployments::call::{CallContext, Received};
use plimsoll::deployments::deployed::ProtocolsMut;
use plimsoll::deployments::pool_of;
use plimsoll::protocol::amm::Side;

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
