//! The command line around a simulation that only counts: exit codes, what goes to which stream, what is left.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use plimsoll::accounts::price_gaps::PriceGap;
use plimsoll::accounts::profit::{KindProfit, ProfitAndLoss};
use plimsoll::cli::simulator::{Reading, Scenario, Simulator};
use plimsoll::cli::{Interrupt, Outcome, run_with};
use plimsoll::output::folder::OutputFolder;
use plimsoll::output::manifest::RunOptions;
use plimsoll::output::summary::{Liquidations, PoolSummary, PricePath, Summary, TokenSummary};
use tempfile::TempDir;

thread_local! {
    /// Whom the simulation asks to stop after its third block, as Ctrl-C would.
    static INTERRUPT: RefCell<Option<Interrupt>> = const { RefCell::new(None) };
}

/// A scenario of ten blocks; its text says what goes wrong.
struct Counted {
    text: String,
}

impl Scenario for Counted {
    fn seed(&self) -> u64 {
        42
    }

    fn blocks(&self) -> u64 {
        10
    }

    fn cascade_depth(&self) -> u32 {
        4
    }

    fn text(&self) -> &str {
        &self.text
    }

    fn size(&self) -> String {
        "3 agents".to_owned()
    }

    fn digest(&self) -> String {
        blake3::hash(self.text.as_bytes()).to_string()
    }
}

struct Counter {
    summary: Summary,
    fails: bool,
}

impl Simulator for Counter {
    type Scenario = Counted;
    type Error = String;

    fn read(path: &Path, _colour: bool) -> Reading<Counted> {
        let text = fs::read_to_string(path).unwrap_or_default();
        if text.contains("wrong") {
            return Reading { messages: vec!["error: it is wrong".to_owned()], scenario: None };
        }
        Reading { messages: vec!["warning: it is odd".to_owned()], scenario: Some(Counted { text }) }
    }

    fn stages() -> Vec<(String, Vec<String>)> {
        vec![("Open".into(), vec!["advance".into()]), ("Execute".into(), vec!["order".into(), "execute".into()])]
    }

    fn rehearse(_scenario: &Counted) -> Result<(), String> {
        Ok(())
    }

    fn blame(_scenario: &Counted, _error: &String, _colour: bool) -> Option<String> {
        None
    }

    fn new(
        scenario: &Counted,
        scenario_name: &str,
        seed: u64,
        _options: RunOptions,
        _folder: Option<&mut OutputFolder>,
    ) -> Result<Self, String> {
        let summary = Summary { scenario: scenario_name.to_owned(), seed, ..outcome() };
        Ok(Self { summary, fails: scenario.text.contains("fails") })
    }

    fn step(&mut self) -> Result<(), String> {
        self.summary.blocks += 1;
        if self.summary.blocks == 3 {
            INTERRUPT.with_borrow(|interrupt| interrupt.iter().for_each(Interrupt::ask));
        }
        if self.fails { Err("the disk is full".to_owned()) } else { Ok(()) }
    }

    fn finish(self, folder: Option<&mut OutputFolder>) -> Result<Summary, String> {
        if let Some(folder) = folder {
            folder.json("summary.json", &self.summary).map_err(|error| error.to_string())?;
        }
        Ok(self.summary)
    }

