//! The program as its user meets it: what it prints, what it leaves, and how it ends.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// A market small enough to run in no time, with somebody in it.
pub(super) const TINY: &str = r#"Scenario(
    blocks: 25,
    block_time: "12 s",
    numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 0.8)),
        (name: "UNI", decimals: 18, price: Fixed(20)),
    ],
    pools: [
        UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000")),
        UniswapV2(name: "UNI/USDC", tokens: ("UNI", "USDC"), reserves: ("5_000", "100_000")),
    ],
    farms: [StakingRewards(name: "farm", pool: "ETH/USDC", reward: "UNI", emissions: [("0 s", "50")])],
    banks: [
        AlphaHomora(
            name: "bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope,
            goblins: [(
                name: "goblin", pool: "ETH/USDC", farm: "farm", reward_pool: "UNI/USDC",
                work_factor: 0.87, kill_factor: 0.92,
            )],
        ),
    ],
    agents: [
        Farmer(name: "farmers", count: 5, goblin: "goblin", capital: Fixed(1_000), leverage: Uniform(2, 4)),
        FarmLender(name: "lender", bank: "bank", supply: Fixed(50_000)),
        Trader(name: "traders", count: 3, pool: "ETH/USDC", size: Fixed(500), capital: Fixed(20_000), gas_money: Fixed(2)),
    ],
)"#;

/// A folder with a scenario in it, in which the program is run.
pub(super) struct Desk {
    home: TempDir,
}

impl Desk {
    pub(super) fn with(text: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("tiny.ron"), text).unwrap();
        Self { home }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(arguments).current_dir(self.home.path());
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Told {
        Told::of(&self.command(arguments).output().unwrap())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Returns everything that lies on the desk, by path; folders end with a slash, and links are not followed.
    pub(super) fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        fn collect(folder: &Path, root: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                if let Ok(leads_to) = fs::read_link(&path) {
                    found.insert(name, leads_to.to_string_lossy().into_owned().into_bytes());
                } else if path.is_dir() {
                    found.insert(name + "/", Vec::new());
                    collect(&path, root, found);
                } else {
                    found.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        collect(self.home.path(), self.home.path(), &mut found);
        found
    }

    pub(super) fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn rows_of_ticks(&self, folder: &str) -> Vec<u64> {
        let mut reader = csv::Reader::from_path(self.path(folder).join("ticks.csv")).unwrap();
        let column = reader.headers().unwrap().iter().position(|name| name == "block").unwrap();
        reader.records().map(|row| row.unwrap()[column].parse().unwrap()).collect()
    }
}

/// How the program ended, and what it printed.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Told {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

const FILES: [&str; 9] = [
    "agents.csv",
    "events.csv",
    "health_map.csv",
    "liquidation_map.csv",
    "manifest.json",
    "positions.csv",
    "scenario.ron",
    "summary.json",
    "ticks.csv",
];

#[test]
fn a_run_leaves_its_folder_and_says_where() {
    let desk = Desk::with(TINY);
    let told = desk.run(&["run", "tiny.ron", "--audit"]);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{told:?}");
    assert!(told.out.contains("tiny, seed 1: 25 blocks") && told.out.contains("output/tiny-1"), "{}", told.out);
    let left: Vec<String> = desk.contents().into_keys().filter(|path| path.starts_with("output/tiny-1/")).collect();
    let expected: Vec<String> = std::iter::once("").chain(FILES).map(|name| format!("output/tiny-1/{name}")).collect();
    assert_eq!(left, expected);
    assert_eq!(desk.rows_of_ticks("output/tiny-1"), (0..25).collect::<Vec<u64>>());
    assert_eq!(desk.json("output/tiny-1/manifest.json")["status"], "complete");
    assert_eq!(desk.json("output/tiny-1/summary.json")["audits_passed"], 27);
}

#[test]
fn a_second_run_leaves_the_first_as_it_was_unless_it_is_forced() {
    let desk = Desk::with(TINY);
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "here"]).code, Some(0));
    let before = desk.contents();
    let told = desk.run(&["run", "tiny.ron", "--out", "here", "--seed", "2"]);
    assert_eq!((told.code, told.out.as_str()), (Some(2), ""), "{told:?}");
    assert!(told.err.contains("--force"), "{}", told.err);
    assert_eq!(desk.contents(), before);

    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "here", "--seed", "2", "--force"]).code, Some(0));
    let after = desk.contents();
    assert!(after.keys().eq(before.keys()), "{:?}", after.keys());
    assert_ne!(after["here/ticks.csv"], before["here/ticks.csv"]);
}

