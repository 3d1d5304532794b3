//! What `README.md` shows of the program is what it prints.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// The scenario that README runs and varies.
const SCENARIO: &str = "scenarios/leveraged_farm_crash.ron";

/// What README's `my_variant.ron` writes in place of what the scenario has, as the comparison there says.
const VARIED: [(&str, &str); 2] =
    [("gas_limit: 15_000_000", "gas_limit: 30_000_000"), ("size: Fixed(0.35)", "size: Fixed(0.30)")];

/// Returns the text of a file of the package.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Returns the text that README shows below a command, one space between words.
fn shown_below(command: &str) -> String {
    let page = read("README.md");
    let below = page.split_once(&format!("{command}\n```")).unwrap_or_else(|| panic!("README has no `{command}`")).1;
    let shown = below.split_once("```text\n").and_then(|(_, text)| text.split_once("```"));
    one_spaced(shown.expect("a command's output is shown below it").0)
}

/// Returns what the program prints, one space between words, in a folder with the scenario and its variant.
fn printed(arguments: &str) -> String {
    let home = TempDir::new().unwrap();
    let scenario = read(SCENARIO);
    let variant = VARIED.iter().fold(scenario.clone(), |text, (from, to)| {
        assert!(text.contains(from), "{SCENARIO} has no `{from}`");
        text.replace(from, to)
    });
    fs::create_dir(home.path().join("scenarios")).unwrap();
    fs::write(home.path().join(SCENARIO), scenario).unwrap();
    fs::write(home.path().join("my_variant.ron"), variant).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let output = program.args(arguments.split(' ')).current_dir(home.path()).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    one_spaced(&String::from_utf8(output.stdout).unwrap())
}

/// Joins words by single spaces: a page may break a line that the program does not.
fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn holds(command: &str, arguments: &str) {
    let (shown, printed) = (shown_below(command), printed(arguments));
    assert!(printed.contains(&shown), "README shows below `{command}`\n{shown}\nand the program prints\n{printed}");
}

#[test]
fn a_run_prints_what_is_shown() {
    let command = format!("cargo run --release -- run {SCENARIO}");
    holds(&command, &format!("run {SCENARIO}"));
    assert!(
        !printed(&format!("run {SCENARIO} --seed 2")).contains(&shown_below(&command)),
        "another seed is another run"
    );
}

#[test]
fn a_cascade_prints_what_is_shown() {
    let arguments = format!("cascade {SCENARIO} --depth 10");
    holds(&format!("plimsoll {arguments}"), &arguments);
}

#[test]
fn a_comparison_prints_what_is_shown() {
    let arguments = format!("compare {SCENARIO} my_variant.ron --seeds 1..20");
    holds(&format!("plimsoll {arguments}"), &arguments);
}

#[test]
fn an_experiment_prints_what_is_shown() {
    holds("plimsoll validate D17", "validate D17");
}

/// The hundred runs of README take too long for a test; two have the same figures.
#[test]
fn many_seeds_print_the_figures_that_are_shown() {
    let (shown, printed) = (
        shown_below(&format!("plimsoll run {SCENARIO} --seeds 1..100")),
        printed(&format!("run {SCENARIO} --seeds 1..2")),
    );
    let figures = |text: &str| {
        let words = text.split(' ').filter(|word| word.contains('_') && !word.contains("leveraged_farm_crash"));
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(!figures(&shown).is_empty());
    assert_eq!(figures(&shown), figures(&printed));
}

/// Returns the text without comments, spaces and commas before closing brackets.
fn squeezed(text: &str) -> String {
    let code = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<String>();
    code.split_whitespace().collect::<String>().replace(",]", "]").replace(",)", ")")
}

#[test]
fn each_piece_of_the_first_scenario_stands_in_it() {
    let (page, scenario) = (read("README.md"), squeezed(&read(SCENARIO)));
    let pieces = page.split_once("## A first scenario").and_then(|(_, below)| below.split_once("\n## ")).unwrap().0;
    let blocks = pieces.split("```ron\n").skip(1).map(|piece| piece.split_once("```").unwrap().0);
    let lines: Vec<_> = blocks.flat_map(str::lines).map(squeezed).collect();
    let strange: Vec<_> = lines.iter().filter(|line| !scenario.contains(line.trim_end_matches(','))).collect();
    assert!(lines.len() > 20 && strange.is_empty(), "not in {SCENARIO}: {strange:?}");
}

#[test]
fn every_kind_of_agent_is_named() {
    let page = read("README.md");
    let stages = printed("stages");
    let kinds: Vec<_> =
        stages.split(['<', '>']).skip(1).step_by(2).filter(|kind| !page.contains(&format!("`{kind}`"))).collect();
    assert_eq!(kinds, [""; 0]);
    assert!(stages.contains("decide<Farmer>"));
}
