//! Arbitrageurs against pools of every kind: the venue, another pool, a circle of three; with flash loans, and against each
//! other.

use crate::common::market::{begin, submitted, world};
use plimsoll::chain::families::lending::LendingCall;

use bevy_ecs::prelude::World;
use bevy_ecs::system::SystemState;
use plimsoll::agents::arbitrageur::Arbitrageur;
use plimsoll::agents::view::View;
use plimsoll::chain::event::{EventKind, EventLog};
use plimsoll::chain::families::Call;
use plimsoll::chain::families::amm::AmmCall;
use plimsoll::chain::ids::DeploymentId;
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{Action, Actions, AmountIn};

/// Ether is 2,000 outside and DAI 1; pools of every kind, some of them far from that; an Aave market that lends USDC.
fn market(pools: &str, agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 10, block_time: "12 s", numeraire: "USDC", chain: (native: "GAS", base_fee: Fixed(10)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Fixed(2_000)),
                (name: "DAI", decimals: 18, price: Fixed(1)),
                (name: "USDT", decimals: 6, price: Fixed(1)),
                (name: "GAS", decimals: 18, price: Fixed(2_000)),
            ],
            venue: [(token: "ETH", impact: Linear(depth: "100_000"), fee_bps: 1)],
            pools: [{pools}],
            oracles: [
                (name: "ETH", token: "ETH", sources: [(1, Outside)]),
                (name: "USDC", token: "USDC", sources: [(1, Outside)]),
            ],
            lending: [AaveV3(name: "aave", flash_premium_bps: 9, reserves: [
                (token: "USDC", oracle: "USDC", supplied: "10_000_000", ltv: 0.77, threshold: 0.8, bonus: 0.05),
                (token: "ETH", oracle: "ETH", supplied: "500", ltv: 0.8, threshold: 0.825, bonus: 0.05),
            ])],
            agents: [{agents}],
        )"#
    )
}

fn one(more: &str) -> String {
    format!(r#"Arbitrageur(name: "a", bid_share: Fixed(0.2), gas_money: Fixed(100), {more})"#)
}

/// Lets the arbitrageur decide, and returns what it sends: nothing, or one transaction.
fn sent(world: &mut World) -> Option<Actions> {
    let mut list = submitted::<Arbitrageur>(world);
    assert!(list.len() < 2);
    list.pop().map(|transaction| transaction.actions)
}

/// What a round puts in.
fn size(actions: &Actions) -> u128 {
    let exact = actions.iter().find_map(|action| match action {
        Action::VenueBuy { spend: AmountIn::Exact(amount), .. } => Some(*amount),
        _ => match action.swap()?.1.amount_in {
            AmountIn::Exact(amount) => Some(amount),
            _ => None,
        },
    });
    exact.expect("it puts something in")
}

/// What the same round would gain, or lose, with this much put in; none if some pool refuses.
fn gain(sees: &View, actions: &Actions, amount: u128) -> Option<i128> {
    let mut out = amount;
    for action in actions {
        out = match action {
            Action::Call { to, call: Call::Amm(AmmCall::Swap(swap)) } => {
                let cell = sees.protocols.pools().find(|cell| cell.at == *to).unwrap();
                cell.pool.amm().quote_exact_in(swap.direction, out, sees.clock.now()).ok()?
            }
            Action::VenueBuy { token, .. } => sees.venues.of(*token).buy_with(out).ok()?.received,
            Action::VenueSell { token, .. } => sees.venues.of(*token).sell(out).ok()?.received,
            _ => out,
        };
    }
    Some(i128::try_from(out).unwrap() - i128::try_from(amount).unwrap())
}

/// Says what a hundredth more or less would gain, beside what the size gains; a size that is `cut` only by how much less.
#[track_caller]
fn assert_best(world: &mut World, actions: &Actions, cut: bool) {
    let mut state = SystemState::<View>::new(world);
    let sees = state.get(world).unwrap();
    let size = size(actions);
    let [less, best, more] = [size - size / 100, size, size + size / 100].map(|amount| gain(&sees, actions, amount));
    let best = best.expect("the trade is possible");
    assert!(best > 0 && less.unwrap() < best, "{less:?}, {best}, {more:?} with {size}: {actions:?}");
    assert!(cut || more.unwrap() < best, "{less:?}, {best}, {more:?} with {size}: {actions:?}");
}

const V2: &str = r#"UniswapV2(name: "v2", tokens: ("ETH", "USDC"), reserves: ("1_000", "1_900_000"))"#;
const V3: &str = r#"UniswapV3(name: "v3", tokens: ("ETH", "USDC"), price: "2_111", fee_pips: 500, liquidity: [
    (amounts: ("500", "1_000_000")), (range: Prices(2_050, 2_150), amounts: ("100", "200_000")),
    (range: Prices(1_990, 2_040), amounts: ("1", "300_000")),
])"#;
const CURVE: &str = r#"Curve(
    name: "curve", tokens: ["DAI", "USDT", "USDC"], reserves: ["9_000_000", "5_000_000", "2_000_000"], amplification: 100,
)"#;
const BALANCER: &str = r#"Balancer(
    name: "balancer", tokens: ["ETH", "USDC", "DAI"], weights: ["0.5", "0.25", "0.25"],
    reserves: ["1_000", "1_200_000", "1_000_000"],
)"#;
const AWAY: &str = r#"UniswapV2(name: "away", tokens: ("ETH", "DAI"), reserves: ("1_000", "2_200_000"))"#;

