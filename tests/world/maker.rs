//! Vaults, auctions and keepers of a Maker system, in runs of the whole simulator.

use crate::common::market::{begin, finish, has_reverted, sent, steps};
use plimsoll::protocol::lending::maker::IlkId;
use std::path::Path;

use bevy_ecs::world::World;
use plimsoll::agents::AgentDirectory;
use plimsoll::chain::families::amm::Swap;
use plimsoll::chain::families::cdp::{CdpCall, CdpCallKind};
use plimsoll::chain::ids::DeploymentId;
use plimsoll::chain::ids::{AccountId, AgentId, IssuerId};
use plimsoll::chain::state::ChainState;
use plimsoll::chain::transaction::{Action, AmountIn};
use plimsoll::deployments::issuer_of;
use plimsoll::deployments::maker::MakerCell;
use plimsoll::math::Rad;
use plimsoll::output::summary::Summary;
use plimsoll::protocol::amm::Side;
use plimsoll::protocol::lending::Part;
use plimsoll::protocol::lending::maker::AuctionId;
use plimsoll::scenario;
use plimsoll::simulation::Simulation;
use proptest::prelude::*;

const ENGLISH: &str = r#"Flip(chop: 0.13, beg: 0.03, ttl: "10 min", tau: "6 h", lots: Lump("50"))"#;
const DUTCH: &str = r#"Clip(chop: 0.13, buf: 1.3, tail: "140 min", cusp: 0.4, tip: "300",
    curve: Stairstep(cut: 0.99, step: "90 s"))"#;

/// A system whose ether falls from 3,000 to 2,000 in the second ten minutes, in blocks of a minute.
fn system(auctions: &str, agents: &str) -> Simulation {
    let text = format!(
        r#"Scenario(
            blocks: 300, block_time: "1 min", numeraire: "DAI",
            chain: (native: "GAS", base_fee: Fixed(100)),
            tokens: [
                (name: "DAI", decimals: 18, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [
                    ("0 s", 3_000), ("10 min", 3_000), ("20 min", 2_000), ("30 min", 2_000),
                ])),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [UniswapV2(name: "pool", tokens: ("ETH", "DAI"), reserves: ("10_000", "20_000_000"))],
            oracles: [(name: "ETH", token: "ETH", sources: [(1, Outside)], update: Delayed("10 min"))],
            stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [(
                name: "ETH-A", token: "ETH", oracle: "ETH", liquidation_ratio: 1.5, stability_fee: 0.05, dust: "20",
                auctions: {auctions},
            )])],
            agents: [{agents}],
        )"#
    );
    begin(&text)
}

