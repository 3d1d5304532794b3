//! What each kind of agent does: a small world, and one run of its system, or a few blocks.

use crate::common::market::{at_block, begin, executed, steps, submitted, world};

use bevy_ecs::prelude::{Component, World};
use bevy_ecs::system::RunSystemOnce;
use plimsoll::agents::arbitrageur::Arbitrageur;
use plimsoll::agents::awake::{Awake, Wake};
use plimsoll::agents::farm_liquidator::FarmLiquidator;
use plimsoll::agents::farmer::{Farmer, State};
use plimsoll::agents::harvester::Harvester;
use plimsoll::agents::outbox::Outbox;
use plimsoll::agents::trader::Trader;
use plimsoll::agents::view::View;
use plimsoll::agents::{Agent, AgentDirectory, Identity, decide, learn};
use plimsoll::chain::dice::Who;
use plimsoll::chain::event::{Event, EventKind, EventLog, Revert};
use plimsoll::chain::families::Call;
use plimsoll::chain::families::amm::{AmmCall, Swap};
use plimsoll::chain::families::leveraged_farm::LeverageCall;
use plimsoll::chain::ids::DeploymentId;
use plimsoll::chain::ids::{AccountId, AgentId, BankId, PoolId, PositionId, TokenId, WorkerId};
use plimsoll::chain::ledger::InsufficientFunds;
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{Action, AmountIn, Transaction};
use plimsoll::deployments::liquidatable::find_liquidatable;
use plimsoll::deployments::staking::fund_farms;
use plimsoll::deployments::worker_of;
use plimsoll::deployments::{bank_of, pool_of};

use plimsoll::protocol::amm::Side;
use plimsoll::simulation::Simulation;

/// A market with these agents: blocks of an hour, ether at this price outside and at 2,000 in the pool, gas at 30 gwei.
fn market(ether: f64, agents: &str) -> String {
    format!(
        r#"Scenario(
    blocks: 1_000, block_time: "1 h", numeraire: "USDC",
    chain: (native: "GAS", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed({ether})),
        (name: "UNI", decimals: 18, price: Fixed(20)),
        (name: "GAS", decimals: 18, price: Fixed(2_000)),
    ],
    pools: [
        UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000")),
        UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("5_000", "100_000")),
    ],
    farms: [
        StakingRewards(
            name: "farm", pool: "ETH/USDC", reward: "UNI", duration: "7 d", emissions: [("0 s", "5_000")],
        ),
    ],
    banks: [
        AlphaHomora(
            name: "bank", base: "USDC", reserve_bps: 0, kill_bps: 500, interest: Constant(2),
            goblins: [(
                name: "goblin", pool: "ETH/USDC", farm: "farm", reward_pool: "UNI/USDC",
                work_factor: 0.87, kill_factor: 0.92, reinvest_bounty_bps: 300,
            )],
        ),
    ],
    agents: [{agents}],
)"#
    )
}

const USDC: u128 = 1_000_000;
const ETHER: u128 = 1_000_000_000_000_000_000;

mod traders {
    use super::*;

