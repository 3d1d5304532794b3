//! The data files of every shipped scenario are those of the version before, column by column.
//!
//! `digests.txt` holds a digest of each column of each table and of each leaf of each JSON document. A column may be new;
//! one that is gone or that differs must be explained in the lists here. `PLIMSOLL_BLESS=1 cargo test --release --test
//! frozen` makes this version the one to compare with: then the lists begin empty again.

#[path = "../common/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test program shares what it needs")]
mod common;
mod table;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use common::run::run_file;
use rayon::prelude::*;
use table::{Frozen, Table};

/// What differs from the version before. In each pattern `*` stands for any text, once.
struct Lists {
    /// Columns and paths that have a new name: the file, the old name, the new name.
    renamed: &'static [(&'static str, &'static str, &'static str)],
    /// Words that have a new name where they are a whole cell or string: the file, the column's old name, the old
    /// word, the new word.
    words: &'static [(&'static str, &'static str, &'static str, &'static str)],
    /// What is not compared: scenario, file, column's old name, and why. `rows` is the number of a table's rows, without
    /// which its columns cannot be compared.
    exempt: &'static [(&'static str, &'static str, &'static str, &'static str)],
}

const LISTS: Lists = Lists { renamed: &[], words: &[], exempt: &[] };

/// Scenarios that take seconds where the arithmetic is not optimised, the dearest first: release builds alone run them.
const COSTLY: [&str; 10] = [
    "million_borrowers",
    "liquidations",
    "stable_pair_vs_volatile_pair",
    "maker_auctions",
    "layer2",
    "black_thursday_maker",
    "aave_crash",
    "jumps",
    "concentrated_liquidity",
    "congested_crash_tenth",
];

/// Prints, in an ordinary `cargo test` too: the test harness captures `println!`, not writes to the handle.
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("standard output is open");
}

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every scenario file that ships, by name.
fn shipped() -> Vec<(String, PathBuf)> {
    let folders = ["scenarios", "benches/scenarios"].map(|folder| fs::read_dir(top().join(folder)).unwrap());
    let paths = folders.into_iter().flatten().map(|entry| entry.unwrap().path());
    let scenarios = paths.filter(|path| path.extension().is_some_and(|ending| ending == "ron"));
    let mut named: Vec<_> =
        scenarios.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect();
    named.sort_by_key(|(name, _)| {
        (COSTLY.iter().position(|costly| costly == name).unwrap_or(COSTLY.len()), name.clone())
    });
    named
}

/// Runs a scenario, and returns what it left.
fn tables(path: &Path) -> Vec<(String, Table)> {
    run_file(path).into_iter().map(|(name, bytes)| (name.clone(), Table::read(&name, &bytes))).collect()
}

impl Lists {
    /// Returns the name that a column of the version before has now.
    fn now(&self, file: &str, column: &str) -> String {
        let renamed = self.renamed.iter().filter(|(of, ..)| *of == file);
        let mut now = renamed.filter_map(|(_, old, new)| Some(new.replacen('*', part_under_star(old, column)?, 1)));
        now.next().unwrap_or_else(|| column.to_owned())
    }

    /// Returns the words of a column that have a new name: the new one, the old one.
    fn words_of(&self, file: &str, column: &str) -> Vec<(&str, &str)> {
        let of =
            self.words.iter().filter(|(of, pattern, ..)| *of == file && part_under_star(pattern, column).is_some());
        of.map(|(_, _, old, new)| (*new, *old)).collect()
    }

    /// Returns which exemption there is for a column.
    fn exemption(&self, scenario: &str, file: &str, column: &str) -> Option<usize> {
        let covers = |pattern: &str, text: &str| part_under_star(pattern, text).is_some();
        self.exempt.iter().position(|(of, in_file, pattern, _)| {
            covers(of, scenario) && covers(in_file, file) && covers(pattern, column)
        })
    }

    /// Returns how what a scenario leaves now differs from before, each with the exemption that it falls under.
    fn differences(
        &self,
        scenario: &str,
        before: &[(String, Frozen)],
        now: &[(String, Table)],
    ) -> Vec<(String, Option<usize>)> {
        let mut found = Vec::new();
        for (file, frozen) in before {
            let mut differs = |column: &str, how: &str| {
                found.push((format!("{scenario}/{file}: {column}: {how}"), self.exemption(scenario, file, column)));
            };
            let Some((_, table)) = now.iter().find(|(name, _)| name == file) else {
                differs("rows", "the file is gone");
                continue;
            };
            if frozen.rows != table.rows {
                differs("rows", &format!("there were {}, now there are {}", frozen.rows, table.rows));
                continue;
            }
            for (digest, column) in &frozen.columns {
                let name = self.now(file, column);
                match table.digest(&name, &self.words_of(file, column)) {
                    None => differs(column, &format!("there is no `{name}` now")),
                    Some(now) if now != *digest => differs(column, "other values"),
                    Some(_) => {}
                }
            }
        }
        found
    }
}

/// Says whether a pattern matches, and what stands where its `*` does.
fn part_under_star<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    let Some((start, end)) = pattern.split_once('*') else { return (pattern == text).then_some("") };
    text.strip_prefix(start)?.strip_suffix(end)
}