#[test]
fn force_does_not_replace_what_the_program_did_not_write() {
    let desk = Desk::with(TINY);
    fs::create_dir(desk.path("thesis")).unwrap();
    fs::write(desk.path("thesis/chapter.tex"), "years of work").unwrap();
    let before = desk.contents();
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "thesis", "--force"]).code, Some(2));
    assert_eq!(desk.contents(), before);
}

/// Runs that leave a folder here, of every kind, and what is added to one afterwards.
const KINDS: [&[&str]; 5] = [
    &["run", "tiny.ron", "--out", "here"],
    &["run", "tiny.ron", "--out", "here", "--report"],
    &["run", "tiny.ron", "--out", "here", "--seeds", "1..2"],
    &["run", "tiny.ron", "--out", "here", "--seeds", "1..2", "--keep-runs", "--report"],
    &["cascade", "tiny.ron", "--out", "here", "--depth", "1"],
];

#[test]
fn what_any_subcommand_left_is_replaced_by_any_with_force() {
    let desk = Desk::with(TINY);
    for (kind, next) in KINDS.iter().zip(KINDS.iter().cycle().skip(1)) {
        for arguments in [kind, kind, next] {
            let told = desk.run(&[arguments, &["--force"][..]].concat());
            assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{arguments:?}: {told:?}");
            assert_eq!(desk.run(&["report", "here"]).code, Some(0), "{arguments:?}");
        }
    }
    let left: Vec<String> = desk.contents().into_keys().filter(|path| !path.starts_with("here/")).collect();
    assert_eq!(left, ["tiny.ron"]);
}

#[test]
fn force_names_what_is_somebodys_own_and_leaves_all_as_it_was() {
    for kind in KINDS {
        let desk = Desk::with(TINY);
        assert_eq!(desk.run(kind).code, Some(0));
        let forced = [kind, &["--force"][..]].concat();
        fs::write(desk.path("here/notes.ipynb"), "a week of work").unwrap();
        refused(&desk, &forced, &["here holds notes.ipynb", "manifest", "--out", "move"]);
        fs::create_dir(desk.path("here/thesis")).unwrap();
        for name in ["here/thesis/chapter.tex", "here/a.txt", "here/z.txt"] {
            fs::write(desk.path(name), "years of work").unwrap();
        }
        refused(&desk, &forced, &["here holds a.txt, notes.ipynb, thesis/ and 1 more"]);
    }
}

