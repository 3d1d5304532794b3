//! `README.md` shows what the program prints: its commands are run in their order, in one folder, as a reader would.
//!
//! They take minutes, and are run by `cargo test --release --test readme`. `PLIMSOLL_BLESS=1` writes what they print into the
//! page instead of comparing it. The two figures that no command prints are made here of what runs have left, and
//! so is what the prose of the page and the comments of scenarios say of sweeps.

mod comments;
mod figures;
mod page;
mod sandwiches;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use page::{Block, one_spaced, wrapped};

/// The scenario that the page runs and varies.
const SCENARIO: &str = "scenarios/leveraged_farm_crash.ron";

/// What the page's `my_variant.ron` writes in place of what the scenario has, as the comparison there says.
const VARIED: [(&str, &str); 3] = [
    ("gas_limit: 30_000_000", "gas_limit: 60_000_000"),
    ("target: 15_000_000", "target: 30_000_000"),
    ("size: Fixed(0.35)", "size: Fixed(0.30)"),
];

/// Returns a path within the package.
fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder with the scenarios and the variant, in which commands are run.
struct Reader(TempDir);

impl Reader {
    fn new() -> Self {
        let home = TempDir::new().unwrap();
        for folder in ["scenarios", "scenarios/market", "scenarios/chain"] {
            fs::create_dir(home.path().join(folder)).unwrap();
            for entry in fs::read_dir(package(folder)).unwrap().map(Result::unwrap) {
                if entry.path().is_file() {
                    fs::copy(entry.path(), home.path().join(folder).join(entry.file_name())).unwrap();
                }
            }
        }
        let scenario = fs::read_to_string(package(SCENARIO)).unwrap();
        let variant = VARIED.iter().fold(scenario, |text, (from, to)| {
            assert!(text.contains(from), "{SCENARIO} has no `{from}`");
            text.replace(from, to)
        });
        fs::write(home.path().join("my_variant.ron"), variant).unwrap();
        Self(home)
    }

    /// Runs the program with these arguments, and returns what it prints.
    #[track_caller]
    fn runs(&self, arguments: &str) -> String {
        let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let output = program.args(arguments.split(' ')).current_dir(self.0.path()).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns a file that a run has left.
    fn left(&self, path: &str) -> Vec<u8> {
        fs::read(self.0.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// Returns the arguments of a command of the page; none of one that is not the program's. No browser is opened.
fn arguments(command: &str) -> Option<String> {
    let arguments = command.strip_prefix("plimsoll ").or_else(|| command.strip_prefix("cargo run --release -- "))?;
    Some(arguments.replace(" --open", ""))
}

/// Returns what a command prints, of causes without what is said of the run: the page shows that before.
fn shown(command: &str, printed: &str) -> String {
    if !command.starts_with("cascade ") {
        return printed.to_owned();
    }
    let (_, causes) = printed.split_once("\n\n cause ").expect("causes have a table");
    let (causes, _) = causes.split_once("\n\nThe files are in").expect("it says where the files are");
    format!(" cause {causes}\n")
}

/// Returns what the page should hold below a command.
fn printed(reader: &Reader, block: &Block) -> Option<String> {
    match block {
        Block::Command(command) => {
            arguments(command).map(|arguments| wrapped(&shown(&arguments, &reader.runs(&arguments))))
        }
        Block::MutedForcedSales => Some(figures::muted_forced_sales(reader)),
        Block::RoomForLiquidations => Some(figures::room_for_liquidations(reader)),
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes minutes: cargo test --release --test readme")]
fn every_command_prints_what_is_shown() {
    let (path, reader) = (package("README.md"), Reader::new());
    let text = fs::read_to_string(&path).unwrap();
    let blessed = page::rewritten(&text, |block| printed(&reader, block));
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        fs::write(path, blessed).unwrap();
        return;
    }
    let differs: Vec<_> =
        page::texts(&text).zip(page::texts(&blessed)).filter(|(a, b)| one_spaced(a) != one_spaced(b)).collect();
    assert!(
        differs.is_empty(),
        "README shows, and the program prints (PLIMSOLL_BLESS=1 writes it):\n{}",
        page::beside(&differs)
    );
}

#[test]
fn below_a_command_of_causes_stand_causes_alone() {
    let printed = "a run\n\n kind\n\n cause   debt\n shock   1\n\nThe files are in output\n";
    assert_eq!(shown("cascade a.ron", printed), " cause   debt\n shock   1\n");
    assert_eq!(shown("run a.ron", printed), printed);
}

#[test]
fn commands_that_are_not_the_programs_are_left_alone() {
    assert_eq!(arguments("plimsoll report folder --open").as_deref(), Some("report folder"));
    assert_eq!(arguments("cargo run --release -- run a.ron").as_deref(), Some("run a.ron"));
    assert_eq!(arguments("cargo test --workspace"), None);
}
