//! What `agents.csv` says became of those who only hold something, whatever it is of and whenever they came.

use plimsoll::simulation::Options;

use crate::common::market;
use crate::common::run::Run;
use crate::common::table::rows;

const BLOCKS: u64 = 40;

/// Every sort of holding, without what it is called and without when it comes and goes.
const KINDS: [(&str, &str, bool); 12] = [
    (
        "Borrower",
        r#"market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(20_000), owes: LoanToValue(Fixed(0.4))"#,
        false,
    ),
    (
        "Borrower",
        r#"market: "morpho", collateral: "ETH", debt: "USDC", capital: Fixed(20_000), owes: LoanToValue(Fixed(0.4))"#,
        false,
    ),
    (
        "Borrower",
        r#"market: "compound", collateral: "ETH", debt: "USDC", capital: Fixed(20_000), owes: LoanToValue(Fixed(0.4))"#,
        false,
    ),
    (
        "Borrower",
        r#"market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(20_000), owes: Leverage(Fixed(2))"#,
        false,
    ),
    ("Lender", r#"market: "aave", asset: "USDC", supply: Fixed(20_000)"#, true),
    ("Lender", r#"market: "compound", asset: "ETH", supply: Fixed(20)"#, true),
    ("VaultOwner", r#"ilk: "ETH-A", collateral: Fixed(20), collateral_ratio: Fixed(3)"#, false),
    ("FarmLender", r#"bank: "bank", supply: Fixed(200_000)"#, true),
    ("Farmer", r#"goblin: "goblin", capital: Fixed(10_000), leverage: Fixed(2)"#, true),
    ("Staker", r#"farm: "farm", pool: "pool", capital: Fixed(10_000)"#, true),
    ("LiquidityProvider", r#"pool: "pool", capital: Fixed(10_000)"#, true),
    ("LiquidityProvider", r#"pool: "concentrated", capital: Fixed(10_000)"#, true),
];

/// A fate, and whether there are blocks of entry and of exit.
type Told = (&'static str, bool, bool);

/// When they come and go, whether they ask to leave, and what the table says then.
const STAYS: [(&str, &str, bool, Told); 4] = [
    ("begins", "", false, ("open", false, false)),
    ("comes", r#"entry: Between("2 h", "3 h")"#, false, ("open", true, false)),
    ("leaves", r#"entry: Between("2 h", "3 h"), exit: Between("4 h", "5 h")"#, true, ("closed", true, true)),
    ("waits", r#"entry: Between("20 h", "21 h")"#, false, ("idle", false, false)),
];

fn scenario() -> String {
    let stays = |leaves: bool| STAYS.into_iter().filter(move |(.., asks_to_leave, _)| leaves || !asks_to_leave);
    let of_kind = |(number, (kind, what, leaves)): (usize, (&str, &str, bool))| -> String {
        let agent = |(stay, when, ..): (&str, &str, bool, Told)| {
            format!("{kind}(name: \"{number} {stay}\", {what}, gas_money: Fixed(5), {when}),")
        };
        stays(leaves).map(agent).collect()
    };
    let agents: String = KINDS.into_iter().enumerate().map(of_kind).collect();
    format!(
        r#"Scenario(
            blocks: {BLOCKS}, block_time: "10 min", numeraire: "USDC",
            chain: (native: "ETH", base_fee: Fixed(1)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "DAI", decimals: 18, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Fixed(2_000)),
                (name: "UNI", decimals: 18, price: Fixed(20)),
            ],
            pools: [
                UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("50_000", "100_000_000")),
                UniswapV2(name: "rewards", tokens: ("UNI", "USDC"), reserves: ("500_000", "10_000_000")),
                UniswapV3(name: "concentrated", tokens: ("ETH", "USDC"), liquidity: [(range: Factor(4), amounts: ("2_000", "4_000_000"))]),
            ],
            oracles: [
                (name: "ETH", token: "ETH", sources: [(1, Outside)]),
                (name: "USDC", token: "USDC", sources: [(1, Outside)]),
            ],
            lending: [
                AaveV3(name: "aave", reserves: [
                    (token: "ETH", oracle: "ETH", supplied: "500", ltv: 0.8, threshold: 0.825, bonus: 0.05),
                    (token: "USDC", oracle: "USDC", supplied: "10_000_000", ltv: 0.77, threshold: 0.8, bonus: 0.05),
                ]),
                MorphoBlue(name: "morpho", lltv: 0.86, loan: (token: "USDC", oracle: "USDC", supplied: "5_000_000"),
                           collateral: (token: "ETH", oracle: "ETH")),
                CompoundV2(name: "compound", markets: [
                    (token: "ETH", oracle: "ETH", supplied: "500", collateral_factor: 0.8),
                    (token: "USDC", oracle: "USDC", supplied: "5_000_000", collateral_factor: 0.75),
                ]),
            ],
            stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [(
                name: "ETH-A", token: "ETH", oracle: "ETH", liquidation_ratio: 1.5, stability_fee: 0.05, dust: "20",
                auctions: Clip(chop: 0.13, buf: 1.3, tail: "140 min", cusp: 0.4, tip: "300",
                               curve: Stairstep(cut: 0.99, step: "90 s")),
            )])],
            farms: [StakingRewards(name: "farm", pool: "pool", reward: "UNI", duration: "7 d", emissions: [])],
            banks: [
                AlphaHomora(
                    name: "bank", base: "USDC", reserve_bps: 0, kill_bps: 500, interest: Constant(0.1),
                    goblins: [(
                        name: "goblin", pool: "pool", farm: "farm", reward_pool: "rewards", work_factor: 0.87,
                        kill_factor: 0.92, reinvest_bounty_bps: 300,
                    )],
                ),
            ],
            agents: [{agents}],
        )"#
    )
}

#[test]
fn who_holds_something_is_open_and_who_came_later_says_when() {
    let files = Run::begin(&market::checked(&scenario()), Options::seeded(1)).finish(BLOCKS);
    let agents = rows(&files["agents.csv"]);
    let mut wrong = Vec::new();
    for row in &agents {
        let stay = row["population"].split(' ').nth(1).unwrap();
        let (.., expected) = STAYS.into_iter().find(|(name, ..)| *name == stay).unwrap();
        let told = (row["fate"].as_str(), !row["entered_block"].is_empty(), !row["left_block"].is_empty());
        if told != expected {
            wrong.push(format!("{} {}: {told:?} is not {expected:?}", row["population"], row["kind"]));
        }
    }
    assert_eq!(agents.len(), 12 * 3 + 7);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
