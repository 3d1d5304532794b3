//! Staking contracts in a world: what those who stake earn, claim and take back.

use bevy_ecs::prelude::World;
use plimsoll::chain::event::{Event, EventKind};
use plimsoll::chain::families::staking::StakingCall;
use plimsoll::chain::ids::{AccountId, FarmId};
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{Action, AmountIn};
use plimsoll::deployments::{farm_of, pool_of};
use plimsoll::simulation::{Options, Simulation};
use plimsoll_protocols::lending::Part;

use crate::common::market;

const SUSHI: u128 = 1_000_000_000_000_000_000;

/// Two pools that share 10 SUSHI a block, 3 : 1.
fn scenario(agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 200,
            block_time: "1 h",
            numeraire: "USDC",
            chain: (native: "ETH", base_fee: Fixed(1)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Fixed(2_000)),
                (name: "SUSHI", decimals: 18, price: Fixed(2)),
            ],
            pools: [
                UniswapV2(name: "one", tokens: ("ETH", "USDC"), reserves: ("100", "200_000")),
                UniswapV2(name: "other", tokens: ("SUSHI", "USDC"), reserves: ("100_000", "200_000")),
            ],
            farms: [
                MasterChef(
                    name: "chef", reward: "SUSHI", reward_per_block: "10",
                    pools: [(pool: "one", alloc_point: 3), (pool: "other", alloc_point: 1)],
                ),
            ],
            agents: [{agents}],
        )"#
    )
}

