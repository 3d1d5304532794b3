//! Holds the order of the floors: each module uses only those below it, in `src/` and in both crates beneath it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first, each with the modules that stand on it. A module that is not named stands where the
/// nearest one around it does, so that a folder's parts may stand on other floors than the folder.
const FLOORS: [&[&str]; 21] = [
    &["math"],
    &["protocols"],
    &["world_copy"],
    &["reader"],
    &["rows"],
    &["chain"],
    &["checks"],
    &["deployments"],
    &["chain::audit", "chain::execution", "chain::journal"],
    &["market"],
    &["agents"],
    &["accounts"],
    &["output"],
    &["scenario"],
    &["pipeline"],
    &["simulation"],
    &["cascade"],
    &["sweep"],
    &["validate"],
    &["report"],
    &["cli"],
];

/// The trees of sources: the folder, and the module that its crate's root is.
const TREES: [(&str, Option<&str>); 3] =
    [("crates/math/src", Some("math")), ("crates/protocols/src", Some("protocols")), ("src", None)];

/// What a path may begin with to name a crate's root, and the module that the root is. `crate` is the reader's own.
const ROOTS: [(&str, Option<&str>); 3] =
    [("plimsoll_math", Some("math")), ("plimsoll_protocols", Some("protocols")), ("plimsoll", None)];

/// A path of modules from the top: `["chain", "venue"]`.
type Module = Vec<String>;

/// A source file.
struct Source {
    /// Its path below the workspace.
    path: PathBuf,
    /// The module that it is.
    module: Module,
    /// The module that its crate's root is: empty for `src/`.
    root: Module,
    /// Its text without comments.
    code: String,
}

impl Source {
    fn new(path: PathBuf, text: &str) -> Self {
        let (tree, root) = TREES.into_iter().find(|(tree, _)| path.starts_with(tree)).expect("a path of a known tree");
        let root: Module = root.into_iter().map(str::to_owned).collect();
        let below = path.strip_prefix(tree).expect("it starts with the tree").with_extension("");
        let mut module = root.clone();
        module.extend(below.iter().map(|part| part.to_string_lossy().into_owned()));
        if module.last().is_some_and(|last| last == "mod" || last == "lib") {
            module.pop();
        }
        let code = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n");
        Self { path, module, root, code }
    }

    /// Returns every path that the source names, from the top.
    fn uses(&self) -> Vec<Module> {
        let mut found = Vec::new();
        let mut add = |base: &[String], rest: &str| {
            found.extend(tree_of(rest).into_iter().map(|path| [base, &path].concat()));
        };
        for rest in self.after("crate::") {
            add(&self.root, rest);
        }
        for (name, root) in ROOTS {
            for rest in self.after(&format!("{name}::")) {
                add(&root.map(str::to_owned).into_iter().collect::<Vec<_>>(), rest);
            }
        }
        for rest in self.after("super::") {
            let climbed = 1 + rest.split("super::").take_while(|between| between.is_empty()).count();
            let inner = usize::from(self.is_in_an_inner_module(self.code.len() - rest.len()));
            let base = &self.module[..(self.module.len() + inner).saturating_sub(climbed)];
            add(base, &rest[(climbed - 1) * "super::".len()..]);
        }
        for child in self.children() {
            for rest in self.after(&format!("{child}::")) {
                add(&[self.module.as_slice(), std::slice::from_ref(&child)].concat(), rest);
            }
        }
        found
    }

    /// Returns what follows each path that begins with `start`.
    fn after<'a>(&'a self, start: &str) -> impl Iterator<Item = &'a str> {
        let begins = |at: usize| !self.code[..at].ends_with(|letter: char| is_of_a_word(letter) || letter == ':');
        let found: Vec<usize> = self.code.match_indices(start).map(|(at, _)| at).filter(|at| begins(*at)).collect();
        let length = start.len();
        found.into_iter().map(move |at| &self.code[at + length..])
    }

    /// Returns the modules that the source declares and that are files.
    fn children(&self) -> Vec<String> {
        let declared = self.code.lines().filter_map(|line| line.trim().strip_suffix(';')?.rsplit_once("mod "));
        declared.map(|(_, name)| name.to_owned()).collect()
    }

    /// Says whether a place lies in a module written in the file itself, such as its tests.
    fn is_in_an_inner_module(&self, at: usize) -> bool {
        let before = &self.code[..at];
        before.rfind("\nmod ").is_some_and(|start| {
            let inside = &before[start + 1..];
            inside.lines().next().is_some_and(|line| line.ends_with('{')) && !inside.contains("\n}")
        })
    }
}

fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Returns the paths that a text begins with: one, or each of those in its braces.
fn tree_of(text: &str) -> Vec<Module> {
    let Some(group) = text.trim_start().strip_prefix('{') else {
        let text = text.trim_start();
        let end = text.find(|letter| !is_of_a_word(letter)).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        return match rest.strip_prefix("::") {
            _ if word.is_empty() || word == "self" => vec![vec![]],
            None => vec![vec![word.to_owned()]],
            Some(rest) => {
                tree_of(rest).into_iter().map(|path| [&[word.to_owned()], path.as_slice()].concat()).collect()
            }
        };
    };
    let (mut depth, mut start, mut paths) = (0, 0, Vec::new());
    for (index, letter) in group.char_indices() {
        match letter {
            '}' | ',' if depth == 0 => {
                if !group[start..index].trim().is_empty() {
                    paths.extend(tree_of(&group[start..index]));
                }
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
    paths
}

/// Returns every source of the workspace's trees.
fn sources() -> Vec<Source> {
    super::rust_files(&TREES.map(|(tree, _)| tree)).into_iter().map(|(path, text)| Source::new(path, &text)).collect()
}

/// Returns the height of the floor on which a path of modules stands, and the name that it stands there by.
fn floor(path: &[String]) -> Option<(usize, &'static str)> {
    let around = |name: &str| {
        let parts: Vec<&str> = name.split("::").collect();
        (path.len() >= parts.len() && parts.iter().zip(path).all(|(part, of)| part == of)).then_some(parts.len())
    };
    let named =
        FLOORS.into_iter().enumerate().flat_map(|(height, names)| names.iter().map(move |name| (height, *name)));
    named.filter_map(|(height, name)| Some((around(name)?, (height, name)))).max().map(|(_, found)| found)
}

/// Returns what a source uses that stands above it.
fn violations(source: &Source) -> Vec<String> {
    let path = source.path.display();
    let Some((own, _)) = floor(&source.module) else { return vec![format!("{path}: on no floor: name it in FLOORS")] };
    let above = |used: &Module| {
        let (height, _) = floor(used)?;
        (height > own).then(|| format!("{path}: uses {}", used.join("::")))
    };
    source.uses().iter().filter_map(above).collect()
}

/// A folder's part on one floor: what circles are looked for between.
type Unit = (usize, String);

/// Returns which units each one uses, other than itself. A crate's units are the modules in it: what stands at its root
/// is theirs all.
fn graph(sources: &[Source]) -> BTreeMap<Unit, BTreeSet<Unit>> {
    let modules: BTreeSet<&[String]> = sources.iter().filter_map(|source| source.module.get(..2)).collect();
    let unit = |path: &Module| {
        let (height, _) = floor(path)?;
        let top = path.first()?;
        if !TREES.into_iter().any(|(_, root)| root == Some(top)) {
            return Some((height, top.clone()));
        }
        let module = path.get(..2)?;
        modules.contains(module).then(|| (height, module.join("::")))
    };
    let mut graph: BTreeMap<Unit, BTreeSet<Unit>> = BTreeMap::new();
    for source in sources {
        let Some(user) = unit(&source.module) else { continue };
        let used = source.uses().iter().filter_map(unit).filter(|used| *used != user).collect::<Vec<_>>();
        graph.entry(user).or_default().extend(used);
    }
    graph
}

/// Returns a circle of a graph, if there is one: the names on it, in their order.
fn circle(graph: &BTreeMap<Unit, BTreeSet<Unit>>) -> Option<Vec<&str>> {
    // Whoever uses nothing that is left is on no circle.
    let mut left: BTreeSet<&Unit> = graph.keys().collect();
    loop {
        let before = left.len();
        left = left.iter().copied().filter(|unit| graph[*unit].iter().any(|used| left.contains(used))).collect();
        if left.len() == before {
            break;
        }
    }
    let mut at = *left.first()?;
    let mut walked: Vec<&Unit> = Vec::new();
    while !walked.contains(&at) {
        walked.push(at);
        at = graph[at].iter().find(|used| left.contains(used)).expect("each that is left uses one that is left");
    }
    let start = walked.iter().position(|unit| *unit == at).expect("it was walked");
    Some(walked[start..].iter().map(|(_, name)| name.as_str()).collect())
}

#[test]
fn every_floor_uses_only_those_below_it() {
    let sources = sources();
    let placed = sources.iter().filter(|source| !["src/lib.rs", "src/main.rs"].map(Path::new).contains(&&*source.path));
    let found: Vec<String> = placed.flat_map(violations).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    for name in FLOORS.concat() {
        let exists = sources.iter().any(|source| floor(&source.module).is_some_and(|(_, found)| found == name));
        assert!(exists, "no module is called {name}");
    }
}

#[test]
fn no_folders_use_each_other_in_a_circle() {
    assert_eq!(circle(&graph(&sources())), None);
}

/// The page that names the floors for a reader names them in this order.
#[test]
fn the_crate_says_the_same_order() {
    let sources = sources();
    let root = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let of_the_root = |name: &&str| {
        sources.iter().any(|source| source.root.is_empty() && source.module.first().is_some_and(|first| first == name))
    };
    let mut folders: Vec<&str> = FLOORS.concat().iter().map(|name| name.split("::").next().unwrap()).collect();
    folders.retain(|folder| of_the_root(folder));
    let mut seen = BTreeSet::new();
    folders.retain(|folder| seen.insert(*folder));
    let place = |folder: &&str| root.find(&format!("[`{folder}`]")).unwrap_or_else(|| panic!("lib.rs omits {folder}"));
    assert!(folders.iter().map(place).is_sorted(), "lib.rs names the floors in another order than {folders:?}");
}

#[test]
fn a_floor_that_uses_one_above_is_refused() {
    let refused = |path: &str, text: &str| violations(&Source::new(path.into(), text));
    for (path, text, why) in [
        ("crates/math/src/sqrt.rs", "use plimsoll_protocols::AccountId;", "uses protocols::AccountId"),
        ("src/chain/gas.rs", "use crate::{protocol::Pool, agents::{view::View, Agent}};", "uses agents::view"),
        ("src/chain/gas.rs", "use crate::{\n    market,\n    math::{WAD, BPS},\n};", "uses market"),
        ("src/market/mod.rs", "fn f() -> crate::accounts::books::Books { Books::default() }", "uses accounts::books"),
        ("src/pipeline.rs", "use crate::simulation::Simulation;", "uses simulation"),
        ("src/simulation.rs", "use crate::cli::Interrupt;", "uses cli"),
        ("src/chain/gas.rs", "use super::super::agents;", "uses agents"),
        ("src/chain/gas.rs", "use super::ids;\nmod tests {\nuse super::super::super::agents;", "uses agents"),
        ("src/attic/mod.rs", "", "on no floor"),
    ] {
        let found = refused(path, text);
        assert!(!found.is_empty() && found[0].contains(why), "{path}: {text}: {found:?}");
    }
    for (path, text) in [
        ("crates/protocols/src/amm/mod.rs", "use plimsoll_math::WAD; use crate::lending::Market;"),
        ("src/chain/gas.rs", "use crate::{math::WAD, protocol::{amm::Pool, AccountId}};"),
        ("src/chain/gas.rs", "use super::ids::PoolId;\nmod tests {\nuse super::super::dice::Who;"),
        ("src/chain/gas.rs", "// see crate::agents\nuse crate::chain::ids;"),
        ("src/cli/run.rs", "use crate::simulation::Simulation; use super::progress; use crate::sweep;"),
    ] {
        assert_eq!(refused(path, text), [] as [String; 0], "{path}: {text}");
    }
}

#[test]
fn folders_that_use_each_other_are_refused() {
    let found = |files: &[(&str, &str)]| {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path.into(), text)).collect();
        circle(&graph(&sources)).map(|names| names.join(", "))
    };
    let files = [
        ("crates/protocols/src/amm/mod.rs", "use crate::lending::Market;"),
        ("crates/protocols/src/lending/mod.rs", "use super::farm::Bank;"),
        ("crates/protocols/src/farm/mod.rs", "mod bank;\nuse bank::Bank; use crate::AccountId;"),
        ("crates/protocols/src/farm/bank.rs", "use crate::amm::Pool;"),
    ];
    assert_eq!(found(&files), Some("protocols::amm, protocols::lending, protocols::farm".to_owned()));
    assert_eq!(found(&files[..3]), None);
}
