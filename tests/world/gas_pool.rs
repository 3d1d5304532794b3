//! Blocks fill by gas used, as geth's gas pool: a transaction needs room for its limit, and gives back what it leaves.

use bevy_ecs::prelude::World;
use bevy_ecs::system::RunSystemOnce;
use plimsoll::chain::background::Slice;
use plimsoll::chain::base_fee::Eip1559;
use plimsoll::chain::bundle::Bundle;
use plimsoll::chain::event::{Event, EventKind, EventLog};
use plimsoll::chain::execution::execute;
use plimsoll::chain::families::amm::Swap;
use plimsoll::chain::ids::{AccountId, AgentId, DeploymentId, TokenId};
use plimsoll::chain::ledger::Source;
use plimsoll::chain::mempool::Mempool;
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{AmountIn, Bid, Transaction};
use plimsoll_protocols::amm::Side;

use crate::common::market;

/// Gas of a swap, and of one that reverts.
const SWAP: u64 = 135_000;
const REVERT: u64 = 50_000;

const SCENARIO: &str = r#"Scenario(
    blocks: 1,
    block_time: "12 s",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(1)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed(2_000)),
    ],
    pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("100", "200_000"))],
    agents: [Trader(name: "traders", count: 5, pool: "pool", size: Fixed(10), pace: PerDay(1), capital: Fixed(1_000))],
)"#;

/// A world in which accounts 0 to 4 hold dollars, and ether to pay gas from.
fn world() -> World {
    let mut world = market::world(SCENARIO);
    let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
    for account in (0..5).map(AccountId) {
        ledger.issue(Source::Genesis, account, TokenId(0), 1_000_000_000);
        ledger.issue(Source::Genesis, account, TokenId(1), 1_000_000_000_000_000_000);
    }
    world
}

/// A purchase of ether for a dollar by an account, with this tip in wei and at least so much for it.
fn purchase(sender: u32, nonce: u32, tip: u128, least_out: u128) -> Transaction {
    let swap = Swap { direction: Side::OneForZero.into(), amount_in: AmountIn::Exact(1_000_000), least_out };
    Transaction {
        agent: AgentId(sender),
        sender: AccountId(sender),
        nonce,
        bid: Bid::tip(tip),
        gas: SWAP,
        actions: vec![swap.of(DeploymentId(0))].into(),
        ..Transaction::default()
    }
}

fn good(sender: u32, tip: u128) -> Transaction {
    purchase(sender, 0, tip, 0)
}

/// One that asks for more than there is.
fn reverting(sender: u32, tip: u128) -> Transaction {
    purchase(sender, 0, tip, u128::MAX)
}

/// What a block of this size makes of what waits: its events.
fn block(world: &mut World, limit: u64) -> Vec<Event> {
    let chain = world.resource_mut::<ChainState>().into_inner();
    chain.gas.limit = Some(limit);
    (chain.gas.used, chain.gas.background) = (0, 0);
    let (seed, number, gas) = (chain.clock.seed, chain.clock.block, chain.gas);
    world.resource_mut::<EventLog>().clear();
    world.resource_mut::<Mempool>().order(seed, number, &gas);
    world.run_system_once(execute).unwrap();
    market::events(world)
}

fn submit(world: &mut World, transactions: impl IntoIterator<Item = Transaction>) {
    let mut mempool = world.resource_mut::<Mempool>();
    transactions.into_iter().for_each(|transaction| mempool.submit(transaction));
}

/// The senders whose swaps went through, in their order, and those whose reverted.
fn senders(events: &[Event]) -> (Vec<u32>, Vec<u32>) {
    let of = |is: fn(&EventKind) -> bool| {
        let found = events.iter().filter(|event| is(&event.kind));
        found.map(|event| event.sender.expect("a transaction's").1.0).collect()
    };
    (of(|kind| matches!(kind, EventKind::Swapped { .. })), of(|kind| matches!(kind, EventKind::Reverted { .. })))
}

fn used(world: &World) -> (u64, u64) {
    let gas = &world.resource::<ChainState>().gas;
    (gas.used, gas.background)
}

/// Two limits of 135,000 do not fit into 200,000; but the first one uses 50,000.
#[test]
fn what_a_reverting_transaction_leaves_goes_to_the_next_in_rank() {
    let mut world = world();
    submit(&mut world, [reverting(0, 9), good(1, 8), good(2, 7)]);
    assert_eq!(senders(&block(&mut world, 200_000)), (vec![1], vec![0]));
    assert_eq!(used(&world), (REVERT + SWAP, 0));
    assert_eq!(world.resource::<Mempool>().waiting(), 1);
    assert_eq!(senders(&block(&mut world, 200_000)), (vec![2], vec![]));
}

