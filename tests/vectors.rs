//! Replays what the deployed contracts answered: every returned amount, every state field, every failure.
//!
//! The folder is `PLIMSOLL_VECTORS`, else `tests/vectors/`; `NAME.json` and `NAME.json.gz` are both read. To cover a
//! protocol, write `tests/replay/NAME.rs` and name it in the list in `tests/replay/mod.rs`.

#[expect(unreachable_pub, reason = "a test has no callers; `pub` marks what the replays share")]
mod replay;

use std::{collections::BTreeSet, io::Write as _};

use replay::{PROTOCOLS, Vectors};

/// Prints, in an ordinary `cargo test` too: the test harness captures `println!`, not writes to the handle.
fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").expect("standard output is open");
}

#[test]
fn every_protocol_answers_as_its_contract_did() {
    let vectors = Vectors::from_environment();
    let known: BTreeSet<String> = PROTOCOLS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let names: BTreeSet<String> = known.into_iter().chain(vectors.names()).collect();
    say(&format!("\nvectors in {}", vectors.folder.display()));
    let mut differences = Vec::new();
    for name in &names {
        let Some(replay) = replay::coverage(name) else {
            say(&format!("{name}: not covered"));
            continue;
        };
        let report = replay(&vectors.read(name));
        say(&format!("{name}: covered, {} operations, {} differences", report.operations, report.differences.len()));
        report.differences.iter().take(5).for_each(|difference| say(&format!("  {difference}")));
        differences.extend(report.differences);
    }
    assert!(differences.is_empty(), "{} differences, the first: {}", differences.len(), differences[0]);
}

mod refusals {
    //! The replay sees what it should see: a wrong machine, a wrong answer, a word it does not know.

    use serde_json::{Value, json};

    use plimsoll::math::U256;

    use super::replay::{
        Replay, Report, Vectors, alpha_homora, replay_with, staking_rewards, univ2, univ3, univ3_math,
    };

    /// Replays a file of this repository's own vectors after a change to one operation of its first scenario.
    fn after_change(name: &str, replay: Replay, change: impl FnOnce(&mut Value)) -> Report {
        let mut file = Vectors::of_this_repository().read(name);
        let scenario = &mut file.scenarios[0];
        let operation = scenario.ops.iter_mut().find(|operation| operation["ok"] == true);
        change(operation.expect("some operation succeeds"));
        replay(&file)
    }

    #[test]
    fn a_fee_of_31_basis_points_differs() {
        let file = Vectors::of_this_repository().read("univ2");
        let right = replay_with(&file, |config| univ2::Machine::with_fee(config, 30));
        let wrong = replay_with(&file, |config| univ2::Machine::with_fee(config, 31));
        assert_eq!(right.differences, [] as [String; 0]);
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_fee_of_one_pip_more_differs() {
        let file = Vectors::of_this_repository().read("univ3");
        let wrong = replay_with(&file, |config| univ3::Machine::with_fee_changed(config, 1));
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn a_quotient_that_is_not_rounded_up_differs() {
        let file = Vectors::of_this_repository().read("univ3_math");
        let wrong = replay_with(&file, |_| Ok(univ3_math::Machine { quotient_up: U256::mul_div_down }));
        assert!(wrong.differences.len() > 100, "{} differences", wrong.differences.len());
    }

    #[test]
    fn an_unknown_function_or_argument_does_not_pass_in_silence() {
        let unknown = after_change("univ3_math", univ3_math::replay, |operation| {
            operation["op"] = json!("getRugPull");
        });
        assert!(unknown.differences[0].contains("getRugPull"), "{}", unknown.differences[0]);
        let argument = after_change("univ3_math", univ3_math::replay, |operation| {
            operation["args"].as_array_mut().expect("every function has arguments").push(json!("1"));
        });
        assert!(argument.differences[0].contains("arguments"), "{}", argument.differences[0]);
    }

    #[test]
    fn a_unit_more_in_one_answer_differs() {
        let report = after_change("univ2", univ2::replay, |operation| {
            operation["state"]["r0"] = json!("4876057000000000000000001");
        });
        assert_eq!(report.differences.len(), 1);
        assert!(report.differences[0].contains("state.r0: expected 4876057000000000000000001"));
    }

    #[test]
    fn a_success_that_should_fail_differs() {
        let report = after_change("staking_rewards", staking_rewards::replay, |operation| {
            operation["ok"] = json!(false);
        });
        assert_eq!(report.differences.len(), 1);
        assert!(report.differences[0].contains("ok: expected false, got true"));
    }

    #[test]
    fn an_unknown_word_does_not_pass_in_silence() {
        let replays: [(&str, Replay); 4] = [
            ("univ2", univ2::replay),
            ("univ3", univ3::replay),
            ("staking_rewards", staking_rewards::replay),
            ("alpha_homora", alpha_homora::replay),
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
            let mut file = Vectors::of_this_repository().read(name);
            file.scenarios[0].config["hook"] = json!("0x0");
            assert!(replay(&file).differences[0].contains("hook"), "{name}");
        }
        let mut file = Vectors::of_this_repository().read("univ2");
        file.scenarios[0].config["kind"] = json!("triangle");
        assert!(univ2::replay(&file).differences[0].contains("triangle"));
    }
}
