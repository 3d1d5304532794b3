//! What pays for gas: bought as it is used, or out of what agents were given for it.

use plimsoll::agents::trader::Trader;
use plimsoll::chain::ids::TokenId;
use plimsoll::chain::ledger::Source;
use plimsoll::chain::state::ChainState;
use plimsoll::output::summary::Summary;

use crate::common::market::{account, begin, events, finish, steps, submitted, world};

/// A market in blocks of an hour, gas at 30 gwei, ether at 2,000 before it falls to 1,000 within a day.
fn market(agents: &str) -> String {
    format!(
        r#"Scenario(
    blocks: 1_000, block_time: "1 h", numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed(2_000)),
        (name: "GAS", decimals: 18, price: Fixed(2_000)),
    ],
    shocks: [Crash(token: "ETH", start: "20 h", ramp: "4 h", size: Fixed(0.5))],
    pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("10_000", "20_000_000"))],
    agents: [{agents}],
)"#
    )
}

const NATIVE: TokenId = TokenId(1);

/// A trader that makes a trade of so many dollars in each block.
fn trader(size: f64, more: &str) -> String {
    format!(r#"Trader(name: "trader", pool: "pool", size: Fixed({size}), capital: Fixed(100_000), {more})"#)
}

fn profit(summary: &Summary) -> f64 {
    summary.profit_and_loss.by_kind.iter().map(|kind| kind.profit_numeraire).sum()
}

#[test]
fn bought_gas_is_a_debt_of_the_result_and_leaves_the_wallet_alone() {
    let mut run = begin(&market(&trader(1_000.0, "")));
    let ether = |run: &plimsoll::simulation::Simulation| {
        let ledger = &run.world().resource::<ChainState>().ledger;
        ledger.balance(account(run.world(), 0), NATIVE)
    };
    let mut fees = 0;
    let mut paid = 0.0;
    for _ in 0..100 {
        let before = ether(&run);
        steps(&mut run, 1);
        let price = run.world().resource::<ChainState>().venues.price(NATIVE);
        for event in events(run.world()) {
            fees += event.fee;
            paid += event.fee as f64 / 1e18 * price;
            let traded = ether(&run).abs_diff(before);
            assert!(traded > event.fee, "the trade alone moves the wallet");
        }
    }
    let ledger = &run.world().resource::<ChainState>().ledger;
    let fees = i128::try_from(fees).unwrap();
    assert_eq!((ledger.issued(Source::GasPurchase, NATIVE), ledger.issued(Source::Gas, NATIVE)), (fees, -fees));
    assert_eq!(fees, 100 * 135_000 * 31 * 1_000_000_000);
    let worth = run.worth().accounts[account(run.world(), 0).0 as usize];
    let summary = run.finish(None).unwrap();
    let told = &summary.profit_and_loss;
    assert!((told.gas_paid_numeraire - paid).abs() < 1e-6, "{} {paid}", told.gas_paid_numeraire);
    assert!((profit(&summary) - (worth - 100_000.0 - paid)).abs() < 1e-6, "{} {worth} {paid}", profit(&summary));
    assert!(told.difference_numeraire.abs() < 1e-6, "{told:#?}");
    assert_eq!(summary.out_of_gas_money, []);
}

#[test]
fn a_population_that_runs_dry_is_named_with_the_block_and_what_it_missed() {
    // Ten trades at 135,000 gas and 31 gwei.
    let text = market(&trader(1_000.0, "gas_money: Fixed(0.042)")).replace(r#"native: "ETH""#, r#"native: "GAS""#);
    let summary = finish(begin(&text), 100);
    let [dry] = &summary.out_of_gas_money[..] else { panic!("{:?}", summary.out_of_gas_money) };
    assert_eq!(dry.population, "trader");
    assert_eq!((dry.agents, dry.first_block, dry.missed_transactions), (1, Some(10), 90));
    assert_eq!(summary.transactions, 10);
}

/// At 30 gwei and 2,000 dollars a swap of 135,000 gas costs 8.10 dollars.
#[test]
fn nobody_pays_more_for_gas_than_the_transaction_is_about() {
    assert_eq!(submitted::<Trader>(&mut world(&market(&trader(8.0, "")))), []);
    let [trade] = &submitted::<Trader>(&mut world(&market(&trader(16.2, ""))))[..] else { panic!("one trades") };
    let most = trade.bid.max_fee as f64 / 1e9;
    assert!((most - 60.0).abs() < 0.01, "at most 60 gwei, where the gas costs 16.20 dollars: {most}");
    let summary = finish(begin(&market(&trader(8.0, ""))), 3);
    assert_eq!((summary.transactions, summary.agents_priced_out), (0, 1));
}

#[test]
fn a_pool_that_nobody_arbitrages_is_said_to_be_far_from_the_price_outside() {
    let summary = finish(begin(&market(&trader(1_000.0, ""))), 200);
    let gap = summary.pools[0].far_from_outside;
    assert!(gap.is_long && gap.first_block == Some(21) && gap.blocks == 179 && gap.farthest_ratio > 0.9, "{gap:?}");
    let held = r#", Arbitrageur(name: "a", pool: "pool", capital: Fixed(1e8), bid_share: Fixed(0.1))"#;
    let summary = finish(begin(&market(&(trader(1_000.0, "") + held))), 200);
    assert!(!summary.pools[0].far_from_outside.is_long, "{:?}", summary.pools[0]);
    let short = finish(begin(&market(&trader(1_000.0, ""))), 60);
    assert!(!short.pools[0].far_from_outside.is_long, "39 blocks are not long");
}
