//! The folder of a run holds all that its run needs, and is run again from that alone.

use std::fs;

use super::command::{Desk, TINY, refused};

const DRAWN: &str = "Gbm(start: 2_000, volatility: 0.8)";
const RECORDED: &str =
    r#"Replay(file: "data/eth.csv", time_column: "time", time_format: UnixSeconds, price_column: "close")"#;
const SERIES: &str = "time,close\n0,2000\n60,1990\n120,2010\n300,1980\n";
const GAS: &str = r#"Replay(file: "eth.csv", time_column: 1, time_format: UnixSeconds, price_column: 2, header: false,
    skip_lines: 1, unit: Gwei)"#;

/// A desk on which the price of ETH is recorded, and the gas price in another file of the same name that an included file
/// names.
fn desk() -> Desk {
    let text = TINY.replace(DRAWN, RECORDED);
    let text = text.replace(r#"chain: (native: "ETH", base_fee: Fixed(30)),"#, r#"include: ["chain/chain.ron"],"#);
    let desk = Desk::with(&text.replace("    block_time: \"12 s\",\n", ""));
    for folder in ["data", "chain"] {
        fs::create_dir(desk.path(folder)).unwrap();
    }
    let chain = format!(r#"(block_time: "12 s", chain: (native: "ETH", base_fee: {GAS}))"#);
    fs::write(desk.path("chain/chain.ron"), chain).unwrap();
    fs::write(desk.path("chain/eth.csv"), "seconds,gwei\n0,20\n120,35\n300,30\n").unwrap();
    fs::write(desk.path("data/eth.csv"), SERIES).unwrap();
    desk
}

/// Moves a folder to where nothing that it was made from is left.
fn moved_away(desk: &Desk, folder: &str) -> String {
    fs::create_dir_all(desk.path("elsewhere")).unwrap();
    let to = format!("elsewhere/{folder}");
    fs::rename(desk.path(folder), desk.path(&to)).unwrap();
    for path in ["data", "chain", "tiny.ron"] {
        fs::rename(desk.path(path), desk.path(&format!("{path}.away"))).unwrap();
    }
    to
}

#[test]
fn a_folder_is_run_again_without_the_files_that_it_was_made_from() {
    for command in ["run", "cascade"] {
        let desk = desk();
        let told = desk.run(&[command, "tiny.ron", "--out", "made", "--seed", "7", "--blocks", "20", "--exact"]);
        assert_eq!(told.code, Some(0), "{told:?}");
        let series = desk.json("made/manifest.json")["series"].clone();
        assert_eq!(series[0]["name"], "series_1_eth.csv", "{series:#}");
        assert_eq!((&series[1]["name"], &series[1]["from"]), (&"series_2_eth.csv".into(), &"chain/eth.csv".into()));
        assert_eq!(series[0]["blake3"], blake3::hash(SERIES.as_bytes()).to_string());
        assert_eq!(fs::read_to_string(desk.path("made/series_1_eth.csv")).unwrap(), SERIES);

        let made = moved_away(&desk, "made");
        let before = desk.contents();
        let told = desk.run(&["run", &made]);
        assert_eq!((told.code, told.err.as_str()), (Some(0), ""), "{told:?}");
        let files = desk.json(&format!("{made}/manifest.json"))["files"].as_array().unwrap().len();
        assert!(told.out.contains(&format!("{made} is reproduced: {files} files, each with its digest")), "{told:?}");
        assert_eq!(desk.contents(), before);

        let told = desk.run(&["run", &made, "--out", "again"]);
        assert_eq!(told.code, Some(0), "{told:?}");
        let told = desk.run(&["run", "again"]);
        assert!(told.code == Some(0) && told.out.contains("again is reproduced"), "{told:?}");
        // The scenario in the folder is one like any other.
        let inside = format!("{made}/scenario.ron");
        assert_eq!(desk.run(&["check", &inside]).code, Some(0));
    }
}

#[test]
fn what_is_not_reproduced_is_named_with_its_first_line() {
    let desk = desk();
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "made"]).code, Some(0));
    let path = desk.path("made/scenario.ron");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("size: Fixed(500)", "size: Fixed(501)")).unwrap();
    let told = desk.run(&["run", "made"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    let scenario = "made/scenario.ron was edited since the run";
    for words in [
        scenario,
        "made is not reproduced: ",
        "files differ, the first is agents.csv, in line ",
        "then: ",
        "now: ",
        "made-again",
    ] {
        assert!(told.err.contains(words), "no `{words}` in: {}", told.err);
    }
    assert!(desk.path("made-again/ticks.csv").is_file());
    refused(&desk, &["run", "made"], &["made-again exists", "--force"]);
    assert_eq!(desk.run(&["run", "made", "--force"]).code, Some(1));

    // A digest that another version left.
    fs::write(&path, text).unwrap();
    let manifest = fs::read_to_string(desk.path("made/manifest.json")).unwrap();
    let ticks = blake3::hash(&fs::read(desk.path("made/ticks.csv")).unwrap()).to_string();
    let older = manifest.replacen(env!("CARGO_PKG_VERSION"), "0.0.7", 1).replace(&ticks, &"0".repeat(64));
    fs::write(desk.path("made/manifest.json"), older).unwrap();
    let told = desk.run(&["run", "made", "--force"]);
    assert_eq!(told.code, Some(1), "{told:?}");
    for words in ["1 of ", "the first is ticks.csv, of which no line differs", "made by plimsoll 0.0.7, and this is"] {
        assert!(told.err.contains(words), "no `{words}` in: {}", told.err);
    }
}

#[test]
fn a_folder_is_run_again_as_its_manifest_says_and_with_the_series_that_it_was_run_with() {
    let desk = desk();
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "made"]).code, Some(0));
    for option in
        [&["--seed", "3"][..], &["--blocks", "3"], &["--audit"], &["--seeds", "1..3"], &["--mute-forced-sales"]]
    {
        let arguments = [&["run", "made"], option].concat();
        refused(&desk, &arguments, &["as its manifest says", "made/scenario.ron"]);
    }
    fs::write(desk.path("made/series_1_eth.csv"), SERIES.replace("1990", "1991")).unwrap();
    refused(&desk, &["run", "made"], &["made/series_1_eth.csv is not what the run was made from", "BLAKE3"]);
    fs::remove_file(desk.path("made/series_1_eth.csv")).unwrap();
    refused(&desk, &["run", "made"], &["series_1_eth.csv: cannot be read"]);
    refused(&desk, &["run", "data"], &["data is not the folder of a run"]);
    assert_eq!(desk.run(&["run", "tiny.ron", "--seeds", "1..2", "--out", "many", "--keep-runs"]).code, Some(0));
    refused(&desk, &["run", "many"], &["many is of many seeds", "many/runs/1", "many/scenario.ron --seeds 1..2"]);
    let told = desk.run(&["run", "many/runs/2"]);
    assert!(told.code == Some(0) && told.out.contains("many/runs/2 is reproduced"), "{told:?}");
    assert_eq!(desk.run(&["run", "many/scenario.ron", "--seeds", "1..2", "--out", "others"]).code, Some(0));
    let rows = |folder: &str| fs::read_to_string(desk.path(folder).join("runs.csv")).unwrap();
    assert!(rows("many").replace(",tiny,", ",scenario,") == rows("others"));
}

