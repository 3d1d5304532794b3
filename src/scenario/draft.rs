//! A scenario while it is read: everything may be missing, and everything knows where it stands.

use std::collections::BTreeSet;
use std::ops::Deref;

use super::lists::{DraftLists, LISTS};
use super::schema::{CascadeParams, ChainParams, RecordParams, Scenario};
use crate::chain::clock::BlockTimeParams;
use crate::chain::time::TimeSpan;
use crate::reader::diagnostic::{Diagnostic, did_you_mean, is_enough, one_of};
use crate::reader::format::twice;
use crate::reader::lacking::{Lack, missing};
use crate::reader::piece::{Node, Placed, read};
use crate::reader::syntax::File;
use crate::reader::tree::{Field, Kind};

/// The fields that stand once, in the scenario itself or in one included file.
const SHARED: [&str; 2] = ["block_time", "chain"];
/// The fields that only the scenario itself may have.
const SINGLES: [&str; 7] = ["seed", "blocks", "duration", "start", "numeraire", "record", "cascade"];

/// What could be read of a scenario and its includes.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    /// [`Scenario::seed`].
    pub(super) seed: Option<Placed<'a, u64>>,
    /// [`Scenario::blocks`].
    pub(super) blocks: Option<Placed<'a, u64>>,
    /// [`Scenario::duration`].
    pub(super) duration: Option<Placed<'a, TimeSpan>>,
    /// [`Scenario::block_time`].
    pub(super) block_time: Option<Placed<'a, BlockTimeParams>>,
    /// [`Scenario::start`].
    pub(super) start: Option<Placed<'a, u64>>,
    /// [`Scenario::numeraire`].
    pub(super) numeraire: Option<Placed<'a, String>>,
    /// [`Scenario::chain`].
    pub(super) chain: Option<Placed<'a, ChainParams>>,
    /// [`Scenario::record`].
    pub(super) record: Option<Placed<'a, RecordParams>>,
    /// [`Scenario::cascade`].
    pub(super) cascade: Option<Placed<'a, CascadeParams>>,
    /// [`Scenario::lists`].
    pub(super) lists: DraftLists<'a>,
}

impl<'a> Deref for Draft<'a> {
    type Target = DraftLists<'a>;

    fn deref(&self) -> &Self::Target {
        &self.lists
    }
}

impl<'a> Draft<'a> {
    /// Whether a field of a file is of no known name, so that what it declares is not known either.
    pub(super) fn has_strays(files: &[File]) -> bool {
        let known = all();
        files.iter().flat_map(|file| file.tree.fields()).any(|field| !known.contains(&field.name.as_str()))
    }

    /// Reads the files, the scenario itself last, and notes what is wrong in each field. Without all of its includes, what
    /// they may say is not missing.
    pub(super) fn read(files: &'a [File], complete: bool, out: &mut Vec<Diagnostic>) -> Self {
        let mut draft = Self::default();
        let Some((scenario, included)) = files.split_last() else { return draft };
        let shared = shared();
        for file in included {
            draft.add(file, &shared, out);
        }
        let all = all();
        draft.add(scenario, &all, out);
        let root = Node { file: scenario, tree: &scenario.tree };
        let own = || scenario.tree.fields().iter().map(|field| field.name.as_str());
        let anywhere = || files.iter().flat_map(|file| file.tree.fields()).map(|field| field.name.as_str());
        let meant =
            |name: &str, required| name == required || !all.contains(&name) && did_you_mean(name, [required]).is_some();
        let complete = complete || scenario.tree.get("include").is_none();
        let has_length = own().any(|name| meant(name, "blocks") || meant(name, "duration"));
        let lacks = [
            (!own().any(|name| meant(name, "numeraire")), "numeraire", "\"USDC\""),
            (!has_length, "blocks", "7_200"),
            (complete && !anywhere().any(|name| meant(name, "block_time")), "block_time", "\"12 s\""),
            (
                complete && !anywhere().any(|name| meant(name, "chain")),
                "chain",
                "(native: \"ETH\", base_fee: Fixed(30))",
            ),
        ];
        let lacks: Vec<Lack> =
            lacks.iter().filter(|(lacks, ..)| *lacks).map(|(_, name, example)| Lack::of(name, example)).collect();
        if !lacks.is_empty() {
            let help = (!has_length).then(|| "or how long: `duration: \"2 d\"`".to_owned());
            out.push(missing(root, &lacks).help(help));
        }
        if let (Some(blocks), Some(duration)) = (&draft.blocks, &draft.duration) {
            let mistake = Diagnostic::error(duration.node.place(), "the run's length is said twice");
            out.push(mistake.expected("expected `blocks` or `duration`").also(blocks.node.place(), "the other"));
        }
        draft
    }