#[test]
fn a_manifest_of_one_line_gives_nothing_away() {
    let desk = Desk::with(TINY);
    fs::create_dir(desk.path("here")).unwrap();
    fs::write(desk.path("chapter.tex"), "years of work").unwrap();
    fs::write(desk.path("here/thesis.tex"), "years of work").unwrap();
    let digest = blake3::hash(b"years of work");
    for files in [
        String::new(),
        r#", "files": 7"#.to_owned(),
        r#", "files": [{"name": "thesis.tex"}]"#.to_owned(),
        r#", "files": [{"name": "thesis.tex", "blake3": "00", "bytes": 13}]"#.to_owned(),
        format!(r#", "files": [{{"name": "../chapter.tex", "blake3": "{digest}", "bytes": 13}}]"#),
    ] {
        fs::write(desk.path("here/manifest.json"), format!(r#"{{"tool": "plimsoll"{files}}}"#)).unwrap();
        for kind in KINDS {
            refused(&desk, &[kind, &["--force"][..]].concat(), &["here holds thesis.tex"]);
        }
    }
}

#[test]
fn force_keeps_what_was_edited_since_the_run() {
    let desk = Desk::with(TINY);
    let kept = ["run", "tiny.ron", "--out", "here", "--seeds", "1..2", "--keep-runs", "--report", "--force"];
    for file in ["runs.csv", "report.html", "runs/2/ticks.csv", "runs/2/summary.json"] {
        assert_eq!(desk.run(&kept).code, Some(0));
        let held = fs::read(desk.path("here").join(file)).unwrap();
        fs::write(desk.path("here").join(file), [&held[..], b" mine"].concat()).unwrap();
        refused(&desk, &kept, &[&format!("here holds {file} (edited since)")]);
        fs::write(desk.path("here").join(file), held).unwrap();
    }
    fs::write(desk.path("here/runs/notes.txt"), "mine").unwrap();
    refused(&desk, &kept, &["here holds runs/notes.txt"]);
    fs::remove_file(desk.path("here/runs/notes.txt")).unwrap();
    fs::write(desk.path("here/runs/1/notes.txt"), "mine").unwrap();
    refused(&desk, &kept, &["here holds runs/1/notes.txt"]);
    fs::remove_file(desk.path("here/runs/1/notes.txt")).unwrap();
    // What is missing is no reason to refuse, and neither is an earlier format.
    fs::remove_file(desk.path("here/summary.json")).unwrap();
    let held = fs::read_to_string(desk.path("here/manifest.json")).unwrap();
    fs::write(desk.path("here/manifest.json"), without_format(&held)).unwrap();
    assert_eq!(desk.run(&kept).code, Some(0));
}

/// Neither the link nor what it leads to is touched, with `--force` and without.
#[cfg(unix)]
#[test]
fn a_link_for_a_folder_is_refused_with_what_it_leads_to() {
    use std::os::unix::fs::symlink;
    let desk = Desk::with(TINY);
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "there"]).code, Some(0));
    fs::create_dir(desk.path("empty")).unwrap();
    for leads_to in ["there", "empty", "nowhere"] {
        symlink(leads_to, desk.path("here")).unwrap();
        for kind in KINDS {
            refused(&desk, kind, &["here is a symbolic link", "--out", leads_to]);
            refused(&desk, &[kind, &["--force"][..]].concat(), &["here is a symbolic link", "--out", leads_to]);
        }
        for out in ["here/", "here/."] {
            refused(&desk, &["run", "tiny.ron", "--force", "--out", out], &["is a symbolic link", leads_to]);
        }
        assert_eq!(fs::read_link(desk.path("here")).unwrap(), Path::new(leads_to));
        fs::remove_file(desk.path("here")).unwrap();
    }
    // A link in the folder is somebody's own too, whatever its name.
    fs::rename(desk.path("there/ticks.csv"), desk.path("ticks.csv")).unwrap();
    symlink("../ticks.csv", desk.path("there/ticks.csv")).unwrap();
    refused(&desk, &["run", "tiny.ron", "--out", "there", "--force"], &["there holds ticks.csv (a link)"]);
}

/// A folder above the run's may be a link: it is neither removed nor replaced.
#[cfg(unix)]
#[test]
fn a_link_above_the_folder_is_followed() {
    let desk = Desk::with(TINY);
    fs::create_dir(desk.path("disk")).unwrap();
    std::os::unix::fs::symlink("disk", desk.path("output")).unwrap();
    for _ in 0..2 {
        assert_eq!(desk.run(&["run", "tiny.ron", "--force"]).code, Some(0));
    }
    assert!(desk.path("disk/tiny-1/ticks.csv").exists());
    assert_eq!(fs::read_link(desk.path("output")).unwrap(), Path::new("disk"));
}

