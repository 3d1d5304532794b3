//! What agents do where blocks are full or dear: they wait, bid more, give up; and blocks that come at random.

use crate::common::market::begin;

use plimsoll::accounts::books::Books;
use plimsoll::accounts::fate::AgentFate;
use plimsoll::agents::farmer::{Farmer, State};
use plimsoll::agents::{AgentDirectory, Identity};
use plimsoll::chain::event::{EventKind, EventLog};
use plimsoll::chain::ids::TokenId;
use plimsoll::chain::state::ChainState;
use plimsoll::simulation::Simulation;

/// A small farm in a market that falls by `FALL` within two hours of its tenth, on a chain of these blocks.
fn market(time: &str, chain: &str, fall: f64, agents: &str) -> Simulation {
    let text = format!(
        r#"Scenario(
    blocks: 2_000, block_time: {time}, numeraire: "USDC",
    chain: (native: "ETH", {chain}),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "UNI", decimals: 18, price: Fixed(20)),
        (name: "ETH", decimals: 18, price: Knots(knots: [("0 s", 2_000), ("10 h", 2_000), ("12 h", {price})])),
    ],
    pools: [
        UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("10_000", "20_000_000")),
        UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("50_000", "1_000_000")),
    ],
    farms: [StakingRewards(name: "farm", pool: "ETH/USDC", reward: "UNI", emissions: [("0 s", "500")])],
    banks: [AlphaHomora(
        name: "bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: Constant(0.1),
        goblins: [(
            name: "goblin", pool: "ETH/USDC", farm: "farm", reward_pool: "UNI/USDC", work_factor: 0.87, kill_factor: 0.92,
        )],
    )],
    agents: [
        FarmLender(name: "lenders", bank: "bank", supply: Fixed(10_000_000)),
        Arbitrageur(
            name: "arbitrageurs", pool: "ETH/USDC", capital: Fixed(5_000_000), bid_share: Fixed(0.1),
            gas_money: Fixed(100),
        ),
        {agents}
    ],
)"#,
        price = 2_000.0 * (1.0 - fall),
    );
    begin(&text)
}

const MINUTES: &str = r#""1 min""#;
const FREE: &str = "base_fee: Fixed(1)";

fn farmers(more: &str) -> String {
    format!(
        r#"Farmer(name: "farmers", count: 20, goblin: "goblin", capital: Fixed(1_000), leverage: Uniform(3, 5), {more}),"#
    )
}

/// Runs so many blocks, and counts the events that are so.
fn count(simulation: &mut Simulation, blocks: u64, is: impl Fn(&EventKind) -> bool) -> usize {
    let mut found = 0;
    for _ in 0..blocks {
        simulation.step().unwrap();
        found += simulation.world().resource::<EventLog>().iter().filter(|event| is(&event.kind)).count();
    }
    found
}

fn states(simulation: &mut Simulation) -> Vec<State> {
    simulation.world_mut().query::<&Farmer>().iter(simulation.world()).map(|farmer| farmer.state).collect()
}

/// How many of a population's agents met this end.
fn fates(mut simulation: Simulation, population: &str, fate: AgentFate) -> usize {
    let identities: Vec<Identity> =
        simulation.world_mut().query::<&Identity>().iter(simulation.world()).copied().collect();
    let mut books = simulation.world().resource::<Books>().clone();
    for identity in &identities {
        books.priced_out(identity.id, identity.priced_out);
    }
    let directory = simulation.world().resource::<AgentDirectory>();
    let members = identities.iter().filter(|identity| directory.population(identity.id).name == population);
    members.filter(|identity| books.agents.of(identity.id).fate == fate).count()
}

const LIQUIDATOR: &str = r#"FarmLiquidator(
    name: "liquidator", bank: "bank", bid_share: Fixed(0.05), kills_per_block: 9, expiry: 3, gas_money: Fixed(50),
),"#;

/// Everybody else pays 20 gwei on top for all of the room, so that a liquidation waits until it has bid more.
const CROWD: &str = "base_fee: Fixed(1), gas_limit: 600_000, background: (gas: Fixed(20_000_000), tip: Fixed(20))";

