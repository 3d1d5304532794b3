//! Fields that a struct lacks: all of them at once, each with what it may say.
//!
//! What a field may say is found by trying: a value with which `ron` reads on is one. So every example can be typed.

use ron::error::Error;

use super::diagnostic::{Diagnostic, one_of};
use super::format::{Probe, Probed};
use super::piece::Node;

/// Values that are tried, and what such a value is called. The first that fits is the example: what is narrower comes
/// before what takes it as well.
const VALUES: &[(&str, &str)] = &[
    ("\"a\"", "text"),
    ("\"1 h\"", "a length of time"),
    ("\"100\"", "an amount"),
    ("0.5", "a number"),
    ("1", "a whole number"),
    ("true", "`true` or `false`"),
    ("[]", "a list"),
    ("(\"a\", \"b\")", "two names"),
    ("(\"100\", \"100\")", "two amounts"),
    ("(0.5, 0.5)", "two numbers"),
    ("(1, 1)", "two whole numbers"),
    ("(\"1 h\", 0.5)", "a length of time and a number"),
];

/// How deep examples of variants and structs are filled in.
const DEEPEST: usize = 3;

/// A field that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// Its name.
    pub name: String,
    /// A value that it may have; empty if none is known.
    pub example: String,
    /// What it may have beside that; empty if that says it.
    pub kind: String,
}

impl Lack {
    /// A field that may have this value.
    pub fn of(name: &str, example: &str) -> Self {
        Self { name: name.to_owned(), example: example.to_owned(), kind: String::new() }
    }
}

/// Refuses a struct that lacks some required fields.
pub fn missing(node: Node, lacks: &[Lack]) -> Diagnostic {
    let names: Vec<String> = lacks.iter().map(|lack| format!("`{}`", lack.name)).collect();
    let message = match names.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("missing fields {} and {last}", most.join(", ")),
        names => format!("missing field {}", names.concat()),
    };
    let example = |lack: &Lack| {
        let example = if lack.example.is_empty() { "..." } else { &lack.example };
        let kind = if lack.kind.is_empty() { String::new() } else { format!(" ({})", lack.kind) };
        format!("`{}: {example}`{kind}", lack.name)
    };
    let examples: Vec<String> = lacks.iter().map(example).collect();
    Diagnostic::error(node.head(), message).expected(format!("expected {} in here", examples.join(", ")))
}

/// Refuses the struct at a byte of a piece, which lacks the field `first` at least.
pub(super) fn lacking(piece: Node, at: usize, first: &str, probe: Probe) -> Diagnostic {
    let here = Node { tree: piece.tree.innermost(at), ..piece };
    let text = &piece.file.source.text;
    let Some(bracket) = text[here.tree.span.clone()].find('(') else {
        return missing(here, &[Lack::of(first, "")]);
    };
    let inside = here.tree.span.start + bracket + 1;
    let known = |field: &str| here.declared(field).first().copied();
    missing(here, &fields(first, known, &|fields| probe(inside..inside, fields)))
}

/// Says what `ron` makes of a text that stands in some place.
type With<'w> = &'w dyn Fn(&str) -> Probed;

/// Returns the fields that are missing, the first of which is known, with examples; `known` is a name that a field of
/// this name may refer to.
fn fields<'a>(first: &str, known: impl Fn(&str) -> Option<&'a str>, with: With) -> Vec<Lack> {
    let (mut lacks, mut written, mut next) = (Vec::<Lack>::new(), String::new(), Some(first.to_owned()));
    while let Some(name) = next.take().filter(|name| lacks.iter().all(|lack| lack.name != *name)) {
        let before = format!("{written}{name}: ");
        let value = |value: &str| with(&format!("{before}{value}, ")).after(before.len());
        let named =
            known(&name).filter(|known| value(known).fits(known)).map(|known| (known.to_owned(), String::new()));
        let Some((example, kind)) = named.or_else(|| example(&value, DEEPEST)) else {
            lacks.push(Lack::of(&name, ""));
            break;
        };
        written = format!("{before}{example}, ");
        lacks.push(Lack { name, example, kind });
        if let Some(Error::MissingStructField { field, .. }) = with(&written).error {
            next = Some(field.to_owned());
        }
    }
    lacks
}

/// Returns a value that fits, and what else would.
fn example(with: With, depth: usize) -> Option<(String, String)> {
    let fitting = VALUES.iter().find(|(value, _)| with(value).fits(value));
    if let Some((value, kind)) = fitting {
        return Some(((*value).to_owned(), (*kind).to_owned()));
    }
    let deeper = depth.checked_sub(1)?;
    match with("_").error {
        Some(Error::NoSuchEnumVariant { expected, .. }) => {
            let variant = expected.iter().find_map(|variant| of_variant(variant, with, deeper))?;
            Some((variant, one_of(expected.iter().copied())))
        }
        _ => of_struct("", with).map(|value| (value, String::new())),
    }
}

fn of_variant(variant: &str, with: With, depth: usize) -> Option<String> {
    if with(variant).fits(variant) {
        return Some(variant.to_owned());
    }
    let inside = |value: &str| with(&format!("{variant}({value})")).after(variant.len() + 1);
    example(&inside, depth).map(|(value, _)| format!("{variant}({value})")).or_else(|| of_struct(variant, with))
}

fn of_struct(name: &str, with: With) -> Option<String> {
    let Some(Error::MissingStructField { field, .. }) = with(&format!("{name}()")).error else { return None };
    let inside = |fields: &str| with(&format!("{name}({fields})")).after(name.len() + 1);
    let lacks = fields(field, |_| None, &inside);
    let whole = lacks.iter().map(|lack| format!("{}: {}", lack.name, lack.example)).collect::<Vec<_>>().join(", ");
    let value = format!("{name}({whole})");
    with(&value).fits(&value).then_some(value)
}