/// V3 across ticks, Curve and Balancer of three tokens, and a pool without the numeraire between two legs at the venue.
#[test]
fn against_the_venue_the_size_is_best_in_pools_of_every_kind() {
    for (pool, name) in [(V2, "v2"), (V3, "v3"), (CURVE, "curve"), (BALANCER, "balancer"), (AWAY, "away")] {
        let agent = one(&format!(r#"pool: "{name}", capital: Fixed(1e8)"#));
        let mut world = world(&market(pool, &agent));
        let actions = sent(&mut world).unwrap_or_else(|| panic!("{name}: there is a gap"));
        assert_best(&mut world, &actions, false);
        let poor = agent.replace("1e8", "3_000");
        let mut world = self::world(&market(pool, &poor));
        let actions = sent(&mut world).unwrap_or_else(|| panic!("{name}: there is a gap"));
        assert_eq!(size(&actions), 3_000_000_000, "{name}");
        assert_best(&mut world, &actions, true);
    }
}

/// A Balancer pool takes at most 30 % of what it holds; a gap that asks for more is closed as far as that.
#[test]
fn a_balancer_pool_takes_no_more_than_its_limit() {
    let wide = BALANCER.replace("1_200_000", "200_000");
    let mut world = world(&market(&wide, &one(r#"pool: "balancer", capital: Fixed(1e8)"#)));
    let actions = sent(&mut world).unwrap();
    let mut state = SystemState::<View>::new(&mut world);
    let sees = state.get(&world).unwrap();
    assert!(gain(&sees, &actions, size(&actions) + size(&actions) / 100).is_none(), "beyond it the pool refuses");
    assert!(gain(&sees, &actions, size(&actions)).unwrap() > 0);
}

#[test]
fn between_two_pools_the_size_is_best_whatever_their_kinds() {
    let cheap = r#"UniswapV2(name: "cheap", tokens: ("USDC", "ETH"), reserves: ("1_700_000", "1_000"), fee_bps: 5)"#;
    for (pools, names) in [
        (format!("{V2}, {cheap}"), ["v2", "cheap"]),
        (format!("{V3}, {cheap}"), ["cheap", "v3"]),
        (format!("{BALANCER}, {V2}"), ["v2", "balancer"]),
        (format!("{BALANCER}, {AWAY}"), ["balancer", "away"]),
        (format!("{BALANCER}, {CURVE}"), ["balancer", "curve"]),
    ] {
        let [one_pool, other] = names;
        let agent = one(&format!(r#"pool: "{one_pool}", between: Pool("{other}"), capital: Fixed(1e8)"#));
        let mut world = world(&market(&pools, &agent));
        let actions = sent(&mut world).unwrap_or_else(|| panic!("{names:?}: there is a gap"));
        assert_eq!(actions.len(), 2, "{names:?}");
        assert_best(&mut world, &actions, false);
    }
}

#[test]
fn equal_pools_leave_nothing_to_do() {
    let pools = format!("{V2}, {}", V2.replace("\"v2\"", "\"twin\""));
    let agent = one(r#"pool: "v2", between: Pool("twin"), capital: Fixed(1e8)"#);
    assert_eq!(sent(&mut world(&market(&pools, &agent))), None);
}

/// ETH to DAI to USDC and back, whichever way round pays.
#[test]
fn a_circle_of_three_pools_is_gone_round_the_way_that_pays() {
    for dai in ["2_200_000", "1_700_000"] {
        let pools = format!("{V2}, {}, {CURVE}", AWAY.replace("2_200_000", dai));
        let agent = one(r#"pool: "v2", between: Cycle("away", "curve"), capital: Fixed(1e8)"#);
        let mut world = world(&market(&pools, &agent));
        let actions = sent(&mut world).unwrap_or_else(|| panic!("{dai}: there is a gap"));
        let (first, _) = actions[0].swap().unwrap_or_else(|| panic!("{actions:?}"));
        assert_eq!((actions.len(), first), (3, DeploymentId(if dai == "2_200_000" { 0 } else { 2 })));
        assert_best(&mut world, &actions, false);
    }
}

/// Balancer's pool of two equal weights is a constant product, fee taken from what is paid in: the search over quotes
/// finds what the closed form gives between two pairs, to the figures of D14.
#[test]
fn the_search_over_quotes_finds_what_the_closed_form_gives() {
    let pair = |kind: &str, reserves: [&str; 2]| match kind {
        "UniswapV2" => format!(
            r#"UniswapV2(name: "{}", tokens: ("USDC", "ETH"), reserves: ("{0}", "{}"))"#,
            reserves[0], reserves[1]
        ),
        _ => format!(
            r#"Balancer(name: "{}", tokens: ["USDC", "ETH"], weights: ["0.5", "0.5"], reserves: ["{0}", "{}"])"#,
            reserves[0], reserves[1]
        ),
    };
    for kind in ["UniswapV2", "Balancer"] {
        let pools = pair(kind, ["1_000_000", "100"]) + "," + &pair(kind, ["1_300_000", "100"]);
        let agent = one(r#"pool: "1_000_000", between: Pool("1_300_000"), capital: Fixed(1e8)"#);
        let mut world = world(&market(&pools, &agent));
        let actions = sent(&mut world).unwrap();
        let size = size(&actions) as f64 / 1e9;
        assert!((size / 68.686_23 - 1.0).abs() < 1e-5, "{kind}: {size}");
        let mut state = SystemState::<View>::new(&mut world);
        let sees = state.get(&world).unwrap();
        let gain = gain(&sees, &actions, self::size(&actions)).unwrap() as f64 / 1e9;
        assert!((gain / 9.393_178 - 1.0).abs() < 1e-6, "{kind}: {gain}");
    }
}

/// With capital for a part of the gap it borrows the rest, and pays the premium; with enough it does not.
#[test]
fn flash_loans_are_taken_where_capital_is_short_and_pay_for_themselves() {
    let run = |capital: &str, flash: &str| {
        let agent = one(&format!(r#"pool: "v2", {flash} capital: Fixed({capital})"#));
        let text = market(V2, &agent);
        let mut world = world(&text);
        let lent = sent(&mut world).unwrap().iter().find_map(|action| match action {
            Action::Call { call: Call::Lending(call), .. } => match **call {
                LendingCall::FlashLoan { amount, .. } => Some(amount),
                _ => None,
            },
            _ => None,
        });
        (lent, gained(&text))
    };
    let flash = r#"flash: "aave","#;
    let (none, rich) = run("1e7", "");
    let (unneeded, as_rich) = run("1e7", flash);
    let (no_loan, poor) = run("5_000", "");
    let (lent, lent_gain) = run("5_000", flash);
    let (all_lent, all_lent_gain) = run("1", flash);
    assert_eq!((none, unneeded, no_loan), (None, None, None));
    assert!(lent.unwrap() > 10_000_000_000 && all_lent > lent, "{lent:?}, {all_lent:?}");
    assert!((rich - as_rich).abs() < 1e-9, "{rich} and {as_rich}");
    assert!(
        poor < lent_gain && all_lent_gain < lent_gain && lent_gain < rich,
        "{poor}, {all_lent_gain}, {lent_gain}, {rich}"
    );
}

/// Runs a block and returns what all swaps and trades at the venue brought in USDC, less what they cost and flash loans.
fn gained(text: &str) -> f64 {
    let mut run = begin(text);
    run.step().unwrap();
    assert!(!run.world().resource::<EventLog>().iter().any(|event| matches!(event.kind, EventKind::Reverted { .. })));
    let account = run.world().resource::<plimsoll::agents::AgentDirectory>().first_account;
    let ledger = &run.world().resource::<ChainState>().ledger;
    let usdc = ledger.balance(plimsoll::chain::ids::AccountId(account), plimsoll::chain::ids::TokenId(0));
    let put_in: f64 =
        text.split("capital: Fixed(").nth(1).unwrap().split(')').next().unwrap().replace('_', "").parse().unwrap();
    usdc as f64 / 1e6 - put_in
}

/// The gap is worth one trade: the highest bid makes it, the others come second, revert, and pay for that.
#[test]
fn of_several_on_one_gap_one_wins_and_the_others_revert_and_pay_gas() {
    for place in [
        r#"pool: "v2","#.to_owned(),
        r#"pool: "v2", between: Pool("cheap"),"#.to_owned(),
        r#"pool: "v2", flash: "aave","#.to_owned(),
    ] {
        let cheap = r#"UniswapV2(name: "cheap", tokens: ("ETH", "USDC"), reserves: ("1_000", "1_700_000"))"#;
        let agent = format!(
            r#"Arbitrageur(name: "a", count: 4, {place} capital: Fixed(20_000), bid_share: Uniform(0.1, 0.9))"#
        );
        let rich = agent.replace("20_000", "1e7");
        let mut run = begin(&market(&format!("{V2}, {cheap}"), if place.contains("flash") { &agent } else { &rich }));
        run.step().unwrap();
        let log = run.world().resource::<EventLog>();
        let lost: Vec<_> = log.iter().filter(|event| matches!(event.kind, EventKind::Reverted { .. })).collect();
        let won: Vec<_> = log.iter().filter(|event| !matches!(event.kind, EventKind::Reverted { .. })).collect();
        let winners: std::collections::BTreeSet<_> = won.iter().map(|event| event.sender.unwrap().0.0).collect();
        assert_eq!((winners.len(), lost.len()), (1, 3), "{place}: {log:?}");
        assert!(lost.iter().all(|event| event.gas > 0 && event.fee > 0), "{lost:?}");
    }
}