/// 200 ether against 300,000 dai: a ratio of 2, which falls to 1.33.
fn owner(more: &str) -> String {
    format!(r#"VaultOwner(name: "owner", ilk: "ETH-A", collateral: Fixed(200), collateral_ratio: Fixed(2), {more}),"#)
}

fn keeper(name: &str, more: &str) -> String {
    format!(r#"Keeper(name: "{name}", ilk: "ETH-A", discount: Fixed(0.05), gas_money: Fixed(1_000), {more}),"#)
}

/// What the run's profits and losses lack of closing, relatively.
fn gap(summary: &Summary) -> f64 {
    summary.profit_and_loss.difference_numeraire.abs() / summary.profit_and_loss.revaluation_numeraire.abs().max(1.0)
}

#[test]
fn an_owner_who_tops_up_or_repays_keeps_the_vault_and_a_sleeper_loses_it() {
    let keeper = keeper("keeper", "");
    for (more, auctions) in [
        ("temperament: Sleep", 1),
        ("temperament: TopUp, spare: Fixed(1)", 0),
        ("temperament: Repay, spare: Fixed(1)", 0),
        // What is set aside does not reach.
        ("temperament: Repay, spare: Fixed(0.001)", 1),
    ] {
        let summary = finish(system(DUTCH, &(owner(&format!("{more}, act_below: Fixed(1.9)")) + &keeper)), 300);
        let started = summary.auctions.map_or(0, |auctions| auctions.started);
        assert_eq!(started, auctions, "{more}");
        assert!(gap(&summary) < 1e-9, "{more}: {:?}", summary.profit_and_loss);
    }
}

#[test]
fn a_dutch_auction_brings_the_debt_and_the_penalty_and_keepers_sell_in_the_pool() {
    for funds in ["funds: FlashLoan", "funds: Own(Fixed(500_000))"] {
        let more = format!(r#"{funds}, through: "pool""#);
        let summary = finish(system(DUTCH, &(owner("") + &keeper("keeper", &more))), 300);
        let auctions = summary.auctions.unwrap();
        assert_eq!((auctions.started, auctions.over, auctions.for_nothing), (1, 1, 0), "{funds}");
        assert!((auctions.raised_stablecoin / auctions.due_stablecoin - 1.13).abs() < 1e-9, "{funds}: {auctions:?}");
        assert!(summary.pools[0].volume_numeraire > 300_000.0, "{funds}");
        let keepers = summary.profit_and_loss.by_kind.iter().find(|kind| kind.kind == "Keeper").unwrap();
        assert!(keepers.profit_numeraire > 0.0, "{funds}: {keepers:?}");
        assert!(gap(&summary) < 1e-9, "{funds}: {:?}", summary.profit_and_loss);
    }
}

/// Four lots of 50 ether: alone, a bidder who opens with nothing wins them for nothing; beside one who bids, it does not.
#[test]
fn who_is_alone_wins_for_nothing_and_who_is_not_pays() {
    let opportunist = keeper("opportunist", "opens_at: Fixed(0), funds: Own(Fixed(1_000))");
    let other = keeper("other", "funds: Own(Fixed(1_000_000))");
    let alone = finish(system(ENGLISH, &(owner("") + &opportunist)), 300);
    let auctions = alone.auctions.unwrap();
    assert_eq!((auctions.started, auctions.over, auctions.for_nothing), (4, 4, 4));
    assert!((auctions.shortfall_stablecoin / auctions.due_stablecoin - 1.0).abs() < 1e-9, "{auctions:?}");
    assert!((auctions.for_nothing_numeraire - 400_000.0).abs() < 1.0, "{auctions:?}");
    let beside = finish(system(ENGLISH, &(owner("") + &opportunist + &other)), 300);
    let auctions = beside.auctions.unwrap();
    assert_eq!((auctions.started, auctions.over, auctions.for_nothing), (4, 4, 0));
    assert!(auctions.shortfall_stablecoin < 1e-9, "{auctions:?}");
    assert!(gap(&alone) < 1e-9 && gap(&beside) < 1e-9);
}

#[test]
fn a_keeper_whose_gas_price_is_fixed_falls_silent_when_the_base_fee_has_passed_it() {
    let started = |price: u32, share: f64| {
        let more = format!("funds: Own(Fixed(1_000_000)), fixed_gas: (share: {share}, price: Fixed({price}))");
        let summary = finish(system(ENGLISH, &(owner("") + &keeper("keeper", &more))), 300);
        (summary.auctions.map_or(0, |auctions| auctions.started), summary.agents_priced_out)
    };
    assert_eq!(started(101, 1.0), (4, 0));
    assert_eq!(started(99, 1.0), (0, 1));
    assert_eq!(started(99, 0.0), (4, 0));
}

/// What a forced sale does to the pool is muted with it, and nothing else is.
#[test]
fn muted_keepers_sell_to_the_counterfactual_venue() {
    let mut run = system(DUTCH, &(owner("") + &keeper("keeper", r#"through: "pool""#)));
    run.world_mut().resource_mut::<ChainState>().sales =
        plimsoll::chain::forced_sales::ForcedSales::from(plimsoll::chain::forced_sales::ForcedSale::Muted);
    let summary = finish(run, 300);
    assert_eq!(summary.auctions.unwrap().over, 1);
    assert!(summary.pools[0].volume_numeraire < 1e-9);
}

/// A world in which an auction runs, and the one who may do anything in it: a trader with dai and ether.
fn in_auction(auctions: &str) -> (Simulation, AgentId) {
    let trader = r#"Trader(name: "trader", pool: "pool", size: Fixed(1), capital: Fixed(2_000_000), pace: PerDay(0.001),
        gas_money: Fixed(1_000)),"#;
    let starter = keeper("starter", "funds: Own(Fixed(0)), min_profit: Fixed(0)");
    let text = trader.to_owned() + &owner("") + &owner("").replace("owner", "another") + &starter;
    let mut run = system(auctions, &text);
    steps(&mut run, 32);
    assert!(cell(run.world()).auctions_run(IlkId(0)));
    (run, AgentId(0))
}

fn cell(world: &World) -> &MakerCell {
    issuer_of(world, IssuerId(0))
}

/// Runs one transaction, and says whether it went through.
fn goes_through(world: &mut World, agent: AgentId, actions: &[Action]) -> bool {
    !has_reverted(&sent(world, agent.0, actions))
}

fn call(call: CdpCallKind) -> Action {
    CdpCall { market: 0, kind: call }.of(DeploymentId(1))
}

#[test]
fn a_kind_of_vault_that_is_not_there_is_refused() {
    let (mut run, agent) = in_auction(DUTCH);
    let world = run.world_mut();
    let kind = CdpCallKind::LockAndDraw { lock: AmountIn::Exact(0), draw: 0 };
    assert!(goes_through(world, agent, &[call(kind)]));
    let beyond = CdpCall { market: 9, kind }.of(DeploymentId(1));
    for actions in [vec![beyond.clone()], vec![call(kind), beyond]] {
        assert!(!goes_through(world, agent, &actions));
    }
}

/// A call that may or may not be possible.
fn calls() -> impl Strategy<Value = CdpCallKind> {
    let owner = (1_u32..3).prop_map(|number| AccountId(1_000 + number));
    let (auction, dai) = ((0_u32..4).prop_map(AuctionId), 0_u128..400_000);
    let ether = |milli: u128| milli * 10_u128.pow(15);
    prop_oneof![
        (0_u128..300_000, dai.clone()).prop_map(move |(lock, draw)| CdpCallKind::LockAndDraw {
            lock: AmountIn::Exact(ether(lock)),
            draw: draw * 10_u128.pow(18)
        }),
        (dai.clone(), any::<bool>(), 0_u128..300_000).prop_map(move |(wipe, all, free)| CdpCallKind::WipeAndFree {
            wipe: AmountIn::Exact(wipe * 10_u128.pow(18)),
            free: if all { Part::All } else { Part::Exactly(ether(free)) }
        }),
        owner.clone().prop_map(|owner| CdpCallKind::StartDutch { owner }),
        owner.prop_map(|owner| CdpCallKind::StartEnglish { owner }),
        (auction.clone(), 0_u128..300_000).prop_map(move |(auction, most)| CdpCallKind::Buy {
            auction,
            most: ether(most),
            max_price: plimsoll::math::Ray(4_000 * plimsoll::math::Ray::ONE.0)
        }),
        auction.clone().prop_map(|auction| CdpCallKind::Restart { auction }),
        (auction.clone(), dai).prop_map(move |(auction, bid)| CdpCallKind::RaiseBid {
            auction,
            lot: ether(50_000),
            bid: Rad::from_wad(bid * 10_u128.pow(18))
        }),
        auction.prop_map(|auction| CdpCallKind::Settle { auction }),
    ]
}

/// Owners are named by accounts that the world has: those of the two vaults.
fn with_owner(world: &World, call: CdpCallKind) -> CdpCallKind {
    let first = world.resource::<AgentDirectory>().first_account;
    let named = |owner: AccountId| AccountId(first + owner.0 - 1_000);
    match call {
        CdpCallKind::StartDutch { owner } => CdpCallKind::StartDutch { owner: named(owner) },
        CdpCallKind::StartEnglish { owner } => CdpCallKind::StartEnglish { owner: named(owner) },
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A transaction whose last action fails leaves system, order, auctions and ledger as they were, gas apart; and what
    /// reverts by itself does so too.
    #[test]
    fn a_transaction_that_reverts_leaves_the_system_as_it_was(
        english in any::<bool>(),
        batches in prop::collection::vec(prop::collection::vec(calls(), 1..4), 1..12),
    ) {
        let (mut run, agent) = in_auction(if english { ENGLISH } else { DUTCH });
        let world = run.world_mut();
        for batch in batches {
            let calls: Vec<CdpCallKind> = batch.into_iter().map(|call| with_owner(world, call)).collect();
            let mut actions: Vec<Action> = calls.into_iter().map(call).collect();
            let before = snapshot(world);
            let swap = Swap { direction: Side::ZeroForOne.into(), amount_in: AmountIn::Exact(1), least_out: u128::MAX };
            let pool = swap.of(DeploymentId(0));
            let doomed: Vec<Action> = actions.iter().cloned().chain([pool]).collect();
            prop_assert!(!goes_through(world, agent, &doomed));
            prop_assert_eq!(&snapshot(world), &before);
            let went = goes_through(world, agent, &std::mem::take(&mut actions));
            prop_assert!(went || snapshot(world) == before);
        }
    }
}

/// All that a call may change but gas: the state machine, the auctions' rows, the order, what everybody holds.
fn snapshot(world: &World) -> String {
    let (cell, ledger) = (cell(world), &world.resource::<ChainState>().ledger);
    let held: Vec<Vec<u128>> = (0..ledger.accounts())
        .map(|account| ledger.holdings(AccountId(u32::try_from(account).unwrap()))[..2].to_vec())
        .collect();
    let orders: Vec<String> = (0..ledger.accounts())
        .map(|account| format!("{:?}", cell.ilk(IlkId(0)).orders.place(AccountId(u32::try_from(account).unwrap()))))
        .map(|place| place.split(", stamp").next().unwrap_or_default().to_owned())
        .collect();
    let positions: Vec<_> = cell.maker.positions(IlkId(0)).unwrap().collect();
    let internal_dai: Vec<_> = cell.maker.internal_dai_by_account().collect();
    let sales: Vec<_> = cell.maker.sales(IlkId(0)).into_iter().flatten().collect();
    let bids: Vec<_> = cell.maker.bids(IlkId(0)).into_iter().flatten().collect();
    let state = (cell.maker.state(), cell.maker.ilk_state(IlkId(0)));
    format!(
        "{state:?} {positions:?} {internal_dai:?} {sales:?} {bids:?} {:?} {orders:?} {held:?}",
        cell.ilk(IlkId(0)).ledger
    )
}

/// A sound system, in which each case below breaks something.
const SOUND: &str = r#"Scenario(
    blocks: 300, block_time: "1 min", numeraire: "DAI",
    chain: (native: "ETH", base_fee: Steps([("0 s", 10), ("1 h", 90)])),
    tokens: [
        (name: "DAI", decimals: 18, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 1)),
        (name: "USDC", decimals: 6, price: Gbm(start: 1, volatility: 0.01)),
    ],
    pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))],
    oracles: [(name: "ether", token: "ETH", sources: [(1, Outside)], update: Delayed("1 h"))],
    stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [
        (
            name: "ETH-A", token: "ETH", oracle: "ether", liquidation_ratio: 1.5, dust: "20",
            auctions: Flip(chop: 0.12, beg: 0.03, ttl: "10 min", tau: "6 h", lots: Lump("50")),
        ),
        (
            name: "ETH-B", token: "ETH", oracle: "ether", liquidation_ratio: 1.3, stability_fee: 0.04,
            auctions: Clip(
                chop: 0.13, buf: 1.2, tail: "140 min", cusp: 0.4, curve: Stairstep(cut: 0.99, step: "90 s"),
            ),
        ),
    ])],
    agents: [
        VaultOwner(name: "owners", ilk: "ETH-A", collateral: Fixed(100), collateral_ratio: Uniform(1.6, 3)),
        VaultOwner(name: "others", ilk: "ETH-B", collateral: Fixed(100), collateral_ratio: Uniform(1.7, 3)),
        Keeper(name: "bidders", ilk: "ETH-A", funds: Own(Fixed(1_000)), fixed_gas: (share: 0.5, price: Fixed(20))),
        Keeper(name: "buyers", ilk: "ETH-B", discount: Fixed(0.07)),
    ],
)"#;

