//! Positions of every protocol: what the tables of a run say of them, held against sweeps.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use bevy_ecs::system::SystemState;
use plimsoll::agents::view::View;
use plimsoll::cascade::{Question, cascade};
use plimsoll::chain::ids::{PositionKey, ProtocolId};
use plimsoll::chain::oracles::to_wad;
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::positions::Holding;
use plimsoll::deployments::positions::positions_of;
use plimsoll::output::folder::OutputFolder;
use plimsoll::output::summary::Summary;
use plimsoll::scenario::Checked;
use plimsoll::simulation::Options;
use tempfile::TempDir;

use crate::common::market;

/// Three kinds of lending markets and a Maker system, on one restless price of ether.
fn checked(agents: &str) -> Checked {
    let text = format!(
        r#"Scenario(
            blocks: 300, block_time: "10 min", numeraire: "USDC",
            chain: (native: "GAS", base_fee: Fixed(1)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "DAI", decimals: 18, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Gbm(start: 2_000, drift: -80, volatility: 2)),
                (name: "WBTC", decimals: 8, price: Gbm(start: 30_000, volatility: 1)),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("50_000", "100_000_000"))],
            oracles: [
                (name: "ETH", token: "ETH", sources: [(1, Outside)]),
                (name: "WBTC", token: "WBTC", sources: [(1, Outside)]),
                (name: "USDC", token: "USDC", sources: [(1, Outside)]),
            ],
            lending: [
                AaveV3(name: "aave", reserves: [
                    (token: "ETH", oracle: "ETH", supplied: "500", ltv: 0.8, threshold: 0.825, bonus: 0.05),
                    (token: "WBTC", oracle: "WBTC", supplied: "50", ltv: 0.7, threshold: 0.75, bonus: 0.1),
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
            record: (liquidatable_at: [0.2]),
            agents: [{agents}],
        )"#
    );
    market::checked(&text)
}

/// Sleepers and defenders in each protocol, and those who liquidate them.
const AGENTS: &str = r#"
    Borrower(name: "aave sleepers", count: 8, market: "aave", collateral: "ETH", debt: "USDC",
             capital: Fixed(20_000), owes: HealthFactor(Uniform(1.1, 2.5))),
    Borrower(name: "aave late", count: 4, market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(20_000),
             owes: HealthFactor(Uniform(1.1, 1.5)), entry: Between("2 h", "12 h")),
    Borrower(name: "aave defenders", count: 4, market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(20_000),
             owes: HealthFactor(Uniform(1.3, 1.6)), defence: Repay, act_below: Fixed(1.2), spare: Fixed(0.5)),
    Borrower(name: "shorts", count: 4, market: "aave", collateral: "USDC", debt: "ETH", capital: Fixed(20_000),
             owes: HealthFactor(Uniform(1.2, 2))),
    Borrower(name: "morpho sleepers", count: 4, market: "morpho", collateral: "ETH", debt: "USDC",
             capital: Fixed(20_000), owes: HealthFactor(Uniform(1.1, 2.5))),
    Borrower(name: "compound sleepers", count: 4, market: "compound", collateral: "ETH", debt: "USDC",
             capital: Fixed(20_000), owes: HealthFactor(Uniform(1.1, 2.5))),
    VaultOwner(name: "owners", count: 6, ilk: "ETH-A", collateral: Fixed(20), collateral_ratio: Uniform(1.7, 4)),
    Keeper(name: "keeper", ilk: "ETH-A", discount: Fixed(0.05), gas_money: Fixed(10_000)),
    LendingLiquidator(name: "aave liquidator", market: "aave", collateral: "ETH", debt: "USDC", bid_share: Fixed(0.1),
                   gas_money: Fixed(1_000)),
    LendingLiquidator(name: "morpho liquidator", market: "morpho", collateral: "ETH", debt: "USDC", bid_share: Fixed(0.1),
                   gas_money: Fixed(1_000)),
    LendingLiquidator(name: "compound liquidator", market: "compound", collateral: "ETH", debt: "USDC",
                   funds: Own(Fixed(500_000)),
                   bid_share: Fixed(0.1), gas_money: Fixed(1_000)),
"#;

/// A finished run: what it left, and what a sweep of every position after every block saw.
struct Swept {
    home: TempDir,
    summary: Summary,
    /// The lowest health factor of each position that stood.
    lowest: BTreeMap<PositionKey, f64>,
    /// What stood at the end.
    standing: BTreeMap<PositionKey, Holding>,
    names: Vec<(String, Vec<String>)>,
}

