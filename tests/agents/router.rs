//! The router: the best of all paths, splits that pay, and trades that come out as they were quoted.

use crate::common::market::{self, begin, see};

use bevy_ecs::prelude::World;
use plimsoll::agents::AgentDirectory;
use plimsoll::agents::route::{Route, Through, TradeOrder};
use plimsoll::agents::router::{self, Hop, Path, Plan};
use plimsoll::agents::view::View;
use plimsoll::chain::event::{Event, EventKind, EventLog, Revert};
use plimsoll::chain::families::amm::Swap;
use plimsoll::chain::forced_sales::{ForcedSale, ForcedSales};
use plimsoll::chain::ids::DeploymentId;
use plimsoll::chain::ids::{AccountId, PoolId, PositionKey, ProtocolId, TokenId};
use plimsoll::chain::ledger::Source;
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{Actions, AmountIn, Transaction};
use plimsoll::deployments::Deployed;
use plimsoll::deployments::amm::PoolCell;
use plimsoll::deployments::directory::Directory;
use plimsoll::protocol::amm::Direction;
use plimsoll::simulation::Simulation;
use proptest::prelude::*;
use smallvec::SmallVec;

const USDC: TokenId = TokenId(0);
const ETH: TokenId = TokenId(1);
const DAI: TokenId = TokenId(2);
const STETH: TokenId = TokenId(3);
const UNI: TokenId = TokenId(4);
const ETHER: u128 = 1_000_000_000_000_000_000;

/// Ten pools of every kind among five tokens; gas at so many gwei.
fn ten_pools(scale: [u32; 4], gwei: f64) -> World {
    let [small, middle, large, huge] = scale.map(|scale| 0.1 + f64::from(scale) / 100.0);
    let of = |factor: f64, whole: f64| format!("\"{:.3}\"", factor * whole);
    let pools = format!(
        r#"
        UniswapV2(name: "v2", tokens: ("ETH", "USDC"), reserves: ({}, {})),
        UniswapV2(name: "sushi", tokens: ("ETH", "USDC"), reserves: ({}, {})),
        UniswapV3(name: "v3", tokens: ("ETH", "USDC"), fee_pips: 500, liquidity: [
            (amounts: ({}, {})), (range: Prices(1_900, 2_100), amounts: ({}, {})),
        ]),
        UniswapV2(name: "ETH/DAI", tokens: ("ETH", "DAI"), reserves: ({}, {})),
        Curve(name: "DAI/USDC", tokens: ["DAI", "USDC"], reserves: [{}, {}], amplification: 200),
        Curve(name: "steth", tokens: ["ETH", "stETH"], reserves: [{}, {}], amplification: 50),
        Balancer(name: "stETH/USDC", tokens: ["stETH", "USDC"], weights: ["0.8", "0.2"], reserves: [{}, {}]),
        Balancer(
            name: "three", tokens: ["ETH", "DAI", "UNI"], weights: ["0.4", "0.4", "0.2"], reserves: [{}, {}, {}],
        ),
        UniswapV2(name: "UNI/ETH", tokens: ("UNI", "ETH"), reserves: ({}, {})),
        UniswapV3(name: "UNI/USDC", tokens: ("UNI", "USDC"), liquidity: [(amounts: ({}, {}))]),
        "#,
        of(huge, 1_000.0),
        of(huge, 2e6),
        of(middle, 300.0),
        of(middle, 6.1e5),
        of(small, 200.0),
        of(small, 4e5),
        of(large, 100.0),
        of(large, 2e5),
        of(large, 400.0),
        of(large, 7.9e5),
        of(huge, 1e6),
        of(huge, 1.1e6),
        of(middle, 900.0),
        of(middle, 1_000.0),
        of(small, 400.0),
        of(small, 2e5),
        of(large, 400.0),
        of(large, 8e5),
        of(large, 2e4),
        of(small, 2e4),
        of(small, 200.0),
        of(middle, 2e4),
        of(middle, 4e5),
    );
    world(&pools, gwei)
}

