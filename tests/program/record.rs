//! What a run leaves is complete or absent, and every row fits its header.

use std::fs;
use std::path::Path;

use plimsoll::accounts::fate::{AgentFate, LowestKind, PositionFate};
use plimsoll::deployments::amm::columns::PoolColumns;
use plimsoll::deployments::columns::tokens::TokenColumns;
use plimsoll::deployments::events::EventRow;
use plimsoll::output::agents::Agent;
use plimsoll::output::folder::{FolderError, OutputFolder, check_target};
use plimsoll::output::manifest::{Manifest, RunOptions, ScenarioStamp, is_ours};
use plimsoll::output::positions::Position;
use plimsoll::output::summary::Summary;
use plimsoll::output::table::Table;
use plimsoll::output::ticks::BlockColumns;
use plimsoll::rows::amount::{Amount, Amounts};
use plimsoll::rows::columns::Columns;
use plimsoll::rows::csv::{Line, Steady};
use plimsoll::rows::header::Header;
use plimsoll::simulation::Options;

use crate::common::market;
use crate::common::run::Run;

const ETHER: Amount = Amount { units: 1_500_000_000_000_000_000, decimals: 18 };

fn block() -> BlockColumns {
    BlockColumns {
        block: 1,
        time_s: 1_609_459_212,
        base_fee_gwei: Steady(50.0),
        gas_used: 21_000,
        gas_used_background: 0,
        transactions: 1,
        reverts: 0,
        waiting: 0,
        expired: 0,
        liquidations: 0,
        liquidated_debt_numeraire: 0.0,
        bad_debt_numeraire: 0.0,
    }
}

fn token() -> TokenColumns {
    TokenColumns { price_outside_numeraire: 1_000.5, price_fundamental_numeraire: 1_000.0 }
}

fn pool() -> PoolColumns {
    PoolColumns { price: 1_001.0, reserve_0: ETHER, reserve_1: ETHER, volume_numeraire: 0.5 }
}

fn agent() -> Agent<'static> {
    Agent {
        agent: 7,
        population: "farmers, bold",
        number: 0,
        kind: "farmer",
        entered_block: None,
        left_block: Some(3),
        own_capital_numeraire: 10.0,
        earned_numeraire: -2.5,
        revaluation_numeraire: 1.5,
        profit_numeraire: -1.0,
        earned_ratio: Some(-0.25),
        rewards_numeraire: 0.0,
        lost_to_sandwiches_numeraire: 0.0,
        gas_paid_numeraire: 0.25,
        gas_share_ratio: Some(0.025),
        transactions: 1,
        reverts: 0,
        expired: 0,
        priced_out: 0,
        leverage_ratio: Some(3.0),
        fees_earned_numeraire: None,
        impermanent_loss_numeraire: None,
        loss_versus_rebalancing_numeraire: None,
        own_trades_numeraire: None,
        holding_revaluation_numeraire: None,
        fate: AgentFate::Liquidated,
    }
}

fn position() -> Position<'static> {
    Position {
        protocol: "aave, v3",
        market: None,
        position: 1,
        population: "farmers",
        agent: 7,
        opened_block: None,
        closed_block: Some(3),
        fate: PositionFate::Liquidated,
        collateral: Amounts(vec![("ETH", ETHER), ("WETH", ETHER)]),
        debt: Amounts::default(),
        health_factor: Some(0.99),
        liquidation_price: None,
        health_factor_lowest: Some(0.98),
        health_factor_lowest_kind: Some(LowestKind::Sampled),
        liquidated_collateral: Amounts::default(),
        liquidated_debt: Amounts(vec![("ETH", ETHER)]),
        bad_debt: Amounts::default(),
        equity_start_numeraire: Some(10.0),
        leverage_start_ratio: None,
        proceeds: None,
        profit_numeraire: Some(-9.0),
    }
}

/// Returns how many columns a group's header has, and how many cells its row.
fn widths<G: Columns>(group: &G, exact: bool) -> (usize, usize) {
    let width = |write: &dyn Fn(&mut Line)| {
        let mut line = Line::default();
        write(&mut line);
        line.end();
        csv_rows(line.as_bytes())[0].len()
    };
    (width(&|line| G::header("prefix", exact, line)), width(&|line| group.write(exact, line)))
}

fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn every_row_is_as_wide_as_its_header() {
    let event = EventRow { amount_in: Some(ETHER), ..EventRow::new(1, 2) };
    for exact in [false, true] {
        let all = [
            widths(&block(), exact),
            widths(&token(), exact),
            widths(&pool(), exact),
            widths(&event, exact),
            widths(&agent(), exact),
            widths(&position(), exact),
        ];
        for (header, row) in all {
            assert_eq!(header, row);
        }
    }
    assert_eq!(widths(&pool(), true).0, widths(&pool(), false).0 + 2);
}

#[test]
fn a_row_of_groups_lines_up_with_its_header() {
    let mut header = Header::new(true);
    header.bare::<BlockColumns>();
    header.push::<TokenColumns>("ETH", "token");
    header.push::<TokenColumns>("USDC", "token");
    header.push::<PoolColumns>("ETH/USDC", "pool");
    let mut line = header.end();
    block().write(true, &mut line);
    token().write(true, &mut line);
    token().write(true, &mut line);
    pool().write(true, &mut line);
    line.end();
    let rows = csv_rows(line.as_bytes());
    let cell = |column: &str| &rows[1][rows[0].iter().position(|name| name == column).unwrap()];
    assert_eq!(cell("time_s"), "1609459212");
    assert_eq!(cell("eth_price_outside_numeraire"), "1000.5");
    assert_eq!(cell("eth_usdc_reserve_0"), "1.5");
    assert_eq!(cell("eth_usdc_reserve_0_units"), "1500000000000000000");
    assert_eq!(cell("eth_usdc_volume_numeraire"), "0.5");
}

#[test]
fn tables_grow_by_rows() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("crash-1");
    let mut folder = OutputFolder::create(&target, false).unwrap();
    let mut agents = Table::open::<Agent>(&mut folder, "agents.csv", true).unwrap();
    agents.row(&agent()).unwrap();
    agents.row(&agent()).unwrap();
    agents.close(&mut folder).unwrap();
    folder.json("summary.json", &Summary::default()).unwrap();
    folder.finish(manifest()).unwrap();

    let rows = csv_rows(&fs::read(target.join("agents.csv")).unwrap());
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0][..3], ["agent", "population", "number"]);
    assert_eq!(rows[1][..3], ["7", "farmers, bold", "0"]);
    assert_eq!(entries(&target), ["agents.csv", "manifest.json", "summary.json"]);
}

fn manifest() -> Manifest {
    let scenario = ScenarioStamp { name: "crash".into(), path: "crash.ron".into(), blake3: "00".into() };
    Manifest::new(scenario, 1, RunOptions::default(), "2026-01-01T00:00:00Z".into())
}

/// Writes a whole folder with one file.
fn write_folder(target: &Path, force: bool, text: &str) -> Result<(), FolderError> {
    let mut folder = OutputFolder::create(target, force)?;
    let mut file = folder.file("ticks.csv")?;
    let mut line = Line::default();
    line.text(text);
    line.end();
    file.rows(&mut line)?;
    folder.close(file)?;
    folder.finish(manifest()).map(|_| ())
}

/// Returns the names in a folder, hidden ones too.
fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_finished_folder_is_whole_and_its_digests_are_right() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("runs/crash-1");
    write_folder(&target, false, "block").unwrap();
    assert_eq!(entries(&home.path().join("runs")), ["crash-1"]);
    assert_eq!(entries(&target), ["manifest.json", "ticks.csv"]);

    let ticks = fs::read(target.join("ticks.csv")).unwrap();
    assert_eq!(ticks, b"block\n");
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(target.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["tool"], "plimsoll");
    assert_eq!(manifest["status"], "complete");
    assert_eq!(manifest["files"][0]["name"], "ticks.csv");
    assert_eq!(manifest["files"][0]["bytes"], 6);
    assert_eq!(manifest["files"][0]["blake3"], blake3::hash(&ticks).to_string());
}

#[test]
fn an_unfinished_folder_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("crash-1");
    let mut folder = OutputFolder::create(&target, false).unwrap();
    let file = folder.file("ticks.csv").unwrap();
    assert!(entries(home.path())[0].starts_with(".crash-1.partial-"));
    drop(folder);
    drop(file);
    assert_eq!(entries(home.path()), [""; 0]);
}

#[test]
fn a_panic_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("crash-1");
    let run = std::panic::AssertUnwindSafe(|| {
        let _folder = OutputFolder::create(&target, false).unwrap();
        panic!("a bug in the run");
    });
    assert!(std::panic::catch_unwind(run).is_err());
    assert_eq!(entries(home.path()), [""; 0]);
}