#[test]
fn every_scenario_leaves_what_the_version_before_left() {
    let path = top().join("tests/frozen/digests.txt");
    let mut scenarios = shipped();
    if env::var_os("PLIMSOLL_BLESS").is_some() {
        let mut left: Vec<_> = scenarios.par_iter().map(|(name, path)| (name.as_str(), tables(path))).collect();
        left.sort_by_key(|(name, _)| *name);
        fs::write(path, table::write(&left)).unwrap();
        return;
    }
    let frozen = table::parse(&fs::read_to_string(path).unwrap());
    for (name, _) in &frozen {
        assert!(scenarios.iter().any(|(scenario, _)| scenario == name), "the scenario {name} is gone");
    }
    scenarios.retain(|(scenario, _)| frozen.iter().any(|(name, _)| name == scenario));
    let is_whole = !cfg!(debug_assertions);
    if !is_whole {
        scenarios.retain(|(name, _)| !COSTLY.contains(&name.as_str()));
        say(&format!("\nleft to `cargo test --release --test frozen`: {}", COSTLY.join(", ")));
    }
    let differences: Vec<_> = scenarios
        .into_par_iter()
        .flat_map_iter(|(name, path)| {
            let (_, before) = frozen.iter().find(|(frozen, _)| *frozen == name).expect("it was retained");
            LISTS.differences(&name, before, &tables(&path))
        })
        .collect();
    for (number, (scenario, file, column, why)) in LISTS.exempt.iter().enumerate() {
        let is_needed = differences.iter().any(|(_, exemption)| *exemption == Some(number));
        assert!(!is_whole || is_needed, "nothing differs in {scenario}/{file}: {column} ({why}): exempt it no more");
    }
    let unexplained: Vec<&str> =
        differences.iter().filter(|(_, exemption)| exemption.is_none()).map(|(what, _)| what.as_str()).collect();
    let shown = &unexplained[..unexplained.len().min(100)];
    assert!(unexplained.is_empty(), "{} differences:\n{}", unexplained.len(), shown.join("\n"));
}

mod refusals {
    //! The comparison sees what it should see.

    use super::*;

    const BEFORE: &str = "agents.csv\nblock,goblin,fate\n1,2,killed\n3,4,open\n";

    /// Compares two versions of a file, each told as its name and its text.
    fn differences(lists: &Lists, before: &str, now: &str) -> Vec<(String, Option<usize>)> {
        let read = |text: &str| {
            let (name, text) = text.split_once('\n').unwrap();
            vec![(name.to_owned(), Table::read(name, text.as_bytes()))]
        };
        let before = table::parse(&table::write(&[("crash", read(before))])).remove(0);
        assert_eq!(before.0, "crash");
        lists.differences("crash", &before.1, &read(now))
    }

    #[test]
    fn what_is_gone_or_differs_is_named() {
        let none = Lists { renamed: &[], words: &[], exempt: &[] };
        assert_eq!(differences(&none, BEFORE, BEFORE), []);
        for (now, told) in [
            ("ticks.csv\nblock\n1\n", "crash/agents.csv: rows: the file is gone"),
            ("agents.csv\nblock,goblin,fate\n1,2,killed\n", "rows: there were 2, now there are 1"),
            ("agents.csv\nblock,goblin,fate\n1,2,killed\n3,5,open\n", "crash/agents.csv: goblin: other values"),
            ("agents.csv\nblock,worker,fate\n1,2,killed\n3,4,open\n", "goblin: there is no `goblin` now"),
        ] {
            let found = differences(&none, BEFORE, now);
            assert!(found.len() == 1 && found[0].0.ends_with(told) && found[0].1.is_none(), "{told}: {found:?}");
        }
        let new_column = "agents.csv\nfate,block,goblin,new\nkilled,1,2,x\nopen,3,4,y\n";
        assert_eq!(differences(&none, BEFORE, new_column), []);
    }

    #[test]
    fn a_renamed_column_and_a_renamed_word_are_followed() {
        let lists = Lists {
            renamed: &[("agents.csv", "gob*", "wor*"), ("agents.csv", "worlin", "x")],
            words: &[("agents.csv", "fate", "killed", "liquidated")],
            exempt: &[],
        };
        let now = "agents.csv\nblock,worlin,fate\n1,2,liquidated\n3,4,open\n";
        assert_eq!(differences(&lists, BEFORE, now), []);
        assert_eq!(differences(&lists, BEFORE, &now.replace("open", "lost")).len(), 1);
    }

    #[test]
    fn an_exemption_covers_what_it_names_alone() {
        let lists = Lists { renamed: &[], words: &[], exempt: &[("cr*", "agents.csv", "fate", "it was wrong")] };
        let found = differences(&lists, BEFORE, "agents.csv\nblock,goblin,fate\n1,2,saved\n3,5,open\n");
        let exemptions: Vec<_> = found.iter().map(|(_, exemption)| *exemption).collect();
        assert_eq!(exemptions, [None, Some(0)], "{found:?}");
    }

    #[test]
    fn the_leaves_of_a_document_are_its_columns() {
        let document = "a.json\n{\"pools\": [{\"price\": 1.5}, {\"price\": null}], \"by\": {\"x\": 1}, \"none\": []}";
        let lists = Lists { renamed: &[("a.json", "by.x", "by.y")], words: &[], exempt: &[] };
        assert_eq!(differences(&lists, document, &document.replace("\"x\"", "\"y\"")), []);
        let found = differences(&lists, document, &document.replace("null", "2"));
        assert!(found.iter().any(|(what, _)| what == "crash/a.json: pools[].price: other values"), "{found:?}");
        let found = differences(&lists, document, "a.json\n{}");
        let gone: Vec<_> = found.iter().filter(|(what, _)| what.contains("there is no")).collect();
        assert_eq!(gone.len(), 3, "{found:?}");
    }
}
