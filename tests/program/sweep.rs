//! Many seeds: the same rows for any number of jobs, before and after an interruption, whatever fails; and the risk that
//! they show, against its closed form.

use std::ffi::OsString;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use plimsoll::chain::dice::{Dice, Who};
use plimsoll::cli::simulator::{Reading, Simulator};
use plimsoll::cli::{Interrupt, Outcome, run_with};
use plimsoll::output::folder::OutputFolder;
use plimsoll::output::manifest::RunOptions;
use plimsoll::output::summary::Summary;
use plimsoll::scenario::Checked;
use plimsoll::simulation::Simulation;
use plimsoll::sweep::Sweep;
use plimsoll::sweep::row::Row;
use plimsoll::sweep::runs_csv;
use plimsoll::sweep::sample::{LIQUIDATED_DEBT, NET_INSOLVENT_DEBT, sample};
use plimsoll::sweep::statistics::Estimate;
use plimsoll::sweep::summary::SweepSummary;
use tempfile::TempDir;

/// A small market in which somebody does something, and some transactions revert.
const MARKET: &str = r#"Scenario(
    blocks: 20,
    block_time: "12 s",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 20)),
    ],
    pools: [UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))],
    agents: [
        Arbitrageur(name: "arbitrageurs", count: 3, pool: "ETH/USDC", capital: Fixed(500_000), bid_share: Fixed(0.1),
            gas_money: Fixed(10)),
        Trader(name: "traders", count: 3, pool: "ETH/USDC", size: Fixed(500), capital: Fixed(20_000), gas_money: Fixed(2)),
    ],
)"#;

/// Whom the run of a seed asks to stop as it begins, as Ctrl-C would.
static INTERRUPTS: Mutex<Vec<(u64, Interrupt)>> = Mutex::new(Vec::new());

/// A seed whose run cannot begin, and one whose run meets a bug.
const FAILS: u64 = 1_001;
const PANICS: u64 = 1_002;

/// The simulation, with seeds in which things happen to it.
struct Watched(Simulation);

impl Simulator for Watched {
    type Scenario = Checked;
    type Error = String;

    fn read(path: &Path, colour: bool) -> Reading<Checked> {
        <Simulation as Simulator>::read(path, colour)
    }

    fn stages() -> Vec<(String, Vec<String>)> {
        <Simulation as Simulator>::stages()
    }

    fn rehearse(scenario: &Checked) -> Result<(), String> {
        <Simulation as Simulator>::rehearse(scenario).map_err(|error| error.to_string())
    }

    fn blame(_scenario: &Checked, _error: &String, _colour: bool) -> Option<String> {
        None
    }

    fn new(
        scenario: &Checked,
        scenario_name: &str,
        seed: u64,
        options: RunOptions,
        folder: Option<&mut OutputFolder>,
    ) -> Result<Self, String> {
        let mut interrupts = INTERRUPTS.lock().unwrap();
        interrupts.iter().filter(|(at, _)| *at == seed).for_each(|(_, interrupt)| interrupt.ask());
        interrupts.retain(|(at, _)| *at != seed);
        drop(interrupts);
        if seed == FAILS {
            return Err("the bank, \"bank\", has no lenders".to_owned());
        }
        assert_ne!(seed, PANICS, "an amount went missing");
        let simulation = <Simulation as Simulator>::new(scenario, scenario_name, seed, options, folder);
        simulation.map(Self).map_err(|error| error.to_string())
    }

    fn step(&mut self) -> Result<(), String> {
        self.0.step().map_err(|error| error.to_string())
    }

    fn finish(self, folder: Option<&mut OutputFolder>) -> Result<Summary, String> {
        self.0.finish(folder).map_err(|error| error.to_string())
    }