    const TRADERS: &str = r#"Trader(
        name: "traders", count: 400, pool: "ETH/USDC", size: Fixed(SIZE), buys: 0.8, capital: Fixed(1_000), tip: Fixed(7),
    )"#;

    fn swaps(size: &str) -> Vec<(Side, u128)> {
        let traded = submitted::<Trader>(&mut world(&market(2_000.0, &TRADERS.replace("SIZE", size))));
        assert_eq!(traded.len(), 400);
        let swap = |transaction: &Transaction| match transaction.actions[..] {
            [Action::Call { to: DeploymentId(0), call: Call::Amm(AmmCall::Swap(swap)) }] => match swap.amount_in {
                AmountIn::Exact(amount) if swap.least_out == 0 => (swap.direction.side(), amount),
                _ => panic!("{transaction:?}"),
            },
            _ => panic!("{transaction:?}"),
        };
        assert!(traded.iter().all(|transaction| transaction.bid.priority_fee == 7_000_000_000));
        traded.iter().map(swap).collect()
    }

    #[test]
    fn buy_as_often_as_they_should_and_what_they_want() {
        let swaps = swaps("100");
        let buys = swaps.iter().filter(|(side, _)| *side == Side::OneForZero).count();
        // Four standard deviations of 400 throws of a coin of 0.8.
        assert!((288..=352).contains(&buys), "{buys} of 400");
        for (side, amount) in swaps {
            assert_eq!(amount, if side == Side::OneForZero { 100 * USDC } else { ETHER / 20 });
        }
    }

    #[test]
    fn spend_no_more_than_they_hold() {
        for (side, amount) in swaps("100_000") {
            assert_eq!(amount, if side == Side::OneForZero { 500 * USDC } else { ETHER / 4 });
        }
    }

    #[test]
    fn without_gas_money_submit_nothing() {
        let text = TRADERS.replace("SIZE", "100").replace("tip:", "gas_money: Fixed(0), tip:");
        assert_eq!(submitted::<Trader>(&mut world(&market(2_000.0, &text))), []);
    }
}

mod arbitrageurs {
    use super::*;

    const ONE: &str =
        r#"Arbitrageur(name: "a", pool: "ETH/USDC", capital: Fixed(1e6), bid_share: Fixed(0.5), gas_money: Fixed(9))"#;

    fn at(ether: f64) -> (World, Vec<Transaction>) {
        let mut world = world(&market(ether, ONE));
        let submitted = submitted::<Arbitrageur>(&mut world);
        (world, submitted)
    }

    #[test]
    fn leave_a_gap_that_the_fee_is_wider_than() {
        for ether in [1_994.5, 2_000.0, 2_005.5] {
            assert_eq!(at(ether).1, [], "{ether}");
        }
    }

    #[test]
    fn leave_a_gap_that_is_not_worth_its_gas() {
        assert_eq!(at(2_010.0).1, []);
        let text = market(2_010.0, ONE).replace("Fixed(30)", "Fixed(0)");
        assert_eq!(submitted::<Arbitrageur>(&mut world(&text)).len(), 1);
    }

    #[test]
    fn buy_in_the_pool_what_is_dearer_outside_and_bid_half_of_the_gain() {
        let (mut world, list) = at(2_200.0);
        assert!(
            matches!(
                list[0].actions[..],
                [ref swap, Action::VenueSell { token: TokenId(1), amount: AmountIn::Received }]
                    if swap.swap().unwrap().1.direction.pays == 1
            ),
            "{list:?}"
        );
        let native = TokenId(3);
        let before = world.resource::<ChainState>().ledger.balance(list[0].sender, TokenId(0));
        let bid = list[0].bid.priority_fee as f64 * list[0].gas as f64 / 1e18 * 2_000.0;
        let base_fee = 30e9 * list[0].gas as f64 / 1e18 * 2_000.0;
        let (sender, gas_money) =
            (list[0].sender, world.resource::<ChainState>().ledger.balance(list[0].sender, native));
        let events = executed(&mut world, list);
        assert!(!matches!(events[0].kind, EventKind::Reverted { .. }), "{events:?}");
        let ledger = &world.resource::<ChainState>().ledger;
        let gain = (ledger.balance(sender, TokenId(0)) - before) as f64 / 1e6;
        assert!((bid - (gain - base_fee) / 2.0).abs() < 1e-3, "a bid of {bid} for a gain of {gain}");
        assert!(ledger.balance(sender, native) < gas_money);
        // One trade closes the gap: what is left is the fee.
        let pool = &pool_of(&world, PoolId(0)).pool;
        let price = pool.amm().spot_price(Side::ZeroForOne.into(), 0) * 1e12;
        assert!((price / (2_200.0 * 0.997) - 1.0).abs() < 1e-3, "{price}");
        at_block(&mut world, 1);
        assert_eq!(submitted::<Arbitrageur>(&mut world), []);
    }