fn world(pools: &str, gwei: f64) -> World {
    let text = format!(
        r#"Scenario(
            blocks: 10, block_time: "12 s", numeraire: "USDC", chain: (native: "GAS", base_fee: Fixed({gwei})),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Fixed(2_000)),
                (name: "DAI", decimals: 18, price: Fixed(1)),
                (name: "stETH", decimals: 18, price: Fixed(1_980)),
                (name: "UNI", decimals: 18, price: Fixed(20)),
                (name: "GAS", decimals: 18, price: Fixed(2_000)),
            ],
            pools: [{pools}],
        )"#
    );
    market::world(&text)
}

/// Returns an account that holds so much of a token.
fn rich(world: &mut World, token: TokenId, amount: u128) -> AccountId {
    let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
    let account = ledger.open_account();
    ledger.issue(Source::Genesis, account, token, amount);
    account
}

/// Executes one transaction, whose gas is free, and returns what happened.
fn executed(world: &mut World, sender: AccountId, actions: Actions) -> Vec<Event> {
    world.resource_mut::<ChainState>().gas.base_fee = 0;
    market::executed(world, vec![Transaction { sender, actions, ..Transaction::default() }])
}

/// Every path of up to so many hops, tried in no clever way.
fn every_path(sees: &View, from: TokenId, to: TokenId, most: usize) -> Vec<Path> {
    let mut ways: Vec<(Vec<TokenId>, Path)> = vec![(vec![from], Path(SmallVec::new()))];
    let mut found = Vec::new();
    for _ in 0..most {
        let mut longer = Vec::new();
        for (crossed, path) in &ways {
            let here = *crossed.last().unwrap();
            for cell in sees.protocols.pools() {
                for next in &cell.tokens {
                    let Some(direction) = cell.direction(here, *next) else { continue };
                    let hop = Hop { pool: cell.id, direction };
                    if crossed.contains(next) || path.0.iter().any(|before| before.pool == cell.id) {
                        continue;
                    }
                    let (mut crossed, mut path) = (crossed.clone(), path.clone());
                    crossed.push(*next);
                    path.0.push(hop);
                    if *next == to { found.push(path) } else { longer.push((crossed, path)) }
                }
            }
        }
        ways = longer;
    }
    found
}

/// What a plan brings after the gas of its hops beyond the first.
fn worth(out: u128, hops: usize, hop: u128) -> i128 {
    i128::try_from(out).unwrap() - i128::try_from(hop).unwrap() * (i128::try_from(hops).unwrap() - 1)
}

fn worth_of(plan: &Plan, hop: u128) -> i128 {
    worth(plan.out(), plan.hops(), hop)
}

/// What the best single path brings, by asking every one.
fn best_by_force(sees: &View, (from, to): (TokenId, TokenId), amount: u128, most: usize) -> Option<i128> {
    let hop = router::hop_cost(sees, to);
    let worths = every_path(sees, from, to, most).into_iter().filter_map(|path| {
        path.quote(&sees.protocols, amount, sees.clock.now()).map(|out| worth(out, path.0.len(), hop))
    });
    worths.max()
}

