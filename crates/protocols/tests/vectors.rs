//! Replays what the deployed contracts answered: every returned amount, every state field, every failure.
//!
//! The folder is `PLIMSOLL_VECTORS`, else `tests/vectors/`; `NAME.json` and `NAME.json.gz` are both read. To cover a
//! protocol, write `tests/replay/NAME.rs` and name it in the list in `tests/replay/mod.rs`.

#[expect(unreachable_pub, reason = "a test has no callers; `pub` marks what the replays share")]
mod replay;

use std::path::Path;
use std::{collections::BTreeSet, fs, io::Write as _};

use replay::{REPLAYS, Vectors};

/// Prints, in an ordinary `cargo test` too: the test harness captures `println!`, not writes to the handle.
fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").expect("standard output is open");
}

#[test]
fn every_protocol_answers_as_its_contract_did() {
    let vectors = Vectors::from_environment().unwrap_or_else(Vectors::of_this_crate);
    say(&format!("\nvectors in {}", vectors.folder.display()));
    let mut differences = Vec::new();
    for name in vectors.names() {
        let Some((_, replay)) = REPLAYS.into_iter().find(|(known, _)| *known == name) else {
            say(&format!("{name}: not covered"));
            continue;
        };
        let report = replay(&vectors.read(&name));
        say(&format!("{name}: covered, {} operations, {} differences", report.operations, report.differences.len()));
        report.differences.iter().take(5).for_each(|difference| say(&format!("  {difference}")));
        differences.extend(report.differences);
    }
    assert!(differences.is_empty(), "{} differences, the first: {}", differences.len(), differences[0]);
}

/// The page of the workspace is not in the package of this crate.
#[test]
fn pages_say_how_many_operations_are_replayed() {
    let vectors = Vectors::of_this_crate();
    let scenarios = vectors.names().into_iter().flat_map(|name| vectors.read(&name).scenarios);
    let operations: usize = scenarios.map(|scenario| scenario.ops.len()).sum();
    let said = format!(" {},{:03} recorded operations", operations / 1_000, operations % 1_000);
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(here.join("README.md")).expect("the crate has a page");
    for page in [Some(page), fs::read_to_string(here.join("../../README.md")).ok()].into_iter().flatten() {
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains(&said), "not said:{said}");
    }
}

#[test]
fn every_replay_has_vectors_here_and_the_other_way_round() {
    let replayed: BTreeSet<String> = REPLAYS.into_iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(replayed, Vectors::of_this_crate().names());
}

mod refusals {
    //! The replay sees what it should see: a wrong machine, a wrong answer, a word it does not know.

    use plimsoll_math::U256;
    use plimsoll_protocols::amm::curve::Template;
    use serde_json::{Value, json};

    use plimsoll_protocols::amm::balancer::{WeightedPoolParams, weighted_math::ZeroAmounts};
    use plimsoll_protocols::farm::masterchef::Emission;

    use super::replay;
    use super::replay::{Replay, Report, Vectors, replay_with};

    /// Replays a file of this crate's own vectors after a change to one operation of its first scenario.
    fn after_change(name: &str, replay: Replay, change: impl FnOnce(&mut Value)) -> Report {
        let mut file = Vectors::of_this_crate().read(name);
        let scenario = &mut file.scenarios[0];
        let operation = scenario.ops.iter_mut().find(|operation| operation["ok"] == true);
        change(operation.expect("some operation succeeds"));
        replay(&file)
    }