#[test]
fn what_cannot_be_is_said_at_its_place() {
    let said = |text: &str| {
        let checked = scenario::read_text("test", text, Path::new(""));
        let said = checked.map_or_else(|mistakes| mistakes, |checked| checked.warnings);
        said.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(said(SOUND), [""; 0]);
    for (from, to, words) in [
        ("liquidation_ratio: 1.5", "liquidation_ratio: ^0.9", "`liquidation_ratio` is 0.9"),
        ("stability_fee: 0.04", "stability_fee: ^-0.04", "`stability_fee` is -0.04"),
        ("dust: \"20\"", "dust: ^\"2_000_000_000_000\"", "at most 10^12 dai"),
        ("dai: \"DAI\"", "dai: ^\"USDC\"", "`USDC` has 6 decimals"),
        ("beg: 0.03", "beg: ^0", "`beg` is 0"),
        ("ttl: \"10 min\"", "ttl: ^\"1 ms\"", "whole seconds"),
        ("Lump(\"50\")", "^Lump(\"0\")", "this amount is 0"),
        ("chop: 0.12", "chop: ^-1", "`chop` is -1"),
        ("cusp: 0.4", "cusp: ^1.4", "`cusp` is 1.4"),
        ("cut: 0.99", "cut: ^1.01", "prices do not rise"),
        ("step: \"90 s\"", "step: ^\"0 s\"", "`step` is 0"),
        ("buf: 1.2", "buf: ^0.8", "auctions begin at 0.8 of the oracle's price"),
        ("buyers\", ilk: \"ETH-B\"", "buyers\", ilk: ^\"ETH-C\"", "no ilk is called `ETH-C`"),
        (
            "others\", ilk: \"ETH-B\"",
            "others\", ilk: \"ETH-A\"",
            "nothing to auction: nobody owes in vaults of `ETH-B`; expected an ilk with vault owners",
        ),
        ("Uniform(1.6, 3)", "^Uniform(1.2, 3)", "`collateral_ratio` can be 1.2; expected 1.5 or more"),
        ("discount: Fixed(0.07)", "discount: ^Fixed(1.07)", "1.07"),
        ("discount: Fixed(0.07)", "through: ^\"pool\"", "the pool `pool` does not hold `DAI`"),
        ("funds: Own(Fixed(1_000))", "funds: ^FlashLoan", "stands for longer than a transaction"),
        ("discount: Fixed(0.07)", "sells: ^Never", "a flash mint is paid back from the sale"),
        ("share: 0.5", "share: ^1.5", "`share` is 1.5"),
        ("(\"1 h\", 90)", "(^\"0 s\", 90)", "the one before at 0s"),
        ("(\"1 h\", 90)", "(\"1 h\", ^-90)", "gas costs -90 gwei"),
        ("(\"0 s\", 10), (\"1 h\", 90)", "(\"1 h\", 90)", "nothing says what gas costs at first"),
    ] {
        assert_eq!(SOUND.matches(from).count(), 1, "{from} stands once in the sound scenario");
        let marked = SOUND.replace(from, to);
        let lines = said(&marked.replacen('^', "", 1));
        assert_eq!(lines.len(), 1, "{to}: {lines:#?}");
        assert!(lines[0].contains(words), "{to}: expected {words}, found {}", lines[0]);
        if let Some(caret) = marked.find('^') {
            let line = marked[..caret].matches('\n').count() + 1;
            let column = marked[..caret].rsplit('\n').next().unwrap().len() + 1;
            let place = format!("test.ron:{line}:{column}: ");
            assert!(lines[0].starts_with(&place), "{to}: expected {place}, found {}", lines[0]);
        }
    }
}

/// A system lends no less than its dust: who is drawn to owe less is drawn again, and counted.
#[test]
fn a_vault_that_is_drawn_below_the_least_debt_is_drawn_again_and_counted() {
    let owner = |collateral: &str| {
        format!(
            r#"VaultOwner(name: "owners", count: 50, ilk: "ETH-A", collateral: {collateral}, collateral_ratio: Fixed(2)),
               VaultOwner(name: "late", count: 9, ilk: "ETH-A", collateral: {collateral}, collateral_ratio: Fixed(1.6),
                          entry: Between("1 min", "3 min")),"#
        )
    };
    let mut small = system(DUTCH, &owner("Uniform(0.001, 0.02)"));
    steps(&mut small, 5);
    let cell = cell(small.world());
    let rate = cell.maker.ilk_state(IlkId(0)).unwrap().rate;
    let vaults: Vec<(f64, f64)> = cell
        .maker
        .positions(IlkId(0))
        .unwrap()
        .map(|(_, vault)| (vault.tab(rate).to_f64(), vault.ink as f64 / 1e18 * 3_000.0))
        .collect();
    assert_eq!(vaults.len(), 59);
    assert!(vaults.iter().all(|(debt, worth)| *debt >= 20.0 && (1.599..2.001).contains(&(worth / debt))), "{vaults:?}");
    let told = serde_json::to_value(small.finish(None).unwrap()).unwrap();
    let redrawn = told["agents_redrawn"].as_u64().unwrap();
    assert!((25..55).contains(&redrawn), "{redrawn} of 59, where two draws in three are too small");
    let told = serde_json::to_value(finish(system(DUTCH, &owner("Uniform(1, 2)")), 5)).unwrap();
    assert_eq!(told["agents_redrawn"], 0);
}

#[test]
fn the_auctions_of_maker_begin_with_any_seed() {
    let checked = crate::common::market::shipped("maker_auctions.ron");
    for seed in [5, 11, 14, 16, 27, 30] {
        let options = plimsoll::simulation::Options::seeded(seed);
        if let Err(error) = Simulation::new(&checked.scenario, "", &checked.folder, options, None) {
            panic!("seed {seed}: {error}");
        }
    }
}