    fn cascade(
        scenario: &Checked,
        scenario_name: &str,
        seed: u64,
        options: RunOptions,
        folder: Option<&mut OutputFolder>,
        block_done: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Summary>, String> {
        <Simulation as Simulator>::cascade(scenario, scenario_name, seed, options, folder, block_done)
            .map_err(|error| error.to_string())
    }
}

/// A home with a scenario in it.
struct Desk {
    home: TempDir,
}

/// What a command printed, and how it ended.
struct Told {
    outcome: Outcome,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { home: tempfile::tempdir().unwrap() };
        desk.write(MARKET);
        desk
    }

    fn write(&self, text: &str) {
        fs::write(self.path("market.ron"), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Runs the scenario into the folder `out`.
    fn run_with(&self, out: &str, more: &[&str], interrupt: &Interrupt) -> Told {
        let (scenario, folder) = (self.path("market.ron"), self.path(out));
        let first = ["plimsoll", "run", scenario.to_str().unwrap(), "--out", folder.to_str().unwrap()];
        let arguments = first.iter().chain(more).map(OsString::from);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let outcome = run_with::<Watched>(arguments, interrupt, &mut out, &mut err);
        Told { outcome, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
    }

    fn run(&self, out: &str, more: &[&str]) -> Told {
        self.run_with(out, more, &Interrupt::default())
    }

    /// Returns a sweep's data files.
    fn data(&self, out: &str) -> (String, String) {
        let read = |name: &str| fs::read_to_string(self.path(out).join(name)).unwrap();
        (read("runs.csv"), read("summary.json"))
    }

    fn json(&self, file: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path(file)).unwrap()).unwrap()
    }
}

fn rows(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    std::iter::once(header).chain(rows).collect()
}

#[test]
fn a_sweep_leaves_a_row_for_each_seed_and_says_what_they_say() {
    let desk = Desk::new();
    let told = desk.run("out", &["--seeds", "1..7,9", "--jobs", "2"]);
    assert_eq!((told.outcome, told.err.as_str()), (Outcome::Done, ""));
    assert!(told.out.contains("market, seeds 1..7,9: 8 runs\n"), "{}", told.out);
    let (csv, _) = desk.data("out");
    let table = rows(&csv);
    assert_eq!(
        table.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
        ["seed", "1", "2", "3", "4", "5", "6", "7", "9"]
    );
    assert_ne!(table[1][2..], table[2][2..], "seeds differ");
    let summary = desk.json("out/summary.json");
    assert_eq!((&summary["runs"], &summary["failed"]), (&8.into(), &0.into()));
    assert_eq!(summary["figures"]["blocks"]["mean"]["estimate"], 20.0);
    assert_eq!(summary["net_insolvent_debt_numeraire"]["var_95"]["estimate"], 0.0);
    let manifest = desk.json("out/manifest.json");
    assert_eq!((&manifest["status"], &manifest["seeds"]), (&"complete".into(), &"1..7,9".into()));
    assert_eq!(manifest["files"][0]["blake3"], blake3::hash(csv.as_bytes()).to_string());
    assert!(!desk.path("out/runs").exists());
}

/// A row holds what the summary of the seed's own run holds.
#[test]
fn a_kept_run_is_the_run_of_its_seed_alone() {
    let desk = Desk::new();
    assert_eq!(desk.run("out", &["--seeds", "21..22", "--keep-runs"]).outcome, Outcome::Done);
    assert_eq!(desk.run("alone", &["--seed", "22"]).outcome, Outcome::Done);
    for file in ["ticks.csv", "events.csv", "agents.csv", "summary.json"] {
        let read = |folder: &str| fs::read(desk.path(folder).join(file)).unwrap();
        assert_eq!(read("out/runs/22"), read("alone"), "{file}");
    }
    let alone = desk.json("alone/summary.json");
    let table = rows(&desk.data("out").0);
    let cell = |name: &str| &table[2][table[0].iter().position(|column| column == name).unwrap()];
    assert_eq!(*cell("transactions"), alone["transactions"].to_string());
    assert_eq!(cell("pools_eth_usdc_price_lowest").parse::<f64>().ok(), alone["pools"][0]["price"]["lowest"].as_f64());
    assert_eq!(desk.run("unkept", &["--seeds", "21..22"]).outcome, Outcome::Done);
    assert_eq!(desk.data("unkept"), desk.data("out"));
}

#[test]
fn jobs_and_interruptions_leave_the_same_bytes() {
    let desk = Desk::new();
    assert_eq!(desk.run("one", &["--seeds", "31..50", "--jobs", "1"]).outcome, Outcome::Done);
    assert_eq!(desk.run("two", &["--seeds", "31..50", "--jobs", "2"]).outcome, Outcome::Done);
    assert_eq!(desk.data("two"), desk.data("one"));

    let stopped = Interrupt::default();
    INTERRUPTS.lock().unwrap().push((40, stopped.clone()));
    let told = desk.run_with("stopped", &["--seeds", "31..50", "--jobs", "2"], &stopped);
    assert_eq!(told.outcome, Outcome::Interrupted);
    assert!(told.out.contains("the same command goes on"), "{}", told.out);
    assert_eq!(desk.json("stopped/manifest.json")["status"], "interrupted");
    let done = rows(&desk.data("stopped").0).len() - 1;
    assert!((1..20).contains(&done), "{done} were done");

    assert_eq!(desk.run("stopped", &["--seeds", "31..50", "--jobs", "2"]).outcome, Outcome::Done);
    assert_eq!(desk.data("stopped"), desk.data("one"));
    assert_eq!(desk.json("stopped/manifest.json")["status"], "complete");
}

/// Rows that are there are not made again: an alien one stays, if the manifest knows it.
#[test]
fn what_is_done_is_read_and_not_run_again() {
    let desk = Desk::new();
    desk.run("out", &["--seeds", "61..62"]);
    let path = desk.path("out/runs.csv");
    let marked = fs::read_to_string(&path).unwrap().replace(",market,USDC,20,", ",market,USDC,21,");
    let held = blake3::hash(&fs::read(&path).unwrap()).to_string();
    fs::write(&path, &marked).unwrap();
    let manifest = desk.path("out/manifest.json");
    let forged = fs::read_to_string(&manifest).unwrap().replace(&held, &blake3::hash(marked.as_bytes()).to_string());
    fs::write(manifest, forged).unwrap();
    assert_eq!(desk.run("out", &["--seeds", "61..63"]).outcome, Outcome::Done);
    let (csv, _) = desk.data("out");
    assert_eq!(csv.matches(",market,USDC,21,").count(), 2);
    assert_eq!(csv.matches(",market,USDC,20,").count(), 1);
}

/// A process that is killed between a file's digest and the file leaves a manifest that lists it as it was and as it was to
/// be.
#[test]
fn a_manifest_that_is_ahead_of_its_files_is_gone_on_with_and_replaced() {
    let desk = Desk::new();
    for more in [&["--seeds", "81..83"][..], &["--seeds", "81..83", "--force"]] {
        assert_eq!(desk.run("out", &["--seeds", "81..82", "--force"]).outcome, Outcome::Done);
        let path = desk.path("out/manifest.json");
        let ahead = r#""files": [{ "name": "runs.csv", "blake3": "00", "bytes": 7 },"#;
        fs::write(&path, fs::read_to_string(&path).unwrap().replace("\"files\": [", ahead)).unwrap();
        let told = desk.run("out", more);
        assert_eq!((told.outcome, told.err.as_str()), (Outcome::Done, ""));
        assert_eq!(rows(&desk.data("out").0).len(), 4);
        assert_eq!(desk.json("out/manifest.json")["files"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn a_seed_that_fails_is_a_row_and_the_others_go_on() {
    let desk = Desk::new();
    let told = desk.run("out", &["--seeds", "1000..1003", "--jobs", "2"]);
    assert_eq!(told.outcome, Outcome::Failed);
    assert!(told.out.contains("2 failed; seed 1001: the bank"), "{}", told.out);
    assert_eq!(desk.json("out/manifest.json")["status"], "incomplete");
    let summary = desk.json("out/summary.json");
    assert_eq!((&summary["runs"], &summary["failed"]), (&2.into(), &2.into()));
    assert_eq!(summary["failed_seeds"], "1001..1002");
    let whole = desk.run("whole", &["--seeds", "1000,1003"]);
    assert_eq!((whole.outcome, desk.json("whole/summary.json")["failed_seeds"].as_str()), (Outcome::Done, Some("")));
    let table = rows(&desk.data("out").0);
    assert_eq!(table[2][..2], ["1001", "the bank, \"bank\", has no lenders"]);
    assert!(table[3][1].starts_with("panicked: ") && table[3][1].contains("an amount went missing"));
    assert!(table[2][2..].iter().all(String::is_empty));
    assert_eq!((table[1][1].as_str(), table[4][1].as_str()), ("", ""));
    assert_eq!(desk.run("none", &["--seeds", "1001"]).outcome, Outcome::Failed);
}

#[test]
fn it_stops_after_the_same_seeds_for_any_number_of_jobs() {
    let desk = Desk::new();
    let enough = ["--seeds", "101..260", "--stop-when", "mean of blocks < 1", "--keep-runs", "--jobs"];
    for (out, jobs) in [("one", "1"), ("two", "2")] {
        let told = desk.run(out, &[&enough[..], &[jobs]].concat());
        assert_eq!(told.outcome, Outcome::Done);
        assert!(told.out.contains("enough after 50 of 160 runs"), "{}", told.out);
        assert_eq!(fs::read_dir(desk.path(out).join("runs")).unwrap().count(), 50);
    }
    assert_eq!(desk.data("one"), desk.data("two"));
    assert_eq!(desk.json("one/summary.json")["stopped_after"], 50);
}

#[test]
fn bad_usage_is_refused_and_says_what_to_type() {
    let desk = Desk::new();
    for (more, told) in [
        (&["--seeds", "3..1"][..], "write 1..3"),
        (&["--seeds", ""], "1..200"),
        (&["--seeds", "1..2", "--seed", "1"], "--seed"),
        (&["--seeds", "1..2", "--jobs", "0"], "--jobs"),
        (&["--jobs", "2"], "--seeds"),
        (&["--seeds", "1..2", "--stop-when", "liquidation_count < 3"], "did you mean `liquidations_count`?"),
        (&["--seeds", "1..2", "--stop-when", "var_95"], "var_95 < 5 %"),
    ] {
        let refused = desk.run("out", more);
        assert_eq!((refused.outcome, refused.out.as_str()), (Outcome::Refused, ""), "{more:?}");
        assert!(refused.err.contains(told), "{more:?}: {}", refused.err);
        assert!(!desk.path("out").exists(), "{more:?}");
    }
}

#[test]
fn a_folder_of_something_else_is_refused_with_its_place() {
    let desk = Desk::new();
    let refused = |out: &str, more: &[&str], told: &[&str]| {
        let before = fs::read(desk.path(out).join("manifest.json")).unwrap();
        let refused = desk.run(out, more);
        assert_eq!(refused.outcome, Outcome::Refused, "{}", refused.out);
        for part in told.iter().chain(&[desk.path(out).to_str().unwrap(), "--out", "--force"]) {
            assert!(refused.err.contains(part), "{part}: {}", refused.err);
        }
        assert_eq!(fs::read(desk.path(out).join("manifest.json")).unwrap(), before);
    };
    desk.run("out", &["--seeds", "71..73"]);
    refused("out", &["--seeds", "71..73", "--blocks", "7"], &["--blocks 20", "--blocks 7"]);
    refused("out", &["--seeds", "71..73", "--keep-runs"], &["--keep-runs"]);
    refused("out", &["--seeds", "71..72"], &["seed 73", "71..72"]);

    desk.run("alone", &["--seed", "71"]);
    refused("alone", &["--seeds", "71..73"], &["exists"]);

    let path = desk.path("out/manifest.json");
    let manifest = fs::read_to_string(&path).unwrap();
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    fs::write(&path, manifest.replace(&version, "\"version\": \"0.0.1\"")).unwrap();
    refused("out", &["--seeds", "71..73"], &["plimsoll 0.0.1"]);
    fs::write(&path, manifest).unwrap();

    desk.write(&MARKET.replace("volatility: 20", "volatility: 10"));
    refused("out", &["--seeds", "71..73"], &["digest"]);
    assert_eq!(desk.run("out", &["--seeds", "71..72", "--force"]).outcome, Outcome::Done);
    assert_eq!(rows(&desk.data("out").0).len(), 3);

    // A figure that was made nicer by hand is noticed, and so is another table.
    let rows = fs::read_to_string(desk.path("out/runs.csv")).unwrap();
    for text in [rows.replacen(",market,USDC,20,", ",market,USDC,21,", 1).as_str(), "block,time_s\n0,1\n"] {
        fs::write(desk.path("out/runs.csv"), text).unwrap();
        refused("out", &["--seeds", "71..73"], &["runs.csv was edited", "move"]);
    }
    // Without the table, its runs are made again.
    fs::remove_file(desk.path("out/runs.csv")).unwrap();
    assert_eq!(desk.run("out", &["--seeds", "71..72"]).outcome, Outcome::Done);
    assert_eq!(desk.data("out").0, rows);
}

/// Losses of a lognormal price without drift over a day, volatility 0.8 a year, as the figures of 100,000 runs.
fn lognormal_losses() -> SweepSummary {
    let s = 0.8 / f64::sqrt(365.0);
    let row = |seed: u64| {
        let z = Dice::new(seed, Who::new("loss", 0), 0).normal();
        let loss = 1.0 - libm::exp(-s * s / 2.0 + s * z);
        let cells =
            [(NET_INSOLVENT_DEBT.to_owned(), loss.to_string()), (LIQUIDATED_DEBT.to_owned(), (-loss).to_string())];
        Row { seed, outcome: Ok(cells.into()) }
    };
    let rows: Vec<Row> = (1..=100_000).map(row).collect();
    let read = runs_csv::read(&runs_csv::write(&rows.iter().collect::<Vec<_>>())).unwrap();
    let sweep = Sweep::new("1..100000".parse().unwrap(), None, read);
    assert_eq!(sample(sweep.rows(), NET_INSOLVENT_DEBT).len(), 100_000);
    SweepSummary::of("losses", &sweep)
}

/// `VaR = 1 - exp(-s^2/2 + s z)` and `ES = 1 - Phi(z - s)/alpha` at 5 %, within three standard errors, which are
/// below 1 %; the other tail, that of gains, is more than six away.
#[test]
fn value_at_risk_of_a_lognormal_loss_is_its_closed_form() {
    let error = |estimate: Estimate| (estimate.high - estimate.low) / (2.0 * 1.96);
    let summary = lognormal_losses();
    let (losses, gains) = (summary.net_insolvent_debt_numeraire, summary.liquidated_debt_numeraire);
    for (name, theory, loss, gain) in [
        ("VaR", 0.067_376, losses.var_95.unwrap(), gains.lar_95.unwrap()),
        ("ES", 0.083_442, losses.cvar_95.unwrap(), gains.cvar_95.unwrap()),
    ] {
        assert!(error(loss) < 0.01 * theory, "{name}: {loss:?}");
        assert!((loss.estimate - theory).abs() < 3.0 * error(loss), "{name}: {loss:?}");
        assert!((gain.estimate - theory).abs() > 6.0 * error(gain), "{name} of gains: {gain:?}");
    }
}