fn standing(world: &mut bevy_ecs::world::World) -> BTreeMap<PositionKey, Holding> {
    let mut state = SystemState::<View>::new(world);
    let sees = state.get(world).unwrap();
    let mut found = BTreeMap::new();
    for (protocol, names) in (0..).map(ProtocolId).zip(&sees.protocols.directory.positions) {
        for market in 0..u16::try_from(names.markets.len().max(1)).unwrap() {
            positions_of(&sees, protocol, |positions| {
                for position in positions.standing(market) {
                    let key = PositionKey { protocol, market, position };
                    found.insert(key, positions.holding(market, position));
                }
            });
        }
    }
    found
}

impl Swept {
    fn of(checked: &Checked, seed: u64) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut folder = OutputFolder::create(&home.path().join("run"), false).unwrap();
        let mut run = market::begin_into(checked, market::audited(seed), Some(&mut folder));
        let mut lowest = BTreeMap::<PositionKey, f64>::new();
        let see = |world: &mut bevy_ecs::world::World, lowest: &mut BTreeMap<PositionKey, f64>| {
            for (key, holding) in standing(world) {
                let health = holding.health_factor.expect("what stands owes something");
                lowest.entry(key).and_modify(|least| *least = least.min(health)).or_insert(health);
            }
        };
        see(run.world_mut(), &mut lowest);
        for _ in 0..checked.scenario.blocks {
            run.step().unwrap();
            // The tables of a block are made before its clock moves on.
            run.world_mut().resource_mut::<ChainState>().clock.look_back();
            see(run.world_mut(), &mut lowest);
            run.world_mut().resource_mut::<ChainState>().clock.advance();
        }
        run.world_mut().resource_mut::<ChainState>().clock.look_back();
        let end = standing(run.world_mut());
        run.world_mut().resource_mut::<ChainState>().clock.advance();
        let directory = run.world().resource::<plimsoll::deployments::directory::Directory>();
        let names = directory.positions.iter().map(|of| (of.protocol.clone(), of.markets.clone())).collect();
        let summary = run.finish(Some(&mut folder)).unwrap();
        let manifest = plimsoll::output::manifest::Manifest::new(
            plimsoll::output::manifest::ScenarioStamp {
                name: "positions".into(),
                path: String::new(),
                blake3: String::new(),
            },
            seed,
            plimsoll::output::manifest::RunOptions::default(),
            String::new(),
        );
        folder.finish(manifest).unwrap();
        Self { home, summary, lowest, standing: end, names }
    }

    fn table(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.home.path().join("run").join(name)).unwrap();
        let header = reader.headers().unwrap().clone();
        let rows = reader.records().map(|row| {
            let row = row.unwrap();
            header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect()
        });
        rows.collect()
    }

    fn key(&self, row: &BTreeMap<String, String>) -> PositionKey {
        let (protocol, (_, markets)) =
            (0..).zip(&self.names).find(|(_, (name, _))| *name == row["protocol"]).expect("a protocol of the scenario");
        let market = markets.iter().position(|market| *market == row["market"]).unwrap_or(0);
        let market = u16::try_from(market).unwrap();
        PositionKey { protocol: ProtocolId(protocol), market, position: row["position"].parse().unwrap() }
    }
}

fn number(row: &BTreeMap<String, String>, column: &str) -> Option<f64> {
    Some(&row[column]).filter(|cell| !cell.is_empty()).map(|cell| cell.parse().unwrap())
}

#[test]
fn every_position_has_a_row_and_its_lowest_health_factor_is_that_of_a_sweep_of_every_block() {
    let (mut exact, mut below, mut fates) = (0, 0, BTreeMap::<String, u32>::new());
    for seed in 1..=3 {
        let swept = Swept::of(&checked(AGENTS), seed);
        let rows = swept.table("positions.csv");
        assert_eq!(rows.len() as u64, swept.summary.positions.opened);
        let open = rows.iter().filter(|row| row["fate"] == "open").count();
        assert_eq!((open, open as u64), (swept.standing.len(), swept.summary.positions.open));
        let seen: Vec<PositionKey> = rows.iter().map(|row| swept.key(row)).collect();
        assert!(seen.is_sorted(), "{seen:?}");
        for (row, key) in rows.iter().zip(seen) {
            *fates.entry(format!("{} {}", row["protocol"], row["fate"])).or_default() += 1;
            assert_eq!(row["health_factor_lowest_kind"], "exact", "{row:?}");
            let (told, least) = (number(row, "health_factor_lowest").unwrap(), swept.lowest.get(&key));
            let was_liquidated = !row["liquidated_debt"].is_empty();
            // A liquidation sees the position before it, within the block.
            let least = *least.unwrap_or(&f64::INFINITY);
            if was_liquidated {
                assert!(told <= least * (1.0 + 1e-6) && told > 0.0, "{told} and {least}: {row:?}");
                below += u32::from(told < 1.0);
            } else {
                assert!((told / least - 1.0).abs() < 1e-6, "{told} and {least}: {row:?}");
                exact += 1;
            }
            match swept.standing.get(&key) {
                Some(holding) => {
                    assert_eq!((row["fate"].as_str(), row["closed_block"].as_str()), ("open", ""));
                    assert_eq!(number(row, "health_factor"), holding.health_factor);
                    assert!(row["collateral"].contains(' ') && row["debt"].contains(' '), "{row:?}");
                }
                None => assert!(row["collateral"].is_empty() && !row["closed_block"].is_empty(), "{row:?}"),
            }
        }
    }
    assert!(exact > 40 && below > 10, "{exact} {below}");
    for what in ["aave open", "morpho open", "morpho liquidated", "compound open", "maker open", "maker liquidated"] {
        assert!(fates.contains_key(what), "no {what} in {fates:?}");
    }
}

