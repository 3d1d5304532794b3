//! `README.md` explains the scenario that is there, and names every kind of agent. What it shows of the program's output is
//! held by `tests/readme`.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The scenario that README explains.
const SCENARIO: &str = "scenarios/leveraged_farm_crash.ron";

/// Returns the text of a file of the package.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
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
    let stages = Command::new(env!("CARGO_BIN_EXE_plimsoll")).arg("stages").output().unwrap().stdout;
    let stages = String::from_utf8(stages).unwrap();
    let kinds: Vec<_> =
        stages.split(['<', '>']).skip(1).step_by(2).filter(|kind| !page.contains(&format!("`{kind}`"))).collect();
    assert_eq!(kinds, [""; 0]);
    assert!(stages.contains("decide<Farmer>"));
}