#[test]
fn force_removes_the_copies_and_nothing_beside_them() {
    let desk = desk();
    for command in [&["run", "tiny.ron", "--out", "made"][..], &["run", "tiny.ron", "--seeds", "1..2", "--out", "many"]]
    {
        assert_eq!(desk.run(command).code, Some(0));
        let out = command[command.len() - 1];
        assert!(desk.path(out).join("series_2_eth.csv").is_file());
        let own = desk.path(out).join("series_3_eth.csv");
        fs::write(&own, SERIES).unwrap();
        let forced = [command, &["--force", "--blocks", "5"]].concat();
        refused(&desk, &forced, &["holds series_3_eth.csv"]);
        fs::remove_file(&own).unwrap();
        assert_eq!(desk.run(&forced).code, Some(0));
    }
}

#[test]
fn other_prices_are_another_scenario() {
    let desk = desk();
    let digest = || {
        assert_eq!(desk.run(&["run", "tiny.ron", "--out", "made", "--force"]).code, Some(0));
        desk.json("made/manifest.json")["scenario"]["blake3"].clone()
    };
    let before = digest();
    let sweep = ["run", "tiny.ron", "--seeds", "1..2", "--out", "many"];
    assert_eq!(desk.run(&sweep).code, Some(0));
    fs::write(desk.path("data/eth.csv"), SERIES.replace("1990", "1991")).unwrap();
    assert_ne!(digest(), before);
    refused(&desk, &sweep, &["many holds runs of tiny.ron with digest "]);
}

#[test]
fn a_large_series_is_named_where_it_lies_with_its_digest() {
    let desk = desk();
    let large = format!("{SERIES}{}", "\n".repeat(16 << 20));
    fs::write(desk.path("data/eth.csv"), &large).unwrap();
    assert_eq!(desk.run(&["run", "tiny.ron", "--out", "made"]).code, Some(0));
    let series = desk.json("made/manifest.json")["series"][0].clone();
    let lies = fs::canonicalize(desk.path("data/eth.csv")).unwrap();
    assert_eq!((&series["name"], &series["copied"]), (&lies.to_str().unwrap().into(), &false.into()), "{series:#}");
    assert!(!desk.path("made/series_1_eth.csv").exists() && desk.path("made/series_2_eth.csv").exists());
    let told = desk.run(&["run", "made"]);
    assert!(told.code == Some(0) && told.out.contains("made is reproduced"), "{told:?}");
    fs::write(&lies, large.replace("1990", "1991")).unwrap();
    refused(&desk, &["run", "made"], &["eth.csv is not what the run was made from"]);
}