    #[test]
    fn sell_in_the_pool_what_is_cheaper_outside() {
        let (mut world, list) = at(1_800.0);
        let [Action::VenueBuy { token: TokenId(1), .. }, ref swap] = list[0].actions[..] else { panic!("{list:?}") };
        let (_, Swap { direction, amount_in, least_out }) = swap.swap().unwrap();
        assert_eq!((direction.pays, *amount_in), (0, AmountIn::Received));
        assert!(
            matches!(list[0].actions[0], Action::VenueBuy { spend: AmountIn::Exact(spent), .. } if spent == *least_out)
        );
        executed(&mut world, list);
        let price = pool_of(&world, PoolId(0)).pool.amm().spot_price(Side::ZeroForOne.into(), 0) * 1e12;
        assert!((price * 0.997 / 1_800.0 - 1.0).abs() < 1e-3, "{price}");
    }

    #[test]
    fn who_comes_second_reverts_rather_than_lose() {
        let mut world = world(&market(2_200.0, &ONE.replace(r#"name: "a","#, r#"name: "a", count: 2,"#)));
        let list = submitted::<Arbitrageur>(&mut world);
        assert_eq!(list.len(), 2);
        let events = executed(&mut world, list);
        assert!(
            matches!(events.last().unwrap().kind, EventKind::Reverted { reason: Revert::Slippage { .. }, .. }),
            "{events:?}"
        );
    }
}

mod liquidators {
    use super::*;

    const FARMERS: &str = r#"
        Farmer(name: "tiny", goblin: "goblin", capital: Fixed(10), leverage: Fixed(5)),
        Farmer(name: "middle", goblin: "goblin", capital: Fixed(1_000), leverage: Fixed(5)),
        Farmer(name: "big", goblin: "goblin", capital: Fixed(10_000), leverage: Fixed(5)),
        Farmer(name: "sound", goblin: "goblin", capital: Fixed(10_000), leverage: Fixed(1.5)),
        FarmLender(name: "lender", bank: "bank", supply: Fixed(60_000)),
    "#;
    const MIDDLE: PositionId = PositionId(2);
    const BIG: PositionId = PositionId(3);

    /// A world in which interest has brought all but the sound farmer under water; the tiny one's prize is 2.50 USDC, the
    /// others' are a hundred and a thousand times that, and a kill's gas is 24 USDC.
    fn underwater(liquidator: &str) -> World {
        let mut world =
            world(&market(2_000.0, &format!("{FARMERS} FarmLiquidator(name: \"l\", bank: \"bank\", {liquidator})")));
        at_block(&mut world, 24 * 35);
        world.run_system_once(find_liquidatable).unwrap();
        world
    }

    fn kills(world: &mut World) -> Vec<PositionId> {
        let list = submitted::<FarmLiquidator>(world);
        list.iter().map(|transaction| transaction.actions[0].position().unwrap().1).collect()
    }

    #[test]
    fn take_the_most_valuable_first_and_leave_what_does_not_pay() {
        for (per_block, expected) in [(1, vec![BIG]), (2, vec![BIG, MIDDLE]), (9, vec![BIG, MIDDLE])] {
            let mut world =
                underwater(&format!("bid_share: Fixed(0.1), kills_per_block: {per_block}, gas_money: Fixed(9)"));
            assert_eq!(kills(&mut world), expected);
        }
    }

    #[test]
    fn bid_a_share_of_what_the_prize_leaves_after_gas() {
        let mut world = underwater("bid_share: Fixed(0.25), kills_per_block: 9, gas_money: Fixed(9)");
        let list = submitted::<FarmLiquidator>(&mut world);
        let fee = |transaction: &Transaction| transaction.bid.priority_fee as f64 * 400_000.0 / 1e18 * 2_000.0;
        // A twentieth of assets of 50,000 and 5,000, sold at the pool's fee and price impact, less 24 for gas.
        let (big, middle) = (fee(&list[0]), fee(&list[1]));
        assert!((big / (0.25 * (2_500.0 - 24.0)) - 1.0).abs() < 0.03, "{big}");
        assert!((middle / (0.25 * (250.0 - 24.0)) - 1.0).abs() < 0.03, "{middle}");
    }

    #[test]
    fn leave_what_is_under_their_margin_and_what_they_overlook() {
        let mut picky =
            underwater("bid_share: Fixed(0), kills_per_block: 9, min_profit: Fixed(300), gas_money: Fixed(9)");
        assert_eq!(kills(&mut picky), [BIG]);
        let mut blind = underwater("bid_share: Fixed(0), kills_per_block: 9, attention: Fixed(0), gas_money: Fixed(9)");
        assert_eq!(kills(&mut blind), []);
    }

    #[test]
    fn do_not_send_twice_what_still_waits() {
        let mut world = underwater("bid_share: Fixed(0.1), kills_per_block: 1, gas_money: Fixed(9)");
        let first = submitted::<FarmLiquidator>(&mut world);
        assert_eq!(first[0].actions[0].position().unwrap().1, BIG);
        assert_eq!(kills(&mut world), [MIDDLE]);
        assert_eq!(kills(&mut world), []);
        // One of the two comes back.
        let reason = Revert::Funds(InsufficientFunds { held: 0, needed: 1 });
        let kind = EventKind::Reverted { action: "kill", position: first[0].actions[0].position(), reason };
        let sender = Some((first[0].agent, first[0].sender));
        world.resource_mut::<EventLog>().push(Event { sender, gas: 0, fee: 0, waited: 0, kind });
        world.run_system_once(learn::<FarmLiquidator>).unwrap();
        assert_eq!(kills(&mut world), [BIG]);
    }
}

mod harvesters {
    use super::*;

    /// 5,000 UNI a week are 17.86 USDC an hour at 3 %; 600,000 gas at 31 gwei are 37.20 USDC.
    #[test]
    fn wait_until_the_bounty_beats_the_gas() {
        let agents = r#"
            Farmer(name: "farmer", goblin: "goblin", capital: Fixed(100), leverage: Fixed(2)),
            FarmLender(name: "lender", bank: "bank", supply: Fixed(60_000)),
            Harvester(name: "h", goblin: "goblin", every: "1 h", gas_money: Fixed(9), PROFIT),
        "#;
        for (profit, first) in [("min_profit: Fixed(0)", 3), ("min_profit: Fixed(30)", 4)] {
            let mut world = world(&market(2_000.0, &agents.replace("PROFIT", profit)));
            world.run_system_once(fund_farms).unwrap();
            for hour in 1..=first {
                at_block(&mut world, hour);
                let list = submitted::<Harvester>(&mut world);
                assert_eq!(list.len(), usize::from(hour == first), "{profit}, hour {hour}");
                if hour == first {
                    assert_eq!(list[0].actions[..], [LeverageCall::Reinvest.of(worker_of(&world, WorkerId(0)).at)]);
                }
            }
        }
    }
}

mod farmers {
    use super::*;

    const LENDER: &str = r#"FarmLender(name: "lender", bank: "bank", supply: Fixed(LENT)),"#;
    const FARMER: &str = r#"Farmer(
        name: "farmer", goblin: "goblin", capital: Fixed(1_000), leverage: Fixed(3),
        entry: Between("2 h", "2 h"), exit: After("3 h", "3 h"),
    ),"#;

    fn states(simulation: &mut Simulation, blocks: u64) -> Vec<State> {
        (0..blocks)
            .map(|_| {
                simulation.step().unwrap();
                let world = simulation.world_mut();
                world.query::<&Farmer>().iter(world).next().unwrap().state
            })
            .collect()
    }

    #[test]
    fn enter_and_leave_in_their_blocks() {
        let text = market(2_000.0, &format!("{}{FARMER}", LENDER.replace("LENT", "50_000")));
        let mut simulation = begin(&text);
        let (open, closed) = (State::Open(PositionId(1)), State::Closed(PositionId(1)));
        let (outside, states) = (State::Outside, states(&mut simulation, 7));
        assert_eq!(states, [outside, outside, open, open, open, closed, closed]);
        let summary = simulation.finish(None).unwrap();
        assert_eq!((summary.positions.opened, summary.positions.closed, summary.transactions), (1, 1, 2));
    }

    #[test]
    fn who_is_refused_by_an_empty_bank_does_not_come_again() {
        let text = market(2_000.0, &format!("{}{FARMER}", LENDER.replace("LENT", "1_900")));
        let mut simulation = begin(&text);
        let (outside, refused, states) = (State::Outside, State::Refused, states(&mut simulation, 30));
        assert_eq!(states[..4], [outside, outside, refused, refused]);
        assert_eq!(states[29], refused);
        let summary = simulation.finish(None).unwrap();
        assert_eq!((summary.transactions, summary.reverts_by_reason["insufficient_idle"]), (1, 1));
    }

    #[test]
    fn who_cannot_pay_for_the_gas_stays_outside() {
        let poor = FARMER.replace("entry:", "gas_money: Fixed(0), entry:");
        let mut simulation = begin(&market(2_000.0, &format!("{}{poor}", LENDER.replace("LENT", "50_000"))));
        assert_eq!(states(&mut simulation, 6)[2..], [State::Refused; 4]);
        assert_eq!(simulation.finish(None).unwrap().transactions, 0);
    }

    #[test]
    fn bring_both_tokens_when_they_should() {
        let both = FARMER.replace("entry:", "open: TwoSides(0.5), entry:");
        let mut simulation = begin(&market(2_000.0, &format!("{}{both}", LENDER.replace("LENT", "50_000"))));
        let world = simulation.world_mut();
        let account = world.query::<(&Farmer, &Identity)>().iter(world).next().unwrap().1.account;
        let ledger = &world.resource::<ChainState>().ledger;
        assert_eq!((ledger.balance(account, TokenId(0)), ledger.balance(account, TokenId(1))), (500 * USDC, ETHER / 4));
        assert_eq!(states(&mut simulation, 3)[2], State::Open(PositionId(1)));
        let ledger = &simulation.world().resource::<ChainState>().ledger;
        assert_eq!((ledger.balance(account, TokenId(0)), ledger.balance(account, TokenId(1))), (0, 0));
    }
}

mod farm_lenders {
    use super::*;

    /// Two thirds of the supply are lent to a farmer, who pays back in block 5.
    fn bank(lender: &str) -> Simulation {
        begin(
            &market(
                2_000.0,
                &format!(
                    r#"
                Farmer(
                    name: "farmer", goblin: "goblin", capital: Fixed(10_000), leverage: Fixed(3),
                    exit: Between("5 h", "5 h"),
                ),
                FarmLender(name: "founder", bank: "bank", supply: Fixed(30_000), {lender}),
                "#
                ),
            )
            .replace("interest: Constant(2)", "interest: Constant(0)"),
        )
    }

    /// A stated utilisation scales supplies to the debt before the first block; without any debt they are as drawn, or
    /// farmers who come later would find an empty bank.
    #[test]
    fn a_stated_utilisation_leaves_supplies_alone_while_nobody_owes() {
        let agents = r#"FarmLender(name: "lender", bank: "bank", supply: Fixed(30_000))"#;
        let supplied = |bank: &str| {
            let world = super::world(&market(2_000.0, agents).replace("reserve_bps: 0,", bank));
            bank_of(&world, BankId(0)).bank.state().balance
        };
        assert_eq!(supplied("reserve_bps: 0, utilisation: 0.7,"), supplied("reserve_bps: 0,"));
    }

    /// Returns what the lender holds: shares of the bank, and cash.
    fn held(simulation: &mut Simulation) -> (u128, u128) {
        let world = simulation.world_mut();
        let account = AccountId(world.resource::<AgentDirectory>().first_account + 1);
        let shares = bank_of(world, BankId(0)).shares;
        let ledger = &world.resource::<ChainState>().ledger;
        (ledger.balance(account, shares), ledger.balance(account, TokenId(0)))
    }

    #[test]
    fn withdraw_what_is_idle_and_the_rest_when_it_is_paid_back() {
        let mut simulation = bank(r#"exit: Between("2 h", "2 h")"#);
        let mut seen = Vec::new();
        for _ in 0..9 {
            simulation.step().unwrap();
            seen.push(held(&mut simulation));
        }
        let (all, rest) = ((30_000 * USDC, 0), (20_000 * USDC, 10_000 * USDC));
        assert_eq!(seen[..6], [all, all, rest, rest, rest, rest]);
        assert_eq!(seen[6], (0, 30_000 * USDC), "the farmer's money came back in block 5");
        assert_eq!(simulation.finish(None).unwrap().transactions, 3, "and nothing was tried in vain");
    }

    #[test]
    fn hold_on_where_no_exit_is_stated() {
        let mut simulation = bank("");
        steps(&mut simulation, 9);
        assert_eq!(held(&mut simulation), (30_000 * USDC, 0));
    }

    /// Blocks hold one transaction, and a trader who bids more fills them for six blocks.
    #[test]
    fn whose_supply_waits_in_full_blocks_until_its_exit_has_passed_leaves_nevertheless() {
        let text = market(
            2_000.0,
            r#"FarmLender(
                name: "late", bank: "bank", supply: Fixed(100), entry: Between("1 h", "1 h"),
                exit: Between("3 h", "3 h"),
            ),
            Trader(
                name: "eager", pool: "ETH/USDC", size: Fixed(1), capital: Fixed(100), tip: Fixed(970),
                gas_money: Fixed(0.85),
            )"#,
        );
        let mut simulation = begin(&text.replace("Fixed(30))", "Fixed(30), gas_limit: 140_000)"));
        for _ in 0..12 {
            simulation.step().unwrap();
        }
        let world = simulation.world_mut();
        let account = AccountId(world.resource::<AgentDirectory>().first_account);
        assert_eq!(world.resource::<ChainState>().ledger.balance(account, TokenId(0)), 100 * USDC);
        let told = simulation.finish(None).unwrap();
        let lender = told.profit_and_loss.by_kind.iter().find(|kind| kind.kind == "FarmLender").unwrap();
        assert!(
            lender.gas_paid_numeraire > 1.5 * 0.12 * 31.0 / 1_000.0 * 2_000.0,
            "it supplied and withdrew: {lender:?}"
        );
        assert_eq!(told.reverts, 0);
    }

    #[test]
    fn who_cannot_pay_for_supplying_stays_outside_also_when_its_exit_comes() {
        let mut simulation = begin(&market(
            2_000.0,
            r#"FarmLender(
                name: "poor", bank: "bank", supply: Fixed(100), gas_money: Fixed(0),
                entry: Between("1 h", "1 h"), exit: Between("3 h", "3 h"),
            ),
            Trader(name: "nobody", pool: "ETH/USDC", size: Fixed(1), capital: Fixed(1))"#,
        ));
        // Money comes after the moment has passed.
        steps(&mut simulation, 2);
        let world = simulation.world_mut();
        let account = AccountId(world.resource::<AgentDirectory>().first_account);
        let (native, genesis) = (TokenId(3), plimsoll::chain::ledger::Source::Genesis);
        world.resource_mut::<ChainState>().ledger.issue(genesis, account, native, ETHER);
        steps(&mut simulation, 5);
        assert_eq!(simulation.world().resource::<ChainState>().ledger.balance(account, TokenId(0)), 100 * USDC);
    }
}

/// Remembers the blocks in which it was asked.
#[derive(Debug, Component)]
struct Counting {
    asked: Vec<u64>,
    next: fn(u64) -> Wake,
}

impl Agent for Counting {
    fn decide(&mut self, sees: &View, _out: &mut Outbox) -> Wake {
        self.asked.push(sees.clock.block);
        (self.next)(sees.clock.block)
    }
}

/// Farmers at five times their capital, whose debt grows by a fifth in a month: how many were killed, closed, and still
/// farm, with such a defence.
fn fates(defence: &str) -> [usize; 3] {
    let agents = format!(
        r#"
        FarmLender(name: "lender", bank: "bank", supply: Fixed(1_000_000)),
        Farmer(name: "farmers", count: 10, goblin: "goblin", capital: Fixed(1_000), leverage: Fixed(5), {defence}),
        FarmLiquidator(name: "liquidator", bank: "bank", bid_share: Fixed(0.1), gas_money: Fixed(100), kills_per_block: 10),
        "#
    );
    let mut run = begin(&market(2_000.0, &agents));
    for _ in 0..800 {
        run.step().unwrap();
    }
    let world = run.world_mut();
    let states: Vec<State> = world.query::<&Farmer>().iter(world).map(|farmer| farmer.state).collect();
    let count = |is: fn(&State) -> bool| states.iter().filter(|state| is(state)).count();
    [
        count(|state| matches!(state, State::Liquidated(_))),
        count(|state| matches!(state, State::Closed(_))),
        count(|state| matches!(state, State::Open(_) | State::Rebalancing(_))),
    ]
}

#[test]
fn a_farmer_who_stops_its_loss_or_tops_up_is_not_killed_and_one_who_sleeps_is() {
    assert_eq!(fates(""), [10, 0, 0]);
    assert_eq!(fates("defence: (how: StopLoss, attention: Fixed(0.5))"), [0, 10, 0]);
    assert_eq!(fates("defence: (how: TopUp(Fixed(1)), attention: Fixed(0.5))"), [0, 0, 10]);
    assert_eq!(fates("defence: (how: TopUp(Fixed(0)), attention: Fixed(0.5))"), [10, 0, 0], "nothing is aside");
    assert_eq!(fates("defence: (how: StopLoss, attention: Fixed(0))"), [10, 0, 0], "nobody looks");
}

#[test]
fn who_sleeps_is_not_asked() {
    let mut world = world(&market(2_000.0, ""));
    world.insert_resource(Awake::<Counting>::default());
    let every: [fn(u64) -> Wake; 4] =
        [|_| Wake::NextBlock, |block| Wake::At(block + 5), |_| Wake::WhenUnderwater, |_| Wake::Never];
    let entities = [0, 1, 2, 3].map(|number: u32| {
        let identity = Identity {
            id: AgentId(number),
            who: Who(0),
            account: AccountId(0),
            nonce: 0,
            buys_gas: true,
            out_of_gas_money: None,
            priced_out: 0,
        };
        let entity = world.spawn((Counting { asked: Vec::new(), next: every[number as usize] }, identity)).id();
        world.resource_mut::<Awake<Counting>>().schedule(0, (identity.id, number), Wake::NextBlock);
        entity
    });
    for block in 0..12 {
        at_block(&mut world, block);
        world.run_system_once(decide::<Counting>).unwrap();
    }
    let asked = entities.map(|entity| world.get::<Counting>(entity).unwrap().asked.clone());
    assert_eq!(asked, [(0..12).collect(), vec![0, 5, 10], vec![0], vec![0]]);
}