#[test]
fn a_liquidation_that_waits_bids_more_until_it_is_taken() {
    let mut simulation = market(MINUTES, CROWD, 0.4, &(farmers("") + LIQUIDATOR));
    let mut log = Vec::new();
    for _ in 0..1_200 {
        simulation.step().unwrap();
        log.extend(simulation.world().resource::<EventLog>().iter().cloned());
    }
    let replaced = log.iter().filter(|event| matches!(event.kind, EventKind::Replaced { action: "kill", .. })).count();
    let kills: Vec<_> = log.iter().filter(|event| matches!(event.kind, EventKind::Liquidated(_))).collect();
    assert!(replaced > 20 && kills.len() > 10, "{replaced} raised bids, {} kills", kills.len());
    // A transaction that is raised in every block expires as little as it would if it were new.
    assert!(kills.iter().any(|event| event.waited > 3), "it waited");
    let price = |event: &plimsoll::chain::event::Event| event.fee / u128::from(event.gas);
    assert!(kills.iter().all(|event| price(event) >= 21_000_000_000), "and outbid the crowd");
}

/// With a cap on its tip below what the crowd pays, every transaction expires, and its slot is free for the next.
#[test]
fn a_liquidation_that_may_not_bid_more_expires_and_is_sent_again() {
    let capped = LIQUIDATOR.replace("expiry: 3", "expiry: 3, tip_cap: 10");
    let mut simulation = market(MINUTES, CROWD, 0.4, &(farmers("") + &capped));
    let expired = count(&mut simulation, 1_200, |kind| matches!(kind, EventKind::Expired { action: "kill", .. }));
    assert!(expired > 20, "{expired}");
    let killed = states(&mut simulation).iter().filter(|state| matches!(state, State::Liquidated(_))).count();
    assert_eq!(killed, 0);
    let free = market(MINUTES, FREE, 0.4, &(farmers("") + &capped));
    let mut free = free;
    assert!(
        count(&mut free, 1_200, |kind| matches!(kind, EventKind::Liquidated(_))) > 10,
        "alone it would have killed"
    );
}

/// Two go for the same positions where a block has room for two of their transactions: who comes second would revert.
#[test]
fn liquidators_take_back_what_has_become_vain_or_have_it_left_out() {
    let full = "base_fee: Fixed(1), gas_limit: 900_000";
    let runs = ["revert_protection: false", "revert_protection: true"].map(|way| {
        let liquidators = LIQUIDATOR.replace("expiry: 3", &format!("count: 2, expiry: 25, {way}"));
        let mut simulation = market(MINUTES, full, 0.4, &(farmers("") + &liquidators));
        let (mut kills, mut reverts, mut taken_back) = (0, 0, 0);
        for _ in 0..1_200 {
            simulation.step().unwrap();
            for event in simulation.world().resource::<EventLog>() {
                match event.kind {
                    EventKind::Liquidated(_) => kills += 1,
                    EventKind::Reverted { action: "kill", .. } => reverts += 1,
                    EventKind::NoEffect { action: "cancel" } => taken_back += 1,
                    _ => {}
                }
            }
        }
        assert_eq!(simulation.world().resource::<plimsoll::chain::mempool::Mempool>().waiting(), 0);
        (kills, reverts, taken_back)
    });
    let [(public, reverted, taken_back), (relayed, none, nothing)] = runs;
    assert!(public > 10 && relayed > 10, "{runs:?}");
    assert!(taken_back > 10 && reverted < taken_back, "{runs:?}");
    assert_eq!((none, nothing), (0, 0), "{runs:?}");
}

const ENTRY: &str = r#"entry: Between("1 min", "5 min"), gas_money: Fixed(9)"#;

/// 600,000 gas at 51 gwei and 2,000 are 61.20: 6 % of a capital of 1,000, 0.06 % of one of 100,000.
#[test]
fn who_has_little_gives_up_where_gas_is_dear_and_who_has_much_does_not() {
    for (capital, priced_out) in [("1_000", 20), ("100_000", 0)] {
        for patience in ["(gas_share: Fixed(0.01))", "(gas_share: Fixed(0.01), blocks: Fixed(9))"] {
            let agents = farmers(&format!("{ENTRY}, patience: {patience}"))
                .replace("capital: Fixed(1_000)", &format!("capital: Fixed({capital})"))
                .replace("Uniform(3, 5)", "Fixed(2)");
            let mut simulation = market(MINUTES, "base_fee: Fixed(50)", 0.0, &agents);
            count(&mut simulation, 60, |_| false);
            assert!(states(&mut simulation).iter().all(|state| (*state == State::Refused) == (priced_out > 0)));
            assert_eq!(fates(simulation, "farmers", AgentFate::PricedOut), priced_out, "{capital}, {patience}");
        }
    }
}

