//! A protocol's name stands in its own folders and in the lists: in no path, identifier or string elsewhere.
//!
//! Comments may name whom they like, and so may tests.

use std::collections::BTreeSet;
use std::path::Path;

/// Each protocol by the name of its folders, and the words that are its own, as they stand in `snake_case`: one that ends
/// in `s` besides is the same word.
const PROTOCOLS: [(&str, &[&str]); 11] = [
    ("aave_v3", &["aave"]),
    ("alpha_homora", &["homora", "goblin"]),
    ("balancer", &["balancer", "weighted_pool"]),
    ("compound_v2", &["compound_v2", "comptroller", "ctoken"]),
    ("curve", &["curve", "stable_swap"]),
    ("maker", &["maker", "ilk", "dai"]),
    ("masterchef", &["masterchef", "master_chef"]),
    ("morpho_blue", &["morpho"]),
    ("staking_rewards", &["staking_rewards"]),
    ("uniswap_v2", &["uniswap_v2", "univ2", "v2_pool"]),
    ("uniswap_v3", &["uniswap_v3", "univ3", "v3_pool"]),
];

/// Where all protocols are listed.
const LISTS: [&str; 8] = [
    "crates/protocols/src/lib.rs",
    "crates/protocols/src/amm/mod.rs",
    "crates/protocols/src/farm/mod.rs",
    "crates/protocols/src/farm/staking.rs",
    "crates/protocols/src/lending/mod.rs",
    "src/deployments/columns/mod.rs",
    "src/deployments/events/mod.rs",
    "src/deployments/mod.rs",
];

/// The trees in which a protocol has folders of its own.
const HOMES: [&str; 2] = ["crates/protocols/src", "src/deployments"];

/// Who may name a protocol besides: the beginning of a path, the protocol (`*` for all), and why.
const EXCEPTIONS: [(&str, &str, &str); 12] = [
    ("src/validate/", "*", "an experiment holds one protocol to what was published of it: it is scenario and test"),
    ("crates/protocols/src/farm/alpha_homora/", "uniswap_v2", "its contracts trade in this exchange's pairs"),
    ("crates/protocols/src/farm/alpha_homora/", "staking_rewards", "its contracts stake in this farm"),
    ("src/deployments/alpha_homora/", "uniswap_v2", "its contracts trade in this exchange's pairs"),
    ("src/deployments/alpha_homora/", "staking_rewards", "its contracts stake in this farm"),
    ("src/agents/farmer/params.rs", "alpha_homora", "it farms through what a scenario calls a goblin"),
    ("src/agents/harvester.rs", "alpha_homora", "it harvests for what a scenario calls a goblin"),
    ("src/agents/keeper/", "maker", "it bids in the auctions of this protocol alone"),
    ("src/agents/vault_owner.rs", "maker", "it owns vaults of this protocol alone"),
    ("crates/protocols/src/lending/morpho_blue/", "curve", "its interest rate contract is called AdaptiveCurveIrm"),
    ("src/deployments/morpho_blue/", "curve", "its interest rate contract is called AdaptiveCurveIrm"),
    (
        "src/deployments/maker/params.rs",
        "curve",
        "scenario files write `curve` for how the price of its auctions falls",
    ),
];

/// Returns the identifiers of a source and the text of its strings, without comments.
fn words(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_string(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = hashes + 2;
            let length = rest[start..].find(&end).expect("a raw string ends");
            found.push(&rest[start..start + length]);
            start + length + end.len()
        } else if first == '"' {
            let length = end_of_string(rest);
            found.push(&rest[1..length - 1]);
            length
        } else if first == '\'' {
            // A character, or the mark of a lifetime.
            let escaped = rest.starts_with("'\\");
            let end = rest[1..].char_indices().skip(1 + usize::from(escaped)).find(|(_, letter)| *letter == '\'');
            end.filter(|(at, _)| escaped || *at <= 4).map_or(1, |(at, _)| at + 2)
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            found.push(&rest[..length]);
            length
        } else {
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

/// Returns how many hashes a raw string begins with, if one begins here.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let hashes = after.find(|letter| letter != '#')?;
    after[hashes..].starts_with('"').then_some(hashes)
}

/// Returns where the string that begins here is over.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    panic!("a string ends: {}", &text[..text.len().min(80)])
}

/// Returns the source without the tests at its end.
fn without_tests(source: &str) -> &str {
    source.split("#[cfg(test)]\nmod tests {").next().unwrap_or(source)
}