/// `ulimit` stands for a full disk: a write fails after so many bytes.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_ends_a_sweep_with_its_status_and_leaves_nothing_half_written() {
    let desk = Desk::with(TINY);
    // In blocks of 512 bytes or 1,024: a run's tables do not fit, and then not even the table of runs.
    for (limit, more) in [("8", &["--keep-runs"][..]), ("4", &[])] {
        let first = ["run", "tiny.ron", "--seeds", "1..4", "--out", "here", "--blocks", "500", "--force"];
        let program = env!("CARGO_BIN_EXE_plimsoll");
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, program]).args(first).args(more).current_dir(desk.home.path());
        let told = Told::of(&shell.output().unwrap());
        assert_eq!((told.code, told.out.as_str()), (Some(1), ""), "{told:?}");
        for words in ["error: cannot write ", "too large", "the same command goes on"] {
            assert!(told.err.contains(words), "no `{words}` in: {}", told.err);
        }
        let contents = desk.contents();
        assert!(!contents.keys().any(|path| path.contains(".partial-")), "{:?}", contents.keys());
        assert_eq!(desk.json("here/manifest.json")["status"], "interrupted");
    }
    let again = ["run", "tiny.ron", "--seeds", "1..4", "--out", "here", "--blocks", "500"];
    assert_eq!(desk.run(&again).code, Some(0));
    assert_eq!(desk.json("here/manifest.json")["status"], "complete");
}

/// The same for a run, whose folder is complete or absent.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_ends_a_run_with_its_status_and_leaves_nothing() {
    let desk = Desk::with(TINY);
    let before = desk.contents();
    // Within a table, and in the first that is flushed at the end.
    for (command, limit, blocks) in [("run", "8", "500"), ("run", "1", "25"), ("cascade", "8", "500")] {
        let program = env!("CARGO_BIN_EXE_plimsoll");
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, program, command, "tiny.ron", "--out", "here", "--blocks", blocks]);
        let told = Told::of(&shell.current_dir(desk.home.path()).output().unwrap());
        assert_eq!((told.code, told.out.as_str()), (Some(1), ""), "{command} {limit}: {told:?}");
        for words in ["error: cannot write ", "too large"] {
            assert!(told.err.contains(words), "no `{words}` in: {}", told.err);
        }
        assert_eq!(desk.contents(), before, "{command} {limit}");
    }
    // What was there before stays as it was.
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "here"]).code, Some(0));
    let before = desk.contents();
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_plimsoll"), "run", "tiny.ron", "--out", "here", "--force"]);
    shell.args(["--blocks", "500"]);
    let told = Told::of(&shell.current_dir(desk.home.path()).output().unwrap());
    assert_eq!((told.code, desk.contents() == before), (Some(1), true), "{told:?}");
}

#[test]
fn equal_runs_of_the_program_leave_equal_data() {
    let desk = Desk::with(TINY);
    for out in ["one", "two"] {
        assert_eq!(desk.run(&["run", "tiny.ron", "--out", out, "--exact"]).code, Some(0));
    }
    let contents = desk.contents();
    for file in FILES.iter().filter(|file| **file != "manifest.json") {
        assert_eq!(contents[&format!("one/{file}")], contents[&format!("two/{file}")], "{file}");
    }
}

/// Says that a command is refused, and that the desk is as it was.
pub(super) fn refused(desk: &Desk, arguments: &[&str], words: &[&str]) {
    let before = desk.contents();
    let told = desk.run(arguments);
    assert_eq!((told.code, told.out.as_str()), (Some(2), ""), "{told:?}");
    for word in words {
        assert!(told.err.contains(word), "no `{word}` in: {}", told.err);
    }
    assert_eq!(desk.contents(), before, "{arguments:?} left something");
}