/// The base fee falls from 100 to below 8 gwei in twenty empty blocks: 600,000 gas at 8 gwei are 9.60, and ten are paid.
#[test]
fn who_can_wait_comes_in_when_gas_has_come_down() {
    let falling = "base_fee: Eip1559(initial: 100, target: 15_000_000), gas_limit: 30_000_000";
    for (blocks, opened) in [(5, 0), (60, 20)] {
        let agents = farmers(&format!("{ENTRY}, patience: (gas_share: Fixed(0.01), blocks: Fixed({blocks}))"))
            .replace("Uniform(3, 5)", "Fixed(2)");
        let mut simulation = market(MINUTES, falling, 0.0, &agents);
        let worked = count(&mut simulation, 100, |kind| matches!(kind, EventKind::Worked(at) if at.opened));
        assert_eq!(worked, opened, "with a patience of {blocks} blocks");
    }
}

#[test]
fn a_lender_whose_supply_expires_stays_outside_and_one_whose_withdrawal_expires_tries_again() {
    let lender = |when: &str| {
        format!(
            r#"FarmLender(
            name: "late", bank: "bank", supply: Fixed(1_000), patience: (blocks: Fixed(2)), {when},
        ),"#
        )
    };
    let held = |simulation: &Simulation| {
        let world = simulation.world();
        let directory = world.resource::<AgentDirectory>();
        let last = plimsoll::chain::ids::AgentId(u32::try_from(directory.agents.len()).unwrap() - 1);
        let shares = TokenId(5);
        world.resource::<ChainState>().ledger.balance(directory.account(last), shares)
    };
    let mut outside = market(MINUTES, CROWD, 0.0, &lender(r#"entry: Between("5 min", "5 min")"#));
    assert_eq!(count(&mut outside, 60, |kind| matches!(kind, EventKind::Expired { action: "deposit", .. })), 1);
    assert_eq!(held(&outside), 0);
    let mut inside = market(MINUTES, CROWD, 0.0, &lender(r#"exit: Between("5 min", "5 min")"#));
    let tried = count(&mut inside, 60, |kind| matches!(kind, EventKind::Expired { action: "withdraw", .. }));
    assert!(tried > 3 && held(&inside) == 1_000_000_000, "{tried}");
}

const KEEPS: &str = r#"rebalance: (every: "10 min", band: 0.05, reserve: Fixed(2), gas_share: 0.02)"#;

/// On a chain where gas costs next to nothing they put in more of their own while the price falls, and nobody is killed;
/// where 600,000 gas cost 61 they leave it, and are killed as those are who never look.
#[test]
fn farmers_keep_their_leverage_where_gas_lets_them() {
    let mut killed = Vec::new();
    for (chain, keeps) in [(FREE, KEEPS), ("base_fee: Fixed(50)", KEEPS), (FREE, "")] {
        let mut simulation = market(MINUTES, chain, 0.35, &(farmers(keeps) + LIQUIDATOR));
        let worked = count(&mut simulation, 1_000, |kind| matches!(kind, EventKind::Worked(_)));
        assert_eq!(worked > 40, chain == FREE && !keeps.is_empty(), "{worked} times on {chain} with {keeps}");
        killed.push(states(&mut simulation).iter().filter(|state| matches!(state, State::Liquidated(_))).count());
    }
    assert!(killed[0] == 0 && killed[1] == killed[2] && killed[2] > 5, "{killed:?}");
}

/// The same price a minute a block, and at random: interest and prices go by the time that passed, not by blocks.
#[test]
fn random_blocks_run_on_the_time_that_passed() {
    let mut simulation = market(r#"Poisson("1 min")"#, FREE, 0.35, &(farmers("") + LIQUIDATOR));
    let mut times = Vec::new();
    for _ in 0..800 {
        simulation.step().unwrap();
        let clock = &simulation.world().resource::<ChainState>().clock;
        times.push(clock.now());
        let venues = &simulation.world().resource::<ChainState>().venues;
        let mut of_last = clock.clone();
        of_last.look_back();
        let hours = of_last.elapsed.ms as f64 / 3_600_000.0;
        let fallen = ((hours - 10.0) / 2.0).clamp(0.0, 1.0);
        let expected = 2_000.0 * libm::pow(0.65, fallen);
        assert!((venues.price(TokenId(2)) / expected - 1.0).abs() < 1e-9, "after {hours} hours");
    }
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().any(|gap| *gap > 150) && gaps.iter().any(|gap| *gap < 15), "they are no minutes");
    let killed = states(&mut simulation).iter().filter(|state| matches!(state, State::Liquidated(_))).count();
    assert!(killed > 5, "{killed}");
}
