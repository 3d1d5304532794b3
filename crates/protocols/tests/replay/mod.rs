//! What all replays share: reading the files, walking the operations, comparing answers.

pub mod aave_v3;
pub mod aave_v3_math;
pub mod alpha_homora;
pub mod balancer_math;
pub mod balancer_weighted;
pub mod compound_v2;
pub mod curve;
mod fields;
pub mod maker;
pub mod masterchef;
pub mod morpho_blue;
pub mod staking_rewards;
pub mod univ2;
pub mod univ3;
pub mod univ3_math;

use std::{collections::BTreeSet, env, fs, io::Read, path::PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::{Value, json};

pub use fields::{Fields, Stop};

/// Replays a file.
pub type Replay = fn(&File) -> Report;

/// The files that state machines replay, by name.
pub const REPLAYS: [(&str, Replay); 15] = [
    ("aave_v3", aave_v3::replay),
    ("aave_v3_math", aave_v3_math::replay),
    ("alpha_homora", alpha_homora::replay),
    ("balancer_math", balancer_math::replay),
    ("balancer_weighted", balancer_weighted::replay),
    ("compound_v2", compound_v2::replay),
    ("curve", curve::replay),
    ("curve_steth", curve::replay),
    ("maker", maker::replay),
    ("masterchef", masterchef::replay),
    ("morpho_blue", morpho_blue::replay),
    ("staking_rewards", staking_rewards::replay),
    ("univ2", univ2::replay),
    ("univ3", univ3::replay),
    ("univ3_math", univ3_math::replay),
];

/// A file of vectors.
#[derive(Deserialize)]
pub struct File {
    pub scenarios: Vec<Scenario>,
}

/// A sequence of operations on one state.
#[derive(Deserialize)]
pub struct Scenario {
    pub name: String,
    pub config: Value,
    pub ops: Vec<Value>,
}

/// What a replay found.
pub struct Report {
    pub operations: usize,
    pub differences: Vec<String>,
}

/// A state machine that answers as a contract does.
pub trait Machine: Sized {
    /// Does an operation, and returns what the contract would return: `null` if nothing.
    ///
    /// It reads all fields, calls [`Fields::finish`], and only then acts. If it stops with a revert, it has changed
    /// nothing but what the contract would have.
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop>;

    /// Returns the state as the file lists it after the operation that was just done.
    fn state(&mut self, op: &Value, done: bool) -> Value;
}

/// A folder of vectors.
pub struct Vectors {
    pub folder: PathBuf,
}

impl Vectors {
    /// Returns the folder that the environment names, if it names one.
    pub fn from_environment() -> Option<Self> {
        env::var_os("PLIMSOLL_VECTORS").map(|folder| Self { folder: folder.into() })
    }

    /// Returns this crate's own folder.
    pub fn of_this_crate() -> Self {
        Self { folder: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors") }
    }

    /// Returns the names of the files in the folder, in their order.
    pub fn names(&self) -> BTreeSet<String> {
        let entries = fs::read_dir(&self.folder).unwrap_or_else(|error| panic!("{}: {error}", self.folder.display()));
        let names = entries.map(|entry| entry.expect("the folder can be listed").file_name());
        let names = names.filter_map(|name| name.into_string().ok());
        let stem = |name: String| Some(name.strip_suffix(".gz").unwrap_or(&name).strip_suffix(".json")?.to_owned());
        names.filter_map(stem).collect()
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> File {
        let plain = self.folder.join(format!("{name}.json"));
        let packed = self.folder.join(format!("{name}.json.gz"));
        let text = if plain.exists() {
            fs::read_to_string(&plain).expect("the file can be read")
        } else {
            let bytes = fs::read(&packed).unwrap_or_else(|error| {
                panic!("{name} is covered but neither {} nor its .gz can be read: {error}", plain.display())
            });
            let mut text = String::new();
            GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).expect("the file is packed with gzip");
            text
        };
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// Replays a file on machines that `build` makes from each scenario's configuration.
pub fn replay_with<M: Machine>(file: &File, build: impl Fn(&mut Fields) -> Result<M, Stop>) -> Report {
    let mut report = Report { operations: 0, differences: Vec::new() };
    for scenario in &file.scenarios {
        let mut config = Fields::new(&scenario.config, &[]);
        let built = build(&mut config).and_then(|machine| config.finish().map(|()| machine));
        match built {
            Ok(mut machine) => replay_scenario(&mut machine, scenario, &mut report),
            Err(stop) => report.differences.push(format!("{}: config: {stop}", scenario.name)),
        }
    }
    report
}

fn replay_scenario<M: Machine>(machine: &mut M, scenario: &Scenario, report: &mut Report) {
    for op in &scenario.ops {
        report.operations += 1;
        let place = format!("{}, operation {}", scenario.name, op["i"].as_str().unwrap_or("?"));
        let mut differ = |difference: String| report.differences.push(format!("{place}: {difference}"));
        let mut fields = Fields::new(op, &["i", "op", "ok", "ret", "err", "state"]);
        let done = machine.apply(op["op"].as_str().unwrap_or_default(), &mut fields);
        let got = done.is_ok();
        let unread = fields.finish();
        for stop in [done.as_ref().err(), unread.as_ref().err()].into_iter().flatten() {
            if let Stop::Unreadable(why) = stop {
                differ(why.clone());
            }
        }
        if op["ok"] != got {
            differ(format!("ok: expected {}, got {got}", op["ok"]));
        } else if let Ok(ret) = done {
            compare("ret", answer(&op["ret"]), answer(&ret), &mut differ);
        }
        compare("state", &op["state"], &machine.state(op, got), &mut differ);
    }
}

/// Returns an answer, where none and an empty one are the same.
fn answer(value: &Value) -> &Value {
    if *value == json!({}) { &Value::Null } else { value }
}

/// Tells every leaf in which two answers differ, and every field that only one of them has.
fn compare(path: &str, expected: &Value, got: &Value, differ: &mut impl FnMut(String)) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let extra = got.keys().filter(|key| !expected.contains_key(*key));
            for key in expected.keys().chain(extra) {
                let side = |object: &serde_json::Map<String, Value>| object.get(key).cloned();
                let (expected, got) = (side(expected), side(got));
                let absent = json!("(absent)");
                compare(
                    &format!("{path}.{key}"),
                    &expected.unwrap_or_else(|| absent.clone()),
                    &got.unwrap_or(absent),
                    differ,
                );
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                compare(&format!("{path}[{index}]"), expected, got, differ);
            }
        }
        _ if expected != got => {
            let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            differ(format!("{path}: expected {}, got {}", plain(expected), plain(got)));
        }
        _ => {}
    }
}