    fn cascade(
        scenario: &Counted,
        scenario_name: &str,
        seed: u64,
        options: RunOptions,
        mut folder: Option<&mut OutputFolder>,
        block_done: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Summary>, String> {
        let mut counter = Self::new(scenario, scenario_name, seed, options, folder.as_deref_mut())?;
        for _ in 0..options.blocks {
            counter.step()?;
            if block_done().is_break() {
                return Ok(None);
            }
        }
        counter.finish(folder).map(Some)
    }
}

/// What the simulation pretends to have found.
fn outcome() -> Summary {
    Summary {
        numeraire: "USDC".into(),
        transactions: 12_345,
        reverts: 2,
        liquidations: Liquidations {
            count: 7,
            debt_numeraire: 7_654_321.0,
            first_block: Some(3),
            last_block: Some(9),
            waited_blocks_mean: Some(1.5),
            waited_blocks_p95: Some(4),
        },
        tokens: vec![TokenSummary {
            name: "ETH".into(),
            price_outside_numeraire: PricePath { start: 2_000.0, lowest: 1_300.0, lowest_block: Some(4), end: 1_500.0 },
        }],
        pools: vec![PoolSummary {
            name: "ETH/USDC".into(),
            price: PricePath { start: 2_000.0, lowest: 1_200.0, lowest_block: Some(5), end: 1_490.0 },
            volume_numeraire: 1e6,
            far_from_outside: PriceGap::default(),
        }],
        profit_and_loss: ProfitAndLoss {
            by_kind: vec![KindProfit {
                kind: "farmer".into(),
                agents: 100,
                own_capital_numeraire: 1e6,
                earned_numeraire: -54_321.0,
                revaluation_numeraire: -4_000.0,
                profit_numeraire: -58_321.0,
                earned_ratio: Some(-0.054_321),
                rewards_numeraire: 10.0,
                gas_paid_numeraire: 20.0,
            }],
            ..ProfitAndLoss::default()
        },
        ..Summary::default()
    }
}

/// A home with a scenario in it.
struct Bench {
    home: TempDir,
    scenario: PathBuf,
    out: PathBuf,
}

/// What a command printed, and how it ended.
struct Told {
    outcome: Outcome,
    out: String,
    err: String,
}

impl Bench {
    fn new(text: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let scenario = home.path().join("crash.ron");
        fs::write(&scenario, text).unwrap();
        let out = home.path().join("out");
        Self { home, scenario, out }
    }

    fn run(&self, more: &[&str]) -> Told {
        let mut arguments = vec!["run", self.scenario.to_str().unwrap(), "--out", self.out.to_str().unwrap()];
        arguments.extend(more);
        tell(&arguments)
    }

    fn manifest(&self) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.out.join("manifest.json")).unwrap()).unwrap()
    }

    fn entries(&self) -> usize {
        fs::read_dir(self.home.path()).unwrap().count()
    }
}