fn staker(name: &str, more: &str) -> String {
    format!(r#"Staker(name: "{name}", farm: "chef", pool: "one", capital: Fixed(10_000), {more}),"#)
}

fn begin(agents: &str) -> Simulation {
    market::begin(&scenario(agents))
}

fn pending(world: &mut World, market: u16, account: AccountId) -> u128 {
    market::see(world, |sees| sees.pending(sees.protocols.farm(FarmId(0)), market, account))
}

fn reward(event: &Event) -> u128 {
    match &event.kind {
        EventKind::Staked(at) => at.reward,
        _ => 0,
    }
}

#[test]
fn whoever_stakes_earns_its_pools_part_of_each_block() {
    let mut run = begin(&staker("a", ""));
    market::steps(&mut run, 8);
    let account = market::account(run.world(), 0);
    // Block 8 is about to be made: 8 blocks have passed since block 0, and a pool of 3 points out of 4 gets 7.5 a block.
    let earned = pending(run.world_mut(), 0, account);
    assert!(60 * SUSHI - earned < 100, "{earned}");
    assert_eq!(pending(run.world_mut(), 1, account), 0, "the other pool's part is nobody's");
}

#[test]
fn two_of_one_size_share_from_when_the_second_has_come() {
    let late = staker("b", r#"entry: Between("10 h", "10 h"), gas_money: Fixed(9)"#);
    let mut run = begin(&(staker("a", "") + &late));
    market::steps(&mut run, 20);
    let [early, late] = [0, 1].map(|agent| market::account(run.world(), agent));
    let [early, late] = [early, late].map(|account| pending(run.world_mut(), 0, account) as f64 / 1e18);
    // What the second puts in is worth the same, so the liquidity that comes of it is the same but for rounding.
    assert!((early - (10.0 * 7.5 + 10.0 * 3.75)).abs() < 1e-3, "{early}");
    assert!((late - 10.0 * 3.75).abs() < 1e-3, "{late}");
}

#[test]
fn a_claim_is_worth_its_gas_and_what_is_claimed_is_sold() {
    let claims = staker("a", r#"claims_every: "6 h", gas_money: Fixed(9), through: "other""#);
    let mut run = begin(&claims);
    let mut claimed = Vec::new();
    for _ in 0..20 {
        let events = market::step(&mut run);
        claimed.extend(events.iter().map(reward).filter(|reward| *reward > 0));
        if events.iter().any(|event| reward(event) > 0) {
            assert!(events.iter().any(|event| matches!(event.kind, EventKind::Swapped { .. })), "{events:?}");
        }
    }
    assert_eq!(claimed.len(), 3);
    assert!(claimed.iter().all(|reward| 45 * SUSHI - reward < 100), "{claimed:?}");
    let account = market::account(run.world(), 0);
    let chain = run.world().resource::<ChainState>();
    assert_eq!(chain.ledger.balance(account, chain.tokens.named("SUSHI")), 0);

    let dear = staker("a", r#"claims_every: "6 h", gas_multiple: 1e9, gas_money: Fixed(9), through: "other""#);
    let mut run = begin(&dear);
    let events: Vec<Event> = (0..20).flat_map(|_| market::step(&mut run)).collect();
    assert!(events.iter().all(|event| reward(event) == 0), "{events:?}");
}

#[test]
fn whoever_leaves_gets_its_liquidity_and_its_rewards() {
    let leaves = staker("a", r#"exit: Between("10 h", "10 h"), gas_money: Fixed(9)"#);
    let mut run = begin(&leaves);
    market::steps(&mut run, 12);
    let world = run.world_mut();
    let (account, cell) = (market::account(world, 0), farm_of(world, FarmId(0)).contract.clone());
    assert_eq!(cell.staking().staked(0, account), 0);
    assert!(cell.staking().reward_held() < 100, "what was minted was paid, but for rounding");
    let chain = world.resource::<ChainState>();
    let held = |token: &str| {
        chain.tokens.whole(chain.tokens.named(token), chain.ledger.balance(account, chain.tokens.named(token)))
    };
    // Half of 10,000 in each token; 75 SUSHI at 2 were sold outside, but for those of the block in between.
    assert!((held("USDC") - (5_000.0 + 2.0 * 75.0)).abs() < 16.0, "{}", held("USDC"));
    assert!((held("ETH") - (9.0 + 2.5)).abs() < 0.01, "{}", held("ETH"));
}

/// Nothing else happens to it, and the contract has minted nothing yet: it owes what it would mint.
#[test]
fn what_waits_for_one_who_stakes_is_told_as_its_reward() {
    let summary = market::finish(begin(&staker("a", "")), 9);
    let told = &summary.profit_and_loss;
    let unpaid = told.accounts.iter().find(|account| account.account == "unpaid rewards").unwrap();
    for waits in [told.by_kind[0].rewards_numeraire, told.by_kind[0].profit_numeraire, -unpaid.profit_numeraire] {
        assert!((waits - 8.0 * 7.5 * 2.0).abs() < 1e-3, "{waits}");
    }
}

/// A market that is not there, more than is held, and a later action that fails: nothing is left of the call but its gas.
#[test]
fn a_call_that_reverts_leaves_contract_pool_and_wallets_as_they_were() {
    let mut run = begin(&staker("a", "gas_money: Fixed(9)"));
    market::steps(&mut run, 5);
    let world = run.world_mut();
    let at = farm_of(world, FarmId(0)).at;
    let stake = |market, amount| StakingCall::Stake { market, amount: AmountIn::Exact(amount) }.of(at);
    let claim = StakingCall::Claim { market: 0 }.of(at);
    let unstake = StakingCall::Unstake { market: 0, part: Part::All }.of(at);
    let too_much = StakingCall::Unstake { market: 0, part: Part::Exactly(u128::MAX) }.of(at);
    let sale =
        Action::VenueSell { token: world.resource::<ChainState>().tokens.native, amount: AmountIn::Exact(u128::MAX) };
    let before = farm_of(world, FarmId(0)).contract.clone();
    for (actions, reason) in [
        (vec![stake(5, 1)], "staking_refused"),
        (vec![stake(0, 1)], "insufficient_funds"),
        (vec![too_much.clone()], "staking_refused"),
        (vec![claim.clone(), sale.clone()], "insufficient_funds"),
        (vec![unstake.clone(), claim, stake(0, 7), sale], "insufficient_funds"),
        (vec![unstake, too_much], "staking_refused"),
    ] {
        let events = market::sent(world, 0, &actions);
        let [Event { kind: EventKind::Reverted { reason: why, .. }, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(why.kind(), reason, "{why}");
        assert_eq!(farm_of(world, FarmId(0)).contract, before, "{actions:?}");
        assert_eq!(market::audit(world), Ok(()));
    }
    let pool = pool_of(world, plimsoll::chain::ids::PoolId(0)).pool.clone();
    assert!(!market::has_reverted(&market::sent(world, 0, &[StakingCall::Claim { market: 0 }.of(at)])));
    assert_ne!(farm_of(world, FarmId(0)).contract, before, "a call that goes through does write");
    assert_eq!(pool_of(world, plimsoll::chain::ids::PoolId(0)).pool, pool);
}

/// The figures in the scenario's comments.
#[test]
fn the_scenario_of_the_bonus_pays_what_it_says() {
    let mut run = market::begin_checked(&market::shipped("masterchef_bonus.ron"), Options::seeded(1));
    let early = market::account(run.world(), 0);
    let mut days = vec![];
    for block in 0..=14_400 {
        let events = market::step(&mut run);
        let own = events.iter().filter(|event| event.sender.is_some_and(|(_, sender)| sender == early));
        let claimed: u128 = own.map(reward).sum();
        if claimed > 0 {
            days.push((block / 1_440, (claimed as f64 / 1e18).round()));
        }
    }
    let expected = [2_880.0, 2_880.0, 2_880.0, 2_880.0, 2_880.0, 720.0, 720.0, 72.0, 72.0, 288.0];
    assert_eq!(days, (1..).zip(expected).collect::<Vec<_>>());
    assert_eq!(market::audit(run.world_mut()), Ok(()));
}