/// Debts that the market carries for the scenario's own seed and not for another.
#[test]
fn check_tries_other_seeds_than_the_scenarios_own() {
    let market = r#"Scenario(
        blocks: 10, block_time: "12 s", numeraire: "USDC", seed: 1,
        chain: (native: "ETH", base_fee: Fixed(10)),
        tokens: [
            (name: "USDC", decimals: 6, price: Fixed(1)),
            (name: "ETH", decimals: 18, price: Fixed(2_000)),
        ],
        oracles: [
            (name: "ETH", token: "ETH", sources: [(1, Outside)]),
            (name: "USDC", token: "USDC", sources: [(1, Outside)]),
        ],
        lending: [MorphoBlue(name: "morpho", lltv: 0.86, loan: (token: "USDC", oracle: "USDC", supplied: "AMOUNT"),
                             collateral: (token: "ETH", oracle: "ETH"))],
        agents: [Borrower(name: "borrower", market: "morpho", collateral: "ETH", debt: "USDC",
                          capital: LogNormal(median: 1_000, sigma: 2), owes: HealthFactor(Fixed(2)))],
    )"#;
    let ample = Desk::with(&market.replace("AMOUNT", "1_000_000_000"));
    assert_eq!(ample.run(&["check", "tiny.ron"]).code, Some(0));
    let scarce = Desk::with(&market.replace("AMOUNT", "2_500"));
    refused(&scarce, &["check", "tiny.ron"], &["with seed ", "has no USDC left to lend"]);
}

