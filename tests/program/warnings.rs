//! What a run says of itself where its figures say less than they seem to: in the terminal, in `summary.json` and on the
//! page.

use std::fs;

use super::command::Desk;

const SCENARIO: &str = r#"Scenario(
    blocks: 100, block_time: "1 h", numeraire: "USDC",
    chain: (native: "GAS", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Fixed(2_000)),
        (name: "GAS", decimals: 18, price: Fixed(2_000)),
    ],
    shocks: [Crash(token: "ETH", start: "20 h", ramp: "4 h", size: Fixed(0.5))],
    pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("10_000", "20_000_000"))],
    agents: [
        Trader(
            name: "traders", count: 2, pool: "pool", size: Fixed(1_000), capital: Fixed(100_000),
            gas_money: Fixed(0.042),
        ),
    ],
)"#;

#[test]
fn populations_that_run_dry_and_pools_far_from_outside_are_said_wherever_a_run_is_told() {
    let desk = Desk::with(SCENARIO);
    let told = desk.run(&["run", "tiny.ron", "--out", "out", "--report"]);
    let summary = desk.json("out/summary.json");
    assert_eq!(
        summary["out_of_gas_money"],
        serde_json::json!([{ "population": "traders", "agents": 2, "first_block": 10, "missed_transactions": 180 }])
    );
    assert_eq!(summary["pools"][0]["far_from_outside"]["is_long"], true);
    let page = fs::read_to_string(desk.path("out/report.html")).unwrap();
    let head = page.split("id=\"summary\"").nth(1).unwrap().split("class=\"tiles\"").next().unwrap();
    for (text, quote) in [(&*told.out, "`"), (head, "")] {
        for said in [
            "2 of @traders@, from block 10 on, missed 180 transactions",
            "pool @pool@, by more than 5",
            "after 79 of 100",
        ] {
            let said = said.replace('@', quote);
            assert!(text.contains(&said), "{said}: {text}");
        }
    }
}