#[test]
fn what_is_there_is_refused_unless_forced() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("crash-1");
    write_folder(&target, false, "old").unwrap();
    let refused = write_folder(&target, false, "new").unwrap_err();
    assert!(matches!(refused, FolderError::Exists(_)));
    assert!(refused.to_string().contains("--force") && refused.to_string().contains("--out"));

    write_folder(&target, true, "new").unwrap();
    assert_eq!(fs::read(target.join("ticks.csv")).unwrap(), b"new\n");
    assert_eq!(entries(home.path()), ["crash-1"]);
}

#[test]
fn a_foreign_folder_is_never_replaced() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("thesis");
    fs::create_dir(&target).unwrap();
    check_target(&target, false).expect("an empty folder is nothing");
    fs::write(target.join("manifest.json"), r#"{"tool": "webpack"}"#).unwrap();
    assert!(!is_ours(&target));
    assert!(matches!(write_folder(&target, true, "new"), Err(FolderError::Foreign(_))));

    let file = home.path().join("notes.txt");
    fs::write(&file, "mine").unwrap();
    assert!(matches!(check_target(&file, true), Err(FolderError::Foreign(_))));
    assert_eq!(entries(home.path()), ["notes.txt", "thesis"]);
}

/// Another run may take the name while this one works: what was simulated is not thrown away.
#[test]
fn a_name_taken_meanwhile_keeps_the_files() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("crash-1");
    let folder = OutputFolder::create(&target, false).unwrap();
    write_folder(&target, false, "first").unwrap();
    let error = folder.finish(manifest()).unwrap_err();
    let FolderError::Rename { partial, .. } = &error else { panic!("{error}") };
    assert_eq!(entries(partial), ["manifest.json"]);
    assert_eq!(fs::read(target.join("ticks.csv")).unwrap(), b"first\n");
    // Its user was told where the files are: the next run does not take them for half-written ones.
    write_folder(&target, true, "second").unwrap();
    assert_eq!(entries(partial), ["manifest.json"]);
}

/// A file that comes while the run works is somebody's own: the run stays whole beside it.
#[test]
fn a_file_that_comes_meanwhile_is_kept_as_well_as_the_run() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("crash-1");
    write_folder(&target, false, "old").unwrap();
    let folder = OutputFolder::create(&target, true).unwrap();
    fs::write(target.join("notes.txt"), "mine").unwrap();
    let error = folder.finish(manifest()).unwrap_err();
    assert!(error.to_string().contains("notes.txt"), "{error}");
    let FolderError::Rename { partial, .. } = &error else { panic!("{error}") };
    assert_eq!(entries(partial), ["manifest.json"]);
    assert_eq!(entries(&target), ["manifest.json", "notes.txt", "ticks.csv"]);
}

#[test]
fn a_folder_above_that_takes_nothing_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("notes.txt");
    fs::write(&file, "mine").unwrap();
    let error = OutputFolder::create(&file.join("crash-1"), false).unwrap_err().to_string();
    assert!(error.contains("notes.txt") && error.contains("--out"), "{error}");
}

#[test]
fn a_path_without_a_name_is_refused() {
    for path in ["/", "..", ""] {
        assert!(matches!(check_target(Path::new(path), true), Err(FolderError::Nameless(_))), "{path:?}");
    }
}

/// Sums of nothing and what is taken from nothing are floats of a negative sign.
#[test]
fn nothing_has_no_sign_in_the_json_of_a_run() {
    let scenarios = [
        "aave_crash.ron",
        "leveraged_farm_crash.ron",
        "lvr.ron",
        "maker_auctions.ron",
        "masterchef_bonus.ron",
        "sandwich.ron",
    ];
    for name in scenarios {
        let files = Run::begin(&market::shipped(name), Options::seeded(1)).finish(3);
        let text = String::from_utf8_lossy(&files["summary.json"]);
        let signed: Vec<_> = text.lines().filter(|line| line.trim_end_matches(',').ends_with(" -0.0")).collect();
        assert!(text.contains(" 0.0") && signed.is_empty(), "{name}: {signed:#?}");
    }
}

/// `PLIMSOLL_BLESS=1 cargo test --test program record` writes the page anew.
#[test]
fn the_page_in_the_repository_is_what_the_structs_say() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("output/README.md");
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        fs::write(&page, plimsoll::output::documentation()).unwrap();
    }
    let committed = fs::read_to_string(&page).unwrap_or_default();
    assert!(
        committed == plimsoll::output::documentation(),
        "output/README.md is out of date; PLIMSOLL_BLESS=1 cargo test --test program record writes it anew"
    );
}