#[test]
fn a_scenario_with_mistakes_is_refused_with_all_of_them_and_nothing_is_written() {
    let text = TINY.replace("work_factor: 0.87", "work_factor: 0.95").replace(r#"farm: "farm""#, r#"farm: "frm""#);
    let text = text.replace("blocks: 25", "blocks: 0");
    let desk = Desk::with(&text);
    let all = ["a run of no blocks", "`frm`", "opened up to 0.95 and killed above 0.92"];
    refused(&desk, &["check", "tiny.ron"], &all);
    refused(&desk, &["run", "tiny.ron"], &all);
}

#[test]
fn a_scenario_that_cannot_be_read_is_refused() {
    refused(&Desk::with("Scenario("), &["run", "tiny.ron"], &["tiny.ron"]);
    refused(&Desk::with(TINY), &["run", "missing.ron"], &["missing.ron"]);
}

#[test]
fn a_market_that_cannot_begin_is_refused_and_leaves_nothing() {
    let desk = Desk::with(&TINY.replace("supply: Fixed(50_000)", "supply: Fixed(500)"));
    refused(
        &desk,
        &["run", "tiny.ron", "--out", "here"],
        &["cannot begin", "bank `bank`: its farmers borrow", "lenders supply 500"],
    );
    refused(&desk, &["check", "tiny.ron"], &["tiny.ron", "cannot begin"]);
}

#[test]
fn what_check_finds_fine_is_called_fine() {
    let desk = Desk::with(TINY);
    let told = desk.run(&["check", "tiny.ron"]);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{told:?}");
    assert!(told.out.starts_with("tiny.ron: fine, ") && told.out.ends_with(" of memory\n"), "{told:?}");
}

/// More agents than the machine holds are refused before anybody is made, by their number alone.
#[test]
fn more_agents_than_the_machine_holds_are_refused() {
    let desk = Desk::with(&TINY.replacen("count: 3", "count: 4_000_000_000", 1));
    refused(
        &desk,
        &["check", "tiny.ron"],
        &["tiny.ron", " agents and 4 protocols take about ", "of memory, and this machine has"],
    );
}

/// The same market, in which ETH falls by half at once: farmers are killed.
fn crashing() -> String {
    let shocks = r#"shocks: [Crash(token: "ETH", start: "1 min", size: Fixed(0.5))],
    pools: ["#;
    let agents = r#"FarmLiquidator(name: "liquidator", bank: "bank", bid_share: Fixed(0.1), kills_per_block: 1, gas_money: Fixed(5)),
        Arbitrageur(name: "arbitrageur", pool: "ETH/USDC", capital: Fixed(900_000), bid_share: Fixed(0.1), gas_money: Fixed(5)),
        Trader("#;
    let more = TINY.replace("pools: [", shocks).replacen("Trader(", agents, 1).replace("count: 5", "count: 20");
    more.replace("supply: Fixed(50_000)", "supply: Fixed(500_000)").replace("Fixed(1_000)", "Fixed(9_000)")
}

#[test]
fn causes_stand_beside_the_files_of_the_run() {
    let desk = Desk::with(&crashing());
    assert_eq!(desk.run(&["run", "tiny.ron"]).code, Some(0));
    let told = desk.run(&["cascade", "tiny.ron", "--audit", "--depth", "9"]);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{told:?}");
    for words in ["generation 0", "at its lowest", "amplification", "output/tiny-1-cascade"] {
        assert!(told.out.contains(words), "no `{words}` in: {}", told.out);
    }
    let contents = desk.contents();
    for file in FILES.iter().filter(|file| !["manifest.json", "summary.json"].contains(file)) {
        let (run, cascade) = (format!("output/tiny-1/{file}"), format!("output/tiny-1-cascade/{file}"));
        assert_eq!(contents[&run], contents[&cascade], "{file}");
    }
    let summary = desk.json("output/tiny-1-cascade/summary.json");
    let rows = csv::Reader::from_reader(&*contents["output/tiny-1-cascade/cascade.csv"]).records().count() as u64;
    assert!(rows > 0 && summary["liquidations"]["count"] == rows, "{summary}");
    assert_eq!(summary["cascade"]["ended_within_depth"], true);
    assert_eq!(desk.json("output/tiny-1-cascade/manifest.json")["options"]["cascade_depth"], 9);
    assert!(desk.json("output/tiny-1/summary.json").get("cascade").is_none());
}

#[test]
fn an_empty_run_has_no_causes_and_says_so() {
    let desk = Desk::with(TINY);
    let told = desk.run(&["cascade", "tiny.ron"]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.out.contains("nothing was liquidated"), "{}", told.out);
    let rows = fs::read_to_string(desk.path("output/tiny-1-cascade/cascade.csv")).unwrap();
    assert_eq!(rows.lines().count(), 1, "{rows}");
}

#[test]
fn causes_over_many_seeds_are_the_same_bytes_for_any_number_of_jobs() {
    let desk = Desk::with(&crashing());
    for jobs in ["1", "3"] {
        let out = format!("jobs-{jobs}");
        let told = desk.run(&["cascade", "tiny.ron", "--seeds", "1..6", "--jobs", jobs, "--out", &out, "--depth", "3"]);
        assert_eq!(told.code, Some(0), "{told:?}");
    }
    let contents = desk.contents();
    for file in ["runs.csv", "summary.json", "scenario.ron"] {
        assert!(contents[&format!("jobs-1/{file}")] == contents[&format!("jobs-3/{file}")], "{file}");
    }
    let header = String::from_utf8_lossy(&contents["jobs-1/runs.csv"]).lines().next().unwrap().to_owned();
    assert!(header.starts_with("seed,failed,scenario,"), "{header}");
    assert!(header.contains("cascade_price_amplification_eth_in_eth_usdc_amplification"), "{header}");
    // Another depth is another question.
    let told = desk.run(&["cascade", "tiny.ron", "--seeds", "1..6", "--out", "jobs-1", "--depth", "4"]);
    assert!(told.code == Some(2) && told.err.contains("--depth 3"), "{told:?}");
}

#[test]
fn runs_are_compared_in_what_they_say_and_in_what_came_of_them() {
    let desk = Desk::with(&crashing());
    fs::write(desk.path("mild.ron"), crashing().replace("Fixed(0.5))", "Fixed(0.3))")).unwrap();
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "one"]).code, Some(0));
    assert_eq!(desk.run(&["run", "mild.ron", "--out", "two"]).code, Some(0));
    let told = desk.run(&["compare", "one", "two"]);
    assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{told:?}");
    for words in [
        "seed 1, with the same random draws",
        "shocks.ETH.size",
        "Fixed(0.5)",
        "Fixed(0.3)",
        "farmer_earned",
        "trader_revaluation",
        "farmer_profit",
        "figures differ",
    ] {
        assert!(told.out.contains(words), "no `{words}` in: {}", told.out);
    }
    // A scenario is run with the folder's seed, and gives what the folder holds.
    let told = desk.run(&["compare", "two", "mild.ron"]);
    assert!(told.out.contains("the scenarios say the same") && told.out.contains("0 of "), "{told:?}");
    let told = desk.run(&["compare", "tiny.ron", "mild.ron", "--seeds", "1..4", "--csv"]);
    assert!(told.out.starts_with("side,figure,first,second,difference,low,high\nmild.ron,"), "{}", told.out);
    let told = desk.run(&["compare", "tiny.ron", "mild.ron", "--seeds", "1..4", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    let field = serde_json::json!({ "field": "shocks.ETH.size", "first": "Fixed(0.5)", "second": "Fixed(0.3)" });
    assert_eq!((&json[0]["seeds"], &json[0]["scenario"][0]), (&serde_json::json!([1, 2, 3, 4]), &field), "{told:?}");
    let debt =
        &json[0]["figures"].as_array().unwrap().iter().find(|f| f["figure"] == "liquidations_debt_numeraire").unwrap();
    assert!(debt["difference"]["low"].as_f64() < debt["difference"]["high"].as_f64(), "{debt}");
    let told = desk.run(&["compare", "one", "mild.ron", "--seeds", "8"]);
    assert!(told.out.contains("no seed in common"), "{told:?}");
}

/// Returns a manifest as versions wrote it that did not number their format.
fn without_format(manifest: &str) -> String {
    let lines = manifest.lines().filter(|line| !line.trim_start().starts_with("\"format\":"));
    let without = lines.collect::<Vec<_>>().join("\n");
    assert!(without.lines().count() < manifest.lines().count(), "{manifest}");
    without
}

#[test]
fn folders_that_differ_from_their_manifest_are_warned_of_or_refused() {
    let desk = Desk::with(TINY);
    for out in ["one", "two"] {
        assert_eq!(desk.run(&["run", "tiny.ron", "--out", out]).code, Some(0));
    }
    fs::create_dir(desk.path("thesis")).unwrap();
    refused(&desk, &["compare", "one", "thesis"], &["thesis is not the folder of a run"]);
    refused(&desk, &["compare", "one", "missing.ron"], &["missing.ron"]);
    let manifest = fs::read_to_string(desk.path("two/manifest.json")).unwrap();
    let other = |was: &str, is: &str| fs::write(desk.path("two/manifest.json"), manifest.replacen(was, is, 1)).unwrap();
    // What the versions before wrote had no number.
    fs::write(desk.path("two/manifest.json"), without_format(&manifest)).unwrap();
    refused(&desk, &["compare", "one", "two"], &["two has format 1", "reads format 4", "make it again"]);
    refused(&desk, &["report", "two"], &["two has format 1", "reads format 4", "make it again"]);
    let sweep = ["run", "tiny.ron", "--seeds", "1..2", "--out", "sweep"];
    assert_eq!(desk.run(&sweep).code, Some(0));
    let path = desk.path("sweep/manifest.json");
    let held = fs::read_to_string(&path).unwrap();
    fs::write(&path, without_format(&held)).unwrap();
    refused(&desk, &sweep, &["sweep holds runs of format 1, and this is format 4", "choose another --out"]);
    other("complete", "interrupted");
    refused(&desk, &["compare", "one", "two"], &["two is not finished", "after block 25"]);
    other(env!("CARGO_PKG_VERSION"), "0.0.7");
    fs::write(desk.path("two/agents.csv"), "forged").unwrap();
    fs::remove_file(desk.path("two/ticks.csv")).unwrap();
    let told = desk.run(&["compare", "one", "two"]);
    assert!(told.code == Some(0) && told.out.contains("0 of "), "{told:?}");
    for words in ["plimsoll 0.0.7", "two/agents.csv was edited", "two/ticks.csv is missing"] {
        assert!(told.err.contains(words), "no `{words}` in: {}", told.err);
    }
    fs::write(desk.path("two/summary.json"), "[]").unwrap();
    refused(&desk, &["compare", "one", "two"], &["cannot read two/summary.json"]);
}

/// A run that would take minutes, to be ended from outside.
#[cfg(unix)]
fn long_run(desk: &Desk) -> std::process::Child {
    let mut child = desk
        .command(&["run", "tiny.ron", "--out", "here", "--blocks", "100000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = || {
        let names = fs::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut folders = names.filter(|path| path.is_dir());
        folders.any(|folder| fs::metadata(folder.join("ticks.csv")).is_ok_and(|file| file.len() > 100_000))
    };
    let tries = (0..600).take_while(|_| !begun()).inspect(|_| std::thread::sleep(Duration::from_millis(50))).count();
    if tries == 600 {
        child.kill().unwrap();
        panic!("the run wrote nothing in half a minute");
    }
    child
}

#[cfg(unix)]
fn signal(child: &std::process::Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_a_folder_that_is_whole_up_to_a_block() {
    let desk = Desk::with(TINY);
    let child = long_run(&desk);
    signal(&child, "-INT");
    let told = Told::of(&child.wait_with_output().unwrap());
    assert_eq!(told.code, Some(130), "{told:?}");
    assert!(told.err.contains("stopping after this block"), "{}", told.err);
    let manifest = desk.json("here/manifest.json");
    let blocks = manifest["blocks"].as_u64().unwrap();
    assert_eq!(manifest["status"], "interrupted");
    assert_eq!(desk.rows_of_ticks("here"), (0..blocks).collect::<Vec<u64>>());
    assert_eq!(desk.json("here/summary.json")["blocks"], blocks);
    let folders: Vec<String> = desk.contents().into_keys().filter(|path| path.ends_with('/')).collect();
    assert_eq!(folders, ["here/"]);
    for file in manifest["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let bytes = fs::read(desk.path("here").join(name)).unwrap();
        assert_eq!(file["blake3"], blake3::hash(&bytes).to_string(), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_no_folder_that_looks_finished() {
    let desk = Desk::with(TINY);
    let mut child = long_run(&desk);
    child.kill().unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), None);
    assert!(!desk.path("here").exists(), "{err}");
    let contents = desk.contents();
    assert!(!contents.keys().any(|path| path.ends_with("manifest.json")), "{:?}", contents.keys());
    assert!(contents.keys().all(|path| path.starts_with('.') || path == "tiny.ron"), "{:?}", contents.keys());

    // And what it left is in nobody's way, and goes with the next run of that name, not with one of another.
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "her"]).code, Some(0));
    assert_eq!(hidden(&desk).len(), 1);
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "here"]).code, Some(0));
    assert_eq!(hidden(&desk), [""; 0]);
}

