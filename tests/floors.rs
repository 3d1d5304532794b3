//! Holds the order of the floors: each folder of `src/` uses only those below it.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first. Whatever else lies in `src/` stands above all of them.
const FLOORS: [&str; 13] = [
    "math",
    "protocol",
    "chain",
    "market",
    "agents",
    "record",
    "scenario",
    "pipeline",
    "simulation",
    "cascade",
    "sweep",
    "validate",
    "report",
];

/// Returns a floor's height.
fn height(module: &str) -> usize {
    FLOORS.iter().position(|floor| *floor == module).unwrap_or(FLOORS.len())
}

/// Returns every source file, by its path below `src/`.
fn sources() -> Vec<(PathBuf, String)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.strip_prefix(&root).unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

/// Returns the modules between the crate's root and a file: `chain/venue/mod.rs` is `["chain", "venue"]`.
fn modules(path: &Path) -> Vec<String> {
    let mut modules: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if modules.last().is_some_and(|last| last == "mod") {
        modules.pop();
    }
    modules
}

/// Returns the source without comments.
fn code(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// Returns the top modules that `rest`, what follows a path's root and its `::`, names: one, or each in its braces.
fn named(rest: &str) -> Vec<&str> {
    let word = |text: &str| text.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let first = |text| {
        let text: &str = text;
        &text[..word(text).unwrap_or(text.len())]
    };
    let Some(group) = rest.strip_prefix('{') else { return vec![first(rest)] };
    let mut depth = 0;
    let mut start = 0;
    let mut parts = Vec::new();
    for (index, letter) in group.char_indices() {
        match letter {
            '}' | ',' if depth == 0 => {
                parts.push(first(group[start..index].trim_start()));
                start = index + 1;
                if letter == '}' {
                    break;
                }
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// Returns what a file uses that does not lie below it, and every `super` that climbs out to the crate's root, where
/// floors cannot be told apart.
fn violations(path: &Path, source: &str) -> Vec<String> {
    let modules = modules(path);
    let (floor, code) = (&modules[0], code(source));
    let mut found = Vec::new();
    for (start, root) in code.match_indices("crate::") {
        for module in named(&code[start + root.len()..]) {
            if module != floor && height(floor) < FLOORS.len() && height(module) > height(floor) {
                found.push(format!("{}: {floor} uses {module}", path.display()));
            }
        }
    }
    let inline = code.find("mod tests {").unwrap_or(code.len());
    for (start, _) in code.match_indices("super::").filter(|(start, _)| !code[..*start].ends_with("super::")) {
        let climbed = code[start..].split("super::").take_while(|between| between.is_empty()).count();
        if climbed >= modules.len() + usize::from(start > inline) {
            found.push(format!("{}: `super` climbs out of {floor}", path.display()));
        }
    }
    found
}

#[test]
fn every_floor_uses_only_those_below_it() {
    let mut found = Vec::new();
    let sources = sources();
    for (path, source) in &sources {
        if path != Path::new("lib.rs") && path != Path::new("main.rs") {
            found.extend(violations(path, source));
        }
    }
    assert_eq!(found, [] as [String; 0]);
    for floor in FLOORS {
        assert!(sources.iter().any(|(path, _)| modules(path)[0] == floor), "no floor is called {floor}");
    }
}

/// The page that names the floors for a reader names them in this order.
#[test]
fn the_crate_says_the_same_order() {
    let (_, root) = sources().into_iter().find(|(path, _)| path == Path::new("lib.rs")).unwrap();
    let named =
        FLOORS.map(|floor| root.find(&format!("[`{floor}`]")).unwrap_or_else(|| panic!("lib.rs omits {floor}")));
    assert!(named.is_sorted(), "lib.rs names the floors in another order");
}

#[test]
fn a_floor_that_uses_one_above_is_refused() {
    let refused = |path: &str, source: &str| violations(Path::new(path), source);
    for (path, source, why) in [
        ("math/sqrt.rs", "use crate::chain::ids::PoolId;", "math uses chain"),
        ("chain/gas.rs", "use crate::{math::WAD, agents::{view::View, Agent}};", "chain uses agents"),
        ("chain/gas.rs", "use crate::{\n    market,\n    math::{WAD, BPS},\n};", "chain uses market"),
        ("market/mod.rs", "fn f() -> crate::record::books::Books { Books::default() }", "market uses record"),
        ("pipeline.rs", "use crate::simulation::Simulation;", "pipeline uses simulation"),
        ("simulation.rs", "use crate::cli::Interrupt;", "simulation uses cli"),
        ("chain/gas.rs", "use super::super::agents;", "climbs out of chain"),
        ("chain/gas.rs", "use super::ids; mod tests { use super::super::super::agents; }", "climbs out of chain"),
    ] {
        let found = refused(path, source);
        assert!(found.len() == 1 && found[0].contains(why), "{path}: {source}: {found:?}");
    }
    for (path, source) in [
        ("chain/gas.rs", "use crate::{math::WAD, protocol::{amm::Pool, AccountId}};"),
        ("chain/gas.rs", "use super::ids::PoolId; mod tests { use super::super::dice::Who; }"),
        ("chain/gas.rs", "// see crate::agents\nuse crate::chain::ids;"),
        ("cli/run.rs", "use crate::simulation::Simulation; use super::progress; use crate::sweep;"),
    ] {
        assert_eq!(refused(path, source), [] as [String; 0], "{path}: {source}");
    }
}