    #[test]
    fn a_fee_of_31_basis_points_differs() {
        let file = Vectors::of_this_crate().read("univ2");
        let right = replay_with(&file, |config| replay::univ2::Machine::with_fee(config, 30));
        let wrong = replay_with(&file, |config| replay::univ2::Machine::with_fee(config, 31));
        assert_eq!(right.differences, [] as [String; 0]);
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_loan_to_value_a_percent_lower_differs() {
        let file = Vectors::of_this_crate().read("morpho_blue");
        let wrong =
            replay_with(&file, |config| replay::morpho_blue::Machine::with_lltv_lowered_by(config, 10_u128.pow(16)));
        assert_eq!(replay::morpho_blue::replay(&file).differences, [] as [String; 0]);
        assert!(wrong.differences.len() > 20, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_liquidation_penalty_a_unit_higher_differs() {
        let file = Vectors::of_this_crate().read("maker");
        let wrong = replay_with(&file, |config| replay::maker::Machine::with_penalty_raised_by(config, 1));
        assert_eq!(replay::maker::replay(&file).differences, [] as [String; 0]);
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_bonus_of_nine_times_as_much_or_of_a_block_more_differs() {
        let file = Vectors::of_this_crate().read("masterchef");
        let differences = |change: fn(&mut Emission)| {
            replay_with(&file, |config| replay::masterchef::Machine::with(config, change)).differences.len()
        };
        assert_eq!(differences(|_| {}), 0);
        assert!(differences(|emission| emission.bonus_multiplier = 9) > 100);
        assert!(differences(|emission| emission.bonus_end_block += 1) > 100);
    }

    #[test]
    fn a_fee_of_one_pip_more_differs() {
        let file = Vectors::of_this_crate().read("univ3");
        let wrong = replay_with(&file, |config| replay::univ3::Machine::with_fee_changed(config, 1));
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_treasury_that_takes_a_hundredth_of_a_percent_more_of_the_bonus_differs() {
        let file = Vectors::of_this_crate().read("aave_v3");
        let wrong = replay_with(&file, |config| replay::aave_v3::Machine::with_extra_protocol_fee(config, 1));
        assert!(wrong.differences.len() > 10, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_protocol_that_keeps_a_percent_more_of_what_is_seized_differs() {
        let file = Vectors::of_this_crate().read("compound_v2");
        let more_wad = 10_u128.pow(16);
        let wrong =
            replay_with(&file, |config| replay::compound_v2::Machine::with_seize_share_raised_by(config, more_wad));
        assert_eq!(replay::compound_v2::replay(&file).differences, [] as [String; 0]);
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_quotient_that_is_not_rounded_up_differs() {
        let file = Vectors::of_this_crate().read("univ3_math");
        let wrong = replay_with(&file, |_| Ok(replay::univ3_math::Machine { quotient_up: U256::mul_div_wide_down }));
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_refused_call_that_leaves_no_trace_differs() {
        let file = Vectors::of_this_crate().read("compound_v2");
        let wrong = replay_with(&file, replay::compound_v2::Machine::forgetting_refused_calls);
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_weighted_pool_with_another_fee_differs() {
        let file = Vectors::of_this_crate().read("balancer_weighted");
        let differences = |change: fn(&mut WeightedPoolParams)| {
            replay_with(&file, |config| replay::balancer_weighted::Machine::with(config, change)).differences.len()
        };
        assert_eq!(differences(|_| {}), 0);
        assert!(differences(|params| params.swap_fee_wad += 1) > 100);
        assert!(differences(|params| params.protocol_fee_wad ^= 1 << 40) > 100);
    }

    #[test]
    fn powers_of_one_multiplied_in_or_skipped_are_told_apart() {
        let file = Vectors::of_this_crate().read("balancer_math");
        let differences = |zero_amounts| {
            replay_with(&file, |config| replay::balancer_math::Library::that(config, zero_amounts)).differences.len()
        };
        assert_eq!(differences(ZeroAmounts::Skipped), 0);
        assert!(differences(ZeroAmounts::Multiplied) > 100);
    }

    #[test]
    fn the_rules_of_another_curve_pool_differ() {
        for (name, wrong) in [("curve", Template::Steth), ("curve_steth", Template::ThreePool)] {
            let file = Vectors::of_this_crate().read(name);
            let wrong = replay_with(&file, |config| replay::curve::Machine::with_rules(config, Some(wrong)));
            assert!(wrong.differences.len() > 100, "{name}: {} differences", wrong.differences.len());
        }
    }

    #[test]
    fn an_unknown_function_or_argument_does_not_pass_in_silence() {
        let unknown = after_change("univ3_math", replay::univ3_math::replay, |operation| {
            operation["op"] = json!("getRugPull");
        });
        assert!(unknown.differences[0].contains("getRugPull"), "{}", unknown.differences[0]);
        let argument = after_change("univ3_math", replay::univ3_math::replay, |operation| {
            operation["args"].as_array_mut().expect("every function has arguments").push(json!("1"));
        });
        assert!(argument.differences[0].contains("arguments"), "{}", argument.differences[0]);
    }

    #[test]
    fn a_unit_more_in_one_answer_differs() {
        let report = after_change("univ2", replay::univ2::replay, |operation| {
            operation["state"]["r0"] = json!("4876057000000000000000001");
        });
        assert_eq!(report.differences.len(), 1);
        assert!(report.differences[0].contains("state.r0: expected 4876057000000000000000001"));
    }

    #[test]
    fn a_success_that_should_fail_differs() {
        let report = after_change("staking_rewards", replay::staking_rewards::replay, |operation| {
            operation["ok"] = json!(false);
        });
        assert_eq!(report.differences.len(), 1);
        assert!(report.differences[0].contains("ok: expected false, got true"));
    }

    #[test]
    fn an_unknown_word_does_not_pass_in_silence() {
        let replays: [(&str, Replay); 13] = [
            ("maker", replay::maker::replay),
            ("masterchef", replay::masterchef::replay),
            ("morpho_blue", replay::morpho_blue::replay),
            ("univ2", replay::univ2::replay),
            ("staking_rewards", replay::staking_rewards::replay),
            ("alpha_homora", replay::alpha_homora::replay),
            ("aave_v3", replay::aave_v3::replay),
            ("aave_v3_math", replay::aave_v3_math::replay),
            ("compound_v2", replay::compound_v2::replay),
            ("balancer_math", replay::balancer_math::replay),
            ("balancer_weighted", replay::balancer_weighted::replay),
            ("curve", replay::curve::replay),
            ("univ3", replay::univ3::replay),
        ];
        for (name, replay) in replays {
            let op = after_change(name, replay, |operation| {
                operation["op"] = json!("rug_pull");
            });
            assert!(op.differences[0].contains("rug_pull"), "{name}: {}", op.differences[0]);
            let argument = after_change(name, replay, |operation| {
                operation["referrer"] = json!("u9");
            });
            assert!(argument.differences[0].contains("referrer"), "{name}: {}", argument.differences[0]);
            let field = after_change(name, replay, |operation| {
                operation["state"]["mood"] = json!("1");
            });
            assert!(field.differences[0].contains("state.mood"), "{name}: {}", field.differences[0]);
            let mut file = Vectors::of_this_crate().read(name);
            file.scenarios[0].config["hook"] = json!("0x0");
            assert!(replay(&file).differences[0].contains("hook"), "{name}");
        }
        let mut file = Vectors::of_this_crate().read("univ2");
        file.scenarios[0].config["kind"] = json!("triangle");
        assert!(replay::univ2::replay(&file).differences[0].contains("triangle"));
    }
}