/// Returns the hidden names on the desk.
fn hidden(desk: &Desk) -> Vec<String> {
    let names = fs::read_dir(desk.home.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with('.')).collect()
}

#[cfg(unix)]
#[test]
fn the_hidden_folder_of_a_process_that_lives_stays() {
    let desk = Desk::with(TINY);
    let mut child = long_run(&desk);
    let before = hidden(&desk);
    let told = desk.run(&["run", "tiny.ron", "--out", "here"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((told.code, hidden(&desk)), (Some(0), before), "{told:?}");
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "here", "--force"]).code, Some(0));
    assert_eq!(hidden(&desk), [""; 0]);
}

#[test]
fn what_a_killed_process_left_in_a_sweep_goes_with_the_next_one() {
    let desk = Desk::with(TINY);
    let sweep = ["run", "tiny.ron", "--out", "here", "--seeds", "1..2", "--keep-runs", "--report"];
    for more in [&[][..], &["--force"]] {
        assert_eq!(desk.run(&[&sweep[..], more].concat()).code, Some(0));
        let whole: Vec<String> = desk.contents().into_keys().collect();
        for name in ["here/.runs.csv.partial-7", "here/.report.html.partial-7", "here/.manifest.json.partial-7"] {
            fs::write(desk.path(name), "hal").unwrap();
        }
        fs::create_dir(desk.path("here/runs/.2.partial-7")).unwrap();
        fs::write(desk.path("here/runs/.2.partial-7/ticks.csv"), "hal").unwrap();
        let told = desk.run(&[&sweep[..], more].concat());
        assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{told:?}");
        assert_eq!(desk.contents().into_keys().collect::<Vec<_>>(), whole);
    }
}
