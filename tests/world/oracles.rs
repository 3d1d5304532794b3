//! What oracles tell, in runs of the whole simulator: at once, late, averaged, by transaction.

use crate::common::market::begin;

use plimsoll::chain::oracles::Feed;
use plimsoll::chain::state::ChainState;
use plimsoll::simulation::Simulation;

/// A market whose ETH falls from 2,000 to 1,000 between the tenth and the twentieth minute, in blocks of a minute.
fn market(oracle: &str, agents: &str) -> Simulation {
    let text = format!(
        r#"Scenario(
            blocks: 200, block_time: "1 min", numeraire: "USDC",
            chain: (native: "GAS", base_fee: Fixed(10), gas_limit: 1_000_000),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [
                    ("0 s", 2_000), ("10 min", 2_000), ("20 min", 1_000), ("30 min", 1_000),
                ])),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))],
            oracles: [(name: "feed", token: "ETH", {oracle})],
            agents: [{agents}],
        )"#
    );
    begin(&text)
}

const ARBITRAGEUR: &str =
    r#"Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(9_000_000), bid_share: Fixed(0)),"#;

fn feed(run: &Simulation) -> &Feed {
    &run.world().resource::<ChainState>().oracles.0[0]
}

/// Returns what the feed tells after each of so many blocks, and the price outside.
fn told(mut run: Simulation, blocks: u64) -> Vec<(f64, f64)> {
    let eth = plimsoll::chain::ids::TokenId(1);
    let mut block = |_| {
        run.step().unwrap();
        (feed(&run).answer(), run.world().resource::<ChainState>().venues.price(eth))
    };
    (0..blocks).map(&mut block).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a / b - 1.0).abs() < 1e-9
}

#[test]
fn an_oracle_of_the_outside_price_is_never_wrong() {
    for (told, outside) in told(market("sources: [(3, Outside)]", ""), 40) {
        assert!(near(told, outside), "{told} against {outside}");
    }
}

/// Nobody trades with the pool: it stays at 2,000.
#[test]
fn a_mix_weighs_its_sources() {
    let rows = told(market(r#"sources: [(1, Outside), (3, Spot("pool"))]"#, ""), 40);
    let (told, outside) = rows[39];
    assert!(near(outside, 1_000.0) && near(told, 1_750.0), "{told} against {outside}");
}

#[test]
fn a_pools_spot_price_is_seen_a_block_late_and_its_average_later_still() {
    let spot = told(market(r#"sources: [(1, Spot("pool"))]"#, ARBITRAGEUR), 40);
    let average = told(market(r#"sources: [(1, TimeWeighted(pool: "pool", window: "20 min"))]"#, ARBITRAGEUR), 60);
    // In block 15 the pool stands where the arbitrageur left it in block 14, within the fee.
    let (told, outside) = spot[15];
    assert!(told > outside && (told / spot[14].1 - 1.0).abs() < 0.0035, "{told} against {}", spot[14].1);
    assert!(average[20].0 > 1_600.0, "half of the window is before the fall: {}", average[20].0);
    assert!((average[59].0 / 1_000.0 - 1.0).abs() < 0.0035, "the fall is out of the window: {}", average[59].0);
}

#[test]
fn an_oracle_that_waits_for_a_deviation_is_wrong_by_no_more() {
    let rows = told(market(r#"sources: [(1, Outside)], update: Deviation(threshold: 0.02, heartbeat: "3 h")"#, ""), 30);
    let changes = rows.windows(2).filter(|pair| !near(pair[0].0, pair[1].0)).count();
    assert!(rows.iter().all(|(told, outside)| (told / outside - 1.0).abs() < 0.025), "{rows:?}");
    assert_eq!(changes, 10, "every block of the fall moves by more than 2 %");
    let coarse = market(r#"sources: [(1, Outside)], update: Deviation(threshold: 0.1, heartbeat: "5 min")"#, "");
    assert!(near(told(coarse, 30)[29].0, 1_000.0), "the heartbeat tells the end of the fall");
}

/// Maker's oracle security module: each hour the price of the hour before.
#[test]
fn a_delayed_oracle_tells_what_it_saw() {
    let rows = told(market(r#"sources: [(1, Outside)], update: Delayed("15 min")"#, ""), 50);
    assert!(near(rows[29].0, rows[15].1 * 0.0 + rows[15].0), "nothing is told between two hops");
    assert!(near(rows[30].0, rows[15].1), "at 30 minutes it tells the price of minute 15: {:?}", rows[30]);
    assert!(near(rows[45].0, 1_000.0));
    assert!(near(rows[14].0, 2_000.0));
}

#[test]
fn an_update_by_transaction_counts_from_the_next_block_and_costs_gas() {
    let publisher = r#"Publisher(name: "reporter", oracle: "feed", tip: Fixed(5)),"#;
    let mut run = market("sources: [(1, Outside)], publish: Transaction", publisher);
    for block in 0..30 {
        run.step().unwrap();
        let outside = run.world().resource::<ChainState>().venues.price(plimsoll::chain::ids::TokenId(1));
        assert!(near(feed(&run).answer(), outside), "after block {block} it is published");
    }
    let summary = run.finish(None).unwrap();
    assert_eq!(summary.transactions, 30);
}

/// A publisher without gas money cannot publish: the market goes on believing the first price.
#[test]
fn an_update_that_nobody_can_pay_for_is_not_published() {
    let publisher = r#"Publisher(name: "reporter", oracle: "feed", gas_money: Fixed(0.000_001)),"#;
    let rows = told(market("sources: [(1, Outside)], publish: Transaction", publisher), 40);
    assert!(near(rows[39].0, 2_000.0), "{:?}", rows[39]);
}