    fn add(&mut self, file: &'a File, allowed: &[&'static str], out: &mut Vec<Diagnostic>) {
        let root = Node { file, tree: &file.tree };
        let mut seen = BTreeSet::new();
        for field in file.tree.fields() {
            if is_enough(out) {
                return;
            }
            let is_new = seen.insert(field.name.as_str());
            if !allowed.contains(&field.name.as_str()) {
                out.extend(stray(root, field, allowed));
            } else if !is_new {
                out.push(twice(root, field.name_span.start, &field.name));
            } else {
                self.field(&field.name, Node { file, tree: &field.value }, out);
            }
        }
    }

    fn field(&mut self, name: &str, node: Node<'a>, out: &mut Vec<Diagnostic>) {
        match name {
            "seed" => self.seed = read(node, out),
            "blocks" => self.blocks = read(node, out),
            "duration" => self.duration = read(node, out),
            "block_time" => once(&mut self.block_time, name, node, out, block_time),
            "start" => self.start = read(node, out),
            "numeraire" => self.numeraire = read(node, out),
            "chain" => once(&mut self.chain, name, node, out, read),
            "record" => self.record = read(node, out),
            "cascade" => self.cascade = read(node, out),
            list => self.lists.add(list, node, out),
        }
    }

    /// Returns the scenario if nothing that it needs is missing.
    pub(super) fn finish(self) -> Option<Scenario> {
        let block_time = self.block_time?.value;
        let of_duration = |duration: TimeSpan| duration.ms.div_ceil(block_time.mean().ms.max(1));
        let duration = self.duration.map(|duration| duration.value);
        Some(Scenario {
            seed: self.seed.map_or_else(super::schema::default_seed, |seed| seed.value),
            blocks: self.blocks.map(|blocks| blocks.value).or(duration.map(of_duration))?,
            duration,
            block_time,
            start: self.start.map_or_else(super::schema::default_start, |start| start.value),
            numeraire: self.numeraire?.value,
            chain: self.chain?.value,
            record: self.record.map(|record| record.value).unwrap_or_default(),
            cascade: self.cascade.map(|cascade| cascade.value).unwrap_or_default(),
            lists: self.lists.finish(),
        })
    }
}

/// Reads a field that only one file may have.
fn once<'a, T>(
    into: &mut Option<Placed<'a, T>>,
    name: &str,
    node: Node<'a>,
    out: &mut Vec<Diagnostic>,
    read: fn(Node<'a>, &mut Vec<Diagnostic>) -> Option<Placed<'a, T>>,
) {
    if let Some(first) = into {
        let mistake = Diagnostic::error(node.place(), format!("`{name}` stands in two files"));
        let mistake = mistake.expected("expected it in one of them").also(first.node.place(), "the first");
        out.push(mistake.help("leave one of them out, or include another file".to_owned()));
    } else {
        *into = read(node, out);
    }
}

/// Reads when blocks come: a time alone stands for regular ones.
fn block_time<'a>(node: Node<'a>, out: &mut Vec<Diagnostic>) -> Option<Placed<'a, BlockTimeParams>> {
    if node.tree.kind != Kind::Leaf {
        return read(node, out);
    }
    let Placed { value, node, whole } = read::<TimeSpan>(node, out)?;
    Some(Placed { value: BlockTimeParams::Regular(value), node, whole })
}

/// The fields that an included file may have.
fn shared() -> Vec<&'static str> {
    [&["include"], LISTS, &SHARED].concat()
}

/// Returns the names of all fields, for suggestions.
fn all() -> Vec<&'static str> {
    [shared().as_slice(), &SINGLES].concat()
}

/// A field that the file may not have; nothing if its name is missing, which the parser has said.
fn stray(root: Node, field: &Field, allowed: &[&'static str]) -> Option<Diagnostic> {
    let name = field.name.as_str();
    if name.is_empty() {
        return None;
    }
    let place = root.spot(field.name_span.clone());
    let expected = format!("expected {}", one_of(allowed.iter().copied()));
    let mistake = if SINGLES.contains(&name) {
        Diagnostic::error(place, format!("`{name}` cannot stand in an included file"))
    } else {
        Diagnostic::error(place, format!("unknown field `{name}`")).help(did_you_mean(name, allowed.iter().copied()))
    };
    Some(mistake.expected(expected))
}