/// Liquidity that others change has no running extremum: its health factor is looked at when it changes, when it is
/// liquidated and at the end, and the table says so.
#[test]
fn the_lowest_health_factor_of_a_leveraged_farm_is_sampled_and_the_table_says_so() {
    let text = r#"Scenario(
        blocks: 400, block_time: "10 min", numeraire: "USDC",
        chain: (native: "GAS", base_fee: Fixed(1)),
        tokens: [
            (name: "USDC", decimals: 6, price: Fixed(1)),
            (name: "ETH", decimals: 18, price: Knots(knots: [("0 s", 2_000), ("1 d", 1_150), ("2 d", 1_900)], volatility: 0.1)),
            (name: "UNI", decimals: 18, price: Fixed(20)),
            (name: "GAS", decimals: 18, price: Fixed(1)),
        ],
        pools: [
            UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("500", "1_000_000")),
            UniswapV2(name: "rewards", tokens: ("UNI", "USDC"), reserves: ("5_000", "100_000")),
        ],
        farms: [StakingRewards(name: "farm", pool: "pool", reward: "UNI")],
        banks: [AlphaHomora(
            name: "bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope,
            goblins: [(
                name: "goblin", pool: "pool", farm: "farm", reward_pool: "rewards", work_factor: 0.87, kill_factor: 0.92,
            )],
        )],
        agents: [
            Farmer(name: "farmers", count: 20, goblin: "goblin", capital: Fixed(1_000), leverage: Uniform(1.5, 4)),
            FarmLender(name: "lender", bank: "bank", supply: Fixed(200_000)),
            FarmLiquidator(name: "liquidator", bank: "bank", bid_share: Fixed(0), kills_per_block: 9, gas_money: Fixed(1e6)),
            Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(1e6), bid_share: Fixed(0), gas_money: Fixed(1e6)),
        ],
    )"#;
    let text = text.replace("agents: [", "record: (events: All), agents: [");
    let swept = Swept::of(&market::checked(&text), 1);
    let kills = swept.table("events.csv").into_iter().filter(|row| row["kind"] == "kill");
    assert!(kills.into_iter().all(|row| number(&row, "health_factor").is_some_and(|health| health < 1.0)));
    let rows = swept.table("positions.csv");
    let (mut missed, mut liquidated) = (0, 0);
    for row in &rows {
        assert_eq!(row["health_factor_lowest_kind"], "sampled", "{row:?}");
        let (told, least) = (number(row, "health_factor_lowest").unwrap(), swept.lowest[&swept.key(row)]);
        if row["fate"] == "liquidated" {
            assert!(told < 1.0, "a liquidation sees the position before it: {row:?}");
            liquidated += 1;
        } else {
            let end = number(row, "health_factor").unwrap();
            assert!(told <= end && told >= least * (1.0 - 1e-9), "{told}, {end} and {least}: {row:?}");
            missed += u32::from(told > least * 1.001);
        }
    }
    assert!(rows.len() == 20 && liquidated > 2 && missed > 2, "{liquidated} liquidated, {missed} sampled too high");
}