const PAIRS: [(TokenId, TokenId); 7] =
    [(ETH, USDC), (USDC, ETH), (STETH, USDC), (UNI, DAI), (DAI, STETH), (USDC, UNI), (STETH, UNI)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_path_is_better_after_gas_and_a_split_only_adds(
        scale in [0u32..400, 0u32..400, 0u32..400, 0u32..400],
        pair in 0usize..PAIRS.len(),
        dollars in 1u32..4_000_000,
        gwei in prop_oneof![Just(0.0), 0.0..500.0],
    ) {
        let mut world = ten_pools(scale, gwei);
        let (from, to) = PAIRS[pair];
        see(&mut world, |sees| {
            let amount = sees.units_worth(from, f64::from(dollars));
            let hop = router::hop_cost(sees, to);
            let plan = router::best(sees, from, to, amount);
            let force = best_by_force(sees, (from, to), amount, 3);
            prop_assert!(plan.is_some() || force.is_none());
            let Some(plan) = plan else { return Ok(()) };
            if let Some(force) = force {
                prop_assert!(worth_of(&plan, hop) >= force, "{plan:?} brings less than {force}");
                if plan.legs.len() == 1 {
                    prop_assert_eq!(worth_of(&plan, hop), force);
                }
            }
            prop_assert_eq!(plan.legs.iter().map(|leg| leg.amount).sum::<u128>(), amount);
            for leg in &plan.legs {
                prop_assert_eq!(leg.path.quote(&sees.protocols, leg.amount, sees.clock.now()), Some(leg.out));
            }
            if let [one, other] = plan.legs[..] {
                prop_assert!(!one.path.meets(other.path));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_trade_pays_out_what_it_was_quoted(
        scale in [0u32..400, 0u32..400, 0u32..400, 0u32..400],
        pair in 0usize..PAIRS.len(),
        dollars in 1u32..2_000_000,
    ) {
        let mut world = ten_pools(scale, 0.0);
        let (from, to) = PAIRS[pair];
        let (amount, quote, actions) = see(&mut world, |sees| {
            let amount = sees.units_worth(from, f64::from(dollars));
            let route = Route::new(sees, &Through::Router, Some(0.0), from, to);
            let mut actions = Actions::new();
            let quote = route.quote(sees, amount);
            let traded = route.trade(sees, TradeOrder::of(AmountIn::Exact(amount), amount), &mut actions);
            assert_eq!(traded.is_some(), quote.is_some());
            (amount, quote, actions)
        });
        prop_assume!(quote.is_some());
        let me = rich(&mut world, from, amount);
        let events = executed(&mut world, me, actions);
        let reverted = events.iter().any(|event| matches!(event.kind, EventKind::Reverted { .. }));
        prop_assert!(!reverted, "{events:?}");
        let ledger = &world.resource::<ChainState>().ledger;
        prop_assert_eq!((ledger.balance(me, from), Some(ledger.balance(me, to))), (0, quote));
    }
}

/// A search that stops a hop earlier misses what three hops bring.
#[test]
fn three_hops_are_tried_and_four_are_not() {
    let line = r#"
        UniswapV2(name: "a", tokens: ("ETH", "UNI"), reserves: ("100", "10_000")),
        UniswapV2(name: "b", tokens: ("UNI", "DAI"), reserves: ("10_000", "200_000")),
        UniswapV2(name: "c", tokens: ("DAI", "USDC"), reserves: ("200_000", "200_000")),
        UniswapV2(name: "d", tokens: ("USDC", "stETH"), reserves: ("200_000", "100")),
    "#;
    let mut world = world(line, 30.0);
    see(&mut world, |sees| {
        let plan = router::best(sees, ETH, USDC, ETHER).unwrap();
        assert_eq!(plan.hops(), 3);
        assert_eq!(best_by_force(sees, (ETH, USDC), ETHER, 2), None);
        assert_eq!(router::best(sees, ETH, STETH, ETHER), None);
        assert!(best_by_force(sees, (ETH, STETH), ETHER, 4).is_some());
    });
}

const TWINS: &str = r#"
    UniswapV2(name: "one", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000")),
    UniswapV2(name: "two", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000")),
"#;

/// Through two equal pools half goes each way: `2 y (phi a / 2) / (x + phi a / 2)`.
#[test]
fn a_large_trade_goes_half_through_each_of_two_equal_pools() {
    let mut world = world(TWINS, 30.0);
    see(&mut world, |sees| {
        let plan = router::best(sees, ETH, USDC, 100 * ETHER).unwrap();
        let [one, other] = plan.legs[..] else { panic!("{plan:?}") };
        let share = one.amount as f64 / (one.amount + other.amount) as f64;
        assert!((share - 0.5).abs() < 1e-4, "{share}");
        let half = 50.0 * 0.997;
        let expected = 2.0 * 2e6 * half / (1_000.0 + half);
        assert!((plan.out() as f64 / 1e6 / expected - 1.0).abs() < 1e-8, "{} against {expected}", plan.out());
    });
}

/// A second swap costs 50,000 gas at 30 gwei of 2,000: 3 USDC. The halves of `a` ether gain about `a^2 / 2,000` of its
/// worth, `a^2`: at 1 ether a dollar, at 3 nine.
#[test]
fn a_small_trade_is_not_split_for_less_than_its_gas() {
    for (ether, gwei, legs) in [(1, 30.0, 1), (1, 0.0, 2), (3, 30.0, 2), (3, 300.0, 1)] {
        let mut world = world(TWINS, gwei);
        let split = see(&mut world, |sees| router::best(sees, ETH, USDC, ether * ETHER).unwrap().legs.len());
        assert_eq!(split, legs, "{ether} ETH at {gwei} gwei");
    }
}

/// What no pool takes whole, since Balancer takes at most 30 % of what it holds, two take.
#[test]
fn what_one_pool_refuses_two_may_take() {
    let pools = r#"
        Balancer(name: "one", tokens: ["ETH", "USDC"], weights: ["0.5", "0.5"], reserves: ["100", "200_000"]),
        Balancer(name: "two", tokens: ["ETH", "USDC"], weights: ["0.5", "0.5"], reserves: ["100", "200_000"]),
    "#;
    let mut world = world(pools, 30.0);
    see(&mut world, |sees| {
        assert_eq!(best_by_force(sees, (ETH, USDC), 45 * ETHER, 3), None);
        assert_eq!(router::best(sees, ETH, USDC, 45 * ETHER).unwrap().legs.len(), 2);
        assert_eq!(router::best(sees, ETH, USDC, 65 * ETHER), None, "both together hold too little");
    });
}

/// Somebody sells before: within the tolerance the trade goes through, beyond it all of it reverts.
#[test]
fn beyond_its_slippage_a_trade_reverts() {
    for (slippage, sold_before, reverts) in
        [(Some(0.02), 5, false), (Some(0.02), 50, true), (Some(0.2), 50, false), (None, 300, false)]
    {
        let mut world = world(TWINS, 0.0);
        let mut actions = Actions::new();
        see(&mut world, |sees| {
            let route = Route::new(sees, &Through::Router, slippage, ETH, USDC);
            route.trade(sees, TradeOrder::of(AmountIn::Exact(20 * ETHER), 20 * ETHER), &mut actions).unwrap();
        });
        assert_eq!(actions.len(), 2, "a split");
        let (me, whale) = (rich(&mut world, ETH, 20 * ETHER), rich(&mut world, ETH, sold_before * ETHER));
        let direction = Direction { pays: 0, takes: 1 };
        let sale =
            Swap { direction, amount_in: AmountIn::Exact(sold_before * ETHER), least_out: 0 }.of(DeploymentId(1));
        executed(&mut world, whale, std::iter::once(sale).collect());
        let events = executed(&mut world, me, actions);
        let slipped = events
            .iter()
            .any(|event| matches!(event.kind, EventKind::Reverted { reason: Revert::Slippage { .. }, .. }));
        assert_eq!(slipped, reverts, "{slippage:?} after {sold_before} ETH: {events:?}");
        let ledger = &world.resource::<ChainState>().ledger;
        assert_eq!(ledger.balance(me, ETH), if reverts { 20 * ETHER } else { 0 }, "whole or not at all");
    }
}

/// What comes out of both halves goes on together.
#[test]
fn a_later_action_takes_in_what_both_halves_paid_out() {
    let pools =
        TWINS.to_owned() + r#"UniswapV2(name: "on", tokens: ("USDC", "UNI"), reserves: ("10_000_000", "500_000")),"#;
    let mut world = world(&pools, 0.0);
    let mut actions = Actions::new();
    let quote = see(&mut world, |sees| {
        let route = Route::new(sees, &Through::Router, None, ETH, USDC);
        let order = TradeOrder::of(AmountIn::Exact(100 * ETHER), 100 * ETHER);
        let bought = route.trade(sees, order, &mut actions).unwrap();
        assert_eq!(bought, AmountIn::Together { first: 0, second: 1 });
        actions.push(Hop { pool: PoolId(2), direction: Direction { pays: 0, takes: 1 } }.swap(
            &sees.protocols,
            bought,
            0,
        ));
        let usdc = route.quote(sees, 100 * ETHER).unwrap();
        Route::new(sees, &Through::Pool("on".to_owned()), None, USDC, UNI).quote(sees, usdc)
    });
    let me = rich(&mut world, ETH, 100 * ETHER);
    executed(&mut world, me, actions);
    let ledger = &world.resource::<ChainState>().ledger;
    let held = [ETH, USDC, UNI].map(|token| ledger.balance(me, token));
    assert_eq!((held[0], held[1], Some(held[2])), (0, 0, quote));
}

fn pools(world: &World) -> Vec<PoolCell> {
    let cell = |named: &plimsoll::deployments::directory::Named| {
        world.get::<Deployed>(named.entity).unwrap().as_pool().clone()
    };
    world.resource::<Directory>().pools.iter().map(cell).collect()
}

/// A forced sale that does not act is filled at the quotes of all its hops, and no pool is moved; one that acts pays the
/// same and moves them.
#[test]
fn a_muted_sale_of_several_hops_is_filled_at_its_quotes() {
    for sales in [ForcedSale::Muted, ForcedSale::Executed] {
        let mut world = ten_pools([150; 4], 0.0);
        world.resource_mut::<ChainState>().sales = ForcedSales::from(sales);
        let (mut actions, amount) = (Actions::new(), 200 * ETHER);
        let quote = see(&mut world, |sees| {
            let route = Route::new(sees, &Through::Router, Some(0.0), STETH, DAI);
            route.trade(sees, TradeOrder::of(AmountIn::Exact(amount), amount), &mut actions).unwrap();
            route.quote(sees, amount)
        });
        assert!(actions.len() > 2, "hops and a split: {actions:?}");
        let of = PositionKey { protocol: ProtocolId(0), market: 0, position: 7 };
        let actions: Actions = actions.into_iter().map(|action| action.forced(of)).collect();
        let before = pools(&world);
        let me = rich(&mut world, STETH, amount);
        let hops = actions.len();
        let events = executed(&mut world, me, actions);
        let muted = events.iter().filter(|event| matches!(event.kind, EventKind::SaleMuted { .. })).count();
        assert_eq!(Some(world.resource::<ChainState>().ledger.balance(me, DAI)), quote);
        let unmoved = pools(&world).iter().zip(&before).all(|(after, before)| after.pool == before.pool);
        assert_eq!((muted, unmoved), if sales == ForcedSale::Muted { (hops, true) } else { (0, false) });
    }
}

/// Trades the same way again and again, each twice as large, until the pool takes no more: it refuses, whole, and nothing
/// panics, neither in quotes nor in execution; then the other way.
#[test]
fn a_pool_that_is_drained_or_at_its_limit_reverts() {
    let tokens: Vec<usize> = pools(&ten_pools([150; 4], 0.0)).iter().map(|cell| cell.tokens.len()).collect();
    for (index, tokens) in tokens.into_iter().enumerate() {
        let ways = (0..tokens).flat_map(|pays| (0..tokens).map(move |takes| (pays, takes)));
        for (pays, takes) in ways.filter(|(pays, takes)| pays != takes) {
            let place = |place: usize| u8::try_from(place).unwrap();
            let direction = Direction { pays: place(pays), takes: place(takes) };
            let pool = PoolId(u16::try_from(index).unwrap());
            let mut world = ten_pools([150; 4], 0.0);
            let (refused, filled) = drain(&mut world, Hop { pool, direction });
            assert!(refused > 0 && filled > 0, "{pool:?} {direction:?}: {refused} refused, {filled} filled");
            drain(&mut world, Hop { pool, direction: direction.reversed() });
        }
    }
}

/// Swaps 1, 2, 4, ... smallest units, up to 2^126, and returns how many were refused and how many went through.
fn drain(world: &mut World, hop: Hop) -> (u32, u32) {
    let (mut refused, mut filled) = (0, 0);
    for power in 0..126 {
        let amount = 1_u128 << power;
        let cell = pools(world).swap_remove(usize::from(hop.pool.0));
        let (paid, got) = (cell.token_at(hop.direction.pays), cell.token_at(hop.direction.takes));
        let quote = see(world, |sees| {
            let (amm, now) = (cell.pool.amm(), sees.clock.now());
            let depth = amm.depth_to(hop.direction, amm.spot_price(hop.direction, now) * 0.9, now);
            assert!(depth >= 0.0, "{hop:?}: {depth}");
            router::best(sees, paid, got, amount);
            amm.quote_exact_in(hop.direction, amount, now).ok()
        });
        let ledger = &mut world.resource_mut::<ChainState>().into_inner().ledger;
        if ledger.can_issue(paid, amount).is_err() {
            break;
        }
        let me = ledger.open_account();
        ledger.issue(Source::Genesis, me, paid, amount);
        let swap = Swap { direction: hop.direction, amount_in: AmountIn::Exact(amount), least_out: 0 }.of(cell.at);
        let events = executed(world, me, std::iter::once(swap).collect());
        let reverted = matches!(events.last().unwrap().kind, EventKind::Reverted { .. });
        // A quote of nothing, or one that the pool's own integers cannot hold, may revert as well.
        assert!(reverted || quote.is_some(), "{hop:?}, 2^{power}: {events:?}");
        let ledger = &world.resource::<ChainState>().ledger;
        let held = (ledger.balance(me, paid), ledger.balance(me, got));
        assert_eq!(held, if reverted { (amount, 0) } else { (0, quote.unwrap()) }, "{hop:?}, 2^{power}");
        if reverted { refused += 1 } else { filled += 1 }
    }
    (refused, filled)
}

/// Ether falls by 15 % outside, in two pools of equal depth nobody has told the price yet; one borrower, and these agents.
fn fall(agents: &str) -> Simulation {
    let text = format!(
        r#"Scenario(
            blocks: 100, block_time: "1 min", numeraire: "USDC", chain: (native: "GAS", base_fee: Fixed(10)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [
                    ("0 s", 2_000), ("10 min", 2_000), ("60 min", 1_700), ("70 min", 1_700),
                ])),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [
                UniswapV2(name: "one", tokens: ("ETH", "USDC"), reserves: ("5_000", "10_000_000")),
                Balancer(
                    name: "two", tokens: ["ETH", "USDC"], weights: ["0.5", "0.5"], reserves: ["5_000", "10_000_000"],
                ),
            ],
            oracles: [
                (name: "ETH", token: "ETH", sources: [(1, Outside)]),
                (name: "USDC", token: "USDC", sources: [(1, Outside)]),
            ],
            lending: [AaveV3(name: "aave", reserves: [
                (token: "ETH", oracle: "ETH", supplied: "5_000", ltv: 0.8, threshold: 0.825, bonus: 0.05),
                (token: "USDC", oracle: "USDC", supplied: "90_000_000", ltv: 0.77, threshold: 0.8, bonus: 0.05),
            ])],
            agents: [{agents}],
        )"#
    );
    begin(&text)
}

/// Returns what an agent holds of USDC after the run, and how many pools it traded in; nothing may revert.
fn after(agents: &str, account: u32) -> (u128, usize) {
    let mut run = fall(agents);
    let mut traded = std::collections::BTreeSet::new();
    for _ in 0..100 {
        run.step().unwrap();
        for event in run.world().resource::<EventLog>() {
            assert!(!matches!(event.kind, EventKind::Reverted { .. }), "{event:?}");
            if let EventKind::Swapped { pool, .. } = event.kind {
                traded.insert(pool);
            }
        }
    }
    let first = run.world().resource::<AgentDirectory>().first_account;
    (run.world().resource::<ChainState>().ledger.balance(AccountId(first + account), USDC), traded.len())
}

const BORROWER: &str = r#"Borrower(name: "borrower", market: "aave", collateral: "ETH", debt: "USDC",
    capital: Fixed(2_000_000), owes: HealthFactor(Fixed(1.1)), MORE),"#;

#[test]
fn a_liquidator_that_routes_its_sales_keeps_more_of_what_it_seizes() {
    let gains = |through: &str| {
        let liquidator = format!(
            r#"LendingLiquidator(name: "liquidator", market: "aave", collateral: "ETH", debt: "USDC", through: {through},
               slippage: 0.01, bid_share: Fixed(0), gas_money: Fixed(100))"#
        );
        after(&(BORROWER.replace(", MORE", "") + &liquidator), 1)
    };
    let ((alone, one), (routed, both)) = (gains(r#""one""#), gains("Router"));
    assert_eq!((one, both), (1, 2));
    assert!(0 < alone && alone < routed, "{alone} through one pool, {routed} through both");
}

#[test]
fn a_borrower_deleverages_and_loops_through_both_pools() {
    let defends = "defence: Deleverage, act_below: Fixed(1.05), target: Fixed(1.3), through: Router, slippage: 0.02";
    assert_eq!(after(&BORROWER.replace("MORE", defends), 0).1, 2);
    for owes in ["Leverage(Fixed(3))", "Loops(loan_to_value: Fixed(0.7), times: 3)"] {
        let enters = r#"entry: Between("0 s", "1 min"), through: Router, slippage: 0.05"#;
        let borrower = BORROWER.replace("HealthFactor(Fixed(1.1))", owes).replace("MORE", enters);
        let (left, pools) = after(&borrower, 0);
        assert_eq!((left, pools), (0, 2), "{owes}: all that came of both halves was posted");
    }
}