fn tell(arguments: &[&str]) -> Told {
    let arguments = std::iter::once("plimsoll").chain(arguments.iter().copied()).map(OsString::from);
    let interrupt = INTERRUPT.with_borrow(Clone::clone).unwrap_or_default();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let outcome = run_with::<Counter>(arguments, &interrupt, &mut out, &mut err);
    Told { outcome, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

const PRINTED: &str = "\
crash, seed 7: 10 blocks, 12,345 transactions, 2 of them reverted

 price          start  lowest    fall    end    fall
 ETH outside    2,000   1,300 -35.0 %  1,500 -25.0 %
";

/// What all farmers earned, the revaluation, the sum, own capital, earned of it, rewards and gas.
const FARMERS: &str = "farmer 100 -54,321 -4,000 -58,321 1,000,000 -5.4 % 10.00 20.00";

#[test]
fn a_run_prints_what_happened_and_leaves_its_folder() {
    let bench = Bench::new("fine");
    let told = bench.run(&["--seed", "7"]);
    assert_eq!(told.outcome, Outcome::Done);
    assert_eq!(told.err, "warning: it is odd\n");
    for line in PRINTED.lines().chain(["7,654,321 USDC", FARMERS, bench.out.to_str().unwrap()]) {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let printed = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(printed.contains(&words), "{words}\n{}", told.out);
    }
    let manifest = bench.manifest();
    assert_eq!(
        (&manifest["status"], &manifest["seed"], &manifest["blocks"]),
        (&"complete".into(), &7.into(), &10.into())
    );
    assert_eq!(manifest["scenario"]["name"], "crash");
    assert_eq!(manifest["scenario"]["blake3"], blake3::hash(b"fine").to_string());
    assert_eq!(manifest["files"][0]["name"], "scenario.ron");
    assert_eq!(manifest["files"][1]["name"], "summary.json");
}

#[test]
fn what_is_wrong_with_the_scenario_or_the_folder_is_refused_before_the_run() {
    let wrong = Bench::new("wrong");
    let told = wrong.run(&[]);
    assert_eq!((told.outcome, told.err.as_str()), (Outcome::Refused, "error: it is wrong\n"));
    assert_eq!(wrong.entries(), 1);

    let twice = Bench::new("fine");
    assert_eq!(twice.run(&[]).outcome, Outcome::Done);
    let told = twice.run(&[]);
    assert_eq!(told.outcome, Outcome::Refused);
    assert!(told.err.contains("--force"), "{}", told.err);
    assert_eq!(twice.run(&["--force"]).outcome, Outcome::Done);
}

#[test]
fn a_run_that_fails_says_why_and_leaves_nothing() {
    let bench = Bench::new("fails");
    let told = bench.run(&[]);
    assert_eq!(told.outcome, Outcome::Failed);
    assert!(told.err.ends_with("error: the disk is full\n"), "{}", told.err);
    assert_eq!((told.out.as_str(), bench.entries()), ("", 1));
}

#[test]
fn an_interrupted_run_is_whole_up_to_its_last_block() {
    INTERRUPT.set(Some(Interrupt::default()));
    let bench = Bench::new("fine");
    let told = bench.run(&[]);
    assert_eq!(told.outcome, Outcome::Interrupted);
    assert!(told.out.contains("interrupted after 3 of 10 blocks"), "{}", told.out);
    let manifest = bench.manifest();
    assert_eq!((&manifest["status"], &manifest["blocks"]), (&"interrupted".into(), &3.into()));
}

#[test]
fn check_tries_every_file() {
    let (fine, wrong) = (Bench::new("fine"), Bench::new("wrong"));
    let told = tell(&["check", wrong.scenario.to_str().unwrap(), fine.scenario.to_str().unwrap()]);
    assert_eq!(told.outcome, Outcome::Refused);
    assert_eq!(told.out, format!("{}: fine, 3 agents\n", fine.scenario.display()));
    assert_eq!(told.err, "error: it is wrong\nwarning: it is odd\n");
    assert_eq!(tell(&["check", fine.scenario.to_str().unwrap()]).outcome, Outcome::Done);
}

#[test]
fn stages_are_printed_in_order() {
    assert_eq!(tell(&["stages"]).out, "Open     advance\nExecute  order, execute\n");
}

#[test]
fn help_is_a_result_and_bad_usage_is_refused() {
    let help = tell(&["run", "--help"]);
    assert_eq!((help.outcome, help.err.as_str()), (Outcome::Done, ""));
    assert!(help.out.contains("--mute-forced-sales") && help.out.contains("Examples:"), "{}", help.out);

    let typo = tell(&["run", "crash.ron", "--sed", "7"]);
    assert_eq!((typo.outcome, typo.out.as_str()), (Outcome::Refused, ""));
    assert!(typo.err.contains("--seed"), "{}", typo.err);
}

#[test]
fn a_number_that_is_none_is_answered_with_what_is_expected() {
    for (arguments, words) in [
        (["run", "crash.ron", "--seed", "abc"], "expected a seed, a whole number such as 7"),
        (
            ["run", "crash.ron", "--blocks", "1e3"],
            "expected a whole number of blocks, 1 or more, such as 1000; type 1000",
        ),
        (["run", "crash.ron", "--blocks", "0"], "expected a whole number of blocks, 1 or more"),
        (["run", "crash.ron", "--jobs", "0"], "expected a whole number of runs at a time, 1 to 65535"),
        (["cascade", "crash.ron", "--depth", "0"], "expected a whole number of generations, 1 to 10000"),
    ] {
        let told = tell(&arguments);
        assert_eq!((told.outcome, told.out.as_str()), (Outcome::Refused, ""));
        assert!(told.err.contains(words), "{arguments:?}: {}", told.err);
    }
}

/// As in `plimsoll run ... | head -1`.
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    struct Gone;
    impl io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let arguments = ["plimsoll", "stages"].map(OsString::from);
    let outcome = run_with::<Counter>(arguments, &Interrupt::default(), &mut Gone, &mut Gone);
    assert_eq!(outcome, Outcome::Done);
}