/// Of every protocol, whether the run leaves tables or not.
#[test]
fn the_summary_has_the_lowest_health_factor_of_the_columns_of_every_protocol() {
    let owners = r#"VaultOwner(name: "owners", count: 6, ilk: "ETH-A", collateral: Fixed(20), collateral_ratio: Uniform(1.7, 4)),"#;
    let agents = |of: &str| match of {
        "ETH-A" => owners.to_owned(),
        market => format!(
            r#"Borrower(name: "sleepers", count: 8, market: "{market}", collateral: "ETH", debt: "USDC",
                        capital: Fixed(20_000), owes: HealthFactor(Uniform(1.1, 2.5))),"#
        ),
    };
    for of in ["aave", "morpho", "compound", "ETH-A"] {
        let checked = checked(&agents(of));
        let swept = Swept::of(&checked, 1);
        let column = format!("{}_health_factor_lowest", of.to_lowercase().replace('-', "_"));
        let lowest = swept.table("ticks.csv").iter().filter_map(|row| number(row, &column)).reduce(f64::min);
        assert!(lowest.is_some() && swept.summary.health_factor_lowest == lowest, "{of}: {lowest:?}");
        let without = market::finish(market::begin_checked(&checked, Options::seeded(1)), checked.scenario.blocks);
        assert_eq!(without.health_factor_lowest, lowest, "{of}");
    }
}

/// At the price that the table says, and at no other, the health factor is 1.
#[test]
fn at_its_liquidation_price_a_position_has_a_health_factor_of_one() {
    let checked = checked(AGENTS);
    let mut run = market::begin_checked(&checked, Options::seeded(4));
    (0..20).for_each(|_| run.step().unwrap());
    let before = standing(run.world_mut());
    let mut told = BTreeMap::<ProtocolId, u32>::new();
    for (key, holding) in &before {
        let price = holding.liquidation_price.expect("everybody has one collateral and one debt");
        let chain = run.world_mut().resource_mut::<ChainState>().into_inner();
        let token = holding.collateral[0].0;
        let feed = chain.oracles.0.iter().position(|feed| feed.token == token).unwrap();
        let answer = chain.oracles.0[feed].answer_wad;
        for (moved, at) in [(1.0, 1.0), (1.1, 1.1)] {
            let chain = run.world_mut().resource_mut::<ChainState>().into_inner();
            chain.oracles.0[feed].answer_wad = to_wad(price * moved);
            let health = standing(run.world_mut())[key].health_factor.unwrap();
            assert!((health / at - 1.0).abs() < 1e-6, "{key:?}: {health} at {moved} times {price}");
        }
        run.world_mut().resource_mut::<ChainState>().oracles.0[feed].answer_wad = answer;
        *told.entry(key.protocol).or_default() += 1;
    }
    assert_eq!(told.len(), 4, "{told:?}");
}

/// What ilks lacked: the map of liquidations, the map of health, the columns of falls, the share of toxic debt.
#[test]
fn vaults_are_in_the_maps_and_in_the_share_of_toxic_debt() {
    let owners = r#"
        VaultOwner(name: "owners", count: 40, ilk: "ETH-A", collateral: Fixed(20), collateral_ratio: Uniform(1.6, 3)),"#;
    let checked = checked(owners);
    let swept = Swept::of(&checked, 1);
    let map = swept.table("liquidation_map.csv");
    let first = |fall: &str| {
        let of = |row: &&BTreeMap<String, String>| {
            row["protocol"] == "ETH-A" && row["moment"] == "first" && row["fall_ratio"] == fall
        };
        number(map.iter().find(of).expect("a row of the ilk"), "debt_numeraire").unwrap()
    };
    assert!(first("0") <= first("0.2") && first("0.2") < first("0.5") && first("0.2") > 0.0);
    let column = number(&swept.table("ticks.csv")[0], "eth_a_liquidatable_at_20_debt_numeraire").unwrap();
    assert_eq!(column.to_bits(), first("0.2").to_bits());
    assert!(swept.table("health_map.csv").iter().any(|row| row["protocol"] == "ETH-A"));
    let (mut all, mut falling) = (0.0, 0.0);
    let mut run = market::begin_checked(&checked, Options::seeded(1));
    run.step().unwrap();
    run.world_mut().resource_mut::<ChainState>().clock.look_back();
    for holding in standing(run.world_mut()).values().filter(|holding| !holding.debt.is_empty()) {
        let debt = holding.debt[0].1 as f64 / 1e18;
        all += debt;
        falling += if holding.health_factor.unwrap() * 0.8 < 1.0 { debt } else { 0.0 };
    }
    // A step of the histogram is 0.4 %.
    assert!(falling > 0.1 * all && (column / falling - 1.0).abs() < 0.1, "{column} mapped, {falling} of {all} swept");

    let question = Question {
        scenario: &checked.scenario,
        name: "positions",
        home: Path::new(""),
        options: Options::seeded(1),
        blocks: checked.scenario.blocks,
        depth: 1,
    };
    let (summary, _) = cascade(question, None, || ControlFlow::Continue(())).unwrap().unwrap();
    let told = summary.cascade.unwrap();
    assert!(told.toxic_debt_ratio_highest.is_some(), "{told:?}");
}
