//! What people type who come from other languages, or in a hurry: one error, at its place, that says what to type.

use super::scenario_errors::{SOUND, breaks, lines};

#[test]
fn what_other_languages_write_is_answered_in_the_scenarios_own() {
    breaks(
        "error",
        &[
            (
                "    seed: 7,",
                "    ^# don't (panic\n    seed: 7,",
                "`#` begins no comment; expected `//`; type `// don't (panic`",
            ),
            ("    seed: 7,", "    seed: 7, ^# mine", "`#` begins no comment; expected `//`; type `// mine`"),
            (r#"numeraire: "USDC""#, "numeraire: ^'USDC'", "this is no quote; expected `\"`; type `\"USDC\"`"),
            (r#"numeraire: "USDC""#, "numeraire: ^'U'", "this is no quote; expected `\"`; type `\"U\"`"),
            (r#"numeraire: "USDC""#, "numeraire: ^“USDC”", "this is no quote; expected `\"`; type `\"USDC\"`"),
            ("seed: 7,", "seed ^= 7,", "`=` does not belong here; expected `:` between a field and its value"),
            ("seed: 7,", "seed: 7^;", "`;` does not belong here; expected `,`"),
            ("volatility: 0.8", "volatility: ^80%", "`80%` is no number; expected a share of 1; type `0.8`"),
            ("volatility: 0.8", "volatility: ^0,8", "`0,8` is two values; expected a decimal point; type `0.8`"),
            (
                "blocks: 7_200",
                "blocks: ^7,200",
                "`7,200` is two values; expected `_` or nothing between digits; type `7_200`",
            ),
            (
                "attention: Fixed(0.9)",
                "attention: Fixed(^0,9)",
                "`0,9` is two values; expected a decimal point; type `0.9`",
            ),
            ("Uniform(2, 6)", "Uniform(^2,5, 6,5)", "`2,5` is two values; expected a decimal point; type `2.5`"),
            ("buys: 0.5", "buys: ^.5", "`.5` is no number; expected a digit before the point; type `0.5`"),
            (
                "blocks: 7_200",
                "blocks: ^7 200",
                "`7 200` is two values; expected `_` or nothing between digits; type `7_200`",
            ),
            ("blocks: 7_200", "blocks: ^1e3", "`blocks` cannot be `1e3`; expected a whole number; type `1000`"),
            (r#"name: "farmers""#, "name: ^farmers", "expected text in quotes; type `\"farmers\"`"),
            (
                r#"name: "loan liquidators""#,
                "name: ^loan liquidators",
                "text stands without quotes; expected quotes around it; type `\"loan liquidators\"`",
            ),
            (
                "    seed: 7,",
                "    ^\"seed\": 7,",
                "a field's name stands in quotes; expected none around it; type `seed`",
            ),
            (
                "decimals: 6",
                "^\"decimals\": 6",
                "a field's name stands in quotes; expected none around it; type `decimals`",
            ),
            ("    seed: 7,", "    record: (agents: ^True),", "expected `true` or `false`; type `true`"),
            (
                "    seed: 7,",
                "    record: (agents: ^\"false\"),",
                "expected `true` or `false`; leave the quotes out: `false`",
            ),
            (
                "sells: AtOnce",
                "sells: ^\"AtOnce\"",
                "expected `AtOnce`, `Later` or `Never`; leave the quotes out: `AtOnce`",
            ),
            ("price: Fixed(1)", "price: ^\"Fixed(1)\"", "or `Knots`; leave the quotes out: `Fixed(1)`"),
            (
                r#"through: "ETH/USDC""#,
                "through: ^\"Router\"",
                "no pool is called `Router`; expected `ETH/USDC` or `UNI/USDC`; leave the quotes out: `Router`",
            ),
            (
                r#"through: "ETH/USDC""#,
                "through: ^\"Venue\"",
                "no pool is called `Venue`; expected `ETH/USDC` or `UNI/USDC`; leave the quotes out: `Venue`",
            ),
            (
                r#"pool: "UNI/USDC", size"#,
                "pool: ^Router, size",
                "`pool` cannot be `Router`; expected a name in quotes: `\"ETH/USDC\"` or `\"UNI/USDC\"`",
            ),
        ],
    );
}

#[test]
fn values_of_another_shape_are_answered_with_what_to_type() {
    breaks(
        "error",
        &[
            (
                r#"tokens: ("ETH", "USDC"), reserves"#,
                r#"tokens: ^["ETH", "USDC"], reserves"#,
                r#"expected values in round brackets; type `("ETH", "USDC")`"#,
            ),
            (
                r#"reserves: ("1_000", "2_000_000")"#,
                r#"reserves: ^["1_000", "2_000_000"]"#,
                r#"expected values in round brackets; type `("1_000", "2_000_000")`"#,
            ),
            (
                r#"half_life: "1 h""#,
                "half_life: ^30",
                "expected a length of time such as \"12 s\", \"30 min\", \"2 h\" or \"7 d\"; type `\"30 s\"`",
            ),
            (r#"block_time: "12 s""#, "block_time: ^12", "or \"7 d\"; type `\"12 s\"`"),
            (
                r#"block_time: "12 s""#,
                "block_time: ^12 s",
                "text stands without quotes; expected quotes around it; type `\"12 s\"`",
            ),
            (r#"every: "1 h""#, r#"every: ^"30""#, "30 has no unit; expected a length of time such as \"12 s\""),
            (r#"every: "1 h""#, r#"every: ^"30""#, "; type `\"30 s\"`"),
            (r#"half_life: "1 h""#, "half_life: ^null", "expected a length of time such as"),
            (
                r#"min_debt: "100""#,
                r#"min_debt: ^"1e3""#,
                r#"unexpected 'e' at character 2 of "1e3"; expected a number such as "12.5" or "1_000_000"; type `"1000"`"#,
            ),
            (
                r#"min_debt: "100""#,
                r#"min_debt: ^"1,000""#,
                r#"expected a number such as "12.5" or "1_000_000"; type `"1_000"`"#,
            ),
            (r#"min_debt: "100""#, r#"min_debt: ^"100 USDC""#, r#"type `"100"`"#),
            (r#"min_debt: "100""#, r#"min_debt: ^"0,5""#, r#"type `"0.5"`"#),
        ],
    );
}

/// Advice that would be refused as well is not given.
#[test]
fn nothing_is_advised_where_nothing_is_known() {
    for (from, to, end) in [
        (
            r#"half_life: "1 h""#,
            r#"half_life: "1,5 h""#,
            "expected a length of time such as \"12 s\", \"30 min\", \"2 h\" or \"7 d\"",
        ),
        (r#"min_debt: "100""#, r#"min_debt: "1,000.50""#, "expected a number such as \"12.5\" or \"1_000_000\""),
        (r#"through: "ETH/USDC""#, "through: 5", "expected a pool's name in quotes, `Router` or `Venue`"),
        (r#"reward: "UNI""#, "reward: 5", "expected text in quotes"),
        (r#"half_life: "1 h""#, "half_life: null", "or \"7 d\""),
    ] {
        let said = lines(&SOUND.replacen(from, to, 1));
        assert!(said.len() == 1 && said[0].ends_with(end), "{to}: {said:#?}");
    }
}

#[test]
fn a_text_that_is_no_scenario_is_said_to_be_what_it_is() {
    let scenario = "expected `Scenario(...)` with fields such as `blocks: 7200`";
    for (text, place, words) in [
        ("timestamp,open\n1609459200,730.1\n", "1:1", "this is a table, not a scenario"),
        ("1609459200;730.1;12\n", "1:1", "this is a table, not a scenario"),
        ("{\n  \"seed\": 7,\n  \"blocks\": 7200\n}\n", "1:1", "this is JSON, not a scenario"),
        ("[{\"seed\": 7}]\n", "1:1", "this is JSON, not a scenario"),
        ("// mine\nseed: 7,\nblocks: 7_200,\n", "2:1", "these fields stand in no brackets"),
        ("[chain]\nnative = \"ETH\"\n", "1:1", "no scenario here"),
        ("import plimsoll\n", "1:1", "no scenario here"),
    ] {
        let said = lines(text);
        assert_eq!(said.len(), 1, "{said:#?}");
        assert!(said[0].starts_with(&format!("test.ron:{place}: error: {words}; {scenario}")), "{text}: {said:#?}");
    }
    assert!(lines("a,b\n1,2\n")[0].contains("; name it in a token's price, `Replay(file: ...)`"));
}

#[test]
fn the_bracket_that_was_left_open_is_shown_and_not_one_around_it() {
    let chain = r#"chain: (native: "ETH", base_fee: Fixed(30), gas_limit: 15_000_000)"#;
    let open = chain.replacen('(', "^(", 1).replace("15_000_000)", "15_000_000");
    let farm = r#"            name: "farm", pool: "ETH/USDC", reward: "UNI", duration: "7 d", emissions: [("0 s", "500")],
        ),"#;
    breaks("error", &[(chain, &open, "`(` is not closed; expected a `)` for this")]);
    let said = lines(&SOUND.replacen(farm, &farm.replace("\n        ),", ""), 1));
    let line = SOUND[..SOUND.find("    banks: [").unwrap()].matches('\n').count();
    let expected = format!("test.ron:{}:5: error: `(` is closed by `]`; expected `)`", line - 1);
    assert!(said.len() == 1 && said[0].starts_with(&expected), "{said:#?}");
    let alone = lines("Scenario(blocks: 3");
    assert!(alone.len() == 1 && alone[0].starts_with("test.ron:1:9: error: `(` is not closed"), "{alone:#?}");
}

#[test]
fn all_missing_fields_are_said_at_once_with_an_example_of_each() {
    breaks(
        "error",
        &[
            (
                r#"Harvester(name: "harvester", goblin: "goblin", every: "1 h")"#,
                "^Harvester()",
                "missing fields `name`, `goblin` and `every`; expected `name: \"a\"` (text), `goblin: \"goblin\"`, `every: \"1 h\"` (a length of time) in here",
            ),
            (
                r#"(name: "USDC", decimals: 6, price: Fixed(1))"#,
                "^(name: \"USDC\")",
                "missing fields `decimals` and `price`; expected `decimals: 1` (a whole number), `price: Fixed(0.5)`",
            ),
            (
                "Gbm(start: 2_000, volatility: 0.8)",
                "^Gbm()",
                "missing fields `start` and `volatility`; expected `start: 0.5` (a number), `volatility: 0.5` (a number) in here",
            ),
            (
                r#"(name: "USDC", decimals: 6, price: Fixed(1))"#,
                r#"^(name: "USDC", decimals: 6)"#,
                "missing field `price`; expected `price: Fixed(0.5)` (`Fixed`, `Gbm`, `JumpDiffusion`, ",
            ),
        ],
    );
    for (text, fields) in [
        ("()", "`numeraire`, `blocks`, `block_time` and `chain`"),
        ("Scenario(seed: 1, block_time: \"12 s\")", "`numeraire`, `blocks` and `chain`"),
    ] {
        let said = lines(text);
        let expected = format!("test.ron:1:1: error: missing fields {fields}; expected `numeraire: \"USDC\"`, ");
        assert!(said.len() == 1 && said[0].starts_with(&expected), "{said:#?}");
        assert!(said[0].ends_with("; or how long: `duration: \"2 d\"`"), "{said:#?}");
    }
}

/// Whatever is offered as an example can be typed.
#[test]
fn an_example_of_a_missing_field_can_be_typed() {
    let chain = r#"chain: (native: "ETH", base_fee: Fixed(30), gas_limit: 15_000_000),"#;
    let said = lines(&SOUND.replacen(chain, "chain: (),", 1));
    assert!(said[0].contains("expected `native: \"a\"` (text), `base_fee: Fixed(0.5)`"), "{said:#?}");
    assert_eq!(lines(&SOUND.replacen(chain, r#"chain: (native: "ETH", base_fee: Fixed(0.5)),"#, 1)), [""; 0]);
}

#[test]
fn values_that_cannot_be_meant_get_a_warning() {
    let knots = r#"Knots(knots: [("0 s", 20), ("12 h", 18)], volatility: 0.5)"#;
    breaks(
        "warning",
        &[
            (
                "volatility: 0.8",
                "volatility: ^80",
                "`volatility` is 80: 8000 % a year; expected at most 20, as in 0.8 for 80 % a year",
            ),
            (
                knots,
                r#"Knots(knots: [("0 s", 20), ("12 h", 18)], volatility: ^50)"#,
                "`volatility` is 50: 5000 % a year",
            ),
            (knots, "Gbm(start: 20, volatility: 1, drift: ^-80)", "`drift` is -80: -8000 % a year"),
            (
                "base_fee: Fixed(30)",
                "base_fee: ^Fixed(3e10)",
                "gas costs 30000000000 gwei; expected at most 1000000 gwei: is it in wei?",
            ),
            (
                "base_fee: Fixed(30)",
                "base_fee: Eip1559(initial: ^3e10)",
                "gas costs 30000000000 gwei; expected at most 1000000 gwei: is it in wei?",
            ),
            ("base_fee: Fixed(30)", "base_fee: Steps([(\"0 s\", 30), (\"1 h\", ^5e6)])", "gas costs 5000000 gwei"),
            ("interest: Constant(0.1)", "interest: ^Constant(25)", "`interest` is 25: 2500 % a year"),
            (
                "tip: Fixed(2)",
                "tip: ^Fixed(2e9)",
                "`tip` can be 2000000000 gwei; expected at most 1000000 gwei: is it in wei?",
            ),
            ("slope_2: 0.8", "slope_2: ^80", "`slope_2` is 80: 8000 % a year"),
        ],
    );
}

/// Cells of tables that a spreadsheet would run, and names that no table can hold on one line.
#[test]
fn names_that_a_spreadsheet_would_run_are_refused() {
    for (typed, shown) in [
        ("=cmd|' /C calc'!A0", "="),
        ("@SUM(A1)", "@"),
        ("+1", "+"),
        ("-1", "-"),
        ("\\ta", "\\t"),
        ("\\ra", "\\r"),
        (" =1", "="),
    ] {
        let to = format!("name: ^\"{typed}\"");
        let words = format!(
            "a spreadsheet would run this name, since it begins with `{shown}`; expected a letter or a digit first"
        );
        breaks("error", &[(r#"name: "harvester""#, &to, &words)]);
    }
    for (typed, shown) in [("a\\nb", "\\n"), ("a\\u{7}", "\\u{7}"), ("a\\u{202e}b", "\\u{202e}"), ("a\\tb", "\\t")] {
        let to = format!("name: ^\"{typed}\"");
        breaks(
            "error",
            &[(r#"name: "harvester""#, &to, &format!("`{shown}` in a name; expected characters that can be seen"))],
        );
    }
    let regimes = r#"price: RegimeSwitching(start: 2_000, regimes: [
        (name: ^"=calm", volatility: 0.5, mean_duration: "30 d"),
        (name: "stressed", volatility: 2, mean_duration: "2 d"),
    ])"#;
    breaks("error", &[("price: Gbm(start: 2_000, volatility: 0.8)", regimes, "a spreadsheet would run this name")]);
}