/// Returns a word, or a sentence, as the parts of its names: `_aave_v3_pool_` for `AaveV3Pool`.
fn parts(word: &str) -> String {
    let mut parts = String::from("_");
    let mut before = ' ';
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (!before.is_uppercase() || next_is_lower);
        if (begins || !letter.is_alphanumeric()) && !parts.ends_with('_') {
            parts.push('_');
        }
        if letter.is_alphanumeric() {
            parts.extend(letter.to_lowercase());
        }
        before = letter;
    }
    parts + "_"
}

/// Returns the protocols that a text names.
fn named(text: &str) -> impl Iterator<Item = &'static str> {
    let parts = parts(text);
    let is_named = move |words: &[&str]| {
        words.iter().any(|word| parts.contains(&format!("_{word}_")) || parts.contains(&format!("_{word}s_")))
    };
    PROTOCOLS.into_iter().filter(move |(_, words)| is_named(words)).map(|(name, _)| name)
}

/// Returns the protocols that a file names and that do not live there.
fn strangers(path: &Path, source: &str) -> BTreeSet<&'static str> {
    let place: Vec<String> = path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if LISTS.iter().any(|list| path == Path::new(list)) || place.iter().any(|part| part == "tests") {
        return BTreeSet::new();
    }
    let has_homes = HOMES.iter().any(|home| path.starts_with(home));
    let texts = words(without_tests(source)).into_iter().chain(place.iter().map(String::as_str));
    texts.flat_map(named).filter(|name| !has_homes || !place.iter().any(|part| part == name)).collect()
}

/// Says which exception a name in a file falls under.
fn exception(path: &str, name: &str) -> Option<usize> {
    EXCEPTIONS.iter().position(|(start, protocol, _)| path.starts_with(start) && ["*", name].contains(protocol))
}

#[test]
fn a_protocol_is_named_in_its_own_folders_and_in_the_lists() {
    let mut needed = BTreeSet::new();
    let mut lines = Vec::new();
    for (path, source) in super::rust_files(&["src", "crates/math/src", "crates/protocols/src"]) {
        let shown = path.display().to_string();
        for name in strangers(&path, &source) {
            match exception(&shown, name) {
                Some(number) => _ = needed.insert(number),
                None => lines.push(format!("{shown} {name}")),
            }
        }
    }
    assert!(lines.is_empty(), "a protocol is named outside of its folders:\n{}", lines.join("\n"));
    for (number, (path, name, _)) in EXCEPTIONS.into_iter().enumerate() {
        assert!(needed.contains(&number), "nothing in {path} names {name}: it needs no exception");
    }
}

#[test]
fn a_protocol_that_is_named_elsewhere_is_refused() {
    for (path, source, names) in [
        ("src/chain/audit.rs", "use crate::deployments::aave_v3::Deployed;", "aave_v3"),
        ("src/chain/audit.rs", "fn f(pool: &UniswapV2Pool, V3Pool: u8) {}", "uniswap_v2 uniswap_v3"),
        ("src/output/ticks.rs", "/* of a vault */ let columns = [\"ilk_rate\", r#\"DAI \"out\"\"#];", "maker"),
        (
            "src/output/ticks.rs",
            "let (lifetime, quote): (&'static str, char) = (\"goblins\", '\"'); // \"",
            "alpha_homora",
        ),
        ("src/chain/curve/mod.rs", "", "curve"),
        ("src/deployments/morpho_blue/params.rs", "struct BalancerParams;", "balancer"),
        ("crates/protocols/src/farm/masterchef.rs", "struct MasterChef; struct CompoundV2;", "compound_v2"),
    ] {
        let found: Vec<_> = strangers(Path::new(path), source).into_iter().collect();
        assert_eq!(found.join(" "), names, "{path}: {source}");
    }
    for (path, source) in [
        (
            "src/chain/audit.rs",
            "// as Aave does\n/// Compound's, Maker's\nfn silk(compound: Makeshift, curved: Dainty) {}",
        ),
        ("src/deployments/mod.rs", "deployments! { UniswapV2(uniswap_v2::Deployed) }"),
        ("src/deployments/maker/params.rs", "struct Ilk { dai: u128 }"),
        ("src/chain/audit.rs", "fn f() {}\n#[cfg(test)]\nmod tests { use crate::maker; }"),
        ("src/chain/audit/tests.rs", "use crate::maker;"),
    ] {
        assert_eq!(strangers(Path::new(path), source), BTreeSet::new(), "{path}: {source}");
    }
}

/// One place writes JSON, and cares for the sign of nothing.
#[test]
fn json_is_written_in_one_place() {
    let writers = super::rust_files(&["src"]).into_iter();
    let writers = writers.filter(|(_, source)| without_tests(source).contains("serde_json::to_"));
    let writers: Vec<_> = writers.map(|(path, _)| path.display().to_string()).collect();
    assert!(writers.is_empty(), "written beside src/rows/json.rs: {}", writers.join(", "));
}