/// As geth, which skips the account and goes on ("If we don't have enough space for the next transaction, skip the account",
/// `commitTransactions` in its miner/worker.go).
#[test]
fn one_that_does_not_fit_is_passed_over_with_its_senders_later_ones() {
    let mut world = world();
    let large = Transaction { gas: 300_000, ..good(1, 8) };
    submit(&mut world, [good(0, 9), large, purchase(1, 1, 7, 0), good(2, 6)]);
    assert_eq!(senders(&block(&mut world, 400_000)), (vec![0, 2], vec![]));
    assert_eq!(senders(&block(&mut world, 450_000)), (vec![1, 1], vec![]), "in the order of their nonces");
}

#[test]
fn demand_from_outside_takes_its_share_when_its_rank_comes() {
    let mut world = world();
    let slices = vec![Slice { tip: 20, gas: 40_000 }, Slice { tip: 8, gas: 100_000 }, Slice { tip: 1, gas: 100_000 }];
    world.resource_mut::<Mempool>().background = slices;
    submit(&mut world, [reverting(0, 9), good(1, 7), good(2, 5)]);
    // 40,000 and 50,000 and 100,000 and 135,000 are used; of the other 75,000 the last slice has as much as is left.
    assert_eq!(senders(&block(&mut world, 400_000)), (vec![1], vec![0]));
    assert_eq!(used(&world), (REVERT + SWAP, 215_000));
}

/// A bundle sets aside the limits of all three; it fails, since its front-run asks for too much, and gives all back.
#[test]
fn a_bundle_that_fails_gives_back_what_it_set_aside() {
    let mut world = world();
    submit(&mut world, [good(1, 5), good(3, 2)]);
    let bundle = |front| Bundle { front, victim: (AccountId(1), 0), back: purchase(2, 1, 9, 0) };
    world.resource_mut::<Mempool>().submit_bundle(bundle(reverting(2, 9)));
    assert_eq!(senders(&block(&mut world, 3 * SWAP)), (vec![1, 3], vec![]));
    assert_eq!(used(&world), (2 * SWAP, 0));
    submit(&mut world, [good(1, 5), good(3, 2)]);
    world.resource_mut::<Mempool>().submit_bundle(bundle(good(2, 9)));
    assert_eq!(senders(&block(&mut world, 3 * SWAP)), (vec![2, 1, 2], vec![]), "one that is taken keeps it");
}

/// EIP-1559: 185,000 of a target of 100,000 raise a fee of 1,000 by 85 / 100 / 8 of it.
#[test]
fn the_base_fee_follows_what_was_used() {
    let mut world = world();
    submit(&mut world, [reverting(0, 9), good(1, 8)]);
    block(&mut world, 200_000);
    let (used, background) = used(&world);
    assert_eq!(Eip1559 { target: 100_000, change_denominator: 8 }.next(1_000, used + background), 1_106);
}

/// The relay tries it in every block: the first time the swap would revert.
#[test]
fn a_private_relay_leaves_out_what_would_revert_at_no_cost() {
    let mut world = world();
    let before = world.resource::<ChainState>().ledger.balance(AccountId(0), TokenId(1));
    let relayed = |least_out| purchase(0, 0, 9, least_out);
    world.resource_mut::<Mempool>().relay(relayed(u128::MAX));
    submit(&mut world, [good(1, 8)]);
    assert_eq!(world.resource::<Mempool>().public().count(), 1, "nobody else sees it");
    assert_eq!(senders(&block(&mut world, 2 * SWAP)), (vec![1], vec![]));
    assert_eq!(used(&world), (SWAP, 0));
    assert_eq!(world.resource::<ChainState>().ledger.balance(AccountId(0), TokenId(1)), before);
    assert_eq!(world.resource::<Mempool>().waiting(), 1, "it waits on");
    assert!(
        world.resource_mut::<Mempool>().take_back(AccountId(0), 0, 21_000, Bid::tip(0)),
        "and is taken back for nothing"
    );
    assert_eq!(world.resource::<Mempool>().waiting(), 0);
    world.resource_mut::<Mempool>().relay(relayed(1));
    assert_eq!(senders(&block(&mut world, 2 * SWAP)), (vec![0], vec![]));
}

#[test]
fn what_waits_is_taken_back_by_one_that_does_nothing_and_pays_a_tenth_more() {
    let mut world = world();
    submit(
        &mut world,
        [
            good(0, 100),
            Transaction { bid: Bid { priority_fee: 50, max_fee: 10_000_000_000, last_block: 9 }, ..good(1, 0) },
        ],
    );
    assert_eq!(senders(&block(&mut world, SWAP)), (vec![0], vec![]));
    let mut mempool = world.resource_mut::<Mempool>();
    let bid = mempool.left_behind(AccountId(1)).next().unwrap().bid;
    assert!(!mempool.take_back(AccountId(1), 0, 21_000, bid), "as much is too little");
    assert!(mempool.take_back(AccountId(1), 0, 21_000, bid.outbid()));
    let events = block(&mut world, SWAP);
    assert_eq!(events[0].kind, EventKind::Replaced { action: "swap", position: None });
    assert_eq!(events[1].kind, EventKind::NoEffect { action: "cancel" });
    assert_eq!((events.len(), events[1].gas, events[1].fee), (2, 21_000, 21_000 * (1_000_000_000 + 55)));
}
