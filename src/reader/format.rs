//! What `ron` says, in the words of somebody who writes a scenario.

use std::ops::Range;

use ron::error::Error;

use super::diagnostic::{Diagnostic, did_you_mean, one_of};
use super::piece::Node;
use super::tree::Tree;

/// Says what `ron` would complain about if something else stood in a place.
pub type Probe<'a> = &'a dyn Fn(Range<usize>, &str) -> Option<Error>;

/// Turns an error of `ron` at byte `at` of a piece into a diagnostic.
pub fn error_diagnostic(piece: Node, at: usize, error: &Error, probe: Probe) -> Diagnostic {
    let here = Node { tree: piece.tree.innermost(at), ..piece };
    match error {
        Error::NoSuchStructField { expected, found, .. } => {
            Diagnostic::error(piece.spot(at..at + found.len()), format!("unknown field `{found}`"))
                .expected(format!("expected {}", one_of(expected.iter().copied())))
                .help(did_you_mean(found, expected.iter().copied()))
        }
        Error::NoSuchEnumVariant { expected, found, .. } => {
            Diagnostic::error(here.head(), format!("`{found}` is not known here"))
                .expected(format!("expected {}", one_of(expected.iter().copied())))
                .help(did_you_mean(found, expected.iter().copied()))
        }
        Error::MissingStructField { field, .. } => missing(here, field),
        Error::DuplicateStructField { field, .. } => twice(piece, at, field),
        Error::ExpectedDifferentStructName { found, .. } => {
            Diagnostic::error(piece.spot(at..at + found.len()), format!("`{found}` does not belong here"))
                .expected("expected `(`")
                .help(format!("leave `{found}` out"))
        }
        Error::Message(message) => {
            let (message, expected) = apart(message);
            let mistake = Diagnostic::error(here.place(), message);
            if let Some(expected) = expected { mistake.expected(expected) } else { mistake }
        }
        _ => misfit(piece, at, here, error, probe),
    }
}

/// A struct that lacks a required field.
pub fn missing(node: Node, field: &str) -> Diagnostic {
    Diagnostic::error(node.head(), format!("missing field `{field}`"))
        .expected(format!("expected `{field}: ...` in here"))
}

/// A field that is given twice.
pub fn twice(piece: Node, at: usize, name: &str) -> Diagnostic {
    let first = structs(piece.tree, at).into_iter().flat_map(Tree::fields).find(|field| field.name == name);
    let mistake = Diagnostic::error(piece.spot(at..at + name.len()), format!("field `{name}` stands here again"));
    match first {
        Some(first) => mistake.also(piece.spot(first.name_span.clone()), "first given here"),
        None => mistake,
    }
}

/// Returns the innermost piece around a byte that has fields.
fn structs(tree: &Tree, at: usize) -> Option<&Tree> {
    let inner = tree.children().find(|child| child.span.contains(&at)).and_then(|child| structs(child, at));
    inner.or_else(|| (!tree.fields().is_empty()).then_some(tree))
}

/// A value that is not of its field's type.
fn misfit(piece: Node, at: usize, here: Node, error: &Error, probe: Probe) -> Diagnostic {
    let found = here.place();
    let message = match piece.file.tree.field_around(at) {
        Some(field) if field.value.span == here.tree.span => format!("`{}` cannot be `{}`", field.name, found.text()),
        _ => format!("`{}` does not fit here", found.text()),
    };
    let text = found.text().to_owned();
    let mistake = Diagnostic::error(found, message);
    match error {
        Error::IntegerOutOfBounds if text.starts_with('-') => mistake.expected("expected 0 or more"),
        Error::IntegerOutOfBounds => mistake.expected("expected a smaller number"),
        Error::ExpectedInteger | Error::ExpectedComma => mistake.expected("expected a whole number"),
        Error::ExpectedFloat => mistake.expected("expected a number").help(unquoted(&text)),
        Error::ExpectedBoolean => mistake.expected("expected `true` or `false`"),
        Error::ExpectedArray => mistake.expected("expected a list, `[...]`"),
        Error::ExpectedString => mistake
            .expected("expected text in quotes")
            .help((!text.contains(['(', '[', '"'])).then(|| format!("type `\"{text}\"`"))),
        Error::ExpectedDifferentLength { expected, found } => {
            let wanted: String = expected.chars().filter(char::is_ascii_digit).collect();
            mistake.expected(format!("expected {wanted} values, found {found}"))
        }
        Error::ExpectedStructLikeEnd => mistake.expected("expected fewer values"),
        _ => otherwise(mistake, here, &text, error, probe),
    }
}

fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    inner.parse::<f64>().ok().map(|_| format!("leave the quotes out: `{inner}`"))
}

/// Asks what would have been expected: one of some names, or fields.
fn otherwise(mistake: Diagnostic, here: Node, text: &str, error: &Error, probe: Probe) -> Diagnostic {
    let span = here.tree.span.clone();
    if let Some(Error::NoSuchEnumVariant { expected, .. }) = probe(span.clone(), "_") {
        let fixed = expected.contains(&"Fixed") && text.replace('_', "").parse::<f64>().is_ok();
        return mistake
            .expected(format!("expected {}", one_of(expected.iter().copied())))
            .help(fixed.then(|| format!("type `Fixed({text})`")));
    }
    if let Some(Error::NoSuchStructField { expected, .. }) = probe(span.start..span.start, "_: ") {
        return mistake.expected(format!("expected fields with their names: {}", one_of(expected.iter().copied())));
    }
    match error {
        Error::ExpectedStructLike => mistake.expected(format!("expected `{text}(...)`")),
        Error::ExpectedNamedStructLike(_) => mistake.expected("expected fields in brackets, `(...)`"),
        other => mistake.expected(lower(&other.to_string())),
    }
}

/// Splits a message at "expected", as serde and the parsers of this crate write it.
pub fn apart(message: &str) -> (String, Option<String>) {
    match message.rfind("expected") {
        Some(at) if at > 0 => {
            let before = message[..at].trim_end_matches([' ', ',', ';']);
            (before.to_owned(), Some(message[at..].to_owned()))
        }
        _ => (message.to_owned(), None),
    }
}

/// Returns a sentence with a small first letter.
pub fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}
